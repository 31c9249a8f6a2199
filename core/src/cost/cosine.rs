use super::GroundCost;
use crate::real::Real;

/// 1 - x.y / (|x| |y|), in [0, 2]; 1 where a point is zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cosine;

impl<T: Real> GroundCost<T> for Cosine {
    fn name(&self) -> &'static str {
        "cosine"
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        // Scaled by the largest coordinates: neither overflow nor underflow of the squares.
        let scale = |point: &[T]| point.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
        let (scale_x, scale_y) = (scale(x), scale(y));
        if scale_x == T::ZERO || scale_y == T::ZERO {
            return T::ONE;
        }
        let (mut inner, mut norm_x, mut norm_y) = (T::ZERO, T::ZERO, T::ZERO);
        for (&p, &q) in x.iter().zip(y) {
            let (p, q) = (p / scale_x, q / scale_y);
            inner += p * q;
            norm_x += p * p;
            norm_y += q * q;
        }
        T::ONE - (inner / (norm_x.sqrt() * norm_y.sqrt())).max(-T::ONE).min(T::ONE)
    }
}
