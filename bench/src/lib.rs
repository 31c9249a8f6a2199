//! What the benchmarks and tables share.

pub mod kinds;
pub mod problems;
pub mod starts;
