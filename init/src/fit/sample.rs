//! From a measure to what a mixture is fitted to: mass-bearing points, in units of their spread, and not too many.

use rand_linfa::{Rng, SeedableRng};
use rand_xoshiro_linfa::Xoshiro256Plus;

use super::MixtureFit;
use crate::cloud::Cloud;

/// The centre and the unit of every coordinate.
pub(super) struct Units {
    centers: Vec<f64>,
    units: Vec<f64>,
}

impl Units {
    /// Takes the median and the median deviation: an outlier a million away does not blur the rest. A coordinate of
    /// which half is constant has the standard deviation for its unit, and one that is constant has 1.
    pub fn of(cloud: &Cloud) -> Self {
        let mut units = Units { centers: Vec::new(), units: Vec::new() };
        for k in 0..cloud.dimension {
            let mut column: Vec<f64> = (0..cloud.len()).map(|i| cloud.point(i)[k]).collect();
            let center = median(&mut column);
            for value in &mut column {
                *value = (*value - center).abs();
            }
            let squares: f64 = column.iter().zip(&cloud.weights).map(|(u, weight)| weight * u * u).sum();
            let (spread, typical) = (squares.sqrt(), 1.4826 * median(&mut column));
            // Not so small that an outlier, in these units, overflows when squared.
            let unit = if typical > 1e-9 * spread { typical } else { spread };
            units.centers.push(center);
            units.units.push(if unit > 0.0 { unit } else { 1.0 });
        }
        units
    }

    pub fn standardise(&self, cloud: &Cloud) -> Cloud {
        let d = cloud.dimension;
        let points = cloud.points.iter().enumerate().map(|(p, x)| (x - self.centers[p % d]) / self.units[p % d]);
        Cloud { dimension: d, points: points.collect(), weights: cloud.weights.clone() }
    }

    /// Converts a mixture in these units to those of the data.
    pub fn undo(&self, mut fit: MixtureFit) -> MixtureFit {
        let d = self.units.len();
        for (p, mean) in fit.means.iter_mut().enumerate() {
            *mean = self.centers[p % d] + self.units[p % d] * *mean;
        }
        for (p, entry) in fit.covariances.iter_mut().enumerate() {
            *entry *= self.units[p % d] * self.units[p / d % d];
        }
        fit
    }
}

fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// Takes `count` points of equal weight, each as often as its weight says, to less than one (systematic resampling).
pub(super) fn resample(cloud: &Cloud, count: usize, seed: u64) -> Cloud {
    let mut generator = Xoshiro256Plus::seed_from_u64(seed);
    let offset: f64 = generator.r#gen();
    let mut points = Vec::with_capacity(count * cloud.dimension);
    let (mut i, mut reached) = (0, cloud.weights[0]);
    for k in 0..count {
        let level = (k as f64 + offset) / count as f64;
        while reached <= level && i + 1 < cloud.len() {
            i += 1;
            reached += cloud.weights[i];
        }
        points.extend_from_slice(cloud.point(i));
    }
    Cloud { dimension: cloud.dimension, points, weights: vec![1.0 / count as f64; count] }
}
