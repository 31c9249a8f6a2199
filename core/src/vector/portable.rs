//! Plain code: one scalar at a time, small, and the same bits on every target.

use super::simd::Simd;
use crate::float::Float;

/// Plain code, which needs no instructions of any kind.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl<T: Float> Simd<T> for Portable {
    type Vector = T;
    const LANES: usize = 1;
    const COLUMNS: usize = 1;
    const COMPACT: bool = true;

    #[inline(always)]
    fn splat(self, value: T) -> T {
        value
    }
    #[inline(always)]
    fn load(self, from: &[T]) -> T {
        from[0]
    }
    #[inline(always)]
    fn load_few(self, _: &[T], fill: T) -> T {
        fill
    }
    #[inline(always)]
    fn store(self, value: T, to: &mut [T]) {
        to[0] = value;
    }
    #[inline(always)]
    fn mul_add(self, p: T, q: T, r: T) -> T {
        p * q + r
    }
    #[inline(always)]
    fn max(self, p: T, q: T) -> T {
        if p > q { p } else { q }
    }
    #[inline(always)]
    fn abs(self, p: T) -> T {
        p.abs()
    }
    #[inline(always)]
    fn select_less(self, p: T, q: T, yes: T, no: T) -> T {
        if p < q { yes } else { no }
    }
    #[inline(always)]
    fn exp2(self, x: T) -> T {
        x.exp2_branching()
    }
    #[inline(always)]
    fn log2(self, x: T) -> T {
        x.log2_of_normal()
    }
    #[inline(always)]
    fn sqrt(self, x: T) -> T {
        x.sqrt()
    }
    #[inline(always)]
    fn power(self, x: T, p: T) -> T {
        x.powf(p)
    }
}
