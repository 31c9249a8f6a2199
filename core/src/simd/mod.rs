//! Vectors: which instructions there are, and the few operations that sweeps are written in.

mod level;
#[cfg(feature = "simd")]
mod vector;

pub use level::SimdLevel;
