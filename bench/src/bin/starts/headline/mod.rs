//! What a user saves who changes nothing but the start: whole calls of `solve`, to a marginal error of 1e-3.
//!
//! Runs that are compared are interleaved, and of three the fastest counts (of one, where one takes two seconds), since
//! machines are noisy. The workspace is allocated and touched before.

mod render;

use std::time::Instant;

use sinkhorn_bench::problems::Case;
use sinkhorn_bench::starts::{self, NamedStart};
use sinkhorn_core::{Epsilon, Error, Problem, Report, Settings, Status, Workspace, solve};
use sinkhorn_init::Timed;

use crate::accelerate::Acceleration;
use crate::args::Plan;
use crate::measure::THRESHOLDS;

pub use render::{closing, json, line, opening};

const THRESHOLD: f64 = THRESHOLDS[0];
const ROUNDS: usize = 3;
/// A run that takes longer is not repeated.
const LONG: f64 = 2.0;

/// A problem at an epsilon.
pub struct Row<'a> {
    pub case: &'a Case,
    /// As a fraction of the mean cost.
    pub epsilon: f64,
    /// Zero with plain sweeps, zero with Anderson, the recommended start with Anderson.
    pub ways: [Way; 3],
}

/// A start with an acceleration.
pub struct Way {
    pub acceleration: Acceleration,
    pub report: Report<f64>,
    /// Of the fastest run, start included.
    pub seconds: f64,
    /// The start's own part of it.
    pub start_seconds: f64,
    /// Runs made.
    pub runs: usize,
}

/// Runs the three ways in turn.
pub fn row<'a>(plan: &Plan, case: &'a Case, epsilon: f64) -> Result<Row<'a>, Error> {
    let problem = case.problem(Epsilon::OfMean(epsilon))?;
    let zero = starts::named("zero").expect("a name of the list");
    let start = starts::recommended();
    let ways = [(&zero, Acceleration::Plain), (&zero, Acceleration::Anderson), (&start, Acceleration::Anderson)];
    let mut best: [Option<Way>; 3] = [None, None, None];
    for round in 0..ROUNDS {
        for (best, &(start, acceleration)) in best.iter_mut().zip(&ways) {
            if best.as_ref().is_some_and(|best| best.seconds >= LONG) {
                continue;
            }
            let run = run(plan, &problem, epsilon, start, acceleration)?;
            *best = match best.take() {
                Some(before) if before.seconds <= run.seconds => Some(Way { runs: round + 1, ..before }),
                _ => Some(Way { runs: round + 1, ..run }),
            };
        }
    }
    Ok(Row { case, epsilon, ways: best.map(|way| way.expect("at least one round")) })
}

fn run(
    plan: &Plan,
    problem: &Problem<'_, f64>,
    epsilon: f64,
    start: &NamedStart,
    acceleration: Acceleration,
) -> Result<Way, Error> {
    let settings = Settings {
        threshold: THRESHOLD,
        max_sweeps: plan.max_sweeps,
        storage: plan.storage,
        ..acceleration.settings(start.name, epsilon)
    };
    let mut memory = vec![f64::NAN; Workspace::len(problem, &settings)?];
    let workspace = Workspace::new(&mut memory, problem, &settings)?;
    let start = Timed(start.start.as_ref());
    let clock = Instant::now();
    let solution = solve(problem, &start, &settings, workspace)?;
    let seconds = clock.elapsed().as_secs_f64();
    let report = *solution.report();
    let start_seconds = report.start.time.unwrap_or_default().as_secs_f64();
    Ok(Way { acceleration, report, seconds, start_seconds, runs: 1 })
}

/// How many times less, or at least how many times.
#[derive(Clone, Copy)]
pub struct Ratio {
    pub value: f64,
    /// The larger one was given up before its end.
    pub at_least: bool,
}

impl Way {
    pub fn converged(&self) -> bool {
        self.report.status == Status::Converged
    }
}

impl Row<'_> {
    /// Of sweeps and of times, the recommended start against the way of this number; none where it was given up itself.
    pub fn ratios(&self, way: usize) -> Option<[Ratio; 2]> {
        let (slow, fast) = (&self.ways[way], &self.ways[2]);
        let ratio = |value| Ratio { value, at_least: !slow.converged() };
        fast.converged().then(|| {
            [ratio(f64::from(slow.report.sweeps) / f64::from(fast.report.sweeps)), ratio(slow.seconds / fast.seconds)]
        })
    }

    /// Pairs that the start visited, as a multiple of n m.
    pub fn pairs(&self) -> f64 {
        self.ways[2].report.start.pairs as f64 / (self.case.rows() as f64 * self.case.columns() as f64)
    }
}
