use sinkhorn_core::{
    Error, Real,
    start::{Gaussian, GaussianForm, Moments, Start, StartMemory, StartReport, Target},
};

use crate::fit::GaussianFit;

/// The potential between Gaussians fitted to both sides, weights included, at any dimension d: O((n + m) d^2 + d^3).
///
/// The formula is that of [`sinkhorn_core::start::Gaussian`]; only squared Euclidean costs between points are accepted.
/// A fit that is given is used as it is, for a measure that stays the same.
#[derive(Debug, Clone, Default)]
pub struct GaussianStart {
    /// The form of the potential, entropic by default.
    pub form: GaussianForm,
    /// A fit of x; `None` fits it.
    pub source: Option<GaussianFit>,
    /// A fit of y; `None` fits it.
    pub target: Option<GaussianFit>,
}

impl GaussianStart {
    /// Makes a start of this form, fitted to both sides.
    pub const fn new(form: GaussianForm) -> Self {
        GaussianStart { form, source: None, target: None }
    }
}

impl<T: Real> Start<T> for GaussianStart {
    /// # Errors
    /// [`ErrorKind::Unsupported`](sinkhorn_core::error::ErrorKind::Unsupported) unless the cost is squared Euclidean
    /// between points; those of [`Moments::of`] for a side without a fit, those of [`GaussianFit::check`] for a fit,
    /// and of [`Gaussian::between`].
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let cloud = target.squared_euclidean_points("gaussian needs points under the squared Euclidean cost")?;
        let d = cloud.dimension();
        let [source, other] = [&self.source, &self.target].map(|fit| {
            let fit = fit.as_ref();
            fit.map(|fit| fit.check(d).map(|()| [cast(&fit.mean), cast(&fit.covariance)])).transpose()
        });
        let (source, other) = (source?, other?);
        let fits = [&source, &other].map(|fit| fit.as_ref().map(|[mean, covariance]| Moments { mean, covariance }));
        Gaussian::start::<{ usize::MAX }>(
            target,
            self.form,
            fits,
            &mut vec![T::ZERO; Gaussian::<T, &mut [T]>::start_len(d)],
            out.f,
        )
    }
}

fn cast<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::constant(value)).collect()
}
