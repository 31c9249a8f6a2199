//! Time and memory against the number of points.
//!
//!     cargo run --release -p sinkhorn-bench -- scaling
//!     cargo run --release -p sinkhorn-bench -- scaling --max 1000000 --corner --dimension 2
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
use measure::{Data, Solve, Sweep, Sweeps, THRESHOLD};

/// The size whose memory is promised, and how much it may be.
const TARGET_SIZE: usize = 100_000;
const TARGET_BYTES: u64 = 100_000_000;

/// Points a side.
const SIZES: [usize; 9] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 300_000, 1_000_000];

/// Time and memory against the number of points: f32, costs streamed. Every size runs in processes of its own.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The largest number of points a side
    #[arg(long, value_name = "N", default_value = "100000")]
    max: NonZeroUsize,
    /// The smallest number of points a side
    #[arg(long, value_name = "N", default_value = "1000")]
    min: usize,
    /// The largest number of points a side of which sweeps over all pairs are timed
    #[arg(long, value_name = "N", default_value = "50000")]
    sweep_max: usize,
    #[command(flatten)]
    data: Data,
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
    /// The sizes that were asked for. The first is always there, because the others are compared with it.
    fn sizes(&self) -> Vec<usize> {
        let wanted = |size: usize| size <= self.max.get() && size >= self.min;
        SIZES.into_iter().filter(|&size| size == SIZES[0] || wanted(size)).collect()
    }
}

/// A size.
struct Row {
    size: usize,
    /// Nothing if sweeps over all pairs would take too long.
    sweeps: Option<Sweeps>,
    solve: Solve,
}

pub fn run(args: &Args) -> Outcome {
    match (args.only, args.size) {
        (Some(Only::Sweep), Some(size)) => print(&json!(measure::sweeps(size, &args.data)?).to_string()),
        (Some(Only::Solve), Some(size)) => print(&json!(measure::run_solve(size, &args.data)?).to_string()),
        _ => all(args),
    }
}

fn all(args: &Args) -> Outcome {
    let Data { dimension, epsilon, cost, .. } = args.data;
    let what = format!(
        "Two clouds in {dimension} dimensions, {}, f32, costs streamed, epsilon {epsilon} of the mean cost. The sweep is \
         plain, over all pairs, and the fastest of several; one thread counts without what other processes take.\n\
         Growth is its time / n^2, relative to that of the first n. The solve is from Auto in all threads, to a marginal \
         error of {THRESHOLD:e}. Its pairs are visited one by one, summed up by series, or skipped.\nEquivalents are \
         the pairs that start and sweeps visited, in sweeps over all pairs. Its times are those of the start, of \
         completing it, of the sweeps, and of measuring the result. MB are 10^6 bytes: the workspace for all threads, \
         and the peak of the process, points and program included.",
        name(cost)
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let sweep = "n      |1 thread ms|   all ms|growth, all|peak MB";
    let solve = "   start|sweeps|visited|summed|equivalents|start ms|complete ms|sweep ms|finish ms|all s";
    let solve = format!("{solve}|certificate|solve MB|solve peak MB|note");
    tables.table("", &format!("{sweep}|{solve}"))?;
    let mut rows: Vec<Row> = Vec::new();
    for size in args.sizes() {
        rows.push(Row {
            size,
            sweeps: if size <= args.sweep_max { Some(in_process(args, Only::Sweep, size)?) } else { None },
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
    let Data { corner, dimension, epsilon, cost, dense } = args.data;
    child.arg(format!("--dimension={dimension}")).arg(format!("--epsilon={epsilon}")).stderr(Stdio::inherit());
    child.arg(format!("--cost={}", name(cost)));
    child.args(corner.then_some("--corner")).args(dense.then_some("--dense"));
    let output = child.output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status).into());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(&error).into())
}

impl Row {
    fn all(&self) -> Option<&Sweep> {
        self.sweeps.as_ref()?.sweeps.last()
    }

    /// As a row of the table; `first` is the smallest size.
    fn cells(&self, first: &Row) -> Vec<Cell> {
        let solve = &self.solve;
        let ms = |seconds: Option<f64>, decimals| Cell::number(seconds.map(|seconds| 1e3 * seconds), decimals);
        let megabytes = |bytes: Option<u64>| Cell::number(bytes.map(|bytes| bytes as f64 / 1e6), 1);
        let one = self.sweeps.as_ref().map(|sweeps| &sweeps.sweeps[0]);
        let times = [solve.start_seconds, solve.completion_seconds, solve.sweep_seconds, solve.finish_seconds];
        let [start, completion, sweeps, finish] = times.map(|seconds| ms(Some(seconds), 1));
        vec![
            Cell::of(self.size),
            ms(one.map(|one| one.taken.alone(one.threads)), 3),
            ms(self.all().map(|all| all.taken.seconds), 3),
            Cell::number(growth(self, first), 2),
            megabytes(self.sweeps.as_ref().and_then(|sweeps| sweeps.peak_bytes)),
            Cell::of(&solve.start),
            Cell::of(solve.sweeps),
            Cell::number(f64::from(solve.visited), 4),
            Cell::number(f64::from(solve.summed), 4),
            Cell::number(solve.equivalents, 3),
            start,
            completion,
            sweeps,
            finish,
            Cell::number(times.iter().sum::<f64>(), 2),
            Cell::new(format!("{:.0e}", solve.certificate), solve.certificate),
            megabytes(Some(solve.workspace_bytes as u64)),
            megabytes(solve.peak_bytes),
            Cell::of(if solve.status == "converged" { "" } else { &solve.status }),
        ]
    }
}

/// Returns the time of a sweep in all threads / n^2, relative to that of another size.
fn growth(present: &Row, first: &Row) -> Option<f64> {
    let value = |row: &Row| {
        let sweep = row.all()?;
        Some(sweep.taken.alone(sweep.threads) / (row.size as f64 * row.size as f64))
    };
    Some(value(present)? / value(first)?)
}

/// Whether the memory of the size that is promised is what it should be: the larger peak of its two processes.
fn target(rows: &[Row]) -> Option<String> {
    let row = rows.iter().find(|row| row.size == TARGET_SIZE)?;
    let bytes = row.solve.peak_bytes?;
    let verdict = if bytes < TARGET_BYTES { "as wanted" } else { "MISSED" };
    let [peak, goal] = [bytes, TARGET_BYTES].map(|bytes| bytes as f64 / 1e6);
    Some(format!("\nPeak memory of n = {TARGET_SIZE}: {peak:.1} MB, under {goal:.0} MB: {verdict}.\n"))
}
