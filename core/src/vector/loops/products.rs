//! Products of columns, and the elimination of a matrix made of them.

use crate::float::Float;
use crate::vector::simd::{Simd, SimdExt, each_vector};

/// The number of rows that are added at once.
pub(crate) const PRODUCT_ROWS: usize = 4;

/// matrix_jk += sum_i weight_i row_ij row_ik for k < j, over at most [`PRODUCT_ROWS`] rows. Columns whose entries are
/// all at most `least` are left out.
#[inline(always)]
pub(crate) fn add_products<T: Float, S: Simd<T>>(simd: S, weights: &[T], rows: &[T], least: T, matrix: &mut [T]) {
    let m = rows.len() / weights.len();
    // Missing rows are the first once more, without weight.
    let row = |k: usize| if k < weights.len() { &rows[k * m..(k + 1) * m] } else { &rows[..m] };
    let [t0, t1, t2, t3] = [row(0), row(1), row(2), row(3)];
    let mut weight = [T::ZERO; PRODUCT_ROWS];
    weight[..weights.len()].copy_from_slice(weights);
    for (j, line) in matrix.chunks_exact_mut(m).enumerate() {
        // At small epsilons nearly all entries vanish, and so does the work.
        let entries = [t0[j], t1[j], t2[j], t3[j]];
        if !(entries[0] + entries[1] + (entries[2] + entries[3]) > least) {
            continue;
        }
        let (p, q) = (simd.splat(weight[0] * entries[0]), simd.splat(weight[1] * entries[1]));
        let (r, s) = (simd.splat(weight[2] * entries[2]), simd.splat(weight[3] * entries[3]));
        each_vector::<T, S>(
            0..j.next_multiple_of(S::LANES).min(m),
            #[inline(always)]
            |at, len| {
                let load = |from: &[T]| simd.load_part(&from[at..at + len], T::ZERO);
                let left = simd.mul_add(p, load(t0), q * load(t1));
                let right = simd.mul_add(r, load(t2), s * load(t3));
                let sum = load(line) + (left + right);
                simd.store_part(sum, &mut line[at..at + len]);
            },
        );
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
        let by = simd.splat(factor);
        each_vector::<T, S>(
            0..i.next_multiple_of(S::LANES).min(k),
            #[inline(always)]
            |at, len| {
                let sum = simd.load_part(&line[at..at + len], T::ZERO);
                let sum = simd.mul_add(by, simd.load_part(&own[at..at + len], T::ZERO), sum);
                simd.store_part(sum, &mut line[at..at + len]);
            },
        );
    }
}
