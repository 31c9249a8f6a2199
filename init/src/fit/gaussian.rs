use sinkhorn_core::{
    Error, Real,
    error::Argument,
    geometry::{Points, Weights},
    start::Moments,
};

use super::{MEAN, check_covariance, check_entries};

/// Mean and covariance of one measure, for [`GaussianStart`](crate::GaussianStart). Saved and read again, it gives the
/// same bits as a fresh one.
///
/// ```
/// use sinkhorn_core::{error::Argument, geometry::{Points, Weights}};
/// use sinkhorn_init::GaussianFit;
/// let x = [0.0, 1.0, 2.0, 1.0]; // two points of dimension 2
/// let fit = GaussianFit::of(Points::new(Argument::X, &x, 2)?, Weights::uniform(Argument::A, 2)?)?;
/// assert_eq!(fit.mean, [1.0, 1.0]);
/// assert_eq!(fit.covariance, [1.0, 0.0, 0.0, 0.0]);
/// let read: GaussianFit = serde_json::from_str(&serde_json::to_string(&fit).unwrap()).unwrap();
/// assert_eq!(read, fit);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GaussianFit {
    /// d coordinates.
    pub mean: Vec<f64>,
    /// d x d, row-major, symmetric; in squared units of the coordinates.
    pub covariance: Vec<f64>,
}

impl GaussianFit {
    /// Computes the weighted moments (divided by the total weight) in the precision of the points.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`](sinkhorn_core::error::ErrorKind::Overflow), naming the covariance, if a moment is
    /// infinite.
    ///
    /// # Panics
    /// If there are fewer weights than points.
    pub fn of<T: Real>(points: Points<'_, T>, weights: Weights<'_, T>) -> Result<Self, Error> {
        let mut memory = vec![T::ZERO; Moments::<T>::len(points.dimension())];
        let Moments { mean, covariance } = Moments::of(points, weights, Argument::COVARIANCE, &mut memory)?;
        let widen = |values: &[T]| values.iter().map(|value| value.widen()).collect();
        Ok(GaussianFit { mean: widen(mean), covariance: widen(covariance) })
    }

    /// Checks that this is the mean and covariance of a measure of that dimension: it may have come from a file.
    ///
    /// # Errors
    /// For the mean and for the covariance [`ErrorKind::Length`](sinkhorn_core::error::ErrorKind::Length) and
    /// [`ErrorKind::NotFinite`](sinkhorn_core::error::ErrorKind::NotFinite); for the covariance
    /// [`ErrorKind::Negative`](sinkhorn_core::error::ErrorKind::Negative) (a variance) and
    /// [`ErrorKind::Unsupported`](sinkhorn_core::error::ErrorKind::Unsupported) (not symmetric, or larger than the
    /// variances allow).
    pub fn check(&self, dimension: usize) -> Result<(), Error> {
        check_entries(MEAN, &self.mean, dimension, None)?;
        check_entries(Argument::COVARIANCE, &self.covariance, dimension * dimension, Some(dimension))?;
        check_covariance(&self.covariance, dimension, 0)
    }
}
