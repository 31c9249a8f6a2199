//! Gaussian to Gaussian: what the Gaussian start is made for, and how that fades with the dimension.

use super::Case;
use rand::rngs::StdRng;
use sinkhorn_tests::data;

pub(super) fn two(generator: &mut StdRng, n: usize) -> Case {
    random("gaussians-2", "2-D Gaussians, random covariance", 2, generator, n)
}

pub(super) fn three(generator: &mut StdRng, n: usize) -> Case {
    random("gaussians-3", "3-D Gaussians, random covariance", 3, generator, n)
}

pub(super) fn ten(generator: &mut StdRng, n: usize) -> Case {
    random("gaussians-10", "10-D Gaussians, random covariance", 10, generator, n)
}

/// Equal covariances, means 0 and 1. The Gaussian start is not expected to help: in 50 dimensions the sweeps are spent
/// on which points were drawn, of which the fitted Gaussians know nothing.
pub(super) fn fifty(generator: &mut StdRng, n: usize) -> Case {
    let d = 50;
    let x = data::normal(generator, n * d);
    let y = data::normal(generator, n * d).into_iter().map(|value| 1.0 + value).collect();
    Case::new("gaussians-50", "50-D isotropic Gaussians", d, x, y)
}

/// Means 0 and 1 in every coordinate.
fn random(name: &'static str, what: &'static str, dimension: usize, generator: &mut StdRng, n: usize) -> Case {
    let x = gaussian(generator, n, dimension, 0.0);
    let y = gaussian(generator, n, dimension, 1.0);
    Case::new(name, what, dimension, x, y)
}

/// `count` normal points with a random covariance (A A^T, A of normal entries) and this mean in every coordinate.
fn gaussian(generator: &mut StdRng, count: usize, dimension: usize, mean: f64) -> Vec<f64> {
    let matrix = data::normal(generator, dimension * dimension);
    let points = data::normal(generator, count * dimension);
    let mut out = Vec::with_capacity(points.len());
    for point in points.chunks(dimension) {
        for row in matrix.chunks(dimension) {
            out.push(mean + row.iter().zip(point).map(|(p, q)| p * q).sum::<f64>());
        }
    }
    out
}
