//! The interface of accelerations, which make the sweeps of a solve and learn from them.
//!
//! A new acceleration is a file that implements [`Accelerate`], a variant of [`Acceleration`] with its name and checks,
//! and here a variant of [`Accelerator`] with a line in [`Accelerator::new`] and in [`Accelerator::active`]. Builds
//! without the feature `acceleration` contain none of it, because `active` is the only way in.

use super::anderson::Anderson;
use super::auto::Auto;
use super::iterate::Iterate;
use super::progress::Progress;
use super::relaxation::Relaxation;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::settings::Acceleration;
use crate::sweep::outcome::Outcome;
use crate::workspace::History;

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

/// The acceleration of a solve and its memory. Without the feature `acceleration` there is only the plain one.
pub(super) enum Accelerator<'a, T> {
    Plain,
    Relaxation(Relaxation<T>),
    Anderson(Anderson<'a, T>),
    Auto(Auto<'a, T>),
}

impl<'a, T: Real> Accelerator<'a, T> {
    pub fn new(acceleration: Acceleration<T>, history: History<'a, T>, rows: usize, columns: usize) -> Self {
        // The settings may ask for more than a workspace of fixed size has.
        let memory = acceleration.memory().min(history.memory);
        match acceleration {
            _ if !cfg!(feature = "acceleration") => Accelerator::Plain,
            Acceleration::Relaxation { factor } => Accelerator::Relaxation(Relaxation::new(Some(factor))),
            Acceleration::AdaptiveRelaxation => Accelerator::Relaxation(Relaxation::new(None)),
            Acceleration::Anderson { .. } if memory >= 2 => Accelerator::Anderson(Anderson::new(history, memory)),
            Acceleration::Auto { .. } if memory >= 2 => {
                Accelerator::Auto(Auto::new(rows, columns, Anderson::new(history, memory)))
            }
            _ => Accelerator::Plain,
        }
    }

    /// Returns the acceleration to work with, if there is any.
    pub fn active(&mut self) -> Option<&mut dyn Accelerate<T>> {
        match self {
            _ if !cfg!(feature = "acceleration") => None,
            Accelerator::Plain => None,
            Accelerator::Relaxation(relaxation) => Some(relaxation),
            Accelerator::Anderson(anderson) => Some(anderson),
            Accelerator::Auto(auto) => Some(auto),
        }
    }
}

/// Returns the largest change of a potential, in base-2 units, that can bring it closer to the solution: twice what two
/// of them can differ by, and some.
pub(super) fn largest_step<T: Real>(p: &ScaledProblem<'_, T>) -> T {
    T::TWO * T::TWO * (p.s * p.largest_difference() + T::ONE)
}
