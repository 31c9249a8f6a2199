//! Tells when more sweeps cannot help.

use crate::real::Real;

/// The number of sweeps without progress after which rounding is suspected.
pub(super) const PATIENCE: u32 = 25;

/// The best error so far, and the sweeps since it fell.
pub(super) struct Stagnation<T> {
    best: T,
    idle: u32,
}

impl<T: Real> Stagnation<T> {
    pub fn new() -> Self {
        Stagnation { best: T::INFINITY, idle: 0 }
    }

    /// Returns true once the error has not fallen by a hundredth for a while: the time to compare [`Stagnation::best`]
    /// with what rounding makes of it.
    pub fn is_idle(&mut self, error: T) -> bool {
        if error < self.best * T::constant(0.99) {
            self.best = error;
            self.idle = 0;
            return false;
        }
        self.idle += 1;
        if self.idle < PATIENCE {
            return false;
        }
        self.idle = 0;
        true
    }

    pub fn best(&self) -> T {
        self.best
    }
}
