//! What points, weights and cost matrices may be.
//!
//! Arguments are borrowed if their numbers lie in memory as the solver reads them, and copied if they do not. Nothing
//! is checked before the solve: its errors name the argument and the entry.

#[cfg(feature = "faer")]
mod faer;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "ndarray")]
mod ndarray;
mod slices;

use std::borrow::Cow;

use crate::Real;

/// Points of one side: `coordinates` of one point after those of another.
#[derive(Debug, Clone)]
pub struct Points<'a, T: Real> {
    /// n x dimension.
    pub coordinates: Cow<'a, [T]>,
    /// The number of coordinates of a point.
    pub dimension: usize,
}

/// A cost matrix.
#[derive(Debug, Clone)]
pub struct Costs<'a, T: Real> {
    /// All entries.
    pub entries: Cow<'a, [T]>,
    /// n.
    pub rows: usize,
    /// m.
    pub columns: usize,
    /// Entries are column after column. Else they are row after row.
    pub column_major: bool,
}

/// What can be points: of a type of your own, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of points",
    label = "no set of points",
    note = "a flat slice needs the number of coordinates of a point: `(&x, 2)`",
    note = "`&[[T; D]]` and `&Vec<[T; D]>` are points of D coordinates; for a `Vec` of rows, `(rows.concat(), d)`",
    note = "arrays of ndarray, nalgebra and faer need the feature of that name, and the same version of that library"
)]
pub trait IntoPoints<'a> {
    /// `f32` or `f64`.
    type Scalar: Real;

    /// Reads points, borrowed or copied.
    fn into_points(self) -> Points<'a, Self::Scalar>;
}

/// What can be a cost matrix.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no cost matrix",
    label = "no cost matrix",
    note = "a flat slice in row-major order needs its numbers of rows and columns: `(&cost, n, m)`",
    note = "arrays of ndarray, nalgebra and faer need the feature of that name, and the same version of that library"
)]
pub trait IntoCosts<'a> {
    /// `f32` or `f64`.
    type Scalar: Real;

    /// Reads a matrix, borrowed or copied.
    fn into_costs(self) -> Costs<'a, Self::Scalar>;
}

/// What can be weights.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no vector",
    label = "no vector",
    note = "vectors of ndarray, nalgebra and faer are borrowed: `&w`"
)]
pub trait IntoVector<'a> {
    /// `f32` or `f64`.
    type Scalar: Real;

    /// Reads a vector, borrowed or copied.
    fn into_vector(self) -> Cow<'a, [Self::Scalar]>;
}
