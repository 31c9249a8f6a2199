use super::{GroundCost, Smoothness, of_difference};
use crate::real::Real;

/// The number of coordinates that are summed side by side.
const LANES: usize = 8;

/// The squared Euclidean cost |x - y|^2, without a factor 1/2.
#[derive(Debug, Clone, Copy, Default)]
pub struct SquaredEuclidean;

impl<T: Real> GroundCost<T> for SquaredEuclidean {
    fn name(&self) -> &'static str {
        "squared-euclidean"
    }

    #[inline]
    fn cost(&self, x: &[T], y: &[T]) -> T {
        let mut total = T::ZERO;
        let (whole_x, rest_x) = x.as_chunks::<LANES>();
        let (whole_y, rest_y) = y.as_chunks::<LANES>();
        if !whole_x.is_empty() {
            // In lanes, so that many coordinates are summed at once.
            let mut lanes = [T::ZERO; LANES];
            for (xs, ys) in whole_x.iter().zip(whole_y) {
                for (lane, (&p, &q)) in lanes.iter_mut().zip(xs.iter().zip(ys)) {
                    let difference = p - q;
                    *lane += difference * difference;
                }
            }
            for lane in lanes {
                total += lane;
            }
        }
        for (&p, &q) in rest_x.iter().zip(rest_y) {
            let difference = p - q;
            total += difference * difference;
        }
        total
    }

    fn is_squared_euclidean(&self) -> bool {
        true
    }

    fn smoothness(&self) -> Smoothness {
        Smoothness::Hessian
    }

    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        of_difference(in_x, in_y, |k| T::TWO * (x[k] - y[k]))
    }

    fn gradient_along(&self, _x: &[T], _y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        of_difference(in_x, in_y, |k| T::TWO * (dx[k] - dy[k]))
    }
}
