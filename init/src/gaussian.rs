use nalgebra::{Dyn, RealField};
use sinkhorn_core::{
    Argument, Error, Form, Gaussian, Initializer, Moments, Points, Real, Scratch, Started, Target, Weights, Wrote,
};

use crate::fit::GaussianFit;

/// The potential between Gaussians fitted to both sides, weights included, at any dimension d: O((n + m) d^2 + d^3).
///
/// The formula is that of [`sinkhorn_core::Gaussian`]; only squared Euclidean costs between points are accepted. A fit
/// that is given is used as it is, for a measure that stays the same.
#[derive(Debug, Clone, Default)]
pub struct GaussianStart {
    /// Entropic unless told otherwise.
    pub form: Form,
    /// A fit of x.
    pub source: Option<GaussianFit>,
    /// A fit of y.
    pub target: Option<GaussianFit>,
}

impl GaussianStart {
    /// Of this form, fitted to both sides.
    pub const fn new(form: Form) -> Self {
        GaussianStart { form, source: None, target: None }
    }
}

impl<T: Real + RealField> Initializer<T> for GaussianStart {
    fn name(&self) -> &'static str {
        self.form.start_name()
    }

    /// # Errors
    /// [`ErrorKind::Unsupported`](sinkhorn_core::ErrorKind::Unsupported) unless the cost is squared Euclidean between points; those of [`Moments::of`] for a side
    /// without a fit, those of [`GaussianFit::check`] for a fit, and of [`Gaussian::between`].
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        _g: &mut [T],
        _scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        let problem = target.problem;
        let cloud = target.squared_euclidean_points("gaussian needs points under the squared Euclidean cost")?;
        let from = moments(self.source.as_ref(), cloud.x(), problem.a(), Argument::X)?;
        let to = moments(self.target.as_ref(), cloud.y(), problem.b(), Argument::Y)?;
        let gaussian = Gaussian::between(&from, &to, target.epsilon, self.form)?;
        for (i, value) in f.iter_mut().enumerate() {
            *value = gaussian.at(cloud.x().point(i));
        }
        Ok(Started::new(self.form.start_name(), Wrote::F))
    }
}

fn moments<T: Real + RealField>(
    given: Option<&GaussianFit>,
    points: Points<'_, T>,
    weights: Weights<'_, T>,
    argument: Argument,
) -> Result<Moments<T, Dyn>, Error> {
    match given {
        Some(fit) => {
            fit.check(points.dimension())?;
            Ok(fit.moments())
        }
        None => Moments::of(Dyn(points.dimension()), points, weights, argument),
    }
}
