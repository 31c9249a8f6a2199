//! When more sweeps cannot help.

use crate::real::Real;
use crate::reduce;
use crate::sweep::prepared::Prepared;

/// Sweeps without progress after which rounding is suspected.
pub(super) const PATIENCE: u32 = 25;

/// Watches the best error so far.
pub(crate) struct Stagnation<T> {
    best: T,
    idle: u32,
}

impl<T: Real> Stagnation<T> {
    pub fn new() -> Self {
        Stagnation { best: T::INFINITY, idle: 0 }
    }

    /// True once the error has not fallen by a hundredth for a while: the time to compare [`Stagnation::best`] with what rounding makes of it.
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

/// The marginal error, relative to the totals, that rounding of the exponents alone can cause: the mean size of the
/// potentials, in base-2 units of epsilon, times the unit of rounding.
pub(crate) fn error_floor<T: Real>(p: &Prepared<'_, T>, f: &[T], g: &[T]) -> T {
    let (a, b) = (p.problem.a(), p.problem.b());
    // Points that can carry nothing have potentials at the limit, and no error.
    let size = |potential: T, offset: T| {
        if p.is_at_limit(potential) { T::ZERO } else { potential.abs() + offset.abs() }
    };
    let rows = reduce::sum_of(f.len(), &|i| a.get(i) * size(f[i], p.row_offset(i)));
    let columns = reduce::sum_of(g.len(), &|j| {
        if b.get(j) > T::ZERO { b.get(j) * size(g[j], p.column_offset(j)) } else { T::ZERO }
    });
    let rounding = T::TWO * T::EPSILON * (rows + columns + a.total().max(b.total()));
    // Both marginals cannot be met by more than the difference of the totals, which are equal to rounding only.
    let mismatch = if p.is_balanced() { (a.total() - b.total()).abs() } else { T::ZERO };
    (rounding + T::constant(1.01) * mismatch) / a.total().max(b.total())
}
