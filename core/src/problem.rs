//! The problem to solve: geometry, weights and regularisation.

use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind, check_positive, not_positive};
use crate::geometry::{Geometry, Shape};
use crate::measure::{Weights, with_equal_totals};
use crate::memory::CopyTo;
use crate::real::Real;

/// The strength of the entropic regularisation, in units of cost.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Epsilon<T> {
    /// A value.
    Absolute(T),
    /// A fraction of the mean of the cost under `a` x `b`.
    OfMean(T),
    /// A fraction of the standard deviation of the cost under `a` x `b`.
    OfStd(T),
}

impl<T: Real> Default for Epsilon<T> {
    /// The default is 0.05 of the standard deviation of the cost.
    fn default() -> Self {
        Epsilon::OfStd(T::constant(0.05))
    }
}

/// A plain number is a value.
impl<T: Real> From<T> for Epsilon<T> {
    fn from(value: T) -> Self {
        Epsilon::Absolute(value)
    }
}

impl Epsilon<f64> {
    /// Returns the same regularisation in another precision, to which the number is rounded.
    pub fn cast<T: Real>(self) -> Epsilon<T> {
        match self {
            Epsilon::Absolute(value) => Epsilon::Absolute(T::constant(value)),
            Epsilon::OfMean(fraction) => Epsilon::OfMean(T::constant(fraction)),
            Epsilon::OfStd(fraction) => Epsilon::OfStd(T::constant(fraction)),
        }
    }
}

impl<T: Real> Epsilon<T> {
    pub(crate) fn factor(self) -> T {
        match self {
            Epsilon::Absolute(value) | Epsilon::OfMean(value) | Epsilon::OfStd(value) => value,
        }
    }
}

/// An entropic optimal transport problem over borrowed data, checked once:
///
/// minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b),
///
/// KL(p | q) = sum p log(p/q) - p + q. Balanced (rho infinite) unless [`Problem::unbalanced`] is called; uniform
/// weights unless [`Problem::weights`] is.
///
/// ```
/// use sinkhorn_core::{Epsilon, PointCloud, Problem};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?
///     .weights(&[0.5, 0.25, 0.25], &[0.6, 0.4])?
///     .epsilon(Epsilon::Absolute(0.1))?;
/// assert_eq!((problem.rows(), problem.columns()), (3, 2));
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Problem<'a, T: Real> {
    geometry: Geometry<'a, T>,
    a: Weights<'a, T>,
    b: Weights<'a, T>,
    scale: CostScale<T>,
    epsilon: Epsilon<T>,
    rho_a: T,
    rho_b: T,
}

impl<'a, T: Real> Problem<'a, T> {
    /// Makes a balanced problem with uniform weights and the default epsilon.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if a side has more than 2^32 - 1 points.
    pub fn new(geometry: impl Into<Geometry<'a, T>>) -> Result<Self, Error> {
        let geometry = geometry.into();
        let a = Weights::uniform(Argument::A, geometry.rows())?;
        let b = Weights::uniform(Argument::B, geometry.columns())?;
        for (argument, len) in [(Argument::X, a.len()), (Argument::Y, b.len())] {
            u32::try_from(len).map_err(|_| Error::new(argument, ErrorKind::TooLarge))?;
        }
        let (scale, epsilon) = (CostScale::One, Epsilon::default());
        Ok(Problem { geometry, a, b, scale, epsilon, rho_a: T::INFINITY, rho_b: T::INFINITY })
    }

    /// Sets the weights of both sides.
    ///
    /// # Errors
    /// Those of [`Problem::weights_a`], for `a` and for `b`.
    pub fn weights(self, a: &'a [T], b: &'a [T]) -> Result<Self, Error> {
        self.weights_a(a)?.weights_b(b)
    }

    /// Sets the weights of the points on the first side; they may sum to anything positive.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], and those of [`Weights::new`].
    pub fn weights_a(mut self, a: &'a [T]) -> Result<Self, Error> {
        self.a = Weights::of_length(Argument::A, a, self.geometry.rows())?;
        Ok(self)
    }

    /// Sets the weights of the points on the second side.
    ///
    /// # Errors
    /// Those of [`Problem::weights_a`].
    pub fn weights_b(mut self, b: &'a [T]) -> Result<Self, Error> {
        self.b = Weights::of_length(Argument::B, b, self.geometry.columns())?;
        Ok(self)
    }

    /// Sets the regularisation.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] unless the number is positive and finite.
    pub fn epsilon(mut self, epsilon: Epsilon<T>) -> Result<Self, Error> {
        check_positive(Argument::EPSILON, epsilon.factor())?;
        self.epsilon = epsilon;
        Ok(self)
    }

    /// Divides every cost. Absolute epsilon, rho, potentials and values are then in units of the scaled cost.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for a given scale that is not positive and finite.
    pub fn cost_scale(mut self, scale: CostScale<T>) -> Result<Self, Error> {
        if let CostScale::Given(value) = scale {
            check_positive(Argument::COST_SCALE, value)?;
        }
        self.scale = scale;
        Ok(self)
    }

    /// Relaxes the marginals: rho times their Kullback-Leibler divergence, in units of cost; infinity keeps a side
    /// exact.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] if a rho is not positive; [`ErrorKind::Unsupported`] for a finite one in builds
    /// without the feature `relaxed`.
    pub fn unbalanced(mut self, rho_a: T, rho_b: T) -> Result<Self, Error> {
        for (argument, rho) in [(Argument::RHO_A, rho_a), (Argument::RHO_B, rho_b)] {
            if !(rho > T::ZERO) {
                return Err(not_positive(argument, rho.widen()));
            }
            if rho < T::INFINITY && !cfg!(feature = "relaxed") {
                let reason =
                    "this build has balanced problems only: leave it infinite, or build with the feature relaxed";
                return Err(Error::unsupported(argument, reason));
            }
        }
        self.rho_a = rho_a;
        self.rho_b = rho_b;
        Ok(self)
    }

    /// Returns the source of the costs.
    pub fn geometry(&self) -> &Geometry<'a, T> {
        &self.geometry
    }

    /// Returns n.
    pub fn rows(&self) -> usize {
        self.a.len()
    }

    /// Returns m.
    pub fn columns(&self) -> usize {
        self.b.len()
    }

    /// Returns the sizes that decide how much memory a solve needs.
    pub fn shape(&self) -> Shape {
        self.geometry.shape()
    }

    /// Returns the weights of the first side.
    pub fn a(&self) -> Weights<'a, T> {
        self.a
    }

    /// Returns the weights of the second side.
    pub fn b(&self) -> Weights<'a, T> {
        self.b
    }

    /// Returns the regularisation as it was asked for; [`Solver::epsilon`](crate::Solver::epsilon) has it in units of
    /// cost.
    pub fn requested_epsilon(&self) -> Epsilon<T> {
        self.epsilon
    }

    /// Returns the cost scale as it was asked for; the report has its value.
    pub fn requested_scale(&self) -> CostScale<T> {
        self.scale
    }

    /// Returns rho_a, which is infinite if that side is balanced.
    pub fn rho_a(&self) -> T {
        self.rho_a
    }

    /// Returns rho_b, which is infinite if that side is balanced.
    pub fn rho_b(&self) -> T {
        self.rho_b
    }

    /// Gives `b` the total of `a` if both marginals are exact, and returns the relative difference that was taken out.
    ///
    /// # Errors
    /// [`ErrorKind::UnequalMass`] if it is more than rounding explains.
    pub(crate) fn with_equal_totals(self) -> Result<(Self, T), Error> {
        if self.rho_a < T::INFINITY || self.rho_b < T::INFINITY {
            return Ok((self, T::ZERO));
        }
        let (b, difference) = with_equal_totals(self.a, self.b)?;
        Ok((Problem { b, ..self }, difference))
    }

    /// Returns the problem of some points, given their numbers and weights. `None` stands for all points of a side.
    #[cfg(feature = "support")]
    pub(crate) fn choose(
        self,
        rows: Option<&'a [T]>,
        columns: Option<&'a [T]>,
        a: Weights<'a, T>,
        b: Weights<'a, T>,
    ) -> Self {
        Problem { geometry: self.geometry.choose(rows, columns), a, b, ..self }
    }

    /// Copies geometry and weights to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Problem<'t, T> {
        let Problem { geometry, a, b, scale, epsilon, rho_a, rho_b } = self;
        let (geometry, a, b) = (geometry.copied(to), a.copied(to), b.copied(to));
        Problem { geometry, a, b, scale: *scale, epsilon: *epsilon, rho_a: *rho_a, rho_b: *rho_b }
    }

    /// Puts the same weights on both sides, for the transport of a measure onto itself.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] if there are not as many as points.
    pub fn weights_of_both(self, weights: Weights<'a, T>) -> Result<Self, Error> {
        for (argument, expected) in [(Argument::A, self.rows()), (Argument::B, self.columns())] {
            if weights.len() != expected {
                return Err(Error::new(argument, ErrorKind::Length { expected, actual: weights.len() }));
            }
        }
        Ok(Problem { a: weights, b: weights, ..self })
    }
}
