//! The loop: start, sweep, accelerate, stop.

mod anderson;
mod stopping;

use crate::error::{Argument, Error};
use crate::initial::{Initializer, Scratch as StartScratch, Wrote, Zero};
use crate::measure::check_finite_vector;
use crate::prepared::Prepared;
use crate::problem::Problem;
use crate::real::Real;
use crate::report::Status;
use crate::settings::{Acceleration, Settings};
use crate::solution::{Solution, value};
use crate::sweep::forward::{Scratch, sweep};
use crate::sweep::scores::Scores;
use crate::sweep::{half, log_weight, log_zero};
use crate::workspace::Workspace;

use anderson::Anderson;
use stopping::Stagnation;

/// A solve in progress. [`solve`] runs one from start to end.
///
/// ```
/// use sinkhorn_core::{Monotone, PointCloud, Problem, Settings, Solver, Status, Workspace};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let mut solver = Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// solver.start(&Monotone)?;
/// while solver.step().is_none() {
///     assert!(solver.sweeps() < 100);
/// }
/// assert_eq!(solver.finish().report().status, Status::Converged);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
pub struct Solver<'a, T: Real> {
    prepared: Prepared<'a, T>,
    settings: Settings<T>,
    f: &'a mut [T],
    g: &'a mut [T],
    image: &'a mut [T],
    log_b: &'a mut [T],
    row: &'a mut [T],
    column: &'a mut [T],
    partial: &'a mut [T],
    tile: &'a mut [T],
    accelerator: Accelerator<'a, T>,
    stagnation: Stagnation<T>,
    status: Option<Status>,
    sweeps: u32,
    error: T,
    start_value: T,
    start_name: &'static str,
    row_fallbacks: u32,
    column_fallbacks: u32,
    rejections: u32,
}

enum Accelerator<'a, T> {
    Plain,
    /// The sweep whose error passes the threshold is repeated plain, which measures it with exact rows.
    Relaxation {
        factor: T,
        confirming: bool,
    },
    Anderson(Anderson<'a, T>),
}

impl<'a, T: Real> Solver<'a, T> {
    /// Checks the settings, resolves epsilon and copies what the sweeps read; starts from zero.
    ///
    /// # Errors
    /// [`Error::UnequalMass`] for a balanced problem whose totals differ, [`Error::Overflow`] where cost / epsilon leaves
    /// the range of the scalar, [`Error::NotFinite`] for a cost function that returns what is not finite,
    /// [`Error::Workspace`], and bad settings.
    pub fn new(problem: &Problem<'a, T>, settings: &Settings<T>, workspace: Workspace<'a, T>) -> Result<Self, Error> {
        settings.check()?;
        problem.check()?;
        let Workspace { f, row, g, image, log_b, column, partial, tile, points, history } = workspace;
        if f.len() != problem.rows() || g.len() != problem.columns() {
            let required = problem.rows() + problem.columns();
            return Err(Error::Workspace { required, actual: f.len() + g.len() });
        }
        let scores = Scores::new(*problem.geometry(), problem.a(), problem.b(), points);
        let prepared = Prepared::new(*problem, scores, partial)?;
        for (j, log) in log_b.iter_mut().enumerate() {
            *log = log_weight(problem.b().get(j));
        }
        let accelerator = match settings.acceleration {
            Acceleration::Plain => Accelerator::Plain,
            Acceleration::Relaxation { factor } => Accelerator::Relaxation { factor, confirming: false },
            Acceleration::Anderson { memory } => {
                let memory = memory.min(history.memory);
                if memory < 2 { Accelerator::Plain } else { Accelerator::Anderson(Anderson::new(history, memory)) }
            }
        };
        let mut solver = Solver {
            prepared,
            settings: *settings,
            f,
            g,
            image,
            log_b,
            row,
            column,
            partial,
            tile,
            accelerator,
            stagnation: Stagnation::new(),
            status: None,
            sweeps: 0,
            error: T::INFINITY,
            start_value: T::ZERO,
            start_name: "zero",
            row_fallbacks: 0,
            column_fallbacks: 0,
            rejections: 0,
        };
        solver.start(&Zero)?;
        Ok(solver)
    }

    /// Begins anew from a start, completed by its c-transform.
    ///
    /// # Errors
    /// Those of the start, and [`Error::NotFinite`] naming `f` or `g` where it wrote what is not finite. The solver then
    /// has to be started again.
    pub fn start(&mut self, start: &dyn Initializer<T>) -> Result<(), Error> {
        let p = &self.prepared;
        let scratch = StartScratch { rows: self.row, columns: self.column };
        let wrote = start.initialize(&p.problem, p.epsilon, self.f, self.g, scratch)?;
        let limit = T::MAX.sqrt() / T::constant(1024.0);
        let check = |argument, values: &[T]| {
            check_finite_vector(argument, values)?;
            if values.iter().all(|value| value.abs() * p.s <= limit) {
                Ok(())
            } else {
                Err(Error::Overflow { argument })
            }
        };
        if wrote != Wrote::G {
            check(Argument::F, self.f)?;
            for (i, value) in self.f.iter_mut().enumerate() {
                *value = p.s * *value - p.row_offset(i);
            }
        }
        if wrote != Wrote::F {
            check(Argument::G, self.g)?;
            let b = p.problem.b();
            for (j, value) in self.g.iter_mut().enumerate() {
                *value = p.s * *value - p.column_offset(j) + self.log_b[j];
                if b.get(j) == T::ZERO {
                    *value = log_zero();
                }
            }
        }
        if wrote == Wrote::G {
            half::complete_f(p, self.f, self.g, self.tile);
        }
        // A pair that is not complete would spoil what acceleration makes of it.
        half::complete_g(p, self.f, self.g, self.log_b, self.column, self.partial, self.tile);
        self.mask_zero_weights();

        self.start_name = start.name();
        self.start_value = value::dual_value_with_exact_columns(&self.prepared, self.f, self.g, self.log_b);
        self.status = None;
        self.sweeps = 0;
        self.error = T::INFINITY;
        self.stagnation = Stagnation::new();
        self.row_fallbacks = 0;
        self.column_fallbacks = 0;
        self.rejections = 0;
        match &mut self.accelerator {
            Accelerator::Plain => {}
            Accelerator::Relaxation { confirming, .. } => *confirming = false,
            Accelerator::Anderson(anderson) => anderson.forget(),
        }
        Ok(())
    }

    fn mask_zero_weights(&mut self) {
        let b = self.prepared.problem.b();
        for (j, value) in self.g.iter_mut().enumerate() {
            if b.get(j) == T::ZERO {
                *value = log_zero();
            }
        }
    }

    /// One sweep; `Some` once the solve has ended, and from then on without doing anything.
    pub fn step(&mut self) -> Option<Status> {
        if self.status.is_some() {
            return self.status;
        }
        let factor = match self.accelerator {
            Accelerator::Relaxation { factor, confirming: false } => factor,
            _ => T::ONE,
        };
        let mut scratch = Scratch { column: self.column, partial: self.partial, tile: self.tile };
        let outcome = sweep(&self.prepared, factor, self.f, self.g, self.image, self.log_b, &mut scratch);
        self.sweeps += 1;
        self.row_fallbacks = self.row_fallbacks.saturating_add(outcome.row_fallbacks);
        self.column_fallbacks = self.column_fallbacks.saturating_add(u32::from(outcome.column_fallback));
        if !outcome.finite || !outcome.error.is_finite() {
            return self.recover();
        }
        self.error = outcome.error;
        let below = outcome.error <= self.settings.threshold;
        let floor =
            self.stagnation.observe(outcome.error, || stopping::error_floor(&self.prepared, self.f, self.image));
        let last = self.sweeps >= self.settings.max_sweeps;

        let mut confirmed = below;
        match &mut self.accelerator {
            Accelerator::Plain => self.g.copy_from_slice(self.image),
            Accelerator::Relaxation { confirming, .. } => {
                self.g.copy_from_slice(self.image);
                confirmed = below && *confirming;
                *confirming = below && !*confirming;
            }
            Accelerator::Anderson(anderson) => {
                if below || last || floor {
                    self.g.copy_from_slice(self.image);
                } else {
                    let value = value::semi_dual(&self.prepared, self.f, self.g, self.log_b);
                    let b = self.prepared.problem.b();
                    if anderson.advance(value, self.g, self.image, b, self.column) == anderson::Verdict::TookBack {
                        self.rejections += 1;
                    }
                }
            }
        }
        self.status = if confirmed {
            Some(Status::Converged)
        } else if floor {
            Some(Status::PrecisionFloor)
        } else if last {
            Some(Status::SweepLimit)
        } else {
            None
        };
        self.status
    }

    /// After a sweep that overflowed: the g before it is finite, and so is its c-transform.
    fn recover(&mut self) -> Option<Status> {
        half::complete_f(&self.prepared, self.f, self.g, self.tile);
        let usable = self.f.iter().chain(self.g.iter()).all(|value| value.is_finite());
        if !usable {
            // Nothing of the iterate is left; zero is a start that every problem has.
            self.f.fill(T::ZERO);
            half::complete_g(&self.prepared, self.f, self.g, self.log_b, self.column, self.partial, self.tile);
            self.mask_zero_weights();
        }
        self.status = Some(Status::PrecisionFloor);
        self.status
    }

    /// Sweeps until the solve ends.
    pub fn run(&mut self) -> Status {
        loop {
            if let Some(status) = self.step() {
                return status;
            }
        }
    }

    /// Sweeps made so far.
    pub fn sweeps(&self) -> u32 {
        self.sweeps
    }

    /// The marginal error that the last sweep measured; infinite before the first.
    pub fn marginal_error(&self) -> T {
        self.error
    }

    /// The regularisation in units of cost.
    pub fn epsilon(&self) -> T {
        self.prepared.epsilon
    }

    /// Measures the present potentials and lends them, at the price of about one sweep. The solve can go on afterwards.
    pub fn finish(&mut self) -> Solution<'_, T> {
        let progress = self.progress();
        let buffers = value::Buffers {
            f: self.row,
            g: self.column,
            column_sums: self.partial,
            tile: self.tile,
            image: self.image,
        };
        Solution::measure(self.prepared, progress, self.f, self.g, self.log_b, buffers)
    }

    /// [`Solver::finish`] for good: the solution lives as long as the workspace.
    pub fn into_solution(self) -> Solution<'a, T> {
        let progress = self.progress();
        let buffers = value::Buffers {
            f: self.row,
            g: self.column,
            column_sums: self.partial,
            tile: self.tile,
            image: self.image,
        };
        Solution::measure(self.prepared, progress, self.f, self.g, self.log_b, buffers)
    }

    fn progress(&self) -> value::Progress<T> {
        value::Progress {
            status: self.status.unwrap_or(Status::SweepLimit),
            threshold: self.settings.threshold,
            sweeps: self.sweeps,
            start: self.start_name,
            start_value: self.start_value,
            row_fallbacks: self.row_fallbacks,
            column_fallbacks: self.column_fallbacks,
            rejections: self.rejections,
        }
    }
}

/// Solves from a start until a status is reached.
///
/// ```
/// use sinkhorn_core::{Monotone, PointCloud, Problem, Settings, Workspace, solve};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert!(solution.report().row_error <= 1e-6);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`Solver::new`] and [`Solver::start`].
pub fn solve<'a, T: Real>(
    problem: &Problem<'a, T>,
    start: &dyn Initializer<T>,
    settings: &Settings<T>,
    workspace: Workspace<'a, T>,
) -> Result<Solution<'a, T>, Error> {
    let mut solver = Solver::new(problem, settings, workspace)?;
    solver.start(start)?;
    solver.run();
    Ok(solver.into_solution())
}
