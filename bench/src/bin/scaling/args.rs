//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Points a side.
const SIZES: [usize; 7] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Time and memory against the number of points: three dimensions, f32, costs streamed. Every size runs in processes of
/// its own.
#[derive(Debug, Parser)]
#[command(name = "scaling")]
pub struct Args {
    /// The largest number of points a side
    #[arg(long, value_name = "N", default_value = "100000")]
    max: NonZeroUsize,
    /// The largest that is solved to the end; three sweeps beyond
    #[arg(long, value_name = "N", default_value = "20000")]
    pub solve_max: usize,
    /// Write the results there
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// One measurement of one size, as JSON on standard output
    #[arg(long, value_enum, value_name = "WHAT", requires = "size", hide = true)]
    pub only: Option<Only>,
    /// The size of it
    #[arg(long, value_name = "N", requires = "only", hide = true)]
    pub size: Option<usize>,
}

/// What a process measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    Sweep,
    Solve,
}

impl Args {
    /// The sizes that were asked for; the smallest is always there, the others are compared with it.
    pub fn sizes(&self) -> Vec<usize> {
        SIZES.into_iter().filter(|&size| size == SIZES[0] || size <= self.max.get()).collect()
    }
}
