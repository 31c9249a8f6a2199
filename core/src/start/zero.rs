use super::{Side, Start, StartReport, StartScratch, Target};
use crate::error::Error;
use crate::real::Real;

/// Starts from f = 0, as other solvers do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zero;

impl<T: Real> Start<T> for Zero {
    fn name(&self) -> &'static str {
        "zero"
    }

    fn write_potentials(
        &self,
        _target: &Target<'_, '_, T>,
        f: &mut [T],
        _g: &mut [T],
        _scratch: &mut StartScratch<'_, T>,
    ) -> Result<StartReport, Error> {
        f.fill(T::ZERO);
        Ok(StartReport::new("zero", Side::F))
    }
}
