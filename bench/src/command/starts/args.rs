//! The command line, and the plan of runs that it becomes.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use sinkhorn_bench::problems::{self, Case};
use sinkhorn_bench::starts::{self, NamedStart};
use sinkhorn_core::Storage;

use super::accelerate::Acceleration;
use crate::args::{TableArgs, storage};

/// Sweeps and time of every start under every acceleration, on every problem.
///
/// Without --headline: to marginal errors of 1e-3 and 1e-6. With it: the short table of what the recommended start
/// saves, to 1e-3.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The short table: zero and the recommended start, as `solve` is used, runs interleaved
    #[arg(long, conflicts_with_all = ["start", "acceleration", "plots"])]
    pub headline: bool,
    /// Points a side; data has at most so many [default: 500, with --headline 2000]
    #[arg(long, value_name = "N")]
    size: Option<NonZeroUsize>,
    /// Sweeps after which a run is given up [default: 5000, with --headline 10000]
    #[arg(long, value_name = "N")]
    max_sweeps: Option<NonZeroU32>,
    /// Only this problem; can be repeated
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(problems::all(1).iter().map(|case| case.name)))]
    problem: Vec<String>,
    /// Only this fraction of the mean cost; can be repeated [default: 0.05, 0.01, 0.002]
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    epsilon: Vec<f64>,
    /// Only this start; can be repeated
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(starts::names()))]
    start: Vec<String>,
    /// Only this acceleration; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    acceleration: Vec<Acceleration>,
    /// What is kept in memory between sweeps: stream, cost, kernel, or auto
    #[arg(long, value_parser = storage, default_value = "kernel")]
    storage: Storage,
    #[command(flatten)]
    pub table: TableArgs,
    /// Write a picture a problem there, as SVG
    #[arg(long, value_name = "FOLDER")]
    pub plots: Option<PathBuf>,
}

/// What is run.
pub struct Plan {
    pub size: usize,
    pub max_sweeps: u32,
    pub storage: Storage,
    pub cases: Vec<Case>,
    /// Fractions of the mean cost.
    pub epsilons: Vec<f64>,
    pub starts: Vec<NamedStart<f64>>,
    pub accelerations: Vec<Acceleration>,
}

impl Args {
    /// The plan; what was not restricted is complete.
    pub fn plan(&self) -> Plan {
        let (size, max_sweeps) = if self.headline { (2000, 10_000) } else { (500, 5000) };
        let size = self.size.map_or(size, NonZeroUsize::get);
        let wanted = |names: &[String], name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        Plan {
            size,
            max_sweeps: self.max_sweeps.map_or(max_sweeps, NonZeroU32::get),
            storage: self.storage,
            cases: problems::all(size).into_iter().filter(|case| wanted(&self.problem, case.name)).collect(),
            epsilons: unless_empty(&self.epsilon, &[0.05, 0.01, 0.002]),
            starts: starts::all().into_iter().filter(|start| wanted(&self.start, start.name)).collect(),
            accelerations: unless_empty(&self.acceleration, Acceleration::value_variants()),
        }
    }
}

fn unless_empty<T: Copy>(given: &[T], otherwise: &[T]) -> Vec<T> {
    if given.is_empty() { otherwise } else { given }.to_vec()
}

fn fraction(text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().map_err(|error| error.to_string())?;
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err("must be positive and finite".into()) }
}
