//! The progress of a solve, of which its report is made.

use super::annealing::Schedule;
use super::stopping::Stagnation;
use crate::real::Real;
use crate::report::Status;
use crate::start::StartReport;
use crate::sweep::outcome::Outcome;

/// How far a solve has come. A start makes a new one. The fields up to `rescaled` are those of
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
    /// The marginal error that the last sweep measured.
    pub(super) error: T,
    pub(super) schedule: Schedule<T>,
    pub(super) stagnation: Stagnation<T>,
    /// Plain sweeps still to be made before a precision floor is believed.
    pub(super) confirming: u32,
    /// A sweep has overflowed, and the solve has begun again from zero.
    pub(super) recovered: bool,
}

impl<T: Real> Progress<T> {
    /// Begins a solve, or creates one that has nothing to sweep yet if `status` says that it has ended.
    pub(super) fn new(status: Option<Status>, start: StartReport, schedule: Schedule<T>, rescaled: T) -> Self {
        let (start_value, error, stagnation) = (T::ZERO, T::INFINITY, Stagnation::new());
        let [sweeps, row_fallbacks, column_fallbacks, rejections, absorptions, confirming] = [0; 6];
        Progress {
            status,
            start,
            start_value,
            sweeps,
            row_fallbacks,
            column_fallbacks,
            rejections,
            absorptions,
            rescaled,
            error,
            schedule,
            stagnation,
            confirming,
            recovered: false,
        }
    }

    /// Begins anew from a start. Not inlined, so that its copies are off a small stack before the first pass over the
    /// pairs.
    #[inline(never)]
    pub(super) fn restart(&mut self, start: StartReport, schedule: Schedule<T>) {
        *self = Progress::new(None, start, schedule, self.rescaled);
    }

    /// Counts a sweep.
    pub(super) fn count(&mut self, outcome: &Outcome<T>) {
        self.sweeps += 1;
        self.row_fallbacks = self.row_fallbacks.saturating_add(outcome.row_fallbacks);
        self.column_fallbacks = self.column_fallbacks.saturating_add(u32::from(outcome.column_fallback));
        self.absorptions = self.absorptions.saturating_add(u32::from(outcome.absorbed));
    }
}
