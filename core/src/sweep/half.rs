//! Sums in max-shifted form (log-sum-exp): for sums that leave the safe range, and for c-transforms.

use super::exponents::{TileAt, exponentials, exponents};
use super::outcome::{Outcome, Potentials};
use super::strips::{Join, Pass, Scratch, Tile};
use super::{MAX_TILE_ROWS, is_safe, log_weight};
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;

/// exponentials_j <- 2^(F_i + G_j + S_ij - largest); returns the largest exponent and the sum of the exponentials.
pub(crate) fn row_logsum<T: Real>(p: &ScaledProblem<'_, T>, i: usize, f: T, g: &[T], exponentials: &mut [T]) -> (T, T) {
    let mut largest = [T::ZERO];
    exponents(p, TileAt { i, start: 0, f: &[f], g }, exponentials, &mut largest);
    T::exp2_less(p.instructions, exponentials, largest[0]);
    (largest[0], reduce::sum(exponentials))
}

/// logs_k <- log2 of the sum of row k. `rows` are the exponentials of a tile, and `sums` the sums of its rows.
///
/// A row whose sum is not safe is computed anew, relative to its largest exponent: its exponentials and its sum are
/// then times 2^-shift_k. All other shifts stay. Returns the number of such rows.
pub(crate) fn log_sums<T: Real>(
    p: &ScaledProblem<'_, T>,
    tile: TileAt<'_, T>,
    rows: &mut [T],
    sums: &mut [T],
    logs: &mut [T],
    shifts: &mut [T],
) -> u32 {
    let logs = &mut logs[..sums.len()];
    logs.copy_from_slice(sums);
    if T::log2_each(p.instructions, logs) < T::SAFE_EXPONENT {
        return 0;
    }
    let mut fallbacks = 0;
    for (k, sum) in sums.iter_mut().enumerate().filter(|(_, sum)| !is_safe(**sum)) {
        let row = &mut rows[k * tile.g.len()..(k + 1) * tile.g.len()];
        (shifts[k], *sum) = row_logsum(p, tile.i + k, tile.f[k], tile.g, row);
        logs[k] = shifts[k] + sum.log2();
        fallbacks += 1;
    }
    fallbacks
}

/// row_i <- log2 sum_j 2^(F_i + G_j + S_ij).
pub(crate) fn row_logsums<T: Real>(
    p: &ScaledProblem<'_, T>,
    Potentials { f, g, row, .. }: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let (f, g) = (&**f, &**g);
    let work = |Tile { i, f: logs, rows, .. }: Tile<'_, T>, outcome: &mut Outcome<T>| {
        let (mut sums, mut shifts) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
        let sums = &mut sums[..logs.len()];
        let tile = TileAt { i, start: 0, f: &f[i..i + logs.len()], g };
        exponentials(p, tile, rows, sums);
        let fallbacks = log_sums(p, tile, rows, sums, logs, &mut shifts);
        outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(fallbacks);
    };
    Pass::sums(row).each_tile(scratch.tile_rows(), scratch, &work, Outcome::with)
}

/// scratch.column_j <- log2 sum_i a_i 2^(F_i + G_j + S_ij). `largest` is scratch for m scalars; f is only read.
pub(crate) fn column_logsums<T: Real>(
    p: &ScaledProblem<'_, T>,
    f: &mut [T],
    g: &[T],
    largest: &mut [T],
    scratch: &mut Scratch<'_, T>,
) {
    // The largest exponent of every column.
    let tile_rows = scratch.tile_rows();
    let raise = |mut tile: Tile<'_, T>, (): &mut ()| {
        weighted_exponents(p, &mut tile, g);
        T::raise_to_rows(p.instructions, tile.rows, tile.column);
    };
    Pass { join: Join::Largest, ..Pass::sums(&mut *f) }.each_tile(tile_rows, scratch, &raise, |(), ()| ());
    largest.copy_from_slice(scratch.column);

    // The sums, relative to it.
    let shifts = &*largest;
    let add = |mut tile: Tile<'_, T>, (): &mut ()| {
        weighted_exponents(p, &mut tile, g);
        T::add_exp2_less(p.instructions, tile.rows, shifts, tile.column);
    };
    Pass::sums(f).each_tile(tile_rows, scratch, &add, |(), ()| ());
    for (sum, &largest) in scratch.column.iter_mut().zip(shifts) {
        *sum = largest + sum.log2();
    }
}

/// Writes the exponents of a tile, each raised by log2 a_i. Those of rows without weight are
/// [`log_zero`](super::log_zero).
fn weighted_exponents<T: Real>(p: &ScaledProblem<'_, T>, tile: &mut Tile<'_, T>, g: &[T]) {
    let (mut weighted, mut largest) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
    let count = tile.f.len();
    for (k, (weighted, &f)) in weighted.iter_mut().zip(&*tile.f).enumerate() {
        *weighted = f + log_weight(p.problem.a().get(tile.i + k));
    }
    let place = TileAt { i: tile.i, start: 0, f: &weighted[..count], g };
    exponents(p, place, tile.rows, &mut largest[..count]);
}

/// F_i <- the c-transform of G, with every row in max-shifted form.
pub(crate) fn complete_f<T: Real>(p: &ScaledProblem<'_, T>, f: &mut [T], g: &[T], scratch: &mut Scratch<'_, T>) {
    let work = |Tile { i, f, rows, .. }: Tile<'_, T>, (): &mut ()| {
        let offset = p.row_offset(i);
        let (largest, sum) = row_logsum(p, i, T::ZERO, g, rows);
        f[0] = ScaledProblem::within_range(-p.tau_a() * (largest + sum.log2() - offset) - offset);
    };
    Pass::sums(f).each_tile(1, scratch, &work, |(), ()| ());
}

/// G_j <- the c-transform of F; G carries log2 b_j. The image is scratch.
pub(crate) fn complete_g<T: Real>(
    p: &ScaledProblem<'_, T>,
    Potentials { f, g, image: largest, log_b, .. }: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) {
    g.fill(T::ZERO);
    column_logsums(p, f, g, largest, scratch);
    for (j, value) in g.iter_mut().enumerate() {
        let offset = p.column_offset(j);
        *value = ScaledProblem::within_range(log_b[j] - p.tau_b() * (scratch.column[j] - offset) - offset);
    }
}
