//! The loops themselves. [`Loops`](super::Loops) lists them.

pub(crate) mod bounds;
pub(crate) mod columns;
mod compact;
#[cfg_attr(not(feature = "costs"), allow(dead_code))] // builds without other costs keep the types
pub(crate) mod costs;
pub(crate) mod deviations;
#[cfg_attr(not(feature = "costs"), allow(dead_code))]
pub(crate) mod exponents;
pub(crate) mod moments;
pub(crate) mod products;
pub(crate) mod rows;
#[cfg_attr(not(feature = "skipping"), allow(dead_code))]
pub(crate) mod series;
pub(crate) mod terms;

use core::ops::Range;

use crate::float::Float;

/// The number of columns after which the lanes of a sum are added to its total. This keeps sums in single precision
/// short.
pub(crate) const FLUSH: usize = 512;

/// Cuts m columns into parts of at most [`FLUSH`].
#[inline(always)]
fn parts(m: usize) -> impl Iterator<Item = Range<usize>> {
    (0..m).step_by(FLUSH).map(move |at| at..m.min(at + FLUSH))
}

/// The largest number of rows of a tile.
pub(crate) const MAX_TILE_ROWS: usize = 16;

/// Stands for log2(0). Any exponent with it gives exactly zero, and the difference of two of it is zero, not NaN.
pub(crate) fn log_zero<T: Float>() -> T {
    -T::SQRT_MAX
}
