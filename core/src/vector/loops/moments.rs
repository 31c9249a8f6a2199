//! Weighted sums of differences of points over stored rows of a plan: what derivatives in the points are made of.

use super::{FLUSH, MAX_TILE_ROWS};
use crate::float::Float;
use crate::vector::points::{PANEL, PackedPoints};
use crate::vector::simd::{Simd, SimdExt, each_vector};

/// row_j <- row_j (constant + factor v_j + w_j times its own factor), without the last term if there is no w.
#[inline(always)]
pub(crate) fn weigh<T: Float, S: Simd<T>>(
    simd: S,
    row: &mut [T],
    constant: T,
    factor: T,
    v: &[T],
    w: Option<(&[T], T)>,
) {
    let (constant, factor) = (simd.splat(constant), simd.splat(factor));
    each_vector::<T, S>(
        0..row.len(),
        #[inline(always)]
        |at, len| {
            let mut weight = simd.mul_add(factor, simd.load_part(&v[at..at + len], T::ZERO), constant);
            if let Some((w, factor)) = w {
                weight = simd.mul_add(simd.load_part(&w[at..at + len], T::ZERO), simd.splat(factor), weight);
            }
            let value = simd.load_part(&row[at..at + len], T::ZERO) * weight;
            simd.store_part(value, &mut row[at..at + len]);
        },
    );
}

/// The number of coordinates at a time: their sums stay in registers.
const COORDINATES: usize = 4;

/// out_kl += sum_j rows_kj (x_(i+k) - y_j)_l for the rows from x_i on and the columns from `first` on: k-th row, l-th
/// coordinate.
#[inline(always)]
pub(crate) fn add_row_moments<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    first: usize,
    rows: &[T],
    out: &mut [T],
) {
    let d = points.dimension;
    let m = rows.len() / (out.len() / d);
    for (k, (row, out)) in rows.chunks_exact(m).zip(out.chunks_exact_mut(d)).enumerate() {
        let x = |l: usize| points.x(i + k, l) + points.delta[l];
        for (block, row) in row.chunks(FLUSH).enumerate() {
            let mut l = 0;
            while l < d {
                // The number of coordinates is known to the compiler, which unrolls the loop over them.
                let start = first + block * FLUSH;
                match d - l {
                    1 => difference_sums::<T, S, 1>(simd, points, start, row, l, &x, out),
                    2 => difference_sums::<T, S, 2>(simd, points, start, row, l, &x, out),
                    3 => difference_sums::<T, S, 3>(simd, points, start, row, l, &x, out),
                    _ => difference_sums::<T, S, COORDINATES>(simd, points, start, row, l, &x, out),
                }
                l += COORDINATES;
            }
        }
    }
}

/// out_l += sum_j row_j (x_l - y_jl) for L coordinates from `first` on and the columns from `start` on.
#[inline(always)]
fn difference_sums<T: Float, S: Simd<T>, const L: usize>(
    simd: S,
    points: PackedPoints<'_, T>,
    start: usize,
    row: &[T],
    first: usize,
    x: &impl Fn(usize) -> T,
    out: &mut [T],
) {
    let mut own = [simd.splat(T::ZERO); L];
    for (l, own) in own.iter_mut().enumerate() {
        *own = simd.splat(x(first + l));
    }
    let mut sums = [simd.splat(T::ZERO); L];
    points.each_panel(
        start,
        row.len(),
        #[inline(always)]
        |panel, columns| {
            let row = &row[columns];
            each_vector::<T, S>(
                0..row.len(),
                #[inline(always)]
                |at, len| {
                    let weight = simd.load_part(&row[at..at + len], T::ZERO);
                    for l in 0..L {
                        let from = (first + l) * panel.width + at;
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        sums[l] = simd.mul_add(weight, own[l] - y, sums[l]);
                    }
                },
            );
        },
    );
    for l in 0..L {
        out[first + l] += simd.sum(sums[l]);
    }
}

/// total_lj += sum_k rows_kj (y_j - x_(i+k))_l for the columns from `start` on: l-th coordinate, as many lines as there
/// are.
#[inline(always)]
pub(crate) fn add_column_moments<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    start: usize,
    rows: &[T],
    total: &mut [T],
) {
    let m = total.len() / points.dimension;
    let count = rows.len() / m;
    for (l, total) in total.chunks_exact_mut(m).enumerate() {
        let mut x = [T::ZERO; MAX_TILE_ROWS];
        for (k, x) in x.iter_mut().enumerate().take(count) {
            *x = points.x(i + k, l) + points.delta[l];
        }
        points.each_panel(
            start,
            m,
            #[inline(always)]
            |panel, columns| {
                let first = columns.start;
                let total = &mut total[columns];
                each_vector::<T, S>(
                    0..total.len(),
                    #[inline(always)]
                    |at, len| {
                        let from = l * panel.width + at;
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        let mut sum = simd.load_part(&total[at..at + len], T::ZERO);
                        for (k, &x) in x.iter().enumerate().take(count) {
                            let from = k * m + first + at;
                            let weight = simd.load_part(&rows[from..from + len], T::ZERO);
                            sum = simd.mul_add(weight, y - simd.splat(x), sum);
                        }
                        simd.store_part(sum, &mut total[at..at + len]);
                    },
                );
            },
        );
    }
}

/// out_j <- sum_l weights_l (y_j - y mean)_l for the columns from `start` on.
#[inline(always)]
pub(crate) fn along<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    start: usize,
    weights: &[T],
    out: &mut [T],
) {
    points.each_panel(
        start,
        out.len(),
        #[inline(always)]
        |panel, columns| {
            let out = &mut out[columns];
            each_vector::<T, S>(
                0..out.len(),
                #[inline(always)]
                |at, len| {
                    let (mut total, mut from) = (simd.splat(T::ZERO), at);
                    for &weight in weights {
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        total = simd.mul_add(simd.splat(weight), y, total);
                        from += panel.width;
                    }
                    simd.store_part(total, &mut out[at..at + len]);
                },
            );
        },
    );
}

const _: () = assert!(FLUSH.is_multiple_of(PANEL));
