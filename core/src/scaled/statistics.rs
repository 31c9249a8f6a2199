//! The size of costs, which relative epsilons and cost scales refer to.

use super::covariance::{is_cheap, trace_of_product};
use super::scores::{Packed, Scores};
use crate::error::{Argument, Error, ErrorKind, Place};
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::vector::Instructions;

/// The mean, the standard deviation (under a x b) and the largest absolute value of the cost.
pub(crate) struct Statistics<T> {
    pub mean: T,
    /// Zero if it is not needed and would take time.
    pub std: T,
    /// A bound of it if the largest is not needed.
    pub largest: T,
    /// Some pairs are forbidden. Their costs, which are infinite, are left out of all statistics.
    pub forbids: bool,
}

impl<T: Real> Statistics<T> {
    /// Measures the costs, without visiting the pairs if possible. `row` is scratch for m costs.
    pub fn new(
        problem: &Problem<'_, T>,
        scores: &Scores<'_, T>,
        instructions: Instructions,
        needs_std: bool,
        needs_largest: bool,
        row: &mut [T],
    ) -> Result<Self, Error> {
        let found = match scores.products() {
            Some(packed) if !needs_largest && (!needs_std || is_cheap(packed.points)) => {
                Self::closed_form(problem, scores, instructions, &packed, needs_std)
            }
            _ => Self::over_pairs(problem, scores, instructions, row)?,
        };
        if !(found.mean.is_finite() && found.std.is_finite()) {
            return Err(scores.overflow());
        }
        Ok(found)
    }

    /// Measures C_ij = r_i + c_j - 2 u_i.v_j, with u, v the centred points and r, c the row and column offsets. The
    /// three terms are uncorrelated under a x b, so that var C = var r + var c + 4 tr(S0 S1).
    fn closed_form(
        problem: &Problem<'_, T>,
        scores: &Scores<'_, T>,
        instructions: Instructions,
        packed: &Packed<'_, T>,
        needs_std: bool,
    ) -> Self {
        let (a, b) = (problem.a(), problem.b());
        // In units of a bound, so that squares neither overflow nor vanish.
        let largest = scores.bound().unwrap_or(T::ZERO);
        let unit = if largest > T::ZERO { largest } else { T::ONE };
        let side = |weights: Weights<'_, T>, offset: &dyn Fn(usize) -> T| {
            let weight = |i: usize| weights.get(i) / weights.total();
            let mean = reduce::sum_of(weights.len(), &|i| weight(i) * (offset(i) / unit));
            let variance = reduce::sum_of(weights.len(), &|i| {
                let deviation = offset(i) / unit - mean;
                weight(i) * deviation * deviation
            });
            (mean, variance)
        };
        let (mean_r, var_r) = side(a, &|i| scores.cost_offset_of_row(i));
        let (mean_c, var_c) = side(b, &|j| scores.cost_offset_of_column(j));
        let cross = if needs_std { trace_of_product(instructions, packed.points, a, b, unit) } else { T::ZERO };
        let variance = var_r + var_c + T::TWO * T::TWO * cross;
        Statistics { mean: unit * (mean_r + mean_c), std: unit * variance.max(T::ZERO).sqrt(), largest, forbids: false }
    }

    fn over_pairs(
        problem: &Problem<'_, T>,
        scores: &Scores<'_, T>,
        instructions: Instructions,
        row: &mut [T],
    ) -> Result<Self, Error> {
        let (a, b) = (problem.a(), problem.b());
        let (n, m) = (problem.rows(), problem.columns());
        let row = &mut row[..m];
        let (mut largest, mut forbids) = (T::ZERO, false);
        let (mut origin, mut scale) = (T::ZERO, T::ONE);
        let (mut first, mut second, mut allowed) = (T::ZERO, T::ZERO, T::ZERO);
        for i in 0..n {
            scores.costs(instructions, i, 0, m, row);
            let weight = a.get(i) / a.total();
            // An infinite cost is replaced by the mean, from which it does not deviate, and its mass is not counted.
            if scores.may_forbid() && row.contains(&T::INFINITY) {
                forbids = true;
                let own = reduce::sum_of(m, &|j| if row[j] == T::INFINITY { T::ZERO } else { b.get(j) });
                if i == 0 && own > T::ZERO {
                    let cost = |j: usize| if row[j] == T::INFINITY { T::ZERO } else { b.get(j) / own * row[j] };
                    origin = reduce::sum_of(m, &cost);
                }
                row.iter_mut().filter(|cost| **cost == T::INFINITY).for_each(|cost| *cost = origin);
                allowed += weight * own;
            } else {
                allowed += weight * b.total();
            }
            if i == 0 {
                // Deviations are taken from the mean of the first row, so that their squares do not cancel,
                let most = row.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
                if !forbids {
                    origin = b.mean_of(row);
                }
                // and in units of a scale, so that the squares neither overflow nor vanish.
                scale = scores.bound().unwrap_or(most).max(most).max(T::ONE / T::SAFE_SUM);
            }
            let mut found = T::deviations(instructions, row, b.vectors(), origin, scale);
            if !(found.largest <= T::MAX && found.first.is_finite() && found.second.is_finite())
                && let Some(j) = row.iter().position(|value| !value.is_finite())
            {
                // The entry is named, or the points if the library computed it.
                let (place, value) = (Place::cell(i, j), row[j].widen());
                let overflow = scores.overflow();
                let is_given = matches!(overflow.kind, ErrorKind::CostTooLarge { .. });
                let of_entry = Error::new(Argument::COST, ErrorKind::NotFinite { place, value });
                return Err(if is_given { of_entry } else { overflow });
            }
            // If a row has much larger costs than the first, the scale grows.
            if found.largest > scale {
                let ratio = scale / found.largest;
                (first, second, scale) = (first * ratio, second * ratio * ratio, found.largest);
                found = T::deviations(instructions, row, b.vectors(), origin, scale);
            }
            largest = largest.max(found.largest);
            first += weight * found.first;
            second += weight * found.second;
        }
        let mass = match forbids {
            true if allowed > T::ZERO => allowed,
            true => T::ONE, // the caller refuses it
            false => b.total(),
        };
        let (first, second) = (first / mass, second / mass);
        let variance = (second - first * first).max(T::ZERO);
        Ok(Statistics { mean: origin + scale * first, std: scale * variance.sqrt(), largest, forbids })
    }
}
