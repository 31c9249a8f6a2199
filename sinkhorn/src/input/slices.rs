//! Slices, vectors and arrays.

use std::borrow::Cow;

use super::{Costs, IntoCosts, IntoPoints, IntoVector, Points};
use crate::{Matrix, Real};

/// Points of D coordinates, as they are.
impl<'a, T: Real, const D: usize> IntoPoints<'a> for &'a [[T; D]] {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        Points { coordinates: Cow::Borrowed(self.as_flattened()), dimension: D }
    }
}

/// n x dimension numbers, point after point.
impl<'a, T: Real> IntoPoints<'a> for (&'a [T], usize) {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        Points { coordinates: Cow::Borrowed(self.0), dimension: self.1 }
    }
}

/// n x dimension numbers, point after point, which are taken over.
impl<'a, T: Real> IntoPoints<'a> for (Vec<T>, usize) {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        Points { coordinates: Cow::Owned(self.0), dimension: self.1 }
    }
}

/// A matrix with rows of M entries, as they are.
impl<'a, T: Real, const M: usize> IntoCosts<'a> for &'a [[T; M]] {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let entries = Cow::Borrowed(self.as_flattened());
        Costs { entries, rows: self.len(), columns: M, column_major: false }
    }
}

/// Entries row after row, and the numbers of rows and columns.
impl<'a, T: Real> IntoCosts<'a> for (&'a [T], usize, usize) {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let (entries, rows, columns) = self;
        Costs { entries: Cow::Borrowed(entries), rows, columns, column_major: false }
    }
}

impl<'a, T: Real> IntoVector<'a> for &'a [T] {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        Cow::Borrowed(self)
    }
}

impl<'a, T: Real> IntoVector<'a> for Vec<T> {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        Cow::Owned(self)
    }
}

impl<'a, T: Real, const N: usize> IntoVector<'a> for [T; N] {
    type Scalar = T;

    fn into_vector(self) -> Cow<'a, [T]> {
        Cow::Owned(self.to_vec())
    }
}

/// Reads what lends a slice as that slice.
macro_rules! as_slices {
    ($($of:ident $method:ident $output:ty: [$($n:ident)*] $owner:ty = |$lent:ident| $slice:expr;)*) => { $(
        impl<'a, T: Real, $(const $n: usize),*> $of<'a> for $owner {
            type Scalar = T;

            fn $method(self) -> $output {
                let $lent = self;
                $slice.$method()
            }
        }
    )* };
}

as_slices! {
    IntoPoints into_points Points<'a, T>: [D] &'a Vec<[T; D]> = |points| points.as_slice();
    IntoPoints into_points Points<'a, T>: [D N] &'a [[T; D]; N] = |points| points.as_slice();
    IntoPoints into_points Points<'a, T>: [] (&'a Vec<T>, usize) = |points| (points.0.as_slice(), points.1);
    IntoPoints into_points Points<'a, T>: [L] (&'a [T; L], usize) = |points| (points.0.as_slice(), points.1);
    IntoCosts into_costs Costs<'a, T>: [M] &'a Vec<[T; M]> = |costs| costs.as_slice();
    IntoCosts into_costs Costs<'a, T>: [M N] &'a [[T; M]; N] = |costs| costs.as_slice();
    IntoCosts into_costs Costs<'a, T>: [] (&'a Vec<T>, usize, usize) = |costs| (costs.0.as_slice(), costs.1, costs.2);
    IntoCosts into_costs Costs<'a, T>: [L] (&'a [T; L], usize, usize) = |costs| (costs.0.as_slice(), costs.1, costs.2);
    IntoVector into_vector Cow<'a, [T]>: [] &'a Vec<T> = |weights| weights.as_slice();
    IntoVector into_vector Cow<'a, [T]>: [N] &'a [T; N] = |weights| weights.as_slice();
}

/// The matrices of results: plans, maps and gradients.
impl<'a, T: Real> IntoPoints<'a> for &'a Matrix<T> {
    type Scalar = T;

    fn into_points(self) -> Points<'a, T> {
        (self.as_slice(), self.shape().1).into_points()
    }
}

impl<'a, T: Real> IntoCosts<'a> for &'a Matrix<T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let (rows, columns) = self.shape();
        (self.as_slice(), rows, columns).into_costs()
    }
}
