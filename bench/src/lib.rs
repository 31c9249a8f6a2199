//! What the benchmarks and tables share.

pub mod machine;
pub mod problems;
pub mod starts;
pub mod sweeper;
