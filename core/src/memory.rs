//! Memory that a caller lends: the list of its parts is written once, and gives their total as well as the parts.
//!
//! An operation that needs memory has one function that returns the lengths of all its vectors, in a fixed order.
//! [`total`] makes the length that the caller is told of them, and [`cut`] the vectors. A list that has overflowed
//! holds `usize::MAX`, since it is computed with saturating operations.

use crate::cost::GroundCost;
use crate::real::Real;

/// The memory that a value with vectors is copied to, vector by vector in a fixed order.
pub(crate) struct CopyTo<'c, 't, T: Real> {
    /// Takes a vector, and returns the one in the new memory.
    pub vector: &'c mut dyn FnMut(&[T]) -> &'t [T],
    /// The ground cost, which is lent anew.
    pub cost: &'t dyn GroundCost<T>,
}

impl<'t, T: Real> CopyTo<'_, 't, T> {
    /// Copies a vector.
    pub fn copy(&mut self, vector: &[T]) -> &'t [T] {
        (self.vector)(vector)
    }
}

/// Adds up the lengths of groups of vectors; `None` if that is more than any memory holds.
pub(crate) const fn total(groups: &[&[usize]]) -> Option<usize> {
    let (mut sum, mut group) = (0_usize, 0);
    while group < groups.len() {
        let mut k = 0;
        while k < groups[group].len() {
            sum = sum.saturating_add(groups[group][k]);
            k += 1;
        }
        group += 1;
    }
    if sum > usize::MAX / 16 { None } else { Some(sum) }
}

/// Cuts vectors of these lengths off the front of `rest`, which is long enough; a vector beyond its end is empty.
pub(crate) fn cut<'w, T, const K: usize>(rest: &mut &'w mut [T], sizes: [usize; K]) -> [&'w mut [T]; K] {
    sizes.map(|len| cut_one(rest, len))
}

/// Cuts a slice that is at least as long as all vectors of these lengths together.
pub(crate) fn cut_all<T, const K: usize>(mut memory: &mut [T], sizes: [usize; K]) -> [&mut [T]; K] {
    cut(&mut memory, sizes)
}

/// Cuts off one vector. It is not inlined, so that firmware has it once.
#[inline(never)]
fn cut_one<'w, T>(rest: &mut &'w mut [T], len: usize) -> &'w mut [T] {
    rest.split_off_mut(..len).unwrap_or_default()
}
