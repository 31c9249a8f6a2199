//! What the benchmarks and tables share.

pub mod problems;
pub mod starts;
