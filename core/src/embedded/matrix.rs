//! Solves with matrices and vectors of nalgebra.

use nalgebra::{SMatrix, SVector};

use crate::cost::GroundCost;
use crate::embedded::fixed::FixedWorkspace;
use crate::error::Error;
use crate::geometry::{CostMatrix, PointCloud};
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::report::Report;
use crate::settings::Settings;
use crate::solver::solve;
use crate::start::Start;

impl<'a, T: Real> CostMatrix<'a, T> {
    /// Takes the costs from a nalgebra matrix, which is column-major.
    ///
    /// # Errors
    /// Those of [`CostMatrix::column_major`].
    pub fn from_nalgebra<const N: usize, const M: usize>(cost: &'a SMatrix<T, N, M>) -> Result<Self, Error> {
        CostMatrix::column_major(cost.as_slice(), N, M)
    }
}

impl<'a, T: Real> PointCloud<'a, T> {
    /// Takes the points from the columns of nalgebra matrices.
    ///
    /// # Errors
    /// Those of [`PointCloud::new`].
    pub fn from_nalgebra<const D: usize, const N: usize, const M: usize>(
        x: &'a SMatrix<T, D, N>,
        y: &'a SMatrix<T, D, M>,
        cost: &'a dyn GroundCost<T>,
    ) -> Result<Self, Error> {
        PointCloud::new(x.as_slice(), y.as_slice(), D, cost)
    }
}

/// The solution of [`solve_matrix`], which owns everything.
#[derive(Debug, Clone)]
pub struct FixedSolution<T, const N: usize, const M: usize> {
    /// The potential f, in units of cost.
    pub f: SVector<T, N>,
    /// The potential g, in units of cost.
    pub g: SVector<T, M>,
    /// The plan P.
    pub plan: SMatrix<T, N, M>,
    /// The report.
    pub report: Report<T>,
}

/// Solves the transport between weights `a` and `b` under a cost matrix, all of fixed size. Nothing is allocated.
///
/// ```
/// use nalgebra::{Matrix2, Vector2};
/// use sinkhorn_core::{embedded::{FixedWorkspace, solve_matrix}, Epsilon, Settings, start::Zero};
/// let (cost, a, b) = (Matrix2::new(0.0, 1.0, 1.0, 0.0), Vector2::new(0.5, 0.5), Vector2::new(0.25, 0.75));
/// let mut workspace = FixedWorkspace::<f64, 2, 2>::new();
/// let found = solve_matrix(&cost, &a, &b, Epsilon::Absolute(0.02), &Zero, &Settings::plain(), &mut workspace)?;
/// assert!((found.report.transport_cost - 0.25).abs() < 1e-6);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`CostMatrix::column_major`], [`Problem`], and [`solve`].
pub fn solve_matrix<T: Real, const N: usize, const M: usize, const D: usize, const K: usize>(
    cost: &SMatrix<T, N, M>,
    a: &SVector<T, N>,
    b: &SVector<T, M>,
    epsilon: Epsilon<T>,
    start: &dyn Start<T>,
    settings: &Settings<T>,
    workspace: &mut FixedWorkspace<T, N, M, D, K>,
) -> Result<FixedSolution<T, N, M>, Error> {
    let problem = Problem::new(CostMatrix::from_nalgebra(cost)?)?;
    let problem = problem.weights(a.as_slice(), b.as_slice())?.epsilon(epsilon)?;
    let solution = solve(&problem, start, settings, workspace.lend(&problem)?)?;
    Ok(FixedSolution {
        f: SVector::from_column_slice(solution.f()),
        g: SVector::from_column_slice(solution.g()),
        plan: SMatrix::from_fn(|i, j| solution.entry(i, j)),
        report: *solution.report(),
    })
}
