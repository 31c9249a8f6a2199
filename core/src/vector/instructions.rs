//! The instructions that a solve uses.

use super::level::SimdLevel;

/// A level that this machine has, ready to be used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instructions {
    /// `None` is plain code.
    #[cfg(feature = "simd")]
    pub(super) vector: Option<fearless_simd::Level>,
}

impl Instructions {
    /// Says whether there are vectors. Plain code takes the same way in all builds, which then find the same bits.
    pub fn has_vectors(self) -> bool {
        #[cfg(feature = "simd")]
        return self.vector.is_some();
        #[cfg(not(feature = "simd"))]
        false
    }

    /// Returns the instructions of a level, or plain code if the machine does not have them.
    pub fn of(level: SimdLevel) -> Self {
        #[cfg(feature = "simd")]
        return Instructions { vector: super::fearless::find(level.resolve()) };
        #[cfg(not(feature = "simd"))]
        {
            let _ = level;
            Instructions {}
        }
    }
}
