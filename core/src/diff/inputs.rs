use crate::error::{Argument, Error, ErrorKind};
use crate::measure::{check_finite, check_finite_vector};
use crate::real::Real;
use crate::solution::check_length;

use super::conditional::Conditional;

/// Where the derivatives of a number with respect to the inputs of a problem are written: only those that are asked for are computed.
///
/// Weights: the derivative with respect to an entry alone. For a balanced problem, whose totals must stay equal, it is meant along changes with sum
/// da_i = sum db_j; a constant added to all of `a` and taken from all of `b` would change nothing.
#[derive(Debug)]
pub struct Gradients<'g, T> {
    /// In x, n x d row-major.
    pub x: Option<&'g mut [T]>,
    /// In y, m x d row-major.
    pub y: Option<&'g mut [T]>,
    /// In the weights a, n.
    pub a: Option<&'g mut [T]>,
    /// In the weights b, m.
    pub b: Option<&'g mut [T]>,
    /// In the costs as they are given (not scaled), n x m row-major, whatever the storage order of a matrix; of points, as if pairs had costs of
    /// their own.
    pub cost: Option<&'g mut [T]>,
    /// In epsilon, in units of (scaled) cost.
    pub epsilon: Option<&'g mut T>,
}

impl<T: Real> Gradients<'_, T> {
    /// Nothing: what to fill in.
    pub const fn none() -> Self {
        Gradients { x: None, y: None, a: None, b: None, cost: None, epsilon: None }
    }

    /// Refuses what has been written where it is not finite, which is the argument's fault.
    pub(super) fn check_results(&self, argument: Argument) -> Result<(), Error> {
        let written = [&self.x, &self.y, &self.a, &self.b, &self.cost].map(Option::as_deref);
        let in_epsilon = self.epsilon.as_deref().map(core::slice::from_ref);
        check_results(argument, written.into_iter().chain([in_epsilon]))
    }

    pub(super) fn check(&self, plan: &Conditional<'_, T>, scratch: [&mut [T]; 2]) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        let len = |argument, values: &Option<&mut [T]>, expected| match values {
            Some(values) => check_length(argument, values, expected),
            None => Ok(()),
        };
        len(Argument::A, &self.a, n)?;
        len(Argument::B, &self.b, m)?;
        len(Argument::COST, &self.cost, n.saturating_mul(m))?;
        if self.x.is_some() || self.y.is_some() {
            let d = plan.dimension_of_differentiable_points(scratch)?;
            len(Argument::X, &self.x, n * d)?;
            len(Argument::Y, &self.y, m * d)?;
        }
        Ok(())
    }
}

/// Refuses results that are not finite, which are the argument's fault.
pub(super) fn check_results<'v, T: Real>(
    argument: Argument,
    results: impl IntoIterator<Item = Option<&'v [T]>>,
) -> Result<(), Error> {
    let mut written = results.into_iter().flatten();
    if written.all(|values| values.iter().all(|value| value.is_finite())) {
        Ok(())
    } else {
        Err(Error::new(argument, ErrorKind::Overflow))
    }
}

/// A direction in which the inputs of a problem change; what is not given stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct Tangent<'t, T> {
    /// dx, n x d row-major.
    pub x: Option<&'t [T]>,
    /// dy, m x d row-major.
    pub y: Option<&'t [T]>,
    /// da, n. For a balanced problem the totals must stay equal: sum da_i = sum db_j, or the difference is taken out and reported.
    pub a: Option<&'t [T]>,
    /// db, m.
    pub b: Option<&'t [T]>,
    /// dC, n x m row-major, not scaled.
    pub cost: Option<&'t [T]>,
    /// d epsilon, in units of (scaled) cost.
    pub epsilon: T,
}

impl<T: Real> Tangent<'_, T> {
    /// Nothing: what to fill in.
    pub const fn none() -> Self {
        Tangent { x: None, y: None, a: None, b: None, cost: None, epsilon: T::ZERO }
    }

    pub(super) fn check(&self, plan: &Conditional<'_, T>, scratch: [&mut [T]; 2]) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        for (argument, values, expected) in [(Argument::A, self.a, n), (Argument::B, self.b, m)] {
            if let Some(values) = values {
                check_length(argument, values, expected)?;
                check_finite_vector(argument, values)?;
            }
        }
        if let Some(values) = self.cost {
            check_length(Argument::COST, values, n.saturating_mul(m))?;
            check_finite(Argument::COST, values, m)?;
        }
        if !self.epsilon.is_finite() {
            let range = "(-inf, inf)";
            return Err(Error::new(Argument::EPSILON, ErrorKind::OutOfRange { value: self.epsilon.widen(), range }));
        }
        if self.x.is_some() || self.y.is_some() {
            let d = plan.dimension_of_differentiable_points(scratch)?;
            for (argument, values, count) in [(Argument::X, self.x, n), (Argument::Y, self.y, m)] {
                if let Some(values) = values {
                    check_length(argument, values, count * d)?;
                    check_finite(argument, values, d)?;
                }
            }
        }
        Ok(())
    }
}
