use crate::error::{Argument, Error, Place};
use crate::measure::{check_finite, check_finite_vector};
use crate::real::Real;
use crate::solution::check_length;
use crate::sweep::moments;

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
    /// are places; three times for every pair, in any order and on several threads.
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
            check_length(Argument::Plan, values, n * m)?;
            check_finite(Argument::Plan, values, m)?;
        }
        if let Some(values) = self.map {
            let Some(d) = plan.cloud().map(|cloud| cloud.dimension()) else {
                let reason = "a cost matrix has no points, and no map";
                return Err(Error::Unsupported { argument: Argument::Map, reason });
            };
            check_length(Argument::Map, values, n * d)?;
            check_finite(Argument::Map, values, d)?;
        }
        Ok(())
    }

    /// Whether it has something for every pair.
    pub(super) fn has_pairs(&self) -> bool {
        self.plan.is_some() || self.map.is_some()
    }

    /// dL/dP_ij for the columns from `start` on.
    pub(super) fn plan_row(&self, i: usize, start: usize, columns: usize, out: &mut [T]) {
        match self.plan {
            Some(PlanCotangent::Matrix(values)) => {
                let first = i * columns + start;
                out.copy_from_slice(&values[first..first + out.len()]);
            }
            Some(PlanCotangent::Rows(rows)) => rows(i, start, out),
            None => out.fill(T::ZERO),
        }
    }

    /// dL/dT_i . y_j for the columns from `start` on, up to a number that is the same for all of them.
    pub(super) fn map_row(&self, plan: &Conditional<'_, T>, i: usize, start: usize, out: &mut [T]) {
        let (Some(values), Some(cloud)) = (self.map, plan.cloud()) else {
            return out.fill(T::ZERO);
        };
        let d = cloud.dimension();
        let own = &values[i * d..(i + 1) * d];
        match plan.p.scores.packed() {
            Some(points) => moments::along(&plan.p, points, start, own, out),
            None => {
                let origin = cloud.y().point(0);
                for (j, value) in out.iter_mut().enumerate() {
                    let y = cloud.y().point(start + j);
                    *value = (0..d).fold(T::ZERO, |total, k| total + own[k] * (y[k] - origin[k]));
                }
            }
        }
    }

    /// What P_ij = r_i Q_ij is worth beyond what its potentials are: omega_ij with dL/dlog Q_ij = Q_ij omega_ij at fixed potentials, for the columns from
    /// `start` on; `spare` is as long.
    pub(super) fn pairs_of_row(
        &self,
        plan: &Conditional<'_, T>,
        map_mean: T,
        (i, start): (usize, usize),
        out: &mut [T],
        spare: &mut [T],
    ) {
        if self.map.is_some() {
            self.map_row(plan, i, start, out);
            out.iter_mut().for_each(|value| *value -= map_mean);
        }
        if self.plan.is_some() {
            let r = plan.r(i);
            if self.map.is_some() {
                self.plan_row(i, start, plan.g.len(), spare);
                out.iter_mut().zip(spare.iter()).for_each(|(value, &other)| *value += r * other);
            } else {
                self.plan_row(i, start, plan.g.len(), out);
                out.iter_mut().for_each(|value| *value *= r);
            }
        }
    }

    /// The first entry that is not finite, where a computed cotangent has one in row i.
    pub(super) fn bad_entry(&self, i: usize, m: usize, out: &mut [T]) -> Error {
        self.plan_row(i, 0, m, out);
        let column = out.iter().position(|value| !value.is_finite());
        let place = Place { row: i, column };
        match column {
            Some(j) => Error::NotFinite { argument: Argument::Plan, place, value: out[j].widen() },
            None => Error::Overflow { argument: if self.plan.is_some() { Argument::Plan } else { Argument::Map } },
        }
    }
}
