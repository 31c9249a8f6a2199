//! The parts that starts on the line share: the check of the problem, and sorting.

use core::cmp::Ordering;

use crate::error::{Argument, Error};
use crate::geometry::PointCloud;
use crate::measure::Points;
use crate::problem::Problem;
use crate::real::Real;

/// The reasons why a start on the line refuses a matrix, another dimension, and another cost.
macro_rules! line_reasons {
    ($start:literal) => {
        [
            concat!($start, " needs points, not a cost matrix"),
            concat!($start, " needs points of dimension 1"),
            concat!($start, " needs a cost that is convex in x - y"),
        ]
    };
}
pub(super) use line_reasons;

/// Returns the points of a problem on the line whose cost is convex in x - y. `reasons` are
/// [`line_reasons`].
pub(super) fn convex_line<'p, 'a, T: Real>(
    problem: &'p Problem<'a, T>,
    reasons: [&'static str; 3],
) -> Result<&'p PointCloud<'a, T>, Error> {
    let refuse = |reason| Err(Error::unsupported(Argument::START, reason));
    match problem.geometry().cloud() {
        None => refuse(reasons[0]),
        Some(cloud) if cloud.dimension() != 1 => refuse(reasons[1]),
        Some(cloud) if !cloud.ground_cost().is_convex_on_the_line() => refuse(reasons[2]),
        Some(cloud) => Ok(cloud),
    }
}

/// Writes the indices that sort the points. Ties are sorted by index, so that the order is the same everywhere.
pub(crate) fn sort_indices<T: Real>(points: Points<'_, T>, order: &mut [T]) {
    number(order);
    if cfg!(feature = "simd") {
        order.sort_unstable_by(|p, q| compare(points, 0, p, q));
    } else {
        heap_sort(order, &|p, q| compare(points, 0, p, q) == Ordering::Less);
    }
}

/// Sorts as the standard library does, in a tenth of its code and more time, for builds that shall be small.
fn heap_sort<T>(values: &mut [T], is_less: &dyn Fn(&T, &T) -> bool) {
    let n = values.len();
    // The first n / 2 steps make a heap. Each of the others takes the largest value out of it.
    for step in (0..n + n / 2).rev() {
        let (mut node, len) = (step.saturating_sub(n), step.min(n));
        if step < n {
            values.swap(0, step);
        }
        // Let the value sink until none below it is larger.
        loop {
            let mut child = 2 * node + 1;
            if child + 1 < len && is_less(&values[child], &values[child + 1]) {
                child += 1;
            }
            if child >= len || !is_less(&values[node], &values[child]) {
                break;
            }
            values.swap(node, child);
            node = child;
        }
    }
}

/// Writes 0, 1, 2, ... as indices in scalars.
pub(crate) fn number<T: Real>(slots: &mut [T]) {
    slots.iter_mut().enumerate().for_each(|(i, slot)| *slot = T::from_index(i as u32));
}

/// Compares a coordinate of two points, given by their indices in scalars, and then the indices.
pub(super) fn compare<T: Real>(points: Points<'_, T>, axis: usize, p: &T, q: &T) -> Ordering {
    let coordinate = |slot: &T| points.data()[slot.to_index() as usize * points.dimension() + axis];
    let by_coordinate = coordinate(p).partial_cmp(&coordinate(q)).unwrap_or(Ordering::Equal);
    by_coordinate.then(p.to_index().cmp(&q.to_index()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heap_sorts() {
        for n in 0..200_u32 {
            let mut values: [u32; 200] = core::array::from_fn(|i| (i as u32).wrapping_mul(2_654_435_761) % 97);
            let mut expected = values;
            heap_sort(&mut values[..n as usize], &|p, q| p < q);
            expected[..n as usize].sort_unstable();
            assert_eq!(values, expected);
        }
    }
}
