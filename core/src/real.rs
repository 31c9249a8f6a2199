//! The two scalars of this crate, `f32` and `f64`.

use crate::eigen::Matrices;
use crate::error::Error;
use crate::float::Float;
use crate::vector::{Instructions, Loops, SimdLevel};

/// A scalar that problems are solved in: `f32` or `f64`. Sealed.
///
/// Its constants and functions are those of [`Float`]. What it adds, and keeps to itself, are loops over vectors and
/// the eigenvalues of small matrices.
#[expect(private_bounds, reason = "seals the trait, and keeps to this crate what it alone uses")]
pub trait Real: Float + Loops + Matrices {}

impl Real for f32 {}
impl Real for f64 {}

impl SimdLevel {
    /// Replaces values by 2^x, within 2 units in the last place. Sweeps spend their time on this.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) if this machine does not have the level.
    pub fn exp2<T: Real>(self, values: &mut [T]) -> Result<(), Error> {
        self.check()?;
        T::exp2_each(Instructions::of(self), values);
        Ok(())
    }
}
