//! The struct that says what is to be solved.

use core::ffi::c_void;

use sinkhorn_core::{
    CostMatrix, Epsilon, PointCloud, Problem as CoreProblem, Real,
    cost::CostScale,
    geometry::{Geometry, Shape},
};

use crate::arguments::{Arguments, structs};
use crate::checks::{check_unused, count, product};
use crate::cost::{Cost, CostFunction, CostGradient, Custom, GroundCost, SINKHORN_COST_SQUARED_EUCLIDEAN};
use crate::fault::{Fault, FaultKind};

/// What the number epsilon of a problem means: one of the SINKHORN_EPSILON_ constants.
pub type EpsilonKind = i32;

/// 0.05 of the standard deviation of the cost under a x b. The field epsilon must be 0. Where costs do not vary
/// (one point a side, all points equal) there is none, and SINKHORN_ERROR_UNSUPPORTED says so.
pub const SINKHORN_EPSILON_DEFAULT: EpsilonKind = 0;
/// epsilon itself, in units of (scaled) cost.
pub const SINKHORN_EPSILON_ABSOLUTE: EpsilonKind = 1;
/// epsilon times the mean of the cost under a x b.
pub const SINKHORN_EPSILON_OF_MEAN: EpsilonKind = 2;
/// epsilon times the standard deviation of the cost under a x b.
pub const SINKHORN_EPSILON_OF_STD: EpsilonKind = 3;

/// What every cost is divided by: one of the SINKHORN_SCALE_ constants. Epsilon, rho, potentials and values are
/// then in units of the scaled cost.
pub type CostScaleKind = i32;

/// Nothing: costs as they are. The field cost_scale must be 0.
pub const SINKHORN_SCALE_ONE: CostScaleKind = 0;
/// Their mean under a x b.
pub const SINKHORN_SCALE_MEAN: CostScaleKind = 1;
/// Their standard deviation under a x b.
pub const SINKHORN_SCALE_STD: CostScaleKind = 2;
/// The largest absolute one.
pub const SINKHORN_SCALE_MAX: CostScaleKind = 3;
/// The field cost_scale.
pub const SINKHORN_SCALE_GIVEN: CostScaleKind = 4;

/// How a cost matrix lies in memory: one of the SINKHORN_ORDER_ constants.
pub type Order = i32;

/// C_ij = cost[i * m + j], as in C and NumPy.
pub const SINKHORN_ORDER_ROW_MAJOR: Order = 0;
/// C_ij = cost[i + j * n], as in Fortran, Eigen and MATLAB.
pub const SINKHORN_ORDER_COLUMN_MAJOR: Order = 1;

/// Entropic optimal transport between n points with weights a and m points with weights b:
///
///   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
///
/// with KL(p | q) = sum p log(p / q) - p + q. The cost C is either that of pairs of points, c(x_i, y_j) (x, y and
/// dimension set, cost NULL), or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and
/// then the problem is balanced, with the squared Euclidean cost, uniform weights and the default epsilon. The
/// arrays are only read; they must stay as they are for as long as what was made of the problem is used.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Problem<T> {
    /// sizeof of this struct: as far as cost at least.
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
    /// n x m, in the order of cost_order: the cost C. Finite, or infinity: such a pair carries nothing.
    pub cost: *const T,
    /// n: weights of the first side, not negative, with a positive sum; NULL: 1/n each. Zeros are legal.
    pub a: *const T,
    /// m: weights of the second side; NULL: 1/m each. A balanced problem needs the sum that a has.
    pub b: *const T,
    /// With SINKHORN_COST_CUSTOM, c(x, y); else NULL.
    pub cost_function: CostFunction<T>,
    /// Its gradient, where derivatives in points are wanted; else NULL.
    pub cost_gradient: CostGradient<T>,
    /// Handed to both.
    pub cost_data: *mut c_void,
    /// The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
    pub epsilon: T,
    /// How strictly the first marginal is kept, in units of (scaled) cost: 0 or infinity keeps it exact (balanced),
    /// a positive number relaxes it.
    pub rho_a: T,
    /// The same of the second marginal.
    pub rho_b: T,
    /// The divisor of SINKHORN_SCALE_GIVEN, positive; else 0.
    pub cost_scale: T,
    /// The order of SINKHORN_COST_P_NORM; else 0.
    pub p: T,
    /// What epsilon means.
    pub epsilon_kind: EpsilonKind,
    /// What costs are divided by.
    pub cost_scale_kind: CostScaleKind,
    /// The cost between points; 0 with a matrix.
    pub ground_cost: Cost,
    /// How the matrix lies in memory; 0 with points.
    pub cost_order: Order,
}

structs!(Problem before a);

/// The arrays of a problem.
#[derive(Clone, Copy, Default)]
pub(crate) struct Arrays<'a, T> {
    points: [&'a [T]; 2],
    cost: Option<&'a [T]>,
    weights: [Option<&'a [T]>; 2],
}

impl<T: Real> Problem<T> {
    /// The ground cost of points; squared Euclidean, which nobody asks, for a matrix.
    pub(crate) fn ground_cost(&self) -> Result<GroundCost<T>, Fault> {
        let custom = Custom { function: self.cost_function, gradient: self.cost_gradient, data: self.cost_data };
        GroundCost::of(self.ground_cost, self.p, custom)
    }

    /// The sizes, checked without touching the arrays.
    pub(crate) fn shape(&self) -> Result<Shape, Fault> {
        count(c"n", self.n)?;
        count(c"m", self.m)?;
        let ground_cost = self.ground_cost()?;
        if !self.cost.is_null() {
            let unused = [
                (c"x", !self.x.is_null()),
                (c"y", !self.y.is_null()),
                (c"dimension", self.dimension != 0),
                (c"ground_cost", self.ground_cost != SINKHORN_COST_SQUARED_EUCLIDEAN),
            ];
            check_unused(unused, "give points or a cost matrix, not both")?;
            return Ok(Shape::general(self.n, self.m));
        }
        let ordered = self.cost_order != SINKHORN_ORDER_ROW_MAJOR;
        check_unused([(c"cost_order", ordered)], "an order is given, but no cost matrix")?;
        if self.dimension == 0 {
            return Err(Fault::new(c"dimension", FaultKind::Zero));
        }
        Ok(if ground_cost.is_built_in() {
            Shape::squared_euclidean(self.n, self.m, self.dimension)
        } else {
            Shape::general(self.n, self.m)
        })
    }

    /// Declares the arrays.
    pub(crate) fn arrays<'a>(&self, call: &mut Arguments<'a>) -> Result<Arrays<'a, T>, Fault> {
        let mut arrays = Arrays::default();
        if self.cost.is_null() {
            let points = [(c"x", self.x, self.n), (c"y", self.y, self.m)];
            for (values, (name, pointer, count)) in arrays.points.iter_mut().zip(points) {
                *values = call.read(name, pointer, product(name, count, self.dimension)?)?;
            }
        } else {
            arrays.cost = Some(call.read(c"cost", self.cost, product(c"cost", self.n, self.m)?)?);
        }
        let weights = [(c"a", self.a, self.n), (c"b", self.b, self.m)];
        for (values, (name, pointer, count)) in arrays.weights.iter_mut().zip(weights) {
            *values = call.read_optional(name, pointer, count)?;
        }
        Ok(arrays)
    }

    /// The problem of the core over these arrays.
    pub(crate) fn core<'a>(
        &self,
        arrays: &Arrays<'a, T>,
        ground_cost: &'a GroundCost<T>,
    ) -> Result<CoreProblem<'a, T>, Fault> {
        self.shape()?;
        let Arrays { points: [x, y], cost, weights: [a, b] } = *arrays;
        let geometry: Geometry<'a, T> = match (cost, self.cost_order) {
            (None, _) => PointCloud::new(x, y, self.dimension, ground_cost.as_dyn())?.into(),
            (Some(cost), SINKHORN_ORDER_ROW_MAJOR) => CostMatrix::row_major(cost, self.n, self.m)?.into(),
            (Some(cost), SINKHORN_ORDER_COLUMN_MAJOR) => CostMatrix::column_major(cost, self.n, self.m)?.into(),
            (Some(_), value) => return Err(Fault::new(c"cost_order", FaultKind::Choice { value })),
        };
        let mut problem = CoreProblem::new(geometry)?;
        if let Some(a) = a {
            problem = problem.weights_a(a)?;
        }
        if let Some(b) = b {
            problem = problem.weights_b(b)?;
        }
        let exact = |rho: T| if rho == T::ZERO { T::INFINITY } else { rho };
        let problem = problem.epsilon(self.epsilon()?)?.cost_scale(self.cost_scale()?)?;
        Ok(problem.unbalanced(exact(self.rho_a), exact(self.rho_b))?)
    }

    fn epsilon(&self) -> Result<Epsilon<T>, Fault> {
        match self.epsilon_kind {
            SINKHORN_EPSILON_DEFAULT if self.epsilon == T::ZERO => Ok(Epsilon::default()),
            SINKHORN_EPSILON_DEFAULT => {
                let reason =
                    "a value is given without its kind: set epsilon_kind, to SINKHORN_EPSILON_ABSOLUTE for one";
                Err(Fault::unsupported(c"epsilon", reason))
            }
            SINKHORN_EPSILON_ABSOLUTE => Ok(Epsilon::Absolute(self.epsilon)),
            SINKHORN_EPSILON_OF_MEAN => Ok(Epsilon::OfMean(self.epsilon)),
            SINKHORN_EPSILON_OF_STD => Ok(Epsilon::OfStd(self.epsilon)),
            value => Err(Fault::new(c"epsilon_kind", FaultKind::Choice { value })),
        }
    }

    fn cost_scale(&self) -> Result<CostScale<T>, Fault> {
        let scale = match self.cost_scale_kind {
            SINKHORN_SCALE_GIVEN => return Ok(CostScale::Given(self.cost_scale)),
            SINKHORN_SCALE_ONE => CostScale::One,
            SINKHORN_SCALE_MEAN => CostScale::Mean,
            SINKHORN_SCALE_STD => CostScale::Std,
            SINKHORN_SCALE_MAX => CostScale::Max,
            value => return Err(Fault::new(c"cost_scale_kind", FaultKind::Choice { value })),
        };
        let reason = "a value is given but cost_scale_kind is not SINKHORN_SCALE_GIVEN";
        check_unused([(c"cost_scale", self.cost_scale != T::ZERO)], reason)?;
        Ok(scale)
    }
}

/// Declares what objects go on reading.
pub(crate) fn keep_arrays<T: Real>(call: &mut Arguments<'_>, problem: &CoreProblem<'_, T>) -> Result<(), Fault> {
    match problem.geometry() {
        Geometry::Points(cloud) => {
            call.keep(c"x", cloud.x().data())?;
            call.keep(c"y", cloud.y().data())?;
        }
        Geometry::Matrix(matrix) => call.keep(c"cost", matrix.data())?,
    }
    call.keep(c"a", problem.a().values().unwrap_or(&[]))?;
    call.keep(c"b", problem.b().values().unwrap_or(&[]))
}
