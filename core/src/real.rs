//! The two scalars of this crate, `f32` and `f64`.

use crate::float::Float;
use crate::vector::Kernels;

/// A scalar that problems are solved in: `f32` or `f64`. Sealed.
///
/// Its constants and functions are those of [`Float`]. What it adds, and keeps to itself, are the loops over vectors.
pub trait Real: Float + Kernels {}

impl Real for f32 {}
impl Real for f64 {}
