//! The two scalars of this crate, `f32` and `f64`.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::simd::exp2;

mod sealed {
    use crate::simd::{Jobs, exp2, log2};

    /// What this crate does with its scalars and does not promise to anyone.
    pub trait Sealed: Jobs + crate::eigen::Matrices {
        /// log2 of a positive normal number, branch-free.
        fn log2_of_normal(self) -> Self;
        /// 2^self with the bits of [`Real::exp2`](super::Real::exp2), and a branch: for loops that are not to be vectorised, where what is far from 0 is rare.
        fn exp2_branching(self) -> Self;
    }

    #[cold]
    #[inline(never)]
    fn far_f32(x: f32) -> f32 {
        exp2::exp2_f32(x)
    }

    #[cold]
    #[inline(never)]
    fn far_f64(x: f64) -> f64 {
        exp2::exp2_f64(x)
    }

    impl Sealed for f32 {
        #[inline(always)]
        fn log2_of_normal(self) -> Self {
            log2::log2_f32(self)
        }
        #[inline(always)]
        fn exp2_branching(self) -> Self {
            if self.abs() <= 126.0 { exp2::power_f32(self) } else { far_f32(self) }
        }
    }

    impl Sealed for f64 {
        #[inline(always)]
        fn log2_of_normal(self) -> Self {
            log2::log2_f64(self)
        }
        #[inline(always)]
        fn exp2_branching(self) -> Self {
            if self.abs() <= 1022.0 { exp2::power_f64(self) } else { far_f64(self) }
        }
    }
}

/// A floating-point scalar: `f32` or `f64`. Sealed.
///
/// Every elementary function is the same code with and without `std`, so that with [`SimdLevel::Portable`](crate::SimdLevel) a result has the
/// same bits on a workstation and on a microcontroller. Nothing done in `f32` touches `f64`.
pub trait Real:
    sealed::Sealed
    + Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// Zero.
    const ZERO: Self;
    /// One half.
    const HALF: Self;
    /// One.
    const ONE: Self;
    /// Two.
    const TWO: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// As it is written: `f32` or `f64`.
    const NAME: &str;
    /// The square root of EPSILON.
    const SQRT_EPSILON: Self;
    /// The largest finite number.
    const MAX: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// log2(e).
    const LOG2_E: Self;
    /// ln(2).
    const LN_2: Self;
    /// 2^27+1 in `f64`, 2^12+1 in `f32`: splits a product without error (Dekker 1971).
    const SPLITTER: Self;
    /// Sums outside 2^-SAFE_EXPONENT to 2^SAFE_EXPONENT are recomputed in max-shifted form.
    const SAFE_EXPONENT: Self;
    /// 2^SAFE_EXPONENT.
    const SAFE_SUM: Self;
    /// 2^(SAFE_EXPONENT / 4).
    const NEAR_SCALING: Self;
    /// About the square root of the largest number: a power of two.
    const SQRT_MAX: Self;
    /// The square root of that.
    const FOURTH_ROOT_MAX: Self;
    /// Sums of weights that a problem may have, in words: from one over [`Real::FOURTH_ROOT_MAX`] to it.
    const TOTALS: &'static str;
    /// The marginal error at which a solve stops unless told otherwise: 1e-3 in `f32`, 1e-6 in `f64`.
    const DEFAULT_THRESHOLD: Self;
    /// The residual at which the linear system of a derivative is solved unless told otherwise: 1e-3 in `f32`, 1e-8 in `f64`.
    const DEFAULT_TOLERANCE: Self;

    /// The nearest number to a constant of the source.
    fn constant(value: f64) -> Self;
    /// The nearest number to a count.
    fn count(value: usize) -> Self;
    /// The same value in `f64`, by integer operations only, for messages.
    fn widen(self) -> f64;
    /// An index, parked in the bits of a scalar: a sort needs index storage, and workspaces hold
    /// scalars. No arithmetic is ever done on it.
    fn from_index(index: u32) -> Self;
    /// The index parked by [`Real::from_index`].
    fn to_index(self) -> u32;
    /// 2^self, branch-free; zero below the smallest normal number, large but perhaps infinite above the range.
    fn exp2(self) -> Self;
    /// Base-2 logarithm.
    fn log2(self) -> Self;
    /// exp(self) - 1, accurate near zero.
    fn exp_m1(self) -> Self;
    /// ln(1 + self), accurate near zero.
    fn ln_1p(self) -> Self;
    /// Square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// Raised to a real power.
    fn powf(self, exponent: Self) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// The larger of two; the other one where one is NaN.
    fn max(self, other: Self) -> Self;
    /// The smaller of two; the other one where one is NaN.
    fn min(self, other: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
}

macro_rules! shared_items {
    ($t:ident, $log2:path, $sqrt:path, $pow:path, $exp_m1:path, $ln_1p:path, $exp2:path) => {
        const ZERO: Self = 0.0;
        const HALF: Self = 0.5;
        const ONE: Self = 1.0;
        const TWO: Self = 2.0;
        const EPSILON: Self = $t::EPSILON;
        const NAME: &str = stringify!($t);
        const MAX: Self = $t::MAX;
        const INFINITY: Self = $t::INFINITY;
        const LOG2_E: Self = core::$t::consts::LOG2_E;
        const LN_2: Self = core::$t::consts::LN_2;

        #[inline(always)]
        fn constant(value: f64) -> Self {
            value as $t
        }
        #[inline(always)]
        fn count(value: usize) -> Self {
            value as $t
        }
        #[inline(always)]
        fn exp2(self) -> Self {
            $exp2(self)
        }
        #[inline(always)]
        fn log2(self) -> Self {
            $log2(self)
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            $sqrt(self)
        }
        #[inline(always)]
        fn exp_m1(self) -> Self {
            $exp_m1(self)
        }
        #[inline(always)]
        fn ln_1p(self) -> Self {
            $ln_1p(self)
        }
        #[inline(always)]
        fn powf(self, exponent: Self) -> Self {
            $pow(self, exponent)
        }
        #[inline(always)]
        fn abs(self) -> Self {
            $t::abs(self)
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            $t::max(self, other)
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            $t::min(self, other)
        }
        #[inline(always)]
        fn is_finite(self) -> bool {
            $t::is_finite(self)
        }
    };
}

impl Real for f32 {
    shared_items!(f32, libm::log2f, libm::sqrtf, libm::powf, libm::expm1f, libm::log1pf, exp2::exp2_f32);
    const SPLITTER: Self = 4097.0;
    const SQRT_EPSILON: Self = 3.452_669_8e-4;
    const SAFE_EXPONENT: Self = 100.0;
    const SAFE_SUM: Self = f32::from_bits((127 + 100) << 23);
    const NEAR_SCALING: Self = f32::from_bits((127 + 25) << 23);
    const SQRT_MAX: Self = f32::from_bits((127 + 64) << 23);
    const FOURTH_ROOT_MAX: Self = f32::from_bits((127 + 32) << 23);
    const TOTALS: &'static str = "(2.3e-10, 4.3e9)";
    const DEFAULT_THRESHOLD: Self = 1e-3;
    const DEFAULT_TOLERANCE: Self = 1e-3;

    fn widen(self) -> f64 {
        let bits = self.to_bits();
        let sign = u64::from(bits >> 31) << 63;
        let exponent = (bits >> 23) & 0xff;
        let mantissa = u64::from(bits & 0x007f_ffff);
        let magnitude = match (exponent, mantissa) {
            (0, 0) => 0,
            (0, _) => {
                // Subnormal: mantissa * 2^-149, whose leading bit becomes the hidden one.
                let leading = 63 - mantissa.leading_zeros();
                let fraction = (mantissa << (52 - leading)) & ((1 << 52) - 1);
                (u64::from(leading + 1023 - 149) << 52) | fraction
            }
            (0xff, _) => (0x7ff << 52) | (mantissa << 29),
            _ => (u64::from(exponent + 1023 - 127) << 52) | (mantissa << 29),
        };
        f64::from_bits(sign | magnitude)
    }
    #[inline(always)]
    fn from_index(index: u32) -> Self {
        f32::from_bits(index)
    }
    #[inline(always)]
    fn to_index(self) -> u32 {
        self.to_bits()
    }
}

impl Real for f64 {
    shared_items!(f64, libm::log2, libm::sqrt, libm::pow, libm::expm1, libm::log1p, exp2::exp2_f64);
    const SPLITTER: Self = 134_217_729.0;
    const SQRT_EPSILON: Self = f64::from_bits((1023 - 26) << 52);
    const SAFE_EXPONENT: Self = 900.0;
    const SAFE_SUM: Self = f64::from_bits((1023 + 900) << 52);
    const NEAR_SCALING: Self = f64::from_bits((1023 + 225) << 52);
    const SQRT_MAX: Self = f64::from_bits((1023 + 512) << 52);
    const FOURTH_ROOT_MAX: Self = f64::from_bits((1023 + 256) << 52);
    const TOTALS: &'static str = "(8.6e-78, 1.2e77)";
    const DEFAULT_THRESHOLD: Self = 1e-6;
    const DEFAULT_TOLERANCE: Self = 1e-8;

    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn from_index(index: u32) -> Self {
        f64::from_bits(index as u64)
    }
    #[inline(always)]
    fn to_index(self) -> u32 {
        self.to_bits() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_is_exact() {
        for value in [
            0.0_f32,
            -0.0,
            1.0,
            -2.5,
            f32::MAX,
            f32::MIN_POSITIVE,
            1e-45,
            3e-45,
            -1e-40,
            1.1754942e-38,
            0.1,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ] {
            assert_eq!(value.widen().to_bits(), f64::from(value).to_bits(), "{value:e}");
        }
        assert!(f32::NAN.widen().is_nan());
        let mut bits = 0_u32;
        while bits < 0x7f80_0000 {
            let value = f32::from_bits(bits);
            assert_eq!(value.widen(), f64::from(value), "{value:e}");
            bits += 4093;
        }
    }

    #[test]
    fn an_index_survives_its_parking() {
        for index in [0_u32, 1, 77, 1 << 23, 0x7fff_ffff] {
            assert_eq!(f32::from_index(index).to_index(), index);
            assert_eq!(f64::from_index(index).to_index(), index);
        }
    }
}
