//! The command line as it is typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum, value_parser};

use crate::exit;

/// Entropic optimal transport with a Sinkhorn solver that starts near the answer.
#[derive(Debug, Parser)]
#[command(name = "sinkhorn", version, after_help = exit::HELP)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Solve(Box<SolveArgs>),
    Demo(DemoArgs),
}

/// Transport between the points of two files, under the squared Euclidean cost.
///
/// Files are CSV (comma, semicolon, tab or blanks; lines that begin with # are skipped; a first line without a single
/// number is a header) or NPY (a number type, one or two axes). One point a row; a single column, or an NPY array with
/// one axis, holds points of dimension 1. The objective is <C, P> + epsilon KL(P | a b^T). Where it takes at most 512 MiB and
/// is faster, the kernel is kept in memory; otherwise memory is proportional to the number of points.
#[derive(Debug, clap::Args)]
#[command(after_help = exit::HELP)]
pub struct SolveArgs {
    /// Points on the first side
    pub x: PathBuf,
    /// Points on the second side
    pub y: PathBuf,

    /// Weights of the points of X, in one column; scaled to sum to one, unless --rho-x or --rho-y is given
    #[arg(long, value_name = "FILE")]
    pub weights_x: Option<PathBuf>,
    /// Weights of the points of Y, likewise [default for both: equal, and summing to one]
    #[arg(long, value_name = "FILE")]
    pub weights_y: Option<PathBuf>,

    /// Regularisation in units of cost
    #[arg(long, value_name = "VALUE", value_parser = positive, allow_negative_numbers = true, group = "regularisation")]
    pub epsilon: Option<f64>,
    /// Regularisation as a fraction of the mean cost
    #[arg(long, value_name = "FRACTION", value_parser = positive, allow_negative_numbers = true, group = "regularisation")]
    pub epsilon_of_mean: Option<f64>,
    /// Regularisation as a fraction of the standard deviation of the cost [default: 0.05]
    #[arg(long, value_name = "FRACTION", value_parser = positive, allow_negative_numbers = true, group = "regularisation")]
    pub epsilon_of_std: Option<f64>,

    /// Starting potentials
    #[arg(long, value_enum, default_value_t = StartName::Auto)]
    pub start: StartName,

    /// Of the starts that draw points: mixture and subsample
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// What makes the sweeps fewer
    #[arg(long, value_enum, default_value_t = AccelerationName::Anderson)]
    pub acceleration: AccelerationName,
    /// Over-relaxation, from 1 to below 2; with --acceleration relaxation [default: 1.5]
    #[arg(long, value_name = "W", value_parser = relaxation, allow_negative_numbers = true)]
    pub relaxation_factor: Option<f64>,
    /// Past iterates combined, 2 to 64; with --acceleration anderson [default: 10]
    #[arg(long, value_name = "K", value_parser = value_parser!(u8).range(2..=64))]
    pub memory: Option<u8>,

    /// Marginal error (L1) to stop at [default: 1e-6 in f64, 1e-3 in f32]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// Sweeps to stop at
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = value_parser!(u32).range(1..))]
    pub max_sweeps: u32,
    /// Threads; they change no bit of the result [default: all that the machine offers]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Floating-point numbers to calculate with
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    pub precision: Precision,

    /// Relaxes the marginal of X: price of its Kullback-Leibler divergence, in units of cost [default: exact]
    #[arg(long, value_name = "R", value_parser = positive_or_infinite, allow_negative_numbers = true)]
    pub rho_x: Option<f64>,
    /// Relaxes the marginal of Y
    #[arg(long, value_name = "R", value_parser = positive_or_infinite, allow_negative_numbers = true)]
    pub rho_y: Option<f64>,

    /// Writes the potential of every point of X, in units of cost; .csv or .npy
    #[arg(long, value_name = "FILE")]
    pub potentials_x: Option<PathBuf>,
    /// Writes the potential of every point of Y
    #[arg(long, value_name = "FILE")]
    pub potentials_y: Option<PathBuf>,

    /// Prints one JSON object instead of text
    #[arg(long)]
    pub json: bool,
}

/// Every start against every acceleration on real handwritten digits (UCI, 901 images of 0 to 4 against 896 of 5 to 9).
#[derive(Debug, clap::Args)]
#[command(after_help = exit::HELP)]
pub struct DemoArgs {
    /// Prints one JSON object instead of tables
    #[arg(long)]
    pub json: bool,
    /// Takes every eighth image, and one epsilon; for tests
    #[arg(long, hide = true)]
    pub quick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StartName {
    /// The best of those that apply, by its dual value: zero, monotone in dimension 1, gaussian otherwise, coarse
    Auto,
    /// Nothing: the textbook's
    Zero,
    /// The exact unregularised potentials, in dimension 1
    Monotone,
    /// The paper's algorithm in dimension 1: as many x as y, equal weights
    DualSort,
    /// The entropic potential between Gaussians fitted to both sides
    Gaussian,
    /// The unregularised one
    GaussianUnregularised,
    /// The potential between Gaussian mixtures fitted to both sides
    Mixture,
    /// The solution between a few representatives of both sides, extended to all points
    Coarse,
    /// The same between random subsets
    Subsample,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AccelerationName {
    /// Sinkhorn's own iteration
    Plain,
    /// Over-relaxation, also called momentum
    Relaxation,
    /// Anderson acceleration with a safeguard
    Anderson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    F64,
    F32,
}

impl Precision {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Precision::F64 => "f64",
            Precision::F32 => "f32",
        }
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match positive_or_infinite(text)? {
        value if value.is_finite() => Ok(value),
        _ => Err("it must be finite".into()),
    }
}

fn positive_or_infinite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 => Ok(value),
        Ok(_) => Err("it must be positive".into()),
        Err(_) => Err("it is not a number".into()),
    }
}

fn relaxation(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (1.0..2.0).contains(&value) => Ok(value),
        Ok(_) => Err("it must be at least 1 and less than 2".into()),
        Err(_) => Err("it is not a number".into()),
    }
}
