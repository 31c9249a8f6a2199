//! The second half of a sweep: from column sums to the new g, the level of both potentials, and the error.

use super::forward::{Outcome, Potentials};
use super::half::column_logsums;
use super::prepared::Prepared;
use super::rows::WeightVectors;
use super::strips::Scratch;
use super::{FLUSH, is_safe};
use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;
use crate::simd::{Job, Simd, SimdExt, each_vector};

/// From column sums to the new g, the shift and the error.
pub(crate) fn finish<T: Real>(
    p: &Prepared<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
    outcome: &mut Outcome<T>,
) {
    let Potentials { f, g, image, log_b, .. } = potentials;
    if p.is_balanced() {
        let balanced = balance(p, factor, g, image, scratch.column);
        if balanced.safe {
            (outcome.mass, outcome.error) = (balanced.mass, balanced.error);
            return;
        }
    }
    log_column_sums(p, f, g, log_b, image, scratch, outcome);
    let (before, logs) = (&*scratch.column, &mut scratch.pool[..g.len()]);
    if p.is_balanced() {
        for (j, (image, log)) in image.iter_mut().zip(logs).enumerate() {
            *image = g[j] - factor * if p.problem.b().get(j) > T::ZERO { *log } else { T::ZERO };
            *log = (p.problem.b().get(j) - before[j]).abs();
        }
    } else {
        outcome.shift = update_relaxed(p, factor, f, g, log_b, image, before, logs);
    }
    for value in image.iter() {
        outcome.finite &= value.is_finite();
    }
    outcome.mass = reduce::sum(before);
    outcome.error = reduce::sum(&scratch.pool[..g.len()]);
}

/// What an update of balanced columns has seen.
pub struct Balanced<T> {
    /// Sum of the columns before it.
    mass: T,
    /// L1 distance of these from b.
    error: T,
    /// Whether all columns are far from underflow and overflow, and so the new potentials finite. If not, the rest is not to be trusted.
    safe: bool,
}

/// image <- g + factor (T g - g) for column sums `before`, where these are safe. A column without weight takes no part: its potential, which is
/// computed once, at the end, stays.
fn balance<T: Real>(p: &Prepared<'_, T>, factor: T, g: &[T], image: &mut [T], before: &[T]) -> Balanced<T> {
    T::run(p.instructions, Balance { b: p.problem.b(), factor, g, image, before })
}

pub struct Balance<'r, T> {
    b: Weights<'r, T>,
    factor: T,
    g: &'r [T],
    image: &'r mut [T],
    before: &'r [T],
}

impl<T: Real> Job<T> for Balance<'_, T> {
    type Output = Balanced<T>;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> Balanced<T> {
        let Balance { b, factor, g, image, before } = self;
        let m = image.len();
        let (g, before, weights) = (&g[..m], &before[..m], WeightVectors::new(b));
        let (zero, one, factor) = (simd.splat(T::ZERO), simd.splat(T::ONE), simd.splat(factor));
        let (mut mass, mut error, mut largest) = (T::ZERO, T::ZERO, zero);
        let mut at = 0;
        while at < m {
            let end = (at + FLUSH).min(m);
            let (mut masses, mut errors) = (zero, zero);
            each_vector::<T, S>(
                at..end,
                #[inline(always)]
                |at, len| {
                    let sum = simd.load_part(&before[at..at + len], T::ZERO);
                    let weight = weights.load(simd, at, len);
                    let log = simd.log2(simd.select_less(zero, weight, sum / weight, one));
                    largest = simd.max(simd.abs(log), largest);
                    masses = masses + sum;
                    errors = errors + simd.abs(weight - sum);
                    let new = simd.load_part(&g[at..at + len], T::ZERO) - factor * log;
                    simd.store_part(new, &mut image[at..at + len]);
                },
            );
            mass += simd.sum(masses);
            error += simd.sum(errors);
            at = end;
        }
        Balanced { mass, error, safe: simd.fold(largest, T::max) < T::SAFE_EXPONENT }
    }
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
        image[j] = Prepared::within_range(g[j] + factor * change);
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
        logs[j] = if p.tau_b() == T::ONE && shift == T::ZERO {
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
