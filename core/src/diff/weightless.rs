//! Columns without weight, or with a mass too small to divide by.
//!
//! They take no part in the plan. But their potentials are c-transforms of f, and their weights can grow: both have
//! derivatives. These are taken here, pair by pair, and added to those of all other pairs.

use crate::real::Real;
use crate::reduce;
use crate::sweep::{log_weight, log_zero};

use super::Tangent;
use super::conditional::{Conditional, no_mass};

/// A pair (i, j) whose column has no mass.
pub(super) struct WeightlessPair<T> {
    pub i: usize,
    pub j: usize,
    /// The weight of the column is zero, and not its mass alone.
    pub is_zero: bool,
    /// R_ij, the share of row i in the column; 0 for rows without weight, and one in sum over the rows.
    pub share: T,
    /// The mass of the column over its weight: P_ij / b_j = `ratio` R_ij.
    pub ratio: T,
}

impl<T: Real> Conditional<'_, T> {
    /// Calls `visit` with every pair whose column has no mass, column by column. `shares` is scratch for n scalars.
    pub fn each_weightless_pair(&self, shares: &mut [T], mut visit: impl FnMut(WeightlessPair<T>)) {
        let (p, solution) = (self.p(), &self.solution);
        for j in (0..self.g.len()).filter(|&j| !self.has_mass(j)) {
            // R_ij = a_i exp((f_i - C_ij) / epsilon), divided by its sum.
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
            let ratio = (-solution.g()[j] * p.unit / p.rho_b * T::LOG2_E).exp2().min(T::MAX).max(no_mass());
            let ratio = if p.tau_b() == T::ONE { T::ONE } else { ratio };
            let is_zero = p.problem.b().get(j) == T::ZERO;
            for (i, &share) in shares.iter().enumerate() {
                visit(WeightlessPair { i, j, is_zero, share, ratio });
            }
        }
    }

    /// Calls `visit` with every pair whose column has no weight but gets some along a tangent, and with db_j.
    pub fn each_growing_pair(
        &self,
        tangent: &Tangent<'_, T>,
        shares: &mut [T],
        mut visit: impl FnMut(WeightlessPair<T>, T),
    ) {
        if tangent.b.is_some() {
            self.each_weightless_pair(shares, |pair| {
                let db = tangent.db(pair.j);
                if pair.is_zero && db != T::ZERO {
                    visit(pair, db);
                }
            });
        }
    }

    /// Returns Q_ij / b_j.
    pub fn density(&self, pair: &WeightlessPair<T>) -> T {
        let r = self.r(pair.i);
        if r > T::ZERO { pair.ratio * (pair.share / r) } else { self.joint(pair) / self.ratio(pair.i) }
    }

    /// Returns R_ij / a_i.
    pub fn share_of_weight(&self, pair: &WeightlessPair<T>) -> T {
        let a = self.p().problem.a().get(pair.i);
        if a > T::ZERO { pair.share / a } else { self.joint(pair) / pair.ratio }
    }

    /// Returns P_ij / (a_i b_j) for a pair of which neither has weight, or a large number if the scalar cannot hold it.
    fn joint(&self, pair: &WeightlessPair<T>) -> T {
        (self.log_density(pair) * T::LOG2_E).exp2().min(T::SQRT_MAX)
    }

    /// Returns log(P_ij / (a_i b_j)).
    pub fn log_density(&self, pair: &WeightlessPair<T>) -> T {
        let (p, solution) = (self.p(), &self.solution);
        let cost = p.problem.geometry().cost(pair.i, pair.j) / p.unit;
        (solution.f()[pair.i] + solution.g()[pair.j] - cost) * (p.unit / p.epsilon)
    }
}
