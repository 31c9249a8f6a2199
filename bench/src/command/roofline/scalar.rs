//! Multiply-adds in registers at every level of instructions, for both scalars.

use std::hint::black_box;

use fearless_simd::prelude::*;
use fearless_simd::{Level, f32x16, f64x8};
use sinkhorn_core::{Real, SimdLevel};

/// A scalar of the table.
pub trait Scalar: Real {
    /// Multiply-adds that wait for nothing but themselves, in as many chains as the registers hold; returns their
    /// number of floating-point operations.
    fn multiply_adds(level: SimdLevel) -> usize;
}

/// Of every chain.
const TURNS: usize = 4096;

fn vectors(level: SimdLevel) -> Option<Level> {
    let found = Level::new();
    match level {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx2 => found.as_avx2().map(Level::Avx2),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Avx512 => found.as_avx512().map(Level::Avx512),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        SimdLevel::Sse42 => found.as_sse4_2().map(Level::Sse4_2),
        #[cfg(target_arch = "aarch64")]
        SimdLevel::Neon => found.as_neon().map(Level::Neon),
        _ => None,
    }
}

macro_rules! scalar {
    ($t:ident, $vector:ident, $lanes:literal) => {
        impl Scalar for $t {
            fn multiply_adds(level: SimdLevel) -> usize {
                /// Vectors of 512 bits, N chains.
                #[inline(always)]
                fn chains<S: fearless_simd::Simd, const N: usize>(simd: S) -> usize {
                    let (p, q) = ($vector::splat(simd, black_box(0.5)), $vector::splat(simd, black_box(0.5)));
                    let mut values = black_box([0.0; N]).map(|value| $vector::splat(simd, value));
                    for _ in 0..TURNS {
                        for value in &mut values {
                            *value = value.mul_add(p, q);
                        }
                    }
                    black_box(values);
                    2 * TURNS * N * $lanes
                }

                match vectors(level) {
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    Some(Level::Avx512(token)) => token.vectorize(
                        #[inline(always)]
                        || chains::<_, 12>(token),
                    ),
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    Some(Level::Avx2(token)) => token.vectorize(
                        #[inline(always)]
                        || chains::<_, 6>(token),
                    ),
                    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
                    Some(Level::Sse4_2(token)) => token.vectorize(
                        #[inline(always)]
                        || chains::<_, 3>(token),
                    ),
                    #[cfg(target_arch = "aarch64")]
                    Some(Level::Neon(token)) => token.vectorize(
                        #[inline(always)]
                        || chains::<_, 6>(token),
                    ),
                    _ => plain::<$t, { 3 * $lanes }>(),
                }
            }
        }
    };
}

scalar!(f32, f32x16, 16);
scalar!(f64, f64x8, 8);

/// Without vectors but those that the compiler finds, rounding products and sums one by one.
fn plain<T: Real, const LANES: usize>() -> usize {
    let (p, q) = (black_box(T::HALF), black_box(T::HALF));
    let mut values = black_box([T::ZERO; LANES]);
    for _ in 0..TURNS {
        for value in &mut values {
            *value = *value * p + q;
        }
    }
    black_box(values);
    2 * TURNS * LANES
}
