//! Sums that stay accurate in single precision: several lanes, then pairwise.

use crate::real::Real;

/// Independent partial sums: enough for the widest vector unit, and for rounding errors to average out.
pub(crate) const LANES: usize = 16;

/// Entries a block; blocks are added pairwise by halving, so the error grows with the logarithm of the length.
const BLOCK: usize = 1024;

/// The same of [`dot`].
const DOT_BLOCK: usize = 512;

/// Sum of `term(i)` for `i` in `0..len`.
pub(crate) fn sum_of<T: Real>(len: usize, term: &impl Fn(usize) -> T) -> T {
    range(0, len, term)
}

fn range<T: Real>(start: usize, end: usize, term: &impl Fn(usize) -> T) -> T {
    let len = end - start;
    if len > BLOCK {
        let middle = start + (len / 2).next_multiple_of(LANES);
        return range(start, middle, term) + range(middle, end, term);
    }
    let mut lanes = [T::ZERO; LANES];
    let whole = len - len % LANES;
    let mut i = 0;
    while i < whole {
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(start + i + lane);
        }
        i += LANES;
    }
    for (lane, sum) in lanes.iter_mut().enumerate().take(len - whole) {
        *sum += term(start + whole + lane);
    }
    fold(lanes)
}

/// Adds the lanes pairwise.
#[inline(always)]
pub(crate) fn fold<T: Real>(mut lanes: [T; LANES]) -> T {
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

/// Sum of a slice.
pub(crate) fn sum<T: Real>(values: &[T]) -> T {
    sum_of(values.len(), &|i| values[i])
}

/// Sum of p_k q_k in lanes: twice as fast as [`sum_of`] over indices.
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

/// log2 of sum_k w_k 2^(e_k), given `term(k)` = (w_k, e_k), for exponents of any size. Terms without weight count for nothing.
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
                (weights[k], exponents[k]) = (T::ZERO, -T::MAX.sqrt());
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
