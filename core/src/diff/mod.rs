//! Derivatives of what a solve finds, without a trace of how it was found.
//!
//! The value is differentiated by the envelope theorem ([`Derivatives::objective`]); potentials, plan and map through the equations that
//! they solve ([`Derivatives::vjp`], [`Derivatives::jvp`], [`Derivatives::objective_hessian`]). Starts and acceleration take no part.
//!
//! Everything is written in terms of the conditional plan Q_ij = P_ij / sum_k P_ik, whose rows are computed when needed and never stored
//! ([`conditional`]). A new loss is a cotangent ([`cotangent`]); what a cotangent of the costs is worth in the points, in the matrix or in epsilon
//! is in [`pull_back`].

mod coarse;
mod conditional;
mod conjugate_gradients;
mod cotangent;
mod inputs;
mod jvp;
pub(crate) mod means;
mod objective;
mod pull_back;
mod second_order;
mod vjp;
mod weightless;
mod workspace;

pub use conjugate_gradients::LinearStatus;
pub use cotangent::{Cotangent, PlanCotangent};
pub use inputs::{Gradients, Tangent};
pub use jvp::Changes;
pub use workspace::derivatives_len;

use crate::error::{Argument, Error, ErrorKind, check_count, check_positive, check_workspace};
use crate::real::Real;
use crate::solution::Solution;

use conditional::Conditional;
use conjugate_gradients::Vectors;
use workspace::Memory;

/// How to differentiate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DerivativeSettings<T> {
    /// The residual at which the linear system counts as solved, relative to the cotangent.
    pub tolerance: T,
    /// Iterations after which it is given up with [`LinearStatus::IterationLimit`].
    pub max_iterations: u32,
    /// Threads that share the rows, of the rayon pool that the caller is in; no bit of a result depends on them.
    pub threads: usize,
}

impl<T: Real> Default for DerivativeSettings<T> {
    /// The tolerance is 1e-3 in `f32`, 1e-8 in `f64`: better than potentials that have converged to a default threshold are worth; at most
    /// 1 000 iterations; one thread.
    fn default() -> Self {
        DerivativeSettings { tolerance: T::DEFAULT_TOLERANCE, max_iterations: 1000, threads: 1 }
    }
}

impl<T: Real> DerivativeSettings<T> {
    /// What [`Derivatives::new`] checks about them, for those who want to know sooner.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        check_positive(Argument::TOLERANCE, self.tolerance)?;
        check_count(Argument::MAX_ITERATIONS, self.max_iterations as usize)?;
        check_count(Argument::THREADS, self.threads)
    }
}

/// How the linear system behind an implicit derivative was solved. Status is data: the derivative is written in any case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearReport<T> {
    /// How it ended.
    pub status: LinearStatus,
    /// Iterations of conjugate gradients; each is one pass over the pairs.
    pub iterations: u32,
    /// The residual, relative to the cotangent (or to what the tangent changes), measured at the end and not carried along.
    pub residual: T,
    /// The component along the free constant of balanced potentials (f + c, g - c) that the system cannot tell, and that was taken out. Of a
    /// cotangent: sum dL/df_i - sum dL/dg_j; what it is worth follows from the convention sum a_i f_i = sum b_j g_j, and is in the gradients. Of a tangent: sum
    /// db_j - sum da_i, the difference that it would make of equal totals. Zero where there is none, or where a side is relaxed.
    pub projected: T,
}

/// The derivatives of a solved problem, in memory that you lend.
///
/// Epsilon and the cost scale are held fixed where they were given relative to the cost: they are inputs of their own.
///
/// ```
/// use sinkhorn_core::*;
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?.epsilon(Epsilon::Absolute(1.0))?;
/// let settings = Settings { threshold: 1e-12, ..Settings::default() };
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
///
/// let differentiation = DerivativeSettings::default();
/// let mut memory = vec![0.0; Derivatives::len(&problem, &differentiation)?];
/// let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory)?;
///
/// // Of the objective, by the envelope theorem: no system to solve.
/// let (mut in_x, mut in_b) = ([0.0; 3], [0.0; 2]);
/// derivatives.objective(&mut Gradients { x: Some(&mut in_x), b: Some(&mut in_b), ..Gradients::none() })?;
///
/// // Of the loss P[0][1], a function of the plan: dL/dP is 1 there and 0 elsewhere.
/// let loss = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
/// let cotangent = Cotangent { plan: Some(PlanCotangent::Matrix(&loss)), ..Cotangent::none() };
/// let report = derivatives.vjp(&cotangent, &mut Gradients { x: Some(&mut in_x), ..Gradients::none() })?;
/// assert_eq!(report.status, LinearStatus::Converged);
/// assert!(in_x[0] > 0.0 && in_x[2] < 0.0); // moved towards y[1], x[0] sends it more; so it does when x[2] recedes
/// # Ok::<(), Error>(())
/// ```
pub struct Derivatives<'d, T: Real> {
    solution: Solution<'d, T>,
    settings: DerivativeSettings<T>,
    plan: Conditional<'d, T>,
    memory: Memory<'d, T>,
}

impl<'d, T: Real> Derivatives<'d, T> {
    /// Scalars that [`Derivatives::new`] needs ([`derivatives_len`]): O(n + m).
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], and bad settings.
    pub fn len(problem: &crate::Problem<'_, T>, settings: &DerivativeSettings<T>) -> Result<usize, Error> {
        settings.check()?;
        let dimension = problem.geometry().dimension();
        let argument = Argument::WORKSPACE;
        derivatives_len(problem.rows(), problem.columns(), dimension, settings.threads)
            .ok_or(Error::new(argument, ErrorKind::TooLarge))
    }

    /// Measures the marginals of the plan, one pass over the pairs. `memory`, whose contents do not matter, holds at least
    /// [`Derivatives::len`] scalars.
    ///
    /// Derivatives are those of the potentials that a problem has, and as good as the solution is converged.
    ///
    /// # Errors
    /// Bad settings, [`ErrorKind::Workspace`], and [`ErrorKind::Overflow`] naming `cost` where the marginals of a relaxed problem leave the range of the scalar, or
    /// `epsilon` where it is so small for the cost that rounding leaves nothing of the entries of the plan.
    pub fn new(
        solution: &Solution<'d, T>,
        settings: &DerivativeSettings<T>,
        memory: &'d mut [T],
    ) -> Result<Self, Error> {
        let problem = &solution.prepared.problem;
        let required = Self::len(problem, settings)?;
        check_workspace(required, memory.len())?;
        let (of_plan, mut memory) = workspace::cut(memory, problem, settings.threads);
        let plan = Conditional::new(solution, of_plan, memory.tile_rows, &mut memory.scratch)?;
        Ok(Derivatives { solution: solution.clone(), settings: *settings, plan, memory })
    }

    /// What is differentiated.
    pub fn solution(&self) -> &Solution<'d, T> {
        &self.solution
    }

    /// sum_j P_ij v_j / sum_j P_ij, for every i: one pass over the pairs.
    pub(crate) fn row_means(&mut self, v: &[T]) -> &[T] {
        self.plan.normal_product(v, self.memory.t, &mut self.memory.scratch);
        self.memory.t
    }
}
