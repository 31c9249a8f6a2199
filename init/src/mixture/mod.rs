//! The start from Gaussian mixtures.

mod potential;

pub use potential::MixturePotential;

use std::borrow::Cow;

use sinkhorn_core::{
    Error, Real,
    error::{Argument, ErrorKind},
    geometry::{Points, Weights},
    start::{GaussianForm, Side, Start, StartMemory, StartReport, Target},
};

use crate::fit::{MixtureFit, MixtureSettings};

/// The potential between mixtures of Gaussians fitted to both sides, weights included: [`MixturePotential`]. For data
/// in clusters, under squared Euclidean costs between points; computed in `f64` whatever the scalar.
///
/// A fit that is given is used as it is; a side without one is fitted whenever the start is run. O((n + m) k d^2) a
/// step of a fit, O(n k l d^2) for the potential. If a mixture cannot be fitted, one component is used, and the
/// report has a note.
///
/// It may need more sweeps than the Gaussian start: in 10 dimensions, and where clusters of equal masses hardly
/// overlap, for the levels of the potential between such clusters hang on single points, which a mixture does not see.
///
/// ```
/// use sinkhorn_core::{error::Argument, geometry::{Points, Weights}, PointCloud, Problem, Settings, solve, Workspace};
/// use sinkhorn_init::{MixtureFit, MixtureSettings, MixtureStart};
/// let heaps = |gap: f64| -> Vec<f64> { (0..100).map(|i| f64::from(i % 2) * gap + f64::from(i) * 0.01).collect() };
/// let (x, y) = (heaps(10.0), heaps(7.0));
///
/// // y stays, x moves: the fit of y is made once (and could be read from a file).
/// let settings = MixtureSettings::default();
/// let (target, _) = MixtureFit::of(Points::new(Argument::Y, &y, 1)?, Weights::uniform(Argument::B, 100)?, &settings)?;
/// let start = MixtureStart { target: Some(target), ..MixtureStart::default() };
///
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &start, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert_eq!(solution.report().start.name, "mixture");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MixtureStart {
    /// The settings for sides without a fit.
    pub settings: MixtureSettings,
    /// The form of the potentials between components, entropic by default.
    pub form: GaussianForm,
    /// A fit of x.
    pub source: Option<MixtureFit>,
    /// A fit of y.
    pub target: Option<MixtureFit>,
}

impl<T: Real> Start<T> for MixtureStart {
    /// # Errors
    /// [`ErrorKind::Unsupported`] unless the cost is squared Euclidean between points; those of [`MixtureFit::of`] for
    /// a side without a fit, those of [`MixtureFit::check`] for a fit, and of [`MixturePotential::between`];
    /// [`ErrorKind::Overflow`] if a potential leaves the range of the scalar.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let cloud = target.squared_euclidean_points("mixture needs points under the squared Euclidean cost")?;
        let (of_x, note_x) = self.fitted(self.source.as_ref(), cloud.x(), target.problem.a())?;
        let (of_y, note_y) = self.fitted(self.target.as_ref(), cloud.y(), target.problem.b())?;
        let potential = MixturePotential::between(&of_x, &of_y, target.epsilon.widen(), self.form)?;
        let mut point = vec![0.0; cloud.dimension()];
        for (i, value) in out.f.iter_mut().enumerate() {
            for (slot, x) in point.iter_mut().zip(cloud.x().point(i)) {
                *slot = x.widen();
            }
            *value = T::constant(potential.at(&point));
            if !value.is_finite() {
                return Err(Error::new(Argument::X, ErrorKind::Overflow));
            }
        }
        let name = match self.form {
            GaussianForm::Entropic => "mixture",
            GaussianForm::Unregularised => "mixture-unregularised",
        };
        Ok(StartReport { note: note_x.or(note_y), ..StartReport::new(name, Side::F) })
    }
}

impl MixtureStart {
    fn fitted<'f, T: Real>(
        &self,
        given: Option<&'f MixtureFit>,
        points: Points<'_, T>,
        weights: Weights<'_, T>,
    ) -> Result<(Cow<'f, MixtureFit>, Option<&'static str>), Error> {
        match given {
            Some(fit) => {
                fit.check_dimension(points.dimension())?;
                Ok((Cow::Borrowed(fit), None))
            }
            None => {
                let (fit, note) = MixtureFit::of(points, weights, &self.settings)?;
                Ok((Cow::Owned(fit), note))
            }
        }
    }
}
