//! What solves under each cost of the library take, beside the squared Euclidean one.
//!
//!     cargo run --release -p sinkhorn-bench --bin costs
//!     cargo run --release -p sinkhorn-bench --bin costs -- --size 4000 --dimension 3 --sweeps 50
//!
//! All in one process, one cost after the other, the least of a few repeats each, so that ratios are those of the same
//! minute.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sinkhorn_bench::machine::Machine;
use sinkhorn_bench::output::print;
use sinkhorn_core::{
    Error, PointCloud, Problem, Real, Settings, Storage, Workspace,
    cost::{Cosine, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    solve,
    start::Zero,
};
use sinkhorn_tests::data;

/// What solves under each cost take.
#[derive(Parser)]
struct Args {
    /// Points a side.
    #[arg(long, default_value_t = 1000)]
    size: usize,
    /// Dimensions of the points.
    #[arg(long, value_delimiter = ',', default_value = "2,50")]
    dimension: Vec<usize>,
    /// Plain sweeps of a solve from zero.
    #[arg(long, default_value_t = 20)]
    sweeps: u32,
    /// Seconds that a solve is repeated for, twice at least.
    #[arg(long, default_value_t = 0.2)]
    seconds: f64,
}

/// Names of the columns: the storages in the same order.
const STORAGES: [(&str, Storage); 3] =
    [("streamed", Storage::Stream), ("cost stored", Storage::Cost), ("kernel stored", Storage::Kernel)];

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "costs: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let machine = Machine::this().text();
    let Args { size, sweeps, .. } = args;
    print(&format!("{machine}; {size} points a side, {sweeps} plain sweeps, one thread\n\n"))?;
    let names = STORAGES.map(|(name, _)| name).join(" | ");
    print(&format!("Milliseconds, and times the squared Euclidean:\n\n| cost | d | scalar | {names} |\n"))?;
    print("|---|---|---|---|---|---|\n")?;
    for &d in &args.dimension {
        table::<f32>(args, d, "f32")?;
        table::<f64>(args, d, "f64")?;
    }
    Ok(())
}

fn table<T: Real>(args: &Args, d: usize, scalar: &str) -> Result<(), String> {
    let wrong = |error: Error| error.to_string();
    let mut generator = data::generator(1);
    let mut points =
        || -> Vec<T> { data::normal(&mut generator, args.size * d).into_iter().map(T::constant).collect() };
    let (x, y) = (points(), points());
    let norm = |p: f64| PNorm::new(T::constant(p)).map_err(wrong);
    let (p1, p15, p3, p10, largest) = (norm(1.0)?, norm(1.5)?, norm(3.0)?, norm(10.0)?, norm(f64::INFINITY)?);
    let (p2, p27) = (norm(2.0)?, norm(2.7)?);
    let costs: [(&str, &dyn GroundCost<T>); 11] = [
        ("squared Euclidean", &SquaredEuclidean),
        ("Euclidean", &Euclidean),
        ("Manhattan", &Manhattan),
        ("p = 1", &p1),
        ("p = 1.5", &p15),
        ("p = 2", &p2),
        ("p = 2.7", &p27),
        ("p = 3", &p3),
        ("p = 10", &p10),
        ("p = infinity", &largest),
        ("cosine", &Cosine),
    ];
    let mut first = [0.0; STORAGES.len()];
    for (row, (name, cost)) in costs.into_iter().enumerate() {
        let mut line = format!("| {name} | {d} | {scalar} |");
        let problem = Problem::new(PointCloud::new(&x, &y, d, cost).map_err(wrong)?).map_err(wrong)?;
        for ((_, storage), first) in STORAGES.iter().zip(&mut first) {
            let taken = milliseconds(args, &problem, *storage).map_err(wrong)?;
            if row == 0 {
                *first = taken;
            }
            line += &format!(" {taken:.1}, {:.1} |", taken / *first);
        }
        print(&(line + "\n"))?;
    }
    Ok(())
}

fn milliseconds<T: Real>(args: &Args, problem: &Problem<'_, T>, storage: Storage) -> Result<f64, Error> {
    let settings =
        Settings { threshold: T::constant(1e-30), max_sweeps: args.sweeps, storage, threads: 1, ..Settings::plain() };
    let mut memory = vec![T::ZERO; Workspace::len(problem, &settings)?];
    let (mut least, mut total, mut repeats) = (f64::INFINITY, 0.0, 0);
    while repeats < 2 || total < args.seconds {
        let clock = Instant::now();
        let workspace = Workspace::new(&mut memory, problem, &settings)?;
        solve(problem, &Zero, &settings, workspace)?;
        let seconds = clock.elapsed().as_secs_f64();
        (least, total, repeats) = (least.min(seconds), total + seconds, repeats + 1);
    }
    Ok(1e3 * least)
}
