//! Ground costs c(x, y) between points. One file a cost; a user's own implements [`GroundCost`].

mod cosine;
mod euclidean;
mod manhattan;
mod p_norm;
mod scale;
mod squared_euclidean;

pub use cosine::Cosine;
pub use euclidean::Euclidean;
pub use manhattan::Manhattan;
pub use p_norm::PNorm;
pub use scale::CostScale;
pub use squared_euclidean::SquaredEuclidean;

use crate::real::Real;

/// A cost between two points of the same dimension.
///
/// A new cost needs [`GroundCost::cost`] and [`GroundCost::name`]; the rest is for speed, and for starts that
/// hold for some costs only.
pub trait GroundCost<T: Real>: Sync {
    /// The name in reports and on the command line.
    fn name(&self) -> &'static str;

    /// c(x, y). Must be finite for finite points that are not extreme; a solve refuses it otherwise.
    fn cost(&self, x: &[T], y: &[T]) -> T;

    /// c(x, y_j) for consecutive points y_j of `ys` (row-major, of dimension `x.len()`), into `out`.
    fn row(&self, x: &[T], ys: &[T], out: &mut [T]) {
        for (value, y) in out.iter_mut().zip(ys.chunks_exact(x.len())) {
            *value = self.cost(x, y);
        }
    }

    /// True for |x-y|^2 and nothing else: solved through dot products, and the only cost of the Gaussian starts.
    fn is_squared_euclidean(&self) -> bool {
        false
    }

    /// True where, in dimension 1, c(x, y) = h(x - y) with h convex: what the monotone start needs.
    fn is_convex_on_the_line(&self) -> bool {
        false
    }
}
