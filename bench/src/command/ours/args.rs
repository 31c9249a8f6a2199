//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum, builder::PossibleValuesParser};
use sinkhorn_bench::starts::{self, NamedStart};
use sinkhorn_core::{self as core, Real, Settings, SimdLevel, Storage};

use crate::args::{Precision, level, storage};

/// One measurement of NPY inputs (f4, C order), printed as JSON.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    pub what: What,
}

#[derive(Debug, Subcommand)]
pub enum What {
    /// Time of one sweep: an f-update and a g-update
    Iteration(IterationArgs),
    /// Time of a solve, from points in memory to the report
    Solve(SolveArgs),
    /// Time of many small solves
    Batch(BatchArgs),
}

#[derive(Debug, clap::Args)]
pub struct Common {
    /// Points on the first side, or those of all problems of a batch
    pub x: PathBuf,
    /// Points on the second side
    pub y: PathBuf,
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    pub precision: Precision,
    /// What is kept in memory between sweeps
    #[arg(long, value_parser = storage, default_value = "stream")]
    pub storage: Storage,
    /// Threads that share a sweep [default: all cores]
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Vector instructions: best, portable, wasm, sse4.2, neon, avx2, avx512
    #[arg(long, value_parser = level, default_value = "best")]
    pub simd: SimdLevel,
    /// Measurements, of which the least and the median are printed
    #[arg(long, default_value = "5")]
    pub repeat: NonZeroUsize,
}

#[derive(Debug, clap::Args)]
pub struct IterationArgs {
    #[command(flatten)]
    pub common: Common,
    #[arg(long)]
    pub epsilon: f64,
    /// Sweeps a measurement
    #[arg(long, default_value = "10")]
    pub sweeps: NonZeroUsize,
}

#[derive(Debug, clap::Args)]
pub struct SolveArgs {
    #[command(flatten)]
    pub common: Common,
    #[arg(long)]
    pub epsilon: f64,
    #[command(flatten)]
    pub how: How,
}

#[derive(Debug, clap::Args)]
pub struct BatchArgs {
    #[command(flatten)]
    pub common: Common,
    /// The epsilon of every problem
    #[arg(long, value_name = "FILE")]
    pub epsilons: PathBuf,
    #[command(flatten)]
    pub how: How,
}

/// From where, with what, and how far.
#[derive(Debug, clap::Args)]
pub struct How {
    #[arg(long, value_parser = PossibleValuesParser::new(starts::names()), default_value = "auto")]
    pub start: String,
    #[arg(long, value_enum, default_value_t = Acceleration::Anderson)]
    pub acceleration: Acceleration,
    /// L1 marginal error
    #[arg(long, default_value_t = 1e-3)]
    pub threshold: f64,
    #[arg(long, default_value_t = 10_000)]
    pub max_sweeps: u32,
    /// Write the potentials there, as f.npy and g.npy, a row a problem
    #[arg(long, value_name = "FOLDER")]
    pub potentials: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Acceleration {
    Plain,
    Anderson,
}

impl What {
    pub fn common(&self) -> &Common {
        match self {
            What::Iteration(IterationArgs { common, .. })
            | What::Solve(SolveArgs { common, .. })
            | What::Batch(BatchArgs { common, .. }) => common,
        }
    }
}

impl Common {
    /// Plain settings with what is asked for here.
    pub fn settings<T: Real>(&self) -> Settings<T> {
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        Settings { storage: self.storage, threads, simd: self.simd, ..Settings::plain() }
    }
}

impl How {
    /// The start.
    pub fn start<T: Real>(&self) -> NamedStart<T> {
        starts::named(&self.start).expect("a name of the list")
    }

    /// Settings with what is asked for here.
    pub fn settings<T: Real>(&self, common: &Common) -> Settings<T> {
        let acceleration = match self.acceleration {
            Acceleration::Plain => core::Acceleration::Plain,
            Acceleration::Anderson => Settings::<T>::default().acceleration,
        };
        let threshold = T::constant(self.threshold);
        Settings { acceleration, threshold, max_sweeps: self.max_sweeps, ..common.settings() }
    }
}
