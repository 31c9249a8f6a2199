//! Memory is lent as one slice. A layout is an array of lengths: their sum is what a caller must lend, and [`cut`]
//! makes vectors of these lengths from it.

use crate::error::Error;

/// Cuts vectors of these lengths, one after the other, from a slice that is at least as long as all of them.
pub(crate) fn cut<T, const K: usize>(memory: &mut [T], layout: [usize; K]) -> [&mut [T]; K] {
    let mut rest = memory;
    layout.map(|len| {
        let (vector, tail) = core::mem::take(&mut rest).split_at_mut(len);
        rest = tail;
        vector
    })
}

/// Refuses memory that is too short.
pub(crate) fn check<T>(memory: &[T], required: usize) -> Result<(), Error> {
    if memory.len() >= required { Ok(()) } else { Err(Error::Workspace { required, actual: memory.len() }) }
}
