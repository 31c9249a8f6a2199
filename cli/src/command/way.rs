//! One way to solve a problem: a start and an acceleration, and how it went.

use std::ops::ControlFlow;
use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{Error, Problem, Settings, Solution, Status, start::Start};

use crate::process::Exit;
use crate::task::scalar::Scalar;
use crate::task::solving;
use crate::terminal::{DOUBTFUL, GOOD, HEADING, digits, seconds};

/// How it went.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// As it is typed.
    pub start: String,
    /// What `auto` chose; else the same.
    pub chosen_start: &'static str,
    pub acceleration: &'static str,
    pub status: &'static str,
    pub sweeps: u32,
    /// Start, sweeps and the measuring of the result; the least of its repetitions.
    pub seconds: f64,
    /// Dual value at the start.
    pub start_value: f64,
    pub objective: f64,
    pub dual_value: f64,
    pub marginal_error: f64,
    #[serde(skip)]
    pub exit: Exit,
    /// Largest minus smallest f, plus the same of g.
    #[serde(skip)]
    pub range: f64,
    #[serde(skip)]
    pub epsilon: f64,
    /// Marginal error of every sweep.
    #[serde(skip)]
    pub errors: Vec<f64>,
}

/// When to give up, and how often to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Seconds after which a way is too slow to be of interest.
    pub patience: f64,
    /// Times are the least of several runs, as long as these take less than this together.
    pub repeat_seconds: f64,
    pub repetitions: usize,
}

impl Effort {
    /// To the end, once.
    pub const ONCE: Effort = Effort { patience: f64::INFINITY, repeat_seconds: 0.0, repetitions: 1 };
    /// Short ones several times.
    pub const SEVERAL: Effort = Effort { patience: f64::INFINITY, repeat_seconds: 0.3, repetitions: 5 };
}

impl Row {
    /// Solves in this way. `memory` is as long as a workspace of these settings.
    pub fn of<T: Scalar>(
        problem: &Problem<'_, T>,
        start: &dyn Start<T>,
        settings: &Settings<T>,
        memory: &mut [T],
        effort: Effort,
    ) -> Result<Row, Error> {
        let clock = Instant::now();
        let mut row = Row::once(problem, start, settings, effort.patience, memory)?;
        for _ in 1..effort.repetitions {
            if clock.elapsed().as_secs_f64() > effort.repeat_seconds {
                break;
            }
            let again = Row::once(problem, start, settings, effort.patience, memory)?;
            if !again.is_converged() {
                break; // given up half-way: the time of no solve
            }
            row.seconds = row.seconds.min(again.seconds);
        }
        Ok(row)
    }

    fn once<T: Scalar>(
        problem: &Problem<'_, T>,
        start: &dyn Start<T>,
        settings: &Settings<T>,
        patience: f64,
        memory: &mut [T],
    ) -> Result<Row, Error> {
        let clock = Instant::now();
        let mut errors = Vec::new();
        let solution = solving::solve(problem, start, settings, memory, &mut |error| {
            errors.push(error);
            if clock.elapsed().as_secs_f64() > patience { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(Row::new(&solution, clock.elapsed().as_secs_f64(), settings.acceleration.name(), errors))
    }

    fn new<T: Scalar>(solution: &Solution<'_, T>, seconds: f64, acceleration: &'static str, errors: Vec<f64>) -> Row {
        let report = solution.report();
        Row {
            start: report.start.name.into(),
            chosen_start: report.start.name,
            acceleration,
            status: match report.status {
                Status::Stopped => "given up",
                status => status.name(),
            },
            sweeps: report.sweeps,
            seconds,
            start_value: report.start_value.widen(),
            objective: report.objective.widen(),
            dual_value: report.dual_value.widen(),
            marginal_error: report.marginal_error().widen(),
            exit: Exit::from(report.status),
            range: spread(solution.f().iter().map(|f| f.widen())) + spread(solution.g().iter().map(|g| g.widen())),
            epsilon: report.epsilon.widen(),
            errors,
        }
    }

    /// The start, and what it chose.
    pub fn start_text(&self) -> String {
        if self.start == self.chosen_start {
            self.start.clone()
        } else {
            format!("{} ({})", self.start, self.chosen_start)
        }
    }

    /// As a line of a table; that which is recommended is marked.
    pub fn line(&self, is_marked: bool) -> String {
        let status = match (self.is_converged(), is_marked) {
            (true, true) => format!("  {GOOD}<- recommended{GOOD:#}"),
            (true, false) => String::new(),
            (false, _) => format!(" {DOUBTFUL}({}){DOUBTFUL:#}", self.status),
        };
        format!(
            "{:<23}{:<20}{:>7}{:>11}{:>15}{:>13}{:>13}{status}\n",
            self.start_text(),
            self.acceleration,
            self.sweeps,
            seconds(self.seconds),
            digits(self.start_value, 8),
            digits(self.objective, 8),
            digits(self.dual_value, 8)
        )
    }

    pub fn is_converged(&self) -> bool {
        self.exit == Exit::Converged
    }
}

/// The names of the columns of a table of rows.
pub fn heading() -> String {
    format!(
        "{HEADING}{:<23}{:<20}{:>7}{:>11}{:>15}{:>13}{:>13}{HEADING:#}\n",
        "start", "acceleration", "sweeps", "time", "start value", "objective", "dual value"
    )
}

/// Largest minus smallest.
pub fn spread(values: impl IntoIterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().into_iter().fold(f64::NEG_INFINITY, f64::max);
    let smallest = values.into_iter().fold(f64::INFINITY, f64::min);
    largest - smallest
}
