//! Times solves under each cost of the library, beside the squared Euclidean one.
//!
//!     cargo run --release -p sinkhorn-bench -- costs
//!     cargo run --release -p sinkhorn-bench -- costs --size 4000 --dimension 3 --sweeps 50
//!
//! All in one process, one cost after the other, the least of a few repeats each, so that ratios are those of the same
//! minute.

use std::time::Instant;

use sinkhorn_bench::problems::normal;
use sinkhorn_core::{
    Error, PointCloud, Problem, Real, Settings, Storage, Workspace,
    cost::{Cosine, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    solve,
    start::Zero,
};
use sinkhorn_tests::data;

use super::Outcome;
use crate::args::{Precision, TableArgs, in_precision};
use crate::table::{Cell, Tables};

/// Times solves under each cost.
#[derive(Debug, clap::Args)]
pub struct Args {
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
    #[command(flatten)]
    table: TableArgs,
}

const STORAGES: [Storage; 3] = [Storage::Stream, Storage::Cost, Storage::Kernel];

pub fn run(args: &Args) -> Outcome {
    let Args { size, sweeps, .. } = args;
    let what = format!(
        "{size} points a side, {sweeps} plain sweeps, one thread: milliseconds, and times those of the squared Euclidean cost, by \
         what is stored."
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let storages: String = STORAGES.iter().map(|storage| format!("|{0:>8}|{0:>8} x", storage.name())).collect();
    tables.table("", &format!("ground cost      |   d|scalar{storages}"))?;
    for &d in &args.dimension {
        for precision in [Precision::F32, Precision::F64] {
            in_precision!(precision, of_dimension(args, d, &mut tables))?;
        }
    }
    tables.end()
}

fn of_dimension<T: Real>(args: &Args, d: usize, tables: &mut Tables) -> Outcome {
    let mut generator = data::generator(1);
    let (x, y) = (normal(&mut generator, args.size * d), normal(&mut generator, args.size * d));
    let norms = [1.0, 1.5, 2.0, 2.7, 3.0, 10.0, f64::INFINITY].map(|p| (p, PNorm::new(T::constant(p))));
    let mut costs: Vec<(String, Box<dyn GroundCost<T>>)> = vec![
        ("squared Euclidean".into(), Box::new(SquaredEuclidean)),
        ("Euclidean".into(), Box::new(Euclidean)),
        ("Manhattan".into(), Box::new(Manhattan)),
        ("cosine".into(), Box::new(Cosine)),
    ];
    for (p, norm) in norms {
        costs.push((format!("p = {p}"), Box::new(norm?)));
    }
    let mut first = [0.0; STORAGES.len()];
    for (row, (name, cost)) in costs.into_iter().enumerate() {
        let problem = Problem::new(PointCloud::new(&x, &y, d, cost.as_ref())?)?;
        let mut cells = vec![Cell::of(name), Cell::of(d), Cell::of(T::NAME)];
        for (&storage, first) in STORAGES.iter().zip(&mut first) {
            let taken = milliseconds(args, &problem, storage)?;
            if row == 0 {
                *first = taken;
            }
            cells.extend([Cell::number(taken, 1), Cell::number(taken / *first, 1)]);
        }
        tables.row(cells)?;
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
