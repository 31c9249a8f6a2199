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
    let (before, logs) = (&*scratch.column, &mut scratch.pool[..g.len()]);
    let errors = if p.is_balanced() {
        update_balanced(p, factor, g, image, before, logs)
    } else {
        outcome.shift = update_relaxed(p, factor, f, g, log_b, image, before, logs);
        logs
    };
    for value in image.iter() {
        outcome.finite &= value.is_finite();
    }
    outcome.mass = reduce::sum(before);
    outcome.error = reduce::sum(errors);
}

/// image <- g + factor (T g - g), for column sums `before` and the logarithms of these over b, which become the errors.
fn update_balanced<'l, T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    g: &[T],
    image: &mut [T],
    before: &[T],
    logs: &'l mut [T],
) -> &'l [T] {
    let b = p.problem.b();
    for (j, ((image, log), (&g, &before))) in
        image.iter_mut().zip(logs.iter_mut()).zip(g.iter().zip(before)).enumerate()
    {
        let weight = b.get(j);
        // Without weight it takes no part; its potential is computed once, at the end.
        *image = if weight > T::ZERO { g - factor * *log } else { g };
        *log = (weight - before).abs();
    }
    logs
}

/// The same where a side is relaxed; returns what was added to the new f and taken from the new g.
#[allow(clippy::too_many_arguments)] // all that the second half of a sweep reads and writes
fn update_relaxed<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    f: &mut [T],
    g: &[T],
    log_b: &[T],
    image: &mut [T],
    before: &[T],
    logs: &mut [T],
) -> T {
    let b = p.problem.b();
    for j in 0..image.len() {
        let change = if b.get(j) > T::ZERO { p.change_of_g(j, g[j] - log_b[j], logs[j]) } else { T::ZERO };
        image[j] = g[j] + factor * change;
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
        // The first form is the second where the side is exact, without its exponential.
        logs[j] = if p.tau_b == T::ONE && shift == T::ZERO {
            (weight - before).abs()
        } else {
            let change = p.change_of_g(j, g[j] - log_b[j], log_ratio);
            (moved(before, weight, log_ratio, change - shift) - before).abs()
        };
    }
    shift
}

/// The logarithms of the column sums over b into the first m scalars of the pool, max-shifted where a sum leaves the safe range. Columns without
/// weight: anything.
fn log_column_sums<T: Real>(
    p: &Prepared<'_, T>,
    f: &mut [T],
    g: &[T],
    log_b: &[T],
    image: &mut [T],
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let (b, m) = (p.problem.b(), g.len());
    let mut safe = true;
    for (j, (log, &sum)) in scratch.pool[..m].iter_mut().zip(scratch.column.iter()).enumerate() {
        let weight = b.get(j);
        *log = if weight > T::ZERO { sum / weight } else { T::ONE };
        safe &= is_safe(*log);
    }
    if safe {
        rows::log2(p.instructions, &mut scratch.pool[..m]);
        return;
    }
    outcome.column_fallback = true;
    column_logsums(p, f, g, image, scratch);
    for (j, (log, sum)) in scratch.pool[..m].iter_mut().zip(scratch.column.iter_mut()).enumerate() {
        *log = *sum - log_b[j];
        *sum = if b.get(j) > T::ZERO { b.get(j) * log.exp2() } else { T::ZERO };
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
