//! Starting potentials. One file a start; a user's own implements [`Initializer`].

mod gaussian;
mod given;
mod monotone;
mod zero;

pub use gaussian::{Form, Gaussian, GaussianStart, Moments};
pub use given::Given;
pub use monotone::Monotone;
pub use zero::Zero;

use crate::error::Error;
use crate::problem::Problem;
use crate::real::Real;

/// Which potentials a start wrote. The other one is completed by its c-transform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrote {
    /// f alone.
    F,
    /// g alone.
    G,
    /// Both.
    Both,
}

/// Memory that a start may use.
pub struct Scratch<'s, T> {
    /// n scalars.
    pub rows: &'s mut [T],
    /// m scalars.
    pub columns: &'s mut [T],
}

/// What a start is for.
#[derive(Clone, Copy)]
pub struct Target<'t, 'a, T: Real> {
    /// The problem.
    pub problem: &'t Problem<'a, T>,
    /// The regularisation, in units of the unscaled cost.
    pub epsilon: T,
    /// The cost scale: what turns potentials in units of the scaled cost into those that a start writes.
    pub cost_scale: T,
}

/// Writes potentials, in units of the unscaled cost and up to a common constant, from which a solve begins.
///
/// Any start leads to the same answer; a good one leads there in fewer sweeps.
pub trait Initializer<T: Real> {
    /// The name in reports and on the command line.
    fn name(&self) -> &'static str;

    /// Writes `f` (n) or `g` (m) or both, for this problem and regularisation.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the start is not defined for the problem; others as the start documents. What has
    /// been written by then does not matter.
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: Scratch<'_, T>,
    ) -> Result<Wrote, Error>;
}
