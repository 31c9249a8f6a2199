//! The derivatives of a loss in potentials, plan and map.

use crate::error::{Argument, Error, ErrorKind, Place};
use crate::real::Real;
use crate::reduce;

use super::conditional::Conditional;
use super::inputs::check_input;

/// dL/df, dL/dg, dL/dP and dL/dT of a loss L of potentials, plan and barycentric map, in the units of the solution.
/// Leave out what the loss does not depend on.
#[derive(Clone, Copy)]
pub struct Cotangent<'c, T> {
    /// dL/df, n.
    pub f: Option<&'c [T]>,
    /// dL/dg, m.
    pub g: Option<&'c [T]>,
    /// dL/dP, n x m.
    pub plan: Option<PlanCotangent<'c, T>>,
    /// dL/dT, n x d row-major, with T the [barycentric map](crate::Solution::barycentric_map).
    pub map: Option<&'c [T]>,
}

/// dL/dP.
#[derive(Clone, Copy)]
pub enum PlanCotangent<'c, T> {
    /// A matrix, row-major.
    Matrix(&'c [T]),
    /// A function that computes entries when they are needed, so that nothing of size n m is stored. It is called with
    /// i, a first column and room for dL/dP_ij of as many columns j as there are places; once for every pair and once
    /// more for each gradient of x, y, cost and epsilon, in any order and on several threads.
    Rows(&'c (dyn Fn(usize, usize, &mut [T]) + Sync)),
}

impl<'c, T: Real> Cotangent<'c, T> {
    /// Belongs to a loss of the plan: dL/dP, n x m row-major.
    pub const fn of_plan(plan: &'c [T]) -> Self {
        Cotangent { f: None, g: None, plan: Some(PlanCotangent::Matrix(plan)), map: None }
    }

    /// Belongs to a loss of the barycentric map: dL/dT, n x d row-major.
    pub const fn of_map(map: &'c [T]) -> Self {
        Cotangent { f: None, g: None, plan: None, map: Some(map) }
    }

    /// Belongs to a loss of the potentials: dL/df (n) and dL/dg (m).
    pub const fn of_potentials(f: &'c [T], g: &'c [T]) -> Self {
        Cotangent { f: Some(f), g: Some(g), plan: None, map: None }
    }

    /// Belongs to a loss that depends on nothing: fill in what it depends on.
    pub const fn none() -> Self {
        Cotangent { f: None, g: None, plan: None, map: None }
    }

    pub(super) fn check(&self, plan: &Conditional<'_, T>) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        let matrix = match self.plan {
            Some(PlanCotangent::Matrix(values)) => Some(values),
            _ => None,
        };
        check_input(Argument::F, self.f, n, None)?;
        check_input(Argument::G, self.g, m, None)?;
        check_input(Argument::PLAN, matrix, n.saturating_mul(m), Some(m))?;
        let d = plan.dimension_of_map(self.map.is_some())?;
        check_input(Argument::MAP, self.map, n * d, Some(d))
    }

    /// Returns sum dL/df_i - sum dL/dg_j.
    pub(super) fn constant(&self) -> T {
        let sum = |values: Option<&[T]>| values.map_or(T::ZERO, reduce::sum);
        sum(self.f) - sum(self.g)
    }

    /// Says whether the loss depends on the pairs beyond their potentials.
    pub(super) fn has_pairs(&self) -> bool {
        self.plan.is_some() || self.map.is_some()
    }

    /// Writes dL/dT_i . y_j, up to a number that is the same for all j, and dL/dP_ij, for the columns from `start` on.
    /// If the loss does not depend on one of them, its memory stays as it is.
    pub(super) fn rows(&self, plan: &Conditional<'_, T>, (i, start): (usize, usize), map: &mut [T], of_plan: &mut [T]) {
        match self.plan {
            Some(PlanCotangent::Matrix(values)) => {
                let first = i * plan.g.len() + start;
                of_plan.copy_from_slice(&values[first..first + of_plan.len()]);
            }
            Some(PlanCotangent::Rows(rows)) => rows(i, start, of_plan),
            None => {}
        }
        let (Some(values), Some(cloud)) = (self.map, plan.cloud()) else { return };
        let d = cloud.dimension();
        let own = &values[i * d..(i + 1) * d];
        match plan.p().scores.packed() {
            Some(points) => T::along(plan.p().instructions, points, start, own, map),
            None => {
                let origin = cloud.y().point(0);
                for (j, value) in map.iter_mut().enumerate() {
                    let y = cloud.y().point(start + j);
                    *value = (0..d).fold(T::ZERO, |total, k| total + own[k] * (y[k] - origin[k]));
                }
            }
        }
    }

    /// Combines both rows into omega_ij, the derivative of the loss in a pair beyond its potentials: dL/dlog Q_ij =
    /// Q_ij omega_ij at fixed potentials. It replaces the row of the map, whose mean sum_j Q_ij map_j is `map_mean`.
    pub(super) fn combine(&self, r: T, map_mean: T, map: &mut [T], of_plan: &[T]) {
        let pairs = map.iter_mut().zip(of_plan);
        match (self.map.is_some(), self.plan.is_some()) {
            (true, true) => pairs.for_each(|(value, &of_plan)| *value = (*value - map_mean) + r * of_plan),
            (false, true) => pairs.for_each(|(value, &of_plan)| *value = r * of_plan),
            (true, false) => map.iter_mut().for_each(|value| *value -= map_mean),
            (false, false) => {}
        }
    }

    /// Finds the first entry of row i that is not finite, in a cotangent that is computed.
    pub(super) fn bad_entry(&self, plan: &Conditional<'_, T>, i: usize, map: &mut [T], out: &mut [T]) -> Error {
        out.fill(T::ZERO);
        self.rows(plan, (i, 0), map, out);
        let column = out.iter().position(|value| !value.is_finite());
        let place = Place { row: i, column };
        match column {
            Some(j) => Error::new(Argument::PLAN, ErrorKind::NotFinite { place, value: out[j].widen() }),
            None => Error::new(if self.plan.is_some() { Argument::PLAN } else { Argument::MAP }, ErrorKind::Overflow),
        }
    }
}
