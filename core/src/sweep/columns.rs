//! The second half of a sweep: from column sums to the new g, the level of both potentials, and the error.

use super::forward::{Outcome, Potentials};
use super::half::column_logsums;
use super::prepared::Prepared;
use super::strips::Scratch;
use super::{is_safe, rows};
use crate::real::Real;
use crate::reduce;

/// From column sums to the new g, the shift and the error.
pub(super) fn finish<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    potentials: Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let Potentials { f, g, image, log_b } = potentials;
    log_column_sums(p, f, g, log_b, image, scratch, outcome);
    let b = p.problem.b();
    let (column, change) = (&mut *scratch.column, &mut scratch.pool[..g.len()]);
    for j in 0..image.len() {
        if b.get(j) == T::ZERO {
            // Takes no part; its potential is computed once, at the end.
            image[j] = g[j];
            change[j] = T::ZERO;
            continue;
        }
        change[j] = p.change_of_g(j, g[j] - log_b[j], column[j]);
        image[j] = g[j] + factor * change[j];
    }
    if !p.is_balanced() {
        outcome.shift = translation(p, f, image, log_b);
        f.iter_mut().for_each(|value| *value += outcome.shift);
        for (j, value) in image.iter_mut().enumerate() {
            if b.get(j) > T::ZERO {
                *value -= outcome.shift;
            }
        }
    }
    for j in 0..image.len() {
        outcome.finite &= image[j].is_finite();
        let (weight, log_ratio) = (b.get(j), column[j]);
        let moved_by = change[j] - outcome.shift;
        let before = if weight == T::ZERO { T::ZERO } else { weight * log_ratio.exp2() };
        column[j] = before;
        // The first form is the second where the side is exact, without its exponential.
        change[j] = if p.tau_b == T::ONE && outcome.shift == T::ZERO {
            (weight - before).abs()
        } else {
            (moved(before, weight, log_ratio, moved_by) - before).abs()
        };
    }
    outcome.mass = reduce::sum(column);
    outcome.error = reduce::sum(change);
}

/// column_j <- log2 of the column sum over b_j, max-shifted where a sum leaves the safe range. Columns without weight: anything.
fn log_column_sums<T: Real>(
    p: &Prepared<'_, T>,
    f: &mut [T],
    g: &[T],
    log_b: &[T],
    image: &mut [T],
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let b = p.problem.b();
    let safe = |(j, &sum): (usize, &T)| b.get(j) == T::ZERO || is_safe(sum / b.get(j));
    if scratch.column.iter().enumerate().all(safe) {
        for (j, sum) in scratch.column.iter_mut().enumerate() {
            *sum = if b.get(j) > T::ZERO { *sum / b.get(j) } else { T::ONE };
        }
        rows::log2(p.instructions, scratch.column);
    } else {
        outcome.column_fallback = true;
        column_logsums(p, f, g, image, scratch);
        for (sum, &log) in scratch.column.iter_mut().zip(log_b) {
            *sum -= log;
        }
    }
}

/// A marginal `before` = weight 2^log_ratio after an update by `change`: also where it has vanished before, and would for ever if 0 were
/// multiplied.
pub(crate) fn moved<T: Real>(before: T, weight: T, log_ratio: T, change: T) -> T {
    if before > T::ZERO {
        before * change.exp2()
    } else if weight > T::ZERO {
        weight * (log_ratio + change).exp2()
    } else {
        T::ZERO
    }
}

/// The t for which (f + t, g - t) has the largest dual value, where a side is relaxed. Alternating updates move the common level
/// of the potentials by a factor tau_a tau_b a sweep only, which is next to nothing for large rho.
pub(crate) fn translation<T: Real>(p: &Prepared<'_, T>, f: &[T], g: &[T], log_b: &[T]) -> T {
    let (a, b) = (p.problem.a(), p.problem.b());
    let rows = Level { len: f.len(), total: a.total(), rate: p.epsilon / p.rho_a };
    let columns = Level { len: g.len(), total: b.total(), rate: p.epsilon / p.rho_b };
    best_shift(rows, &|i| (a.get(i), f[i] + p.row_offset(i)), columns, &|j| {
        (b.get(j), g[j] - log_b[j] + p.column_offset(j))
    })
}

/// One side of a problem, as far as its level goes.
pub(crate) struct Level<T> {
    /// Points.
    pub len: usize,
    /// Sum of the weights.
    pub total: T,
    /// epsilon / rho: 0 where balanced.
    pub rate: T,
}

/// The same for potentials given as (weight, potential in base-2 units of epsilon): Sejourne, Vialard and Peyre 2022 ("Faster
/// unbalanced optimal transport: translation invariant Sinkhorn", proposition 3). 0 where both sides are balanced.
pub(crate) fn best_shift<T: Real>(
    own: Level<T>,
    own_term: &impl Fn(usize) -> (T, T),
    other: Level<T>,
    other_term: &impl Fn(usize) -> (T, T),
) -> T {
    let rates = own.rate + other.rate;
    let shift = (log_mean(own, own_term) - log_mean(other, other_term)) / rates;
    if shift.is_finite() { shift } else { T::ZERO }
}

/// log2 of sum_k w_k 2^(-rate x_k), given (w_k, x_k).
fn log_mean<T: Real>(Level { len, total, rate }: Level<T>, term: &impl Fn(usize) -> (T, T)) -> T {
    if rate == T::ZERO {
        return total.log2();
    }
    let exponent = |k: usize| {
        let (weight, x) = term(k);
        if weight > T::ZERO { (weight, -rate * x) } else { (T::ZERO, T::ZERO) }
    };
    let size = (0..len).fold(T::ZERO, |most, k| most.max(exponent(k).1.abs()));
    if size < T::HALF {
        // Large rho: the sum is close to the total, and what matters is the difference, which the caller divides by the rate.
        let excess = reduce::sum_of(len, &|k| {
            let (weight, exponent) = exponent(k);
            weight * (exponent * T::LN_2).exp_m1()
        });
        return total.log2() + (excess / total).ln_1p() * T::LOG2_E;
    }
    reduce::log2_sum(len, &exponent)
}
