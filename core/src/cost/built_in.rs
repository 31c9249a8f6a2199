//! The costs of the library, as sweeps and files know them.

use super::GroundCost;
use crate::real::Real;

/// A cost that the solver knows how to compute in vectors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BuiltIn<T> {
    /// A cost of the caller.
    None,
    /// |x - y|^2.
    SquaredEuclidean,
    /// 1 - x.y / (|x| |y|).
    Cosine,
    /// (sum_k |x_k - y_k|^p)^(1/p) for this p: 1 is the Manhattan distance, 2 the Euclidean, infinity the largest
    /// difference.
    Norm(T),
}

/// A cost of the library by its name, for those who save one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum LibraryCost<T> {
    /// [`SquaredEuclidean`](super::SquaredEuclidean).
    SquaredEuclidean,
    /// [`Euclidean`](super::Euclidean).
    Euclidean,
    /// [`Manhattan`](super::Manhattan).
    Manhattan,
    /// [`PNorm`](super::PNorm) with this p.
    PNorm(T),
    /// [`Cosine`](super::Cosine).
    Cosine,
}

impl<T: Real> LibraryCost<T> {
    /// Returns the cost of the library that this one is; `None` for a cost of your own.
    pub fn of(cost: &dyn GroundCost<T>) -> Option<Self> {
        match (cost.name(), cost.built_in()) {
            ("squared-euclidean", BuiltIn::SquaredEuclidean) => Some(LibraryCost::SquaredEuclidean),
            ("euclidean", BuiltIn::Norm(_)) => Some(LibraryCost::Euclidean),
            ("manhattan", BuiltIn::Norm(_)) => Some(LibraryCost::Manhattan),
            ("p-norm", BuiltIn::Norm(p)) => Some(LibraryCost::PNorm(p)),
            ("cosine", BuiltIn::Cosine) => Some(LibraryCost::Cosine),
            _ => None,
        }
    }
}
