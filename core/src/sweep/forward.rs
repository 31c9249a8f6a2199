//! One sweep: an f-update and a g-update in one pass over the pairs, one exponential a pair.

use super::half::{column_logsums, row_logsum};
use super::{CHUNK, is_safe};
use crate::prepared::Prepared;
use crate::real::Real;
use crate::reduce::{self, LANES};

/// Rows whose column sums are added up before they join the total: keeps the error of long `f32` columns small.
const PARTIAL_ROWS: usize = 64;

/// What a sweep writes besides the potentials.
pub(crate) struct Scratch<'w, T> {
    /// m: column sums.
    pub column: &'w mut [T],
    /// m: column sums of a few rows, then error terms.
    pub partial: &'w mut [T],
    /// A whole number of rows of m exponentials.
    pub tile: &'w mut [T],
}

/// What a sweep measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome<T> {
    /// L1 change of the column marginals by the g-update. Balanced and without relaxation: ||P^T 1 - b||_1 of the pair
    /// (new f, old g), whose rows are exact. The pair (new f, new g) has exact columns, and its row error is not
    /// larger: g-update and f-update act on the errors by a stochastic matrix.
    pub error: T,
    /// Rows recomputed in max-shifted form.
    pub row_fallbacks: u32,
    /// Whether the columns were.
    pub column_fallback: bool,
    /// Whether every new potential is finite. If not, nothing here is to be trusted.
    pub finite: bool,
}

/// f <- f + factor (T f - f) in place, then image = g + factor (T g - g); `factor` 1 is Sinkhorn's own sweep.
pub(crate) fn sweep<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    f: &mut [T],
    g: &[T],
    image: &mut [T],
    log_b: &[T],
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let (n, m) = (f.len(), g.len());
    let tile_rows = (scratch.tile.len() / m).min(super::TILE_ROWS);
    let mut outcome = Outcome { error: T::ZERO, row_fallbacks: 0, column_fallback: false, finite: true };

    scratch.column.fill(T::ZERO);
    let mut i = 0;
    while i < n {
        let block_end = (i + PARTIAL_ROWS).min(n);
        scratch.partial.fill(T::ZERO);
        while i < block_end {
            let rows = tile_rows.min(block_end - i);
            let mut weights = [T::ZERO; super::TILE_ROWS];
            for (k, weight) in weights.iter_mut().enumerate().take(rows) {
                let exponentials = &mut scratch.tile[k * m..(k + 1) * m];
                *weight = update_row(p, factor, i + k, f, g, exponentials, &mut outcome);
            }
            add_rows(&weights[..rows], scratch.tile, scratch.partial);
            i += rows;
        }
        for (total, &part) in scratch.column.iter_mut().zip(scratch.partial.iter()) {
            *total += part;
        }
    }

    update_columns(p, factor, f, g, image, log_b, scratch, &mut outcome);
    outcome
}

/// Writes the exponentials of row i and the new f_i; returns the factor that turns the exponentials into entries of the
/// plan of the new f.
#[inline]
fn update_row<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    i: usize,
    f: &mut [T],
    g: &[T],
    exponentials: &mut [T],
    outcome: &mut Outcome<T>,
) -> T {
    let a = p.problem.a().get(i);
    let sum = row_exponentials(p, i, f[i], g, exponentials);
    let plain = p.tau_a == T::ONE && factor == T::ONE;
    let (log_sum, shift, sum) = if is_safe(sum) {
        (sum.log2(), T::ZERO, sum)
    } else {
        outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(1);
        let (largest, sum) = row_logsum(p, i, f[i], g, exponentials);
        (largest + sum.log2(), largest, sum)
    };
    let change = if p.tau_a == T::ONE {
        -log_sum
    } else {
        let full = f[i] + p.row_offset(i);
        p.tau_a * (full - log_sum) - full
    };
    let step = factor * change;
    f[i] += step;
    outcome.finite &= f[i].is_finite();
    if plain { a / sum } else { a * (step + shift).exp2() }
}

/// exponentials_j = 2^(F_i + G_j + S_ij); returns their sum.
#[inline]
pub(crate) fn row_exponentials<T: Real>(p: &Prepared<'_, T>, i: usize, f: T, g: &[T], exponentials: &mut [T]) -> T {
    let mut total = T::ZERO;
    let mut start = 0;
    for chunk in exponentials.chunks_mut(CHUNK) {
        let end = start + chunk.len();
        p.scores.row(p.s, i, start, &g[start..end], chunk);
        let mut lanes = [T::ZERO; LANES];
        let (whole, rest) = chunk.as_chunks_mut::<LANES>();
        for group in whole {
            for (value, lane) in group.iter_mut().zip(&mut lanes) {
                *value = (*value + f).exp2();
                *lane += *value;
            }
        }
        for (value, lane) in rest.iter_mut().zip(&mut lanes) {
            *value = (*value + f).exp2();
            *lane += *value;
        }
        total += reduce::fold(lanes);
        start = end;
    }
    total
}

/// partial_j += sum_k weight_k tile_kj.
#[inline]
fn add_rows<T: Real>(weights: &[T], tile: &[T], partial: &mut [T]) {
    let m = partial.len();
    if let [p, q, r, s] = *weights {
        let (t0, rest) = tile.split_at(m);
        let (t1, rest) = rest.split_at(m);
        let (t2, rest) = rest.split_at(m);
        let t3 = &rest[..m];
        for j in 0..m {
            partial[j] += (p * t0[j] + q * t1[j]) + (r * t2[j] + s * t3[j]);
        }
    } else {
        for (&weight, row) in weights.iter().zip(tile.chunks_exact(m)) {
            for (total, &value) in partial.iter_mut().zip(row) {
                *total += weight * value;
            }
        }
    }
}

#[allow(clippy::too_many_arguments)] // the state of a sweep, spelled out
fn update_columns<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    f: &[T],
    g: &[T],
    image: &mut [T],
    log_b: &[T],
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let b = p.problem.b();
    let safe = |(j, &sum): (usize, &T)| b.get(j) == T::ZERO || is_safe(sum / b.get(j));
    if scratch.column.iter().enumerate().all(safe) {
        for (j, sum) in scratch.column.iter_mut().enumerate() {
            if b.get(j) > T::ZERO {
                *sum = (*sum / b.get(j)).log2();
            }
        }
    } else {
        outcome.column_fallback = true;
        column_logsums(p, f, g, scratch.column, scratch.partial, scratch.tile);
        for (sum, &log) in scratch.column.iter_mut().zip(log_b) {
            *sum -= log;
        }
    }
    for j in 0..image.len() {
        let weight = b.get(j);
        if weight == T::ZERO {
            // Takes no part; its potential is computed once, at the end.
            image[j] = g[j];
            scratch.partial[j] = T::ZERO;
            continue;
        }
        let log_ratio = scratch.column[j];
        let change = if p.tau_b == T::ONE {
            -log_ratio
        } else {
            let full = g[j] - log_b[j] + p.column_offset(j);
            p.tau_b * (full - log_ratio) - full
        };
        image[j] = g[j] + factor * change;
        outcome.finite &= image[j].is_finite();
        let before = weight * log_ratio.exp2();
        let after = weight * (log_ratio + change).exp2();
        scratch.partial[j] = (after - before).abs();
    }
    outcome.error = reduce::sum(scratch.partial);
}
