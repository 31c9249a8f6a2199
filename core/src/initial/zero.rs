use super::{Initializer, Scratch, Target, Wrote};
use crate::error::Error;
use crate::real::Real;

/// f = 0: what every other solver starts from.
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
        _scratch: Scratch<'_, T>,
    ) -> Result<Wrote, Error> {
        f.fill(T::ZERO);
        Ok(Wrote::F)
    }
}
