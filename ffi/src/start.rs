//! From the choice of a start to one of the library's.

use sinkhorn_core::{
    Argument, Error as CoreError, FixedGaussianStart, Form, Geometry, Given, Initializer, Monotone, Real, Scratch,
    Started, Target, Zero,
};

use crate::checks::slice;
use crate::fault::Fault;
use crate::settings::*;

/// A scalar of the interface.
pub(crate) trait Scalar: Real
where
    Gaussian: Initializer<Self>,
{
}

impl Scalar for f32 {}
impl Scalar for f64 {}

/// The Gaussian start, at any dimension that this build has.
pub(crate) struct Gaussian {
    form: Form,
}

macro_rules! gaussian_start {
    ($scalar:ty) => {
        impl Initializer<$scalar> for Gaussian {
            fn name(&self) -> &'static str {
                self.form.start_name()
            }

            fn initialize(
                &self,
                target: &Target<'_, '_, $scalar>,
                f: &mut [$scalar],
                g: &mut [$scalar],
                scratch: &mut Scratch<'_, $scalar>,
            ) -> Result<Started, CoreError> {
                let Geometry::Points(cloud) = target.problem.geometry() else {
                    let reason = "gaussian needs points, not a cost matrix";
                    return Err(CoreError::Unsupported { argument: Argument::Start, reason });
                };
                let form = self.form;
                // Up to 8 the same code, and the same bits, with and without an allocator.
                match cloud.dimension() {
                    1 => FixedGaussianStart::<1> { form }.initialize(target, f, g, scratch),
                    2 => FixedGaussianStart::<2> { form }.initialize(target, f, g, scratch),
                    3 => FixedGaussianStart::<3> { form }.initialize(target, f, g, scratch),
                    4 => FixedGaussianStart::<4> { form }.initialize(target, f, g, scratch),
                    5 => FixedGaussianStart::<5> { form }.initialize(target, f, g, scratch),
                    6 => FixedGaussianStart::<6> { form }.initialize(target, f, g, scratch),
                    7 => FixedGaussianStart::<7> { form }.initialize(target, f, g, scratch),
                    8 => FixedGaussianStart::<8> { form }.initialize(target, f, g, scratch),
                    #[cfg(feature = "init")]
                    _ => sinkhorn_init::GaussianStart::new(form).initialize(target, f, g, scratch),
                    #[cfg(not(feature = "init"))]
                    _ => {
                        let reason = "gaussian has dimensions 1 to 8 in a build without an allocator";
                        Err(CoreError::Unsupported { argument: Argument::Start, reason })
                    }
                }
            }
        }
    };
}

gaussian_start!(f32);
gaussian_start!(f64);

/// Runs `call` with the start that the settings ask for.
///
/// # Safety
/// `start_f` and `start_g` are NULL, misaligned, or point to n and m scalars that nobody writes before `call` returns.
pub(crate) unsafe fn with_start<T: Scalar, R>(
    settings: &Settings<T>,
    n: usize,
    m: usize,
    call: impl FnOnce(&dyn Initializer<T>) -> Result<R, Fault>,
) -> Result<R, Fault>
where
    Gaussian: Initializer<T>,
{
    match settings.start {
        SINKHORN_START_ZERO => call(&Zero),
        SINKHORN_START_MONOTONE => call(&Monotone),
        SINKHORN_START_GAUSSIAN => call(&Gaussian { form: Form::Entropic }),
        SINKHORN_START_GAUSSIAN_UNREGULARISED => call(&Gaussian { form: Form::Unregularised }),
        SINKHORN_START_GIVEN => {
            // SAFETY: the contract of this function.
            let (f, g) = unsafe { (slice(c"start_f", settings.start_f, n)?, slice(c"start_g", settings.start_g, m)?) };
            for (argument, values) in [(c"start_f", f), (c"start_g", g)] {
                for (row, value) in values.unwrap_or(&[]).iter().enumerate() {
                    if !value.is_finite() {
                        return Err(Fault::NotFinite { argument, row, value: value.widen() });
                    }
                }
            }
            match (f, g) {
                (Some(f), Some(g)) => call(&Given::both(f, g)),
                (Some(f), None) => call(&Given::f(f)),
                (None, Some(g)) => call(&Given::g(g)),
                (None, None) => Err(Fault::Null { argument: c"start_f" }),
            }
        }
        value => Err(Fault::Choice { argument: c"start", value }),
    }
}
