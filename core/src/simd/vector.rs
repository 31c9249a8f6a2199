//! Vectors of known width, of the crate `fearless_simd`.

use super::SimdLevel;
use fearless_simd::Level;

/// What the processor can do, as far as this build can know.
fn detected() -> Level {
    #[cfg(feature = "std")]
    return Level::new();
    #[cfg(not(feature = "std"))]
    Level::baseline()
}

/// Whether the processor offers a level.
pub(super) fn offers(level: SimdLevel) -> bool {
    match level {
        SimdLevel::Best | SimdLevel::Portable => true,
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx2 => detected().as_avx2().is_some(),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx512 => detected().as_avx512().is_some(),
        #[cfg(target_arch = "aarch64")]
        SimdLevel::Neon => detected().as_neon().is_some(),
        _ => false,
    }
}
