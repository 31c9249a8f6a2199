//! Sums that stay accurate in single precision: several lanes, then pairwise.

use crate::real::Real;

/// Independent partial sums: enough for the widest vector unit, and for rounding errors to average out.
pub(crate) const LANES: usize = 16;

/// Entries a block; blocks are added pairwise by halving, so the error grows with the logarithm of the length.
const BLOCK: usize = 1024;

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

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

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
