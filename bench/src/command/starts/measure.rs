//! One run a start and acceleration serves both thresholds.
//!
//! A threshold is crossed at the first sweep at the wanted epsilon whose marginal error is at most the threshold. A
//! solve with that threshold ends there, except under relaxation, which confirms with a plain sweep: there every
//! threshold has a solve of its own, and the crossing is its end. Annealing's sweeps at larger epsilons count, but
//! their errors do not.
//!
//! The time to a threshold is that of the start, its completion, the sweeps up to the crossing and the measuring of the
//! result. The observer that records the errors costs O(n + m) a sweep, and what is left out, copying the points, O((n
//! + m) d) a solve.

use std::ops::ControlFlow;
use std::time::Instant;

use sinkhorn_bench::problems::Case;
use sinkhorn_bench::starts::NamedStart;
use sinkhorn_core::{Epsilon, Error, Problem, Report, Settings, Solver, Status, Workspace, error::ErrorKind};

use super::accelerate::{Acceleration, annealing_sweeps};
use super::args::Plan;

/// Marginal errors, from large to small.
pub const THRESHOLDS: [f64; 2] = [1e-3, 1e-6];

/// A cell of the table, with both thresholds.
pub struct Run {
    pub problem: &'static str,
    /// As a fraction of the mean cost.
    pub epsilon: f64,
    pub start: &'static str,
    pub acceleration: Acceleration,
    /// Or why the start does not apply.
    pub outcome: Result<Outcome, &'static str>,
}

/// What a run found.
pub struct Outcome {
    pub report: Report<f64>,
    /// Start and completion.
    pub start_seconds: f64,
    pub reached: [Reached; 2],
    /// Marginal error, sweep by sweep.
    pub errors: Vec<f64>,
}

/// How far it is to a threshold.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// None where the run ended before.
    pub sweeps: Option<u32>,
    /// How it ended.
    pub status: &'static str,
    pub seconds: f64,
}

/// All runs of a problem at an epsilon, start by start.
pub fn block(plan: &Plan, case: &Case, epsilon: f64) -> Result<Vec<Run>, Error> {
    let problem = case.problem(Epsilon::OfMean(epsilon))?;
    let mut runs = Vec::new();
    for start in &plan.starts {
        for &acceleration in &plan.accelerations {
            let settings = Settings {
                max_sweeps: plan.max_sweeps,
                storage: plan.storage,
                ..acceleration.settings(start.name, epsilon)
            };
            let outcome = match measure(&problem, start, &settings, acceleration.confirms()) {
                Ok(outcome) => Ok(outcome),
                Err(Error { kind: ErrorKind::Unsupported { reason, .. }, .. }) => Err(reason),
                Err(error) => return Err(error),
            };
            runs.push(Run { problem: case.name, epsilon, start: start.name, acceleration, outcome });
        }
    }
    Ok(runs)
}

fn measure(
    problem: &Problem<'_, f64>,
    start: &NamedStart<f64>,
    settings: &Settings<f64>,
    apart: bool,
) -> Result<Outcome, Error> {
    let [loose, tight] = THRESHOLDS;
    let trace = trace(problem, start, &Settings { threshold: tight, ..*settings })?;
    let skip = annealing_sweeps(settings);
    let early = if apart {
        self::trace(problem, start, &Settings { threshold: loose, ..*settings })?.end()
    } else {
        let crossing = trace.errors.iter().skip(skip).position(|error| *error <= loose);
        crossing.map_or_else(|| trace.end(), |index| trace.crossed(skip + index))
    };
    let reached = [early, trace.end()];
    let Trace { report, start_seconds, errors, .. } = trace;
    Ok(Outcome { report, start_seconds, reached, errors })
}

/// A solve, watched.
struct Trace {
    report: Report<f64>,
    start_seconds: f64,
    errors: Vec<f64>,
    /// When the sweeps ended.
    seconds: Vec<f64>,
    /// Of the measuring at the end.
    finish_seconds: f64,
}

fn trace(problem: &Problem<'_, f64>, start: &NamedStart<f64>, settings: &Settings<f64>) -> Result<Trace, Error> {
    // Touched, so that no sweep has to wait for memory.
    let mut memory = vec![f64::NAN; Workspace::len(problem, settings)?];
    let (mut errors, mut seconds) = (Vec::with_capacity(1000), Vec::with_capacity(1000));
    let mut solver = Solver::new(problem, settings, Workspace::new(&mut memory, problem, settings)?)?;
    let clock = Instant::now();
    solver.start(start.start.as_ref())?;
    let start_seconds = clock.elapsed().as_secs_f64();
    solver.run_observed(&mut |seen| {
        errors.push(seen.marginal_error);
        seconds.push(clock.elapsed().as_secs_f64());
        ControlFlow::Continue(())
    });
    let swept = clock.elapsed().as_secs_f64();
    let report = *solver.into_solution().report();
    let finish_seconds = clock.elapsed().as_secs_f64() - swept;
    Ok(Trace { report, start_seconds, errors, seconds, finish_seconds })
}

impl Trace {
    /// The last sweep, where the solve was made for this threshold or ended before it.
    fn end(&self) -> Reached {
        let reached = self.crossed(self.errors.len() - 1);
        if self.report.status == Status::Converged {
            reached
        } else {
            Reached { sweeps: None, status: self.report.status.name(), ..reached }
        }
    }

    fn crossed(&self, index: usize) -> Reached {
        let status = Status::Converged.name();
        let seconds = self.seconds[index] + self.finish_seconds;
        Reached { sweeps: Some(index as u32 + 1), status, seconds }
    }
}
