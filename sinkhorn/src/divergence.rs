//! The Sinkhorn divergence, which owns everything.

use sinkhorn_core::{diff::DerivativeSettings, divergence};

use crate::transport::{SharedCost, Transport};
use crate::{Error, Gradient, Real};

/// The Sinkhorn divergence of two sides, and the three solves that it is made of:
/// [`TransportBuilder::divergence`](crate::TransportBuilder::divergence) makes one.
///
/// S(a, b) = OT(a, b) - OT(a, a)/2 - OT(b, b)/2 + epsilon/2 (total_a - total_b)^2, where OT is the objective (Feydy et
/// al. 2019; Sejourne et al. 2019).
#[derive(Debug, Clone)]
pub struct Divergence<T: Real = f64> {
    value: T,
    between: Transport<T>,
    within_x: Transport<T>,
    within_y: Transport<T>,
    differentiation: DerivativeSettings<T>,
}

impl<T: Real> Divergence<T> {
    /// Copies what a divergence consists of.
    pub(crate) fn keep(
        divergence: &divergence::Divergence<'_, T>,
        cost: &SharedCost<T>,
        differentiation: DerivativeSettings<T>,
    ) -> Result<Self, Error> {
        Ok(Divergence {
            value: divergence.value(),
            between: Transport::keep(divergence.between(), cost, differentiation)?,
            within_x: Transport::keep(divergence.within_x(), cost, differentiation)?,
            within_y: Transport::keep(divergence.within_y(), cost, differentiation)?,
            differentiation,
        })
    }

    /// Makes a divergence of its value and its three solves.
    #[cfg(feature = "serde")]
    pub(crate) fn of_parts(value: T, between: Transport<T>, within_x: Transport<T>, within_y: Transport<T>) -> Self {
        let differentiation = between.differentiation();
        Divergence { value, between, within_x, within_y, differentiation }
    }

    /// Returns S(a, b), in units of cost.
    pub fn value(&self) -> T {
        self.value
    }

    /// Returns the transport from x to y.
    pub fn between(&self) -> &Transport<T> {
        &self.between
    }

    /// Returns the transport from x to itself.
    pub fn within_x(&self) -> &Transport<T> {
        &self.within_x
    }

    /// Returns the transport from y to itself.
    pub fn within_y(&self) -> &Transport<T> {
        &self.within_y
    }

    /// Says whether all three solves have converged.
    pub fn converged(&self) -> bool {
        [&self.between, &self.within_x, &self.within_y].into_iter().all(Transport::converged)
    }

    /// Returns this result if all three solves have converged.
    ///
    /// # Errors
    /// [`Error::NotConverged`], of the first that has not.
    pub fn into_converged(self) -> Result<Self, Error> {
        let solves = [&self.between, &self.within_x, &self.within_y];
        let failed =
            solves.into_iter().find(|solve| !solve.converged()).map(|solve| Error::not_converged(solve.report()));
        failed.map_or(Ok(self), Err)
    }

    /// Returns the gradient of the divergence in points, weights and epsilon, by the envelope theorem. An epsilon that
    /// is relative to the data is held fixed.
    ///
    /// # Errors
    /// For a ground cost of your own that has no gradient, and if a derivative leaves the range of the scalar.
    pub fn gradient(&self) -> Result<Gradient<T>, Error> {
        let solutions = [&self.between, &self.within_x, &self.within_y].map(Transport::solution);
        let mut gradient = Gradient::zero(solutions[0].problem());
        let divergence = divergence::Divergence::of_solutions(self.value, solutions);
        let mut memory = vec![T::ZERO; divergence.gradient_len(&self.differentiation)?];
        divergence.gradient(&self.differentiation, &mut memory, &mut gradient.places())?;
        Ok(gradient)
    }
}
