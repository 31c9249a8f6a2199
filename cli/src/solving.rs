//! A solve that can be watched and ended early.

use std::ops::ControlFlow;

use sinkhorn_core::{Error, Initializer, Problem, Settings, Solution, Solver, Workspace};

use crate::explain::{Subject, explain};
use crate::failure::Failure;
use crate::interrupt;
use crate::progress::Progress;
use crate::scalar::Scalar;

/// Solves, and calls `watch` with the marginal error that every sweep measured. `Break` ends the solve as stopped.
pub fn solve<'a, T: Scalar>(
    problem: &Problem<'a, T>,
    start: &dyn Initializer<T>,
    settings: &Settings<T>,
    memory: &'a mut [T],
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Solution<'a, T>, Error> {
    let workspace = Workspace::new(memory, problem, settings)?;
    let mut solver = Solver::with_start(problem, start, settings, workspace)?;
    while solver.step().is_none() {
        if watch(solver.marginal_error().widen()).is_break() {
            return Ok(solver.into_solution());
        }
    }
    let _ = watch(solver.marginal_error().widen()); // the last
    Ok(solver.into_solution())
}

/// Memory for a solve.
pub fn memory<T: Scalar>(
    problem: &Problem<'_, T>,
    settings: &Settings<T>,
    subject: &Subject<'_>,
) -> Result<Vec<T>, Failure> {
    zeros(Workspace::len(problem, settings).map_err(|error| explain(error, subject))?)
}

/// So many zeros, if there is memory for them.
pub fn zeros<T: Scalar>(len: usize) -> Result<Vec<T>, Failure> {
    let mut zeros = Vec::new();
    if zeros.try_reserve_exact(len).is_err() {
        let gigabytes = len as f64 * size_of::<T>() as f64 / 1e9;
        return Err(Failure::data(format!(
            "there is not enough memory for {gigabytes:.2} GB: --storage stream takes least"
        )));
    }
    zeros.resize(len, T::ZERO);
    Ok(zeros)
}

/// Shows progress towards the threshold, keeps the errors, and ends the solve when Ctrl-C asks for it.
pub fn watched<'a, T: Scalar>(
    problem: &Problem<'a, T>,
    start: &dyn Initializer<T>,
    settings: &Settings<T>,
    memory: &'a mut [T],
    (threshold, errors): (f64, &mut Vec<f64>),
) -> Result<Solution<'a, T>, Error> {
    let pairs = problem.rows() as f64 * problem.columns() as f64;
    let mut progress = Progress::of_sweeps(pairs, threshold);
    let _ready = interrupt::ready();
    solve(problem, start, settings, memory, &mut |error| {
        errors.push(error);
        progress.sweep(error);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}
