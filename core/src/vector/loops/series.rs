//! Sums over the pairs of two blocks by a power series.
//!
//! Let u = x.y, for points around the centres of their blocks. A polynomial of degree p in u is a sum over the terms
//! x^k y^k of all exponents k of total degree at most p. The sum over y is taken first, once for all x: a moment for
//! each term. In one to three dimensions ([`MAX_AXES`]) there are few of them.
//!
//! Terms are ordered by the exponent of the first coordinate, then by that of the second, then by that of the third.

use crate::float::Float;
use crate::vector::points::{PANEL, PackedPoints};
use crate::vector::simd::{Simd, SimdExt};

/// The most coordinates.
pub(crate) const MAX_AXES: usize = 3;

/// The number of vectors that are computed side by side, because each step of a polynomial waits for the one before.
const SIDE_BY_SIDE: usize = 4;

/// Some columns of `points`, around a centre.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cluster<'c, T> {
    pub points: PackedPoints<'c, T>,
    /// The first column.
    pub start: usize,
    /// The number of columns.
    pub len: usize,
    /// d: the point that coordinates are taken from.
    pub centre: &'c [T],
}

impl<'c, T: Float> Cluster<'c, T> {
    /// Calls `body` for V or for 1 vectors of points at a time: with the number of the first, the number of points, and
    /// the place of the first coordinate in a line, and the distance to the next line.
    #[inline(always)]
    fn each<S: Simd<T>>(&self, mut body: impl FnMut(usize, usize, &'c [T], usize, bool)) {
        let mut at = 0;
        while at < self.len {
            let (column, inside) = (self.start + at, (self.start + at) % PANEL);
            let panel = self.points.panel(column - inside);
            let width = (panel.width - inside).min(self.len - at);
            let (mut done, four) = (0, SIDE_BY_SIDE * S::LANES);
            while done + four <= width {
                body(at + done, four, &panel.values[inside + done..], panel.width, true);
                done += four;
            }
            while done < width {
                let len = S::LANES.min(width - done);
                body(at + done, len, &panel.values[inside + done..], panel.width, false);
                done += len;
            }
            at += width;
        }
    }
}

/// out_j <- potential_j + slope.(y_j - centre); returns the largest.
#[inline(always)]
pub(crate) fn tilted<T: Float, S: Simd<T>>(
    simd: S,
    cluster: Cluster<'_, T>,
    slope: &[T],
    potential: &[T],
    out: &mut [T],
) -> T {
    let d = cluster.centre.len();
    let mut largest = simd.splat(-T::INFINITY);
    cluster.each::<S>(
        #[inline(always)]
        |at, len, values, width, _| {
            for at_vector in (0..len).step_by(S::LANES) {
                let part = S::LANES.min(len - at_vector);
                let range = at + at_vector..at + at_vector + part;
                let mut sum = simd.load_part(&potential[range.clone()], -T::INFINITY);
                for k in 0..d {
                    let line = &values[k * width + at_vector..k * width + at_vector + part];
                    let away = simd.load_part(line, T::ZERO) - simd.splat(cluster.centre[k]);
                    sum = simd.mul_add(simd.splat(slope[k]), away, sum);
                }
                largest = simd.max(sum, largest);
                simd.store_part(sum, &mut out[range]);
            }
        },
    );
    simd.fold(largest, T::max)
}

/// out_k <- sum_j weight_j (scale (y_j - centre))^k, for the terms of this degree. `lanes` is scratch for
/// [`MAX_LANES`](super::super::MAX_LANES) scalars a term.
#[inline(always)]
pub(crate) fn power_moments<T: Float, S: Simd<T>>(
    simd: S,
    cluster: Cluster<'_, T>,
    scale: T,
    degree: usize,
    weights: &[T],
    lanes: &mut [T],
    out: &mut [T],
) {
    let lanes = &mut lanes[..out.len() * S::LANES];
    lanes.fill(T::ZERO);
    cluster.each::<S>(
        #[inline(always)]
        |at, len, values, width, four| {
            let (weights, place) = (&weights[at..at + len], (values, width, len));
            match (cluster.centre.len(), four) {
                (1, true) => add_moments::<T, S, 1, SIDE_BY_SIDE>(simd, cluster, scale, degree, weights, place, lanes),
                (2, true) => add_moments::<T, S, 2, SIDE_BY_SIDE>(simd, cluster, scale, degree, weights, place, lanes),
                (_, true) => add_moments::<T, S, 3, SIDE_BY_SIDE>(simd, cluster, scale, degree, weights, place, lanes),
                (1, _) => add_moments::<T, S, 1, 1>(simd, cluster, scale, degree, weights, place, lanes),
                (2, _) => add_moments::<T, S, 2, 1>(simd, cluster, scale, degree, weights, place, lanes),
                _ => add_moments::<T, S, 3, 1>(simd, cluster, scale, degree, weights, place, lanes),
            }
        },
    );
    for (out, lanes) in out.iter_mut().zip(lanes.chunks_exact(S::LANES)) {
        *out = simd.sum(simd.load(lanes));
    }
}

/// Reads the coordinates of V vectors of points, around the centre and scaled. Those beyond the end are 0.
#[inline(always)]
fn coordinates<T: Float, S: Simd<T>, const D: usize, const V: usize>(
    simd: S,
    cluster: Cluster<'_, T>,
    scale: T,
    (values, width, len): (&[T], usize, usize),
) -> [[S::Vector; V]; D] {
    let scale = simd.splat(scale);
    let mut points = [[simd.splat(T::ZERO); V]; D];
    for (k, vectors) in points.iter_mut().enumerate() {
        let (line, centre) = (&values[k * width..k * width + len], cluster.centre[k]);
        for (v, point) in vectors.iter_mut().enumerate() {
            *point = scale * (vector::<T, S, V>(simd, line, v, centre) - simd.splat(centre));
        }
    }
    points
}

/// Reads vector v of V, of which only a single one may be cut short.
#[inline(always)]
fn vector<T: Float, S: Simd<T>, const V: usize>(simd: S, from: &[T], v: usize, fill: T) -> S::Vector {
    if V == 1 { simd.load_part(from, fill) } else { simd.load(&from[v * S::LANES..(v + 1) * S::LANES]) }
}

#[inline(always)]
fn add_moments<T: Float, S: Simd<T>, const D: usize, const V: usize>(
    simd: S,
    cluster: Cluster<'_, T>,
    scale: T,
    degree: usize,
    weights: &[T],
    place: (&[T], usize, usize),
    lanes: &mut [T],
) {
    let points = coordinates::<T, S, D, V>(simd, cluster, scale, place);
    let mut lanes = lanes.chunks_exact_mut(S::LANES);
    let mut first = [simd.splat(T::ZERO); V];
    for (v, first) in first.iter_mut().enumerate() {
        *first = vector::<T, S, V>(simd, weights, v, T::ZERO);
    }
    for i in 0..=degree {
        if D == 1 {
            add_to::<T, S, V>(simd, first, lanes.next());
        } else {
            let mut second = first;
            for j in 0..=degree - i {
                if D == 2 {
                    add_to::<T, S, V>(simd, second, lanes.next());
                } else {
                    let mut third = second;
                    for _ in 0..=degree - i - j {
                        add_to::<T, S, V>(simd, third, lanes.next());
                        third = times::<T, S, V>(third, points[D - 1]);
                    }
                }
                second = times::<T, S, V>(second, points[D.min(2) - 1]);
            }
        }
        first = times::<T, S, V>(first, points[0]);
    }
}

#[inline(always)]
fn times<T, S: Simd<T>, const V: usize>(mut p: [S::Vector; V], q: [S::Vector; V]) -> [S::Vector; V] {
    for (p, q) in p.iter_mut().zip(q) {
        *p = *p * q;
    }
    p
}

/// Returns p x + q.
#[inline(always)]
fn step<T, S: Simd<T>, const V: usize>(
    simd: S,
    mut p: [S::Vector; V],
    x: [S::Vector; V],
    q: [S::Vector; V],
) -> [S::Vector; V] {
    for (p, (x, q)) in p.iter_mut().zip(x.into_iter().zip(q)) {
        *p = simd.mul_add(*p, x, q);
    }
    p
}

/// lanes += the sum of V vectors.
#[inline(always)]
fn add_to<T: Float, S: Simd<T>, const V: usize>(simd: S, term: [S::Vector; V], lanes: Option<&mut [T]>) {
    let Some(lanes) = lanes else { return };
    let mut sum = term[0];
    for &other in &term[1..] {
        sum = sum + other;
    }
    simd.store(simd.load(lanes) + sum, lanes);
}

/// total_j += factor_j sum_k coefficient_k (scale (y_j - centre))^k, for the terms of this degree.
#[inline(always)]
pub(crate) fn add_series<T: Float, S: Simd<T>>(
    simd: S,
    cluster: Cluster<'_, T>,
    scale: T,
    degree: usize,
    coefficients: &[T],
    factors: &[T],
    total: &mut [T],
) {
    cluster.each::<S>(
        #[inline(always)]
        |at, len, values, width, four| {
            let (factors, total) = (&factors[at..at + len], &mut total[at..at + len]);
            let place = (values, width, len);
            match (cluster.centre.len(), four) {
                (1, true) => {
                    series::<T, S, 1, SIDE_BY_SIDE>(simd, cluster, scale, degree, coefficients, place, factors, total)
                }
                (2, true) => {
                    series::<T, S, 2, SIDE_BY_SIDE>(simd, cluster, scale, degree, coefficients, place, factors, total)
                }
                (_, true) => {
                    series::<T, S, 3, SIDE_BY_SIDE>(simd, cluster, scale, degree, coefficients, place, factors, total)
                }
                (1, _) => series::<T, S, 1, 1>(simd, cluster, scale, degree, coefficients, place, factors, total),
                (2, _) => series::<T, S, 2, 1>(simd, cluster, scale, degree, coefficients, place, factors, total),
                _ => series::<T, S, 3, 1>(simd, cluster, scale, degree, coefficients, place, factors, total),
            }
        },
    );
}

/// Evaluates the polynomial by Horner's rule, from the last term to the first.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // the innermost part of a loop over panels
fn series<T: Float, S: Simd<T>, const D: usize, const V: usize>(
    simd: S,
    cluster: Cluster<'_, T>,
    scale: T,
    degree: usize,
    coefficients: &[T],
    place: (&[T], usize, usize),
    factors: &[T],
    total: &mut [T],
) {
    let points = coordinates::<T, S, D, V>(simd, cluster, scale, place);
    let mut rest = coefficients.iter().rev();
    let zero = [simd.splat(T::ZERO); V];
    let mut first = zero;
    for i in (0..=degree).rev() {
        if D == 1 {
            first = step::<T, S, V>(simd, first, points[0], next::<T, S, V>(simd, rest.next()));
            continue;
        }
        let mut second = zero;
        for j in (0..=degree - i).rev() {
            if D == 2 {
                second = step::<T, S, V>(simd, second, points[D.min(2) - 1], next::<T, S, V>(simd, rest.next()));
                continue;
            }
            let mut third = zero;
            for _ in 0..=degree - i - j {
                third = step::<T, S, V>(simd, third, points[D - 1], next::<T, S, V>(simd, rest.next()));
            }
            second = step::<T, S, V>(simd, second, points[D.min(2) - 1], third);
        }
        first = step::<T, S, V>(simd, first, points[0], second);
    }
    for (v, &value) in first.iter().enumerate() {
        if V == 1 {
            let sum = simd.mul_add(simd.load_part(factors, T::ZERO), value, simd.load_part(total, T::ZERO));
            simd.store_part(sum, total);
        } else {
            let range = v * S::LANES..(v + 1) * S::LANES;
            let sum = simd.mul_add(simd.load(&factors[range.clone()]), value, simd.load(&total[range.clone()]));
            simd.store(sum, &mut total[range]);
        }
    }
}

#[inline(always)]
fn next<T: Float, S: Simd<T>, const V: usize>(simd: S, value: Option<&T>) -> [S::Vector; V] {
    [simd.splat(value.copied().unwrap_or(T::ZERO)); V]
}
