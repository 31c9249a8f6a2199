//! Half sweeps in max-shifted form (log-sum-exp): for cold starts, extreme exponents, and c-transforms.

use super::block::{BlockAt, exponents};
use super::prepared::Prepared;
use super::strips::{Join, Pass, Scratch, Strip};
use super::{MAX_TILE_ROWS, log_weight};
use crate::real::Real;
use crate::reduce;

/// exponentials_j = 2^(F_i + G_j + S_ij - largest); returns (largest exponent, sum of the exponentials).
pub(crate) fn row_logsum<T: Real>(p: &Prepared<'_, T>, i: usize, f: T, g: &[T], exponentials: &mut [T]) -> (T, T) {
    let mut largest = [T::ZERO];
    exponents(p, BlockAt { i, start: 0, f: &[f], g }, exponentials, &mut largest);
    T::exp2_less(p.instructions, exponentials, largest[0]);
    (largest[0], reduce::sum(exponentials))
}

/// scratch.column_j <- log2 sum_i a_i 2^(F_i + G_j + S_ij). `largest` is scratch for m scalars; f is only read.
pub(crate) fn column_logsums<T: Real>(
    p: &Prepared<'_, T>,
    f: &mut [T],
    g: &[T],
    largest: &mut [T],
    scratch: &mut Scratch<'_, T>,
) {
    let pass = |f| Pass { join: Join::Largest, ..Pass::sums(f) };
    pass(&mut *f).run(scratch, &|strip| raise_columns(p, g, strip), |(), ()| ());
    largest.copy_from_slice(scratch.column);
    let shifts = &*largest;
    Pass::sums(f).run(scratch, &|strip| add_columns(p, g, shifts, strip), |(), ()| ());
    for (sum, &largest) in scratch.column.iter_mut().zip(shifts) {
        *sum = largest + sum.log2();
    }
}

/// The exponents of some rows, each raised by log2 a_i. Rows without weight are left at [`log_zero`](super::log_zero).
fn weighted_exponents<'t, T: Real>(p: &Prepared<'_, T>, i: usize, f: &[T], g: &[T], tile: &'t mut [T]) -> &'t mut [T] {
    let (mut levels, mut found) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
    for (k, (level, &f)) in levels.iter_mut().zip(f).enumerate() {
        *level = f + log_weight(p.problem.a().get(i + k));
    }
    let tile = &mut tile[..f.len() * g.len()];
    exponents(p, BlockAt { i, start: 0, f: &levels[..f.len()], g }, tile, &mut found[..f.len()]);
    tile
}

fn raise_columns<T: Real>(p: &Prepared<'_, T>, g: &[T], strip: Strip<'_, T>) {
    let Strip { rows, f, column, tile, .. } = strip;
    let tile_rows = (tile.len() / g.len()).min(MAX_TILE_ROWS);
    for (k, f) in f.chunks(tile_rows).enumerate() {
        let exponents = weighted_exponents(p, rows.start + k * tile_rows, f, g, tile);
        T::raise_to_rows(p.instructions, exponents, column);
    }
}

fn add_columns<T: Real>(p: &Prepared<'_, T>, g: &[T], largest: &[T], strip: Strip<'_, T>) {
    strip.each_block(&mut |first, f, tile, totals| {
        let tile_rows = (tile.len() / g.len()).min(MAX_TILE_ROWS);
        for (k, f) in f.chunks(tile_rows).enumerate() {
            let tile = weighted_exponents(p, first + k * tile_rows, f, g, tile);
            T::add_exp2_less(p.instructions, tile, largest, totals);
        }
    });
}

/// F_i <- the c-transform of G, every row in max-shifted form.
pub(crate) fn complete_f<T: Real>(p: &Prepared<'_, T>, f: &mut [T], g: &[T], scratch: &mut Scratch<'_, T>) {
    Pass::sums(f).run(
        scratch,
        &|Strip { rows, f, tile, .. }| {
            for (i, value) in rows.zip(f) {
                let offset = p.row_offset(i);
                let (largest, sum) = row_logsum(p, i, T::ZERO, g, &mut tile[..g.len()]);
                *value = Prepared::within_range(-p.tau_a() * (largest + sum.log2() - offset) - offset);
            }
        },
        |(), ()| (),
    );
}

/// G_j <- the c-transform of F; G carries log2 b_j. `largest` is scratch for m scalars.
pub(crate) fn complete_g<T: Real>(
    p: &Prepared<'_, T>,
    f: &mut [T],
    g: &mut [T],
    log_b: &[T],
    largest: &mut [T],
    scratch: &mut Scratch<'_, T>,
) {
    g.fill(T::ZERO);
    column_logsums(p, f, g, largest, scratch);
    for (j, value) in g.iter_mut().enumerate() {
        let offset = p.column_offset(j);
        *value = Prepared::within_range(log_b[j] - p.tau_b() * (scratch.column[j] - offset) - offset);
    }
}
