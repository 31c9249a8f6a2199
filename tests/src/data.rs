//! Seeded data.

use rand::{Rng, SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};

/// A generator whose numbers are the same everywhere.
pub fn generator(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// `count` numbers of mean 0 and variance 1.
pub fn normal(generator: &mut StdRng, count: usize) -> Vec<f64> {
    (0..count).map(|_| StandardNormal.sample(generator)).collect()
}

/// `count` numbers of [0, 1).
pub fn uniform(generator: &mut StdRng, count: usize) -> Vec<f64> {
    (0..count).map(|_| generator.random()).collect()
}

/// `count` positive weights that sum to 1.
pub fn weights(generator: &mut StdRng, count: usize) -> Vec<f64> {
    let raw: Vec<f64> = (0..count).map(|_| 0.1 + generator.random::<f64>()).collect();
    let total: f64 = raw.iter().sum();
    raw.into_iter().map(|w| w / total).collect()
}

/// The middles of `count` equal cells of [0, 1].
pub fn grid(count: usize) -> Vec<f64> {
    (0..count).map(|k| (k as f64 + 0.5) / count as f64).collect()
}

/// The nearest single-precision numbers.
pub fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}
