//! The choice of vector instructions.

use crate::error::{Argument, Error};

/// The vector instructions of a solve.
///
/// [`SimdLevel::Portable`] is plain code, which every target runs. All other levels work on vectors of 512 bits, in
/// pieces if the processor has narrower ones. NEON, AVX2 and AVX-512 fuse multiplications with additions. So with the
/// same storage these three agree with each other to the last bit. The others round one by one, and agree to rounding.
/// Force a level only for tests and comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SimdLevel {
    /// The best level that is there. With the feature `std` the processor is asked, else the compiler's target features
    /// are.
    Best,
    /// Plain code.
    Portable,
    /// 128 bits: WebAssembly, if the program is compiled for simd128.
    Wasm,
    /// 128 bits: SSE4.2.
    Sse42,
    /// 128 bits: ARM, 64-bit.
    Neon,
    /// 256 bits: AVX2 and FMA.
    Avx2,
    /// 512 bits: the AVX-512 of Ice Lake, Zen 4 and later.
    Avx512,
}

impl SimdLevel {
    /// All levels but [`SimdLevel::Best`], the narrowest first.
    pub const ALL: [SimdLevel; 6] =
        [SimdLevel::Portable, SimdLevel::Wasm, SimdLevel::Sse42, SimdLevel::Neon, SimdLevel::Avx2, SimdLevel::Avx512];

    /// Returns the name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            SimdLevel::Best => "best",
            SimdLevel::Portable => "portable",
            SimdLevel::Wasm => "wasm",
            SimdLevel::Sse42 => "sse4.2",
            SimdLevel::Neon => "neon",
            SimdLevel::Avx2 => "avx2",
            SimdLevel::Avx512 => "avx512",
        }
    }

    /// Says whether the level fuses multiplications with additions.
    pub fn is_fused(self) -> bool {
        matches!(self.resolve(), SimdLevel::Neon | SimdLevel::Avx2 | SimdLevel::Avx512)
    }

    /// Says whether this machine and this build have the level.
    pub fn is_available(self) -> bool {
        match self {
            SimdLevel::Best | SimdLevel::Portable => true,
            #[cfg(feature = "simd")]
            level => super::fearless::find(level).is_some(),
            #[cfg(not(feature = "simd"))]
            _ => false,
        }
    }

    /// Returns the level that [`SimdLevel::Best`] means here, and any other level as it is.
    pub fn resolve(self) -> SimdLevel {
        match self {
            SimdLevel::Best => {
                let available = Self::ALL.iter().rev().copied().find(|level| level.is_available());
                available.unwrap_or(SimdLevel::Portable)
            }
            level => level,
        }
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        let reason = "not a level of this machine or of this build";
        if self.is_available() { Ok(()) } else { Err(Error::unsupported(Argument::SIMD, reason)) }
    }
}
