//! The search for a mixture: k-means seeds, restarts, and the number of components.
//!
//! The seeds are linfa-clustering's k-means. Its Gaussian mixtures are not used: they take no weights, have no
//! log-sum-exp (a point far from all components ends the fit in NaN), return nothing if the iteration is cut short,
//! and ten runs of k-means to begin with make them an order of magnitude slower than the steps in `em`.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use linfa_clustering::KMeans;
use ndarray_linfa::Array2;
use rand_linfa::SeedableRng;
use rand_xoshiro_linfa::Xoshiro256Plus;
use sinkhorn_core::{
    Error, Real,
    error::Argument,
    geometry::{Points, Weights},
    threads::has_threads,
};

use super::density::log;
use super::em;
use super::sample::{Units, resample};
use super::{GaussianFit, MixtureFit, MixtureSettings};
use crate::cloud::Cloud;
use crate::representatives::squared_distance;

/// The number that is added to the variances, in units of the spread of the data.
const RIDGE: f64 = 1e-6;
/// Steps end when they gain less than this, in nats a point.
const TOLERANCE: f64 = 1e-3;
/// The number of components may be worse this many times in a row before the search ends: four blobs in a square are no
/// better as two than as one.
const PATIENCE: usize = 2;

const FAILED: &str = "mixture: no fit of several components succeeded, one was used";
const COLLAPSED: &str = "mixture: the components fell together into one";
const FEW_POINTS: &str = "mixture: too few points for several components, one was used";

pub(super) fn fit<T: Real>(
    points: Points<'_, T>,
    weights: Weights<'_, T>,
    settings: &MixtureSettings,
) -> Result<(MixtureFit, Option<&'static str>), Error> {
    let cloud = Cloud::new(points, weights, weights.total().widen());
    let single = one_component(&cloud)?;
    let asked = settings.components.unwrap_or(settings.max_components);
    let most = asked.min(affordable(&cloud));
    if most == 1 {
        return Ok((single, (asked > 1).then_some(FEW_POINTS)));
    }

    let units = Units::of(&cloud);
    let full = units.standardise(&cloud);
    let sample = settings.sample.max(1);
    let uniform = full.weights.iter().all(|weight| *weight == full.weights[0]);
    let resampled = (full.len() > sample || !uniform).then(|| resample(&full, full.len().min(sample), settings.seed));
    let seeds = resampled.as_ref().unwrap_or(&full);
    let fitted = if full.len() > sample { seeds } else { &full };

    let chosen = match settings.components {
        Some(_) => best_of(fitted, seeds, most, settings).map(|(fit, _)| fit),
        None => by_criterion(fitted, seeds, most, settings),
    };
    let Some(mut chosen) = chosen else { return Ok((single, Some(FAILED))) };
    if fitted.len() < full.len() && chosen.components() > 1 {
        chosen = em::step(&full, &chosen, RIDGE).0;
    }
    if chosen.components() <= 1 {
        return Ok((single, settings.components.map(|_| COLLAPSED)));
    }
    let chosen = ordered(&units.undo(chosen));
    if chosen.check().is_err() {
        return Ok((single, Some(FAILED)));
    }
    Ok((chosen, None))
}

/// Returns the mixture of one component, whose moments are those of the points.
fn one_component(cloud: &Cloud) -> Result<MixtureFit, Error> {
    let points = Points::new(Argument::COVARIANCE, &cloud.points, cloud.dimension)?;
    let weights = Weights::new(Argument::COVARIANCE, &cloud.weights)?;
    let GaussianFit { mean, covariance } = GaussianFit::of(points, weights)?;
    Ok(MixtureFit { shares: vec![1.0], means: mean, covariances: covariance })
}

/// Returns how many components leave each as many points as it has parameters. Weights that differ make fewer points.
fn affordable(cloud: &Cloud) -> usize {
    let parameters = (cloud.dimension + 1) * (cloud.dimension + 2) / 2;
    (effective(cloud) / parameters as f64).max(1.0) as usize
}

/// Returns Kish's effective number of points.
fn effective(cloud: &Cloud) -> f64 {
    1.0 / cloud.weights.iter().map(|weight| weight * weight).sum::<f64>()
}

/// Finds the smallest Bayesian information criterion, from one component upwards. One component is fitted here too,
/// ridge included, so that like is compared with like.
fn by_criterion(fitted: &Cloud, seeds: &Cloud, most: usize, settings: &MixtureSettings) -> Option<MixtureFit> {
    let d = fitted.dimension as f64;
    let size = effective(fitted);
    let criterion = |fit: &MixtureFit, likelihood: f64| {
        let parameters = fit.components() as f64 * (1.0 + d + 0.5 * d * (d + 1.0)) - 1.0;
        parameters * log(size) - 2.0 * size * likelihood
    };
    let mut best: Option<(MixtureFit, f64)> = None;
    let mut worse = 0;
    for count in 1..=most {
        let found = best_of(fitted, seeds, count, settings);
        let found = found.map(|(fit, likelihood)| (criterion(&fit, likelihood), fit));
        match found {
            Some((value, fit)) if best.as_ref().is_none_or(|(_, least)| value < *least) => {
                best = Some((fit, value));
                worse = 0;
            }
            _ => worse += 1,
        }
        if worse == PATIENCE {
            break;
        }
    }
    best.map(|(fit, _)| fit)
}

/// Returns the likeliest of several fits of so many components.
fn best_of(fitted: &Cloud, seeds: &Cloud, count: usize, settings: &MixtureSettings) -> Option<(MixtureFit, f64)> {
    let restarts = if count == 1 { 1 } else { settings.restarts.max(1) };
    let mut best: Option<(MixtureFit, f64)> = None;
    for restart in 0..restarts {
        let seed = settings.seed.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(1 + restart as u64));
        let Some(centers) = centers(seeds, count, seed) else { continue };
        let labels: Vec<usize> = (0..fitted.len()).map(|i| nearest(&centers, fitted.point(i))).collect();
        let start = em::of_labels(fitted, centers, &labels, RIDGE);
        let Some((fit, likelihood)) = em::run(fitted, start, RIDGE, TOLERANCE) else { continue };
        if best.as_ref().is_none_or(|(_, most)| likelihood > *most) {
            best = Some((fit, likelihood));
        }
    }
    best
}

/// Returns the centres of one run of k-means (`n_runs` of the crate is 10), or `None` if it fails, which finite points
/// have not caused.
fn centers(cloud: &Cloud, count: usize, seed: u64) -> Option<Vec<f64>> {
    if count == 1 {
        return Some(vec![0.0; cloud.dimension]);
    }
    let records = Array2::from_shape_vec((cloud.len(), cloud.dimension), cloud.points.clone()).ok()?;
    let parameters = KMeans::params_with_rng(count, Xoshiro256Plus::seed_from_u64(seed))
        .n_runs(1)
        .max_n_iterations(20)
        .tolerance(1e-2)
        .check()
        .ok()?;
    ensure_pool()?;
    let model = parameters.fit(&DatasetBase::from(records)).ok()?;
    let centers: Vec<f64> = model.centroids().iter().copied().collect();
    centers.iter().all(|value| value.is_finite()).then_some(centers)
}

/// Makes the calling thread a rayon pool of its own if there can be no other: k-means needs one.
fn ensure_pool() -> Option<()> {
    if !has_threads() {
        // For as long as the thread lives: rayon does not take it back.
        std::mem::forget(rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok()?);
    }
    Some(())
}

fn nearest(centers: &[f64], point: &[f64]) -> usize {
    let distances = centers.chunks(point.len()).map(|center| squared_distance(center, point));
    distances.enumerate().min_by(|(_, p), (_, q)| p.total_cmp(q)).map_or(0, |(k, _)| k)
}

/// Sorts components by the first coordinate of the mean, then the next, then the share: labels mean nothing.
fn ordered(fit: &MixtureFit) -> MixtureFit {
    let mut order: Vec<usize> = (0..fit.components()).collect();
    order.sort_by(|&p, &q| {
        let pairs = fit.mean(p).iter().zip(fit.mean(q)).map(|(s, t)| s.total_cmp(t));
        pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(fit.shares[p].total_cmp(&fit.shares[q]))
    });
    MixtureFit {
        shares: order.iter().map(|&k| fit.shares[k]).collect(),
        means: order.iter().flat_map(|&k| fit.mean(k).to_vec()).collect(),
        covariances: order.iter().flat_map(|&k| fit.covariance(k).to_vec()).collect(),
    }
}
