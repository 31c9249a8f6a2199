//! The choice of a ground cost, and the caller's own.

use core::ffi::c_void;

use sinkhorn_core::{
    Real,
    cost::{Cosine, Euclidean, GroundCost as CoreCost, Manhattan, PNorm, Smoothness, SquaredEuclidean},
};

use crate::checks::check_unused;
use crate::fault::{Fault, FaultKind};

/// The cost c(x, y) between points: one of the SINKHORN_COST_ constants.
pub type Cost = i32;

/// |x - y|^2: the fastest, and the only one of the Gaussian and mixture starts.
pub const SINKHORN_COST_SQUARED_EUCLIDEAN: Cost = 0;
/// |x - y|.
pub const SINKHORN_COST_EUCLIDEAN: Cost = 1;
/// sum_k |x_k - y_k|.
pub const SINKHORN_COST_MANHATTAN: Cost = 2;
/// (sum_k |x_k - y_k|^p)^(1/p), p >= 1 the field p of the problem; infinity is the largest difference.
pub const SINKHORN_COST_P_NORM: Cost = 3;
/// 1 - <x, y> / (|x| |y|); 1 where one of them is 0.
pub const SINKHORN_COST_COSINE: Cost = 4;
/// The field cost_function of the problem.
pub const SINKHORN_COST_CUSTOM: Cost = 5;

/// A cost of your own: c(x, y) for two points of so many coordinates; finite, or infinity to forbid the pair. Called
/// for every pair at every sweep, unless the settings keep costs or kernel, and on several threads where they ask for
/// threads. It must return: no longjmp, no exception.
pub type CostFunction<T> =
    Option<unsafe extern "C" fn(x: *const T, y: *const T, dimension: usize, data: *mut c_void) -> T>;

/// Its gradient: writes dc/dx and dc/dy (so many coordinates each). Only derivatives in points and maps'
/// derivatives call it.
pub type CostGradient<T> = Option<
    unsafe extern "C" fn(x: *const T, y: *const T, dimension: usize, in_x: *mut T, in_y: *mut T, data: *mut c_void),
>;

/// A ground cost, as objects keep it.
#[derive(Clone, Copy)]
pub(crate) enum GroundCost<T> {
    SquaredEuclidean,
    Euclidean,
    Manhattan,
    PNorm(PNorm<T>),
    Cosine,
    Custom(Custom<T>),
}

impl<T: Real> GroundCost<T> {
    pub fn of(choice: Cost, p: T, custom: Custom<T>) -> Result<Self, Fault> {
        let powers = choice == SINKHORN_COST_P_NORM;
        let reason = "p is set but ground_cost is not SINKHORN_COST_P_NORM";
        check_unused([(c"p", p != T::ZERO && !powers)], reason)?;
        let own = choice == SINKHORN_COST_CUSTOM;
        let function = (c"cost_function", custom.function.is_some() && !own);
        let gradient = (c"cost_gradient", custom.gradient.is_some() && !own);
        check_unused([function, gradient], "it is set but ground_cost is not SINKHORN_COST_CUSTOM")?;
        Ok(match choice {
            SINKHORN_COST_SQUARED_EUCLIDEAN => GroundCost::SquaredEuclidean,
            SINKHORN_COST_EUCLIDEAN..=SINKHORN_COST_COSINE if !cfg!(feature = "costs") => {
                let reason = "this build has squared Euclidean and custom costs only";
                return Err(Fault::unsupported(c"ground_cost", reason));
            }
            SINKHORN_COST_EUCLIDEAN => GroundCost::Euclidean,
            SINKHORN_COST_MANHATTAN => GroundCost::Manhattan,
            SINKHORN_COST_P_NORM => GroundCost::PNorm(PNorm::new(p).map_err(|error| Fault::core(c"p", error.kind))?),
            SINKHORN_COST_COSINE => GroundCost::Cosine,
            SINKHORN_COST_CUSTOM if custom.function.is_none() => {
                return Err(Fault::new(c"cost_function", FaultKind::Null));
            }
            SINKHORN_COST_CUSTOM => GroundCost::Custom(custom),
            value => return Err(Fault::new(c"ground_cost", FaultKind::Choice { value })),
        })
    }

    /// Whether its points are copied.
    pub fn is_built_in(&self) -> bool {
        !matches!(self, GroundCost::Custom(_))
    }

    pub fn as_dyn(&self) -> &dyn CoreCost<T> {
        match self {
            GroundCost::Custom(cost) => cost,
            // Not named where it cannot be chosen, and so not linked.
            _ if !cfg!(feature = "costs") => &SquaredEuclidean,
            GroundCost::SquaredEuclidean => &SquaredEuclidean,
            GroundCost::Euclidean => &Euclidean,
            GroundCost::Manhattan => &Manhattan,
            GroundCost::PNorm(cost) => cost,
            GroundCost::Cosine => &Cosine,
        }
    }
}

/// A cost of the caller.
#[derive(Clone, Copy)]
pub(crate) struct Custom<T> {
    pub function: CostFunction<T>,
    pub gradient: CostGradient<T>,
    pub data: *mut c_void,
}

// SAFETY: the header says that the function is called on several threads where threads are asked for, with this data.
unsafe impl<T> Sync for Custom<T> {}

impl<T: Real> CoreCost<T> for Custom<T> {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        let Some(function) = self.function else { return T::ZERO };
        // SAFETY: two points of this many coordinates, and the data that came with the function: what the header
        // promises.
        unsafe { function(x.as_ptr(), y.as_ptr(), x.len(), self.data) }
    }

    fn smoothness(&self) -> Smoothness {
        if self.gradient.is_some() { Smoothness::Gradient } else { Smoothness::None }
    }

    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let Some(gradient) = self.gradient else { return };
        in_x.fill(T::ZERO);
        in_y.fill(T::ZERO);
        // SAFETY: the same, and room for as many coordinates each.
        unsafe { gradient(x.as_ptr(), y.as_ptr(), x.len(), in_x.as_mut_ptr(), in_y.as_mut_ptr(), self.data) };
    }
}
