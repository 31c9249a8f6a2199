//! One sweep: an f-update and a g-update in one pass over the pairs, one exponential a pair.

use super::block::{Place, exponentials};
use super::columns;
use super::half::row_logsum;
use super::prepared::Prepared;
use super::strips::{Pass, Scratch, Strip};
use super::{MAX_TILE_ROWS, is_safe, rows};
use crate::real::Real;

/// The potentials that a sweep reads and writes.
pub(crate) struct Potentials<'w, T> {
    /// n: F, old and then new.
    pub f: &'w mut [T],
    /// m: the old G; written only if a kernel's scalings are ahead of it.
    pub g: &'w mut [T],
    /// m: the new G; scratch until the sweep writes it.
    pub image: &'w mut [T],
    /// m: log2 b.
    pub log_b: &'w mut [T],
    /// n: scratch; the row sums of a kernel whose scalings are ahead.
    pub row: &'w mut [T],
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

impl<T: Real> Default for Outcome<T> {
    fn default() -> Self {
        Outcome::new()
    }
}

impl<T: Real> Outcome<T> {
    /// What two parts of a sweep have seen.
    pub fn with(mut self, other: Self) -> Self {
        self.row_fallbacks = self.row_fallbacks.saturating_add(other.row_fallbacks);
        self.finite &= other.finite;
        self
    }
}

/// f <- f + factor (T f - f) in place, then image = g + factor (T g - g); `factor` 1 is Sinkhorn's own sweep.
pub(crate) fn sweep<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let g = &*potentials.g;
    let work = |strip: Strip<'_, T>| sweep_strip(p, factor, g, strip);
    let mut outcome = Pass::sums(potentials.f).run(scratch, &work, Outcome::with);
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome
}

fn sweep_strip<T: Real>(p: &Prepared<'_, T>, factor: T, g: &[T], strip: Strip<'_, T>) -> Outcome<T> {
    let m = g.len();
    let mut outcome = Outcome::new();
    strip.each_block(&mut |first, f, tile, totals| {
        let tile_rows = (tile.len() / m).min(MAX_TILE_ROWS);
        for (k, f) in f.chunks_mut(tile_rows).enumerate() {
            let i = first + k * tile_rows;
            let tile = &mut tile[..f.len() * m];
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            let weights = &mut weights[..f.len()];
            exponentials(p, Place { i, start: 0, f, g }, tile, weights);
            update_rows(p, factor, i, f, g, tile, weights, &mut outcome);
            rows::add(p.instructions, weights, tile, totals);
        }
    });
    outcome
}

/// Writes the new f of some rows, whose exponentials sum to `sums`. Turns the sums into the factors that make of the exponentials entries
/// of the plan of the new f.
#[allow(clippy::too_many_arguments)] // what a row of the sweep reads and writes
pub(crate) fn update_rows<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    i: usize,
    f: &mut [T],
    g: &[T],
    tile: &mut [T],
    sums: &mut [T],
    outcome: &mut Outcome<T>,
) {
    let (a, plain) = (p.problem.a(), p.tau_a() == T::ONE && factor == T::ONE);
    let mut logs = [T::ZERO; MAX_TILE_ROWS];
    let logs = &mut logs[..sums.len()];
    logs.copy_from_slice(sums);
    let safe = rows::log2(p.instructions, logs) < T::SAFE_EXPONENT;
    if safe && plain {
        for (k, ((sum, f), &log)) in sums.iter_mut().zip(f).zip(&*logs).enumerate() {
            *f -= log; // finite, because both are
            *sum = a.get(i + k) / *sum;
        }
        return;
    }
    for (k, sum) in sums.iter_mut().enumerate() {
        let a = a.get(i + k);
        if safe || is_safe(*sum) {
            let step = move_f(p, factor, i + k, logs[k], &mut f[k], outcome);
            *sum = if plain { a / *sum } else { a * step.exp2() };
        } else {
            outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(1);
            let m = g.len();
            let (largest, shifted) = row_logsum(p, i + k, f[k], g, &mut tile[k * m..(k + 1) * m]);
            let step = move_f(p, factor, i + k, largest + shifted.log2(), &mut f[k], outcome);
            *sum = if plain { a / shifted } else { a * (step + largest).exp2() };
        }
    }
}

/// f_i <- f_i + factor (T f_i - f_i), where the exponentials of f_i sum to 2^`log_sum`; returns the step.
#[inline]
pub(super) fn move_f<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    i: usize,
    log_sum: T,
    f: &mut T,
    outcome: &mut Outcome<T>,
) -> T {
    let step = factor * p.change_of_f(i, *f, log_sum);
    *f = Prepared::within_range(*f + step);
    outcome.finite &= f.is_finite();
    step
}
