use crate::error::{Argument, Error};
use crate::measure::check_finite;
use crate::real::Real;

/// A dense cost matrix of the caller, n x m, in either storage order. Finite.
#[derive(Debug, Clone, Copy)]
pub struct CostMatrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T: Real> CostMatrix<'a, T> {
    /// C_ij = data[i * columns + j], as C, NumPy and Rust arrays are laid out.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Length`], [`Error::NotFinite`], [`Error::TooLarge`]; all name `cost`.
    pub fn row_major(data: &'a [T], rows: usize, columns: usize) -> Result<Self, Error> {
        check_length(data, rows, columns)?;
        check_finite(Argument::Cost, data, columns)?;
        Ok(CostMatrix { data, rows, columns, row_stride: columns, column_stride: 1 })
    }

    /// C_ij = data[i + j * rows], as Fortran, nalgebra and Eigen lay matrices out.
    ///
    /// # Errors
    /// Those of [`CostMatrix::row_major`].
    pub fn column_major(data: &'a [T], rows: usize, columns: usize) -> Result<Self, Error> {
        check_length(data, rows, columns)?;
        check_finite(Argument::Cost, data, rows).map_err(|error| match error {
            // Found in storage order: swap row and column for the message.
            Error::NotFinite { argument, place, value } => Error::NotFinite {
                argument,
                place: crate::error::Place { row: place.column.unwrap_or(0), column: Some(place.row) },
                value,
            },
            other => other,
        })?;
        Ok(CostMatrix { data, rows, columns, row_stride: 1, column_stride: rows })
    }

    /// n.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// m.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All entries, in storage order.
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// C_ij.
    ///
    /// # Panics
    /// Where an index is out of range.
    #[inline]
    pub fn cost(&self, i: usize, j: usize) -> T {
        assert!(i < self.rows && j < self.columns, "entry ({i}, {j}) of a {} x {} matrix", self.rows, self.columns);
        self.data[i * self.row_stride + j * self.column_stride]
    }

    #[cfg(feature = "costs")]
    /// Row `i` where it is contiguous.
    #[inline]
    pub(crate) fn contiguous_row(&self, i: usize) -> Option<&'a [T]> {
        (self.column_stride == 1).then(|| &self.data[i * self.row_stride..i * self.row_stride + self.columns])
    }

    #[cfg(feature = "costs")]
    /// All entries, where they lie row by row.
    pub(crate) fn row_major_data(&self) -> Option<&'a [T]> {
        (self.column_stride == 1 && self.row_stride == self.columns).then_some(self.data)
    }

    #[cfg(feature = "costs")]
    /// The largest absolute entry.
    pub(crate) fn max_abs(&self) -> T {
        self.data.iter().fold(T::ZERO, |largest, &value| largest.max(value.abs()))
    }
}

fn check_length<T>(data: &[T], rows: usize, columns: usize) -> Result<(), Error> {
    let argument = Argument::Cost;
    if rows == 0 || columns == 0 || data.is_empty() {
        return Err(Error::Empty { argument });
    }
    let expected = rows.checked_mul(columns).ok_or(Error::TooLarge { argument })?;
    if data.len() != expected {
        return Err(Error::Length { argument, expected, actual: data.len() });
    }
    Ok(())
}
