//! The few operations that loops are written in.

use core::ops::{Add, Div, Mul, Sub};

use crate::float::Float;

/// Vectors of [`Simd::LANES`] scalars. A value of this type is the proof that the processor has the instructions.
pub(crate) trait Simd<T>: Copy {
    /// A vector.
    type Vector: Copy
        + Add<Output = Self::Vector>
        + Sub<Output = Self::Vector>
        + Mul<Output = Self::Vector>
        + Div<Output = Self::Vector>;

    /// The number of scalars in a vector; a divisor of [`MAX_LANES`].
    const LANES: usize;

    /// The number of vectors of columns, 1 or 2, whose products with four rows fit the registers.
    const COLUMNS: usize;

    /// The code is to be small: one loop for all dimensions, and exponentials in a pass of their own.
    const COMPACT: bool;

    /// Returns the same scalar in every lane.
    fn splat(self, value: T) -> Self::Vector;
    /// Reads a slice of length `LANES`.
    fn load(self, from: &[T]) -> Self::Vector;
    /// Reads a slice of fewer than `LANES` scalars; the other lanes are `fill`.
    fn load_few(self, from: &[T], fill: T) -> Self::Vector;
    /// Writes a slice of length `LANES`.
    fn store(self, vector: Self::Vector, to: &mut [T]);
    /// Returns p q + r, rounded once if the instructions can.
    fn mul_add(self, p: Self::Vector, q: Self::Vector, r: Self::Vector) -> Self::Vector;
    /// Returns the larger of two, or the second if one is NaN.
    fn max(self, p: Self::Vector, q: Self::Vector) -> Self::Vector;
    /// Returns absolute values.
    fn abs(self, p: Self::Vector) -> Self::Vector;
    /// Returns `yes` if p < q, else `no`, lane by lane.
    fn select_less(self, p: Self::Vector, q: Self::Vector, yes: Self::Vector, no: Self::Vector) -> Self::Vector;
    /// Returns 2^x as [`exp2`](super::exp2) does.
    fn exp2(self, x: Self::Vector) -> Self::Vector;
    /// Returns log2 x as [`log2`](super::log2) does.
    fn log2(self, x: Self::Vector) -> Self::Vector;
    /// Returns square roots.
    fn sqrt(self, x: Self::Vector) -> Self::Vector;
    /// Returns x^p for x >= 0 and 0 < p <= [`MAX_POWER`], within p + 4 units in the last place, and within 4 for p <=
    /// 1. It is 0 if p >= 1 and x or the result is below the smallest normal number, and infinite above the largest.
    fn power(self, x: Self::Vector, p: T) -> Self::Vector;
}

/// Copies fewer than [`MAX_LANES`] scalars, in pieces of known length. For so few, a call takes longer than the copy.
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

/// Operations that loops need beyond single instructions.
pub(crate) trait SimdExt<T: Float>: Simd<T> {
    /// Reads a slice of at most `LANES` scalars; the other lanes are `fill`.
    #[inline(always)]
    fn load_part(self, from: &[T], fill: T) -> Self::Vector {
        if from.len() == Self::LANES { self.load(from) } else { self.load_few(from, fill) }
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

    /// Joins all lanes into one scalar, pairwise.
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

    /// Adds up the lanes, pairwise.
    #[inline(always)]
    fn sum(self, vector: Self::Vector) -> T {
        self.fold(vector, |p, q| p + q)
    }
}

impl<T: Float, S: Simd<T>> SimdExt<T> for S {}

/// Calls `body` with the start and the length of every vector. The last one may be shorter than the others.
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
