//! How to solve: when to stop, what to accelerate with.

use crate::error::{Argument, Error};
use crate::real::Real;

/// What is done between two sweeps to need fewer of them. Combines with every start; never changes the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Acceleration<T> {
    /// Sinkhorn's own iteration.
    Plain,
    /// Over-relaxation ("momentum") of both potentials: f <- f + factor (T f - f), 1 <= factor < 2.
    Relaxation {
        /// 1 is plain; 1.5 to 1.9 pays where plain is slow.
        factor: T,
    },
    /// Anderson acceleration of the map g -> g', safeguarded by the dual value.
    Anderson {
        /// Past iterates combined, at most; fewer where the workspace holds fewer. 2 to [`MAX_MEMORY`].
        memory: usize,
    },
}

/// The largest memory of [`Acceleration::Anderson`].
pub const MAX_MEMORY: usize = 64;

impl<T> Acceleration<T> {
    /// The name in reports and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Acceleration::Plain => "plain",
            Acceleration::Relaxation { .. } => "relaxation",
            Acceleration::Anderson { .. } => "anderson",
        }
    }

    /// Past iterates that are stored.
    pub const fn memory(&self) -> usize {
        match self {
            Acceleration::Anderson { memory } => *memory,
            _ => 0,
        }
    }
}

/// When to stop and how to get there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings<T> {
    /// The marginal error, absolute and in units of mass, at which a solve has converged.
    pub threshold: T,
    /// Sweeps after which a solve stops with [`Status::SweepLimit`](crate::Status::SweepLimit).
    pub max_sweeps: u32,
    /// Between the sweeps.
    pub acceleration: Acceleration<T>,
}

impl<T: Real> Default for Settings<T> {
    /// 1e-3 in `f32`, 1e-6 in `f64`; at most 10 000 sweeps; Anderson with memory 10.
    fn default() -> Self {
        Settings {
            threshold: T::DEFAULT_THRESHOLD,
            max_sweeps: 10_000,
            acceleration: Acceleration::Anderson { memory: 10 },
        }
    }
}

impl<T: Real> Settings<T> {
    /// The defaults without acceleration: what textbooks call the Sinkhorn algorithm.
    pub fn plain() -> Self {
        Settings { acceleration: Acceleration::Plain, ..Settings::default() }
    }

    /// What [`solve`](crate::solve) checks about them, for those who want to know sooner.
    ///
    /// # Errors
    /// [`Error::NotPositive`] and [`Error::OutOfRange`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        if !(self.threshold > T::ZERO && self.threshold.is_finite()) {
            return Err(Error::NotPositive { argument: Argument::Threshold, value: self.threshold.widen() });
        }
        if self.max_sweeps == 0 {
            return Err(Error::NotPositive { argument: Argument::MaxSweeps, value: 0.0 });
        }
        let argument = Argument::Acceleration;
        match self.acceleration {
            Acceleration::Relaxation { factor } if !(factor >= T::ONE && factor < T::TWO) => {
                Err(Error::OutOfRange { argument, value: factor.widen(), range: "[1, 2)" })
            }
            Acceleration::Anderson { memory } if !(2..=MAX_MEMORY).contains(&memory) => {
                Err(Error::OutOfRange { argument, value: T::count(memory).widen(), range: "2..=64" })
            }
            _ => Ok(()),
        }
    }
}
