//! Passes over all pairs.
//!
//! Inside a sweep, potentials are in base-2 units of epsilon: F = s f and G = s g with s = log2(e) / epsilon. Under the
//! squared Euclidean cost, the parts of s C_ij that depend on i alone or on j alone, the offsets, are moved into them
//! ([`scores`](crate::scaled::scores)). The exponent of a pair is then F_i + G_j + S_ij, and S_ij is a dot product. G
//! also carries log2 b_j.
//!
//! 1. `strips`: rows in the parts that threads share out. `exponents`: the exponents of a few rows.
//! 2. `forward`, then `columns`: a sweep. `outcome`: its potentials and measurements.
//! 3. `half`: sums in max-shifted form, and c-transforms.
//! 4. `kernel` and `scalings`: the sweep on a stored kernel.
//! 5. `listed`: the sweep over the pairs that can matter. `listed_rows`: its first half.
//! 6. `laplacian`: the matrix of Newton's method.

pub(crate) mod columns;
pub(crate) mod exponents;
pub(crate) mod forward;
pub(crate) mod half;
pub(crate) mod kernel;
pub(crate) mod laplacian;
#[cfg(feature = "skipping")]
pub(crate) mod listed;
#[cfg(feature = "skipping")]
pub(crate) mod listed_rows;
pub(crate) mod outcome;
pub(crate) mod scalings;
pub(crate) mod strips;

use crate::real::Real;
pub(crate) use crate::vector::{MAX_TILE_ROWS, log_zero};

/// The number of rows whose exponentials are kept until their column sums are taken.
pub(crate) const TILE_ROWS: usize = 4;

/// Returns the number of rows of a tile for n points of dimension d. In many dimensions it is larger, because the
/// coordinates of the columns are then read once for all rows of a tile.
pub(crate) const fn tile_rows(n: usize, d: usize) -> usize {
    let rows = if d < MAX_TILE_ROWS { TILE_ROWS } else { MAX_TILE_ROWS };
    if n < rows { n } else { rows }
}

/// Returns log2 of a weight, or [`log_zero`] if there is none.
pub(crate) fn log_weight<T: Real>(weight: T) -> T {
    if weight > T::ZERO { weight.log2() } else { log_zero() }
}

/// Says whether a sum of exponentials is far from underflow and overflow.
pub(crate) fn is_safe<T: Real>(sum: T) -> bool {
    sum > T::ONE / T::SAFE_SUM && sum < T::SAFE_SUM
}
