//! The sweep that visits only the pairs that can matter: see [`skipping`](crate::skipping).

use super::MAX_TILE_ROWS;
use super::columns;
use super::half::row_logsum;
use super::is_safe;
use super::outcome::{Outcome, Potentials};
use super::strips::{Pass, Scratch, Strip};
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::skipping::records::Visits;
use crate::skipping::{ListMemory, Lists, MAX_WIDTH, Pairs};
use crate::vector::{ColumnList, GROUP, MAX_LANES, TileAt};

/// The factor of a row from which on the skipped pairs are chosen anew for a better f, because it multiplies the
/// certificate.
pub(super) const MOST_FACTOR: f64 = 64.0;

/// The number of times that this is done for a few rows.
pub(super) const MOST_LISTS: u32 = 5;

/// Makes the sweep of [`forward`](super::forward) over the pairs that are not skipped: f <- f + factor (T f - f) in
/// place, then image <- g + factor (T g - g).
pub(crate) fn sweep<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &mut Lists<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let mut outcome = sweep_rows(p, skipping, (factor, true), potentials, scratch);
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome
}

/// Makes the first half of that sweep alone: f <- T f.
pub(crate) fn update_f<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &mut Lists<'_, T>,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    sweep_rows(p, skipping, (T::ONE, false), potentials, scratch)
}

/// Updates f, and adds up the columns of the new plan if they are wanted.
fn sweep_rows<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &mut Lists<'_, T>,
    (factor, columns): (T, bool),
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    skipping.refit(p, potentials.g, potentials.log_b);
    let (skipping, g) = (&*skipping, &*potentials.g);
    let all = potentials.f.len() as u64 * g.len() as u64;
    let work = |strip: Strip<'_, T>| {
        let mut outcome = Outcome::default();
        if let Some(pairs) = Pairs::new(p) {
            let rows = Rows { p, pairs, skipping, factor, columns, g };
            each_group(strip, skipping, |i, f, memory| rows.sweep(i, f, memory, &mut outcome));
        }
        outcome
    };
    let mut outcome = Pass::sums(potentials.f).run(scratch, &work, Outcome::with);
    // A series errs by the same share, in rows and in columns.
    let series = if outcome.summed > 0 { T::TWO } else { T::ZERO };
    outcome.certificate = skipping.share() * (outcome.certificate + series);
    outcome.skipped = all - outcome.visited - outcome.summed;
    outcome
}

/// The memory for the pairs of a group of blocks of rows.
pub(crate) struct GroupMemory<'t, T> {
    /// For lists and series.
    pub lists: ListMemory<'t, T>,
    /// Room for the exponentials of some rows.
    pub tile: &'t mut [T],
    /// m: column sums of a block.
    pub partial: &'t mut [T],
    /// m: column sums, to be added to.
    pub column: &'t mut [T],
}

/// Calls `work` with the first row, the f and the memory of every group of blocks of a strip. Where a strip begins or
/// ends inside a group, it is cut short.
pub(crate) fn each_group<T: Real>(
    strip: Strip<'_, T>,
    skipping: &Lists<'_, T>,
    mut work: impl FnMut(usize, &mut [T], GroupMemory<'_, T>),
) {
    let Strip { rows, mut f, column, mut tile, partial, .. } = strip;
    let ListMemory { list, groups, far, far_groups, sums, weights } = skipping.cut(&mut tile);
    let (group, mut i) = (skipping.width() * MAX_LANES, rows.start);
    while i < rows.end {
        let count = (group - i % group).min(rows.end - i);
        let Some(own) = f.split_off_mut(..count) else { return };
        let lists = ListMemory { list, groups, far, far_groups, sums, weights };
        work(i, own, GroupMemory { lists, tile, partial, column });
        i += count;
    }
}

/// Returns the number of rows of a tile, whose rows have `visited` pairs each: whole groups, if possible.
pub(crate) fn listed_tile_rows(memory: usize, visited: usize) -> usize {
    let rows = (memory / visited.max(1)).min(MAX_TILE_ROWS);
    if rows > GROUP { rows - rows % GROUP } else { rows }
}

/// What a group of blocks has for one of them.
struct OfGroup<'g, T> {
    /// The groups of columns that all its rows meet in one series.
    groups: &'g [T],
    /// The number of columns in these.
    summed: u64,
    /// What these give to the sums of the rows, or nothing.
    sums: &'g [T],
    /// The weights of the rows, for the columns of these; or nothing.
    weights: &'g mut [T],
}

/// The memory for the pairs of a block of rows.
struct BlockMemory<'t, T> {
    list: &'t mut [T],
    far: &'t mut [T],
    tile: &'t mut [T],
    partial: &'t mut [T],
    column: &'t mut [T],
}

/// All that the rows of a sweep read.
struct Rows<'r, 'a, 's, T: Real> {
    p: &'r ScaledProblem<'a, T>,
    pairs: Pairs<'a, T>,
    skipping: &'r Lists<'s, T>,
    factor: T,
    /// Columns are added up.
    columns: bool,
    g: &'r [T],
}

impl<T: Real> Rows<'_, '_, '_, T> {
    /// Sweeps a group of blocks of rows, from row `i` on.
    fn sweep(&self, i: usize, f: &mut [T], memory: GroupMemory<'_, T>, outcome: &mut Outcome<T>) {
        let GroupMemory { lists, tile, partial, column } = memory;
        let ListMemory { list, groups, far, far_groups, sums, weights } = lists;
        let (count, width) = (f.len(), self.skipping.width());

        // What the rows of all blocks meet in one series.
        weights.fill(T::ZERO);
        let plane = self.skipping.plane(self.p, i, f);
        let groups = self.skipping.list_groups(self.p, (&plane, count), groups);
        let mut series = self.skipping.far(self.p, self.pairs.points(), (&plane, i, count), groups, far_groups);
        sums.fill(T::ZERO);
        if !groups.is_empty() {
            series.add_rows(f, self.g, &mut sums[..count]);
        }
        let summed = series.pairs() / count as u64;

        // All else, block by block.
        for (k, f) in f.chunks_mut(width).enumerate() {
            let own = k * width..k * width + f.len();
            let (sums, weights) = (sums.get(own.clone()), weights.get_mut(own.clone()));
            let (sums, weights) = (sums.unwrap_or_default(), weights.unwrap_or_default());
            let group = OfGroup { groups, summed, sums, weights };
            let memory = BlockMemory { list, far, tile, partial, column };
            self.sweep_block(i + own.start, f, group, memory, outcome);
        }
        if self.columns && !groups.is_empty() {
            series.add_columns(&weights[..count], column);
        }
    }

    /// Sweeps a block of rows, from row `i` on.
    fn sweep_block(
        &self,
        i: usize,
        f: &mut [T],
        group: OfGroup<'_, T>,
        memory: BlockMemory<'_, T>,
        outcome: &mut Outcome<T>,
    ) {
        let BlockMemory { list: list_memory, far: far_memory, tile, partial, column } = memory;
        let OfGroup { mut groups, summed, sums: mut group_sums, weights: group_weights } = group;
        // What was added to f because it was too small for the list.
        let mut raised = [T::ZERO; MAX_WIDTH];
        let (mut at, mut lists) = (0, 0);
        while at < f.len() {
            let (first, count) = (at, f.len() - at);
            let plane = self.skipping.plane(self.p, i + at, &f[at..]);
            let Visits { near: list, far, .. } = self.skipping.list(self.p, (&plane, count), groups, list_memory);
            lists += 1;
            // Series first, because the sum of a row needs them.
            let mut series = self.skipping.far(self.p, self.pairs.points(), (&plane, i + at, count), far, far_memory);
            let (mut far_sums, mut weights) = ([T::ZERO; MAX_WIDTH], [T::ZERO; MAX_WIDTH]);
            if !far.is_empty() {
                series.add_rows(&f[at..], self.g, &mut far_sums[..count]);
            }
            for (sum, &of_group) in far_sums.iter_mut().zip(group_sums.get(at..).unwrap_or_default()) {
                *sum += of_group;
            }
            let visited = list.len();
            list.runs().for_each(|run| partial[run].fill(T::ZERO));
            let rows = listed_tile_rows(tile.len(), visited);
            while at < f.len() {
                let own = at..f.len().min(at + rows);
                let mut sums = [T::ZERO; MAX_TILE_ROWS];
                let sums = &mut sums[..own.len()];
                let place = TileAt { i: i + at, start: 0, f: &f[own.clone()], g: self.g };
                let exponentials = &mut tile[..own.len() * visited];
                self.pairs.listed_exponentials((self.p.instructions, self.p.s), place, list, exponentials, sums);
                sums.iter_mut().zip(&far_sums[at - first..]).for_each(|(sum, &far)| *sum += far);
                if lists < MOST_LISTS {
                    let raised = &mut raised[own.clone()];
                    let (any, fallbacks) = self.raise(i + at, &mut f[own.clone()], sums, raised, tile);
                    outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(fallbacks);
                    if any {
                        // What the group has for these rows belongs to the old f, and may be out of range.
                        (groups, group_sums) = (&[], &[]);
                        break;
                    }
                }
                self.update(i + at, &mut f[own.clone()], sums, &raised[own.clone()], outcome);
                if self.columns {
                    T::add_listed_rows(self.p.instructions, sums, list, &tile[..own.len() * visited], partial);
                }
                weights[own.start - first..own.end - first].copy_from_slice(sums);
                if !group_sums.is_empty() {
                    group_weights[own.clone()].copy_from_slice(sums);
                    outcome.summed += own.len() as u64 * summed;
                }
                outcome.visited += (own.len() * visited) as u64;
                (at, lists) = (own.end, 0);
            }
            outcome.summed += series.pairs() / count as u64 * (at - first) as u64;
            if self.columns {
                add_listed(list, partial, column);
                if !far.is_empty() {
                    series.add_columns(&weights[..count], column);
                }
            }
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
