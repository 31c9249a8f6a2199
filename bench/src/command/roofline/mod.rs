//! Compares sweeps with what the machine can do.
//!
//!     cargo run --release -p sinkhorn-bench -- roofline
//!     cargo run --release -p sinkhorn-bench -- roofline --quick --level avx2
//!
//! Typed text ([`args`]) becomes a plan, whose sweeps are timed ([`measure`]) between bare rates ([`rates`]) and
//! made rows of tables ([`text`]).

mod args;
mod measure;
mod rates;
mod scalar;
mod text;

use sinkhorn_bench::machine::Machine;

use super::Outcome;
use crate::args::in_precision;
use crate::table::Tables;
use measure::Bench;

pub use args::Args;

/// The cache of a machine that does not tell.
const CACHE: usize = 32 << 20;

pub fn run(args: &Args) -> Outcome {
    let (machine, plan) = (Machine::this(), args.plan());
    let bench = Bench {
        plan: &plan,
        threads: machine.threads(),
        cache: machine.cache.unwrap_or(CACHE),
        // Not zero, so that every page is there.
        memory: vec![1; plan.read / size_of::<u64>()],
    };
    let mut tables = Tables::begin(&args.table, text::BARE)?;
    tables.table("", text::BARE_COLUMNS)?;
    for &scalar in &plan.scalars {
        for &level in &plan.levels {
            tables.row(text::bare(&in_precision!(scalar, measure::bare(&bench, level))))?;
        }
    }
    tables.table(&text::sweeps(), text::SWEEP_COLUMNS)?;
    let mut seen = |cells: Vec<measure::Cell>| text::rows(&cells).into_iter().try_for_each(|row| tables.row(row));
    for &scalar in &plan.scalars {
        for &shape in &plan.shapes {
            in_precision!(scalar, measure::shape(&bench, shape, &mut seen))?;
        }
    }
    tables.end()
}
