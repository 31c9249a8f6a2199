//! Passes over the pairs of a plan that matter, if the solve skipped the others.
//!
//! A pass goes through points in the order of their blocks ([`ListedPlan`]). All vectors are in the order of the
//! caller. They are put in the other order before a pass, and what it writes is put back.

use core::ops::Range;

use crate::real::Real;
use crate::skipping::kept::KeptLists;
use crate::skipping::list_len;
use crate::solution::listed::ListedPlan;
use crate::sweep::MAX_TILE_ROWS;
use crate::sweep::listed::{add_listed, listed_tile_rows};
use crate::sweep::strips::{Pass, Scratch, Strip};
use crate::vector::{ColumnList, TileAt};

/// A few rows over the columns of a list, and the memory for their pairs.
pub(super) struct ListedTile<'t, T> {
    /// The first row.
    pub i: usize,
    /// One scalar a row, which the pass may read and write.
    pub own: &'t mut [T],
    /// The same number of further scalars for each row, which the pass may read and write; or nothing.
    pub entries: &'t mut [T],
    /// m scalars of scratch.
    pub spare: &'t mut [T],
    /// The sums of the exponentials of the rows.
    pub sums: &'t [T],
    /// The exponentials. Those of the columns of one run lie row after row, and runs after one another.
    pub pairs: ListedRows<'t, T>,
    /// m: column sums, to be added to.
    pub column: &'t mut [T],
}

/// Some rows over the columns of a list.
pub(super) struct ListedRows<'t, T> {
    pub list: ColumnList<'t, T>,
    pub rows: &'t mut [T],
    /// The number of rows.
    pub count: usize,
}

impl<T: Real> ListedRows<'_, T> {
    /// Calls `visit` with the columns of every run, and the rows over them.
    pub fn each_run(&mut self, mut visit: impl FnMut(Range<usize>, &mut [T])) {
        let mut rest = &mut *self.rows;
        for run in self.list.runs() {
            let (own, more) = rest.split_at_mut(self.count * run.len());
            visit(run, own);
            rest = more;
        }
    }
}

/// Calls `work` with all rows, tile by tile, as [`Conditional::each_tile`](super::conditional::Conditional::each_tile)
/// does. `f` returns the F of a row.
pub(super) fn each_tile<T: Real, R: Send + Default>(
    listed: &ListedPlan<'_, T>,
    f: &(impl Fn(usize) -> T + Sync),
    (own, entries): (&mut [T], &mut [T]),
    scratch: &mut Scratch<'_, T>,
    work: &(impl Fn(ListedTile<'_, T>, &mut R) + Sync),
    merge: impl Fn(R, R) -> R,
) -> R {
    let on_strip = |strip: Strip<'_, T>| {
        let mut found = R::default();
        sweep(listed, f, strip, work, &mut found);
        found
    };
    Pass { entries, ..Pass::sums(own) }.run(scratch, &on_strip, merge)
}

fn sweep<T: Real, R>(
    listed: &ListedPlan<'_, T>,
    f: &impl Fn(usize) -> T,
    Strip { rows, f: own, entries, column, tile, partial, .. }: Strip<'_, T>,
    work: &impl Fn(ListedTile<'_, T>, &mut R),
    found: &mut R,
) {
    let (KeptLists { pairs, instructions, s, width, .. }, m) = (listed.lists, column.len());
    let (list_memory, tile) = tile.split_at_mut(list_len(m, width));
    let (spare, tile) = tile.split_at_mut(m);
    let more = entries.len() / own.len();
    let (mut own, mut entries, mut start) = (own, entries, rows.start);
    while start < rows.end {
        let block = start..rows.end.min(start + width);
        let list = listed.lists.list(start, &listed.f[block.clone()], list_memory);
        let visited = list.len();
        list.runs().for_each(|run| partial[run].fill(T::ZERO));
        let tile_rows = listed_tile_rows(tile.len(), visited);
        while start < block.end {
            let count = tile_rows.min(block.end - start);
            let (mut of_rows, mut sums) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
            of_rows[..count].iter_mut().zip(start..).for_each(|(of_row, i)| *of_row = f(i));
            let place = TileAt { i: start, start: 0, f: &of_rows[..count], g: listed.g };
            let (rows, sums) = (&mut tile[..count * visited], &mut sums[..count]);
            pairs.listed_exponentials((instructions, s), place, list, rows, sums);
            work(
                ListedTile {
                    i: start,
                    own: own.split_off_mut(..count).unwrap_or_default(),
                    entries: entries.split_off_mut(..count * more).unwrap_or_default(),
                    spare,
                    sums,
                    pairs: ListedRows { list, rows, count },
                    column: partial,
                },
                found,
            );
            start += count;
        }
        add_listed(list, partial, column);
    }
}

/// Puts vectors, one a point, from the order of blocks into that of the caller, given the numbers of the points.
/// `scratch` has a scalar a point.
pub(super) fn put_back<T: Real>(numbers: &[T], values: &mut [T], scratch: &mut [T]) {
    let d = values.len() / numbers.len();
    for k in 0..d {
        for (to, from) in scratch.iter_mut().zip(values[k..].iter().step_by(d)) {
            *to = *from;
        }
        for (number, &value) in numbers.iter().zip(&*scratch) {
            values[number.to_index() as usize * d + k] = value;
        }
    }
}

/// Writes a vector of the caller in the order of blocks.
pub(super) fn put_in_order<T: Real>(numbers: &[T], from: &[T], to: &mut [T]) {
    for (number, to) in numbers.iter().zip(to) {
        *to = from[number.to_index() as usize];
    }
}
