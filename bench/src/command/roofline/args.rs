//! The command line, and the plan that it becomes.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::ValueEnum;
use sinkhorn_core::SimdLevel;

use crate::args::{Precision, TableArgs, level};

/// Compares sweeps with what the machine can do: bare exponentials, multiply-adds and reads, and sweeps between
/// them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this level of instructions; can be repeated [default: all that are there]
    #[arg(long, value_name = "NAME", value_parser = level)]
    level: Vec<SimdLevel>,
    /// Only this scalar; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    scalar: Vec<Precision>,
    /// Only this dimension; can be repeated [default: 2, 3, 16, 64, 784]
    #[arg(long, value_name = "D")]
    dimension: Vec<NonZeroUsize>,
    /// Points a side [default: 10000 to dimension 3, 4000 to 64, else 1500]
    #[arg(long, value_name = "N")]
    size: Option<NonZeroUsize>,
    /// A tenth of the points and little patience: a try
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    pub table: TableArgs,
}

/// What is measured.
pub struct Plan {
    pub scalars: Vec<Precision>,
    pub levels: Vec<SimdLevel>,
    /// Dimensions, with points a side.
    pub shapes: Vec<(usize, usize)>,
    /// Bytes that are read to measure the bandwidth.
    pub read: usize,
    /// No more rounds once they have taken so long.
    pub patience: Duration,
}

impl Args {
    /// The plan; what was not restricted is complete.
    pub fn plan(&self) -> Plan {
        let available = || SimdLevel::ALL.into_iter().filter(|level| level.is_available()).collect();
        let size = |d| {
            let size = match d {
                ..=3 => 10_000,
                4..=64 => 4_000,
                _ => 1_500,
            };
            self.size.map_or(if self.quick { size / 10 } else { size }, NonZeroUsize::get)
        };
        let dimensions: Vec<usize> = match &self.dimension[..] {
            [] => vec![2, 3, 16, 64, 784],
            given => given.iter().map(|d| d.get()).collect(),
        };
        Plan {
            scalars: if self.scalar.is_empty() { Precision::value_variants().to_vec() } else { self.scalar.clone() },
            levels: if self.level.is_empty() { available() } else { self.level.clone() },
            shapes: dimensions.into_iter().map(|d| (d, size(d))).collect(),
            read: if self.quick { 64 << 20 } else { 256 << 20 },
            patience: Duration::from_millis(if self.quick { 20 } else { 250 }),
        }
    }
}
