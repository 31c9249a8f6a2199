//! Which vector instructions are used.

use super::{Job, Portable, Simd, SimdExt};
use crate::error::{Argument, Error};
use crate::real::Real;

/// The vector instructions of a solve.
///
/// [`SimdLevel::Portable`] is plain code, which every target runs; its additions and multiplications round one by one. All other
/// levels fuse them and work on vectors of 512 bits, in pieces where the processor has narrower ones, so that with the same storage they agree with each other to the
/// last bit, and with the portable level to rounding. To force a level is for tests and comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SimdLevel {
    /// The best that is there. With the feature `std` the processor is asked, without it the compiler's target features.
    Best,
    /// Plain code.
    Portable,
    /// 128 bits: ARM, 64-bit.
    Neon,
    /// 256 bits: AVX2 and FMA.
    Avx2,
    /// 512 bits: the AVX-512 of Ice Lake, Zen 4 and later.
    Avx512,
}

impl SimdLevel {
    /// All of them but [`SimdLevel::Best`], the narrowest first.
    pub const ALL: [SimdLevel; 4] = [SimdLevel::Portable, SimdLevel::Neon, SimdLevel::Avx2, SimdLevel::Avx512];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            SimdLevel::Best => "best",
            SimdLevel::Portable => "portable",
            SimdLevel::Neon => "neon",
            SimdLevel::Avx2 => "avx2",
            SimdLevel::Avx512 => "avx512",
        }
    }

    /// Whether this machine, and this build, can do it.
    pub fn is_available(self) -> bool {
        match self {
            SimdLevel::Best | SimdLevel::Portable => true,
            #[cfg(feature = "simd")]
            level => super::vector::find(level).is_some(),
            #[cfg(not(feature = "simd"))]
            _ => false,
        }
    }

    /// What [`SimdLevel::Best`] is here; itself for every other level.
    pub fn resolve(self) -> SimdLevel {
        match self {
            SimdLevel::Best => {
                let available = Self::ALL.iter().rev().copied().find(|level| level.is_available());
                available.unwrap_or(SimdLevel::Portable)
            }
            level => level,
        }
    }

    /// 2^x in place, within 2 units in the last place: what sweeps spend their time on, by itself.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) where this machine does not have the level.
    pub fn exp2<T: Real>(self, values: &mut [T]) -> Result<(), Error> {
        self.check()?;
        T::run(Instructions::of(self), Exp2 { values });
        Ok(())
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        let reason = "not a level of this machine or of this build";
        if self.is_available() { Ok(()) } else { Err(Error::unsupported(Argument::SIMD, reason)) }
    }
}

pub struct Exp2<'v, T> {
    values: &'v mut [T],
}

impl<T: Real> Job<T> for Exp2<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        for part in self.values.chunks_mut(S::LANES) {
            let x = simd.load_part(part, T::ZERO);
            simd.store_part(simd.exp2(x), part);
        }
    }
}

/// A level that this machine has, ready to be used.
#[derive(Clone, Copy)]
pub struct Instructions {
    #[cfg(feature = "simd")]
    vector: Option<fearless_simd::Level>,
}

impl Instructions {
    /// Plain code where the level is not there.
    pub fn of(level: SimdLevel) -> Self {
        #[cfg(feature = "simd")]
        return Instructions { vector: super::vector::find(level.resolve()) };
        #[cfg(not(feature = "simd"))]
        {
            let _ = level;
            Instructions {}
        }
    }

    #[inline]
    pub fn run_f32<J: Job<f32>>(self, job: J) -> J::Output {
        #[cfg(feature = "simd")]
        if let Some(level) = self.vector {
            return super::vector::run_f32(level, job);
        }
        job.run(Portable)
    }

    #[inline]
    pub fn run_f64<J: Job<f64>>(self, job: J) -> J::Output {
        #[cfg(feature = "simd")]
        if let Some(level) = self.vector {
            return super::vector::run_f64(level, job);
        }
        job.run(Portable)
    }
}
