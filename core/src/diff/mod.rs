//! Derivatives of a solution. They do not depend on how the solve found it: starts and acceleration take no part.
//!
//! The value is differentiated by the envelope theorem; potentials, plan and map through the equations that they solve.
//! Everything is written in terms of the conditional plan Q_ij = P_ij / sum_k P_ik, whose rows are computed when needed
//! and never stored. The files, in reading order:
//!
//! 1. `inputs`: the inputs of a problem, as places for gradients ([`Gradients`]) and as directions ([`Tangent`]).
//! 2. `conditional`: the conditional plan, and passes over its rows.
//! 3. `pull_back`: from derivatives in the costs of pairs to those in x, y, the matrix and epsilon.
//! 4. `objective`: the gradient of the objective.
//! 5. `cotangent`: a loss of potentials, plan and map, by its derivatives. A new loss needs nothing else.
//! 6. `vjp`: the gradient of such a loss, and the linear system behind it.
//! 7. `conjugate_gradients`: the solution of that system.
//! 8. `coarse`: a preconditioner for it, on the line and in the plane.
//! 9. `jvp`: changes of potentials, plan and map along a direction.
//! 10. `second_order`: products with the Hessian of the objective.
//! 11. `weightless`: columns without mass, which the passes over rows leave out.
//! 12. `means`: means along rows and columns of a plan, for soft operators.
//! 13. `listed`: passes over the pairs that matter, if the solve skipped the others.
//! 14. `workspace`: the memory of all these.

mod coarse;
mod conditional;
mod conjugate_gradients;
mod cotangent;
mod inputs;
mod jvp;
#[cfg(feature = "skipping")]
mod listed;
pub(crate) mod means;
mod objective;
mod pull_back;
mod second_order;
mod vjp;
mod weightless;
mod workspace;

pub use conjugate_gradients::LinearStatus;
pub use cotangent::{Cotangent, PlanCotangent};
pub(crate) use inputs::check_results;
pub use inputs::{Gradients, Tangent};
pub use jvp::Changes;
pub use workspace::derivatives_len;

use crate::error::{Argument, Error, ErrorKind, check_count, check_positive, check_workspace};
use crate::problem::Problem;
use crate::real::Real;
use crate::solution::Solution;
use crate::sweep::log_weight;

use conditional::Conditional;
use workspace::Memory;

/// The tolerance, iterations and threads of derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DerivativeSettings<T> {
    /// The residual at which the linear system counts as solved, relative to the cotangent.
    pub tolerance: T,
    /// The number of iterations after which the solve of that system ends with [`LinearStatus::IterationLimit`].
    pub max_iterations: u32,
    /// The number of threads that share the rows, of the rayon pool that the caller is in. No bit of a result depends
    /// on it.
    pub threads: usize,
}

impl<T: Real> Default for DerivativeSettings<T> {
    /// The tolerance is 1e-3 in `f32` and 1e-8 in `f64`, which is finer than potentials that have converged to a
    /// default threshold are worth. There are at most 1 000 iterations, on one thread.
    fn default() -> Self {
        DerivativeSettings { tolerance: T::DEFAULT_TOLERANCE, max_iterations: 1000, threads: 1 }
    }
}

impl<T: Real> DerivativeSettings<T> {
    /// Checks the settings, as [`Derivatives::new`] does, for those who want to know sooner.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        check_positive(Argument::TOLERANCE, self.tolerance)?;
        check_count(Argument::MAX_ITERATIONS, self.max_iterations as usize)?;
        check_count(Argument::THREADS, self.threads)
    }
}

/// Says how the linear system behind an implicit derivative was solved. Status is data: the derivative is written in
/// any case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearReport<T> {
    /// The reason why the iteration ended.
    pub status: LinearStatus,
    /// The number of iterations of conjugate gradients; each is one pass over the pairs.
    pub iterations: u32,
    /// The residual, relative to the cotangent (or to what the tangent changes), measured at the end and not carried
    /// along.
    pub residual: T,
    /// The component along the free constant of balanced potentials (f + c, g - c), which the system cannot tell and
    /// which was taken out; 0 if there is none, or if a side is relaxed.
    ///
    /// For a cotangent it is sum dL/df_i - sum dL/dg_j. Its part of the gradients follows from the convention sum a_i
    /// f_i = sum b_j g_j, and is in them. For a tangent it is sum db_j - sum da_i, the difference that the tangent
    /// would make between equal totals.
    pub projected: T,
}

/// The derivatives of a solved problem, in memory that you lend.
///
/// Epsilon and the cost scale are inputs of their own. They are held fixed also if they were given relative to the
/// cost.
///
/// ```
/// use sinkhorn_core::diff::{
///     Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, LinearStatus, PlanCotangent, Tangent,
/// };
/// use sinkhorn_core::start::Monotone;
/// use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Settings, Workspace, solve};
///
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
    settings: DerivativeSettings<T>,
    plan: Conditional<'d, T>,
    memory: Memory<'d, T>,
}

impl<'d, T: Real> Derivatives<'d, T> {
    /// Returns the number of scalars that [`Derivatives::new`] needs: O(n + m). It is [`derivatives_len`], or n + m
    /// more if pairs can be skipped.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`], and bad settings.
    pub fn len(problem: &Problem<'_, T>, settings: &DerivativeSettings<T>) -> Result<usize, Error> {
        settings.check()?;
        let dimension = problem.geometry().dimension();
        derivatives_len(problem.rows(), problem.columns(), dimension, settings.threads)
            .map(|len| len + workspace::ordered_len(problem))
            .ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))
    }

    /// Returns the number of scalars beyond [`derivatives_len`] with which pairs are skipped.
    pub(crate) fn room_for_lists(problem: &Problem<'_, T>) -> usize {
        workspace::ordered_len(problem)
    }

    /// Measures the marginals of the plan, one pass over the pairs. `memory`, whose contents do not matter, holds at
    /// least [`derivatives_len`] scalars.
    ///
    /// If the solve skipped pairs, it pays, all points have weight, and the memory is of [`Derivatives::len`] scalars,
    /// then most passes leave out the pairs that carry less than rounding.
    ///
    /// Derivatives are those of the potentials that a problem has, and as good as the solution is converged.
    ///
    /// # Errors
    /// Bad settings; [`ErrorKind::Workspace`]; and [`ErrorKind::Overflow`] naming `cost` if the marginals of a relaxed
    /// problem leave the range of the scalar, or `epsilon` if it is so small for the cost that rounding leaves nothing
    /// of the entries of the plan.
    pub fn new(
        solution: &Solution<'d, T>,
        settings: &DerivativeSettings<T>,
        memory: &'d mut [T],
    ) -> Result<Self, Error> {
        let problem = &solution.scaled.problem;
        check_workspace(Self::len(problem, settings)? - workspace::ordered_len(problem), memory.len())?;
        let (of_plan, mut memory) = workspace::cut(memory, problem, settings.threads);
        for (j, log) in memory.log_b.iter_mut().enumerate() {
            *log = log_weight(problem.b().get(j));
        }
        let plan = Conditional::new(solution, of_plan, &mut memory)?;
        Ok(Derivatives { settings: *settings, plan, memory })
    }

    /// The solution that is differentiated.
    pub fn solution(&self) -> &Solution<'d, T> {
        &self.plan.solution
    }

    /// Returns sum_j P_ij v_j / sum_j P_ij, for every i: one pass over the pairs.
    pub(crate) fn row_means(&mut self, v: &[T]) -> &[T] {
        let memory = &mut self.memory;
        self.plan.normal_product(v, memory.t, &mut memory.ordered, &mut memory.scratch);
        self.memory.t
    }
}
