use super::{BuiltIn, GroundCost, Smoothness, of_difference, sign};
use crate::real::Real;

/// The Manhattan distance sum_k |x_k - y_k|.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manhattan;

impl<T: Real> GroundCost<T> for Manhattan {
    fn name(&self) -> &'static str {
        "manhattan"
    }

    fn built_in(&self) -> BuiltIn<T> {
        BuiltIn::Norm(T::ONE)
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        x.iter().zip(y).fold(T::ZERO, |total, (&p, &q)| total + (p - q).abs())
    }

    fn smoothness(&self) -> Smoothness {
        Smoothness::Hessian
    }

    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        of_difference(in_x, in_y, |k| sign(x[k] - y[k]))
    }

    fn gradient_along(&self, _x: &[T], _y: &[T], _dx: &[T], _dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        of_difference(in_x, in_y, |_| T::ZERO)
    }
}
