//! Arrays of ndarray: points in rows.

use std::borrow::Cow;

use ndarray::{ArrayBase, ArrayView1, ArrayView2, Data, Ix1, Ix2};

use super::{Costs, IntoCosts, IntoPoints, IntoVector, Points};
use crate::Real;

/// Points in rows. Arrays in standard layout are borrowed, others copied.
impl<'a, T: Real> IntoPoints<'a> for ArrayView2<'a, T> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        Points { coordinates: in_order(self), dimension: self.ncols() }
    }
}

/// Row-major and column-major arrays are borrowed, others copied.
impl<'a, T: Real> IntoCosts<'a> for ArrayView2<'a, T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let (rows, columns) = self.dim();
        let column_major = !self.is_standard_layout() && self.t().is_standard_layout();
        let entries = in_order(if column_major { self.reversed_axes() } else { self });
        Costs { entries, rows, columns, column_major }
    }
}

impl<'a, T: Real> IntoVector<'a> for ArrayView1<'a, T> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        self.to_slice().map_or_else(|| Cow::Owned(self.iter().copied().collect()), Cow::Borrowed)
    }
}

impl<'a, T: Real, S: Data<Elem = T>> IntoPoints<'a> for &'a ArrayBase<S, Ix2, T> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        self.view().into_points()
    }
}

impl<'a, T: Real, S: Data<Elem = T>> IntoCosts<'a> for &'a ArrayBase<S, Ix2, T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        self.view().into_costs()
    }
}

impl<'a, T: Real, S: Data<Elem = T>> IntoVector<'a> for &'a ArrayBase<S, Ix1, T> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        self.view().into_vector()
    }
}

/// Returns the entries row after row.
fn in_order<T: Real>(array: ArrayView2<'_, T>) -> Cow<'_, [T]> {
    array.to_slice().map_or_else(|| Cow::Owned(array.iter().copied().collect()), Cow::Borrowed)
}
