//! The second half of a sweep: from column sums to the new g, the level of both potentials, and the error.

use super::forward::{Outcome, Potentials, Scratch};
use super::half::column_logsums;
use super::is_safe;
use super::prepared::Prepared;
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
    log_column_sums(p, f, g, log_b, scratch, outcome);
    let b = p.problem.b();
    for j in 0..image.len() {
        if b.get(j) == T::ZERO {
            // Takes no part; its potential is computed once, at the end.
            image[j] = g[j];
            scratch.partial[j] = T::ZERO;
            continue;
        }
        let change = p.change_of_g(j, g[j] - log_b[j], scratch.column[j]);
        image[j] = g[j] + factor * change;
        scratch.partial[j] = change;
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
        let change = scratch.partial[j] - outcome.shift;
        let before = if b.get(j) == T::ZERO { T::ZERO } else { b.get(j) * scratch.column[j].exp2() };
        scratch.column[j] = before;
        // The first form is the second where the side is exact, without its exponential.
        scratch.partial[j] = if p.tau_b == T::ONE && outcome.shift == T::ZERO {
            (b.get(j) - before).abs()
        } else {
            (before * change.exp2() - before).abs()
        };
    }
    outcome.mass = reduce::sum(scratch.column);
    outcome.error = reduce::sum(scratch.partial);
}

/// column_j <- log2 of the column sum over b_j, max-shifted where a sum leaves the safe range. Columns without weight: anything.
fn log_column_sums<T: Real>(
    p: &Prepared<'_, T>,
    f: &[T],
    g: &[T],
    log_b: &[T],
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let b = p.problem.b();
    let safe = |(j, &sum): (usize, &T)| b.get(j) == T::ZERO || is_safe(sum / b.get(j));
    if scratch.column.iter().enumerate().all(safe) {
        for (j, sum) in scratch.column.iter_mut().enumerate() {
            if b.get(j) > T::ZERO {
                *sum = (*sum / b.get(j)).log2();
            }
        }
    } else {
        outcome.column_fallback = true;
        column_logsums(p, f, g, scratch.column, scratch.partial, scratch.tile);
        for (sum, &log) in scratch.column.iter_mut().zip(log_b) {
            *sum -= log;
        }
    }
}

/// The t for which (f + t, g - t) has the largest dual value, where a side is relaxed: that of Sejourne, Vialard and Peyre 2022
/// ("Faster unbalanced optimal transport: translation invariant Sinkhorn", proposition 3). Alternating updates move the common level
/// of the potentials by a factor tau_a tau_b a sweep only, which is next to nothing for large rho.
pub(crate) fn translation<T: Real>(p: &Prepared<'_, T>, f: &[T], g: &[T], log_b: &[T]) -> T {
    let (a, b) = (p.problem.a(), p.problem.b());
    let (rate_a, rate_b) = (p.epsilon / p.rho_a, p.epsilon / p.rho_b); // 0 where balanced
    let rows = log_mean(f.len(), a.total(), rate_a, &|i| {
        let weight = a.get(i);
        (weight > T::ZERO).then(|| (weight, weight.log2(), f[i] + p.row_offset(i)))
    });
    let columns = log_mean(g.len(), b.total(), rate_b, &|j| {
        let weight = b.get(j);
        (weight > T::ZERO).then(|| (weight, log_b[j], g[j] - log_b[j] + p.column_offset(j)))
    });
    let shift = (rows - columns) / (rate_a + rate_b);
    if shift.is_finite() { shift } else { T::ZERO }
}

/// log2 of sum_k w_k 2^(-rate x_k), given (w_k, log2 w_k, x_k) of the k that have weight and the sum of the w_k.
fn log_mean<T: Real>(len: usize, total: T, rate: T, term: &impl Fn(usize) -> Option<(T, T, T)>) -> T {
    if rate == T::ZERO {
        return total.log2();
    }
    let size = (0..len).filter_map(term).fold(T::ZERO, |most, (_, _, x)| most.max((rate * x).abs()));
    if size < T::HALF {
        // Large rho: the sum is close to the total, and what matters is the difference, which the caller divides by the rate.
        let excess = reduce::sum_of(len, &|k| term(k).map_or(T::ZERO, |(w, _, x)| w * (-rate * x * T::LN_2).exp_m1()));
        return total.log2() + (excess / total).ln_1p() * T::LOG2_E;
    }
    log_sum_of(len, |k| term(k).map(|(_, log, x)| log - rate * x))
}

/// log2 of the sum of 2^term.
fn log_sum_of<T: Real>(len: usize, term: impl Fn(usize) -> Option<T>) -> T {
    let largest = (0..len).filter_map(&term).fold(-T::INFINITY, |most, value| most.max(value));
    let sum = reduce::sum_of(len, &|i| term(i).map_or(T::ZERO, |value| (value - largest).exp2()));
    largest + sum.log2()
}
