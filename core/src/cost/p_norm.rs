use super::GroundCost;
use crate::error::{Argument, Error};
use crate::real::Real;

/// (sum_k |x_k - y_k|^p)^(1/p) for p >= 1; infinity is the largest difference.
#[derive(Debug, Clone, Copy)]
pub struct PNorm<T> {
    p: T,
}

impl<T: Real> PNorm<T> {
    /// # Errors
    /// [`Error::OutOfRange`] naming `cost` unless p is at least 1.
    pub fn new(p: T) -> Result<Self, Error> {
        if p >= T::ONE {
            Ok(PNorm { p })
        } else {
            Err(Error::OutOfRange { argument: Argument::Cost, value: p.widen(), range: "[1, inf]" })
        }
    }
}

impl<T: Real> GroundCost<T> for PNorm<T> {
    fn name(&self) -> &'static str {
        "p-norm"
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        let largest = x.iter().zip(y).fold(T::ZERO, |most, (&p, &q)| most.max((p - q).abs()));
        if largest == T::ZERO || self.p == T::INFINITY {
            return largest;
        }
        // Relative to the largest difference: no power overflows.
        let sum = x.iter().zip(y).fold(T::ZERO, |total, (&p, &q)| total + ((p - q).abs() / largest).powf(self.p));
        largest * sum.powf(T::ONE / self.p)
    }

    fn is_convex_on_the_line(&self) -> bool {
        true
    }
}
