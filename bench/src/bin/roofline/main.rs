//! Compares sweeps with what the machine can do.
//!
//!     cargo run --release -p sinkhorn-bench --bin roofline
//!     cargo run --release -p sinkhorn-bench --bin roofline -- --quick --level avx2
//!
//! Typed text ([`args`]) becomes a plan, whose sweeps are timed ([`measure`]) between bare rates ([`rates`]) and
//! rendered ([`text`], [`json`]).

mod args;
mod json;
mod measure;
mod rates;
mod scalar;
mod text;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sinkhorn_bench::machine::Machine;
use sinkhorn_bench::output::{print, write_json};

use args::{Args, ScalarName};
use measure::Bench;

/// Where the machine does not tell.
const CACHE: usize = 32 << 20;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "roofline: error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let (clock, machine, plan) = (Instant::now(), Machine::this(), args.plan());
    let bench = Bench {
        plan: &plan,
        threads: machine.threads(),
        cache: machine.cache.unwrap_or(CACHE),
        // Not zero, so that every page is there.
        memory: vec![1; plan.read / size_of::<u64>()],
    };

    print(&text::opening(&machine))?;
    let mut bare = Vec::new();
    for &scalar in &plan.scalars {
        for &level in &plan.levels {
            let found = match scalar {
                ScalarName::F32 => measure::bare::<f32>(&bench, level),
                ScalarName::F64 => measure::bare::<f64>(&bench, level),
            };
            print(&text::bare(&found))?;
            bare.push(found);
        }
    }

    print(&text::header())?;
    let mut cells = Vec::new();
    let mut seen = |found: Vec<measure::Cell>| {
        let result = print(&text::rows(&found));
        cells.extend(found);
        result
    };
    for &scalar in &plan.scalars {
        for &shape in &plan.shapes {
            match scalar {
                ScalarName::F32 => measure::shape::<f32>(&bench, shape, &mut seen)?,
                ScalarName::F64 => measure::shape::<f64>(&bench, shape, &mut seen)?,
            }
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    print(&format!("\nAll in {seconds:.0} s.\n"))?;
    write_json(args.json.as_deref(), || json::table(&machine, &bare, &cells, seconds))
}
