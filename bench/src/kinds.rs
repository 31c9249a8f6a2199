//! Data sets of different kinds, from seeds.

use rand::rngs::StdRng;
use sinkhorn_tests::data;

/// Two point sets.
#[derive(Debug, Clone)]
pub struct Pair {
    /// What they are.
    pub name: &'static str,
    /// Coordinates a point.
    pub dimension: usize,
    /// Points, row-major.
    pub x: Vec<f64>,
    /// Points, row-major.
    pub y: Vec<f64>,
}

/// `count` normal points with a random covariance (A A^T, A of normal entries) and this mean in every coordinate.
pub fn gaussian(generator: &mut StdRng, count: usize, dimension: usize, mean: f64) -> Vec<f64> {
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

/// `count` points of the plane in `blobs` clusters of standard deviation 1, with centres of standard deviation 10.
pub fn blobs(generator: &mut StdRng, count: usize, blobs: usize) -> Vec<f64> {
    let centres: Vec<f64> = data::normal(generator, 2 * blobs).iter().map(|value| 10.0 * value).collect();
    let noise = data::normal(generator, 2 * count);
    (0..2 * count).map(|k| centres[2 * ((k / 2) % blobs) + k % 2] + noise[k]).collect()
}

/// The images of the digits 0 to 4 and 5 to 9 (64 pixels), at most `count` of each, in the order of the file.
pub fn digits(count: usize) -> Pair {
    let text = include_str!("../../cli/data/digits/digits.csv");
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let fields: Vec<f64> = line.split(',').filter_map(|field| field.parse().ok()).collect();
        let side = if fields[64] < 5.0 { &mut x } else { &mut y };
        if side.len() < 64 * count {
            side.extend(&fields[..64]);
        }
    }
    Pair { name: "UCI digits 0-4 to 5-9, d = 64", dimension: 64, x, y }
}

/// The kinds of the table of sweeps, with 500 points a side (600 digits).
pub fn table(seed: u64) -> Vec<Pair> {
    let mut generator = data::generator(seed);
    let g = &mut generator;
    let n = 500;
    let ten_times = |points: Vec<f64>| points.into_iter().map(|value| 10.0 * value).collect::<Vec<f64>>();
    let twice = |points: Vec<f64>| points.into_iter().map(|value| 2.0 * value).collect::<Vec<f64>>();
    let pair = |name, dimension, x, y| Pair { name, dimension, x, y };
    vec![
        pair("2-D Gaussians, scales 1 and 10", 2, data::normal(g, 2 * n), ten_times(data::normal(g, 2 * n))),
        pair("3-D Gaussians, random covariance", 3, gaussian(g, n, 3, 0.0), gaussian(g, n, 3, 1.0)),
        pair("10-D Gaussians", 10, gaussian(g, n, 10, 0.0), gaussian(g, n, 10, 1.0)),
        pair("2-D mixtures, 5 to 5 blobs", 2, blobs(g, n, 5), blobs(g, n, 5)),
        pair("1-D uniform on [0, 1] to grid on [0, 2]", 1, data::uniform(g, n), twice(data::grid(n))),
        digits(600),
    ]
}
