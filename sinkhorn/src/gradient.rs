//! Derivatives in everything that a problem is made of.

use sinkhorn_core::{Problem, diff::Gradients};

use crate::{Matrix, Real};

/// The gradient of a number in the inputs of a problem.
///
/// A derivative in a weight moves that entry alone. The totals of a balanced problem must stay equal, so its
/// derivatives hold along changes with sum da_i = sum db_j.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Gradient<T> {
    /// In the points x, n x d; empty for a cost matrix.
    pub x: Matrix<T>,
    /// In the points y, m x d; empty for a cost matrix.
    pub y: Matrix<T>,
    /// In the weights a, n.
    pub a: Vec<T>,
    /// In the weights b, m.
    pub b: Vec<T>,
    /// In the cost matrix, n x m; empty for points.
    pub cost: Matrix<T>,
    /// In epsilon.
    pub epsilon: T,
}

impl<T: Real> Gradient<T> {
    /// Makes room for the gradient of a problem.
    pub(crate) fn zero(problem: &Problem<'_, T>) -> Self {
        let (n, m, d) = (problem.rows(), problem.columns(), problem.geometry().dimension());
        let zero = |rows: usize, columns: usize| Matrix::new(vec![T::ZERO; rows * columns], columns);
        Gradient {
            x: zero(n, d),
            y: zero(m, d),
            a: vec![T::ZERO; n],
            b: vec![T::ZERO; m],
            cost: if d == 0 { zero(n, m) } else { zero(0, 0) },
            epsilon: T::ZERO,
        }
    }

    /// Lends the places to write to.
    pub(crate) fn places(&mut self) -> Gradients<'_, T> {
        let Gradient { x, y, a, b, cost, epsilon } = self;
        let [x, y, cost] = [x, y, cost].map(Matrix::as_mut_slice).map(|place| (!place.is_empty()).then_some(place));
        Gradients { x, y, a: Some(a), b: Some(b), cost, epsilon: Some(epsilon) }
    }
}
