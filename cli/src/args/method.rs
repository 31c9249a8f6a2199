//! How to solve: from where, with what between the sweeps, and until when. None of it changes the answer.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum, value_parser};

use super::parse::{multiple, positive, relaxation};

/// The start and the acceleration.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Method (changes the time, not the answer)")]
pub struct MethodArgs {
    /// Starting potentials: a name, or files written by `sinkhorn fit`: x.json,y.json of both sides, x.json of X,
    /// ,y.json of Y
    #[arg(long, value_parser = StartParser, default_value = "auto", value_name = "NAME|FILE,FILE")]
    pub start: ChosenStart,
    /// Of the starts that draw points: mixture and subsample
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// What makes the sweeps fewer
    #[arg(long, value_enum, default_value_t = AccelerationName::Auto, value_name = "NAME")]
    pub acceleration: AccelerationName,
    /// Over-relaxation, from 1 to below 2; with --acceleration relaxation [default: 1.5]
    #[arg(long, value_name = "W", value_parser = relaxation, allow_negative_numbers = true)]
    pub relaxation_factor: Option<f64>,
    /// Past iterates combined, 2 to 64; with --acceleration auto or anderson [default: 10]
    #[arg(long, value_name = "K", value_parser = value_parser!(u8).range(2..=64))]
    pub memory: Option<u8>,
    /// Sweeps at larger epsilons first, from this multiple of epsilon on, halved every two sweeps [default: none]
    #[arg(long, value_name = "MULTIPLE", value_parser = multiple, allow_negative_numbers = true)]
    pub anneal_from: Option<f64>,
}

/// Sweeps to stop at, unless told.
pub const MAX_SWEEPS: u32 = 10_000;

/// When to stop, and with what to calculate.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Numbers")]
pub struct NumericsArgs {
    /// Marginal error (L1) to stop at [default: 1e-6 in f64, 1e-3 in f32]
    #[arg(long, value_name = "T", value_parser = positive, allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// Sweeps to stop at
    #[arg(long, value_name = "N", default_value_t = MAX_SWEEPS, value_parser = value_parser!(u32).range(1..))]
    pub max_sweeps: u32,
    /// Threads; they change no bit of the result [default: all that the machine offers]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Floating-point numbers to calculate with
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    pub precision: Precision,
    /// What to keep between sweeps
    #[arg(long, value_enum, default_value_t = StorageName::Auto)]
    pub storage: StorageName,
    /// Whether sweeps skip pairs that carry next to nothing; what these can carry is part of the marginal error
    #[arg(long, value_enum, default_value_t = SkippingName::Auto)]
    pub skipping: SkippingName,
}

/// Where potentials come from: by name, or by fits of the sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChosenStart {
    Named(StartName),
    Saved(Saved),
}

/// Fits in files; a side without one is fitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    pub x: Option<PathBuf>,
    pub y: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StartName {
    /// The best of those that apply, by its dual value: zero, monotone in dimension 1, gaussian otherwise, coarse,
    /// cells
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
    /// The solution between cells of points, cells of cells, and so on: from coarse to fine
    Cells,
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
    /// Over-relaxation whose factor is learnt
    AdaptiveRelaxation,
    /// Anderson acceleration with a safeguard
    Anderson,
    /// Plain while that converges well, then Anderson, then Newton's method if both sides are small
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    F64,
    F32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StorageName {
    /// The kernel where it takes at most 512 MiB and is faster, else nothing
    Auto,
    /// Nothing: memory is proportional to the number of points
    Stream,
    /// The kernel, a number a pair of points
    Kernel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SkippingName {
    /// From 4000 x 4000 points on, in at most 5 dimensions, where it is expected to be faster
    Auto,
    /// Every sweep visits all pairs
    Off,
    /// Wherever it is possible: points under the squared Euclidean cost, in at most 8 dimensions, without a kernel
    On,
}

/// A name of [`StartName`], or anything with a comma or the ending of a file.
#[derive(Debug, Clone)]
struct StartParser;

impl TypedValueParser for StartParser {
    type Value = ChosenStart;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<ChosenStart, clap::Error> {
        let names = EnumValueParser::<StartName>::new();
        let text = value.to_string_lossy();
        let is_file = |ending| text.to_ascii_lowercase().ends_with(ending);
        if !text.contains(',') && ![".json", ".csv", ".npy"].into_iter().any(is_file) {
            return names.parse_ref(command, arg, value).map(ChosenStart::Named);
        }
        let (x, y) = text.split_once(',').unwrap_or((&text, ""));
        let file = |name: &str| (!name.is_empty()).then(|| PathBuf::from(name));
        match (file(x), file(y)) {
            (None, None) => names.parse_ref(command, arg, value).map(ChosenStart::Named), // a lone comma: its error
            (x, y) => Ok(ChosenStart::Saved(Saved { x, y })),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(StartName::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}
