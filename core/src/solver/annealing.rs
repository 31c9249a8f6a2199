//! Epsilon scaling: the first sweeps are made at larger epsilons, and their potentials carried over.

use crate::real::Real;
use crate::settings::Annealing;

/// The schedule of one solve.
pub(super) struct Schedule<T> {
    settings: Option<Annealing<T>>,
    /// The multiple of epsilon at present; 1 at the end.
    multiple: T,
    sweeps_left: u32,
}

impl<T: Real> Schedule<T> {
    pub fn new(settings: Option<Annealing<T>>) -> Self {
        match settings {
            Some(annealing) => Schedule { settings, multiple: annealing.first, sweeps_left: annealing.sweeps },
            None => Schedule { settings, multiple: T::ONE, sweeps_left: 0 },
        }
    }

    pub fn multiple(&self) -> T {
        self.multiple
    }

    pub fn is_over(&self) -> bool {
        self.multiple <= T::ONE
    }

    /// Counts a sweep. Returns the next multiple of epsilon if it changes.
    pub fn advance(&mut self) -> Option<T> {
        let annealing = self.settings.filter(|_| !self.is_over())?;
        self.sweeps_left -= 1;
        if self.sweeps_left > 0 {
            return None;
        }
        self.sweeps_left = annealing.sweeps;
        self.multiple = (self.multiple * annealing.factor).max(T::ONE);
        Some(self.multiple)
    }
}
