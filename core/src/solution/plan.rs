//! The plan, entry by entry, row by row, and as an operator. It is computed from the potentials and never stored.

use super::Solution;
use super::blocks::ROWS;
#[cfg(feature = "skipping")]
use super::listed::ListedPlan;
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::measure::check_finite_vector;
use crate::real::Real;
use crate::vector::PANEL;

impl<T: Real> Solution<'_, T> {
    /// Returns P_ij.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn entry(&self, i: usize, j: usize) -> T {
        let mut part = [T::ZERO; PANEL];
        let (start, m) = (j - j % PANEL, self.g.len());
        assert!(j < m, "column {j} of {m}");
        let part = &mut part[..PANEL.min(m - start)];
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
        let a = self.scaled.problem.a();
        self.each_block_of_rows(m, out, &|i, out| {
            let rows = i..i + out.len() / m;
            self.write_shares(rows.clone(), 0..m, out, &mut [T::ZERO; ROWS][..rows.len()]);
            for (i, row) in rows.zip(out.chunks_exact_mut(m)) {
                row.iter_mut().for_each(|value| *value = entry(a.get(i), *value));
            }
            Ok(())
        })
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
        self.each_block_of_rows(1, out, &|i, out| {
            let rows = i..i + out.len();
            out.fill(T::ZERO);
            self.each_panel(rows.clone(), |columns, shares, _| {
                let mut part = [T::ZERO; ROWS];
                T::times_vector(self.scaled.instructions, shares, &v[columns], &mut part[..rows.len()]);
                out.iter_mut().zip(part).for_each(|(total, part)| *total += part);
            });
            self.finish_row_sums(i, &|j| v[j], out);
            Ok(())
        })
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
        self.write_column_sums(&|i| w[i], out);
        Ok(())
    }

    /// Writes P 1 into `rows` (n) and P^T 1 into `columns` (m).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output`.
    pub fn marginals(&self, rows: &mut [T], columns: &mut [T]) -> Result<(), Error> {
        check_length(Argument::OUTPUT, rows, self.f.len())?;
        check_length(Argument::OUTPUT, columns, self.g.len())?;
        let one = |_| T::ONE;
        #[cfg(feature = "skipping")]
        if let Some(listed) = &self.listed {
            self.listed_row_sums(listed, &one, rows);
            listed.column_sums(&one, columns);
            return Ok(());
        }
        self.write_column_sums(&one, columns);
        self.each_block_of_rows(1, rows, &|i, out| {
            out.fill(T::ZERO);
            self.each_panel(i..i + out.len(), |_, _, sums| {
                out.iter_mut().zip(sums).for_each(|(total, part)| *total += *part);
            });
            self.finish_row_sums(i, &one, out);
            Ok(())
        })
    }

    /// Writes the largest entry of every row into `out` (n): its column, the first if there are several, and the entry
    /// itself.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `output`.
    pub fn largest_in_rows(&self, out: &mut [(usize, T)]) -> Result<(), Error> {
        let expected = self.f.len();
        if out.len() != expected {
            return Err(Error::new(Argument::OUTPUT, ErrorKind::Length { expected, actual: out.len() }));
        }
        let a = self.scaled.problem.a();
        self.each_block_of_rows(1, out, &|i, out| {
            // NaN and minus infinity, which no entry is, are never larger.
            out.fill((0, -T::ONE));
            self.each_panel(i..i + out.len(), |columns, shares, _| {
                for (row, largest) in shares.chunks_exact(columns.len()).zip(&mut *out) {
                    for (j, &share) in columns.clone().zip(row) {
                        if share > largest.1 {
                            *largest = (j, share);
                        }
                    }
                }
            });
            for (k, (_, largest)) in out.iter_mut().enumerate() {
                *largest = entry(a.get(i + k), *largest);
            }
            Ok(())
        })
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

    /// Turns sums of shares into sums of entries, sum_j P_ij v_j, for the rows from i on. A sum that left the range is
    /// computed anew, of entries that are finite.
    fn finish_row_sums(&self, i: usize, v: &dyn Fn(usize) -> T, out: &mut [T]) {
        for (i, value) in (i..).zip(out) {
            *value *= self.scaled.problem.a().get(i);
            if !value.is_finite() {
                *value = T::ZERO;
                self.for_row(i, |j, entry| *value += entry * v(j));
            }
        }
    }

    /// Calls `visit` with every column and entry of row i.
    fn for_row(&self, i: usize, mut visit: impl FnMut(usize, T)) {
        let a = self.scaled.problem.a().get(i);
        self.each_panel(i..i + 1, |columns, shares, _| {
            columns.zip(shares).for_each(|(j, &share)| visit(j, entry(a, share)));
        });
    }

    /// Writes P_ij for the columns from `start` on, which is a multiple of [`PANEL`].
    fn write_part_of_row(&self, i: usize, start: usize, out: &mut [T]) {
        self.write_shares(i..i + 1, start..start + out.len(), out, &mut [T::ZERO]);
        let a = self.scaled.problem.a().get(i);
        out.iter_mut().for_each(|value| *value = entry(a, *value));
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
