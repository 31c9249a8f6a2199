//! The full table as JSON: what every machine finds, and apart from it the times of this one.

use serde::Serialize;
use serde_json::{Value, json};
use sinkhorn_bench::problems::Case;

use crate::accelerate::{ANNEALING_AFTER_START, ANNEALING_FACTOR, ANNEALING_SWEEPS, Acceleration, MEMORY};
use crate::args::Plan;
use crate::measure::{Reached, Run, THRESHOLDS};

/// Raised when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct RunEntry<'a> {
    problem: &'a str,
    epsilon_of_mean: f64,
    start: &'a str,
    acceleration: Acceleration,
    /// None where it applies.
    does_not_apply: Option<&'a str>,
    #[serde(flatten)]
    found: Option<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    /// In units of cost.
    epsilon: f64,
    /// The start that was chosen, where one chooses.
    start_chosen: &'a str,
    start_pairs: u64,
    start_value: f64,
    note: Option<&'a str>,
    reached: &'a [Reached],
}

/// `seconds` is what it all took.
pub fn table(plan: &Plan, runs: &[Run], seconds: f64) -> Value {
    let (entries, times): (Vec<_>, Vec<_>) = runs.iter().map(|run| (entry(run), times(run))).unzip();
    json!({
        "schema": SCHEMA,
        "command": "starts",
        "version": env!("CARGO_PKG_VERSION"),
        "parameters": parameters(plan, &THRESHOLDS),
        "problems": plan.cases.iter().map(problem).collect::<Vec<_>>(),
        "runs": entries,
        // In the order of the runs; null where a start does not apply.
        "times": { "total_seconds": seconds, "runs": times },
    })
}

/// What was asked for.
pub fn parameters(plan: &Plan, thresholds: &[f64]) -> Value {
    json!({
        "size": plan.size,
        "seed": 0,
        "precision": "f64",
        "max_sweeps": plan.max_sweeps,
        "storage": plan.storage.name(),
        "epsilons_of_mean": plan.epsilons,
        "thresholds": thresholds,
        "anderson": { "memory": MEMORY },
        "annealing": {
            "first_from_zero": "mean cost / epsilon",
            "first_from_other_starts": ANNEALING_AFTER_START,
            "factor": ANNEALING_FACTOR,
            "sweeps": ANNEALING_SWEEPS,
        },
    })
}

/// A problem without its points.
pub fn problem(case: &Case) -> Value {
    json!({
        "name": case.name,
        "what": case.what,
        "cost": "squared euclidean",
        "points": [case.rows(), case.columns()],
        "dimension": case.dimension,
        "weighted": [case.a.is_some(), case.b.is_some()],
    })
}

fn entry(run: &Run) -> RunEntry<'_> {
    RunEntry {
        problem: run.problem,
        epsilon_of_mean: run.epsilon,
        start: run.start,
        acceleration: run.acceleration,
        does_not_apply: run.outcome.as_ref().err().copied(),
        found: run.outcome.as_ref().ok().map(|outcome| Found {
            epsilon: outcome.epsilon,
            start_chosen: outcome.started.name,
            start_pairs: outcome.started.pairs,
            start_value: outcome.start_value,
            note: outcome.started.note,
            reached: &outcome.reached,
        }),
    }
}

fn times(run: &Run) -> Value {
    let Ok(outcome) = &run.outcome else { return Value::Null };
    let reached = outcome.reached.map(|reached| reached.seconds);
    json!({ "start_seconds": outcome.start_seconds, "reached_seconds": reached })
}
