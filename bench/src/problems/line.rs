//! Points on the line, where sorting solves the problem without regularisation.

use super::Case;
use rand::rngs::StdRng;
use sinkhorn_tests::data;

/// Uniform points to a grid of twice their spread.
pub(super) fn uniform(generator: &mut StdRng, n: usize) -> Case {
    let x = data::uniform(generator, n);
    let y = data::grid(n).into_iter().map(|value| 2.0 * value).collect();
    Case::new("line-uniform", "1-D uniform on [0, 1] to grid on [0, 2]", 1, x, y)
}

/// A few points far out: costs of hundreds of the mean, where kernels that are not stabilised vanish.
pub(super) fn heavy_tail(generator: &mut StdRng, n: usize) -> Case {
    let x = student(generator, n);
    let y = data::normal(generator, n);
    Case::new("line-heavy-tail", "1-D Student t, 3 degrees of freedom, to normal", 1, x, y)
}

/// Three quarters as many points on the second side.
pub(super) fn weighted(generator: &mut StdRng, n: usize) -> Case {
    let m = (3 * n / 4).max(1);
    let x = data::normal(generator, n);
    let y = data::uniform(generator, m).into_iter().map(|value| 3.0 * value).collect();
    let a = Some(data::weights(generator, n));
    let b = Some(data::weights(generator, m));
    Case { a, b, ..Case::new("line-weighted", "1-D normal to uniform on [0, 3], random weights, n != m", 1, x, y) }
}

/// `count` numbers with Student's distribution of 3 degrees of freedom.
fn student(generator: &mut StdRng, count: usize) -> Vec<f64> {
    let normal = data::normal(generator, 4 * count);
    let ratio = |z: &[f64]| z[0] / ((z[1] * z[1] + z[2] * z[2] + z[3] * z[3]) / 3.0).sqrt();
    normal.chunks(4).map(ratio).collect()
}
