//! Blocks of rows and of columns of the plan, which threads share out.
//!
//! A block is computed by itself, so that no bit of a result depends on the number of threads.

use core::ops::Range;

#[cfg(feature = "parallel")]
use rayon::prelude::*;

use super::Solution;
use crate::error::Error;
use crate::real::Real;
use crate::sweep::MAX_TILE_ROWS;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::strips::STRIP_ROWS;
#[cfg(feature = "parallel")]
use crate::sweep::strips::WORTH_A_THREAD;
#[cfg(feature = "parallel")]
use crate::threads::has_threads;
use crate::vector::PANEL;

/// The number of rows of a block.
pub(super) const ROWS: usize = MAX_TILE_ROWS;

impl<T: Real> Solution<'_, T> {
    /// Calls `work` with the first row of every block of rows, and with what it writes: `width` values a row. Returns
    /// the first error in the order of rows; rows after it may have been written, too.
    pub(super) fn each_block_of_rows<U: Send>(
        &self,
        width: usize,
        out: &mut [U],
        work: &(impl Fn(usize, &mut [U]) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        self.each_block(out, ROWS * width, &|k, out| work(k * ROWS, out))
    }

    /// Calls `work` with the number of every block, and with the next `len` values of `out`.
    fn each_block<U: Send>(
        &self,
        out: &mut [U],
        len: usize,
        work: &(impl Fn(usize, &mut [U]) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        #[cfg(feature = "parallel")]
        if self.scaled.parallel && self.f.len().saturating_mul(self.g.len()) >= WORTH_A_THREAD && has_threads() {
            let blocks = out.par_chunks_mut(len).enumerate();
            return blocks.map(|(k, out)| work(k, out)).reduce(|| Ok(()), Result::and);
        }
        out.chunks_mut(len).enumerate().try_for_each(|(k, out)| work(k, out))
    }

    /// Calls `visit` with some columns after the others: which they are, the shares P_ij / a_i of a block of rows in
    /// them, row after row, and the sums of these rows.
    pub(super) fn each_panel(&self, rows: Range<usize>, mut visit: impl FnMut(Range<usize>, &[T], &[T])) {
        let m = self.g.len();
        let (mut tile, mut sums) = ([T::ZERO; ROWS * PANEL], [T::ZERO; ROWS]);
        for start in (0..m).step_by(PANEL) {
            let columns = start..m.min(start + PANEL);
            let (tile, sums) = (&mut tile[..rows.len() * columns.len()], &mut sums[..rows.len()]);
            self.write_shares(rows.clone(), columns.clone(), tile, sums);
            visit(columns, tile, sums);
        }
    }

    /// out_j <- sum_i P_ij w_i, given w_i at i. A sum that left the range is computed anew, of entries that are finite.
    pub(super) fn write_column_sums(&self, w: &(impl Fn(usize) -> T + Sync), out: &mut [T]) {
        let (p, n) = (&self.scaled, self.f.len());
        let work = |k: usize, out: &mut [T]| {
            let columns = k * PANEL..k * PANEL + out.len();
            let (mut tile, mut unused) = ([T::ZERO; ROWS * PANEL], [T::ZERO; ROWS]);
            out.fill(T::ZERO);
            for strip in (0..n).step_by(STRIP_ROWS) {
                // Few rows at a time, so that long sums are not rounded at every term.
                let mut partial = [T::ZERO; PANEL];
                let partial = &mut partial[..columns.len()];
                let end = n.min(strip + STRIP_ROWS);
                for i in (strip..end).step_by(ROWS) {
                    let rows = i..end.min(i + ROWS);
                    let (count, mut weights) = (rows.len(), [T::ZERO; ROWS]);
                    let tile = &mut tile[..count * columns.len()];
                    self.write_shares(rows.clone(), columns.clone(), tile, &mut unused[..count]);
                    rows.zip(&mut weights).for_each(|(i, weight)| *weight = p.problem.a().get(i) * w(i));
                    T::add_rows(p.instructions, &weights[..count], tile, partial);
                }
                out.iter_mut().zip(partial).for_each(|(total, part)| *total += *part);
            }
            for (j, value) in columns.zip(out).filter(|(_, value)| !value.is_finite()) {
                *value = (0..n).fold(T::ZERO, |sum, i| sum + w(i) * self.entry(i, j));
            }
            Ok(())
        };
        // No block has an error.
        let _ = self.each_block(out, PANEL, &work);
    }

    /// Writes P_ij / a_i for some rows and columns, row after row, and the sums of the rows. The first column is a
    /// multiple of [`PANEL`].
    pub(super) fn write_shares(&self, rows: Range<usize>, columns: Range<usize>, out: &mut [T], sums: &mut [T]) {
        let place = TileAt { i: rows.start, start: columns.start, f: &self.f_hat[rows], g: &self.g_hat[columns] };
        exponentials(&self.scaled, place, out, sums);
    }
}
