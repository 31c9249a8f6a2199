use nalgebra::DMatrix;
use sinkhorn_core::{Error, Float};

use super::MixtureFit;

/// The density of a [`MixtureFit`], made ready to be evaluated at many points: O(k d^3) once, O(k d^2) a point.
///
/// Everything is done in logarithms, so that a point far from all components has finite responsibilities that sum to 1.
#[derive(Debug, Clone)]
pub struct MixtureDensity {
    dimension: usize,
    components: Vec<Component>,
}

#[derive(Debug, Clone)]
struct Component {
    mean: Vec<f64>,
    /// Row r holds r + 1 entries: the inverse of the Cholesky factor of the covariance.
    whitening: Vec<f64>,
    /// log(share) - log det(covariance) / 2 - d log(2 pi) / 2.
    log_factor: f64,
}

/// Squared lengths are cut here, so that a point at any distance has a logarithm that is finite.
const FARTHEST: f64 = 1e300;

impl MixtureDensity {
    /// Prepares the density of a fit, which may have come from a file. A covariance that is singular is widened as
    /// little as makes it regular.
    ///
    /// # Errors
    /// Those of [`MixtureFit::check`].
    pub fn new(fit: &MixtureFit) -> Result<Self, Error> {
        fit.check()?;
        Ok(MixtureDensity::of_checked(fit))
    }

    pub(super) fn of_checked(fit: &MixtureFit) -> Self {
        let d = fit.dimension();
        let total: f64 = fit.shares.iter().sum();
        let components = (0..fit.components())
            .map(|k| {
                let (whitening, half_log_det) = whiten(fit.covariance(k), d);
                let log_share = log(fit.shares[k] / total);
                let log_factor = log_share - half_log_det - 0.5 * d as f64 * log(2.0 * std::f64::consts::PI);
                Component { mean: fit.mean(k).to_vec(), whitening, log_factor }
            })
            .collect();
        MixtureDensity { dimension: d, components }
    }

    /// Returns the logarithm of the density at `x`, which has d coordinates.
    ///
    /// # Panics
    /// If `x` is shorter.
    pub fn log_density(&self, x: &[f64]) -> f64 {
        self.responsibilities(x, &mut vec![0.0; self.components.len()])
    }

    /// Writes the share of each component in the density at `x`, and returns the logarithm of the density.
    ///
    /// # Panics
    /// If `x` has fewer coordinates than the fit, or `out` fewer entries than there are components.
    pub fn responsibilities(&self, x: &[f64], out: &mut [f64]) -> f64 {
        let mut largest = f64::NEG_INFINITY;
        for (slot, component) in out.iter_mut().zip(&self.components) {
            *slot = component.log_joint(&x[..self.dimension]);
            largest = largest.max(*slot);
        }
        let out = &mut out[..self.components.len()];
        let mut sum = 0.0;
        for slot in out.iter_mut() {
            *slot = exp(*slot - largest);
            sum += *slot;
        }
        for slot in out.iter_mut() {
            *slot /= sum;
        }
        largest + log(sum)
    }
}

impl Component {
    fn log_joint(&self, x: &[f64]) -> f64 {
        let mut rest = &self.whitening[..];
        let mut squares = 0.0;
        for r in 0..x.len() {
            let (row, below) = rest.split_at(r + 1);
            let mut image = 0.0;
            for c in 0..=r {
                image += row[c] * (x[c] - self.mean[c]);
            }
            squares += image * image;
            rest = below;
        }
        // `min` also takes NaN (infinity minus infinity, far out) to the bound.
        self.log_factor - 0.5 * squares.min(FARTHEST)
    }
}

/// Returns the inverse of the Cholesky factor, row by row up to the diagonal, and half the logarithm of the
/// determinant.
fn whiten(covariance: &[f64], d: usize) -> (Vec<f64>, f64) {
    let trace: f64 = (0..d).map(|k| covariance[k * d + k]).sum();
    let mut ridge = 0.0;
    loop {
        let mut matrix = DMatrix::from_row_slice(d, d, covariance);
        for k in 0..d {
            matrix[(k, k)] += ridge;
        }
        let identity = DMatrix::identity(d, d);
        if let Some(inverse) = matrix.cholesky().and_then(|c| c.l_dirty().solve_lower_triangular(&identity)) {
            let half_log_det = -(0..d).map(|k| log(inverse[(k, k)])).sum::<f64>();
            let rows = (0..d).flat_map(|r| (0..=r).map(move |c| (r, c)));
            let whitening: Vec<f64> = rows.map(|place| inverse[place]).collect();
            if half_log_det.is_finite() && whitening.iter().all(|value| value.is_finite()) {
                return (whitening, half_log_det);
            }
        }
        // An atom has trace 0; and whatever the trace, the ridge grows until it outweighs it.
        ridge = (10.0 * ridge).max(1e-12 * trace).max(1e-200);
    }
}

/// Computes the logarithm by core, with the same bits on every machine.
pub(crate) fn log(x: f64) -> f64 {
    Float::log2(x) * std::f64::consts::LN_2
}

pub(crate) fn exp(x: f64) -> f64 {
    Float::exp2(x * std::f64::consts::LOG2_E)
}
