//! Matrices of faer: points in rows.

use std::borrow::Cow;

use faer::{Col, ColRef, Mat, MatRef};

use super::{Costs, IntoCosts, IntoPoints, IntoVector, Points};
use crate::Real;

/// Points in rows. They are copied, because faer has columns side by side.
impl<'a, T: Real> IntoPoints<'a> for MatRef<'a, T> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        let (n, d) = self.shape();
        let coordinates = (0..n * d).map(|at| self[(at / d, at % d)]).collect();
        Points { coordinates: Cow::Owned(coordinates), dimension: d }
    }
}

/// Copied, because faer pads its columns.
impl<'a, T: Real> IntoCosts<'a> for MatRef<'a, T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let (rows, columns) = self.shape();
        let entries = (0..rows * columns).map(|at| self[(at % rows, at / rows)]).collect();
        Costs { entries: Cow::Owned(entries), rows, columns, column_major: true }
    }
}

impl<'a, T: Real> IntoVector<'a> for ColRef<'a, T> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        match self.try_as_col_major() {
            Some(column) => Cow::Borrowed(column.as_slice()),
            None => Cow::Owned(self.iter().copied().collect()),
        }
    }
}

impl<'a, T: Real> IntoPoints<'a> for &'a Mat<T> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        self.as_ref().into_points()
    }
}

impl<'a, T: Real> IntoCosts<'a> for &'a Mat<T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        self.as_ref().into_costs()
    }
}

impl<'a, T: Real> IntoVector<'a> for &'a Col<T> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        self.as_ref().into_vector()
    }
}
