//! The two scalars of this crate, `f32` and `f64`.

use crate::eigen::Matrices;
use crate::float::Float;
use crate::vector::Loops;

/// A scalar that problems are solved in: `f32` or `f64`. Sealed.
///
/// Its constants and functions are those of [`Float`]. What it adds, and keeps to itself, are loops over vectors and
/// the eigenvalues of small matrices.
pub trait Real: Float + Loops + Matrices {}

impl Real for f32 {}
impl Real for f64 {}
