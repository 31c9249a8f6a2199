//! What the benchmarks and tables share.

pub mod machine;
pub mod output;
pub mod problems;
pub mod starts;
pub mod sweeper;
