//! The full table as text.

use std::fmt::Write;

use sinkhorn_bench::problems::Case;

use crate::args::Plan;
use crate::measure::{Reached, Run, THRESHOLDS};

/// What the numbers are.
pub fn opening(plan: &Plan) -> String {
    format!(
        "Sweeps, and milliseconds with start and measuring of the result, to a marginal error. f64, size {}, storage {}, at most {} \
         sweeps.\nEpsilon as a fraction of the mean cost. -: the start does not apply. >: not reached. floor: as close as rounding allows.\n",
        plan.size,
        plan.storage.name(),
        plan.max_sweeps
    )
}

/// The rows of a problem at an epsilon.
pub fn block(plan: &Plan, case: &Case, epsilon: f64, runs: &[Run]) -> String {
    let mut text = format!("\n{}, epsilon {epsilon}: {}, {} x {}\n", case.name, case.what, case.rows(), case.columns());
    for (index, threshold) in THRESHOLDS.iter().enumerate() {
        text += &format!("{:<24}", format!("to {threshold:e}"));
        for acceleration in &plan.accelerations {
            let _ = write!(text, "{:>18}", acceleration.name());
        }
        text.push('\n');
        for row in runs.chunks(plan.accelerations.len()) {
            let _ = write!(text, "  {:<22}", row[0].start);
            for run in row {
                let cell = run.outcome.as_ref().map_or("-".into(), |outcome| cell(&outcome.reached[index], plan));
                let _ = write!(text, "{cell:>18}");
            }
            text.push('\n');
        }
    }
    text
}

fn cell(reached: &Reached, plan: &Plan) -> String {
    let sweeps = sweeps(reached.sweeps, reached.status, plan.max_sweeps);
    format!("{sweeps} {:>9}", milliseconds(reached.seconds))
}

/// The number, or why there is none.
pub fn sweeps(sweeps: Option<u32>, status: &str, most: u32) -> String {
    match (sweeps, status) {
        (Some(sweeps), _) => sweeps.to_string(),
        (None, "sweep limit") => format!(">{most}"),
        (None, "precision floor") => "floor".into(),
        (None, status) => status.into(),
    }
}

/// With three digits or so.
pub fn milliseconds(seconds: f64) -> String {
    let value = 1e3 * seconds;
    let decimals = if value < 10.0 { 2 } else { usize::from(value < 1000.0) };
    format!("{value:.decimals$}")
}

/// Each start alone: how many times fewer sweeps than from zero, plain, to the first threshold.
pub fn alone(plan: &Plan, runs: &[Run]) -> String {
    use crate::accelerate::Acceleration::Plain;
    let sweeps = |case: &Case, epsilon: f64, start: &str| {
        let run = runs.iter().find(|run| {
            run.problem == case.name && run.epsilon == epsilon && run.start == start && run.acceleration == Plain
        })?;
        Some(run.outcome.as_ref().ok()?.reached[0].sweeps)
    };
    let starts = || plan.starts.iter().map(|start| start.name).filter(|name| *name != "zero");
    let mut text = format!(
        "\nEach start alone: plain sweeps from zero to {:e}, and how many times fewer from each start (below 1: more)\n{:<18}{:>8}{:>8}",
        THRESHOLDS[0], "problem", "epsilon", "zero"
    );
    for name in starts() {
        let _ = write!(text, "{:>width$}", name, width = name.len().max(8) + 2);
    }
    text.push('\n');
    let mut rows = 0;
    for case in &plan.cases {
        for &epsilon in &plan.epsilons {
            let Some(zero) = sweeps(case, epsilon, "zero") else { continue };
            rows += 1;
            let shown = zero.map_or(format!(">{}", plan.max_sweeps), |sweeps| sweeps.to_string());
            let _ = write!(text, "{:<18}{epsilon:>8}{shown:>8}", case.name);
            for name in starts() {
                let ratio = match sweeps(case, epsilon, name) {
                    None => "-".into(),
                    Some(own) => ratio(zero, own, plan.max_sweeps),
                };
                let _ = write!(text, "{ratio:>width$}", width = name.len().max(8) + 2);
            }
            text.push('\n');
        }
    }
    if rows == 0 { String::new() } else { text }
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
