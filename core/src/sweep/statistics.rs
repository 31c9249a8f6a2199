//! How large costs are: what relative epsilons and cost scales refer to.

use super::FLUSH;
use super::rows::WeightVectors;
use super::scores::{Packed, Scores};
use crate::error::{Argument, Error, Place};
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::simd::{Instructions, Job, Simd, SimdExt, each_vector};

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
    /// Some pairs are forbidden: their costs, which are infinite, are left out of all this.
    pub forbids: bool,
}

impl<T: Real> Statistics<T> {
    /// Without visiting the pairs where that is possible. `row` is scratch for m costs.
    pub fn new(
        problem: &Problem<'_, T>,
        scores: &Scores<'_, T>,
        instructions: Instructions,
        wanted: Wanted,
        row: &mut [T],
    ) -> Result<Self, Error> {
        let found = match scores.products() {
            Some(packed) if !wanted.largest && (!wanted.std || packed.is_cheap()) => {
                Self::closed_form(problem, scores, &packed, wanted)
            }
            _ => Self::over_pairs(problem, scores, instructions, row)?,
        };
        if !(found.mean.is_finite() && found.std.is_finite()) {
            return Err(scores.overflow());
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
        let (mean_r, var_r) = side(a, &|i| scores.cost_offset_of_row(i));
        let (mean_c, var_c) = side(b, &|j| scores.cost_offset_of_column(j));
        let cross = if wanted.std { packed.trace_of_product(a, b, unit) } else { T::ZERO };
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
            // An infinite cost gives way to the mean, from which it does not deviate, and the mass of its pair is not
            // counted.
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
                // Deviations are taken from the mean of the first row, so that their squares do not cancel.
                let most = row.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
                if !forbids {
                    origin = b.mean_of(row);
                }
                // And from a scale, so that the squares neither overflow nor vanish.
                scale = scores.bound().unwrap_or(most).max(most).max(T::ONE / T::SAFE_SUM);
            }
            let found = T::run(instructions, Deviations { row, b, origin, scale });
            if !(found.largest <= T::MAX && found.first.is_finite() && found.second.is_finite())
                && let Some(j) = row.iter().position(|value| !value.is_finite())
            {
                return Err(not_finite(scores, i, j, row[j]));
            }
            // Rows of much larger costs than the first: a larger scale from now on.
            let mut found = found;
            if found.largest > scale {
                let ratio = scale / found.largest;
                (first, second, scale) = (first * ratio, second * ratio * ratio, found.largest);
                found = T::run(instructions, Deviations { row, b, origin, scale });
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

/// A cost that is not finite: because of its points, where the library knows them, or because of itself.
fn not_finite<T: Real>(scores: &Scores<'_, T>, row: usize, column: usize, value: T) -> Error {
    match scores.overflow() {
        Error::CostTooLarge { .. } => {
            let place = Place { row, column: Some(column) };
            Error::NotFinite { argument: Argument::Cost, place, value: value.widen() }
        }
        error => error,
    }
}

/// The costs of a row.
pub struct Deviations<'r, T> {
    row: &'r [T],
    b: Weights<'r, T>,
    origin: T,
    scale: T,
}

/// Their moments.
pub struct Deviated<T> {
    /// sum_j b_j (C_j - origin) / scale.
    first: T,
    /// sum_j b_j ((C_j - origin) / scale)^2.
    second: T,
    /// The largest |C_j|.
    largest: T,
}

impl<T: Real> Job<T> for Deviations<'_, T> {
    type Output = Deviated<T>;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> Deviated<T> {
        let Deviations { row, b, origin, scale } = self;
        let (origin, by, weights) = (simd.splat(origin), simd.splat(T::ONE / scale), WeightVectors::new(b));
        let zero = simd.splat(T::ZERO);
        let (mut found, mut largest) = (Deviated { first: T::ZERO, second: T::ZERO, largest: T::ZERO }, zero);
        let mut at = 0;
        while at < row.len() {
            let end = (at + FLUSH).min(row.len());
            let (mut first, mut second) = (zero, zero);
            each_vector::<T, S>(
                at..end,
                #[inline(always)]
                |at, len| {
                    let cost = simd.load_part(&row[at..at + len], T::ZERO);
                    largest = simd.max(simd.abs(cost), largest);
                    let deviation = (cost - origin) * by;
                    let weighted = weights.load(simd, at, len) * deviation;
                    first = first + weighted;
                    second = simd.mul_add(weighted, deviation, second);
                },
            );
            found.first += simd.sum(first);
            found.second += simd.sum(second);
            at = end;
        }
        found.largest = simd.fold(largest, T::max);
        found
    }
}
