//! Rows in strips: the parts of a pass that threads share out.
//!
//! A strip has at least 64 rows, and there are at most 64 strips. Both depend on the number of rows alone. Every strip
//! adds up its own columns, and strips are added in their order, whichever thread swept them. So the sums have the same
//! bits for any number of threads.

use core::mem::take;
use core::ops::Range;

use super::{MAX_TILE_ROWS, tile_rows};
use crate::real::Real;
#[cfg(feature = "parallel")]
use crate::threads::has_threads;

/// The least number of rows of a strip. It is also the number of rows whose column sums are added up before they join
/// those of their strip, which keeps the error of long columns in single precision small.
pub(crate) const STRIP_ROWS: usize = 64;

const MAX_STRIPS: usize = 64;

/// The number of parts of the work that each thread gets on average. rayon balances parts that take longer than
/// expected.
const PARTS_PER_THREAD: usize = 4;

/// The number of pairs from which on threads are woken.
#[cfg(feature = "parallel")]
pub(crate) const WORTH_A_THREAD: usize = 1 << 15;

/// Returns the number of rows of a strip.
const fn rows_per_strip(n: usize) -> usize {
    let rows = n.div_ceil(MAX_STRIPS).next_multiple_of(STRIP_ROWS);
    if rows < STRIP_ROWS { STRIP_ROWS } else { rows }
}

/// Returns the number of strips of n rows.
pub(crate) const fn count(n: usize) -> usize {
    n.div_ceil(rows_per_strip(n))
}

/// Returns the scalars of scratch that one part of the work takes.
pub(crate) const fn part_len(n: usize, m: usize, d: usize) -> usize {
    (tile_rows(n, d) + 1) * m
}

/// Returns the number of parts that the strips are shared out in.
pub(crate) const fn parts(n: usize, threads: usize) -> usize {
    if !cfg!(feature = "parallel") || threads <= 1 {
        return 1;
    }
    let most = threads.saturating_mul(PARTS_PER_THREAD);
    let strips = count(n);
    if most < strips { most } else { strips }
}

/// The scratch of passes over the pairs.
pub(crate) struct Scratch<'w, T> {
    /// m: column sums.
    pub column: &'w mut [T],
    /// m: column sums of one strip.
    pub spare: &'w mut [T],
    /// For each part of the work: m scalars for partial column sums, then a tile of exponentials.
    pub pool: &'w mut [T],
    /// The scalars of `pool` that each part gets.
    pub part_len: usize,
    /// m for each strip; empty if one thread does all the work.
    #[cfg_attr(not(feature = "parallel"), allow(dead_code))]
    pub strips: &'w mut [T],
}

impl<T> Scratch<'_, T> {
    /// Returns the number of rows of a tile that there is memory for.
    pub fn tile_rows(&self) -> usize {
        (self.part_len / self.column.len() - 1).min(MAX_TILE_ROWS)
    }
}

/// Some rows that one thread sweeps, and the memory for it.
pub(crate) struct Strip<'s, T> {
    /// Its rows.
    pub rows: Range<usize>,
    /// One scalar a row, which the pass may read and write.
    pub f: &'s mut [T],
    /// The same number of further scalars for each row, which the pass may read and write; or nothing.
    pub entries: &'s mut [T],
    /// m: its column sums.
    pub column: &'s mut [T],
    /// Room for the exponentials of a tile: some rows of m.
    pub tile: &'s mut [T],
    /// m: the column sums of a block.
    pub partial: &'s mut [T],
    /// The way in which its columns join those of other strips.
    join: Join,
}

/// A few rows of a strip, and the memory for their pairs.
pub(crate) struct Tile<'t, T> {
    /// The first row.
    pub i: usize,
    /// One scalar a row, which the pass may read and write.
    pub f: &'t mut [T],
    /// The same number of further scalars for each row, which the pass may read and write; or nothing.
    pub entries: &'t mut [T],
    /// m for each row, in which exponentials are kept until their column sums are taken. Empty if the pass asked for
    /// more rows than there is memory for.
    pub rows: &'t mut [T],
    /// m: column sums, to be added to.
    pub column: &'t mut [T],
}

impl<T: Real> Strip<'_, T> {
    /// Calls `work` with one tile of `rows` rows after another; the last may have fewer.
    ///
    /// The column sums of at most [`STRIP_ROWS`] rows are added up before they join those of the strip.
    pub fn each_tile(self, rows: usize, work: &mut dyn FnMut(Tile<'_, T>)) {
        let Strip { rows: all, mut f, mut entries, column, tile, partial, join } = self;
        let (m, width, mut i) = (column.len(), entries.len() / all.len(), all.start);
        while !f.is_empty() {
            let block_end = if join == Join::Largest { all.end } else { all.end.min(i + STRIP_ROWS) };
            // A strip of a single block has the column sums of that block, which are zero at first.
            let is_whole = block_end - i == all.len();
            if !is_whole {
                partial.fill(T::ZERO);
            }
            while i < block_end {
                let count = rows.min(block_end - i);
                let column = if is_whole { &mut *column } else { &mut *partial };
                work(Tile {
                    i,
                    f: f.split_off_mut(..count).unwrap_or_default(),
                    entries: entries.split_off_mut(..count * width).unwrap_or_default(),
                    rows: tile.get_mut(..count * m).unwrap_or_default(),
                    column,
                });
                i += count;
            }
            if !is_whole {
                for (total, &part) in column.iter_mut().zip(partial.iter()) {
                    *total += part;
                }
            }
        }
    }
}

/// A pass over all rows.
pub(crate) struct Pass<'w, T> {
    /// Written by strips, one scalar a row.
    pub f: &'w mut [T],
    /// Written by strips, the same number of scalars for every row (m, say); or empty.
    pub entries: &'w mut [T],
    /// The way in which the columns of strips are joined.
    pub join: Join,
}

/// The way in which the columns of strips are joined.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Join {
    /// Sums, from 0.
    Sum,
    /// The largest, from minus infinity.
    Largest,
}

impl<'w, T: Real> Pass<'w, T> {
    /// Returns a pass that writes a scalar a row and adds up columns.
    pub fn sums(f: &'w mut [T]) -> Self {
        Pass { f, entries: &mut [], join: Join::Sum }
    }

    /// Calls `work` with every tile of at most `rows` rows, and with what its strip has found so far. Returns what
    /// strips have found, merged in their order. Column sums are then in `scratch.column`.
    pub fn each_tile<R: Send + Default>(
        self,
        rows: usize,
        scratch: &mut Scratch<'_, T>,
        work: &(impl Fn(Tile<'_, T>, &mut R) + Sync),
        merge: impl Fn(R, R) -> R,
    ) -> R {
        let on_strip = |strip: Strip<'_, T>| {
            let mut found = R::default();
            strip.each_tile(rows, &mut |tile| work(tile, &mut found));
            found
        };
        self.run(scratch, &on_strip, merge)
    }

    /// Calls `work` with every strip, and returns what it returns, merged in the order of strips. Column sums are then
    /// in `scratch.column`.
    pub fn run<R: Send + Default>(
        self,
        scratch: &mut Scratch<'_, T>,
        work: &(impl Fn(Strip<'_, T>) -> R + Sync),
        merge: impl Fn(R, R) -> R,
    ) -> R {
        let (n, m) = (self.f.len(), scratch.column.len());
        let Pass { f, entries, join } = self;
        let zero = if join == Join::Sum { T::ZERO } else { -T::INFINITY };
        let rest = Rows { n, m, width: entries.len() / n, join, next: 0, f, entries };
        #[cfg(feature = "parallel")]
        if !scratch.strips.is_empty() && n.saturating_mul(m) >= WORTH_A_THREAD && has_threads() {
            scratch.strips.fill(zero);
            let mut results = [const { None }; MAX_STRIPS];
            let (columns, pool, part_len) = (&mut *scratch.strips, &mut *scratch.pool, scratch.part_len);
            Share { rows: rest, results: &mut results[..count(n)], columns, pool, part_len }.run(work);
            scratch.column.fill(zero);
            for part in scratch.strips.chunks_exact(m) {
                join_columns(scratch.column, part, join);
            }
            return results.into_iter().flatten().reduce(merge).unwrap_or_default();
        }
        let mut result = None;
        rest.one_by_one(scratch, zero, &mut |strip| {
            let own = work(strip);
            result = Some(match result.take() {
                Some(before) => merge(before, own),
                None => own,
            });
        });
        result.unwrap_or_default()
    }
}

fn join_columns<T: Real>(total: &mut [T], part: &[T], join: Join) {
    let pairs = total.iter_mut().zip(part);
    match join {
        Join::Sum => pairs.for_each(|(total, &part)| *total += part),
        Join::Largest => pairs.for_each(|(total, &part)| *total = total.max(part)),
    }
}

/// Rows that have not been handed out.
struct Rows<'w, T> {
    n: usize,
    m: usize,
    /// The number of entries of a row.
    width: usize,
    join: Join,
    /// The next strip.
    next: usize,
    f: &'w mut [T],
    entries: &'w mut [T],
}

impl<'w, T: Real> Rows<'w, T> {
    /// Cuts off the rows before strip `end`.
    fn before(&mut self, end: usize) -> Rows<'w, T> {
        let start = (self.next * rows_per_strip(self.n)).min(self.n);
        let rows = (end * rows_per_strip(self.n)).min(self.n) - start;
        let (f, rest_f) = take(&mut self.f).split_at_mut(rows);
        let (entries, rest_entries) = take(&mut self.entries).split_at_mut(rows * self.width);
        (self.f, self.entries) = (rest_f, rest_entries);
        let next = core::mem::replace(&mut self.next, end);
        Rows { n: self.n, m: self.m, width: self.width, join: self.join, next, f, entries }
    }

    /// Calls `work` with all strips on this thread, and joins their columns.
    fn one_by_one(mut self, scratch: &mut Scratch<'_, T>, zero: T, work: &mut dyn FnMut(Strip<'_, T>)) {
        let (partial, tile) = scratch.pool[..scratch.part_len].split_at_mut(self.m);
        scratch.column.fill(zero);
        if count(self.n) == 1 {
            return work(self.next(scratch.column, tile, partial));
        }
        for _ in 0..count(self.n) {
            scratch.spare.fill(zero);
            work(self.next(scratch.spare, tile, partial));
            join_columns(scratch.column, scratch.spare, self.join);
        }
    }

    /// Cuts off the next strip.
    fn next<'s>(&mut self, column: &'s mut [T], tile: &'s mut [T], partial: &'s mut [T]) -> Strip<'s, T>
    where
        'w: 's,
    {
        let start = self.next * rows_per_strip(self.n);
        let Rows { f, entries, .. } = self.before(self.next + 1);
        Strip { rows: start..start + f.len(), f, entries, column, tile, partial, join: self.join }
    }
}

/// Strips, the memory to sweep them with, and room for their results.
#[cfg(feature = "parallel")]
struct Share<'w, T, R> {
    rows: Rows<'w, T>,
    results: &'w mut [Option<R>],
    /// m for each strip.
    columns: &'w mut [T],
    /// At least one part.
    pool: &'w mut [T],
    part_len: usize,
}

#[cfg(feature = "parallel")]
impl<T: Real, R: Send> Share<'_, T, R> {
    fn run(mut self, work: &(impl Fn(Strip<'_, T>) -> R + Sync)) {
        let (m, part_len) = (self.rows.m, self.part_len);
        let (parts, strips) = (self.pool.len() / part_len, self.results.len());
        if parts > 1 && strips > 1 {
            let left_parts = parts / 2;
            let left_strips = (strips * left_parts / parts).max(1);
            let left = Share {
                rows: self.rows.before(self.rows.next + left_strips),
                results: self.results.split_off_mut(..left_strips).unwrap_or_default(),
                columns: self.columns.split_off_mut(..left_strips * m).unwrap_or_default(),
                pool: self.pool.split_off_mut(..left_parts * part_len).unwrap_or_default(),
                part_len,
            };
            rayon::join(|| left.run(work), || self.run(work));
            return;
        }
        let (partial, tile) = self.pool[..part_len].split_at_mut(m);
        for (result, column) in self.results.iter_mut().zip(self.columns.chunks_exact_mut(m)) {
            *result = Some(work(self.rows.next(column, tile, partial)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_cover_the_rows() {
        for n in (1..700).chain([1000, 4095, 4096, 4097, 10_000, 99_999, 100_000]) {
            let rows = rows_per_strip(n);
            assert!(count(n) <= MAX_STRIPS && rows * count(n) >= n && rows * (count(n) - 1) < n, "{n}");
            assert!(rows.is_multiple_of(STRIP_ROWS));
        }
    }
}
