//! The table of sweeps: start and acceleration, by kind of data and epsilon.
//!
//!     cargo run --release -p sinkhorn-bench --bin sweeps
//!
//! Medians over nine seeds (the digits are one data set). About half a minute.
#![allow(clippy::print_stdout)]

use sinkhorn_bench::{kinds, problems::Case};
use sinkhorn_core::{Acceleration, Epsilon, Initializer, Settings, Storage, Zero};
use sinkhorn_init::GaussianStart;
use sinkhorn_tests::solve_owned;

fn main() {
    println!(
        "Sweeps to a marginal error of 1e-3 (and 1e-6, memory 20), f64, epsilon as a fraction of the mean cost.\n"
    );
    println!(
        "{:42} {:>5}  {:>10} {:>14} {:>17} {:>9}",
        "data", "eps", "zero+plain", "gaussian+plain", "gaussian+anderson", "to 1e-6"
    );
    let seeds: Vec<Vec<Case>> = (0..9).map(kinds::table).collect();
    for kind in 0..seeds[0].len() {
        let what = seeds[0][kind].what;
        let mut cases: Vec<&Case> = seeds.iter().map(|seed| &seed[kind]).collect();
        cases.dedup(); // data does not depend on the seed
        for epsilon in [0.01, 0.002] {
            let median = |start: &dyn Initializer<f64>, acceleration, threshold| {
                let mut sweeps: Vec<u32> =
                    cases.iter().map(|case| sweeps(case, epsilon, start, acceleration, threshold)).collect();
                sweeps.sort_unstable();
                sweeps[sweeps.len() / 2]
            };
            let gaussian = GaussianStart::default();
            let accelerated = median(&gaussian, Acceleration::Anderson { memory: 10 }, 1e-3);
            println!(
                "{what:42} {epsilon:5}  {:10} {:14} {accelerated:17} {:9}",
                median(&Zero, Acceleration::Plain, 1e-3),
                median(&gaussian, Acceleration::Plain, 1e-3),
                median(&gaussian, Acceleration::Anderson { memory: 20 }, 1e-6),
            );
        }
    }
}

fn sweeps(
    case: &Case,
    epsilon: f64,
    start: &dyn Initializer<f64>,
    acceleration: Acceleration<f64>,
    threshold: f64,
) -> u32 {
    let problem = case.problem(Epsilon::OfMean(epsilon)).expect("a problem of a table");
    let settings =
        Settings { threshold, acceleration, storage: Storage::Kernel, max_sweeps: 20_000, ..Settings::default() };
    solve_owned(&problem, start, &settings).expect("a solve of a table").report.sweeps
}
