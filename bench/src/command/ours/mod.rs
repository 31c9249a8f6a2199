//! Our side of the comparison with the Python packages: one measurement of NPY inputs, printed as JSON.
//! `bench/peers/run` calls it.
//!
//!     cargo run --release -p sinkhorn-bench -- ours solve x.npy y.npy --epsilon 0.1 --repeat 3
//!
//! Epsilon is in units of cost, the cost squared Euclidean, the weights equal.

mod args;
mod batch;
mod files;
mod iteration;
mod solve;

use serde_json::{Value, json};
use sinkhorn_core::{Real, Settings};

use super::Outcome;
use crate::args::in_precision;
use crate::table::print;

pub use args::Args;
use args::What;

pub fn run(args: &Args) -> Outcome {
    let value = in_precision!(args.what.common().precision, measure(&args.what))?;
    print(&format!("{value}\n"))
}

fn measure<T: Real>(what: &What) -> Outcome<Value> {
    match what {
        What::Iteration(args) => iteration::run::<T>(args),
        What::Solve(args) => solve::run::<T>(args),
        What::Batch(args) => batch::run::<T>(args),
    }
}

/// The settings that change time and not the answer, as they were used.
fn used<T: Real>(settings: &Settings<T>) -> Value {
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
