use crate::error::{Argument, Error, ErrorKind, Place};
use crate::measure::{check_finite, check_finite_vector};
use crate::real::Real;
use crate::reduce;
use crate::solution::check_length;

use super::conditional::Conditional;

/// dL/df, dL/dg, dL/dP and dL/dT of a loss L of potentials, plan and barycentric map, in the units of the solution: only those it depends on.
#[derive(Clone, Copy)]
pub struct Cotangent<'c, T> {
    /// dL/df, n.
    pub f: Option<&'c [T]>,
    /// dL/dg, m.
    pub g: Option<&'c [T]>,
    /// dL/dP, n x m.
    pub plan: Option<PlanCotangent<'c, T>>,
    /// dL/dT, n x d row-major, T the [barycentric map](crate::Solution::barycentric_map).
    pub map: Option<&'c [T]>,
}

/// dL/dP.
#[derive(Clone, Copy)]
pub enum PlanCotangent<'c, T> {
    /// A matrix, row-major.
    Matrix(&'c [T]),
    /// Computed when needed, so that nothing of size n m is: called with i, a first column and room for dL/dP_ij of as many columns j as there
    /// are places; once for every pair and once more for each gradient of x, y, cost and epsilon, in any order and on several threads.
    Rows(&'c (dyn Fn(usize, usize, &mut [T]) + Sync)),
}

impl<T: Real> Cotangent<'_, T> {
    /// Of a loss that depends on nothing: what to fill in.
    pub const fn none() -> Self {
        Cotangent { f: None, g: None, plan: None, map: None }
    }

    pub(super) fn check(&self, plan: &Conditional<'_, T>) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        for (argument, values, expected) in [(Argument::F, self.f, n), (Argument::G, self.g, m)] {
            if let Some(values) = values {
                check_length(argument, values, expected)?;
                check_finite_vector(argument, values)?;
            }
        }
        if let Some(PlanCotangent::Matrix(values)) = self.plan {
            check_length(Argument::PLAN, values, n.saturating_mul(m))?;
            check_finite(Argument::PLAN, values, m)?;
        }
        if let Some(values) = self.map {
            let Some(d) = plan.cloud().map(|cloud| cloud.dimension()) else {
                let reason = "a cost matrix has no points, and no map";
                return Err(Error::unsupported(Argument::MAP, reason));
            };
            check_length(Argument::MAP, values, n * d)?;
            check_finite(Argument::MAP, values, d)?;
        }
        Ok(())
    }

    /// sum dL/df_i - sum dL/dg_j.
    pub(super) fn constant(&self) -> T {
        let sum = |values: Option<&[T]>| values.map_or(T::ZERO, reduce::sum);
        sum(self.f) - sum(self.g)
    }

    /// Whether it has something for every pair.
    pub(super) fn has_pairs(&self) -> bool {
        self.plan.is_some() || self.map.is_some()
    }

    /// Of the columns from `start` on, dL/dT_i . y_j up to a number that is the same for all of them, and dL/dP_ij; where there is one.
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
        match plan.p.scores.packed() {
            Some(points) => T::along(plan.p.instructions, points, start, own, map),
            None => {
                let origin = cloud.y().point(0);
                for (j, value) in map.iter_mut().enumerate() {
                    let y = cloud.y().point(start + j);
                    *value = (0..d).fold(T::ZERO, |total, k| total + own[k] * (y[k] - origin[k]));
                }
            }
        }
    }

    /// Both rows into what a pair is worth beyond its potentials: omega_ij with dL/dlog Q_ij = Q_ij omega_ij at fixed potentials, in place of that of the
    /// map. `map_mean` is sum_j Q_ij of that.
    pub(super) fn combine(&self, r: T, map_mean: T, map: &mut [T], of_plan: &[T]) {
        let pairs = map.iter_mut().zip(of_plan);
        match (self.map.is_some(), self.plan.is_some()) {
            (true, true) => pairs.for_each(|(value, &of_plan)| *value = (*value - map_mean) + r * of_plan),
            (false, true) => pairs.for_each(|(value, &of_plan)| *value = r * of_plan),
            (true, false) => map.iter_mut().for_each(|value| *value -= map_mean),
            (false, false) => {}
        }
    }

    /// The first entry that is not finite, where a computed cotangent has one in row i.
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
