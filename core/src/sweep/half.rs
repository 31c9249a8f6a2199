//! Half sweeps in max-shifted form (log-sum-exp): for cold starts, extreme exponents, and c-transforms.

use super::{CHUNK, log_weight};
use crate::real::Real;
use crate::sweep::prepared::Prepared;

/// exponentials_j = 2^(F_i + G_j + S_ij - largest); returns (largest exponent, sum of the exponentials).
pub(crate) fn row_logsum<T: Real>(p: &Prepared<'_, T>, i: usize, f: T, g: &[T], exponentials: &mut [T]) -> (T, T) {
    p.scores.row(p.s, i, 0, g, exponentials);
    let mut largest = -T::INFINITY;
    for value in exponentials.iter_mut() {
        *value += f;
        largest = largest.max(*value);
    }
    let mut sum = T::ZERO;
    for chunk in exponentials.chunks_mut(CHUNK) {
        let mut part = T::ZERO;
        for value in chunk {
            *value = (*value - largest).exp2();
            part += *value;
        }
        sum += part;
    }
    (largest, sum)
}

/// out_j = log2 sum_i a_i 2^(F_i + G_j + S_ij). `sums` and the first row of `tile` are scratch.
pub(crate) fn column_logsums<T: Real>(
    p: &Prepared<'_, T>,
    f: &[T],
    g: &[T],
    out: &mut [T],
    sums: &mut [T],
    tile: &mut [T],
) {
    let a = p.problem.a();
    let row = &mut tile[..g.len()];
    out.fill(-T::INFINITY);
    for i in (0..f.len()).filter(|&i| a.get(i) > T::ZERO) {
        let level = f[i] + log_weight(a.get(i));
        p.scores.row(p.s, i, 0, g, row);
        for (largest, &value) in out.iter_mut().zip(row.iter()) {
            *largest = largest.max(value + level);
        }
    }
    sums.fill(T::ZERO);
    for i in (0..f.len()).filter(|&i| a.get(i) > T::ZERO) {
        let level = f[i] + log_weight(a.get(i));
        p.scores.row(p.s, i, 0, g, row);
        for ((sum, &value), &largest) in sums.iter_mut().zip(row.iter()).zip(out.iter()) {
            *sum += (value + level - largest).exp2();
        }
    }
    for (largest, &sum) in out.iter_mut().zip(sums.iter()) {
        *largest += sum.log2();
    }
}

/// F_i <- the c-transform of G, every row in max-shifted form.
pub(crate) fn complete_f<T: Real>(p: &Prepared<'_, T>, f: &mut [T], g: &[T], tile: &mut [T]) {
    let row = &mut tile[..g.len()];
    for (i, value) in f.iter_mut().enumerate() {
        let offset = p.row_offset(i);
        let (largest, sum) = row_logsum(p, i, T::ZERO, g, row);
        *value = -p.tau_a * (largest + sum.log2() - offset) - offset;
    }
}

/// G_j <- the c-transform of F; G carries log2 b_j.
pub(crate) fn complete_g<T: Real>(
    p: &Prepared<'_, T>,
    f: &[T],
    g: &mut [T],
    log_b: &[T],
    column: &mut [T],
    partial: &mut [T],
    tile: &mut [T],
) {
    g.fill(T::ZERO);
    column_logsums(p, f, g, column, partial, tile);
    for (j, value) in g.iter_mut().enumerate() {
        let offset = p.column_offset(j);
        *value = log_b[j] - p.tau_b * (column[j] - offset) - offset;
    }
}
