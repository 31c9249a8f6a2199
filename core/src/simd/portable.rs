//! Plain code: four scalars side by side, which compilers turn into vectors where the target has any.

use core::array::from_fn;
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

impl<T: Real> Add for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Four(from_fn(|k| self.0[k] + other.0[k]))
    }
}

impl<T: Real> Sub for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Four(from_fn(|k| self.0[k] - other.0[k]))
    }
}

impl<T: Real> Mul for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Four(from_fn(|k| self.0[k] * other.0[k]))
    }
}

impl<T: Real> Div for Four<T> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Four(from_fn(|k| self.0[k] / other.0[k]))
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
        Four(from_fn(|k| if p.0[k] > q.0[k] { p.0[k] } else { q.0[k] }))
    }
    #[inline(always)]
    fn abs(self, p: Four<T>) -> Four<T> {
        Four(p.0.map(T::abs))
    }
    #[inline(always)]
    fn select_less(self, p: Four<T>, q: Four<T>, yes: Four<T>, no: Four<T>) -> Four<T> {
        Four(from_fn(|k| if p.0[k] < q.0[k] { yes.0[k] } else { no.0[k] }))
    }
    #[inline(always)]
    fn exp2(self, x: Four<T>) -> Four<T> {
        Four(x.0.map(T::exp2))
    }
    #[inline(always)]
    fn log2(self, x: Four<T>) -> Four<T> {
        Four(x.0.map(T::log2_of_normal))
    }
}
