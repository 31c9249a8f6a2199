//! A few points that stand for one side of a problem.

use super::line::{compare, number};
use crate::measure::{Points, Weights};
use crate::real::Real;

/// The largest number of points of the other side at which [`Target::dual_value`](super::Target::dual_value) looks.
pub const MAX_SAMPLE: usize = 64;

/// The smallest number of them, if there are as many points.
const LEAST: usize = 16;

/// One of this many points is looked at. A value then takes about this part of a sweep.
const SHARE: usize = 32;

/// Returns the size of the sample of a side of `len` points.
pub(super) fn sample_len(len: usize) -> usize {
    (len / SHARE).clamp(LEAST, MAX_SAMPLE).min(len)
}

/// A sample of at most [`MAX_SAMPLE`] indices, each with the weight of the points that it stands for.
pub(super) struct Sample<T> {
    pub count: usize,
    pub indices: [u32; MAX_SAMPLE],
    pub masses: [T; MAX_SAMPLE],
}

impl<T: Real> Sample<T> {
    /// Takes all points if they are few, and otherwise one of each cell of a k-d partition into equal counts. Clusters
    /// then have their proper shares; a random sample would have these by chance only, and potentials differ most
    /// between clusters. A cost matrix has no points, and gets a random sample. `order` is scratch, one scalar a point.
    pub fn new(points: Option<Points<'_, T>>, weights: Weights<'_, T>, order: &mut [T]) -> Self {
        let mut sample = Sample { count: 0, indices: [0; MAX_SAMPLE], masses: [T::ZERO; MAX_SAMPLE] };
        number(order);
        let cells = sample_len(order.len());
        if order.len() > cells && points.is_none() {
            // In the order of a hash of the index, because data often come sorted.
            order.sort_unstable_by_key(|slot| scattered(slot.to_index()));
        }
        sample.split(points, weights, order, cells);
        sample
    }

    /// Splits the members into so many cells, and takes one of each.
    fn split(&mut self, points: Option<Points<'_, T>>, weights: Weights<'_, T>, members: &mut [T], cells: usize) {
        if cells == 1 {
            let index = |slot: &T| slot.to_index();
            self.indices[self.count] = members.iter().map(index).min_by_key(|&i| scattered(i)).unwrap_or(0);
            self.masses[self.count] =
                members.iter().fold(T::ZERO, |sum, slot| sum + weights.get(slot.to_index() as usize));
            self.count += 1;
            return;
        }
        let left_cells = cells / 2;
        let cut = members.len() * left_cells / cells;
        if let Some(points) = points {
            let axis = widest(points, members);
            members.select_nth_unstable_by(cut, |p, q| compare(points, axis, p, q));
        }
        let (left, right) = members.split_at_mut(cut);
        self.split(points, weights, left, left_cells);
        self.split(points, weights, right, cells - left_cells);
    }
}

/// Returns the coordinate in which these points spread most.
fn widest<T: Real>(points: Points<'_, T>, members: &[T]) -> usize {
    let spread = |axis: usize| {
        let (mut least, mut most) = (T::INFINITY, -T::INFINITY);
        for slot in members {
            let value = points.point(slot.to_index() as usize)[axis];
            (least, most) = (least.min(value), most.max(value));
        }
        most - least
    };
    let wider = |widest: (usize, T), axis: usize| {
        let width = spread(axis);
        if width > widest.1 { (axis, width) } else { widest }
    };
    (1..points.dimension()).fold((0, spread(0)), wider).0
}

/// Returns a number without pattern for an index (the finaliser of MurmurHash3).
fn scattered(index: u32) -> u32 {
    let mut h = index.wrapping_add(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}
