//! Vectors: which instructions there are, and the few operations that sweeps are written in.
//!
//! A loop over pairs is a [`Job`], written once for every [`Simd`]; [`jobs::Run`] runs it with the instructions that a
//! solve uses. Everything below a job is `#[inline(always)]`, because functions inherit no instructions from their caller.

pub(crate) mod exp2;
mod jobs;
mod level;
pub(crate) mod log2;
mod portable;
#[cfg(feature = "simd")]
mod vector;

use core::ops::{Add, Div, Mul, Sub};

pub(crate) use jobs::Jobs;
pub(crate) use level::Instructions;
pub use level::SimdLevel;
pub(crate) use portable::Portable;

use crate::real::Real;

/// Vectors of [`Simd::LANES`] scalars. The value itself is the proof that the processor has the instructions.
pub trait Simd<T>: Copy {
    /// A vector.
    type Vector: Copy
        + Add<Output = Self::Vector>
        + Sub<Output = Self::Vector>
        + Mul<Output = Self::Vector>
        + Div<Output = Self::Vector>;

    /// Scalars in a vector; a divisor of [`MAX_LANES`].
    const LANES: usize;

    /// Vectors of columns whose products with four rows the registers have room for: 1 or 2.
    const COLUMNS: usize;

    /// Whether code is to be small: one loop for all dimensions, and exponentials in a pass of their own.
    const COMPACT: bool;

    /// The same scalar in every lane.
    fn splat(self, value: T) -> Self::Vector;
    /// The scalars of a slice of length `LANES`.
    fn load(self, from: &[T]) -> Self::Vector;
    /// Writes a slice of length `LANES`.
    fn store(self, vector: Self::Vector, to: &mut [T]);
    /// p q + r, rounded once where the instructions can.
    fn mul_add(self, p: Self::Vector, q: Self::Vector, r: Self::Vector) -> Self::Vector;
    /// The larger of two; the second where one is NaN.
    fn max(self, p: Self::Vector, q: Self::Vector) -> Self::Vector;
    /// Absolute values.
    fn abs(self, p: Self::Vector) -> Self::Vector;
    /// `yes` where p < q, else `no`.
    fn select_less(self, p: Self::Vector, q: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector;
    /// As [`exp2`].
    fn exp2(self, x: Self::Vector) -> Self::Vector;
    /// As [`log2`].
    fn log2(self, x: Self::Vector) -> Self::Vector;
    /// Square roots.
    fn sqrt(self, x: Self::Vector) -> Self::Vector;
    /// x^p for x >= 0 and 0 < p <= [`MAX_POWER`]: within p + 4 units in the last place, and within 4 for p <= 1. 0 where x or the result is below
    /// the smallest normal number and p >= 1; infinite where it is above the largest.
    fn power(self, x: Self::Vector, p: T) -> Self::Vector;
}

/// Copies fewer than [`MAX_LANES`] scalars in pieces of known length: for so few a call takes longer than the copy.
#[inline(always)]
fn copy_few<T: Copy>(from: &[T], to: &mut [T]) {
    let mut at = 0;
    let mut width = MAX_LANES / 2;
    while width > 0 {
        if from.len() & width != 0 {
            to[at..at + width].copy_from_slice(&from[at..at + width]);
            at += width;
        }
        width /= 2;
    }
}

/// The largest exponent of a power in vectors: its product with any exponent of a scalar is a number of few bits.
#[cfg_attr(not(all(feature = "costs", feature = "simd")), allow(dead_code))]
pub(crate) const MAX_POWER: f64 = 1024.0;

/// The most lanes of any vector.
pub(crate) const MAX_LANES: usize = 16;

/// What the loops need beyond single instructions.
pub(crate) trait SimdExt<T: Real>: Simd<T> {
    /// The scalars of a slice of any length up to `LANES`, then `fill`.
    #[inline(always)]
    fn load_part(self, from: &[T], fill: T) -> Self::Vector {
        if from.len() == Self::LANES {
            return self.load(from);
        }
        let mut lanes = [fill; MAX_LANES];
        copy_few(from, &mut lanes);
        self.load(&lanes[..Self::LANES])
    }

    /// Writes as many lanes as the slice has places.
    #[inline(always)]
    fn store_part(self, vector: Self::Vector, to: &mut [T]) {
        if to.len() == Self::LANES {
            return self.store(vector, to);
        }
        let mut lanes = [T::ZERO; MAX_LANES];
        self.store(vector, &mut lanes[..Self::LANES]);
        let len = to.len();
        copy_few(&lanes[..len], to);
    }

    /// All lanes in one, pairwise.
    #[inline(always)]
    fn fold(self, vector: Self::Vector, join: impl Fn(T, T) -> T) -> T {
        let mut lanes = [T::ZERO; MAX_LANES];
        self.store(vector, &mut lanes[..Self::LANES]);
        let mut width = Self::LANES / 2;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] = join(lanes[lane], lanes[lane + width]);
            }
            width /= 2;
        }
        lanes[0]
    }

    /// The sum of the lanes, pairwise.
    #[inline(always)]
    fn sum(self, vector: Self::Vector) -> T {
        self.fold(vector, |p, q| p + q)
    }
}

impl<T: Real, S: Simd<T>> SimdExt<T> for S {}

/// Calls `body` with the start and the length of every vector, the last of which may be shorter.
#[inline(always)]
pub(crate) fn each_vector<T, S: Simd<T>>(range: core::ops::Range<usize>, mut body: impl FnMut(usize, usize)) {
    let mut at = range.start;
    while at + S::LANES <= range.end {
        body(at, S::LANES);
        at += S::LANES;
    }
    if S::LANES > 1 && at < range.end {
        body(at, range.end - at);
    }
}

/// A loop that is written once for all instructions. `run` must be `#[inline(always)]`, and all that it calls in its loops.
pub trait Job<T> {
    /// What comes out.
    type Output;
    /// Does it.
    fn run<S: Simd<T>>(self, simd: S) -> Self::Output;
}
