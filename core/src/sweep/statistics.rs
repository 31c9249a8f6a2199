//! How large costs are: what relative epsilons and cost scales refer to.

use crate::error::{Argument, Error};
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::sweep::scores::{Packed, Scores};

/// What is needed beyond the mean.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub std: bool,
    pub largest: bool,
}

/// Mean, standard deviation (under a x b) and largest absolute value of the cost.
pub(crate) struct Statistics<T> {
    pub mean: T,
    /// Zero where it is not asked for and would take time.
    pub std: T,
    /// A bound of it where the largest is not asked for.
    pub largest: T,
}

impl<T: Real> Statistics<T> {
    /// Without visiting the pairs where that is possible. `row` is scratch for m costs.
    pub fn new(problem: &Problem<'_, T>, scores: &Scores<'_, T>, wanted: Wanted, row: &mut [T]) -> Result<Self, Error> {
        let found = match scores.packed() {
            Some(packed) if !wanted.largest && (!wanted.std || packed.is_cheap()) => {
                Self::closed_form(problem, scores, &packed, wanted)
            }
            _ => Self::over_pairs(problem, scores, row)?,
        };
        if !(found.mean.is_finite() && found.std.is_finite()) {
            return Err(Error::Overflow { argument: Argument::Cost });
        }
        Ok(found)
    }

    /// With u, v the centred points and r, c the row and column offsets, C_ij = r_i + c_j - 2 u_i.v_j; the three terms are uncorrelated under a x b,
    /// so that var C = var r + var c + 4 tr(S0 S1).
    fn closed_form(problem: &Problem<'_, T>, scores: &Scores<'_, T>, packed: &Packed<'_, T>, wanted: Wanted) -> Self {
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
        let (mean_r, var_r) = side(a, &|i| scores.row_offset(i));
        let (mean_c, var_c) = side(b, &|j| scores.column_offset(j));
        let cross = if wanted.std { packed.trace_of_product(a, b, unit) } else { T::ZERO };
        let variance = var_r + var_c + T::TWO * T::TWO * cross;
        Statistics { mean: unit * (mean_r + mean_c), std: unit * variance.max(T::ZERO).sqrt(), largest }
    }

    fn over_pairs(problem: &Problem<'_, T>, scores: &Scores<'_, T>, row: &mut [T]) -> Result<Self, Error> {
        let (a, b) = (problem.a(), problem.b());
        let (n, m) = (problem.rows(), problem.columns());
        let row = &mut row[..m];
        let mut largest = T::ZERO;
        let (mut origin, mut scale) = (T::ZERO, T::ONE);
        let (mut first, mut second) = (T::ZERO, T::ZERO);
        for i in 0..n {
            scores.cost_row(i, 0, row);
            if let Some(j) = row.iter().position(|value| !value.is_finite()) {
                let place = crate::error::Place { row: i, column: Some(j) };
                return Err(Error::NotFinite { argument: Argument::Cost, place, value: row[j].widen() });
            }
            largest = row.iter().fold(largest, |most, value| most.max(value.abs()));
            if i == 0 {
                // Deviations are taken from the mean of the first row, so that their squares do not cancel.
                origin = reduce::sum_of(m, &|j| b.get(j) / b.total() * row[j]);
                // And from a scale, so that the squares neither overflow nor vanish.
                scale = scores.bound().unwrap_or(largest).max(largest);
                if scale == T::ZERO {
                    scale = T::ONE;
                }
            }
            let weight = a.get(i) / a.total();
            first += weight * reduce::sum_of(m, &|j| b.get(j) * ((row[j] - origin) / scale));
            second +=
                weight * reduce::sum_of(m, &|j| b.get(j) * ((row[j] - origin) / scale) * ((row[j] - origin) / scale));
        }
        let (first, second) = (first / b.total(), second / b.total());
        let variance = (second - first * first).max(T::ZERO);
        Ok(Statistics { mean: origin + scale * first, std: scale * variance.sqrt(), largest })
    }
}
