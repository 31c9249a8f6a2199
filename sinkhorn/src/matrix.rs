//! A matrix that owns its entries.

use std::fmt;
use std::ops::{Index, IndexMut};

/// A dense matrix, row-major: plans, maps and gradients.
///
/// `matrix[(i, j)]` is an entry, [`Matrix::row`] and [`Matrix::rows`] are rows, [`Matrix::as_slice`] is everything.
/// With the features `ndarray`, `nalgebra` and `faer`, `into()` makes the matrix of another library of it.
#[derive(Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Matrix<T> {
    columns: usize,
    entries: Vec<T>,
}

impl<T> Matrix<T> {
    /// Takes entries, row after row.
    pub(crate) fn new(entries: Vec<T>, columns: usize) -> Self {
        Matrix { columns, entries }
    }

    /// Returns the number of rows and the number of columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.entries.len().checked_div(self.columns).unwrap_or(0), self.columns)
    }

    /// Returns row i.
    ///
    /// # Panics
    /// If there is none.
    pub fn row(&self, i: usize) -> &[T] {
        &self.entries[i * self.columns..][..self.columns]
    }

    /// Returns the rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[T]> {
        self.entries.chunks_exact(self.columns.max(1))
    }

    /// Returns all entries, row after row.
    pub fn as_slice(&self) -> &[T] {
        &self.entries
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.entries
    }

    /// Returns all entries, row after row.
    pub fn into_vec(self) -> Vec<T> {
        self.entries
    }

    fn place(&self, (i, j): (usize, usize)) -> usize {
        assert!(j < self.columns, "column {j} of {}", self.columns);
        i * self.columns + j
    }
}

impl<T> Index<(usize, usize)> for Matrix<T> {
    type Output = T;

    fn index(&self, place: (usize, usize)) -> &T {
        &self.entries[self.place(place)]
    }
}

impl<T> IndexMut<(usize, usize)> for Matrix<T> {
    fn index_mut(&mut self, place: (usize, usize)) -> &mut T {
        let place = self.place(place);
        &mut self.entries[place]
    }
}

/// Rows in brackets, like an array of arrays.
impl<T: fmt::Debug> fmt::Debug for Matrix<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows()).finish()
    }
}

#[cfg(feature = "ndarray")]
impl<T> From<Matrix<T>> for ndarray::Array2<T> {
    /// Takes the entries over, without a copy.
    fn from(matrix: Matrix<T>) -> Self {
        let shape = matrix.shape();
        ndarray::Array2::from_shape_vec(shape, matrix.entries).expect("a matrix has as many entries as it has places")
    }
}

#[cfg(feature = "nalgebra")]
impl<T: nalgebra::Scalar> From<Matrix<T>> for nalgebra::DMatrix<T> {
    fn from(matrix: Matrix<T>) -> Self {
        let (rows, columns) = matrix.shape();
        nalgebra::DMatrix::from_row_iterator(rows, columns, matrix.entries)
    }
}

#[cfg(feature = "faer")]
impl<T: Copy> From<Matrix<T>> for faer::Mat<T> {
    fn from(matrix: Matrix<T>) -> Self {
        let (rows, columns) = matrix.shape();
        faer::Mat::from_fn(rows, columns, |i, j| matrix[(i, j)])
    }
}
