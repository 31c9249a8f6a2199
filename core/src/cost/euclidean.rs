use super::{GroundCost, SquaredEuclidean};
use crate::real::Real;

/// |x - y|, the Euclidean distance itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Euclidean;

impl<T: Real> GroundCost<T> for Euclidean {
    fn name(&self) -> &'static str {
        "euclidean"
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        SquaredEuclidean.cost(x, y).sqrt()
    }

    fn is_convex_on_the_line(&self) -> bool {
        true
    }
}
