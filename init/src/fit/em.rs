//! Expectation and maximisation with weights.

use super::{MixtureDensity, MixtureFit};
use crate::cloud::Cloud;

/// Components with a smaller share are dropped.
const LEAST_SHARE: f64 = 1e-9;

/// Sums of a maximisation step. Deviations are taken from a point near the mean, so that nothing cancels far from 0.
struct Sums {
    dimension: usize,
    origins: Vec<f64>,
    shares: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    deviation: Vec<f64>,
}

impl Sums {
    fn new(dimension: usize, origins: Vec<f64>) -> Self {
        let k = origins.len() / dimension;
        Sums {
            dimension,
            shares: vec![0.0; k],
            first: vec![0.0; k * dimension],
            second: vec![0.0; k * dimension * dimension],
            deviation: vec![0.0; dimension],
            origins,
        }
    }

    fn add(&mut self, k: usize, point: &[f64], weight: f64) {
        let d = self.dimension;
        let origin = &self.origins[k * d..(k + 1) * d];
        for ((slot, x), o) in self.deviation.iter_mut().zip(point).zip(origin) {
            *slot = x - o;
        }
        self.shares[k] += weight;
        let first = &mut self.first[k * d..(k + 1) * d];
        let second = &mut self.second[k * d * d..(k + 1) * d * d];
        for r in 0..d {
            let weighted = weight * self.deviation[r];
            first[r] += weighted;
            for (slot, u) in second[r * d..=r * d + r].iter_mut().zip(&self.deviation) {
                *slot += weighted * u;
            }
        }
    }

    fn finish(self, ridge: f64) -> MixtureFit {
        let d = self.dimension;
        let mut fit = MixtureFit { shares: Vec::new(), means: Vec::new(), covariances: Vec::new() };
        for k in 0..self.shares.len() {
            let share = self.shares[k];
            if !(share > LEAST_SHARE) {
                continue;
            }
            let shift: Vec<f64> = self.first[k * d..(k + 1) * d].iter().map(|sum| sum / share).collect();
            fit.shares.push(share);
            fit.means.extend((0..d).map(|r| self.origins[k * d + r] + shift[r]));
            for r in 0..d {
                for c in 0..d {
                    let (below, above) = (r.max(c), r.min(c));
                    let moment = self.second[(k * d + below) * d + above] / share - shift[r] * shift[c];
                    fit.covariances.push(if r == c { moment.max(0.0) + ridge } else { moment });
                }
            }
        }
        fit
    }
}

/// Returns the mixture whose component k is the points with label k.
pub(super) fn of_labels(cloud: &Cloud, centers: Vec<f64>, labels: &[usize], ridge: f64) -> MixtureFit {
    let mut sums = Sums::new(cloud.dimension, centers);
    for (i, &label) in labels.iter().enumerate() {
        sums.add(label, cloud.point(i), cloud.weights[i]);
    }
    sums.finish(ridge)
}

/// Makes one step, and returns the mean log-likelihood of the mixture before it as well. `ridge` is added to the
/// variances.
pub(super) fn step(cloud: &Cloud, fit: &MixtureFit, ridge: f64) -> (MixtureFit, f64) {
    let density = MixtureDensity::of_checked(fit);
    let mut sums = Sums::new(cloud.dimension, fit.means.clone());
    let mut shares = vec![0.0; fit.components()];
    let mut likelihood = 0.0;
    for i in 0..cloud.len() {
        let (point, weight) = (cloud.point(i), cloud.weights[i]);
        likelihood += weight * density.responsibilities(point, &mut shares);
        for (k, share) in shares.iter().enumerate() {
            if *share > LEAST_SHARE {
                sums.add(k, point, weight * share);
            }
        }
    }
    (sums.finish(ridge), likelihood)
}

/// Steps until the mean log-likelihood grows by less than `tolerance`. Returns `None` if nothing usable is left.
pub(super) fn run(cloud: &Cloud, start: MixtureFit, ridge: f64, tolerance: f64) -> Option<(MixtureFit, f64)> {
    // Most of what is to be gained is in the first: a start needs no more.
    const MOST_STEPS: usize = 20;
    let mut fit = start;
    let mut before = f64::NEG_INFINITY;
    for _ in 0..MOST_STEPS {
        if fit.shares.is_empty() {
            return None;
        }
        let (next, likelihood) = step(cloud, &fit, ridge);
        if !likelihood.is_finite() {
            return None;
        }
        // `likelihood` is that of `fit`, the one to return with it.
        if likelihood - before < tolerance {
            return Some((fit, likelihood));
        }
        before = likelihood;
        fit = next;
    }
    let (_, likelihood) = step(cloud, &fit, ridge);
    (likelihood.is_finite() && !fit.shares.is_empty()).then_some((fit, likelihood))
}
