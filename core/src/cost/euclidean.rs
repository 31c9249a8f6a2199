use super::{BuiltIn, GroundCost, SquaredEuclidean, of_difference};
use crate::real::Real;

/// |x - y|, the Euclidean distance itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Euclidean;

impl<T: Real> GroundCost<T> for Euclidean {
    fn name(&self) -> &'static str {
        "euclidean"
    }

    fn built_in(&self) -> BuiltIn<T> {
        BuiltIn::Norm(T::TWO)
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        SquaredEuclidean.cost(x, y).sqrt()
    }

    fn is_convex_on_the_line(&self) -> bool {
        true
    }

    /// (x - y) / |x - y|.
    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) -> bool {
        let distance = self.cost(x, y);
        if distance == T::ZERO {
            return of_difference(in_x, in_y, |_| T::ZERO);
        }
        of_difference(in_x, in_y, |k| (x[k] - y[k]) / distance)
    }

    /// With u = (x - y) / |x - y| and v = dx - dy: (v - u (u.v)) / |x - y|.
    fn gradient_along(&self, x: &[T], y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) -> bool {
        let distance = self.cost(x, y);
        if distance == T::ZERO {
            return of_difference(in_x, in_y, |_| T::ZERO);
        }
        let unit = |k: usize| (x[k] - y[k]) / distance;
        let along = (0..x.len()).fold(T::ZERO, |total, k| total + unit(k) * (dx[k] - dy[k]));
        of_difference(in_x, in_y, |k| (dx[k] - dy[k] - unit(k) * along) / distance)
    }
}
