//! Our side of the comparison with the Python packages: one measurement of NPY inputs, printed as JSON.
//! `bench/peers/run` calls it.
//!
//!     cargo run --release -p sinkhorn-bench --bin ours -- solve x.npy y.npy --epsilon 0.1 --repeat 3
//!
//! Epsilon is in units of cost, the cost squared Euclidean, the weights equal.

mod args;
mod batch;
mod files;
mod iteration;
mod scalar;
mod solve;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use serde_json::{Value, json};
use sinkhorn_core::Settings;

use args::{Args, Command, Precision};
use scalar::Scalar;

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.common().precision {
        Precision::F32 => run::<f32>(&args.command),
        Precision::F64 => run::<f64>(&args.command),
    };
    match result {
        Ok(value) => {
            let _ = writeln!(std::io::stdout(), "{value}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "ours: error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run<T: Scalar>(command: &Command) -> Result<Value, String> {
    match command {
        Command::Iteration(args) => iteration::run::<T>(args),
        Command::Solve(args) => solve::run::<T>(args),
        Command::Batch(args) => batch::run::<T>(args),
    }
}

/// The settings that change time and not the answer, as they were used.
fn used<T: Scalar>(settings: &Settings<T>) -> Value {
    json!({
        "precision": T::NAME,
        "threads": settings.threads,
        "simd": settings.simd.resolve().name(),
        "acceleration": settings.acceleration.name(),
    })
}

/// Least and median of some times.
fn summary(mut seconds: Vec<f64>) -> Value {
    seconds.sort_by(f64::total_cmp);
    json!({ "min": seconds.first(), "median": seconds.get(seconds.len() / 2), "samples": seconds.len() })
}
