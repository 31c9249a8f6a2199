use sinkhorn_core::{
    Error, Real,
    error::{Argument, ErrorKind},
    geometry::{Points, Weights},
    start::Moments,
};

use super::{MEAN, MixtureDensity, SHARES, check_covariance, check_entries, search};

/// A mixture of Gaussians fitted to one measure, for [`MixtureStart`](crate::MixtureStart). Saved and read again, it
/// gives the same bits as a fresh one.
///
/// ```
/// use sinkhorn_core::{error::Argument, geometry::{Points, Weights}};
/// use sinkhorn_init::{MixtureFit, MixtureSettings};
/// // Two heaps on the line.
/// let x: Vec<f64> = (0..100).map(|i| f64::from(i % 2) * 10.0 + f64::from(i) * 0.01).collect();
/// let (points, weights) = (Points::new(Argument::X, &x, 1)?, Weights::uniform(Argument::A, 100)?);
/// let settings = MixtureSettings { components: None, ..MixtureSettings::default() }; // the criterion chooses
/// let (fit, note) = MixtureFit::of(points, weights, &settings)?;
/// assert_eq!((fit.components(), note), (2, None));
/// let read: MixtureFit = serde_json::from_str(&serde_json::to_string(&fit).unwrap()).unwrap();
/// assert_eq!(read, fit);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MixtureFit {
    /// k shares of the mass; they need not sum to 1.
    pub shares: Vec<f64>,
    /// k x d, row-major.
    pub means: Vec<f64>,
    /// k matrices of d x d, each row-major and symmetric.
    pub covariances: Vec<f64>,
}

/// The settings of the fit of a mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixtureSettings {
    /// The largest number of components; fewer are taken if points are too few for so many covariances. `None` lets the
    /// Bayesian information criterion choose, which finds the clusters of the data; as a start, more components than
    /// that are better (`tests/tests/library/starts_mixture.rs` prints both).
    pub components: Option<usize>,
    /// The number of components at which the criterion ends its search.
    pub max_components: usize,
    /// The number of points that the fit looks at. If there are more, it takes a systematic sample by weight of as
    /// many. The last step has all.
    pub sample: usize,
    /// The number of fits from different seeds for each number of components. The likeliest is kept.
    pub restarts: usize,
    /// The seed that everything random follows from.
    pub seed: u64,
}

impl Default for MixtureSettings {
    fn default() -> Self {
        MixtureSettings { components: Some(24), max_components: 6, sample: 1000, restarts: 1, seed: 0 }
    }
}

/// The largest number of components. More would be another method, one of representatives without covariances.
const MOST: usize = 64;

impl MixtureFit {
    /// Finds the mixture that maximises the likelihood of the weighted points, by expectation and maximisation in
    /// `f64`, with a note if something else was done. One component has exactly the mean and covariance of the points.
    ///
    /// Components are in the order of the first coordinates of their means. There are no more of them than leave each
    /// as many points as it has parameters, (d + 1) (d + 2) / 2: many dimensions and few points leave one.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] for a number of components that is not 1 to 64; [`ErrorKind::Overflow`], naming the
    /// covariance, if a moment of the points is infinite.
    ///
    /// # Panics
    /// If there are fewer weights than points.
    pub fn of<T: Real>(
        points: Points<'_, T>,
        weights: Weights<'_, T>,
        settings: &MixtureSettings,
    ) -> Result<(Self, Option<&'static str>), Error> {
        for value in [settings.components.unwrap_or(1), settings.max_components] {
            if !(1..=MOST).contains(&value) {
                let (value, range) = (value as f64, "1 to 64 components");
                return Err(Error::new(Argument::START, ErrorKind::OutOfRange { value, range }));
            }
        }
        search::fit(points, weights, settings)
    }

    /// Returns k.
    pub fn components(&self) -> usize {
        self.shares.len()
    }

    /// Returns d, which is 0 if there are no components.
    pub fn dimension(&self) -> usize {
        self.means.len().checked_div(self.shares.len()).unwrap_or(0)
    }

    /// Returns the d coordinates of a mean.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn mean(&self, component: usize) -> &[f64] {
        let d = self.dimension();
        &self.means[component * d..(component + 1) * d]
    }

    /// Returns a covariance, d x d.
    ///
    /// # Panics
    /// If there is no such component.
    pub fn covariance(&self, component: usize) -> &[f64] {
        let size = self.dimension() * self.dimension();
        &self.covariances[component * size..(component + 1) * size]
    }

    /// Returns the density, ready to be evaluated.
    ///
    /// # Errors
    /// Those of [`MixtureFit::check`].
    pub fn density(&self) -> Result<MixtureDensity, Error> {
        MixtureDensity::new(self)
    }

    /// Checks that this is a mixture: it may have come from a file.
    ///
    /// # Errors
    /// For the shares [`ErrorKind::Empty`], [`ErrorKind::NotFinite`], [`ErrorKind::Negative`] and
    /// [`ErrorKind::NoMass`]; for the means and the covariances [`ErrorKind::Length`], [`ErrorKind::NotFinite`]; for
    /// the covariances [`ErrorKind::Negative`] (a variance) and [`ErrorKind::Unsupported`] (not symmetric, or larger
    /// than the variances allow). Rows are counted through all components.
    pub fn check(&self) -> Result<(), Error> {
        let k = self.shares.len();
        Weights::new(SHARES, &self.shares)?;
        let d = (self.means.len() / k).max(1);
        check_entries(MEAN, &self.means, k * d, Some(d))?;
        check_entries(Argument::COVARIANCE, &self.covariances, k * d * d, Some(d))?;
        (0..k).try_for_each(|component| check_covariance(self.covariance(component), d, component * d))
    }
    /// Checks as [`MixtureFit::check`] does, and that the dimension is this one.
    pub(crate) fn check_dimension(&self, dimension: usize) -> Result<(), Error> {
        self.check()?;
        let (expected, actual) = (self.components() * dimension, self.means.len());
        if expected == actual { Ok(()) } else { Err(Error::new(MEAN, ErrorKind::Length { expected, actual })) }
    }

    /// Returns the moments of a component.
    pub(crate) fn moments(&self, component: usize) -> Moments<'_, f64> {
        Moments { mean: self.mean(component), covariance: self.covariance(component) }
    }
}
