//! Over-relaxation, fixed or learnt on the way, with a safeguard.
//!
//! For f <- f + w (T f - f) on both sides, the contraction lambda of the updates at factor w and the contraction mu^2
//! of plain sweeps obey Young's relation (Young 1971; for Sinkhorn: Lehmann, von Renesse, Sambale and Uschmajew 2022):
//! mu^2 = (lambda + w - 1)^2 / (lambda w^2), and w = 2 / (1 + sqrt(1 - mu^2)) is best. That holds locally: far from the
//! solution a large w can cycle (Thibault, Chizat, Dossal and Papadakis 2017), so a window of sweeps that did not
//! reduce the error is followed by plain ones, each time more of them.

use super::accelerate::{Accelerate, Rescue, SweepKind};
use super::iterate::Iterate;
use super::progress::Progress;
use crate::real::Real;
use crate::sweep::outcome::Outcome;

/// Sweeps between two looks at the error.
const WINDOW: u32 = 10;

/// The share of its part above 1 that a factor keeps when it has failed.
const CAUTION: f64 = 0.9;

/// The factor of the next sweep.
#[derive(Default)]
pub(super) struct Relaxation<T> {
    /// The factor that the caller gave; `None` learns it.
    fixed: Option<T>,
    factor: T,
    /// The largest factor that has not yet failed.
    cap: T,
    /// The largest error of this window, and of the one before.
    worst: T,
    worst_before: T,
    /// Sweeps of this window.
    seen: u32,
    /// Times that the factor has failed.
    strikes: u32,
    /// Plain sweeps still to be made before relaxation is tried again.
    rest: u32,
    /// The last sweep moved all the mass that there is, or more: what is extrapolated from it runs away.
    wild: bool,
    /// The next sweep is plain, to measure with exact rows what passed the threshold.
    confirming: bool,
}

impl<T: Real> Accelerate<T> for Relaxation<T> {
    fn sweep(&mut self, iterate: &mut Iterate<'_, T>) -> Outcome<T> {
        let factor = self.factor();
        if factor == T::ONE {
            return iterate.sweep();
        }
        let outcome = iterate.sweep_by(factor);
        iterate.level();
        outcome
    }

    fn kind(&self) -> SweepKind {
        if self.factor() == T::ONE { SweepKind::Resting } else { SweepKind::Relaxed }
    }

    fn after(&mut self, iterate: &mut Iterate<'_, T>, outcome: &Outcome<T>, threshold: T, progress: &mut Progress<T>) {
        iterate.accept();
        let (was_plain, below) = (self.factor() == T::ONE, outcome.error <= threshold);
        self.wild = outcome.error > T::constant(0.99);
        self.confirming = below && !was_plain;
        if !below && self.rest > 0 {
            self.rest -= 1;
        } else if !below {
            progress.rejections += u32::from(self.look(outcome.error));
        }
    }

    /// Rests for good.
    fn overflow(&mut self, _may_retry: bool) -> Rescue {
        self.rest = u32::MAX;
        Rescue::Plain
    }

    fn restart(&mut self) {
        *self = Relaxation::new(self.fixed);
    }
}

impl<T: Real> Relaxation<T> {
    pub fn new(fixed: Option<T>) -> Self {
        Relaxation { fixed, factor: fixed.unwrap_or(T::ONE), cap: T::TWO, ..Relaxation::default() }
    }

    fn factor(&self) -> T {
        if self.confirming || self.wild || self.rest > 0 { T::ONE } else { self.factor }
    }

    /// Looks at the error, at the end of a window also at how far it has fallen. Returns whether relaxation is switched
    /// off for a while.
    fn look(&mut self, error: T) -> bool {
        // The largest error of a window: close to the best factor errors oscillate as they fall.
        self.worst = self.worst.max(error);
        self.seen += 1;
        if self.seen < WINDOW {
            return false;
        }
        let (before, now) = (self.worst_before, self.worst);
        self.seen = 0;
        self.worst = T::ZERO;
        self.worst_before = now;
        if before == T::ZERO {
            return false;
        }
        let w = self.factor;
        let contraction = (now / before).powf(T::ONE / T::count(WINDOW as usize));
        if now > before {
            if w == T::ONE {
                return false;
            }
            self.strikes += 1;
            self.rest = WINDOW << self.strikes.min(6);
            self.worst_before = T::ZERO;
            if self.fixed.is_none() {
                self.factor = T::ONE + T::constant(CAUTION) * (w - T::ONE);
                self.cap = self.factor;
            }
            return true;
        }
        // Past the best factor the contraction is w - 1 whatever mu is, and says nothing.
        if self.fixed.is_none() && contraction > w - T::ONE {
            let sum = contraction + w - T::ONE;
            let mu_squared = (sum * sum / (contraction * w * w)).min(T::constant(0.9999));
            self.factor = (T::TWO / (T::ONE + (T::ONE - mu_squared).sqrt())).min(self.cap);
            self.worst_before = T::ZERO;
        }
        false
    }
}
