//! The arithmetic of the two scalars, `f32` and `f64`.

use core::fmt::{Debug, Display};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::vector::{exp2, log2};

/// The part of [`Float`] that this crate promises to nobody.
pub(crate) trait Internal: Sized {
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
    /// The square root of EPSILON.
    const SQRT_EPSILON: Self;
    /// The sums of weights that a problem may have, in words: from one over FOURTH_ROOT_MAX to it.
    const TOTALS: &'static str;

    /// Parks an index in the bits of a scalar. A sort needs memory for indices, and workspaces hold scalars. No
    /// arithmetic is ever done on it.
    fn from_index(index: u32) -> Self;
    /// Returns the index that [`Internal::from_index`] parked.
    fn to_index(self) -> u32;
    /// Returns log2 of a positive normal number, branch-free.
    fn log2_of_normal(self) -> Self;
    /// Returns 2^self with the bits of [`Float::exp2`], and has a branch. It is for loops that
    /// are not vectorised, in which exponents far from 0 are rare.
    fn exp2_branching(self) -> Self;
}

/// A floating-point scalar: `f32` or `f64`. Sealed.
///
/// Every elementary function is the same code with and without `std`, so that with
/// [`SimdLevel::Portable`](crate::SimdLevel) a result has the same bits on a workstation and on a microcontroller.
/// Nothing done in `f32` touches `f64`.
#[expect(private_bounds, reason = "seals the trait, and keeps to this crate what it alone uses")]
pub trait Float:
    Internal
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
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The name: `f32` or `f64`.
    const NAME: &str;
    /// The largest finite number.
    const MAX: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// log2(e).
    const LOG2_E: Self;
    /// ln(2).
    const LN_2: Self;
    /// The marginal error at which a solve stops by default: 1e-3 in `f32`, 1e-6 in `f64`.
    const DEFAULT_THRESHOLD: Self;
    /// The residual at which the linear system of a derivative counts as solved by default: 1e-3 in `f32`, 1e-8 in
    /// `f64`.
    const DEFAULT_TOLERANCE: Self;

    /// Returns the nearest number to a constant of the source.
    fn constant(value: f64) -> Self;
    /// Returns the nearest number to a count.
    fn count(value: usize) -> Self;
    /// Returns the same value in `f64`, for messages. It takes integer operations only.
    fn widen(self) -> f64;
    /// Returns 2^self, branch-free. It is zero below the smallest normal number, and large or infinite above the range.
    fn exp2(self) -> Self;
    /// Returns the base-2 logarithm.
    fn log2(self) -> Self;
    /// Returns exp(self) - 1, accurate near zero.
    fn exp_m1(self) -> Self;
    /// Returns ln(1 + self), accurate near zero.
    fn ln_1p(self) -> Self;
    /// Returns the square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// Raises to a real power.
    fn powf(self, exponent: Self) -> Self;
    /// Returns the absolute value.
    fn abs(self) -> Self;
    /// Returns the larger of two, or the other one if one is NaN.
    fn max(self, other: Self) -> Self;
    /// Returns the smaller of two, or the other one if one is NaN.
    fn min(self, other: Self) -> Self;
    /// Says whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
}

/// Implements both traits for a scalar, given its format, what differs between the two, and its functions.
macro_rules! scalar {
    (
        $t:ident, $bits:ident, mantissa $mantissa:literal, bias $bias:literal, safe $safe:literal,
        { $($internal:ident: $internal_type:ty = $internal_value:expr;)* }
        { $($constant:ident = $value:expr;)* }
        $power:path, $log2_of_normal:path, $widen:path, { $($function:ident($($argument:ident)?) = $path:path;)* }
    ) => {
        impl Internal for $t {
            $(const $internal: $internal_type = $internal_value;)*
            const SPLITTER: Self = ((1_u32 << ($mantissa / 2 + 1)) + 1) as $t;
            const SAFE_EXPONENT: Self = $safe as $t;
            const SAFE_SUM: Self = $t::from_bits(($bias + $safe) << $mantissa);
            const NEAR_SCALING: Self = $t::from_bits(($bias + $safe / 4) << $mantissa);
            const SQRT_MAX: Self = $t::from_bits(($bias + $bias / 2 + 1) << $mantissa);
            const FOURTH_ROOT_MAX: Self = $t::from_bits(($bias + $bias / 4 + 1) << $mantissa);

            #[inline(always)]
            fn from_index(index: u32) -> Self {
                $t::from_bits($bits::from(index))
            }
            #[inline(always)]
            fn to_index(self) -> u32 {
                self.to_bits() as u32
            }
            #[inline(always)]
            fn log2_of_normal(self) -> Self {
                $log2_of_normal(self)
            }
            #[inline(always)]
            fn exp2_branching(self) -> Self {
                #[cold]
                #[inline(never)]
                fn far(x: $t) -> $t {
                    Float::exp2(x)
                }
                if self.abs() <= ($bias - 1) as $t { $power(self) } else { far(self) }
            }
        }

        impl Float for $t {
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
            $(const $constant: Self = $value;)*

            #[inline(always)]
            fn constant(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn count(value: usize) -> Self {
                value as $t
            }
            #[inline(always)]
            fn widen(self) -> f64 {
                $widen(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $t::is_finite(self)
            }
            $(#[inline(always)]
            fn $function(self $(, $argument: Self)?) -> Self {
                $path(self $(, $argument)?)
            })*
        }
    };
}

scalar! {
    f32, u32, mantissa 23, bias 127, safe 100,
    { SQRT_EPSILON: Self = 3.452_669_8e-4; TOTALS: &'static str = "(2.3e-10, 4.3e9)"; }
    { DEFAULT_THRESHOLD = 1e-3; DEFAULT_TOLERANCE = 1e-3; }
    exp2::power_f32, log2::log2_f32, widened, {
        exp2() = exp2::exp2_f32; log2() = libm::log2f; exp_m1() = libm::expm1f; ln_1p() = libm::log1pf;
        sqrt() = libm::sqrtf; powf(exponent) = libm::powf; abs() = f32::abs; max(other) = f32::max;
        min(other) = f32::min;
    }
}

scalar! {
    f64, u64, mantissa 52, bias 1023, safe 900,
    { SQRT_EPSILON: Self = f64::from_bits((1023 - 26) << 52); TOTALS: &'static str = "(8.6e-78, 1.2e77)"; }
    { DEFAULT_THRESHOLD = 1e-6; DEFAULT_TOLERANCE = 1e-8; }
    exp2::power_f64, log2::log2_f64, core::convert::identity, {
        exp2() = exp2::exp2_f64; log2() = libm::log2; exp_m1() = libm::expm1; ln_1p() = libm::log1p;
        sqrt() = libm::sqrt; powf(exponent) = libm::pow; abs() = f64::abs; max(other) = f64::max;
        min(other) = f64::min;
    }
}

/// Returns the same value in `f64`, by operations on integers: a processor may have no `f64`.
fn widened(value: f32) -> f64 {
    let bits = value.to_bits();
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
