//! A solution that is made again of what was saved of it.

use super::Solver;
use crate::cost::CostScale;
use crate::error::{Argument, Error, check_length};
use crate::measure::check_finite_vector;
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::workspace::Workspace;

impl<'a, T: Real> Solution<'a, T> {
    /// Makes a solution again of its potentials and its report, without a sweep. f, g and the report keep their bits.
    /// Epsilon and the cost scale are those of the report. A solve that skips pairs lists them anew, which takes about
    /// as long as one of its sweeps; otherwise no pair is visited.
    ///
    /// ```
    /// use sinkhorn_core::start::Zero;
    /// use sinkhorn_core::{PointCloud, Problem, Settings, Solution, Workspace, solve};
    /// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
    /// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
    /// let settings = Settings::default();
    /// let len = Workspace::len(&problem, &settings)?;
    /// let (mut memory, mut other) = (vec![0.0; len], vec![0.0; len]);
    /// let solution = solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
    /// let (f, g, report) = (solution.f().to_vec(), solution.g().to_vec(), *solution.report());
    ///
    /// let workspace = Workspace::new(&mut other, &problem, &settings)?;
    /// let again = Solution::restore(&problem, &settings, workspace, &f, &g, report)?;
    /// assert_eq!(again.entry(2, 1), solution.entry(2, 1));
    /// # Ok::<(), sinkhorn_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`Solver::new`]. [`ErrorKind::Length`](crate::error::ErrorKind::Length) and
    /// [`ErrorKind::NotFinite`](crate::error::ErrorKind::NotFinite), naming `f` or `g`.
    pub fn restore(
        problem: &Problem<'a, T>,
        settings: &Settings<T>,
        workspace: Workspace<'a, T>,
        f: &[T],
        g: &[T],
        report: Report<T>,
    ) -> Result<Self, Error> {
        check_length(Argument::F, f, problem.rows())?;
        check_length(Argument::G, g, problem.columns())?;
        check_finite_vector(Argument::F, f)?;
        check_finite_vector(Argument::G, g)?;
        let (epsilon, scale) = (problem.requested_epsilon(), problem.requested_scale());
        // What was asked for, unless it was not reached or is relative to costs: these are not looked at again.
        let reached = |value: T| (value * report.cost_scale) / report.cost_scale == report.epsilon;
        let resolved = match epsilon {
            Epsilon::Absolute(value) if reached(value) => *problem,
            _ => problem.epsilon(Epsilon::Absolute(report.epsilon))?,
        };
        let resolved = resolved.cost_scale(CostScale::Given(report.cost_scale))?;
        let mut solver = Solver::without_start(&resolved, settings, workspace)?;
        #[cfg(feature = "support")]
        if let Some(whole) = solver.whole.take() {
            let choose = |own_f: &mut [T], own_g: &mut [T]| whole.choose_potentials(f, g, own_f, own_g);
            let own = solver.iterate.restore(choose, report);
            return whole.restore(&own, f, g).of_request(epsilon, scale);
        }
        let copy = |own_f: &mut [T], own_g: &mut [T]| {
            own_f.copy_from_slice(f);
            own_g.copy_from_slice(g);
        };
        solver.iterate.restore(copy, report).of_request(epsilon, scale)
    }

    /// Says what the problem asked for.
    fn of_request(mut self, epsilon: Epsilon<T>, scale: CostScale<T>) -> Result<Self, Error> {
        self.scaled.problem = self.scaled.problem.epsilon(epsilon)?.cost_scale(scale)?;
        Ok(self)
    }
}
