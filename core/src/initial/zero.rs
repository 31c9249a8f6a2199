use super::{Initializer, Scratch, Started, Target, Wrote};
use crate::error::Error;
use crate::real::Real;

/// Starts from f = 0, as other solvers do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zero;

impl<T: Real> Initializer<T> for Zero {
    fn name(&self) -> &'static str {
        "zero"
    }

    fn initialize(
        &self,
        _target: &Target<'_, '_, T>,
        f: &mut [T],
        _g: &mut [T],
        _scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        f.fill(T::ZERO);
        Ok(Started::new("zero", Wrote::F))
    }
}
