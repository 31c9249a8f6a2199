//! A table while it is read: grows with what has arrived, never with what a header claims.

use sinkhorn_core::Real;

use super::columns::Chosen;
use super::request::{Request, check};
use super::rounding::Range;
use super::table::{Sign, Table};
use crate::process::memory;

const NO_MEMORY: &str = "there is not enough memory for the numbers";

/// The numbers of the chosen columns. They may come row by row or column by column.
pub struct Rows<T> {
    sign: Sign,
    chosen: Chosen,
    values: Vec<T>,
    weights: Vec<f64>,
    /// Of each coordinate, where the precision of the solve rounds; else empty.
    ranges: Vec<Range>,
    /// The first column may be an index: it has no name, the others have, and so far its numbers are whole.
    may_be_index: bool,
    /// How much of the file has given the values so far, and how much there is, where that is known.
    progress: Option<(u64, u64)>,
}

impl<T: Real> Rows<T> {
    /// No rows yet.
    pub fn new(request: &Request<'_>, chosen: Chosen) -> Self {
        // Entries come with the coordinates: a header may claim any number of these.
        Rows {
            sign: request.sign,
            may_be_index: chosen.may_count_rows,
            chosen,
            values: Vec::new(),
            weights: Vec::new(),
            ranges: Vec::new(),
            progress: None,
        }
    }

    /// Space for as many rows as are known to come.
    pub fn reserve(&mut self, rows: usize) -> Result<(), String> {
        let count = rows.checked_mul(self.chosen.count()).ok_or(NO_MEMORY)?;
        memory::reserve_exact(&mut self.values, count).map_err(|_| NO_MEMORY)?;
        let weights = if self.chosen.weights().is_some() { rows } else { 0 };
        memory::reserve_exact(&mut self.weights, weights).map_err(|_| NO_MEMORY)?;
        Ok(())
    }

    /// Zeros for as many rows as are claimed to come, for values that do not come row by row. Zeros take no memory
    /// before they are written to: the system hands out pages of them then.
    pub fn clear(&mut self, rows: usize) -> Result<(), String> {
        self.reserve(rows)?;
        self.values = Vec::new(); // `vec!` aborts where there is no memory, and this was the question
        self.values = vec![T::ZERO; rows * self.chosen.count()];
        Ok(())
    }

    /// Tells how far reading has come, in bytes.
    pub fn advance(&mut self, done: u64, length: Option<u64>) {
        self.progress = length.map(|length| (done, length));
    }

    /// Whether a column of the file is needed.
    pub fn wants(&self, column: usize) -> bool {
        self.chosen.wants(column)
    }

    /// The column of weights.
    pub fn weights(&self) -> Option<usize> {
        self.chosen.weights()
    }

    /// Takes the number in a row and a column of the file, or says what is wrong with it.
    pub fn put(&mut self, row: usize, column: usize, value: f64) -> Result<(), String> {
        if self.chosen.weights() == Some(column) {
            let weight = check(value, Sign::NotNegative)?;
            if self.weights.len() == self.weights.capacity() {
                grow(&mut self.weights, self.progress)?;
            }
            self.weights.push(weight);
        }
        if let Some(k) = self.chosen.coordinate(column) {
            let exact = value;
            self.may_be_index &= k > 0 || value.fract() == 0.0;
            let value: T = check(value, self.sign)?;
            if size_of::<T>() < size_of::<f64>() {
                if self.ranges.len() <= k {
                    self.ranges.resize(k + 1, Range::EMPTY);
                }
                self.ranges[k].take(exact, value.widen());
            }
            let index = row * self.chosen.count() + k;
            while self.values.len() <= index {
                if self.values.len() == self.values.capacity() {
                    grow(&mut self.values, self.progress)?;
                }
                self.values.push(T::ZERO); // until its column is reached, where columns are in another order
            }
            self.values[index] = value;
        }
        Ok(())
    }

    /// The table, once all has come; names are those of all columns of the file.
    pub fn finish(mut self, request: &Request<'_>, names: Option<Vec<String>>) -> Table<T> {
        if self.values.capacity() - self.values.len() > self.values.len() / 16 {
            self.values.shrink_to_fit();
        }
        let mut columns = self.chosen.count();
        let word = |k: usize| match &names {
            Some(names) => names[k].clone(),
            None => format!("column {}", k + 1),
        };
        let weights_column = self.chosen.weights().map(word);
        let picked = request.reading.columns.as_ref().map(|_| in_words(self.chosen.columns().map(word), columns));
        let kept = |names: &Vec<String>| self.chosen.columns().map(|k| names[k].clone()).collect();
        let mut names: Option<Vec<String>> = names.as_ref().map(kept);
        let mut left_out = self.chosen.left_out.take();
        if self.may_be_index && are_different(&self.values, columns) {
            drop_first(&mut self.values, columns);
            columns -= 1;
            left_out = names.as_mut().map(|names| names.remove(0));
            self.ranges.drain(..self.ranges.len().min(1));
        }
        Table {
            name: request.name.into(),
            rows: self.values.len() / columns,
            columns,
            names,
            picked,
            weights_column,
            left_out,
            weights: self.chosen.weights().map(|_| self.weights),
            values: self.values,
            ranges: self.ranges,
        }
    }
}

/// The first few of so many columns.
fn in_words(columns: impl Iterator<Item = String>, count: usize) -> String {
    const MOST: usize = 3;
    let words = columns.take(MOST).collect::<Vec<_>>().join(", ");
    if count > MOST { format!("{words} and {} more", count - MOST) } else { words }
}

/// Whether no two rows have the same first number: it tells them apart then, and says nothing about them, in whatever
/// order it is.
fn are_different<T: Real>(values: &[T], columns: usize) -> bool {
    let mut first: Vec<f64> = values.iter().step_by(columns).map(|value| value.widen()).collect();
    first.sort_unstable_by(f64::total_cmp);
    !first.is_empty() && first.windows(2).all(|pair| pair[0] < pair[1])
}

/// The rows without their first number.
fn drop_first<V: Copy>(values: &mut Vec<V>, columns: usize) {
    let mut kept = 0;
    for k in 0..values.len() {
        if k % columns > 0 {
            values[kept] = values[k];
            kept += 1;
        }
    }
    values.truncate(kept);
}

/// Makes room for what is still to come, judged by the part of the file that is read; otherwise for a quarter more,
/// which wastes little.
fn grow<V>(values: &mut Vec<V>, progress: Option<(u64, u64)>) -> Result<(), &'static str> {
    let len = values.len();
    let more = len / 4 + 1024;
    if let Some((done, length)) = progress.filter(|&(done, length)| len >= 1024 && 0 < done && done <= length) {
        let all = u128::from(length) * len as u128 / u128::from(done);
        // A little more than that, as rows differ; and a number takes two bytes of text at least.
        let all = (all + all / 64).min(u128::from(length / 2 + 1));
        let missing = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(len).max(more);
        if memory::reserve_exact(values, missing).is_ok() {
            return Ok(());
        }
    }
    memory::reserve_exact(values, more).map_err(|_| NO_MEMORY)
}
