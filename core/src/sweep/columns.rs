//! The second half of a sweep: from column sums to the new g, the level of both potentials, and the error.

use super::half::column_logsums;
use super::is_safe;
use super::outcome::{Outcome, Potentials};
use super::strips::Scratch;
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;

/// Writes the new g for column sums, and measures mass, error and shift.
pub(crate) fn finish<T: Real>(
    p: &ScaledProblem<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let m = potentials.g.len();
    if p.is_balanced() {
        let (weights, Potentials { g, image, .. }) = (p.problem.b().vectors(), &mut *potentials);
        let balanced = T::balance(p.instructions, weights, factor, g, image, scratch.column);
        if balanced.safe {
            (outcome.mass, outcome.error) = (balanced.mass, balanced.error);
            return;
        }
    }
    log_column_sums(p, potentials, scratch, outcome);
    let (before, logs) = (&*scratch.column, &mut scratch.pool[..m]);
    if p.is_balanced() {
        let (b, Potentials { g, image, .. }) = (p.problem.b(), &mut *potentials);
        for (j, (image, log)) in image.iter_mut().zip(logs).enumerate() {
            *image = g[j] - factor * if b.get(j) > T::ZERO { *log } else { T::ZERO };
            *log = (b.get(j) - before[j]).abs();
        }
    } else {
        outcome.shift = update_relaxed(p, factor, potentials, before, logs);
    }
    outcome.overflowed |= !reduce::is_finite(potentials.image);
    outcome.mass = reduce::sum(before);
    outcome.error = reduce::sum(&scratch.pool[..m]);
}

/// Writes the new g if a side is relaxed, and levels the pair. Returns what was added to the new f and taken from the
/// new g.
fn update_relaxed<T: Real>(
    p: &ScaledProblem<'_, T>,
    factor: T,
    Potentials { f, g, image, log_b, .. }: &mut Potentials<'_, T>,
    before: &[T],
    logs: &mut [T],
) -> T {
    let b = p.problem.b();
    for j in 0..image.len() {
        let change = if b.get(j) > T::ZERO { p.change_of_g(j, g[j] - log_b[j], logs[j]) } else { T::ZERO };
        image[j] = ScaledProblem::within_range(g[j] + factor * change);
    }
    let shift = translation(p, f, image, log_b);
    f.iter_mut().for_each(|value| *value += shift);
    for (j, image) in image.iter_mut().enumerate() {
        let (weight, log_ratio, before) = (b.get(j), logs[j], before[j]);
        logs[j] = T::ZERO;
        if weight == T::ZERO {
            continue;
        }
        *image -= shift;
        // If the side is exact and the pair has not moved, both forms are the same, and the first needs no exponential.
        logs[j] = if p.tau_b() == T::ONE && shift == T::ZERO {
            (weight - before).abs()
        } else {
            let change = p.change_of_g(j, g[j] - log_b[j], log_ratio);
            (moved(before, weight, log_ratio, change - shift) - before).abs()
        };
    }
    shift
}

/// Writes the logarithms of the column sums over b into the first m scalars of the pool. They are computed anew, in
/// max-shifted form, if a sum leaves the safe range. Columns without weight may get any number.
fn log_column_sums<T: Real>(
    p: &ScaledProblem<'_, T>,
    Potentials { f, g, image, log_b, .. }: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let (b, m) = (p.problem.b(), g.len());
    let mut safe = true;
    for (j, (log, &sum)) in scratch.pool[..m].iter_mut().zip(scratch.column.iter()).enumerate() {
        let weight = b.get(j);
        let ratio = if weight > T::ZERO { sum / weight } else { T::ONE };
        safe &= is_safe(ratio);
        *log = ratio.log2_of_normal();
    }
    if safe {
        return;
    }
    outcome.column_fallback = true;
    column_logsums(p, f, g, image, scratch);
    for (j, (log, sum)) in scratch.pool[..m].iter_mut().zip(scratch.column.iter_mut()).enumerate() {
        *log = *sum - log_b[j];
        *sum = if b.get(j) > T::ZERO { b.get(j) * log.exp2() } else { T::ZERO };
    }
}

/// Returns the marginal that `before` = weight 2^log_ratio becomes by an update by `change`. A marginal of 0 is
/// computed from its logarithm: a product would stay 0 for ever.
pub(crate) fn moved<T: Real>(before: T, weight: T, log_ratio: T, change: T) -> T {
    if before > T::ZERO {
        before * change.exp2()
    } else if weight > T::ZERO {
        weight * (log_ratio + change).exp2()
    } else {
        T::ZERO
    }
}

/// Returns the t for which (f + t, g - t) has the largest dual value if a side is relaxed. Updates in turn move the
/// common level of the potentials only by a factor tau_a tau_b a sweep, which is next to nothing for large rho.
pub(crate) fn translation<T: Real>(p: &ScaledProblem<'_, T>, f: &[T], g: &[T], log_b: &[T]) -> T {
    let (a, b) = (p.problem.a(), p.problem.b());
    let rows = LevelSide { len: f.len(), total: a.total(), rate: p.epsilon / p.rho_a };
    let columns = LevelSide { len: g.len(), total: b.total(), rate: p.epsilon / p.rho_b };
    best_shift(rows, &|i| (a.get(i), f[i] + p.row_offset(i)), columns, &|j| {
        (b.get(j), g[j] - log_b[j] + p.column_offset(j))
    })
}

/// One side of a problem, for the choice of the level.
pub(crate) struct LevelSide<T> {
    /// The number of points.
    pub len: usize,
    /// The sum of the weights.
    pub total: T,
    /// epsilon / rho: 0 if the side is balanced.
    pub rate: T,
}

/// Returns the t of [`translation`] for terms (weight, potential in base-2 units): Sejourne, Vialard and Peyre
/// 2022 ("Faster unbalanced optimal transport: translation invariant Sinkhorn", proposition 3). It is 0 if both sides
/// are balanced.
pub(crate) fn best_shift<T: Real>(
    own: LevelSide<T>,
    own_term: &impl Fn(usize) -> (T, T),
    other: LevelSide<T>,
    other_term: &impl Fn(usize) -> (T, T),
) -> T {
    let rates = own.rate + other.rate;
    let shift = (log_mean(own, own_term) - log_mean(other, other_term)) / rates;
    if shift.is_finite() { shift } else { T::ZERO }
}

/// Returns log2 of sum_k w_k 2^(-rate x_k), given (w_k, x_k).
fn log_mean<T: Real>(LevelSide { len, total, rate }: LevelSide<T>, term: &impl Fn(usize) -> (T, T)) -> T {
    if rate == T::ZERO {
        return total.log2();
    }
    let exponent = |k: usize| {
        let (weight, x) = term(k);
        if weight > T::ZERO { (weight, -rate * x) } else { (T::ZERO, T::ZERO) }
    };
    let size = (0..len).fold(T::ZERO, |most, k| most.max(exponent(k).1.abs()));
    if size < T::HALF {
        // For large rho the sum is close to the total. Their difference is what matters: the caller divides it by the
        // rate.
        let excess = reduce::sum_of(len, &|k| {
            let (weight, exponent) = exponent(k);
            weight * (exponent * T::LN_2).exp_m1()
        });
        return total.log2() + (excess / total).ln_1p() * T::LOG2_E;
    }
    reduce::log2_sum(len, &exponent)
}
