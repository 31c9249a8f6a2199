//! Rows in strips: what threads share, and the order in which column sums are added.
//!
//! A strip is at least 64 rows, and there are at most 64 of them; both depend on the number of rows alone. A strip adds up its own columns, and
//! strips are added in their order, whoever swept them: the sums have the same bits for any number of threads.

use core::ops::Range;

use super::tile_rows;
use crate::real::Real;
#[cfg(feature = "parallel")]
use crate::threads::has_threads;

/// Rows of a strip, at least; and rows whose column sums are added up before they join those of their strip, which keeps the error of long
/// columns in single precision small.
pub(crate) const STRIP_ROWS: usize = 64;

const MAX_STRIPS: usize = 64;

/// Parts of the work that each thread gets on average: rayon balances what takes longer than expected.
const PARTS_PER_THREAD: usize = 4;

/// Pairs from which on threads are woken.
#[cfg(feature = "parallel")]
const WORTH_A_THREAD: usize = 1 << 15;

/// Rows of a strip.
const fn rows_per_strip(n: usize) -> usize {
    let rows = n.div_ceil(MAX_STRIPS).next_multiple_of(STRIP_ROWS);
    if rows < STRIP_ROWS { STRIP_ROWS } else { rows }
}

/// Strips of n rows.
pub(crate) const fn count(n: usize) -> usize {
    n.div_ceil(rows_per_strip(n))
}

/// Scalars of scratch for one part of the work.
pub(crate) const fn lane(n: usize, m: usize, d: usize) -> usize {
    (tile_rows(n, d) + 1) * m
}

/// Parts that the strips are shared out in.
pub(crate) const fn parts(n: usize, threads: usize) -> usize {
    if !cfg!(feature = "parallel") || threads <= 1 {
        return 1;
    }
    let most = threads.saturating_mul(PARTS_PER_THREAD);
    let strips = count(n);
    if most < strips { most } else { strips }
}

/// Scratch of passes over the pairs.
pub(crate) struct Scratch<'w, T> {
    /// m: column sums.
    pub column: &'w mut [T],
    /// m: those of one strip.
    pub spare: &'w mut [T],
    /// Rows of m scalars for each part of the work: one for partial column sums, the others a tile of exponentials.
    pub pool: &'w mut [T],
    /// Scalars of `pool` that each part gets.
    pub lane: usize,
    /// m for each strip; empty where one thread does it all.
    #[cfg_attr(not(feature = "parallel"), allow(dead_code))]
    pub strips: &'w mut [T],
}

/// What a pass does its work on.
pub(crate) struct Strip<'s, T> {
    /// Its rows.
    pub rows: Range<usize>,
    /// What the pass writes, one scalar a row.
    pub f: &'s mut [T],
    /// What the pass writes, some more scalars a row; or nothing.
    pub entries: &'s mut [T],
    /// m: its column sums.
    pub column: &'s mut [T],
    /// Some rows of m.
    pub tile: &'s mut [T],
    /// m.
    pub partial: &'s mut [T],
}

/// Called with the first row of a block, its scalars, the tile, and its column sums.
type OnBlock<'w, T> = dyn FnMut(usize, &mut [T], &mut [T], &mut [T]) + 'w;

impl<T: Real> Strip<'_, T> {
    /// Does something to blocks of at most [`STRIP_ROWS`] rows. Their column sums are zero before it, and then join those of the strip.
    pub fn each_block(self, work: &mut OnBlock<'_, T>) {
        let Strip { rows, f, column, tile, partial, .. } = self;
        // Those of a single block are those of the strip, which are zero at first.
        if f.len() <= STRIP_ROWS {
            return work(rows.start, f, tile, column);
        }
        for (block, f) in f.chunks_mut(STRIP_ROWS).enumerate() {
            partial.fill(T::ZERO);
            work(rows.start + block * STRIP_ROWS, f, tile, partial);
            for (total, &part) in column.iter_mut().zip(partial.iter()) {
                *total += part;
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
    /// What is made of columns.
    pub join: Join,
}

/// How the columns of strips are joined.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Join {
    /// Sums, from 0.
    Sum,
    /// The largest, from minus infinity.
    Largest,
}

impl<'w, T: Real> Pass<'w, T> {
    /// One that writes a scalar a row and adds up columns.
    pub fn sums(f: &'w mut [T]) -> Self {
        Pass { f, entries: &mut [], join: Join::Sum }
    }

    /// Does `work` on every strip; returns what it returns, joined in the order of strips. Column sums are in `scratch.column`.
    pub fn run<R: Send + Default>(
        self,
        scratch: &mut Scratch<'_, T>,
        work: &(impl Fn(Strip<'_, T>) -> R + Sync),
        merge: impl Fn(R, R) -> R,
    ) -> R {
        let (n, m) = (self.f.len(), scratch.column.len());
        let Pass { f, entries, join } = self;
        let zero = if join == Join::Sum { T::ZERO } else { -T::INFINITY };
        let rest = Rows { n, m, width: entries.len() / n, next: 0, f, entries };
        #[cfg(feature = "parallel")]
        if !scratch.strips.is_empty() && n.saturating_mul(m) >= WORTH_A_THREAD && has_threads() {
            scratch.strips.fill(zero);
            let mut results = [const { None }; MAX_STRIPS];
            let (columns, pool, lane) = (&mut *scratch.strips, &mut *scratch.pool, scratch.lane);
            Share { rows: rest, results: &mut results[..count(n)], columns, pool, lane }.run(work);
            scratch.column.fill(zero);
            for part in scratch.strips.chunks_exact(m) {
                join_columns(scratch.column, part, join);
            }
            return results.into_iter().flatten().reduce(merge).unwrap_or_default();
        }
        let mut result = None;
        rest.one_by_one(scratch, join, zero, &mut |strip| {
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
    /// Of the entries.
    width: usize,
    /// The next strip.
    next: usize,
    f: &'w mut [T],
    entries: &'w mut [T],
}

impl<'w, T> Rows<'w, T> {
    /// Cuts off those before strip `end`.
    fn before(&mut self, end: usize) -> Rows<'w, T> {
        let start = (self.next * rows_per_strip(self.n)).min(self.n);
        let rows = (end * rows_per_strip(self.n)).min(self.n) - start;
        let (f, rest_f) = core::mem::take(&mut self.f).split_at_mut(rows);
        let (entries, rest_entries) = core::mem::take(&mut self.entries).split_at_mut(rows * self.width);
        (self.f, self.entries) = (rest_f, rest_entries);
        let next = core::mem::replace(&mut self.next, end);
        Rows { n: self.n, m: self.m, width: self.width, next, f, entries }
    }

    /// All strips on this thread; the columns of one join those before.
    fn one_by_one(mut self, scratch: &mut Scratch<'_, T>, join: Join, zero: T, work: &mut dyn FnMut(Strip<'_, T>))
    where
        T: Real,
    {
        let (partial, tile) = scratch.pool[..scratch.lane].split_at_mut(self.m);
        scratch.column.fill(zero);
        if count(self.n) == 1 {
            return work(self.next(scratch.column, tile, partial));
        }
        for _ in 0..count(self.n) {
            scratch.spare.fill(zero);
            work(self.next(scratch.spare, tile, partial));
            join_columns(scratch.column, scratch.spare, join);
        }
    }

    /// The next strip.
    fn next<'s>(&mut self, column: &'s mut [T], tile: &'s mut [T], partial: &'s mut [T]) -> Strip<'s, T>
    where
        'w: 's,
    {
        let start = self.next * rows_per_strip(self.n);
        let Rows { f, entries, .. } = self.before(self.next + 1);
        Strip { rows: start..start + f.len(), f, entries, column, tile, partial }
    }
}

/// Strips, the memory to sweep them with, and room for what comes out.
#[cfg(feature = "parallel")]
struct Share<'w, T, R> {
    rows: Rows<'w, T>,
    results: &'w mut [Option<R>],
    /// m for each strip.
    columns: &'w mut [T],
    /// At least one lane.
    pool: &'w mut [T],
    lane: usize,
}

#[cfg(feature = "parallel")]
impl<T: Real, R: Send> Share<'_, T, R> {
    fn run(mut self, work: &(impl Fn(Strip<'_, T>) -> R + Sync)) {
        let (m, lane) = (self.rows.m, self.lane);
        let (lanes, strips) = (self.pool.len() / lane, self.results.len());
        if lanes > 1 && strips > 1 {
            let left_lanes = lanes / 2;
            let left_strips = (strips * left_lanes / lanes).max(1);
            let (columns, other_columns) = self.columns.split_at_mut(left_strips * m);
            let (pool, other_pool) = self.pool.split_at_mut(left_lanes * lane);
            let (results, other_results) = self.results.split_at_mut(left_strips);
            let rows = self.rows.before(self.rows.next + left_strips);
            let left = Share { rows, results, columns, pool, lane };
            let right =
                Share { rows: self.rows, results: other_results, columns: other_columns, pool: other_pool, lane };
            rayon::join(|| left.run(work), || right.run(work));
            return;
        }
        let (partial, tile) = self.pool[..lane].split_at_mut(m);
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
