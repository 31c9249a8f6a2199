//! When more sweeps cannot help.

use crate::prepared::Prepared;
use crate::real::Real;

/// Sweeps without progress after which rounding is suspected.
const PATIENCE: u32 = 25;

/// Watches the best error so far.
pub(crate) struct Stagnation<T> {
    best: T,
    idle: u32,
}

impl<T: Real> Stagnation<T> {
    pub fn new() -> Self {
        Stagnation { best: T::INFINITY, idle: 0 }
    }

    /// True once the error has not fallen by a hundredth for a while and is no larger than rounding makes it.
    pub fn observe(&mut self, error: T, floor: impl FnOnce() -> T) -> bool {
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
        self.best <= floor()
    }
}

/// The marginal error that rounding of the exponents alone can cause: their size times the unit of rounding.
pub(crate) fn error_floor<T: Real>(p: &Prepared<'_, T>, f: &[T], g: &[T]) -> T {
    let b = p.problem.b();
    let mut largest = f.iter().fold(T::ONE, |most, value| most.max(value.abs()));
    for (j, value) in g.iter().enumerate() {
        if b.get(j) > T::ZERO {
            largest = largest.max(value.abs());
        }
    }
    let four = T::TWO * T::TWO;
    four * T::EPSILON * largest.max(p.s * p.largest_cost) * p.problem.a().total().max(b.total())
}
