use super::GroundCost;
use crate::real::Real;

/// sum_k |x_k - y_k|.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manhattan;

impl<T: Real> GroundCost<T> for Manhattan {
    fn name(&self) -> &'static str {
        "manhattan"
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        x.iter().zip(y).fold(T::ZERO, |total, (&p, &q)| total + (p - q).abs())
    }

    fn is_convex_on_the_line(&self) -> bool {
        true
    }
}
