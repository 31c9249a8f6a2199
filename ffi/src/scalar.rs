//! The scalars of the interface, and the starts that are written for each.

use core::fmt::Debug;

use sinkhorn_core::{
    Argument, Error as CoreError, FixedGaussianStart, Form, Geometry, Initializer, Real, Scratch, Started, Target,
};

/// `f32` or `f64`.
pub(crate) trait Scalar: Real + Debug {
    /// The Gaussian start, at any dimension that this build has.
    fn gaussian(
        form: Form,
        target: &Target<'_, '_, Self>,
        f: &mut [Self],
        g: &mut [Self],
        scratch: &mut Scratch<'_, Self>,
    ) -> Result<Started, CoreError>;

    /// A start of the crate `init`, where this build has it.
    fn fitted(
        start: Fitted,
        target: &Target<'_, '_, Self>,
        f: &mut [Self],
        g: &mut [Self],
        scratch: &mut Scratch<'_, Self>,
    ) -> Result<Started, CoreError>;
}

/// The starts of the crate `init`; 0 of something stands for its default.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "init"), allow(dead_code, reason = "only named there"))]
pub(crate) enum Fitted {
    Mixture { components: usize, seed: u64 },
    Coarse { representatives: usize },
    Subsample { points: usize, seed: u64 },
    Auto,
}

/// The Gaussian start of a dimension; apart, because each has its own matrices on the stack.
#[inline(never)]
fn fixed<T, const D: usize>(
    form: Form,
    target: &Target<'_, '_, T>,
    f: &mut [T],
    g: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Result<Started, CoreError>
where
    T: Real,
    FixedGaussianStart<D>: Initializer<T>,
{
    FixedGaussianStart::<D> { form }.initialize(target, f, g, scratch)
}

macro_rules! scalar {
    ($scalar:ty) => {
        impl Scalar for $scalar {
            fn gaussian(
                form: Form,
                target: &Target<'_, '_, Self>,
                f: &mut [Self],
                g: &mut [Self],
                scratch: &mut Scratch<'_, Self>,
            ) -> Result<Started, CoreError> {
                let Geometry::Points(cloud) = target.problem.geometry() else {
                    let reason = "gaussian needs points, not a cost matrix";
                    return Err(CoreError::unsupported(Argument::START, reason));
                };
                // Up to 8 the same code, and the same bits, with and without an allocator.
                match cloud.dimension() {
                    1 => fixed::<Self, 1>(form, target, f, g, scratch),
                    2 => fixed::<Self, 2>(form, target, f, g, scratch),
                    3 => fixed::<Self, 3>(form, target, f, g, scratch),
                    4 => fixed::<Self, 4>(form, target, f, g, scratch),
                    5 => fixed::<Self, 5>(form, target, f, g, scratch),
                    6 => fixed::<Self, 6>(form, target, f, g, scratch),
                    7 => fixed::<Self, 7>(form, target, f, g, scratch),
                    8 => fixed::<Self, 8>(form, target, f, g, scratch),
                    #[cfg(feature = "init")]
                    _ => sinkhorn_init::GaussianStart::new(form).initialize(target, f, g, scratch),
                    #[cfg(not(feature = "init"))]
                    _ => {
                        let reason = "gaussian has dimensions 1 to 8 in a build without an allocator";
                        Err(CoreError::unsupported(Argument::START, reason))
                    }
                }
            }

            #[cfg(feature = "init")]
            fn fitted(
                start: Fitted,
                target: &Target<'_, '_, Self>,
                f: &mut [Self],
                g: &mut [Self],
                scratch: &mut Scratch<'_, Self>,
            ) -> Result<Started, CoreError> {
                use sinkhorn_init::{Auto, CoarseStart, MixtureSettings, MixtureStart, SubsampleStart};
                let count = |number: usize| (number > 0).then_some(number);
                match start {
                    Fitted::Mixture { components, seed } => {
                        let default = MixtureSettings { seed, ..MixtureSettings::default() };
                        let components = count(components).or(default.components);
                        let settings = MixtureSettings { components, ..default };
                        MixtureStart { settings, ..MixtureStart::default() }.initialize(target, f, g, scratch)
                    }
                    Fitted::Coarse { representatives } => {
                        let start = CoarseStart { representatives: count(representatives), ..CoarseStart::default() };
                        start.initialize(target, f, g, scratch)
                    }
                    Fitted::Subsample { points, seed } => {
                        SubsampleStart { points: count(points), seed }.initialize(target, f, g, scratch)
                    }
                    Fitted::Auto => Auto.initialize(target, f, g, scratch),
                }
            }

            #[cfg(not(feature = "init"))]
            fn fitted(
                _: Fitted,
                _: &Target<'_, '_, Self>,
                _: &mut [Self],
                _: &mut [Self],
                _: &mut Scratch<'_, Self>,
            ) -> Result<Started, CoreError> {
                let reason = "this start needs an allocator, which this build does without";
                Err(CoreError::unsupported(Argument::START, reason))
            }
        }
    };
}

scalar!(f32);
scalar!(f64);
