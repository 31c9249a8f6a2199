//! 2^x, branch-free, so that a loop over it vectorises.
//!
//! x = k + t with k the nearest integer and |t| <= 1/2; 2^t by a minimax polynomial (Remez, relative error 1.9e-9 at
//! degree 6, 3.1e-18 at degree 11); k is added to the exponent bits. Results below the smallest normal number are
//! exactly zero. Measured against a reference in `tests`: at most 2 ulp. Vectors take the same steps, but for those of
//! AVX-512, which have instructions for k and for 2^k.

/// The coefficients of 2^t on [-1/2, 1/2], constant term first.
#[allow(clippy::approx_constant, clippy::excessive_precision)] // fitted: the second is near ln 2 and is not it
pub(super) const POLYNOMIAL_F32: [f32; 7] =
    [1.0, 0.693_147_2, 0.240_226_47, 0.055_503_29, 0.009_618_489, 0.001_339_993_1, 0.000_153_458_12];

/// The coefficients of degree 5, for vectors, whose products and sums are rounded once: within 2 ulp. They are fitted
/// in units of the last place, which below t = 0 are half as large.
#[cfg(feature = "simd")]
#[allow(clippy::approx_constant, clippy::excessive_precision)] // fitted: the second is near ln 2 and is not it
pub(super) const FUSED_F32: [f32; 6] = [1.0, 0.693_146_8, 0.240_222_38, 0.055_508_96, 0.009_671_721, 0.001_322_455_1];

/// The coefficients of 2^t on [-1/2, 1/2], constant term first.
#[allow(clippy::approx_constant, clippy::excessive_precision)] // fitted: the second is near ln 2 and is not it
pub(super) const POLYNOMIAL_F64: [f64; 12] = [
    1.0,
    0.693_147_180_559_945_330_46,
    0.240_226_506_959_101_562_04,
    0.055_504_108_664_819_921_605,
    0.009_618_129_107_588_335_244_3,
    0.001_333_355_814_678_992_172_2,
    0.000_154_035_304_625_144_320_62,
    0.000_015_252_733_489_988_525_649,
    0.000_001_321_543_308_967_639_918,
    1.017_819_802_167_193_084_4e-7,
    7.074_105_613_508_142_796_3e-9,
    4.435_282_706_957_277_151_1e-10,
];

/// 1.5 * 2^23: adding it rounds to an integer.
pub(super) const MAGIC_F32: f32 = 12_582_912.0;
/// 1.5 * 2^52.
pub(super) const MAGIC_F64: f64 = 6_755_399_441_055_744.0;

macro_rules! exp2 {
    ($t:ident, $exp2:ident, $power:ident, $magic:ident, $polynomial:ident, $mantissa:literal, $range:literal) => {
        #[doc = concat!("Returns 2^x: within 2 ulp on ", $range, "; 0 below it.")]
        #[inline(always)]
        pub fn $exp2(x: $t) -> $t {
            let (least, most) = ($t::MIN_EXP as $t - 1.0, $t::MAX_EXP as $t - 0.1);
            let value = $power(if x > most { most } else { x });
            if x < least { 0.0 } else { value }
        }

        #[doc = concat!("Returns 2^x for x in ", $range, ", and anything for other x.")]
        #[inline(always)]
        pub(crate) fn $power(x: $t) -> $t {
            let shifted = x + $magic;
            let t = x - (shifted - $magic);
            let mut p = $polynomial[$polynomial.len() - 1];
            for k in (0..$polynomial.len() - 1).rev() {
                p = p * t + $polynomial[k];
            }
            $t::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << $mantissa))
        }
    };
}

exp2!(f32, exp2_f32, power_f32, MAGIC_F32, POLYNOMIAL_F32, 23, "[-126.0, 127.9]");
exp2!(f64, exp2_f64, power_f64, MAGIC_F64, POLYNOMIAL_F64, 52, "[-1022.0, 1023.9]");

#[cfg(test)]
mod tests {
    use super::*;

    /// |computed - exact| in units of the last place of the exact value.
    fn ulp_error_f32(x: f32) -> f64 {
        let exact = libm::exp2(f64::from(x));
        let unit = libm::exp2(libm::floor(f64::from(x)) - 23.0);
        (f64::from(exp2_f32(x)) - exact).abs() / unit
    }

    #[test]
    fn single_precision_is_within_two_ulp_on_a_dense_grid() {
        let mut worst = 0.0_f64;
        let mut x = -126.0_f32;
        while x < 127.9 {
            worst = worst.max(ulp_error_f32(x));
            x += 1.0 / 4096.0;
        }
        // The representable numbers of [-1, 1] down to 2^-24, one in 61.
        for exponent in 103..127_u32 {
            for mantissa in (0..1 << 23).step_by(61) {
                let x = f32::from_bits((exponent << 23) | mantissa);
                worst = worst.max(ulp_error_f32(x)).max(ulp_error_f32(-x));
            }
        }
        assert!(worst <= 1.3, "measured {worst:.3} ulp");
        assert!(worst >= 1.2, "measured {worst:.3} ulp: tighten the stated budget");
    }

    #[test]
    fn double_precision_agrees_with_libm_to_two_ulp() {
        let mut worst = 0.0_f64;
        for k in 0..2_000_000 {
            let x = -1022.0 + 2045.9 * (f64::from(k) + 0.37) / 2_000_000.0;
            let reference = libm::exp2(x); // itself within 1 ulp
            let unit = libm::exp2(libm::floor(x) - 52.0);
            worst = worst.max((exp2_f64(x) - reference).abs() / unit);
        }
        assert!(worst <= 2.0, "measured {worst:.3} ulp");
    }

    #[test]
    fn integers_are_exact_and_the_tails_are_clean() {
        for k in -126..=127 {
            assert_eq!(exp2_f32(k as f32), libm::exp2f(k as f32));
        }
        for k in -1022..=1023 {
            assert_eq!(exp2_f64(f64::from(k)), libm::exp2(f64::from(k)));
        }
        for x in [-126.5, -1e30, f32::NEG_INFINITY] {
            assert_eq!(exp2_f32(x), 0.0);
        }
        assert_eq!(exp2_f64(-1022.5), 0.0);
        assert_eq!(exp2_f64(f64::NEG_INFINITY), 0.0);
        assert!(exp2_f32(f32::INFINITY) > 2e38);
        assert!(exp2_f32(f32::NAN).is_nan() && exp2_f64(f64::NAN).is_nan());
    }
}
