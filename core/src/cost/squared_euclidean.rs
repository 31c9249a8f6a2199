use super::GroundCost;
use crate::real::Real;

/// |x - y|^2. No factor 1/2.
#[derive(Debug, Clone, Copy, Default)]
pub struct SquaredEuclidean;

impl<T: Real> GroundCost<T> for SquaredEuclidean {
    fn name(&self) -> &'static str {
        "squared-euclidean"
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        let mut total = T::ZERO;
        for (&p, &q) in x.iter().zip(y) {
            let difference = p - q;
            total += difference * difference;
        }
        total
    }

    fn is_squared_euclidean(&self) -> bool {
        true
    }

    fn is_convex_on_the_line(&self) -> bool {
        true
    }
}
