//! Time and memory against the number of points.
//!
//!     cargo run --release -p sinkhorn-bench -- scaling
//!     cargo run --release -p sinkhorn-bench -- scaling --max 10000
//!
//! Every measurement ([`measure`]) is made by this program in a process of its own.

mod measure;

use std::env;
use std::num::NonZeroUsize;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Outcome;
use crate::args::{TableArgs, name};
use crate::table::{Cell, Tables, print};
use measure::{DIMENSION, EPSILON, Solve, Sweep, Sweeps, THRESHOLD};

/// The size whose memory is promised, and how much it may be.
const TARGET_SIZE: usize = 100_000;
const TARGET_BYTES: u64 = 100_000_000;

/// Points a side.
const SIZES: [usize; 7] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Time and memory against the number of points: three dimensions, f32, costs streamed. Every size runs in processes of
/// its own.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The largest number of points a side
    #[arg(long, value_name = "N", default_value = "100000")]
    max: NonZeroUsize,
    /// The largest that is solved to the end; three sweeps beyond
    #[arg(long, value_name = "N", default_value = "20000")]
    solve_max: usize,
    #[command(flatten)]
    table: TableArgs,
    /// One measurement of one size, as JSON on standard output
    #[arg(long, value_enum, value_name = "WHAT", requires = "size", hide = true)]
    only: Option<Only>,
    /// The size of it
    #[arg(long, value_name = "N", requires = "only", hide = true)]
    size: Option<usize>,
}

/// What a process measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Sweep,
    Solve,
}

impl Args {
    /// The sizes that were asked for; the smallest is always there, the others are compared with it.
    fn sizes(&self) -> Vec<usize> {
        SIZES.into_iter().filter(|&size| size == SIZES[0] || size <= self.max.get()).collect()
    }
}

/// A size.
struct Row {
    size: usize,
    sweeps: Sweeps,
    /// Whether the solve was not cut short.
    to_the_end: bool,
    solve: Solve,
}

pub fn run(args: &Args) -> Outcome {
    match (args.only, args.size) {
        (Some(Only::Sweep), Some(size)) => print(&json!(measure::sweeps(size)?).to_string()),
        (Some(Only::Solve), Some(size)) => print(&json!(measure::run_solve(size, size <= args.solve_max)?).to_string()),
        _ => all(args),
    }
}

fn all(args: &Args) -> Outcome {
    let what = format!(
        "Two Gaussians in {DIMENSION} dimensions, f32, costs streamed, epsilon {EPSILON} of the mean cost. The sweep is \
         plain, and the fastest of several; one thread counts without what other processes take.\nGrowth is its time / \
         n^2, relative to that of the first n. Scaling is by the clock. The solve is from Auto with Anderson in all \
         threads, to a marginal error of {THRESHOLD:e}, or for three sweeps (*).\nIts ms are those of the start, of \
         completing it, of the sweeps, and of measuring the result. MB are 10^6 bytes: the workspace for all threads, \
         and the peak of the process, points and program included."
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let sweep = "n      |1 thread ms|   all ms|scaling|growth, 1 thread|growth, all|    MB|peak MB";
    let solve = "   start|sweeps|start ms|complete ms|sweep ms|finish ms|solve MB|solve peak MB|note";
    tables.table("", &format!("{sweep}|{solve}"))?;
    let mut rows: Vec<Row> = Vec::new();
    for size in args.sizes() {
        rows.push(Row {
            size,
            sweeps: in_process(args, Only::Sweep, size)?,
            to_the_end: size <= args.solve_max,
            solve: in_process(args, Only::Solve, size)?,
        });
        tables.row(rows[rows.len() - 1].cells(&rows[0]))?;
    }
    print(&target(&rows).unwrap_or_default())?;
    tables.end()
}

/// One measurement of this program in a process of its own, so that the peak of memory is that of the size.
fn in_process<T: DeserializeOwned>(args: &Args, only: Only, size: usize) -> Outcome<T> {
    let what = name(only);
    let failed = |error: &dyn std::fmt::Display| format!("{what} of {size}: {error}");
    let mut child = Command::new(env::current_exe()?);
    child.args(["scaling", "--only", &what]).arg(format!("--size={size}"));
    child.arg(format!("--solve-max={}", args.solve_max)).stderr(Stdio::inherit());
    let output = child.output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status).into());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(&error).into())
}

impl Row {
    fn one(&self) -> &Sweep {
        &self.sweeps.sweeps[0]
    }

    fn all(&self) -> &Sweep {
        &self.sweeps.sweeps[self.sweeps.sweeps.len() - 1]
    }

    /// As a row of the table; `first` is the smallest size.
    fn cells(&self, first: &Row) -> Vec<Cell> {
        let (one, all, solve) = (self.one(), self.all(), &self.solve);
        let ms = |seconds: f64, decimals| Cell::number(1e3 * seconds, decimals);
        let megabytes = |bytes: Option<u64>| Cell::number(bytes.map(|bytes| bytes as f64 / 1e6), 2);
        let sweeps = format!("{}{}", solve.sweeps, if self.to_the_end { "" } else { "*" });
        let fallbacks = self.sweeps.sweeps.iter().map(|sweep| sweep.row_fallbacks).sum::<u32>() + solve.row_fallbacks;
        let status = if self.to_the_end && solve.status != "converged" { &solve.status } else { "" };
        let note = if fallbacks > 0 { format!("{fallbacks} rows max-shifted {status}") } else { status.into() };
        vec![
            Cell::of(self.size),
            ms(one.taken.alone(one.threads), 3),
            ms(all.taken.seconds, 3),
            Cell::number(one.taken.seconds / all.taken.seconds, 2),
            Cell::number(growth((self, one), (first, first.one())), 2),
            Cell::number(growth((self, all), (first, first.all())), 2),
            megabytes(Some(all.workspace_bytes as u64)),
            megabytes(self.sweeps.peak_bytes),
            Cell::of(&solve.start),
            Cell::new(sweeps, solve.sweeps),
            ms(solve.start_seconds, 1),
            ms(solve.completion_seconds, 1),
            ms(solve.sweep_seconds, 1),
            ms(solve.finish_seconds, 1),
            megabytes(Some(solve.workspace_bytes as u64)),
            megabytes(solve.peak_bytes),
            Cell::of(note),
        ]
    }
}

/// Of time / n^2.
fn growth(present: (&Row, &Sweep), first: (&Row, &Sweep)) -> f64 {
    let value = |(row, sweep): (&Row, &Sweep)| sweep.taken.alone(sweep.threads) / (row.size as f64 * row.size as f64);
    value(present) / value(first)
}

/// Whether the memory of the size that is promised is what it should be: the larger peak of its two processes.
fn target(rows: &[Row]) -> Option<String> {
    let row = rows.iter().find(|row| row.size == TARGET_SIZE)?;
    let bytes = row.sweeps.peak_bytes?.max(row.solve.peak_bytes?);
    let verdict = if bytes < TARGET_BYTES { "as wanted" } else { "MISSED" };
    let [peak, goal] = [bytes, TARGET_BYTES].map(|bytes| bytes as f64 / 1e6);
    Some(format!("\nPeak memory of n = {TARGET_SIZE}: {peak:.1} MB, under {goal:.0} MB: {verdict}.\n"))
}
