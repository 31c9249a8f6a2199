//! A solve that can be watched and ended early.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Instant;

use sinkhorn_core::{
    Error, Problem, Settings, Solution, Solver, Workspace,
    cells::Level,
    start::{Start, StartMemory, StartReport, Target},
};

use super::data::Data;
use super::explain::{Subject, explain};
use super::job::Method;
use super::merge::spread;
use super::rehearsal;
use super::scalar::Scalar;
use crate::process::{Failure, interrupt, memory};
use crate::terminal::Progress;

/// A solve ends early after the sweep that it is in and two more, which measure what it has.
const ENDING: u32 = 3;

/// Solves, and calls `watch` with the marginal error that every sweep measured. `Break` ends the solve as stopped.
pub fn solve<'a, T: Scalar>(
    problem: &Problem<'a, T>,
    start: &dyn Start<T>,
    settings: &Settings<T>,
    memory: &'a mut [T],
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Solution<'a, T>, Error> {
    let workspace = Workspace::new(memory, problem, settings)?;
    let mut solver = Solver::with_start(problem, start, settings, workspace)?;
    // Neither a start nor the first sweep has anything to end with: during them interrupts end the program at once.
    let mut ready = None;
    let mut clock = Instant::now();
    while solver.step().is_none() {
        let ready = ready.get_or_insert_with(interrupt::ready);
        ready.takes(ENDING * std::mem::replace(&mut clock, Instant::now()).elapsed());
        if watch(solver.marginal_error().widen()).is_break() {
            return Ok(solver.into_solution());
        }
    }
    let _ = watch(solver.marginal_error().widen()); // the last
    Ok(solver.into_solution())
}

/// So many zeros, if there is memory for them.
pub fn zeros<T: Scalar>(len: usize) -> Result<Vec<T>, Failure> {
    let mut zeros = Vec::new();
    reserve(&mut zeros, len)?;
    zeros.resize(len, T::ZERO);
    Ok(zeros)
}

/// Room for so many more, if there is memory for them.
pub fn reserve<V>(values: &mut Vec<V>, more: usize) -> Result<(), Failure> {
    let whole = values.len().saturating_add(more);
    let refuse = |_| {
        let gigabytes = whole as f64 * size_of::<V>() as f64 / 1e9;
        let hint = "--storage stream keeps no kernel";
        Failure::data(format!("there is not enough memory for {gigabytes:.2} GB ({hint})"))
    };
    memory::reserve(values, more).map_err(refuse)
}

/// A solve that has ended.
pub struct Solved<'a, T: Scalar> {
    pub data: &'a Data<T>,
    pub solution: Solution<'a, T>,
    /// The marginal error that every sweep measured.
    pub errors: Vec<f64>,
    /// Start included.
    pub seconds: f64,
}

impl<T: Scalar> Solved<'_, T> {
    /// The barycentric images of X, row after row.
    pub fn images(&self) -> Result<Vec<T>, Failure> {
        let mut images = zeros(self.data.x.table.values.len())?;
        let refuse = |error| explain(error, &Subject::of(&self.data.x, &self.data.y, &self.data.question));
        self.solution.barycentric_map(&mut images).map_err(refuse)?;
        match images.iter().all(|image| image.is_finite()) {
            true => Ok(images),
            false => Err(Failure::data(format!("{}: the images leave the range of numbers", self.data.y.name()))),
        }
    }

    /// Of every row of its file.
    pub fn images_of_rows(&self) -> Result<Vec<T>, Failure> {
        Ok(spread(self.data.x.merge.as_ref(), &self.images()?, self.data.x.table.columns).into_owned())
    }

    /// The names of their coordinates, which are those of Y.
    pub fn image_names(&self) -> Vec<String> {
        self.data.y.table.column_names()
    }
}

/// A start whose levels are watched.
struct Shown<'s, T: Scalar> {
    start: &'s dyn Start<T>,
    watch: &'s dyn Fn(&Level),
}

impl<T: Scalar> Start<T> for Shown<'_, T> {
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        self.start.write_potentials(&target.watched(self.watch), out)
    }
}

/// Solves with a line of progress, until Ctrl-C at the latest, and hands over what was found.
pub fn solved<T: Scalar, R>(
    data: &Data<T>,
    method: &Method,
    start: &dyn Start<T>,
    then: impl FnOnce(&Solved<'_, T>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let subject = Subject::of_data(data, method);
    let refuse = |error| explain(error, &subject);
    let problem = data.problem().map_err(refuse)?;
    let settings = method.settings.cast();
    let mut memory = zeros(Workspace::len(&problem, &settings).map_err(refuse)?)?;
    let mut errors = Vec::new();
    let expected = rehearsal::of_solve(data, &method.settings, start);
    let clock = Instant::now();
    let progress = RefCell::new(Progress::of_sweeps(data.pairs(), method.settings.threshold, expected));
    let shown = Shown { start, watch: &|level| progress.borrow_mut().level(level.points, level.left) };
    let solution = solve(&problem, &shown, &settings, &mut memory, &mut |error| {
        errors.push(error);
        progress.borrow_mut().sweep(error);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .map_err(refuse)?;
    drop(progress);
    then(&Solved { data, solution, errors, seconds: clock.elapsed().as_secs_f64() })
}
