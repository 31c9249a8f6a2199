//! The order in which points that lie close together have neighbouring numbers: that of a k-d tree.

use core::cmp::Ordering;

use crate::measure::Points;
use crate::real::Real;
#[cfg(feature = "parallel")]
use crate::threads::has_threads;
use crate::vector::MAX_LANES;

/// The number of points of the smallest cells. Blocks consist of them.
pub(crate) const CELL: usize = 8;

/// The number of points from which on threads are woken.
#[cfg(feature = "parallel")]
const WORTH_A_THREAD: usize = 1 << 14;

/// Sorts the numbers of some points, parked as [`Real::from_index`](crate::float::Internal::from_index) does.
///
/// A set of points is halved along the longest side of its box, and so are the halves, down to cells of [`CELL`]
/// points. The cut lies between blocks of `width` points as long as there are two of these, and between groups of
/// [`MAX_LANES`] blocks as long as there are two of those. Points with equal coordinates keep the order of their
/// numbers, so that the order is the same everywhere.
#[cfg_attr(not(feature = "parallel"), expect(clippy::only_used_in_recursion))]
pub(crate) fn sort<T: Real>(points: Points<'_, T>, numbers: &mut [T], width: usize, threads: usize) {
    if numbers.len() <= CELL {
        return;
    }
    let width = if numbers.len() <= width { CELL } else { width };
    let axis = longest_side(points, numbers);
    let unit = if numbers.len() > MAX_LANES * width { MAX_LANES * width } else { largest_unit(numbers.len(), width) };
    let cut = (numbers.len() / 2 + unit / 2) / unit * unit;
    let cut = cut.clamp(unit, (numbers.len() - 1) / unit * unit);
    let coordinate = |number: &T| points.point(number.to_index() as usize)[axis];
    let compare = |p: &T, q: &T| {
        let by_coordinate = coordinate(p).partial_cmp(&coordinate(q)).unwrap_or(Ordering::Equal);
        by_coordinate.then(p.to_index().cmp(&q.to_index()))
    };
    numbers.select_nth_unstable_by(cut, compare);
    let (left, right) = numbers.split_at_mut(cut);
    #[cfg(feature = "parallel")]
    if threads > 1 && left.len() >= WORTH_A_THREAD && has_threads() {
        rayon::join(|| sort(points, left, width, threads), || sort(points, right, width, threads));
        return;
    }
    sort(points, left, width, threads);
    sort(points, right, width, threads);
}

/// Returns the largest of `width`, 2 `width`, 4 `width` ... of which `len` has more than one.
fn largest_unit(len: usize, width: usize) -> usize {
    let mut unit = width;
    while 2 * unit < len {
        unit *= 2;
    }
    unit
}

fn longest_side<T: Real>(points: Points<'_, T>, numbers: &[T]) -> usize {
    let (mut axis, mut longest) = (0, -T::ONE);
    for k in 0..points.dimension() {
        let (mut least, mut most) = (T::INFINITY, -T::INFINITY);
        for number in numbers {
            let value = points.point(number.to_index() as usize)[k];
            (least, most) = (least.min(value), most.max(value));
        }
        if most - least > longest {
            (axis, longest) = (k, most - least);
        }
    }
    axis
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::error::Argument;
    use crate::float::Internal;

    #[test]
    fn an_order_has_every_point_once_and_blocks_that_are_narrow() {
        // A grid has many equal coordinates.
        let data: Vec<f32> = (0..40_000_u32).flat_map(|i| [(i % 200) as f32, (i / 200) as f32]).collect();
        let points = Points::new(Argument::X, &data, 2).expect("points");
        for (count, width) in [(40_000, 32), (40_000, 64), (1000, 32), (33, 32), (32, 32), (5, 32)] {
            let mut numbers: Vec<f32> = (0..count).map(f32::from_index).collect();
            sort(points, &mut numbers, width, 2);
            let mut seen: Vec<u32> = numbers.iter().map(|number| number.to_index()).collect();
            if count == 40_000 {
                let side = |block: &[u32], of: fn(u32) -> u32| {
                    let values = block.iter().map(|&number| of(number));
                    values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)
                };
                let is_narrow =
                    |block: &&[u32]| side(block, |number| number % 200).max(side(block, |number| number / 200)) < 16;
                // The last blocks of a side take what is left.
                assert!(20 * seen.chunks(width).filter(is_narrow).count() >= 19 * seen.chunks(width).count());
            }
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count));
        }
    }
}
