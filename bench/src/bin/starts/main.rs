//! What every start saves, with every acceleration, on every problem: the evidence of the README.
//!
//!     cargo run --release -p sinkhorn-bench --bin starts
//!     cargo run --release -p sinkhorn-bench --bin starts -- --headline
//!
//! Eleven minutes and four; with `--storage stream`, which takes the same sweeps up to rounding, about five times as
//! long.
//!
//! Typed text ([`args`]) becomes a plan, which is run ([`measure`], [`headline`]) and rendered ([`text`], [`json`],
//! [`plot`]).

mod accelerate;
mod args;
mod headline;
mod json;
mod measure;
mod plot;
mod text;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sinkhorn_bench::output::{print, write, write_json};

use args::{Args, Plan};

fn main() -> ExitCode {
    let args = Args::parse();
    let plan = args.plan();
    let result = if args.headline { short(&args, &plan) } else { full(&args, &plan) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "starts: error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn full(args: &Args, plan: &Plan) -> Result<(), String> {
    let clock = Instant::now();
    let mut runs = Vec::new();
    print(&text::opening(plan))?;
    for case in &plan.cases {
        let first = runs.len();
        for &epsilon in &plan.epsilons {
            let block = measure::block(plan, case, epsilon).map_err(|error| format!("{}: {error}", case.name))?;
            print(&text::block(plan, case, epsilon, &block))?;
            runs.extend(block);
        }
        if let Some(folder) = &args.plots {
            let picture = plot::svg(plan, case, &runs[first..])?;
            write(&folder.join(case.name).with_extension("svg"), &picture)?;
        }
    }
    print(&text::alone(plan, &runs))?;
    let seconds = clock.elapsed().as_secs_f64();
    print(&format!("\n{} runs in {seconds:.0} s.\n", runs.len()))?;
    write_json(args.json.as_deref(), || json::table(plan, &runs, seconds))
}

fn short(args: &Args, plan: &Plan) -> Result<(), String> {
    let clock = Instant::now();
    let mut rows = Vec::new();
    print(&headline::opening(plan))?;
    for case in &plan.cases {
        for &epsilon in &plan.epsilons {
            let row = headline::row(plan, case, epsilon).map_err(|error| format!("{}: {error}", case.name))?;
            print(&headline::line(&row, plan.max_sweeps))?;
            rows.push(row);
        }
    }
    let seconds = clock.elapsed().as_secs_f64();
    print(&headline::closing(plan, &rows))?;
    print(&format!("\nAll in {seconds:.0} s.\n"))?;
    write_json(args.json.as_deref(), || headline::json(plan, &rows, seconds))
}
