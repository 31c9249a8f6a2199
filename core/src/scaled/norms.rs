//! Points under a p-norm.
//!
//! Coordinates are kept in a unit, a power of two, in which the largest difference and its powers are moderate numbers.
//! A sum that leaves the safe range in spite of this is computed anew, relative to the largest difference of its pair.

use crate::geometry::PointCloud;
use crate::memory::CopyTo;
use crate::real::Real;
use crate::vector::{Instructions, Norms, Power};

/// Points, and their packed copies.
#[derive(Clone, Copy)]
pub(crate) struct NormCosts<'a, T: Real> {
    pub norms: Norms<'a, T>,
    pub cloud: PointCloud<'a, T>,
    /// A bound on all costs, or `None` if no finite number is one.
    pub bound: Option<T>,
}

impl<T: Real> NormCosts<'_, T> {
    /// Copies the packed points to other memory. `cloud` is a copy of the others.
    pub fn copied<'t>(&self, cloud: PointCloud<'t, T>, to: &mut CopyTo<'_, 't, T>) -> NormCosts<'t, T> {
        let Norms { points, power, unit } = self.norms;
        NormCosts { norms: Norms { points: points.copied(to), power, unit }, cloud, bound: self.bound }
    }

    /// out_kj <- C_ij for rows from i and `m` columns from `start` on, row after row, within 4 d + 16 units in the last
    /// place.
    pub fn rows(&self, instructions: Instructions, i: usize, start: usize, m: usize, out: &mut [T]) {
        let norms = match self.norms.power {
            Power::One | Power::Two | Power::Largest => T::norms,
            Power::Whole(..) | Power::Even(..) => T::whole_norms,
            Power::Half(..) | Power::Any(_) => T::other_norms,
        };
        if norms(instructions, self.norms, i, start, m, out) == T::ZERO {
            return;
        }
        for (k, row) in out.chunks_exact_mut(m).enumerate() {
            for (j, value) in row.iter_mut().enumerate().filter(|(_, value)| **value < T::ZERO) {
                *value = self.cloud.cost(i + k, start + j);
            }
        }
    }
}
