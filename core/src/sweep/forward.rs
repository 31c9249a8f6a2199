//! One sweep: an f-update and a g-update in one pass over the pairs, one exponential a pair.

use super::columns;
use super::half::row_logsum;
use super::prepared::Prepared;
use super::{CHUNK, is_safe};
use crate::real::Real;
use crate::reduce::{self, LANES};

/// Rows whose column sums are added up before they join the total: keeps the error of long `f32` columns small.
pub(super) const PARTIAL_ROWS: usize = 64;

/// What a sweep writes besides the potentials.
pub(crate) struct Scratch<'w, T> {
    /// m: column sums.
    pub column: &'w mut [T],
    /// m: column sums of a few rows, then error terms.
    pub partial: &'w mut [T],
    /// A whole number of rows of m exponentials.
    pub tile: &'w mut [T],
}

/// The potentials that a sweep reads and writes.
pub(crate) struct Potentials<'w, T> {
    /// n: F, old and then new.
    pub f: &'w mut [T],
    /// m: the old G.
    pub g: &'w [T],
    /// m: the new G.
    pub image: &'w mut [T],
    /// m: log2 b.
    pub log_b: &'w [T],
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
    /// Whether a stored kernel was computed anew.
    pub absorbed: bool,
    /// Mass of the pair (new f less shift, old g).
    pub mass: T,
    /// What was added to the new f and taken from the new g at the end: see [`translation`](columns::translation).
    pub shift: T,
}

impl<T: Real> Outcome<T> {
    pub fn new() -> Self {
        Outcome {
            error: T::ZERO,
            row_fallbacks: 0,
            column_fallback: false,
            finite: true,
            absorbed: false,
            mass: T::ZERO,
            shift: T::ZERO,
        }
    }
}

/// f <- f + factor (T f - f) in place, then image = g + factor (T g - g); `factor` 1 is Sinkhorn's own sweep.
pub(crate) fn sweep<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    mut potentials: Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let Potentials { f, g, .. } = &mut potentials;
    let (n, m) = (f.len(), g.len());
    let tile_rows = (scratch.tile.len() / m).min(super::TILE_ROWS);
    let mut outcome = Outcome::new();

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

    columns::finish(p, factor, potentials, scratch, &mut outcome);
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
    let step = move_f(p, factor, i, log_sum, f, outcome);
    if plain { a / sum } else { a * (step + shift).exp2() }
}

/// f_i <- f_i + factor (T f_i - f_i), where the exponentials of f_i sum to 2^`log_sum`; returns the step.
#[inline]
pub(super) fn move_f<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    i: usize,
    log_sum: T,
    f: &mut [T],
    outcome: &mut Outcome<T>,
) -> T {
    let step = factor * p.change_of_f(i, f[i], log_sum);
    f[i] += step;
    outcome.finite &= f[i].is_finite();
    step
}

/// exponentials_j = 2^(F_i + G_j + S_ij); returns their sum.
#[inline]
pub(super) fn row_exponentials<T: Real>(p: &Prepared<'_, T>, i: usize, f: T, g: &[T], exponentials: &mut [T]) -> T {
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
pub(super) fn add_rows<T: Real>(weights: &[T], tile: &[T], partial: &mut [T]) {
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
