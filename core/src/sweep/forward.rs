//! One sweep: an update of f and one of g in one pass over the pairs, with one exponential a pair.

use super::MAX_TILE_ROWS;
use super::columns;
use super::exponents::{TileAt, exponentials};
use super::half::log_sums;
use super::outcome::{Outcome, Potentials};
use super::strips::{Pass, Scratch, Tile};
use crate::real::Real;
use crate::scaled::ScaledProblem;

/// f <- f + factor (T f - f) in place, then image <- g + factor (T g - g). Factor 1 is Sinkhorn's own sweep.
///
/// A tile of exponentials is computed for the old f. Its row sums give the new f, and with it a factor a row that turns
/// the exponentials into entries of the plan, so that the column sums of the new f need no second exponential.
pub(crate) fn sweep<T: Real>(
    p: &ScaledProblem<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let g = &*potentials.g;
    let work = |Tile { i, f, rows, column, .. }: Tile<'_, T>, outcome: &mut Outcome<T>| {
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        exponentials(p, TileAt { i, start: 0, f, g }, rows, weights);
        update_rows(p, factor, i, f, g, rows, weights, outcome);
        T::add_rows(p.instructions, weights, rows, column);
    };
    let mut outcome = Pass::sums(potentials.f).each_tile(scratch.tile_rows(), scratch, &work, Outcome::with);
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome
}

/// Makes the first half of the plain sweep alone: f <- T f.
#[cfg(feature = "skipping")]
pub(crate) fn update_f<T: Real>(
    p: &ScaledProblem<'_, T>,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let g = &*potentials.g;
    let work = |Tile { i, f, rows, .. }: Tile<'_, T>, outcome: &mut Outcome<T>| {
        let mut sums = [T::ZERO; MAX_TILE_ROWS];
        let sums = &mut sums[..f.len()];
        exponentials(p, TileAt { i, start: 0, f, g }, rows, sums);
        update_rows(p, T::ONE, i, f, g, rows, sums, outcome);
    };
    Pass::sums(&mut *potentials.f).each_tile(scratch.tile_rows(), scratch, &work, Outcome::with)
}

/// Writes the new f of some rows, whose exponentials sum to `sums`. Turns the sums into the factors that make of the
/// exponentials entries of the plan of the new f.
#[allow(clippy::too_many_arguments)] // what a row of the sweep reads and writes
pub(crate) fn update_rows<T: Real>(
    p: &ScaledProblem<'_, T>,
    factor: T,
    i: usize,
    f: &mut [T],
    g: &[T],
    rows: &mut [T],
    sums: &mut [T],
    outcome: &mut Outcome<T>,
) {
    let (a, plain) = (p.problem.a(), p.tau_a() == T::ONE && factor == T::ONE);
    let (mut logs, mut shifts) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
    let fallbacks = log_sums(p, TileAt { i, start: 0, f, g }, rows, sums, &mut logs, &mut shifts);
    outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(fallbacks);
    // The usual case takes few instructions: potentials are finite because all logarithms are.
    if plain && fallbacks == 0 {
        for (k, ((f, sum), &log)) in f.iter_mut().zip(sums).zip(&logs).enumerate() {
            *f -= log;
            *sum = a.get(i + k) / *sum;
        }
        return;
    }
    for (k, ((f, sum), (&log, &shift))) in f.iter_mut().zip(sums).zip(logs.iter().zip(&shifts)).enumerate() {
        let a = a.get(i + k);
        let step = factor * p.change_of_f(i + k, *f, log);
        *f = ScaledProblem::within_range(*f + step);
        outcome.overflowed |= !f.is_finite();
        *sum = if plain { a / *sum } else { a * (step + shift).exp2() };
    }
}
