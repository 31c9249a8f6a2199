//! What the pairs of a row add to mass, entropy and transport cost.

use super::prepared::Prepared;
use super::rows::WeightVectors;
use super::{FLUSH, log_zero};
use crate::measure::Weights;
use crate::real::Real;
use crate::simd::{Job, Simd, SimdExt};

/// Sums over a row, for weight 1.
pub struct Terms<T> {
    /// sum_j E_j.
    pub sum: T,
    /// sum_j E_j log(E_j / b_j) - E_j + b_j.
    pub entropy: T,
    /// sum_j E_j C_j.
    pub cost: T,
}

/// Where the costs of a row come from.
#[derive(Clone, Copy)]
pub(crate) enum Costs<'r, T> {
    /// They are given.
    Given(&'r [T]),
    /// C_ij = f_i + g_j - epsilon log(E_j / b_j), where f and g are potentials in units of cost. Rounded in proportion to the
    /// potentials and to epsilon times the logarithms.
    Implied { f: T, g: &'r [T], epsilon: T },
}

/// Turns the exponents of a row into exponentials E, which carry b, and sums. Term by term none of the entropy is negative, and so nothing cancels,
/// however large epsilon is and however far apart the two sides are.
pub(crate) fn of_row<T: Real>(
    p: &Prepared<'_, T>,
    row: &mut [T],
    log_b: &[T],
    b: Weights<'_, T>,
    costs: Costs<'_, T>,
) -> Terms<T> {
    T::run(p.instructions, OfRow { row, log_b, b, costs })
}

pub struct OfRow<'r, T> {
    row: &'r mut [T],
    log_b: &'r [T],
    b: Weights<'r, T>,
    costs: Costs<'r, T>,
}

impl<T: Real> Job<T> for OfRow<'_, T> {
    type Output = Terms<T>;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> Terms<T> {
        let OfRow { row, log_b, b, costs } = self;
        let m = row.len();
        let c = |value: f64| simd.splat(T::constant(value));
        let weights = WeightVectors::new(b);
        let (ln_2, small, one) = (simd.splat(T::LN_2), c(0.03), simd.splat(T::ONE));
        let mut terms = Terms { sum: T::ZERO, entropy: T::ZERO, cost: T::ZERO };
        let mut at = 0;
        while at < m {
            let end = (at + FLUSH).min(m);
            let zero = simd.splat(T::ZERO);
            let (mut sum, mut entropy, mut cost) = (zero, zero, zero);
            while at < end {
                let len = S::LANES.min(end - at);
                // Beyond the end: no mass, no weight.
                let exponent = simd.load_part(&row[at..at + len], log_zero());
                let log_b = simd.load_part(&log_b[at..at + len], log_zero());
                let q = weights.load(simd, at, len);
                let value = simd.exp2(exponent);
                let log = (exponent - log_b) * ln_2;
                // The first terms of q (exp(log) (log - 1) + 1), which cancels where log is small.
                let series = simd.mul_add(log, c(1.0 / 144.0), c(1.0 / 30.0));
                let series = simd.mul_add(log, series, c(0.125));
                let series = simd.mul_add(log, series, c(1.0 / 3.0));
                let series = simd.mul_add(log, series, c(0.5));
                let direct = simd.mul_add(value, log - one, q);
                let term = simd.select_less(simd.abs(log), small, q * (log * log * series), direct);
                sum = sum + value;
                entropy = entropy + term;
                let of_pair = match costs {
                    Costs::Given(costs) => simd.load_part(&costs[at..at + len], T::ZERO),
                    Costs::Implied { f, g, epsilon } => {
                        let g = simd.load_part(&g[at..at + len], T::ZERO);
                        g + (simd.splat(f) - simd.splat(epsilon) * log)
                    }
                };
                // No mass, no cost: where there is none, logarithms mean nothing.
                let of_pair = simd.select_less(zero, value, of_pair, zero);
                cost = simd.mul_add(value, of_pair, cost);
                simd.store_part(value, &mut row[at..at + len]);
                at += len;
            }
            terms.sum += simd.sum(sum);
            terms.entropy += simd.sum(entropy);
            terms.cost += simd.sum(cost);
        }
        terms
    }
}
