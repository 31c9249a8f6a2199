//! The matrix of Newton's method: products of the columns of the plan, and its elimination.
//!
//! The matrix is symmetric. Only what lies below the diagonal counts: the entries 0 to j - 1 of line j. Some behind
//! them are computed too, because whole vectors take less time than parts.

use super::prepared::Prepared;
use crate::real::Real;
use crate::reduce;
use crate::simd::{Job, Simd, SimdExt, each_vector};

/// Rows come multiplied by this number, a power of two, so that the matrix, like its diagonal and the right side, is
/// multiplied by its square. Products of what is next to nothing would otherwise be below the normal numbers, where
/// they lose their digits and take a hundred times as long.
pub(crate) fn root_of_scale<T: Real>() -> T {
    (T::HALF * T::SAFE_EXPONENT).exp2()
}

/// Rows of a tile that are added at once.
const ROWS: usize = 4;

/// matrix_jk += sum_i weight_i row_ij row_ik for k < j: `rows` are some rows of m shares, one weight each.
pub(crate) fn add_products<T: Real>(p: &Prepared<'_, T>, weights: &[T], rows: &[T], matrix: &mut [T]) {
    for (weights, rows) in weights.chunks(ROWS).zip(rows.chunks(ROWS * rows.len() / weights.len().max(1))) {
        T::run(p.instructions, AddProducts { weights, rows, matrix });
    }
}

/// Of at most [`ROWS`] rows.
pub struct AddProducts<'r, T> {
    weights: &'r [T],
    rows: &'r [T],
    matrix: &'r mut [T],
}

impl<T: Real> Job<T> for AddProducts<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let AddProducts { weights, rows, matrix } = self;
        let m = rows.len() / weights.len();
        // Missing rows are the first once more, without weight.
        let row = |k: usize| if k < weights.len() { &rows[k * m..(k + 1) * m] } else { &rows[..m] };
        let [t0, t1, t2, t3] = [row(0), row(1), row(2), row(3)];
        let least = T::EPSILON * T::EPSILON * root_of_scale();
        let mut weight = [T::ZERO; ROWS];
        weight[..weights.len()].copy_from_slice(weights);
        for (j, line) in matrix.chunks_exact_mut(m).enumerate() {
            // At small epsilons nearly all shares vanish, and so does the work.
            let shares = [t0[j], t1[j], t2[j], t3[j]];
            if !(shares[0] + shares[1] + (shares[2] + shares[3]) > least) {
                continue;
            }
            let (p, q) = (simd.splat(weight[0] * shares[0]), simd.splat(weight[1] * shares[1]));
            let (r, s) = (simd.splat(weight[2] * shares[2]), simd.splat(weight[3] * shares[3]));
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
}

/// Solves (L + diag(diagonal)) x = right in place, where L is the Laplacian of the weights in `matrix`: from the last
/// unknown to the first, each is expressed by those before it. Weights and diagonal only grow.
pub(crate) fn eliminate<T: Real>(p: &Prepared<'_, T>, matrix: &mut [T], diagonal: &mut [T], right: &mut [T]) {
    T::run(p.instructions, Eliminate { matrix, diagonal, right });
}

pub struct Eliminate<'r, T> {
    matrix: &'r mut [T],
    diagonal: &'r mut [T],
    right: &'r mut [T],
}

impl<T: Real> Job<T> for Eliminate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let Eliminate { matrix, diagonal, right } = self;
        let m = right.len();
        for k in (0..m).rev() {
            let (before, own) = matrix.split_at_mut(k * m);
            let own = &own[..k];
            let (extra, last) = (diagonal[k], right[k]);
            let total = extra + reduce::sum(own);
            diagonal[k] = total;
            if !(total > T::ZERO) {
                continue;
            }
            for (i, line) in before.chunks_exact_mut(m).enumerate() {
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
                diagonal[i] += factor * extra;
                right[i] += factor * last;
            }
        }
        for k in 0..m {
            let own = &matrix[k * m..k * m + k];
            let sum = right[k] + reduce::dot(own, &right[..k]);
            right[k] = if diagonal[k] > T::ZERO { sum / diagonal[k] } else { T::ZERO };
        }
    }
}
