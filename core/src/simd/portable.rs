//! Plain code: four scalars side by side, which compilers turn into vectors where the target has any.

use core::ops::{Add, Div, Mul, Sub};

use super::Simd;
use crate::real::Real;

const LANES: usize = 4;

/// Needs no instructions of any kind.
#[derive(Clone, Copy)]
pub struct Portable;

/// Four scalars.
#[derive(Clone, Copy)]
pub struct Four<T>([T; LANES]);

impl<T: Copy> Four<T> {
    /// Loops, because `array::map` and its like are calls that are not always inlined.
    #[inline(always)]
    fn map(mut self, of: impl Fn(T) -> T) -> Self {
        for value in &mut self.0 {
            *value = of(*value);
        }
        self
    }

    #[inline(always)]
    fn with(mut self, other: Self, of: impl Fn(T, T) -> T) -> Self {
        for k in 0..LANES {
            self.0[k] = of(self.0[k], other.0[k]);
        }
        self
    }
}

impl<T: Real> Add for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |p, q| p + q)
    }
}

impl<T: Real> Sub for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |p, q| p - q)
    }
}

impl<T: Real> Mul for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |p, q| p * q)
    }
}

impl<T: Real> Div for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.with(other, |p, q| p / q)
    }
}

impl<T: Real> Simd<T> for Portable {
    type Vector = Four<T>;
    const LANES: usize = LANES;
    const COLUMNS: usize = 2;

    #[inline(always)]
    fn splat(self, value: T) -> Four<T> {
        Four([value; LANES])
    }
    #[inline(always)]
    fn load(self, from: &[T]) -> Four<T> {
        Four([from[0], from[1], from[2], from[3]])
    }
    #[inline(always)]
    fn store(self, vector: Four<T>, to: &mut [T]) {
        to.copy_from_slice(&vector.0);
    }
    #[inline(always)]
    fn mul_add(self, p: Four<T>, q: Four<T>, r: Four<T>) -> Four<T> {
        p * q + r
    }
    #[inline(always)]
    fn max(self, p: Four<T>, q: Four<T>) -> Four<T> {
        p.with(q, |p, q| if p > q { p } else { q })
    }
    #[inline(always)]
    fn abs(self, p: Four<T>) -> Four<T> {
        p.map(T::abs)
    }
    #[inline(always)]
    fn select_less(self, p: Four<T>, q: Four<T>, mut yes: Four<T>, no: Four<T>) -> Four<T> {
        for k in 0..LANES {
            yes.0[k] = if p.0[k] < q.0[k] { yes.0[k] } else { no.0[k] };
        }
        yes
    }
    #[inline(always)]
    fn exp2(self, x: Four<T>) -> Four<T> {
        x.map(T::exp2)
    }
    #[inline(always)]
    fn log2(self, x: Four<T>) -> Four<T> {
        x.map(T::log2_of_normal)
    }
}
