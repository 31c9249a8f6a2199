//! The progress of a solve: the numbers of its report, and when it stops or goes to another epsilon.

use crate::real::Real;
use crate::report::Status;
use crate::settings::Annealing;
use crate::start::StartReport;
use crate::sweep::outcome::Outcome;

/// The number of sweeps without progress after which rounding is suspected.
pub(super) const PATIENCE: u32 = 25;

/// The state of a solve. A start makes a new one. The fields up to `rescaled` are those of
/// [`Report`](crate::Report), in units of unscaled cost.
pub(crate) struct Progress<T> {
    /// The way in which the solve has ended, if it has.
    pub status: Option<Status>,
    pub start: StartReport,
    pub start_value: T,
    pub sweeps: u32,
    pub row_fallbacks: u32,
    pub column_fallbacks: u32,
    pub rejections: u32,
    pub absorptions: u32,
    pub rescaled: T,
    /// The shares of all pairs that each sweep skipped, and summed up by series, added up.
    #[cfg(feature = "skipping")]
    pub skipped: T,
    #[cfg(feature = "skipping")]
    pub summed: T,
    /// The marginal error that the last sweep measured.
    pub(super) error: T,
    /// The smallest error so far, and the sweeps since it fell.
    pub(super) best_error: T,
    idle: u32,
    /// The schedule of the larger epsilons at which the first sweeps are made. Potentials are carried over.
    annealing: Option<Annealing<T>>,
    /// The multiple of epsilon at present; 1 at the end of annealing.
    pub(super) multiple: T,
    /// Plain sweeps still to be made before a precision floor is believed.
    pub(super) confirming: u32,
    /// A sweep has overflowed, and the solve has begun again from zero.
    pub(super) recovered: bool,
}

impl<T: Real> Progress<T> {
    /// Returns the progress of a solve that has nothing to sweep yet.
    pub(super) fn new(start: StartReport, annealing: Option<Annealing<T>>, rescaled: T) -> Self {
        let [sweeps, row_fallbacks, column_fallbacks, rejections, absorptions, idle, confirming] = [0; 7];
        Progress {
            status: Some(Status::Stopped),
            start,
            start_value: T::ZERO,
            sweeps,
            row_fallbacks,
            column_fallbacks,
            rejections,
            absorptions,
            rescaled,
            #[cfg(feature = "skipping")]
            skipped: T::ZERO,
            #[cfg(feature = "skipping")]
            summed: T::ZERO,
            error: T::INFINITY,
            best_error: T::INFINITY,
            idle,
            annealing,
            multiple: annealing.map_or(T::ONE, |annealing| annealing.first),
            confirming,
            recovered: false,
        }
    }

    /// Begins anew from a start. Not inlined, so that its copies are off a small stack before the first pass over the
    /// pairs.
    #[inline(never)]
    pub(super) fn restart(&mut self, start: StartReport, annealing: Option<Annealing<T>>) {
        *self = Progress::new(start, annealing, self.rescaled);
        self.status = None;
    }

    /// Counts a sweep of a problem of n x m.
    pub(super) fn count(&mut self, outcome: &Outcome<T>, n: usize, m: usize) {
        self.sweeps += 1;
        #[cfg(feature = "skipping")]
        {
            let share = |pairs: u64| T::constant(pairs as f64) / T::count(n) / T::count(m);
            self.skipped += share(outcome.skipped);
            self.summed += share(outcome.summed);
        }
        let _ = (n, m);
        self.row_fallbacks = self.row_fallbacks.saturating_add(outcome.row_fallbacks);
        self.column_fallbacks = self.column_fallbacks.saturating_add(u32::from(outcome.column_fallback));
        self.absorptions = self.absorptions.saturating_add(u32::from(outcome.absorbed));
    }

    /// Returns the next multiple of epsilon if annealing changes it after this sweep.
    pub(super) fn next_multiple(&mut self) -> Option<T> {
        let Annealing { factor, sweeps, .. } = self.annealing?;
        if !self.sweeps.is_multiple_of(sweeps) {
            return None;
        }
        self.multiple = (self.multiple * factor).max(T::ONE);
        Some(self.multiple)
    }

    /// Returns true once the error has not fallen by a hundredth for a while: the time to compare the smallest error
    /// with the one that rounding explains.
    pub(super) fn is_idle(&mut self, error: T) -> bool {
        if error < self.best_error * T::constant(0.99) {
            self.best_error = error;
            self.idle = 0;
            return false;
        }
        self.idle = (self.idle + 1) % PATIENCE;
        self.idle == 0
    }

    /// Forgets the smallest error, because errors so far say nothing about those to come.
    pub(super) fn forget_errors(&mut self) {
        (self.best_error, self.idle) = (T::INFINITY, 0);
    }
}
