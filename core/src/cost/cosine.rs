use super::{BuiltIn, GroundCost, Smoothness, of_difference};
use crate::real::Real;

/// The cosine distance 1 - x.y / (|x| |y|), in [0, 2]. It is 1 if a point is zero.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cosine;

/// Returns the norms of two points and the cosine of the angle between them, or `None` if a point is zero.
fn norms_and_cosine<T: Real>(x: &[T], y: &[T]) -> Option<(T, T, T)> {
    // Scaled by the largest coordinates: neither overflow nor underflow of the squares.
    let scale = |point: &[T]| point.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
    let (scale_x, scale_y) = (scale(x), scale(y));
    if scale_x == T::ZERO || scale_y == T::ZERO {
        return None;
    }
    let (mut inner, mut norm_x, mut norm_y) = (T::ZERO, T::ZERO, T::ZERO);
    for (&p, &q) in x.iter().zip(y) {
        let (p, q) = (p / scale_x, q / scale_y);
        inner += p * q;
        norm_x += p * p;
        norm_y += q * q;
    }
    let cosine = (inner / (norm_x.sqrt() * norm_y.sqrt())).max(-T::ONE).min(T::ONE);
    Some((scale_x * norm_x.sqrt(), scale_y * norm_y.sqrt(), cosine))
}

impl<T: Real> GroundCost<T> for Cosine {
    fn name(&self) -> &'static str {
        "cosine"
    }

    fn built_in(&self) -> BuiltIn<T> {
        BuiltIn::Cosine
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        norms_and_cosine(x, y).map_or(T::ONE, |(_, _, cosine)| T::ONE - cosine)
    }

    fn smoothness(&self) -> Smoothness {
        Smoothness::Hessian
    }

    /// With u = x / |x| and v = y / |y|, it is -(v - u (u.v)) / |x| in x, and its mirror image in y; 0 if a point is
    /// zero.
    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let Some((norm_x, norm_y, cosine)) = norms_and_cosine(x, y) else {
            return of_difference(in_x, in_y, |_| T::ZERO);
        };
        for k in 0..x.len() {
            let (u, v) = (x[k] / norm_x, y[k] / norm_y);
            in_x[k] = (u * cosine - v) / norm_x;
            in_y[k] = (v * cosine - u) / norm_y;
        }
    }

    fn gradient_along(&self, x: &[T], y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let Some((norm_x, norm_y, cosine)) = norms_and_cosine(x, y) else {
            return of_difference(in_x, in_y, |_| T::ZERO);
        };
        let inner = |p: &[T], q: &[T], norms: T| p.iter().zip(q).fold(T::ZERO, |total, (&p, &q)| total + p * q) / norms;
        // Relative growth of the norms; u turns by du = (dx - x growth) / |x|, v likewise.
        let growth_x = inner(x, dx, norm_x * norm_x);
        let growth_y = inner(y, dy, norm_y * norm_y);
        let change = inner(dx, y, norm_x * norm_y) + inner(x, dy, norm_x * norm_y) - cosine * (growth_x + growth_y);
        for k in 0..x.len() {
            let (u, v) = (x[k] / norm_x, y[k] / norm_y);
            let (du, dv) = (dx[k] / norm_x - u * growth_x, dy[k] / norm_y - v * growth_y);
            in_x[k] = (du * cosine + u * change - dv - (u * cosine - v) * growth_x) / norm_x;
            in_y[k] = (dv * cosine + v * change - du - (v * cosine - u) * growth_y) / norm_y;
        }
    }
}
