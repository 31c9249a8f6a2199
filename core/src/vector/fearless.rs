//! Vectors of 512 bits from the crate `fearless_simd`: sixteen `f32` or eight `f64`, in pieces if the processor has
//! narrower vectors.

use fearless_simd::prelude::*;
use fearless_simd::{Level, f32x4, f32x16, f64x2, f64x8, u32x16, u64x8};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use fearless_simd::{f32x8, f64x4};

#[allow(unused_imports)] // the trait of the name below is in scope for its methods
use fearless_simd::Simd as _;

use super::exp2::{FUSED_F32, MAGIC_F32, MAGIC_F64, POLYNOMIAL_F32, POLYNOMIAL_F64};
use super::level::SimdLevel;
use super::log2::{ROUND_F32, ROUND_F64, SERIES_F32, SERIES_F64};
use super::simd::Simd;
use crate::float::Float;

/// Returns the instructions of the processor, as far as this build can know them.
fn detected() -> Level {
    #[cfg(feature = "std")]
    return Level::new();
    #[cfg(not(feature = "std"))]
    Level::baseline()
}

/// Returns the instructions of a level, or `None` if the processor does not have them.
pub(super) fn find(level: SimdLevel) -> Option<Level> {
    match level {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx2 => detected().as_avx2().map(Level::Avx2),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx512 => detected().as_avx512().map(Level::Avx512),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Sse42 => detected().as_sse4_2().map(Level::Sse4_2),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        SimdLevel::Wasm => detected().as_wasm_simd128().map(Level::WasmSimd128),
        #[cfg(target_arch = "aarch64")]
        SimdLevel::Neon => detected().as_neon().map(Level::Neon),
        _ => None,
    }
}

/// Returns the value of a polynomial at t, whose coefficients begin with the constant.
#[inline(always)]
fn polynomial<T: Float, S: Simd<T>>(simd: S, coefficients: &[T], t: S::Vector) -> S::Vector {
    let mut k = coefficients.len() - 1;
    let mut value = simd.splat(coefficients[k]);
    while k > 0 {
        k -= 1;
        value = simd.mul_add(value, t, simd.splat(coefficients[k]));
    }
    value
}

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

fearless_simd::kernel!(
    /// Returns p 2^k, or 0 if x is below the exponents of normal numbers.
    #[inline]
    fn scale_f32(avx512: Avx512, p: __m512, k: __m512, x: __m512) -> __m512 {
        let normal = _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(x, _mm512_set1_ps(-126.0));
        _mm512_maskz_scalef_ps(normal, p, k)
    }
);

fearless_simd::kernel!(
    /// Does the same in double precision.
    #[inline]
    fn scale_f64(avx512: Avx512, p: __m512d, k: __m512d, x: __m512d) -> __m512d {
        let normal = _mm512_cmp_pd_mask::<_CMP_NLT_UQ>(x, _mm512_set1_pd(-1022.0));
        _mm512_maskz_scalef_pd(normal, p, k)
    }
);

fearless_simd::kernel!(
    /// Returns a value, or 0 if x is below the exponents of normal numbers. (A selection takes twice the instructions.)
    #[inline]
    fn keep_f32(avx2: Avx2, value: __m256, x: __m256) -> __m256 {
        _mm256_and_ps(_mm256_cmp_ps::<_CMP_NLT_UQ>(x, _mm256_set1_ps(-126.0)), value)
    }
);

fearless_simd::kernel!(
    /// Does the same in double precision.
    #[inline]
    fn keep_f64(avx2: Avx2, value: __m256d, x: __m256d) -> __m256d {
        _mm256_and_pd(_mm256_cmp_pd::<_CMP_NLT_UQ>(x, _mm256_set1_pd(-1022.0)), value)
    }
);

macro_rules! simd {
    ($t:ident, $vector:ident, $bits:ident, $uint:ident, $lanes:literal, $mantissa:literal, $bias:literal,
     $magic:ident, $polynomial:ident, $fused:ident, $half:ident, $scale:ident, $keep:ident, $series:ident,
     $round:ident, $log2:ident, $piece:ident) => {
        impl<S: fearless_simd::Simd, const COLUMNS: usize> Simd<$t> for Token<S, COLUMNS> {
            type Vector = $vector<S>;
            const LANES: usize = $lanes;
            const COLUMNS: usize = COLUMNS;
            const COMPACT: bool = false;

            #[inline(always)]
            fn splat(self, value: $t) -> $vector<S> {
                $vector::splat(self.0, value)
            }
            #[inline(always)]
            fn load(self, from: &[$t]) -> $vector<S> {
                $vector::from_slice(self.0, from)
            }
            #[inline(always)]
            fn load_few(self, from: &[$t], fill: $t) -> $vector<S> {
                // Piece by piece, in registers: a vector that is read right after parts of it were written to memory
                // waits for them.
                const QUARTER: usize = $lanes / 4;
                let (p, rest) = (self.$piece(from, fill), rest_of(from, QUARTER));
                let (q, rest) = (self.$piece(rest, fill), rest_of(rest, QUARTER));
                let (r, rest) = (self.$piece(rest, fill), rest_of(rest, QUARTER));
                p.combine(q).combine(r.combine(self.$piece(rest, fill)))
            }
            #[inline(always)]
            fn store(self, vector: $vector<S>, to: &mut [$t]) {
                vector.store_slice(to);
            }
            #[inline(always)]
            fn mul_add(self, p: $vector<S>, q: $vector<S>, r: $vector<S>) -> $vector<S> {
                p.mul_add(q, r)
            }
            #[inline(always)]
            fn max(self, p: $vector<S>, q: $vector<S>) -> $vector<S> {
                p.simd_gt(q).select(p, q)
            }
            #[inline(always)]
            fn abs(self, p: $vector<S>) -> $vector<S> {
                p.abs()
            }
            #[inline(always)]
            fn select_less(self, p: $vector<S>, q: $vector<S>, yes: $vector<S>, no: $vector<S>) -> $vector<S> {
                p.simd_lt(q).select(yes, no)
            }
            #[inline(always)]
            fn exp2(self, x: $vector<S>) -> $vector<S> {
                let c = |value: $t| $vector::splat(self.0, value);
                let clamped = c($bias as $t + 0.9).min(x); // of a NaN and a number, the second is taken, and NaN stays
                #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                if let Level::Avx512(token) = self.0.level() {
                    let k = clamped.round_ties_even();
                    let p = polynomial(self, &$fused, clamped - k);
                    return $scale(token, p.into(), k.into(), x.into()).simd_into(self.0);
                }
                let shifted = clamped + c($magic);
                let t = clamped - (shifted - c($magic));
                // If every step rounds, the shorter polynomial is not exact enough.
                let p = if self.is_fused() { polynomial(self, &$fused, t) } else { polynomial(self, &$polynomial, t) };
                let exponent = shifted.bitcast::<$bits<S>>() << ($mantissa as u32);
                let value = (p.bitcast::<$bits<S>>() + exponent).bitcast::<$vector<S>>();
                #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                if let Level::Avx2(token) = self.0.level() {
                    let ((x0, x1), (v0, v1)) = (x.split(), value.split());
                    let low: $half<S> = $keep(token, v0.into(), x0.into()).simd_into(self.0);
                    let high: $half<S> = $keep(token, v1.into(), x1.into()).simd_into(self.0);
                    return low.combine(high);
                }
                x.simd_lt(c(1.0 - $bias as $t)).select(c(0.0), value)
            }
            #[inline(always)]
            fn log2(self, x: $vector<S>) -> $vector<S> {
                let (exponent, slope, t) = self.$log2(x);
                slope.mul_add(t, exponent)
            }
            #[inline(always)]
            fn sqrt(self, x: $vector<S>) -> $vector<S> {
                x.sqrt()
            }
            #[inline(always)]
            fn power(self, x: $vector<S>, p: $t) -> $vector<S> {
                let c = |value: $t| $vector::splat(self.0, value);
                // p log2 x = whole + rest with an integer `whole`. The rest is small, and so is its error.
                let (exponent, slope, t) = self.$log2(x);
                let logarithm = slope * t;
                let whole = (exponent * c(p) + c($magic)) - c($magic);
                let rest = c(p).mul_add(logarithm, c(p).mul_add(exponent, c(0.0) - whole));
                let more = (rest + c($magic)) - c($magic);
                let t = rest - more;
                let power = polynomial(self, &$polynomial, t);
                let whole = whole + more;
                let shifted = (whole + c($magic)).bitcast::<$bits<S>>() << ($mantissa as u32);
                let value = (power.bitcast::<$bits<S>>() + shifted).bitcast::<$vector<S>>();
                let value = whole.simd_lt(c($bias as $t)).select(value, c(<$t>::INFINITY));
                whole.simd_gt(c(1.0 - $bias as $t)).select(value, c(0.0))
            }
        }

        impl<S: fearless_simd::Simd, const COLUMNS: usize> Token<S, COLUMNS> {
            /// Returns log2 x = exponent + slope t as its parts. The exponent is an integer, and the product is between
            /// -1/2 and 1/2.
            #[inline(always)]
            fn $log2(self, x: $vector<S>) -> ($vector<S>, $vector<S>, $vector<S>) {
                let c = |value: $t| $vector::splat(self.0, value);
                let u = |value: $uint| $bits::splat(self.0, value);
                let bits = x.bitcast::<$bits<S>>();
                let biased = (bits + u($round)) >> ($mantissa as u32);
                let m =
                    (bits - (biased << ($mantissa as u32)) + u(($bias as $uint) << $mantissa)).bitcast::<$vector<S>>();
                let t = (m - c(1.0)) / (m + c(1.0));
                let z = t * t;
                let p = polynomial(self, &$series, z);
                // The exponent is a small integer in the last bits of the magic number, which is then taken away.
                let exponent = (biased + u($magic.to_bits())).bitcast::<$vector<S>>() - c($magic + $bias as $t);
                (exponent, p, t)
            }
        }
    };
}

/// Returns what comes after the first `count` values.
#[inline(always)]
fn rest_of<T>(values: &[T], count: usize) -> &[T] {
    values.get(count..).unwrap_or(&[])
}

/// A level, and the number of vectors of columns that its registers have room for.
#[derive(Clone, Copy)]
pub(super) struct Token<S, const COLUMNS: usize>(pub S);

impl<S: fearless_simd::Simd, const COLUMNS: usize> Token<S, COLUMNS> {
    /// Says whether multiplications are fused with additions.
    #[inline(always)]
    fn is_fused(self) -> bool {
        match self.0.level() {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse4_2(_) => false,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Level::WasmSimd128(_) => false,
            _ => true,
        }
    }

    /// Reads up to four scalars; the other lanes are `fill`.
    #[inline(always)]
    fn piece_f32(self, from: &[f32], fill: f32) -> f32x4<S> {
        match *from {
            [] => f32x4::splat(self.0, fill),
            [p] => [p, fill, fill, fill].simd_into(self.0),
            [p, q] => [p, q, fill, fill].simd_into(self.0),
            [p, q, r] => [p, q, r, fill].simd_into(self.0),
            [p, q, r, s, ..] => [p, q, r, s].simd_into(self.0),
        }
    }

    /// Reads up to two scalars; the other lanes are `fill`.
    #[inline(always)]
    fn piece_f64(self, from: &[f64], fill: f64) -> f64x2<S> {
        match *from {
            [] => f64x2::splat(self.0, fill),
            [p] => [p, fill].simd_into(self.0),
            [p, q, ..] => [p, q].simd_into(self.0),
        }
    }
}

simd!(
    f32,
    f32x16,
    u32x16,
    u32,
    16,
    23,
    127,
    MAGIC_F32,
    POLYNOMIAL_F32,
    FUSED_F32,
    f32x8,
    scale_f32,
    keep_f32,
    SERIES_F32,
    ROUND_F32,
    log2_parts_f32,
    piece_f32
);
simd!(
    f64,
    f64x8,
    u64x8,
    u64,
    8,
    52,
    1023,
    MAGIC_F64,
    POLYNOMIAL_F64,
    POLYNOMIAL_F64,
    f64x4,
    scale_f64,
    keep_f64,
    SERIES_F64,
    ROUND_F64,
    log2_parts_f64,
    piece_f64
);
