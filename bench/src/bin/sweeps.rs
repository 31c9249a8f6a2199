//! The table of sweeps: start and acceleration, by kind of data and epsilon.
//!
//!     cargo run --release -p sinkhorn-bench --bin sweeps
//!
//! Medians over nine seeds (one for the digits). The last columns are the sweeps of the prototype that the design was measured with
//! and the ratio to them; the prototype's own data are lost, these are of the same kinds.
#![allow(clippy::print_stdout)]

use sinkhorn_bench::kinds;
use sinkhorn_core::{Acceleration, Epsilon, Initializer, PointCloud, Problem, Settings, Storage, Zero};
use sinkhorn_init::GaussianStart;
use sinkhorn_tests::solve_owned;

/// Sweeps of the prototype at epsilon 0.01 and 0.002 of the mean cost.
const PROTOTYPE: [[u32; 2]; 6] = [[9, 22], [18, 49], [20, 68], [24, 58], [12, 28], [18, 58]];

fn main() {
    println!(
        "Sweeps to a marginal error of 1e-3 (and 1e-6, memory 20), f64, epsilon as a fraction of the mean cost.\n"
    );
    println!(
        "{:42} {:>5}  {:>10} {:>14} {:>17} {:>9} {:>9} {:>5}",
        "data", "eps", "zero+plain", "gaussian+plain", "gaussian+anderson", "to 1e-6", "prototype", "ratio"
    );
    let seeds: Vec<Vec<kinds::Pair>> = (0..9).map(kinds::table).collect();
    for kind in 0..PROTOTYPE.len() {
        let name = seeds[0][kind].name;
        let fixed = name.starts_with("UCI");
        let pairs: Vec<&kinds::Pair> = seeds.iter().map(|seed| &seed[kind]).take(if fixed { 1 } else { 9 }).collect();
        for (column, epsilon) in [0.01, 0.002].into_iter().enumerate() {
            let median = |start: &dyn Initializer<f64>, acceleration, threshold| {
                let mut sweeps: Vec<u32> =
                    pairs.iter().map(|pair| sweeps(pair, epsilon, start, acceleration, threshold)).collect();
                sweeps.sort_unstable();
                sweeps[sweeps.len() / 2]
            };
            let gaussian = GaussianStart::default();
            let accelerated = median(&gaussian, Acceleration::Anderson { memory: 10 }, 1e-3);
            let prototype = PROTOTYPE[kind][column];
            println!(
                "{name:42} {epsilon:5}  {:10} {:14} {accelerated:17} {:9} {prototype:9} {:5.2}",
                median(&Zero, Acceleration::Plain, 1e-3),
                median(&gaussian, Acceleration::Plain, 1e-3),
                median(&gaussian, Acceleration::Anderson { memory: 20 }, 1e-6),
                f64::from(accelerated) / f64::from(prototype),
            );
        }
    }
}

fn sweeps(
    pair: &kinds::Pair,
    epsilon: f64,
    start: &dyn Initializer<f64>,
    acceleration: Acceleration<f64>,
    threshold: f64,
) -> u32 {
    let cloud = PointCloud::squared_euclidean(&pair.x, &pair.y, pair.dimension).expect("points of a table");
    let problem = Problem::new(cloud).and_then(|p| p.epsilon(Epsilon::OfMean(epsilon))).expect("a problem of a table");
    let settings =
        Settings { threshold, acceleration, storage: Storage::Kernel, max_sweeps: 20_000, ..Settings::default() };
    solve_owned(&problem, start, &settings).expect("a solve of a table").report.sweeps
}
