//! The library's starts as the options of C ask for them, in builds that have them.

use sinkhorn_core::{
    Error, Real,
    error::Argument,
    start::{DualSort, FixedGaussianStart, GaussianForm, Start, StartMemory, StartReport, Target},
};

/// The seed and the size that settings give to the library's starts; size 0 stands for the start's default.
pub(super) type Options = (u64, usize);

pub(super) fn dual_sort<T: Real>((_, size): Options) -> DualSort<T> {
    let default = DualSort::default();
    DualSort { passes: if size > 0 { size as u32 } else { default.passes }, ..default }
}

/// The Gaussian start, at any dimension that this build has.
pub(super) struct Gaussian(pub GaussianForm);

impl<T: Real> Start<T> for Gaussian {
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let refuse = |reason| Err(Error::unsupported(Argument::START, reason));
        // Up to 8 the same code, and the same bits, with and without an allocator.
        match target.problem.geometry().dimension() {
            0 => refuse("gaussian needs points, not a cost matrix"),
            // Few dimensions take little of the stack.
            1..=4 => FixedGaussianStart::<4> { form: self.0 }.write_potentials(target, out),
            5..=8 => FixedGaussianStart::<8> { form: self.0 }.write_potentials(target, out),
            #[cfg(feature = "init")]
            _ => sinkhorn_init::GaussianStart::new(self.0).write_potentials(target, out),
            #[cfg(not(feature = "init"))]
            _ => refuse("gaussian has dimensions 1 to 8 in a build without an allocator"),
        }
    }
}

pub(super) use fitted::{auto, cells, coarse, mixture, subsample};

/// The starts of the crate `init`.
#[cfg(feature = "init")]
mod fitted {
    use sinkhorn_init::{Auto, CellsStart, CoarseStart, MixtureSettings, MixtureStart, SubsampleStart};

    use super::Options;

    fn count(size: usize) -> Option<usize> {
        (size > 0).then_some(size)
    }

    pub fn mixture((seed, components): Options) -> MixtureStart {
        let default = MixtureSettings { seed, ..MixtureSettings::default() };
        let settings = MixtureSettings { components: count(components).or(default.components), ..default };
        MixtureStart { settings, ..MixtureStart::default() }
    }

    pub fn cells(_: Options) -> CellsStart {
        CellsStart
    }

    pub fn coarse((_, representatives): Options) -> CoarseStart {
        CoarseStart { representatives: count(representatives), ..CoarseStart::default() }
    }

    pub fn subsample((seed, points): Options) -> SubsampleStart {
        SubsampleStart { points: count(points), seed }
    }

    pub fn auto(_: Options) -> Auto {
        Auto
    }
}

/// What takes their place in builds without an allocator.
#[cfg(not(feature = "init"))]
mod fitted {
    use sinkhorn_core::{
        Error, Real,
        error::Argument,
        start::{Start, StartMemory, StartReport, Target},
    };

    use super::Options;

    pub struct Missing;

    impl<T: Real> Start<T> for Missing {
        fn write_potentials(&self, _: &Target<'_, '_, T>, _: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
            let reason = "this start needs an allocator, which this build does without";
            Err(Error::unsupported(Argument::START, reason))
        }
    }

    pub fn missing(_: Options) -> Missing {
        Missing
    }

    pub use missing as auto;
    pub use missing as cells;
    pub use missing as coarse;
    pub use missing as mixture;
    pub use missing as subsample;
}
