//! What every start saves, with every acceleration, on every problem: the evidence of the README.
//!
//!     cargo run --release -p sinkhorn-bench -- starts
//!     cargo run --release -p sinkhorn-bench -- starts --headline
//!
//! Eleven minutes and four; with `--storage stream`, which takes the same sweeps up to rounding, about five times as
//! long.
//!
//! Typed text ([`args`]) becomes a plan, which is run ([`measure`], [`headline`]) and drawn ([`plot`]).

mod accelerate;
mod args;
mod headline;
mod measure;
mod plot;
mod text;

use serde_json::json;
use sinkhorn_bench::problems::Case;

use super::Outcome;
use crate::args::name;
use crate::files::write;
use crate::table::{Cell, Tables};
use accelerate::Acceleration;
use args::Plan;
use measure::{Run, THRESHOLDS};
use text::{milliseconds, sweeps};

pub use args::Args;

pub fn run(args: &Args) -> Outcome {
    let plan = args.plan();
    if args.headline { headline::run(args, &plan) } else { full(args, &plan) }
}

fn full(args: &Args, plan: &Plan) -> Outcome {
    let Plan { size, storage, max_sweeps, .. } = plan;
    let what = format!(
        "Sweeps, and milliseconds with start and measuring of the result, to a marginal error. f64, size {size}, storage {}, \
         at most {max_sweeps} sweeps.\nEpsilon as a fraction of the mean cost. -: the start does not apply. >: not reached. \
         floor: as close as rounding allows.",
        storage.name()
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let mut runs = Vec::new();
    for case in &plan.cases {
        let first = runs.len();
        for &epsilon in &plan.epsilons {
            let found = measure::block(plan, case, epsilon).map_err(|error| format!("{}: {error}", case.name))?;
            block(&mut tables, plan, (case, epsilon), &found)?;
            runs.extend(found);
        }
        if let Some(folder) = &args.plots {
            let picture = plot::svg(plan, case, &runs[first..])?;
            write(&folder.join(case.name).with_extension("svg"), &picture)?;
        }
    }
    alone(&mut tables, plan, &runs)?;
    tables.end()
}

/// The table of a problem at an epsilon.
fn block(tables: &mut Tables, plan: &Plan, (case, epsilon): (&Case, f64), runs: &[Run]) -> Outcome {
    let title = format!("{}, epsilon {epsilon}: {}, {} x {}", case.name, case.what, case.rows(), case.columns());
    let columns = plan.accelerations.iter().map(|&acceleration| format!("|{:>16}", name(acceleration)));
    tables.table(&title, &format!("start                 |  to{}", columns.collect::<String>()))?;
    for (index, threshold) in THRESHOLDS.into_iter().enumerate() {
        for row in runs.chunks(plan.accelerations.len()) {
            let first = [Cell::of(row[0].start), Cell::new(format!("{threshold:e}"), threshold)];
            tables.row(first.into_iter().chain(row.iter().map(|run| cell(run, index, plan))))?;
        }
    }
    Ok(())
}

fn cell(run: &Run, index: usize, plan: &Plan) -> Cell {
    let outcome = match &run.outcome {
        Ok(outcome) => outcome,
        Err(reason) => return Cell::new("-", json!({ "does_not_apply": reason })),
    };
    let reached = &outcome.reached[index];
    let count = sweeps(reached.sweeps, reached.status, plan.max_sweeps);
    let value = json!({
        "sweeps": reached.sweeps,
        "status": reached.status,
        "seconds": reached.seconds,
        "start": outcome.report.start.name,
        "start_pairs": outcome.report.start.pairs,
        "start_value": outcome.report.start_value,
        "start_seconds": outcome.start_seconds,
        "start_note": outcome.report.start.note,
        "epsilon": outcome.report.epsilon,
    });
    Cell::new(format!("{count} {:>9}", milliseconds(reached.seconds)), value)
}

/// Each start alone: how many times fewer sweeps than from zero, plain, to the first threshold.
fn alone(tables: &mut Tables, plan: &Plan, runs: &[Run]) -> Outcome {
    let sweeps = |case: &Case, epsilon: f64, start: &str| {
        let run = runs.iter().find(|run| {
            (run.problem, run.start, run.acceleration) == (case.name, start, Acceleration::Plain)
                && run.epsilon == epsilon
        })?;
        Some(run.outcome.as_ref().ok()?.reached[0].sweeps)
    };
    let starts: Vec<&str> = plan.starts.iter().map(|start| start.name).filter(|name| *name != "zero").collect();
    let pairs = plan.cases.iter().flat_map(|case| plan.epsilons.iter().map(move |&epsilon| (case, epsilon)));
    let rows: Vec<_> =
        pairs.filter_map(|(case, epsilon)| Some((case, epsilon, sweeps(case, epsilon, "zero")?))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let title = format!(
        "Each start alone: plain sweeps from zero to {:e}, and how many times fewer from each start (below 1: more)",
        THRESHOLDS[0]
    );
    let columns: String = starts.iter().map(|name| format!("|{name:>8}")).collect();
    tables.table(&title, &format!("problem           |epsilon|  zero{columns}"))?;
    for (case, epsilon, zero) in rows {
        let shown = zero.map_or(format!(">{}", plan.max_sweeps), |sweeps| sweeps.to_string());
        let mut cells = vec![Cell::of(case.name), Cell::of(epsilon), Cell::new(shown, zero)];
        cells.extend(starts.iter().map(|name| match sweeps(case, epsilon, name) {
            None => Cell::new("-", ()),
            Some(own) => Cell::of(ratio(zero, own, plan.max_sweeps)),
        }));
        tables.row(cells)?;
    }
    Ok(())
}

/// A bound where one of the two was given up.
fn ratio(zero: Option<u32>, own: Option<u32>, most: u32) -> String {
    let value = |sweeps: Option<u32>| f64::from(sweeps.unwrap_or(most));
    let sign = match (zero, own) {
        (Some(_), Some(_)) => "",
        (None, Some(_)) => ">",
        (Some(_), None) => "<",
        (None, None) => return "?".into(),
    };
    format!("{sign}{:.2}", value(zero) / value(own))
}
