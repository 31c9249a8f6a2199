//! Over-relaxation, fixed or learnt on the way, with a safeguard.
//!
//! For f <- f + w (T f - f) on both sides, the contraction lambda of the updates at factor w and the contraction mu^2 of plain
//! sweeps obey Young's relation (Young 1971; for Sinkhorn: Lehmann, von Renesse, Sambale and Uschmajew 2022):
//! mu^2 = (lambda + w - 1)^2 / (lambda w^2), and w = 2 / (1 + sqrt(1 - mu^2)) is best. That is a local statement: far from the
//! solution a large w can cycle (Thibault, Chizat, Dossal and Papadakis 2017), so a window of sweeps that did not reduce the error is
//! followed by plain ones, each time more of them.

use crate::real::Real;

/// Sweeps between two looks at the error.
const WINDOW: u32 = 10;

/// What a factor that failed is brought down to, as a share of what it had above 1.
const CAUTION: f64 = 0.9;

/// The factor of the next sweep.
pub(crate) struct Relaxation<T> {
    /// `None` learns it.
    fixed: Option<T>,
    factor: T,
    /// The largest factor that has not yet failed.
    cap: T,
    worst: T,
    worst_before: T,
    seen: u32,
    strikes: u32,
    /// Plain sweeps still to be made before relaxation is tried again.
    rest: u32,
    /// The last sweep moved all the mass that there is, or more: what is extrapolated from it runs away.
    wild: bool,
    /// The next sweep is plain, to measure with exact rows what passed the threshold.
    confirming: bool,
}

impl<T: Real> Relaxation<T> {
    pub fn new(fixed: Option<T>) -> Self {
        let factor = fixed.unwrap_or(T::ONE);
        Relaxation {
            fixed,
            factor,
            cap: T::TWO,
            worst: T::ZERO,
            worst_before: T::ZERO,
            seen: 0,
            strikes: 0,
            rest: 0,
            wild: false,
            confirming: false,
        }
    }

    pub fn restart(&mut self) {
        *self = Relaxation::new(self.fixed);
    }

    pub fn factor(&self) -> T {
        if self.confirming || self.wild || self.rest > 0 { T::ONE } else { self.factor }
    }

    /// After a sweep with this error, relative to the total: true where the error is below the threshold and was measured by a plain sweep.
    /// `rejections` counts the times that relaxation was switched off.
    pub fn observe(&mut self, error: T, threshold: T, rejections: &mut u32) -> bool {
        let was_plain = self.factor() == T::ONE;
        let below = error <= threshold;
        self.wild = error > T::constant(0.99);
        self.confirming = below && !was_plain;
        if below {
            return was_plain;
        }
        if self.rest > 0 {
            self.rest -= 1;
        } else {
            self.look(error, rejections);
        }
        false
    }

    fn look(&mut self, error: T, rejections: &mut u32) {
        // The largest error of a window: close to the best factor errors oscillate as they fall.
        self.worst = self.worst.max(error);
        self.seen += 1;
        if self.seen < WINDOW {
            return;
        }
        let (before, now) = (self.worst_before, self.worst);
        self.seen = 0;
        self.worst = T::ZERO;
        self.worst_before = now;
        if before == T::ZERO {
            return;
        }
        let w = self.factor;
        let contraction = (now / before).powf(T::ONE / T::count(WINDOW as usize));
        if now > before {
            if w > T::ONE {
                *rejections += 1;
                self.strikes += 1;
                self.rest = WINDOW << self.strikes.min(6);
                self.worst_before = T::ZERO;
                if self.fixed.is_none() {
                    self.factor = T::ONE + T::constant(CAUTION) * (w - T::ONE);
                    self.cap = self.factor;
                }
            }
            return;
        }
        // Past the best factor the contraction is w - 1 whatever mu is, and says nothing.
        if self.fixed.is_none() && contraction > w - T::ONE {
            let sum = contraction + w - T::ONE;
            let mu_squared = (sum * sum / (contraction * w * w)).min(T::constant(0.9999));
            self.factor = (T::TWO / (T::ONE + (T::ONE - mu_squared).sqrt())).min(self.cap);
            self.worst_before = T::ZERO;
        }
    }
}
