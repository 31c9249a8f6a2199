//! Measures on one grid, as images and densities are compared: everything is in the weights, costs tie, and some cells
//! are empty.

use super::Case;
use rand::rngs::StdRng;
use sinkhorn_tests::data;

/// Two mixtures of bumps with a noise floor, one empty outside a disc, the other on a strip. The largest square grid
/// with no more than `n` cells.
pub(super) fn grid(generator: &mut StdRng, n: usize) -> Case {
    let cells = data::grid(n.isqrt());
    let points: Vec<f64> = cells.iter().flat_map(|&p| cells.iter().flat_map(move |&q| [p, q])).collect();
    let a = histogram(generator, &points, 3, |p, q| (p - 0.5).hypot(q - 0.5) < 0.5);
    let b = histogram(generator, &points, 2, |p, _| p > 0.1);
    let what = "two histograms on one grid of the unit square, some cells empty";
    Case { a: Some(a), b: Some(b), ..Case::new("histograms", what, 2, points.clone(), points) }
}

/// Weights of the points of the unit square that are `inside`, with sum 1.
fn histogram(generator: &mut StdRng, points: &[f64], bumps: usize, inside: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let shapes = data::uniform(generator, 3 * bumps);
    let noise = data::uniform(generator, points.len() / 2);
    let bump = |shape: &[f64], p: f64, q: f64| {
        let width = 0.05 + 0.1 * shape[2];
        let square = (p - shape[0]).powi(2) + (q - shape[1]).powi(2);
        (-square / (2.0 * width * width)).exp()
    };
    let height = |(point, noise): (&[f64], f64)| {
        let (p, q) = (point[0], point[1]);
        let bumps: f64 = shapes.chunks(3).map(|shape| bump(shape, p, q)).sum();
        if inside(p, q) { bumps + 0.02 * noise } else { 0.0 }
    };
    let raw: Vec<f64> = points.chunks(2).zip(noise).map(height).collect();
    let total: f64 = raw.iter().sum();
    raw.into_iter().map(|weight| weight / total).collect()
}
