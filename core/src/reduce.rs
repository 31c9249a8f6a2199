//! What becomes of many numbers: sums that stay accurate in single precision (short blocks, and their totals in twice
//! the precision), and whether all are finite.

use crate::real::Real;
use crate::wide::Wide;

/// The number of independent partial sums of products. It suffices for the widest vector unit, and for rounding errors
/// to average out.
const LANES: usize = 16;

/// The number of terms of [`dot`] after which its lanes are added up.
const DOT_BLOCK: usize = 512;

/// The number of terms of a sum that are added in plain arithmetic, in four lanes.
const BLOCK: usize = 32;

/// Returns the sum of `term(i)` for `i` in `0..len`.
pub(crate) fn sum_of<T: Real>(len: usize, term: &impl Fn(usize) -> T) -> T {
    if cfg!(feature = "simd") { blocks(len, term) } else { small(len, term) }
}

/// Does the same as [`blocks`], but is compiled once for all terms.
fn small<T: Real>(len: usize, term: &dyn Fn(usize) -> T) -> T {
    blocks(len, term)
}

#[inline(always)]
fn blocks<T: Real, F: Fn(usize) -> T + ?Sized>(len: usize, term: &F) -> T {
    let mut total = Wide::new(T::ZERO);
    let mut block = [T::ZERO; BLOCK];
    let mut start = 0;
    while start < len {
        let block = &mut block[..BLOCK.min(len - start)];
        for (k, value) in block.iter_mut().enumerate() {
            *value = term(start + k);
        }
        add_block(&mut total, block);
        start += BLOCK;
    }
    total.value()
}

/// Returns the sum of a slice.
pub(crate) fn sum<T: Real>(values: &[T]) -> T {
    let mut total = Wide::new(T::ZERO);
    for block in values.chunks(BLOCK) {
        add_block(&mut total, block);
    }
    total.value()
}

/// Adds a block to the total of those before it.
fn add_block<T: Real>(total: &mut Wide<T>, block: &[T]) {
    let (fours, rest) = block.as_chunks::<4>();
    let mut lanes = [T::ZERO; 4];
    for four in fours {
        for (lane, &value) in lanes.iter_mut().zip(four) {
            *lane += value;
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += value;
    }
    let sum = Wide::new((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
    *total = if total.high == T::ZERO { sum } else { total.add(sum) };
}

/// Returns the largest absolute value of those that are not infinite.
pub(crate) fn largest_finite<T: Real>(values: impl Iterator<Item = T>) -> T {
    values.fold(T::ZERO, |most, value| if value == T::INFINITY { most } else { most.max(value.abs()) })
}

/// Returns the sum of the lanes, added pairwise.
#[inline(always)]
fn fold<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            let other = lanes[lane + width];
            lanes[lane] += other;
        }
        width /= 2;
    }
    lanes[0]
}

/// Returns the sum of p_k q_k, in lanes. It is twice as fast as [`sum_of`] over indices.
#[inline]
pub(crate) fn dot<T: Real>(p: &[T], q: &[T]) -> T {
    let mut total = T::ZERO;
    for (p, q) in p.chunks(DOT_BLOCK).zip(q.chunks(DOT_BLOCK)) {
        let mut lanes = [T::ZERO; LANES];
        let (whole_p, rest_p) = p.as_chunks::<LANES>();
        let (whole_q, rest_q) = q.as_chunks::<LANES>();
        for (group_p, group_q) in whole_p.iter().zip(whole_q) {
            for (lane, (&p, &q)) in lanes.iter_mut().zip(group_p.iter().zip(group_q)) {
                *lane += p * q;
            }
        }
        for (lane, (&p, &q)) in lanes.iter_mut().zip(rest_p.iter().zip(rest_q)) {
            *lane += p * q;
        }
        total += fold(lanes);
    }
    total
}

/// Returns log2 of sum_k w_k 2^(e_k), given `term(k)` = (w_k, e_k), for exponents of any size. Terms without weight
/// count for nothing. Every c-transform at a point is made of it.
pub(crate) fn log2_sum<T: Real>(len: usize, term: &impl Fn(usize) -> (T, T)) -> T {
    const TERMS: usize = 64;
    let (mut weights, mut exponents) = ([T::ZERO; TERMS], [T::ZERO; TERMS]);
    let (mut largest, mut sum) = (-T::INFINITY, T::ZERO);
    let mut start = 0;
    while start < len {
        let count = TERMS.min(len - start);
        let mut most = -T::INFINITY;
        for k in 0..count {
            (weights[k], exponents[k]) = term(start + k);
            if weights[k] > T::ZERO {
                most = most.max(exponents[k]);
            } else {
                (weights[k], exponents[k]) = (T::ZERO, -T::SQRT_MAX);
            }
        }
        if most > largest {
            sum *= (largest - most).exp2();
            largest = most;
        }
        if largest > -T::INFINITY {
            let mut lanes = [T::ZERO; LANES];
            for (weights, exponents) in weights[..count].chunks(LANES).zip(exponents[..count].chunks(LANES)) {
                for (lane, (&weight, &exponent)) in lanes.iter_mut().zip(weights.iter().zip(exponents)) {
                    *lane += weight * (exponent - largest).exp2();
                }
            }
            sum += fold(lanes);
        }
        start += count;
    }
    largest + sum.log2()
}

/// Visits every k that has an exponent with its share 2^(e_k - largest) of a sum of powers of two. Returns (largest,
/// sum) with sum_k 2^(e_k) = sum 2^largest. If the largest exponent is not finite, nothing is visited.
///
/// It asks for exponents twice, and keeps none. [`log2_sum`] asks once, and adds up in lanes.
pub(crate) fn power_shares<T: Real>(
    len: usize,
    exponent: &impl Fn(usize) -> Option<T>,
    mut visit: impl FnMut(usize, T),
) -> (T, T) {
    let largest = (0..len).filter_map(exponent).fold(-T::INFINITY, T::max);
    let mut sum = T::ZERO;
    for k in (0..len).filter(|_| largest.is_finite()) {
        if let Some(value) = exponent(k) {
            let share = (value - largest).exp2();
            sum += share;
            visit(k, share);
        }
    }
    (largest, sum)
}

/// Says whether all values are finite.
pub(crate) fn is_finite<T: Real>(values: &[T]) -> bool {
    values.iter().all(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn a_sum_of_extreme_powers_is_that_of_the_largest() {
        let exponents = [-5000.0, 3000.0, 2999.0, -1.0, 9000.0];
        let log = log2_sum(5, &|k| (if k == 4 { 0.0 } else { 2.0 }, exponents[k]));
        assert!((log - (1.0 + 3000.0 + 1.5_f64.log2())).abs() < 1e-12, "{log}");
        let long: f64 = log2_sum(1000, &|k| (0.001, -700.0 - (k % 3) as f64));
        let exact = (0..1000).map(|k| 0.001 * (-((k % 3) as f64)).exp2()).sum::<f64>().log2() - 700.0;
        assert!((long - exact).abs() < 1e-12, "{long} for {exact}");
        assert_eq!(log2_sum(3, &|_| (0.0_f32, 1.0)), f32::NEG_INFINITY);
    }

    #[test]
    fn a_million_tenths_sum_to_single_precision() {
        let values = std::vec![0.1_f32; 1_000_000];
        let exact = 0.1_f32 as f64 * 1e6;
        let error = (f64::from(sum(&values)) - exact).abs() / exact;
        assert!(error < 1e-6, "relative error {error:e}");
        for len in 0..70 {
            assert_eq!(sum(&values[..len].iter().map(|_| 1.0).collect::<std::vec::Vec<f32>>()), len as f32);
        }
    }
}
