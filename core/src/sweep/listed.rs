//! The sweep that visits only the pairs that can matter: see [`skipping`](crate::skipping).

use super::MAX_TILE_ROWS;
use super::columns;
use super::half::row_logsum;
use super::is_safe;
use super::outcome::{Outcome, Potentials};
use super::strips::{Pass, Scratch, Strip};
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::skipping::{Lists, list_len, points};
use crate::vector::{ColumnList, GROUP, PackedPoints, TileAt};

/// The factor of a row from which on the skipped pairs are chosen anew for a better f, because it multiplies the
/// certificate.
pub(super) const MOST_FACTOR: f64 = 64.0;

/// The number of times that this is done for a few rows.
pub(super) const MOST_LISTS: u32 = 5;

/// The most rows of a block.
const MAX_WIDTH: usize = 64;

/// Makes the sweep of [`forward`](super::forward) over the pairs that are not skipped: f <- f + row_factor (T f - f) in
/// place, then image <- g + factor (T g - g). If `row_factor` is 0, f stays as it is.
pub(crate) fn sweep<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &mut Lists<'_, T>,
    (row_factor, factor): (T, T),
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    skipping.refit(p, potentials.g, potentials.log_b);
    let (skipping, g) = (&*skipping, &*potentials.g);
    let work = |strip: Strip<'_, T>| {
        let mut outcome = Outcome::default();
        if let Some(points) = points(p) {
            let rows = Rows { p, points, skipping, factor: row_factor, g };
            each_block(strip, skipping.width(), |i, f, memory| rows.sweep(i, f, memory, &mut outcome));
        }
        outcome
    };
    let mut outcome = Pass::sums(potentials.f).run(scratch, &work, Outcome::with);
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome.certificate *= skipping.share();
    outcome
}

/// The memory for the pairs of a block of rows.
pub(crate) struct BlockMemory<'t, T> {
    /// Room for a list of columns.
    pub list: &'t mut [T],
    /// Room for the exponentials of some rows.
    pub tile: &'t mut [T],
    /// m: column sums of the block.
    pub partial: &'t mut [T],
    /// m: column sums, to be added to.
    pub column: &'t mut [T],
}

/// Calls `work` with the first row, the f and the memory of every block of a strip.
pub(crate) fn each_block<T: Real>(
    strip: Strip<'_, T>,
    width: usize,
    mut work: impl FnMut(usize, &mut [T], BlockMemory<'_, T>),
) {
    let Strip { rows, f, column, tile, partial, .. } = strip;
    let (list, tile) = tile.split_at_mut(list_len(column.len(), width));
    for (k, f) in f.chunks_mut(width).enumerate() {
        let memory = BlockMemory { list, tile, partial, column };
        work(rows.start + k * width, f, memory);
    }
}

/// Returns the number of rows of a tile, whose rows have `visited` pairs each: whole groups, if possible.
pub(crate) fn listed_tile_rows(memory: usize, visited: usize) -> usize {
    let rows = (memory / visited.max(1)).min(MAX_TILE_ROWS);
    if rows > GROUP { rows - rows % GROUP } else { rows }
}

/// All that the rows of a sweep read.
struct Rows<'r, 'a, 's, T: Real> {
    p: &'r ScaledProblem<'a, T>,
    points: PackedPoints<'a, T>,
    skipping: &'r Lists<'s, T>,
    factor: T,
    g: &'r [T],
}

impl<T: Real> Rows<'_, '_, '_, T> {
    /// Sweeps a block of rows, from row `i` on.
    fn sweep(&self, i: usize, f: &mut [T], memory: BlockMemory<'_, T>, outcome: &mut Outcome<T>) {
        let BlockMemory { list: list_memory, tile, partial, column } = memory;
        // What was added to f because it was too small for the list.
        let mut raised = [T::ZERO; MAX_WIDTH];
        let (mut at, mut lists) = (0, 0);
        while at < f.len() {
            let list = self.skipping.list(self.p, i + at, &f[at..], list_memory);
            lists += 1;
            let visited = list.len();
            list.runs().for_each(|run| partial[run].fill(T::ZERO));
            let rows = listed_tile_rows(tile.len(), visited);
            while at < f.len() {
                let own = at..f.len().min(at + rows);
                let mut sums = [T::ZERO; MAX_TILE_ROWS];
                let sums = &mut sums[..own.len()];
                let place = TileAt { i: i + at, start: 0, f: &f[own.clone()], g: self.g };
                let exponentials = &mut tile[..own.len() * visited];
                let factor = T::TWO * self.p.s;
                T::listed_exponents(self.p.instructions, self.points, factor, place, list, exponentials, sums, true);
                if lists < MOST_LISTS {
                    let raised = &mut raised[own.clone()];
                    let (any, fallbacks) = self.raise(i + at, &mut f[own.clone()], sums, raised, tile);
                    outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(fallbacks);
                    if any {
                        break;
                    }
                }
                self.update(i + at, &mut f[own.clone()], sums, &raised[own.clone()], outcome);
                T::add_listed_rows(self.p.instructions, sums, list, &tile[..own.len() * visited], partial);
                outcome.visited += (own.len() * visited) as u64;
                (at, lists) = (own.end, 0);
            }
            add_listed(list, partial, column);
        }
    }

    /// Raises the f of rows whose sums are so small, or so large, that their list is not good enough. Returns whether
    /// there are any, and how many had to be computed over all pairs.
    fn raise(&self, i: usize, f: &mut [T], sums: &[T], raised: &mut [T], scratch: &mut [T]) -> (bool, u32) {
        let (mut any, mut fallbacks) = (false, 0);
        for (k, &sum) in sums.iter().enumerate() {
            if is_safe(sum) && !(self.row_factor(i + k, f[k], sum, raised[k]) > T::constant(MOST_FACTOR)) {
                continue;
            }
            any = true;
            let log = if is_safe(sum) {
                sum.log2()
            } else {
                fallbacks += 1;
                let (largest, sum) = row_logsum(self.p, i + k, f[k], self.g, &mut scratch[..self.g.len()]);
                largest + sum.log2()
            };
            // With the larger of the new f and the f of an exact marginal, no row multiplies the certificate, and its
            // sum is safe, as long as the two are not too far apart.
            let (before, log) = (f[k] - raised[k], log - raised[k]);
            let step = self.factor * self.p.change_of_f(i + k, before, log);
            let change = step.max(-log).min(T::HALF * T::SAFE_EXPONENT - log);
            f[k] = before + change;
            raised[k] = change;
        }
        (any, fallbacks)
    }

    /// Returns the factor that makes of the exponentials of a row, over its weight, entries of the plan of the new f.
    fn row_factor(&self, i: usize, f: T, sum: T, raised: T) -> T {
        if self.factor == T::ONE && self.p.tau_a() == T::ONE {
            return T::ONE / sum;
        }
        (self.step(i, f, sum, raised) - raised).exp2()
    }

    /// Returns what the update adds to the f that a row had before it was raised.
    fn step(&self, i: usize, f: T, sum: T, raised: T) -> T {
        self.factor * self.p.change_of_f(i, f - raised, sum.log2() - raised)
    }

    /// Writes the new f of some rows, whose exponentials sum to `sums`, and turns the sums into the factors that make
    /// of the exponentials entries of the plan.
    fn update(&self, i: usize, f: &mut [T], sums: &mut [T], raised: &[T], outcome: &mut Outcome<T>) {
        for (k, ((f, sum), &raised)) in f.iter_mut().zip(sums).zip(raised).enumerate() {
            let factor = self.row_factor(i + k, *f, *sum, raised);
            let step = self.step(i + k, *f, *sum, raised);
            *f = ScaledProblem::within_range(*f - raised + step);
            outcome.overflowed |= !f.is_finite();
            outcome.certificate = outcome.certificate.max(factor);
            *sum = self.p.problem.a().get(i + k) * factor;
        }
    }
}

/// column_j += partial_j for the columns of a list.
pub(crate) fn add_listed<T: Real>(list: ColumnList<'_, T>, partial: &[T], column: &mut [T]) {
    for run in list.runs() {
        for (total, &part) in column[run.clone()].iter_mut().zip(&partial[run]) {
            *total += part;
        }
    }
}
