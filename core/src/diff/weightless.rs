//! Columns without weight, or with a mass too small to divide by. They take no part in the plan, but their potentials are c-transforms of f, and their weights can grow: both have
//! derivatives, taken here column by column.

use crate::real::Real;
use crate::reduce;
use crate::solution::Solution;
use crate::sweep::{log_weight, log_zero};

use super::conditional::Conditional;
use super::inputs::Gradients;
use super::pull_back::add_times;

/// A column without mass.
pub(super) struct Weightless<'w, T> {
    pub j: usize,
    /// Whether its weight is zero, and not its mass alone.
    pub is_zero: bool,
    /// n: R_ij, the shares of the rows in it, which sum to one; 0 for rows without weight.
    pub shares: &'w [T],
    /// P_ij / b_j = `ratio` R_ij.
    pub ratio: T,
}

impl<T: Real> Conditional<'_, T> {
    /// Calls `visit` with every column that has no mass. `shares` is scratch for n scalars.
    pub fn each_weightless(
        &self,
        solution: &Solution<'_, T>,
        shares: &mut [T],
        mut visit: impl FnMut(Weightless<'_, T>),
    ) {
        let p = &self.p;
        let b = p.problem.b();
        for j in (0..self.g.len()).filter(|&j| !self.has_mass(j)) {
            let mut largest = -T::INFINITY;
            for (i, share) in shares.iter_mut().enumerate() {
                let cost = p.problem.geometry().cost(i, j);
                *share = log_weight(p.problem.a().get(i)) + p.s * (solution.f()[i] * p.unit - cost);
                largest = largest.max(*share);
            }
            if largest > T::HALF * log_zero() {
                shares.iter_mut().for_each(|share| *share = (*share - largest).exp2());
                let total = reduce::sum(shares);
                shares.iter_mut().for_each(|share| *share /= total);
            } else {
                // No row may go there.
                shares.fill(T::ZERO);
            }
            let ratio = self.column_ratio(solution.g()[j] * p.unit);
            visit(Weightless { j, is_zero: b.get(j) == T::ZERO, shares, ratio });
        }
    }

    /// Q_ij / b_j for a column without weight.
    pub fn density(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        let r = self.r(i);
        if r > T::ZERO {
            column.ratio * (column.shares[i] / r)
        } else {
            self.joint(solution, i, column) / self.ratio(i)
        }
    }

    /// R_ij / a_i for a column without weight.
    pub fn share_of_weight(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        let a = self.p.problem.a().get(i);
        if a > T::ZERO { column.shares[i] / a } else { self.joint(solution, i, column) / column.ratio }
    }

    /// P_ij / (a_i b_j) where neither has weight: far from all others, more than the scalar can say.
    fn joint(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        (self.log_density(solution, i, column.j) * T::LOG2_E).exp2().min(T::SQRT_MAX)
    }

    /// Adds `weight` times the gradient of c(x_i, y_j) to those in the points.
    pub fn add_gradient_of_pair(
        &self,
        gradients: &mut Gradients<'_, T>,
        (i, j): (usize, usize),
        weight: T,
        [gradient_x, gradient_y]: &mut [&mut [T]; 2],
    ) {
        let Some(cloud) = self.cloud() else { return };
        if gradients.x.is_none() && gradients.y.is_none() {
            return;
        }
        let d = cloud.dimension();
        cloud.ground_cost().gradient(cloud.x().point(i), cloud.y().point(j), gradient_x, gradient_y);
        if let Some(in_x) = &mut gradients.x {
            add_times(&mut in_x[i * d..(i + 1) * d], weight, gradient_x);
        }
        if let Some(in_y) = &mut gradients.y {
            add_times(&mut in_y[j * d..(j + 1) * d], weight, gradient_y);
        }
    }

    /// log(P_ij / (a_i b_j)) for a column without weight.
    pub fn log_density(&self, solution: &Solution<'_, T>, i: usize, j: usize) -> T {
        let p = &self.p;
        let cost = p.problem.geometry().cost(i, j) / p.unit;
        (solution.f()[i] + solution.g()[j] - cost) * (p.unit / p.epsilon)
    }
}
