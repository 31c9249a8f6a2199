//! The interface of accelerations, which make the sweeps of a solve and learn from them.

use super::iterate::Iterate;
use super::progress::Progress;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::sweep::outcome::Outcome;

/// A method that works around the sweeps of a solve, to need fewer of them.
pub(super) trait Accelerate<T: Real> {
    /// Makes a sweep from an iterate that the acceleration computes from those before.
    fn sweep(&mut self, iterate: &mut Iterate<'_, T>) -> Outcome<T>;

    /// Returns the kind of the last sweep.
    fn kind(&self) -> SweepKind;

    /// Learns from a sweep that has not ended the solve, whose relative error is to fall below `threshold`, and makes
    /// its image the present g, or takes g back. The scratch of the iterate still holds the column sums.
    ///
    /// In the progress it counts an iterate that it takes back, or that it switches itself off for a while. If it
    /// begins anew elsewhere, errors so far say nothing about those to come, and are forgotten there.
    fn after(&mut self, iterate: &mut Iterate<'_, T>, outcome: &Outcome<T>, threshold: T, progress: &mut Progress<T>);

    /// Reacts to a sweep that left the range of the scalar. It may ask for another try only if it `may_retry`.
    fn overflow(&mut self, may_retry: bool) -> Rescue;

    /// Forgets the iterates so far, because others have come between.
    fn forget(&mut self) {}

    /// Begins anew, for another solve.
    fn restart(&mut self);
}

/// The kind of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SweepKind {
    /// A plain sweep, after plain sweeps.
    Plain,
    /// A plain sweep, while an acceleration waits.
    Resting,
    /// A sweep from a g that an acceleration made.
    Accelerated,
    /// A sweep whose updates were multiplied by a factor, so that it leaves neither marginal exact.
    Relaxed,
}

/// The way in which a solve goes on after a sweep that left the range of the scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rescue {
    /// It goes on from a step that is shorter now.
    Retry,
    /// It begins again from zero, without the method that led there.
    AnotherMethod,
    /// It begins again from zero, with plain sweeps.
    Plain,
}

/// Returns the largest change of a potential, in base-2 units, that can bring it closer to the solution: twice what two
/// of them can differ by, and some.
pub(super) fn largest_step<T: Real>(p: &ScaledProblem<'_, T>) -> T {
    T::TWO * T::TWO * (p.s * p.largest_difference() + T::ONE)
}
