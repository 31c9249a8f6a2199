use nalgebra::{Dyn, RealField};
use sinkhorn_core::{Error, Form, Gaussian, Geometry, Initializer, Real, Scratch, Started, Target, Wrote};

/// The potential between Gaussians fitted to both sides, weights included, at any dimension d: O((n + m) d^2 + d^3).
///
/// The formula is that of [`sinkhorn_core::Gaussian`]; only squared Euclidean costs between points are accepted.
#[derive(Debug, Clone, Copy, Default)]
pub struct GaussianStart {
    /// Entropic unless told otherwise.
    pub form: Form,
}

impl<T: Real + RealField> Initializer<T> for GaussianStart {
    fn name(&self) -> &'static str {
        self.form.start_name()
    }

    /// # Errors
    /// Those of [`Gaussian::fit`].
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        _g: &mut [T],
        _scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        let dimension = match target.problem.geometry() {
            Geometry::Points(cloud) => cloud.dimension(),
            _ => 0, // a matrix: refused by the fit
        };
        Gaussian::fit(Dyn(dimension), target.problem, target.epsilon, self.form, f)?;
        Ok(Started::new(self.form.start_name(), Wrote::F))
    }
}
