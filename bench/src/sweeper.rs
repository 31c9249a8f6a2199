//! A solve that never ends, to time its sweeps.

use std::time::Instant;

use crate::machine::cpu_seconds;
use serde::{Deserialize, Serialize};
use sinkhorn_core::{Error, Problem, Real, Settings, SimdLevel, Solver, Storage, Workspace, start::Zero};

/// Sweeps after a start from zero that are not timed: they may fall back to max-shifted sums, and one of them computes
/// a stored kernel.
const WARM_UP: usize = 2;
/// Of a round; a longer sweep is one by itself.
const ROUND_SECONDS: f64 = 5e-3;

/// A plain solve from zero, begun anew where rounding ends it.
pub struct Sweeper<'a, T: Real> {
    solver: Solver<'a, T>,
    /// Of finished solves, after their warm-up.
    fallbacks: u32,
    /// Of the warm-up of this solve.
    early: u32,
    /// Rounding has ended the solve.
    ended: bool,
}

/// What a sweep takes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Taken {
    /// By the clock.
    pub seconds: f64,
    /// Of all threads together on their cores; none where the system does not say.
    pub cpu: Option<f64>,
}

impl Taken {
    /// The less of two measurements, in everything.
    pub fn min(self, other: Self) -> Self {
        let cpu = self.cpu.zip(other.cpu).map(|(one, other)| one.min(other));
        Taken { seconds: self.seconds.min(other.seconds), cpu }
    }

    /// In one thread, the time on its core: what other processes take is not a part of it. In several, that of the
    /// clock.
    pub fn alone(&self, threads: usize) -> f64 {
        if threads == 1 { self.cpu.map_or(self.seconds, |cpu| cpu.min(self.seconds)) } else { self.seconds }
    }
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
        let mut sweeper =
            Sweeper { solver: Solver::new(problem, settings, workspace)?, fallbacks: 0, early: 0, ended: false };
        sweeper.warm_up();
        Ok(sweeper)
    }

    /// Sweeps for a few milliseconds, once at least.
    ///
    /// # Errors
    /// Those of a start.
    pub fn round(&mut self) -> Result<Taken, Error> {
        if self.ended {
            self.fallbacks = self.fallbacks();
            self.solver.start(&Zero)?;
            self.warm_up();
        }
        let (mut fastest, mut total, mut sweeps) = (f64::INFINITY, 0.0, 0.0);
        let before = cpu_seconds();
        while !self.ended && total < ROUND_SECONDS {
            let clock = Instant::now();
            self.ended = self.solver.step().is_some();
            let seconds = clock.elapsed().as_secs_f64();
            (fastest, total, sweeps) = (fastest.min(seconds), total + seconds, sweeps + 1.0);
        }
        let cpu = before.and_then(|before| Some((cpu_seconds()? - before) / sweeps));
        Ok(Taken { seconds: fastest, cpu })
    }

    /// Rows that left the safe range in sweeps that were timed. Takes about as long as a sweep.
    pub fn fallbacks(&mut self) -> u32 {
        self.fallbacks + self.solver.finish().report().row_fallbacks - self.early
    }

    fn warm_up(&mut self) {
        self.ended = (0..WARM_UP).any(|_| self.solver.step().is_some());
        self.early = self.solver.finish().report().row_fallbacks;
    }
}
