//! Matrices of nalgebra: points in rows.

use std::borrow::Cow;

use nalgebra::{Dim, IsContiguous, Matrix, RawStorage, U1, Vector};

use super::{Costs, IntoCosts, IntoPoints, IntoVector, Points};
use crate::Real;

/// Points in rows. They are copied, because nalgebra has columns side by side. (`sinkhorn_core::PointCloud` has a
/// function that borrows matrices with points in columns.)
impl<'a, T: Real, R: Dim, C: Dim, S: RawStorage<T, R, C>> IntoPoints<'a> for &'a Matrix<T, R, C, S> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        let coordinates = self.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<T>>()).collect();
        Points { coordinates: Cow::Owned(coordinates), dimension: self.ncols() }
    }
}

/// Borrowed, column after column. A view of a part of a matrix has to be made a matrix first: `.clone_owned()`.
impl<'a, T: Real, R: Dim, C: Dim, S: RawStorage<T, R, C> + IsContiguous> IntoCosts<'a> for &'a Matrix<T, R, C, S> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        Costs { entries: Cow::Borrowed(self.as_slice()), rows: self.nrows(), columns: self.ncols(), column_major: true }
    }
}

impl<'a, T: Real, R: Dim, S: RawStorage<T, R, U1> + IsContiguous> IntoVector<'a> for &'a Vector<T, R, S> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        Cow::Borrowed(self.as_slice())
    }
}
