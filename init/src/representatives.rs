//! A weighted point set, summarised by a few points of their own.

use sinkhorn_core::{
    Real,
    geometry::{Points, Weights},
};

use crate::cloud::Cloud;

/// The number of times that points are assigned to their nearest representative after the partition. The first time
/// matters, the second a little.
const REFINEMENTS: usize = 2;

/// Means and masses of clusters.
#[derive(Debug, Clone)]
pub(crate) struct Representatives {
    /// k x d, row-major.
    pub points: Vec<f64>,
    /// k, positive; they sum to the total weight.
    pub masses: Vec<f64>,
    /// Mean squared distance of a point to its representative.
    pub within: f64,
    /// The number of distances that were computed.
    pub pairs: u64,
}

impl Representatives {
    /// Finds at most `count` representatives, fewer if there are fewer different points with weight. Every call finds
    /// the same ones.
    ///
    /// They are the means of a k-d partition (the widest coordinate is cut where the weight is halved), refined by
    /// Lloyd's steps. This takes O(n log k) and a fixed number of steps, and knows weights; k-means iterates, without
    /// them.
    ///
    /// A cell whose points are closer to their mean than `near` (mean squared distance) is not cut: fewer
    /// representatives will do. Returns `None` if the partition leaves a larger mean squared distance than `far`.
    pub fn of<T: Real>(
        points: Points<'_, T>,
        weights: Weights<'_, T>,
        count: usize,
        near: f64,
        far: f64,
    ) -> Option<Self> {
        let cloud = Cloud::new(points, weights, 1.0);
        let n = cloud.len();
        let mut labels = vec![0; n];
        let mut order: Vec<usize> = (0..n).collect();
        let mut cells = 0;
        cloud.partition(&mut order, count.max(1), near, &mut cells, &mut labels);
        let (mut means, mut masses) = cloud.means(&labels, cells);
        let mut within = cloud.within(&labels, &means);
        if within > far {
            return None;
        }
        let mut pairs = 0;
        for _ in 0..REFINEMENTS {
            cloud.assign(&means, &mut labels);
            pairs += (n * masses.len()) as u64;
            (means, masses) = cloud.means(&labels, cells);
            within = cloud.within(&labels, &means);
        }

        let d = cloud.dimension;
        let kept = |cell: &usize| masses[*cell] > 0.0;
        let points = (0..cells).filter(kept).flat_map(|cell| means[cell * d..][..d].iter().copied()).collect();
        let masses = (0..cells).filter(kept).map(|cell| masses[cell]).collect();
        Some(Representatives { points, masses, within, pairs })
    }
}

impl Cloud {
    /// Returns the mean squared distance of the points to the mean of their cell.
    fn within(&self, labels: &[usize], means: &[f64]) -> f64 {
        let d = self.dimension;
        let distance = |i: usize, label: usize| squared_distance(self.point(i), &means[label * d..][..d]);
        let sum = labels.iter().enumerate().map(|(i, &label)| self.weights[i] * distance(i, label)).sum::<f64>();
        sum / self.weights.iter().sum::<f64>()
    }

    /// Labels the points of `members` with up to `count` cells, numbered on from `cells`.
    fn partition(&self, members: &mut [usize], count: usize, near: f64, cells: &mut usize, labels: &mut [usize]) {
        let widest = if count > 1 && members.len() > 1 { self.widest(members, near) } else { None };
        let Some(axis) = widest else {
            for &i in members.iter() {
                labels[i] = *cells;
            }
            *cells += 1;
            return;
        };
        let key = |i: usize| self.points[i * self.dimension + axis];
        members.sort_unstable_by(|&i, &j| key(i).total_cmp(&key(j)).then(i.cmp(&j)));
        let share = (count / 2) as f64 / count as f64;
        let goal = share * members.iter().map(|&i| self.weights[i]).sum::<f64>();
        let mut below = 0.0;
        let cut = members.iter().position(|&i| {
            below += self.weights[i];
            below >= goal
        });
        let cut = cut.map_or(members.len() / 2, |last| last + 1).clamp(1, members.len() - 1);
        let (left, right) = members.split_at_mut(cut);
        // A side with fewer points than its share of cells leaves the rest to the other.
        let to_left = (count / 2).clamp(count.saturating_sub(right.len()).min(left.len()), left.len());
        let to_left = to_left.clamp(1, count - 1);
        self.partition(left, to_left, near, cells, labels);
        self.partition(right, count - to_left, near, cells, labels);
    }

    /// Returns the coordinate of largest variance, or none if the sum of variances is at most `near`, or all points are
    /// equal.
    fn widest(&self, members: &[usize], near: f64) -> Option<usize> {
        let mass: f64 = members.iter().map(|&i| self.weights[i]).sum();
        let (mut mean, mut spread) = (vec![0.0; self.dimension], vec![0.0; self.dimension]);
        for &i in members {
            for (sum, value) in mean.iter_mut().zip(self.point(i)) {
                *sum += self.weights[i] / mass * value;
            }
        }
        let first = self.point(members[0]);
        let mut differ = vec![false; self.dimension];
        for &i in members {
            for (k, value) in self.point(i).iter().enumerate() {
                spread[k] += self.weights[i] * (value - mean[k]) * (value - mean[k]);
                differ[k] |= *value != first[k];
            }
        }
        if spread.iter().sum::<f64>() <= near * mass {
            return None;
        }
        (0..self.dimension).filter(|&k| differ[k]).max_by(|&k, &l| spread[k].total_cmp(&spread[l]))
    }

    /// Returns weighted means (k x d) and masses (k) of the cells. An empty cell has no mass.
    fn means(&self, labels: &[usize], cells: usize) -> (Vec<f64>, Vec<f64>) {
        let d = self.dimension;
        let (mut means, mut masses) = (vec![0.0; cells * d], vec![0.0; cells]);
        for (i, &label) in labels.iter().enumerate() {
            masses[label] += self.weights[i];
            for (sum, value) in means[label * d..][..d].iter_mut().zip(self.point(i)) {
                *sum += self.weights[i] * value;
            }
        }
        for (mean, &mass) in means.chunks_exact_mut(d).zip(&masses) {
            if mass > 0.0 {
                mean.iter_mut().for_each(|value| *value /= mass);
            } else {
                mean.fill(f64::INFINITY); // nearest to nothing
            }
        }
        (means, masses)
    }

    /// Labels every point with its nearest mean, the first of several. A point keeps its label if no distance is
    /// finite.
    fn assign(&self, means: &[f64], labels: &mut [usize]) {
        let (d, cells) = (self.dimension, means.len() / self.dimension);
        // Coordinate by coordinate, so that the distances to many means are computed at once.
        let transposed: Vec<f64> = (0..d).flat_map(|k| (0..cells).map(move |cell| means[cell * d + k])).collect();
        let mut distances = vec![0.0; cells];
        for (i, label) in labels.iter_mut().enumerate() {
            distances.fill(0.0);
            for (value, row) in self.point(i).iter().zip(transposed.chunks_exact(cells)) {
                for (distance, mean) in distances.iter_mut().zip(row) {
                    *distance += (value - mean) * (value - mean);
                }
            }
            let mut least = f64::INFINITY;
            for (cell, &distance) in distances.iter().enumerate() {
                if distance < least {
                    (least, *label) = (distance, cell);
                }
            }
        }
    }
}

/// Returns |p - q|^2.
pub(crate) fn squared_distance(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(s, t)| (s - t) * (s - t)).sum()
}
