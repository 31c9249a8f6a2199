//! A solve that never ends, to time its sweeps.

use std::time::Instant;

use sinkhorn_core::{Error, Problem, Real, Settings, SimdLevel, Solver, Storage, Workspace, Zero};

/// Sweeps after a start from zero that are not timed: they may fall back to max-shifted sums, and one of them computes a stored kernel.
const WARM_UP: usize = 3;

/// A plain solve from zero, begun anew where rounding ends it.
pub struct Sweeper<'a, T: Real> {
    solver: Solver<'a, T>,
    /// Of finished solves, after their warm-up.
    fallbacks: u32,
    /// Of the warm-up of this solve.
    early: u32,
}

/// The settings of a [`Sweeper`].
pub fn settings<T: Real>(storage: Storage, simd: SimdLevel, threads: usize) -> Settings<T> {
    Settings { threshold: T::constant(1e-30), max_sweeps: u32::MAX, storage, simd, threads, ..Settings::plain() }
}

impl<'a, T: Real> Sweeper<'a, T> {
    /// Starts, and warms up.
    ///
    /// # Errors
    /// Those of the solver.
    pub fn new(problem: &Problem<'a, T>, settings: &Settings<T>, memory: &'a mut [T]) -> Result<Self, Error> {
        let workspace = Workspace::new(memory, problem, settings)?;
        let mut sweeper = Sweeper { solver: Solver::new(problem, settings, workspace)?, fallbacks: 0, early: 0 };
        sweeper.warm_up();
        Ok(sweeper)
    }

    /// Seconds of one sweep.
    ///
    /// # Errors
    /// Those of a start.
    pub fn time(&mut self) -> Result<f64, Error> {
        let clock = Instant::now();
        let ended = self.solver.step().is_some();
        let seconds = clock.elapsed().as_secs_f64();
        if ended {
            self.fallbacks = self.fallbacks();
            self.solver.start(&Zero)?;
            self.warm_up();
        }
        Ok(seconds)
    }

    /// Rows that left the safe range in sweeps that were timed. Takes about as long as a sweep.
    pub fn fallbacks(&mut self) -> u32 {
        self.fallbacks + self.solver.finish().report().row_fallbacks - self.early
    }

    fn warm_up(&mut self) {
        for _ in 0..WARM_UP {
            self.solver.step();
        }
        self.early = self.solver.finish().report().row_fallbacks;
    }
}
