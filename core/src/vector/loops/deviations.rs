//! Moments of the costs of a row.

use super::columns::WeightVectors;
use super::parts;
use crate::float::Float;
use crate::vector::simd::{Simd, SimdExt, each_vector};

/// Weighted moments of a row, relative to an origin and a scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deviations<T> {
    /// sum_j b_j (C_j - origin) / scale.
    pub first: T,
    /// sum_j b_j ((C_j - origin) / scale)^2.
    pub second: T,
    /// The largest |C_j|.
    pub largest: T,
}

/// Measures the deviations of a row from `origin`, in units of `scale`.
#[inline(always)]
pub(crate) fn deviations<T: Float, S: Simd<T>>(
    simd: S,
    row: &[T],
    weights: WeightVectors<'_, T>,
    origin: T,
    scale: T,
) -> Deviations<T> {
    let (origin, by) = (simd.splat(origin), simd.splat(T::ONE / scale));
    let zero = simd.splat(T::ZERO);
    let (mut found, mut largest) = (Deviations { first: T::ZERO, second: T::ZERO, largest: T::ZERO }, zero);
    for part in parts(row.len()) {
        let (mut first, mut second) = (zero, zero);
        each_vector::<T, S>(
            part,
            #[inline(always)]
            |at, len| {
                let cost = simd.load_part(&row[at..at + len], T::ZERO);
                largest = simd.max(simd.abs(cost), largest);
                let deviation = (cost - origin) * by;
                let weighted = weights.load(simd, at, len) * deviation;
                first = first + weighted;
                second = simd.mul_add(weighted, deviation, second);
            },
        );
        found.first += simd.sum(first);
        found.second += simd.sum(second);
    }
    found.largest = simd.fold(largest, T::max);
    found
}
