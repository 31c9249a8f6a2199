//! Time and memory against the number of points.
//!
//!     cargo run --release -p sinkhorn-bench --bin scaling
//!     cargo run --release -p sinkhorn-bench --bin scaling -- --max 10000
//!
//! Every measurement ([`measure`]) is made by this program in a process of its own ([`child`]), so that the peak of
//! memory is that of one size.

mod args;
mod child;
mod measure;
mod text;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use serde::Serialize;
use serde_json::{Value, json};
use sinkhorn_bench::machine::Machine;
use sinkhorn_bench::output::{print, write_json};
use sinkhorn_core::Error;

use args::{Args, Only};
use measure::{Solve, Sweep, Sweeps};

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;
/// The size whose memory is promised, and how much it may be.
const TARGET_SIZE: usize = 100_000;
const TARGET_BYTES: u64 = 100_000_000;

/// A size.
#[derive(Serialize)]
struct Row {
    size: usize,
    #[serde(flatten)]
    sweeps: Sweeps,
    /// Whether the solve was not cut short.
    to_the_end: bool,
    solve: Solve,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match (args.only, args.size) {
        (Some(only), Some(size)) => one(&args, only, size),
        _ => all(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "scaling: error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn one(args: &Args, only: Only, size: usize) -> Result<(), String> {
    let text = |error: Error| error.to_string();
    let found = match only {
        Only::Sweep => json!(measure::sweeps(size).map_err(text)?),
        Only::Solve => json!(measure::run_solve(size, size <= args.solve_max).map_err(text)?),
    };
    print(&found.to_string())
}

fn all(args: &Args) -> Result<(), String> {
    let (clock, machine) = (Instant::now(), Machine::this());
    print(&text::opening(&machine))?;
    let mut rows: Vec<Row> = Vec::new();
    for size in args.sizes() {
        rows.push(Row {
            size,
            sweeps: child::run(args, Only::Sweep, size)?,
            to_the_end: size <= args.solve_max,
            solve: child::run(args, Only::Solve, size)?,
        });
        print(&text::row(&rows[rows.len() - 1], &rows[0]))?;
    }
    print(&text::target(&rows))?;
    let seconds = clock.elapsed().as_secs_f64();
    print(&format!("\nAll in {seconds:.0} s.\n"))?;
    write_json(args.json.as_deref(), || table(&machine, &rows, seconds))
}

fn table(machine: &Machine, rows: &[Row], seconds: f64) -> Value {
    json!({
        "schema": SCHEMA,
        "command": "scaling",
        "version": env!("CARGO_PKG_VERSION"),
        "machine": machine,
        "dimension": measure::DIMENSION,
        "scalar": "f32",
        "storage": "stream",
        "epsilon_of_mean": measure::EPSILON,
        "threshold": measure::THRESHOLD,
        "sizes": rows,
        "total_seconds": seconds,
    })
}

impl Row {
    fn one(&self) -> &Sweep {
        &self.sweeps.sweeps[0]
    }

    fn all(&self) -> &Sweep {
        &self.sweeps.sweeps[self.sweeps.sweeps.len() - 1]
    }

    /// The larger peak of the two processes.
    fn peak_bytes(&self) -> Option<u64> {
        Some(self.sweeps.peak_bytes?.max(self.solve.peak_bytes?))
    }
}
