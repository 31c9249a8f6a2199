//! The half-sweep that visits only the pairs that can matter: see [`skipping`](crate::skipping).

use super::half::row_logsum;
use super::listed::{MOST_FACTOR, MOST_LISTS, listed_tile_rows};
use super::outcome::{Outcome, Potentials};
use super::strips::{Pass, Scratch, Strip};
use super::{MAX_TILE_ROWS, is_safe};
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::skipping::kept::KeptLists;
use crate::skipping::{Lists, MAX_WIDTH, list_len};
use crate::vector::TileAt;

/// row_i <- log2 sum_j 2^(F_i + G_j + S_ij), as [`row_logsums`](super::half::row_logsums), over the pairs that are not
/// skipped. A row lacks at most the share of the certificate.
pub(crate) fn row_logsums<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &mut Lists<'_, T>,
    Potentials { f, g, log_b, row, .. }: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    skipping.refit(p, g, log_b);
    let (lists, f, g) = (skipping.kept(p), &**f, &**g);
    let work = |Strip { rows, f: logs, tile, .. }: Strip<'_, T>| {
        let mut outcome = Outcome::default();
        if let Some(lists) = lists {
            let (list, tile) = tile.split_at_mut(list_len(g.len(), lists.width));
            let all = Rows { p, lists, f, g };
            for (k, logs) in logs.chunks_mut(lists.width).enumerate() {
                all.sum(rows.start + k * lists.width, logs, (&mut *list, &mut *tile), &mut outcome);
            }
        }
        outcome
    };
    let outcome = Pass::sums(row).run(scratch, &work, Outcome::with);
    let skipped = f.len() as u64 * g.len() as u64 - outcome.visited;
    Outcome { certificate: skipping.share(), skipped, ..outcome }
}

/// All that the rows of a half-sweep read.
struct Rows<'r, 'a, T: Real> {
    p: &'r ScaledProblem<'a, T>,
    lists: KeptLists<'r, T>,
    f: &'r [T],
    g: &'r [T],
}

impl<T: Real> Rows<'_, '_, T> {
    /// Writes the logarithms of a block of rows, from row `i` on. The memory has room for a list, and for exponentials.
    fn sum(&self, i: usize, logs: &mut [T], (list_memory, memory): (&mut [T], &mut [T]), outcome: &mut Outcome<T>) {
        // F, which is raised where it is too small for a list.
        let mut raised = [T::ZERO; MAX_WIDTH];
        let raised = &mut raised[..logs.len()];
        let before = &self.f[i..i + logs.len()];
        raised.copy_from_slice(before);
        let (mut at, mut lists) = (0, 0);
        while at < logs.len() {
            let list = self.lists.list(i + at, &raised[at..], list_memory);
            lists += 1;
            let visited = list.len();
            let rows = listed_tile_rows(memory.len(), visited);
            while at < logs.len() {
                let own = at..logs.len().min(at + rows);
                let mut sums = [T::ZERO; MAX_TILE_ROWS];
                let sums = &mut sums[..own.len()];
                let place = TileAt { i: i + at, start: 0, f: &raised[own.clone()], g: self.g };
                let KeptLists { pairs, instructions, s, .. } = self.lists;
                let tile = &mut memory[..own.len() * visited];
                pairs.listed_exponentials((instructions, s), place, list, tile, sums);
                if lists < MOST_LISTS && self.raise(i + at, &mut raised[own.clone()], sums, memory, outcome) {
                    break;
                }
                for (k, &sum) in own.clone().zip(&*sums) {
                    logs[k] = sum.log2() - (raised[k] - before[k]);
                }
                outcome.visited += (own.len() * visited) as u64;
                (at, lists) = (own.end, 0);
            }
        }
    }

    /// Raises the F of rows whose sums are so small, or so large, that their list is not good enough. Returns whether
    /// there are any.
    fn raise(&self, i: usize, f: &mut [T], sums: &[T], scratch: &mut [T], outcome: &mut Outcome<T>) -> bool {
        let mut any = false;
        for (k, (f, &sum)) in f.iter_mut().zip(sums).enumerate() {
            if is_safe(sum) && sum * T::constant(MOST_FACTOR) >= T::ONE {
                continue;
            }
            any = true;
            *f -= if is_safe(sum) {
                sum.log2()
            } else {
                outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(1);
                let (largest, sum) = row_logsum(self.p, i + k, *f, self.g, &mut scratch[..self.g.len()]);
                largest + sum.log2()
            };
        }
        any
    }
}
