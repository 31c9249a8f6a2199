//! What the tests share: golden values, a naive reference, seeded data, and a one-line solve.

pub mod data;
pub mod golden;
pub mod inputs;
pub mod oracle;
pub mod process;

use sinkhorn_core::{Error, Problem, Real, Report, Settings, Workspace, solve, start::Start};

/// Everything a solve leaves, owned.
#[derive(Debug, Clone)]
pub struct Solved<T> {
    /// The numbers.
    pub report: Report<T>,
    /// f, in units of cost.
    pub f: Vec<T>,
    /// g, in units of cost.
    pub g: Vec<T>,
    /// P, row-major.
    pub plan: Vec<T>,
}

/// Solves with memory of its own.
///
/// # Errors
/// Those of the solve.
pub fn solve_owned<T: Real>(
    problem: &Problem<'_, T>,
    start: &dyn Start<T>,
    settings: &Settings<T>,
) -> Result<Solved<T>, Error> {
    let mut memory = vec![T::ZERO; Workspace::len(problem, settings)?];
    let solution = solve(problem, start, settings, Workspace::new(&mut memory, problem, settings)?)?;
    let mut plan = vec![T::ZERO; problem.rows() * problem.columns()];
    solution.plan(&mut plan)?;
    Ok(Solved { report: *solution.report(), f: solution.f().to_vec(), g: solution.g().to_vec(), plan })
}

/// The Rust example of the README, compiled and run.
#[doc = include_str!("../../README.md")]
#[cfg(doctest)]
pub struct ReadmeExample;
