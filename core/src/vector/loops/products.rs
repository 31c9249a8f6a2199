//! Products of columns, and the elimination of a matrix made of them.

use super::rows::{add_four, add_one};
use crate::float::Float;
use crate::vector::simd::Simd;

/// The number of rows that are added at once.
pub(crate) const PRODUCT_ROWS: usize = 4;

/// matrix_jk += sum_i weight_i row_ij row_ik for k < j, over at most [`PRODUCT_ROWS`] rows. Columns whose entries are
/// all at most `least` are left out.
#[inline(always)]
pub(crate) fn add_products<T: Float, S: Simd<T>>(simd: S, weights: &[T], rows: &[T], least: T, matrix: &mut [T]) {
    let m = rows.len() / weights.len();
    // Missing rows are the first once more, without weight.
    let row = |k: usize| if k < weights.len() { &rows[k * m..(k + 1) * m] } else { &rows[..m] };
    let rows = [row(0), row(1), row(2), row(3)];
    let mut weight = [T::ZERO; PRODUCT_ROWS];
    weight[..weights.len()].copy_from_slice(weights);
    for (j, line) in matrix.chunks_exact_mut(m).enumerate() {
        // At small epsilons nearly all entries vanish, and so does the work.
        let entries = rows.map(|row| row[j]);
        if !(entries[0] + entries[1] + (entries[2] + entries[3]) > least) {
            continue;
        }
        let weights = [0, 1, 2, 3].map(|k| weight[k] * entries[k]);
        add_four(simd, weights, rows, 0..j.next_multiple_of(S::LANES).min(m), line);
    }
}

/// line_ij += (own_i / total) own_j for j < i: eliminates the unknown whose line is `own` (k entries) from the lines
/// before it (k lines of m).
#[inline(always)]
pub(crate) fn eliminate<T: Float, S: Simd<T>>(simd: S, lines: &mut [T], own: &[T], m: usize, total: T) {
    let k = own.len();
    for (i, line) in lines.chunks_exact_mut(m).enumerate() {
        let factor = own[i] / total;
        if !(factor > T::ZERO) {
            continue;
        }
        add_one(simd, factor, own, 0..i.next_multiple_of(S::LANES).min(k), line);
    }
}
