//! Columns without weight. They take no part in the plan, but their potentials are c-transforms of f, and their weights can grow: both have
//! derivatives, taken here column by column.

use crate::real::Real;
use crate::reduce;
use crate::solution::Solution;
use crate::sweep::log_weight;

use super::conditional::Conditional;

/// A column without weight.
pub(super) struct Weightless<'w, T> {
    pub j: usize,
    /// n: R_ij, the shares of the rows in it, which sum to one; 0 for rows without weight.
    pub shares: &'w [T],
    /// P_ij / b_j = `ratio` R_ij.
    pub ratio: T,
}

impl<T: Real> Conditional<'_, T> {
    /// Calls `visit` with every column that has no weight. `shares` is scratch for n scalars.
    pub fn each_weightless(
        &self,
        solution: &Solution<'_, T>,
        shares: &mut [T],
        mut visit: impl FnMut(Weightless<'_, T>),
    ) {
        let p = &self.p;
        let b = p.problem.b();
        for j in (0..self.g.len()).filter(|&j| b.get(j) == T::ZERO) {
            let mut largest = -T::INFINITY;
            for (i, share) in shares.iter_mut().enumerate() {
                let cost = p.problem.geometry().cost(i, j);
                *share = log_weight(p.problem.a().get(i)) + p.s * (solution.f()[i] * p.unit - cost);
                largest = largest.max(*share);
            }
            shares.iter_mut().for_each(|share| *share = (*share - largest).exp2());
            let total = reduce::sum(shares);
            shares.iter_mut().for_each(|share| *share /= total);
            let ratio = self.column_ratio(solution.g()[j] * p.unit);
            visit(Weightless { j, shares, ratio });
        }
    }

    /// Q_ij / b_j for a column without weight.
    pub fn density(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        let r = self.r(i);
        if r > T::ZERO {
            column.ratio * (column.shares[i] / r)
        } else {
            self.joint(solution, i, column) / self.ratio[i]
        }
    }

    /// R_ij / a_i for a column without weight.
    pub fn share_of_weight(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        let a = self.p.problem.a().get(i);
        if a > T::ZERO { column.shares[i] / a } else { self.joint(solution, i, column) / column.ratio }
    }

    /// P_ij / (a_i b_j) where neither has weight: far from all others, more than the scalar can say.
    fn joint(&self, solution: &Solution<'_, T>, i: usize, column: &Weightless<'_, T>) -> T {
        (self.log_density(solution, i, column.j) * T::LOG2_E).exp2().min(T::MAX.sqrt())
    }

    /// log(P_ij / (a_i b_j)) for a column without weight.
    pub fn log_density(&self, solution: &Solution<'_, T>, i: usize, j: usize) -> T {
        let p = &self.p;
        let cost = p.problem.geometry().cost(i, j) / p.unit;
        (solution.f()[i] + solution.g()[j] - cost) * (p.unit / p.epsilon)
    }
}
