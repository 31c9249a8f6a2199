//! Times a pair of a sweep for sizes near multiples of 16, beside the same at the nearest multiple of 64.
//!
//!     cargo run --release -p sinkhorn-bench -- sizes
//!     cargo run --release -p sinkhorn-bench -- sizes --near 100 --precision f64
//!
//! Rows that fill no vector to its end show here.

use sinkhorn_bench::problems::normal;
use sinkhorn_core::{Epsilon, PointCloud, Problem, Real, SimdLevel, Storage, Workspace};
use sinkhorn_tests::data;

use super::Outcome;
use crate::args::{Precision, TableArgs, in_precision, name};
use crate::table::{Cell, Tables, print};
use sinkhorn_bench::sweeper::{Sweeper, settings};

/// Times a pair of a sweep for sizes near multiples of 16, beside the nearest multiple of 64
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sizes, each of which is timed with its neighbours
    #[arg(long, value_delimiter = ',', default_value = "16,32,64,100,128,192,256,512,1024")]
    near: Vec<usize>,
    /// Dimension of the points
    #[arg(long, default_value_t = 3)]
    dimension: usize,
    /// Floating-point numbers to calculate with
    #[arg(long, value_enum, default_value = "f32")]
    precision: Precision,
    /// Rounds of a few milliseconds, of which the fastest counts
    #[arg(long, default_value_t = 10)]
    rounds: usize,
    #[command(flatten)]
    table: TableArgs,
}

/// The steps to the sizes that are timed beside each.
const NEIGHBOURS: [isize; 7] = [-1, 0, 1, 7, 8, 9, 15];
const STORAGES: [Storage; 2] = [Storage::Kernel, Storage::Stream];

pub fn run(args: &Args) -> Outcome {
    let what = format!(
        "{} dimensions, {}, one thread: nanoseconds a pair of a plain sweep, and times those of the nearest multiple \
         of 64.",
        args.dimension,
        name(args.precision)
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let storages: String = STORAGES.iter().map(|storage| format!("|{0:>8}|{0:>8} x", storage.name())).collect();
    tables.table("", &format!("points a side{storages}"))?;
    in_precision!(args.precision, all(args, &mut tables))?;
    tables.end()
}

fn all<T: Real>(args: &Args, tables: &mut Tables) -> Outcome {
    let near = |&size: &usize| NEIGHBOURS.map(|step| size.saturating_add_signed(step).max(1));
    let mut sizes: Vec<usize> = args.near.iter().flat_map(near).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut worst = [0.0_f64; STORAGES.len()];
    for size in sizes {
        let mut cells = vec![Cell::of(size)];
        for (&storage, worst) in STORAGES.iter().zip(&mut worst) {
            let [own, whole] = [size, nearest(size)].map(|size| a_pair::<T>(args, size, storage));
            let (own, whole) = (own?, whole?);
            *worst = worst.max(own / whole);
            cells.extend([Cell::number(own, 3), Cell::number(own / whole, 2)]);
        }
        tables.row(cells)?;
    }
    let [kernel, stream] = worst;
    print(&format!("\nThe most: {kernel:.2} times with a stored kernel, {stream:.2} times streamed.\n"))
}

/// The multiple of 64 that is nearest, but for 0.
fn nearest(size: usize) -> usize {
    (size + 32) / 64 * 64 + if size < 32 { 64 } else { 0 }
}

/// Nanoseconds a pair.
fn a_pair<T: Real>(args: &Args, size: usize, storage: Storage) -> Outcome<f64> {
    let mut generator = data::generator(1);
    let (x, y) = (normal(&mut generator, size * args.dimension), normal(&mut generator, size * args.dimension));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, args.dimension)?)?;
    let problem = problem.epsilon(Epsilon::OfMean(T::constant(0.05)))?;
    let settings = settings::<T>(storage, SimdLevel::Best, 1);
    let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings)?];
    let mut sweeper = Sweeper::new(&problem, &settings, &mut memory)?;
    let mut fastest = f64::INFINITY;
    for _ in 0..args.rounds {
        fastest = fastest.min(sweeper.round()?.alone(1));
    }
    Ok(fastest * 1e9 / (size * size) as f64)
}
