//! The update of the columns of a balanced problem.

use super::parts;
use crate::float::Float;
use crate::vector::simd::{MAX_LANES, Simd, SimdExt, each_vector};

/// Weights as loops read them: stored numbers times a factor, or one number for all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeightVectors<'w, T> {
    pub values: Option<&'w [T]>,
    pub factor: T,
    /// The weight of every point if none are stored.
    pub uniform: T,
}

impl<T: Float> WeightVectors<'_, T> {
    /// Reads some weights; there are none beyond the end.
    #[inline(always)]
    pub fn load<S: Simd<T>>(&self, simd: S, at: usize, len: usize) -> S::Vector {
        match self.values {
            Some(values) => simd.load_part(&values[at..at + len], T::ZERO) * simd.splat(self.factor),
            None => simd.load_part(&[self.uniform; MAX_LANES][..len], T::ZERO),
        }
    }
}

/// The measurements of an update of balanced columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Balanced<T> {
    /// The sum of the columns before it.
    pub mass: T,
    /// The L1 distance of the columns from b before it.
    pub error: T,
    /// All columns were far from underflow and overflow, so that the new potentials are finite. If this is false, the
    /// other numbers mean nothing.
    pub safe: bool,
}

/// image <- g + factor (T g - g) for column sums `before`. A column without weight keeps its potential, which is
/// computed once, at the end of the solve.
#[inline(always)]
pub(crate) fn balance<T: Float, S: Simd<T>>(
    simd: S,
    weights: WeightVectors<'_, T>,
    factor: T,
    g: &[T],
    image: &mut [T],
    before: &[T],
) -> Balanced<T> {
    let m = image.len();
    let (g, before) = (&g[..m], &before[..m]);
    let (zero, one, factor) = (simd.splat(T::ZERO), simd.splat(T::ONE), simd.splat(factor));
    let (mut mass, mut error, mut largest) = (T::ZERO, T::ZERO, zero);
    for part in parts(m) {
        let (mut masses, mut errors) = (zero, zero);
        each_vector::<T, S>(
            part,
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
    }
    Balanced { mass, error, safe: simd.fold(largest, T::max) < T::SAFE_EXPONENT }
}

/// The measurements of an update of scalings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rescaled<T> {
    /// The sum of the columns before it.
    pub mass: T,
    /// The L1 distance of the columns from b before it.
    pub error: T,
    /// The largest new scaling.
    pub largest: T,
    /// The smallest new scaling.
    pub smallest: T,
}

/// totals <- b / totals, the new scalings; 1 for columns without weight. `v` are the old ones.
#[inline(always)]
pub(crate) fn rescale<T: Float, S: Simd<T>>(
    simd: S,
    weights: WeightVectors<'_, T>,
    v: &[T],
    totals: &mut [T],
) -> Rescaled<T> {
    let m = totals.len();
    let v = &v[..m];
    let (zero, one) = (simd.splat(T::ZERO), simd.splat(T::ONE));
    let (mut mass, mut error, mut largest, mut below) = (T::ZERO, T::ZERO, one, simd.splat(-T::ONE));
    for part in parts(m) {
        let (mut masses, mut errors) = (zero, zero);
        each_vector::<T, S>(
            part,
            #[inline(always)]
            |at, len| {
                let weight = weights.load(simd, at, len);
                let total = simd.load_part(&totals[at..at + len], T::ZERO);
                let sum = total * simd.load_part(&v[at..at + len], T::ZERO);
                let new = simd.select_less(zero, weight, weight / total, one);
                masses = masses + sum;
                errors = errors + simd.abs(weight - sum);
                largest = simd.max(new, largest);
                below = simd.max(zero - new, below);
                simd.store_part(new, &mut totals[at..at + len]);
            },
        );
        mass += simd.sum(masses);
        error += simd.sum(errors);
    }
    Rescaled { mass, error, largest: simd.fold(largest, T::max), smallest: -simd.fold(below, T::max) }
}
