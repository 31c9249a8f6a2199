use super::{Side, Start, StartMemory, StartReport, Target};
use crate::error::Error;
use crate::real::Real;

/// Starts from f = 0, as other solvers do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zero;

impl<T: Real> Start<T> for Zero {
    fn write_potentials(&self, _: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        out.f.fill(T::ZERO);
        Ok(StartReport::new("zero", Side::F))
    }
}
