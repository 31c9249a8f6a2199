//! The covariances of the two sides, of which the standard deviation of the squared distances is made.

use core::ops::Range;

use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;
use crate::vector::{FLUSH, Instructions, PANEL, PackedPoints};
use crate::wide::Wide;

/// The number of coordinates whose covariances are computed at a time, with vectors and without.
const COORDINATES: usize = if cfg!(feature = "simd") { 32 } else { SMALL };
const SMALL: usize = 2;

/// Covariances between some coordinates and some others, line after line.
type Block<T> = [T; COORDINATES * COORDINATES];

/// Says whether [`trace_of_product`], about (n + m) d^2 / 2 products, is cheaper than a visit to the n m pairs of
/// dimension d.
pub(super) fn is_cheap<T>(points: PackedPoints<'_, T>) -> bool {
    let [n, m, d] = [points.rows, points.columns, points.dimension].map(|len| len as u128);
    (n + m) * d <= n * m
}

/// Returns tr(S0 S1) / unit^2 with S0, S1 the weighted covariances of centred points.
pub(super) fn trace_of_product<T: Real>(
    instructions: Instructions,
    points: PackedPoints<'_, T>,
    a: Weights<'_, T>,
    b: Weights<'_, T>,
    unit: T,
) -> T {
    // Squares of coordinates in these units neither overflow nor vanish.
    let (d, by) = (points.dimension, T::ONE / unit.sqrt());
    // Plain code has small blocks in every build.
    let step = if instructions.has_vectors() { COORDINATES } else { SMALL };
    let mut trace = Wide::new(T::ZERO);
    for k in (0..d).step_by(step) {
        for l in (0..=k).step_by(step) {
            let [rows, columns] = [k, l].map(|first| first..d.min(first + step));
            let x = Side { instructions, weights: a, point: |i, k| points.x(i, k) * by };
            let y = Side { instructions, weights: b, point: |j, k| points.y(j, k) * by };
            let (on_x, on_y) = (x.covariances(&rows, &columns), y.covariances(&rows, &columns));
            let at = |entry: usize| entry / step * COORDINATES + entry % step;
            let sum = reduce::sum_of(step * step, &|entry| on_x[at(entry)] * on_y[at(entry)]);
            // Both are symmetric.
            trace = trace.add(Wide::new(if l == k { sum } else { T::TWO * sum }));
        }
    }
    trace.value()
}

/// The points of a side.
struct Side<'s, T: Real, P> {
    instructions: Instructions,
    weights: Weights<'s, T>,
    /// Coordinate k of point i.
    point: P,
}

impl<T: Real, P: Fn(usize, usize) -> T> Side<'_, T, P> {
    /// Returns sum_i w_i p_ik p_il for some coordinates k and some coordinates l.
    fn covariances(&self, rows: &Range<usize>, columns: &Range<usize>) -> Block<T> {
        let (count, width, total) = (self.weights.len(), columns.len(), self.weights.total());
        let mut sums = [T::ZERO; COORDINATES * COORDINATES];
        for block in (0..count).step_by(FLUSH) {
            // Few points at a time, so that long sums are not rounded at every term.
            let mut partial = [T::ZERO; COORDINATES * COORDINATES];
            let end = count.min(block + FLUSH);
            for first in (block..end).step_by(PANEL) {
                let points = first..end.min(first + PANEL);
                // One line a point, to be added up in vectors; and one line a coordinate, with their factors.
                let (mut lines, mut factors) = ([T::ZERO; PANEL * COORDINATES], [T::ZERO; COORDINATES * PANEL]);
                let lines = &mut lines[..points.len() * width];
                for (i, line) in points.clone().zip(lines.chunks_exact_mut(width)) {
                    columns.clone().zip(line).for_each(|(l, value)| *value = (self.point)(i, l));
                }
                for (k, line) in rows.clone().zip(factors.chunks_exact_mut(points.len())) {
                    for (i, value) in points.clone().zip(line) {
                        *value = self.weights.get(i) / total * (self.point)(i, k);
                    }
                }
                let of_rows = factors.chunks_exact(points.len()).zip(partial.chunks_exact_mut(COORDINATES));
                for (factors, sums) in of_rows.take(rows.len()) {
                    T::add_rows(self.instructions, factors, lines, &mut sums[..width]);
                }
            }
            sums.iter_mut().zip(partial).for_each(|(total, part)| *total += part);
        }
        sums
    }
}
