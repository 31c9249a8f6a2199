//! The time that a sweep takes, to choose between streaming and a stored kernel.
//!
//! The numbers are nanoseconds a pair on one thread, as the roofline command of the benchmarks measures them on a
//! server processor of 2022 (Zen 4). Only their ratio counts, which differs less between machines than they do.

use crate::geometry::Shape;
use crate::vector::SimdLevel;

/// The largest kernel that stays in a cache.
const CACHE_BYTES: f32 = (4 << 20) as f32;

/// The speed of the memory, in bytes a nanosecond.
const BYTES_PER_NANOSECOND: f32 = 14.0;

/// The number of sweeps of a usual solve, and the time that storing takes once, in streamed sweeps.
const SWEEPS: f32 = 20.0;
const STORING: f32 = 2.0;

/// Says whether a kernel pays. It always does for a matrix and for the caller's own cost (d = 0), whose costs are read
/// or computed anew at every streamed sweep. Other costs of the library count as the squared Euclidean.
pub(crate) fn kernel_pays(shape: Shape, level: SimdLevel, bytes: usize) -> bool {
    // A streamed sweep takes an exponential and d multiplications for a pair, a sweep on a kernel two multiplications.
    let (exponential, coordinate, kernel): (f32, f32, f32) = match (level, bytes) {
        (SimdLevel::Avx512 | SimdLevel::Best, 4) => (0.29, 0.02, 0.14),
        (SimdLevel::Avx512 | SimdLevel::Best, _) => (0.87, 0.04, 0.28),
        (SimdLevel::Avx2, 4) => (0.43, 0.035, 0.14),
        (SimdLevel::Avx2, _) => (1.25, 0.07, 0.28),
        // These have vectors of 128 bits.
        (SimdLevel::Neon | SimdLevel::Sse42 | SimdLevel::Wasm, 4) => (0.86, 0.07, 0.28),
        (SimdLevel::Neon | SimdLevel::Sse42 | SimdLevel::Wasm, _) => (2.5, 0.14, 0.56),
        (SimdLevel::Portable, 4) => (1.35, 0.08, 0.44),
        (SimdLevel::Portable, _) => (4.4, 0.2, 0.62),
    };
    let size = shape.rows as f32 * shape.columns as f32 * bytes as f32;
    let streamed = exponential + coordinate * shape.dimension as f32;
    let stored = if size > CACHE_BYTES { kernel.max(bytes as f32 / BYTES_PER_NANOSECOND) } else { kernel };
    shape.dimension == 0 || SWEEPS * stored + STORING * streamed < SWEEPS * streamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_pay_where_exponentials_are_dear_or_memory_is_near() {
        let pays = |n: usize, d, level, bytes| kernel_pays(Shape::squared_euclidean(n, n, d), level, bytes);
        assert!(pays(16, 2, SimdLevel::Portable, 4));
        assert!(pays(1000, 3, SimdLevel::Avx512, 4));
        assert!(pays(10_000, 64, SimdLevel::Avx512, 4));
        assert!(pays(4000, 3, SimdLevel::Avx2, 8));
        // Memory is no faster than the exponentials of few coordinates.
        assert!(!pays(20_000, 1, SimdLevel::Avx512, 4));
        assert!(kernel_pays(Shape::general(20_000, 20_000), SimdLevel::Avx512, 4));
    }
}
