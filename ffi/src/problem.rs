//! The struct that says what is to be solved.

use core::ptr;

use sinkhorn_core::{CostMatrix, Epsilon, Geometry, PointCloud, Problem as CoreProblem, Real, Shape};

use crate::checks::{Region, product, slice};
use crate::fault::Fault;

/// What the number epsilon of a problem means: one of the SINKHORN_EPSILON_ constants.
pub type EpsilonKind = i32;

/// 0.05 of the standard deviation of the cost under a x b. The field epsilon must be 0.
pub const SINKHORN_EPSILON_DEFAULT: EpsilonKind = 0;
/// epsilon itself, in units of cost.
pub const SINKHORN_EPSILON_ABSOLUTE: EpsilonKind = 1;
/// epsilon times the mean of the cost under a x b.
pub const SINKHORN_EPSILON_OF_MEAN: EpsilonKind = 2;
/// epsilon times the standard deviation of the cost under a x b.
pub const SINKHORN_EPSILON_OF_STD: EpsilonKind = 3;

/// Entropic optimal transport between n points with weights a and m points with weights b:
///
///   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
///
/// with KL(p | q) = sum p log(p / q) - p + q. The cost C is either |x_i - y_j|^2 between points (x, y and dimension
/// set, cost NULL) or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and then the problem
/// is balanced, with uniform weights and the default epsilon. The arrays are only read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Problem<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// Points on the first side; 1 to 2^32 - 1.
    pub n: usize,
    /// Points on the second side; 1 to 2^32 - 1.
    pub m: usize,
    /// Coordinates a point; 0 with a cost matrix.
    pub dimension: usize,
    /// n x dimension, row-major: the points of the first side, one after the other. Finite.
    pub x: *const T,
    /// m x dimension, row-major: the points of the second side. Finite.
    pub y: *const T,
    /// n x m, row-major: the cost C. Finite.
    pub cost: *const T,
    /// n: weights of the first side, not negative, with a positive sum; NULL: 1/n each. Zeros are legal.
    pub a: *const T,
    /// m: weights of the second side; NULL: 1/m each. A balanced problem needs the sum that a has.
    pub b: *const T,
    /// The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
    pub epsilon: T,
    /// How strictly the first marginal is kept, in units of cost: 0 or infinity keeps it exact (balanced), a positive
    /// number relaxes it.
    pub rho_a: T,
    /// The same of the second marginal.
    pub rho_b: T,
    /// What epsilon means.
    pub epsilon_kind: EpsilonKind,
}

impl<T: Real> Problem<T> {
    /// The sizes, checked without touching the arrays.
    pub(crate) fn shape(&self) -> Result<Shape, Fault> {
        for (argument, size) in [(c"n", self.n), (c"m", self.m)] {
            if size == 0 {
                return Err(Fault::Zero { argument });
            }
        }
        if !self.cost.is_null() {
            let reason = "give points or a cost matrix, not both";
            for (argument, unused) in
                [(c"x", self.x.is_null()), (c"y", self.y.is_null()), (c"dimension", self.dimension == 0)]
            {
                if !unused {
                    return Err(Fault::Unsupported { argument, reason });
                }
            }
            return Ok(Shape::general(self.n, self.m));
        }
        if self.dimension == 0 {
            return Err(Fault::Zero { argument: c"dimension" });
        }
        Ok(Shape::squared_euclidean(self.n, self.m, self.dimension))
    }

    /// What is read, for the check of overlaps.
    pub(crate) fn regions(&self) -> Result<[Region; 5], Fault> {
        let points = |name, pointer: *const T, n: usize| {
            let len = if self.cost.is_null() { product(name, n, self.dimension)? } else { 0 };
            if self.cost.is_null() {
                Region::required(name, pointer, len)
            } else {
                Region::optional(name, pointer, len)
            }
        };
        Ok([
            points(c"x", self.x, self.n)?,
            points(c"y", self.y, self.m)?,
            Region::optional(
                c"cost",
                self.cost,
                if self.cost.is_null() { 0 } else { product(c"cost", self.n, self.m)? },
            )?,
            Region::optional(c"a", self.a, self.n)?,
            Region::optional(c"b", self.b, self.m)?,
        ])
    }

    /// The problem of the core over the same arrays.
    ///
    /// # Safety
    /// Each pointer is NULL, misaligned, or points to an array of the documented shape that nobody writes during `'a`.
    pub(crate) unsafe fn view<'a>(&self) -> Result<CoreProblem<'a, T>, Fault> {
        let Shape { rows: n, columns: m, dimension } = self.shape()?;
        // SAFETY: arrays of n and of m weights, by the contract of this function.
        let (a, b) = unsafe { (slice(c"a", self.a, n)?, slice(c"b", self.b, m)?) };
        // SAFETY: n x m costs, by the same contract.
        let cost = unsafe { slice(c"cost", self.cost, if self.cost.is_null() { 0 } else { product(c"cost", n, m)? })? };
        let geometry: Geometry<'a, T> = match cost {
            Some(cost) => CostMatrix::row_major(cost, n, m)?.into(),
            None => {
                let (nd, md) = (product(c"x", n, dimension)?, product(c"y", m, dimension)?);
                // SAFETY: n and m points, by the same contract.
                let (x, y) = unsafe { (slice(c"x", self.x, nd)?, slice(c"y", self.y, md)?) };
                let (x, y) = (x.ok_or(Fault::Null { argument: c"x" })?, y.ok_or(Fault::Null { argument: c"y" })?);
                PointCloud::squared_euclidean(x, y, dimension)?.into()
            }
        };
        let mut problem = CoreProblem::new(geometry)?;
        if let Some(a) = a {
            problem = problem.weights_a(a)?;
        }
        if let Some(b) = b {
            problem = problem.weights_b(b)?;
        }
        let exact = |rho: T| if rho == T::ZERO { T::INFINITY } else { rho };
        Ok(problem.epsilon(self.epsilon()?)?.unbalanced(exact(self.rho_a), exact(self.rho_b))?)
    }

    fn epsilon(&self) -> Result<Epsilon<T>, Fault> {
        match self.epsilon_kind {
            SINKHORN_EPSILON_DEFAULT if self.epsilon == T::ZERO => Ok(Epsilon::default()),
            SINKHORN_EPSILON_DEFAULT => Err(Fault::Unsupported {
                argument: c"epsilon",
                reason: "a value is given but epsilon_kind is the default",
            }),
            SINKHORN_EPSILON_ABSOLUTE => Ok(Epsilon::Absolute(self.epsilon)),
            SINKHORN_EPSILON_OF_MEAN => Ok(Epsilon::OfMean(self.epsilon)),
            SINKHORN_EPSILON_OF_STD => Ok(Epsilon::OfStd(self.epsilon)),
            value => Err(Fault::Choice { argument: c"epsilon_kind", value }),
        }
    }
}

impl<T: Real> Default for Problem<T> {
    /// All zeros but for the size: what `{0}` and `struct_size` are in C.
    fn default() -> Self {
        Problem {
            struct_size: size_of::<Self>(),
            n: 0,
            m: 0,
            dimension: 0,
            x: ptr::null(),
            y: ptr::null(),
            cost: ptr::null(),
            a: ptr::null(),
            b: ptr::null(),
            epsilon: T::ZERO,
            rho_a: T::ZERO,
            rho_b: T::ZERO,
            epsilon_kind: SINKHORN_EPSILON_DEFAULT,
        }
    }
}
