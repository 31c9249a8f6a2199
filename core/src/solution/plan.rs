//! The plan, entry by entry, row by row, and as an operator. It is computed from the potentials and never stored.

use super::Solution;
#[cfg(feature = "skipping")]
use super::listed::ListedPlan;
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::measure::check_finite_vector;
use crate::real::Real;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::vector::PANEL;

/// The number of columns that are computed at a time, on the stack.
const CHUNK: usize = PANEL;

impl<T: Real> Solution<'_, T> {
    /// Returns P_ij.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn entry(&self, i: usize, j: usize) -> T {
        let mut part = [T::ZERO; CHUNK];
        let (start, m) = (j - j % CHUNK, self.g.len());
        assert!(j < m, "column {j} of {m}");
        let part = &mut part[..CHUNK.min(m - start)];
        self.write_part_of_row(i, start, part);
        part[j - start]
    }

    /// Writes row i of the plan into `out` (m).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output`.
    ///
    /// # Panics
    /// If `i` is out of range.
    pub fn row(&self, i: usize, out: &mut [T]) -> Result<(), Error> {
        check_length(Argument::OUTPUT, out, self.g.len())?;
        self.write_part_of_row(i, 0, out);
        Ok(())
    }

    /// Writes the whole plan into `out` (n x m, row-major).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output`.
    pub fn plan(&self, out: &mut [T]) -> Result<(), Error> {
        let m = self.g.len();
        let expected = self.f.len().checked_mul(m).ok_or(Error::new(Argument::OUTPUT, ErrorKind::TooLarge))?;
        check_length(Argument::OUTPUT, out, expected)?;
        for (i, row) in out.chunks_exact_mut(m).enumerate() {
            self.write_part_of_row(i, 0, row);
        }
        Ok(())
    }

    /// Writes P v into `out` (n), for `v` of m. It computes one exponential a pair. If the solve skipped pairs, those
    /// that carry less than rounding are left out.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `vector` or `output`, [`ErrorKind::NotFinite`] naming `vector`.
    pub fn apply(&self, v: &[T], out: &mut [T]) -> Result<(), Error> {
        check_vector(v, self.g.len())?;
        check_length(Argument::OUTPUT, out, self.f.len())?;
        #[cfg(feature = "skipping")]
        if let Some(listed) = &self.listed {
            self.listed_row_sums(listed, &|j| v[j], out);
            return Ok(());
        }
        for (i, value) in out.iter_mut().enumerate() {
            // Chunk by chunk, so that a long sum is not rounded at every term.
            let (mut total, mut part) = (T::ZERO, T::ZERO);
            self.for_row(i, |j, entry| {
                part += entry * v[j];
                if j % CHUNK == CHUNK - 1 {
                    total += core::mem::take(&mut part);
                }
            });
            *value = total + part;
        }
        Ok(())
    }

    /// Writes P^T w into `out` (m), for `w` of n. It computes one exponential a pair.
    ///
    /// # Errors
    /// Those of [`Solution::apply`].
    pub fn apply_transposed(&self, w: &[T], out: &mut [T]) -> Result<(), Error> {
        check_vector(w, self.f.len())?;
        check_length(Argument::OUTPUT, out, self.g.len())?;
        #[cfg(feature = "skipping")]
        if let Some(listed) = &self.listed {
            listed.column_sums(&|i| w[i], out);
            return Ok(());
        }
        out.fill(T::ZERO);
        for (i, &weight) in w.iter().enumerate() {
            self.for_row(i, |j, entry| out[j] += weight * entry);
        }
        Ok(())
    }

    /// Writes P 1 into `rows` (n) and P^T 1 into `columns` (m).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output`.
    pub fn marginals(&self, rows: &mut [T], columns: &mut [T]) -> Result<(), Error> {
        check_length(Argument::OUTPUT, rows, self.f.len())?;
        check_length(Argument::OUTPUT, columns, self.g.len())?;
        #[cfg(feature = "skipping")]
        if let Some(listed) = &self.listed {
            self.listed_row_sums(listed, &|_| T::ONE, rows);
            listed.column_sums(&|_| T::ONE, columns);
            return Ok(());
        }
        columns.fill(T::ZERO);
        for (i, total) in rows.iter_mut().enumerate() {
            *total = T::ZERO;
            self.for_row(i, |j, entry| {
                *total += entry;
                columns[j] += entry;
            });
        }
        Ok(())
    }

    /// Writes the largest entries of row i, largest first: their columns, and the entries themselves. Ties are in the
    /// order of columns. Returns how many there are: the length of both, or m if that is less.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output` if `entries` are not as many as `columns`.
    ///
    /// # Panics
    /// If `i` is out of range.
    pub fn largest_in_row(&self, i: usize, columns: &mut [usize], entries: &mut [T]) -> Result<usize, Error> {
        check_length(Argument::OUTPUT, entries, columns.len())?;
        let mut found = 0;
        self.for_row(i, |j, entry| {
            let place = entries[..found].partition_point(|&other| other >= entry);
            if place < entries.len() {
                found = (found + 1).min(entries.len());
                columns[place..found].rotate_right(1);
                entries[place..found].rotate_right(1);
                (columns[place], entries[place]) = (j, entry);
            }
        });
        Ok(found)
    }

    /// Writes sum_j P_ij v_j over the pairs that matter. Rows without weight get 0.
    #[cfg(feature = "skipping")]
    fn listed_row_sums(&self, listed: &ListedPlan<'_, T>, v: &dyn Fn(usize) -> T, out: &mut [T]) {
        let a = self.scaled.problem.a();
        out.fill(T::ZERO);
        listed.row_sums(1, &|_, j| v(j), &mut |i, sums| out[i] = a.get(i) * sums[0]);
    }

    /// Calls `visit` with every column and entry of row i.
    fn for_row(&self, i: usize, mut visit: impl FnMut(usize, T)) {
        let a = self.scaled.problem.a().get(i);
        self.for_chunks(i, |start, part| {
            for (k, &share) in part.iter().enumerate() {
                visit(start + k, entry(a, share));
            }
        });
    }

    /// Calls `visit` with chunks of row i: the first column of a chunk, and P_ij / a_i for all its columns.
    pub(super) fn for_chunks(&self, i: usize, mut visit: impl FnMut(usize, &[T])) {
        let m = self.g.len();
        let mut buffer = [T::ZERO; CHUNK];
        let mut start = 0;
        while start < m {
            let part = &mut buffer[..CHUNK.min(m - start)];
            self.write_shares(i, start, part);
            visit(start, part);
            start += part.len();
        }
    }

    /// Writes P_ij for the columns from `start` on, which is the first of a chunk.
    fn write_part_of_row(&self, i: usize, start: usize, out: &mut [T]) {
        self.write_shares(i, start, out);
        let a = self.scaled.problem.a().get(i);
        for value in out {
            *value = entry(a, *value);
        }
    }

    /// Writes P_ij / a_i for the columns from `start` on, which is the first of a chunk.
    fn write_shares(&self, i: usize, start: usize, out: &mut [T]) {
        let place = TileAt { i, start, f: &self.f_hat[i..=i], g: &self.g_hat[start..start + out.len()] };
        exponentials(&self.scaled, place, out, &mut [T::ZERO]);
    }
}

/// Returns P_ij, or the largest number if it exceeds that, as it may if a side is relaxed.
fn entry<T: Real>(a: T, share: T) -> T {
    (a * share).min(T::MAX)
}

fn check_vector<T: Real>(values: &[T], expected: usize) -> Result<(), Error> {
    check_length(Argument::VECTOR, values, expected)?;
    check_finite_vector(Argument::VECTOR, values)
}
