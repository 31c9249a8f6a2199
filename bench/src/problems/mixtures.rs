//! Clusters of the plane: far from one Gaussian, so that mass has to find its cluster.

use super::Case;
use rand::rngs::StdRng;
use sinkhorn_tests::data;

/// Every blob has a partner nearby, with as many points as chance will have it: a percent or two of the mass belongs
/// elsewhere.
pub(super) fn matched(generator: &mut StdRng, n: usize) -> Case {
    let centres = [0.0, 0.0, 20.0, 0.0, 10.0, 17.0];
    let moved = centres.map(|value| value + 3.0);
    let thirds = [1.0 / 3.0; 3];
    let x = drawn(generator, n, &centres, 1.0, &thirds);
    let y = drawn(generator, n, &moved, 1.5, &thirds);
    Case::new("blobs-matched", "2-D mixtures, 3 blobs to the same 3 moved and wider", 2, x, y)
}

/// Blobs have to be split and joined.
pub(super) fn unmatched(generator: &mut StdRng, n: usize) -> Case {
    let side = |generator: &mut StdRng, shares: &[f64]| {
        let centres = centres(generator, shares.len());
        drawn(generator, n, &centres, 1.0, shares)
    };
    let x = side(generator, &[0.3, 0.25, 0.2, 0.15, 0.1]);
    let y = side(generator, &[0.5, 0.3, 0.2]);
    Case::new("blobs-unmatched", "2-D mixtures, 5 blobs to 3, unequal shares", 2, x, y)
}

/// Points of the plane with standard deviation 10.
fn centres(generator: &mut StdRng, blobs: usize) -> Vec<f64> {
    data::normal(generator, 2 * blobs).iter().map(|value| 10.0 * value).collect()
}

/// `count` points, each with this standard deviation around a centre that it takes with the probability of its share.
fn drawn(generator: &mut StdRng, count: usize, centres: &[f64], deviation: f64, shares: &[f64]) -> Vec<f64> {
    let blobs: Vec<usize> =
        data::uniform(generator, count).into_iter().map(|position| share(shares, position)).collect();
    around(generator, count, centres, deviation, |k| blobs[k])
}

/// `count` points with this standard deviation around the centre whose number `blob` tells for each of them.
fn around(
    generator: &mut StdRng,
    count: usize,
    centres: &[f64],
    deviation: f64,
    blob: impl Fn(usize) -> usize,
) -> Vec<f64> {
    let noise = data::normal(generator, 2 * count);
    (0..2 * count).map(|k| centres[2 * blob(k / 2) + k % 2] + deviation * noise[k]).collect()
}

/// The part of [0, 1] that `position` is in, where the parts have these lengths.
fn share(shares: &[f64], position: f64) -> usize {
    let mut end = 0.0;
    let inside = |share: &f64| {
        end += share;
        position < end
    };
    shares.iter().position(inside).unwrap_or(shares.len() - 1) // rounding
}
