use super::{BuiltIn, GroundCost, Smoothness, of_difference, sign};
use crate::error::{Argument, Error, ErrorKind};
use crate::real::Real;

/// The p-norm (sum_k |x_k - y_k|^p)^(1/p) for p >= 1; for infinity it is the largest difference. It errs by at most
/// 4 d + 16 units in the last place, at any distance.
///
/// A whole p takes products only, p = 1.5, 2.5, ... also a square root for every coordinate, and any other p a
/// logarithm and an exponential for every coordinate. At d = 50 and n = 1 000 twenty streamed sweeps take, as a
/// multiple of the squared Euclidean cost, at most 3.7 for p = 1, 2, 3 and 10, 4.6 (`f32`) and 9.1 (`f64`) for p = 1.5,
/// and 21 and 41 for p = 2.7. Store the costs then: p = 2.7 takes 5.4 and 10.5 with costs stored. This measures it:
/// `cargo run --release -p sinkhorn-bench -- costs --dimension 50`.
#[derive(Debug, Clone, Copy)]
pub struct PNorm<T> {
    p: T,
}

impl<T: Real> PNorm<T> {
    /// Makes the norm for this p.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] naming `cost` unless p is at least 1.
    pub fn new(p: T) -> Result<Self, Error> {
        if p >= T::ONE {
            Ok(PNorm { p })
        } else {
            Err(Error::new(Argument::COST, ErrorKind::OutOfRange { value: p.widen(), range: "[1, inf]" }))
        }
    }
}

/// Returns the derivative of the norm in a coordinate whose difference is z.
fn slope<T: Real>(p: T, norm: T, z: T) -> T {
    if z == T::ZERO { T::ZERO } else { sign(z) * (z.abs() / norm).powf(p - T::ONE) }
}

impl<T: Real> GroundCost<T> for PNorm<T> {
    fn name(&self) -> &'static str {
        "p-norm"
    }

    fn built_in(&self) -> BuiltIn<T> {
        BuiltIn::Norm(self.p)
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        let largest = x.iter().zip(y).fold(T::ZERO, |most, (&p, &q)| most.max((p - q).abs()));
        if largest == T::ZERO || self.p == T::INFINITY || !largest.is_finite() {
            return largest;
        }
        // Relative to the largest difference: no power overflows.
        let sum = x.iter().zip(y).fold(T::ZERO, |total, (&p, &q)| total + ((p - q).abs() / largest).powf(self.p));
        largest * sum.powf(T::ONE / self.p)
    }

    fn smoothness(&self) -> Smoothness {
        Smoothness::Hessian
    }

    /// With z = x - y and its norm N, it is sign(z) (|z| / N)^(p-1). If p is infinite, only the largest coordinate has
    /// one.
    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let (p, norm) = (self.p, self.cost(x, y));
        if p == T::INFINITY {
            let size = |k: usize| (x[k] - y[k]).abs();
            let largest = (0..x.len()).fold(0, |most, k| if size(k) > size(most) { k } else { most });
            return of_difference(in_x, in_y, |k| if k == largest { sign(x[k] - y[k]) } else { T::ZERO });
        }
        of_difference(in_x, in_y, |k| slope(p, norm, x[k] - y[k]))
    }

    /// With g the gradient and v = dx - dy: (p - 1) / N ((|z| / N)^(p-2) v - g (g.v)).
    fn gradient_along(&self, x: &[T], y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let (p, norm) = (self.p, self.cost(x, y));
        if p == T::INFINITY || p == T::ONE || norm == T::ZERO {
            return of_difference(in_x, in_y, |_| T::ZERO);
        }
        let direction = |k: usize| dx[k] - dy[k];
        let along = (0..x.len()).fold(T::ZERO, |total, k| total + slope(p, norm, x[k] - y[k]) * direction(k));
        of_difference(in_x, in_y, |k| {
            let z = x[k] - y[k];
            let bend = if z == T::ZERO && p != T::TWO { T::ZERO } else { (z.abs() / norm).powf(p - T::TWO) };
            (p - T::ONE) / norm * (bend * direction(k) - slope(p, norm, z) * along)
        })
    }
}
