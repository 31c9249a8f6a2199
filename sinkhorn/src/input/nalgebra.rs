//! Matrices of nalgebra: points in rows.

use std::borrow::Cow;

use nalgebra::{Dim, Matrix, RawStorage, U1, Vector};

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

/// Copied column after column, whatever the strides are.
impl<'a, T: Real, R: Dim, C: Dim, S: RawStorage<T, R, C>> IntoCosts<'a> for &'a Matrix<T, R, C, S> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let entries = Cow::Owned(self.iter().copied().collect());
        Costs { entries, rows: self.nrows(), columns: self.ncols(), column_major: true }
    }
}

impl<'a, T: Real, R: Dim, S: RawStorage<T, R, U1>> IntoVector<'a> for &'a Vector<T, R, S> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        Cow::Owned(self.iter().copied().collect())
    }
}
