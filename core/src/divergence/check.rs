//! The check of a divergence: numbers out of range, or lost to rounding, are refused.

use super::Divergence;
use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::Geometry;
use crate::measure::Points;
use crate::real::Real;
use crate::reduce::is_finite;
use crate::report::Status;
use crate::solution::Solution;

impl<T: Real> Divergence<'_, T> {
    /// Refuses a value, potentials and reports that are not finite, and a value below zero by more than rounding can
    /// explain.
    pub(super) fn check(&self) -> Result<(), Error> {
        let solutions = [&self.between, &self.within_x, &self.within_y];
        if solutions.into_iter().any(|solution| is_lost(solution)) {
            return Err(Error::new(Argument::EPSILON, ErrorKind::Overflow));
        }
        let in_range =
            self.value.is_finite() && self.value >= -self.rounding() && solutions.into_iter().all(is_in_range);
        if in_range { Ok(()) } else { Err(Error::new(self.extreme(), ErrorKind::Overflow)) }
    }

    /// Says whether both measures have the same mass and are relaxed alike. If no pair costs anything, nothing else
    /// tells them apart.
    pub(super) fn is_between_equals(&self) -> bool {
        let problem = &self.between.scaled.problem;
        let is_balanced = self.between.scaled.is_balanced();
        is_balanced || (problem.a().total() == problem.b().total() && problem.rho_a() == problem.rho_b())
    }

    /// Bounds what rounding takes from a divergence of zero, for costs whose divergence is known to be no less.
    fn rounding(&self) -> T {
        let p = &self.between.scaled;
        let (a, b) = (p.problem.a().total(), p.problem.b().total());
        if !p.problem.geometry().cloud().is_some_and(|cloud| cloud.ground_cost().is_squared_euclidean()) {
            return T::INFINITY;
        }
        // Costs are rounded to their size. If the problem is relaxed, only those count that rho does not cut off.
        let relaxed = T::SQRT_EPSILON * (p.rho_a.min(p.rho_b) + p.epsilon);
        let balanced = T::constant(64.0) * T::EPSILON * (p.largest_cost + p.epsilon);
        (a + b) * (T::ONE + a + b) * relaxed.min(balanced) / p.unit
    }

    /// Names the argument to blame for numbers out of range.
    fn extreme(&self) -> Argument {
        let problem = &self.between.scaled.problem;
        let reach = |points: Points<'_, T>| points.data().iter().fold(T::ZERO, |most, value| most.max(value.abs()));
        match problem.geometry() {
            _ if problem.requested_scale() != CostScale::One => Argument::COST_SCALE,
            Geometry::Points(cloud) if reach(cloud.y()) > reach(cloud.x()) => Argument::Y,
            Geometry::Points(_) => Argument::X,
            Geometry::Matrix(_) => Argument::COST,
        }
    }
}

/// Says whether potentials are finite, and the sums of the report below the largest finite number, which stands for all
/// larger ones.
fn is_in_range<T: Real>(solution: &Solution<'_, T>) -> bool {
    let report = solution.report();
    let sums = [report.objective, report.transport_cost, report.mass];
    sums.into_iter().all(|sum| sum < T::MAX) && is_finite(solution.f()) && is_finite(solution.g())
}

/// Says whether costs are so many epsilons that their rounding errors exceed epsilon. Potentials mean nothing then. The
/// mass shows it: an exact side has its own mass, whatever else has converged.
fn is_lost<T: Real>(solution: &Solution<'_, T>) -> bool {
    let (report, problem) = (solution.report(), solution.problem());
    let total = problem.b().total();
    let is_exact = problem.rho_b() == T::INFINITY;
    report.status == Status::PrecisionFloor && is_exact && !((report.mass - total).abs() <= T::HALF * total)
}
