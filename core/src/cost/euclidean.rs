use super::{BuiltIn, GroundCost, Smoothness, SquaredEuclidean, of_difference};
use crate::real::Real;

/// The Euclidean distance |x - y| itself. It errs by at most 4 d + 16 units in the last place, at any distance.
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
        let square = SquaredEuclidean.cost(x, y);
        if square > T::ONE / T::SAFE_SUM && square < T::SAFE_SUM {
            return square.sqrt();
        }
        // If squares are lost to underflow or overflow, they are computed relative to the largest difference.
        let largest = x.iter().zip(y).fold(T::ZERO, |most, (&p, &q)| most.max((p - q).abs()));
        if largest == T::ZERO || !largest.is_finite() {
            return largest;
        }
        let sum = x.iter().zip(y).fold(T::ZERO, |sum, (&p, &q)| sum + (p - q) / largest * ((p - q) / largest));
        largest * sum.sqrt()
    }

    fn smoothness(&self) -> Smoothness {
        Smoothness::Hessian
    }

    /// (x - y) / |x - y|.
    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let distance = self.cost(x, y);
        if distance == T::ZERO {
            return of_difference(in_x, in_y, |_| T::ZERO);
        }
        of_difference(in_x, in_y, |k| (x[k] - y[k]) / distance)
    }

    /// With u = (x - y) / |x - y| and v = dx - dy: (v - u (u.v)) / |x - y|.
    fn gradient_along(&self, x: &[T], y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let distance = self.cost(x, y);
        if distance == T::ZERO {
            return of_difference(in_x, in_y, |_| T::ZERO);
        }
        let unit = |k: usize| (x[k] - y[k]) / distance;
        let along = (0..x.len()).fold(T::ZERO, |total, k| total + unit(k) * (dx[k] - dy[k]));
        of_difference(in_x, in_y, |k| (dx[k] - dy[k] - unit(k) * along) / distance)
    }
}
