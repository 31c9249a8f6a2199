//! Starting potentials: one file a start. A start of your own implements [`Start`].

mod carried;
mod dual_sort;
mod gaussian;
mod given;
mod line;
mod monotone;
mod sample;
mod select;
mod target;
mod zero;

pub use carried::Carried;
pub use dual_sort::{DualSort, DualSortOrder};
pub use gaussian::{FixedGaussianStart, Gaussian, GaussianForm, Moments};
pub use given::Given;
pub(crate) use line::{number, sort_indices};
pub use monotone::Monotone;
pub use sample::MAX_SAMPLE;
pub use select::Select;
pub use target::Target;
pub use zero::Zero;

use core::time::Duration;

use crate::error::Error;
use crate::real::Real;

/// Says which potentials a start wrote. If it is one, the other becomes its c-transform; both are completed by a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// f alone.
    F,
    /// g alone.
    G,
    /// Both.
    Both,
}

/// Tells the solver and the [`Report`](crate::Report) what a start did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartReport {
    /// The potentials that it wrote.
    pub wrote: Side,
    /// Its name, or that of the start that it chose.
    pub name: &'static str,
    /// The number of pairs of points whose cost it evaluated. The c-transform or the sweep that completes it takes n m
    /// more, and twice that if it wrote g alone; less if pairs are skipped.
    pub pairs: u64,
    /// The time that it took, if it had a clock. Starts of this crate have none; `sinkhorn_init::Timed` measures any.
    pub time: Option<Duration>,
    /// Anything that a user should know, for example that a fit failed and what was done instead.
    pub note: Option<&'static str>,
}

impl StartReport {
    /// Reports a start that visited no pairs and has no note.
    pub const fn new(name: &'static str, wrote: Side) -> Self {
        StartReport { wrote, name, pairs: 0, time: None, note: None }
    }

    /// Replaces the number of pairs.
    pub const fn pairs(self, pairs: u64) -> Self {
        StartReport { pairs, ..self }
    }

    /// Adds a note.
    pub const fn note(self, note: &'static str) -> Self {
        StartReport { note: Some(note), ..self }
    }
}

/// The memory that a start works in.
pub struct StartMemory<'s, T> {
    /// n: f, if the start writes it.
    pub f: &'s mut [T],
    /// m: g, if the start writes it.
    pub g: &'s mut [T],
    /// n: scratch.
    pub rows: &'s mut [T],
    /// m: scratch.
    pub columns: &'s mut [T],
}

/// Writes potentials, in units of the unscaled cost and up to a common constant, from which a solve begins.
///
/// Any start leads to the same answer; a good one leads there in fewer sweeps. This is a start of your own:
///
/// ```
/// use sinkhorn_core::start::{Side, Start, StartMemory, StartReport, Target};
/// use sinkhorn_core::{Error, PointCloud, Problem, Settings, Workspace, solve};
///
/// /// Writes f(x) = |x|.
/// struct Distance;
///
/// impl Start<f64> for Distance {
///     fn write_potentials(
///         &self,
///         target: &Target<'_, '_, f64>,
///         out: &mut StartMemory<'_, f64>,
///     ) -> Result<StartReport, Error> {
///         let cloud = target.points("distance needs points")?;
///         for (value, x) in out.f.iter_mut().zip(cloud.x().data()) {
///             *value = x.abs();
///         }
///         Ok(StartReport::new("distance", Side::F))
///     }
/// }
///
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Distance, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert_eq!(solution.report().start.name, "distance");
/// # Ok::<(), Error>(())
/// ```
pub trait Start<T: Real> {
    /// Writes f or g or both, for this problem and regularisation. The name of the start is in the report.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) if the start is not defined for the problem,
    /// and others that the start documents. What has been written by then does not matter.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error>;
}

/// A borrowed start is a start, so that one that is chosen at run time can be wrapped.
impl<T: Real, S: Start<T> + ?Sized> Start<T> for &S {
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        (**self).write_potentials(target, out)
    }
}
