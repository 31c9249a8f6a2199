//! The part of a row in mass, entropy and transport cost.

use super::columns::WeightVectors;
use super::{log_zero, parts};
use crate::float::Float;
use crate::vector::simd::{Simd, SimdExt};

/// Sums over a row of weight 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTerms<T> {
    /// sum_j E_j.
    pub sum: T,
    /// sum_j E_j log(E_j / b_j) - E_j + b_j.
    pub entropy: T,
    /// sum_j E_j C_j.
    pub cost: T,
}

/// The source of the costs of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Costs<'r, T> {
    /// They are stored.
    Stored(&'r [T]),
    /// C_ij = f_i + g_j - epsilon log(E_j / b_j), with potentials f and g in units of cost. The rounding error is in
    /// proportion to the potentials and to epsilon times the logarithms.
    Implied { f: T, g: &'r [T], epsilon: T },
}

/// Turns the exponents of a row into exponentials E, which carry b, and returns their sums.
///
/// No term of the entropy is negative, so that nothing cancels, however large epsilon is and however far apart the two
/// sides are.
#[inline(always)]
pub(crate) fn row_terms<T: Float, S: Simd<T>>(
    simd: S,
    row: &mut [T],
    log_b: &[T],
    weights: WeightVectors<'_, T>,
    costs: Costs<'_, T>,
) -> RowTerms<T> {
    let c = |value: f64| simd.splat(T::constant(value));
    let (ln_2, small, one) = (simd.splat(T::LN_2), c(0.03), simd.splat(T::ONE));
    let mut terms = RowTerms { sum: T::ZERO, entropy: T::ZERO, cost: T::ZERO };
    for part in parts(row.len()) {
        let zero = simd.splat(T::ZERO);
        let (mut sum, mut entropy, mut cost) = (zero, zero, zero);
        for at in part.clone().step_by(S::LANES) {
            let len = S::LANES.min(part.end - at);
            // Beyond the end: no mass, no weight.
            let exponent = simd.load_part(&row[at..at + len], log_zero());
            let log_b = simd.load_part(&log_b[at..at + len], log_zero());
            let q = weights.load(simd, at, len);
            let value = simd.exp2(exponent);
            let log = (exponent - log_b) * ln_2;
            // The first terms of q (exp(log) (log - 1) + 1), which cancels if log is small.
            let series = simd.mul_add(log, c(1.0 / 144.0), c(1.0 / 30.0));
            let series = simd.mul_add(log, series, c(0.125));
            let series = simd.mul_add(log, series, c(1.0 / 3.0));
            let series = simd.mul_add(log, series, c(0.5));
            let direct = simd.mul_add(value, log - one, q);
            let term = simd.select_less(simd.abs(log), small, q * (log * log * series), direct);
            sum = sum + value;
            entropy = entropy + term;
            let of_pair = match costs {
                Costs::Stored(costs) => simd.load_part(&costs[at..at + len], T::ZERO),
                Costs::Implied { f, g, epsilon } => {
                    let g = simd.load_part(&g[at..at + len], T::ZERO);
                    g + (simd.splat(f) - simd.splat(epsilon) * log)
                }
            };
            // A pair without mass costs nothing: its logarithm means nothing.
            let of_pair = simd.select_less(zero, value, of_pair, zero);
            cost = simd.mul_add(value, of_pair, cost);
            simd.store_part(value, &mut row[at..at + len]);
        }
        terms.sum += simd.sum(sum);
        terms.entropy += simd.sum(entropy);
        terms.cost += simd.sum(cost);
    }
    terms
}
