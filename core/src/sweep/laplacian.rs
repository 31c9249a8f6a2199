//! The matrix of Newton's method: products of the columns of the plan, and its elimination.
//!
//! The matrix is symmetric, and only the entries below the diagonal are read: 0 to j - 1 of line j. Some entries behind
//! them are computed too, because whole vectors take less time than parts.

use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;
use crate::vector::PRODUCT_ROWS;

/// Returns the number that rows come multiplied by. It is a power of two. The matrix, its diagonal and the right side
/// are then multiplied by its square. Products of tiny numbers would otherwise fall below the normal numbers, where
/// they lose their digits and take a hundred times as long.
pub(crate) fn root_of_scale<T: Real>() -> T {
    (T::HALF * T::SAFE_EXPONENT).exp2()
}

/// matrix_jk += sum_i weight_i row_ij row_ik for k < j. `rows` are some rows of m shares, and each has a weight.
pub(crate) fn add_products<T: Real>(p: &ScaledProblem<'_, T>, weights: &[T], rows: &[T], matrix: &mut [T]) {
    let least = T::EPSILON * T::EPSILON * root_of_scale();
    let m = rows.len() / weights.len().max(1);
    for (weights, rows) in weights.chunks(PRODUCT_ROWS).zip(rows.chunks(PRODUCT_ROWS * m)) {
        T::add_products(p.instructions, weights, rows, least, matrix);
    }
}

/// Solves (L + diag(diagonal)) x = right in place, with L the Laplacian of the weights in `matrix`. From the last
/// unknown to the first, each is expressed by those before it. Weights and the diagonal only grow, so that nothing
/// cancels.
pub(crate) fn eliminate<T: Real>(p: &ScaledProblem<'_, T>, matrix: &mut [T], diagonal: &mut [T], right: &mut [T]) {
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
        T::eliminate(p.instructions, before, own, m, total);
        for (i, &weight) in own.iter().enumerate() {
            let factor = weight / total;
            if factor > T::ZERO {
                diagonal[i] += factor * extra;
                right[i] += factor * last;
            }
        }
    }
    for k in 0..m {
        let own = &matrix[k * m..k * m + k];
        let sum = right[k] + reduce::dot(own, &right[..k]);
        right[k] = if diagonal[k] > T::ZERO { sum / diagonal[k] } else { T::ZERO };
    }
}
