//! The command line as it is typed. Groups of options that several commands share are here, one a file; what belongs to
//! one command stands with it, in `command`.

mod files;
mod help;
mod method;
mod parse;
mod problem;
mod task;

use clap::{Parser, Subcommand};

pub use files::{PairArgs, ReadingArgs};
pub use help::{examples, plain_examples};
pub use method::{
    AccelerationName, ChosenStart, MAX_SWEEPS, MethodArgs, NumericsArgs, Precision, Saved, StartName, StorageName,
};
pub use parse::{multiple, positive, share, typed};
pub use problem::{CostName, EpsilonArgs, ProblemArgs};
pub use task::TaskArgs;

use crate::command;

/// Entropic optimal transport with a Sinkhorn solver that starts near the answer.
///
/// Two files of points, one point a row, are enough: `sinkhorn solve x.csv y.csv`. Files are CSV or TSV, NPY, NPZ or
/// JSON lines; what a file is, its first bytes say. Lines of CSV that begin with # are comments. Standard input is `-`.
/// Results go to standard output, as text or with --json as one JSON object; progress goes to standard error where that
/// is a terminal, else one line if the work will take more than a minute.
#[derive(Debug, Parser)]
#[command(name = "sinkhorn", version, max_term_width = 120, after_help = help::EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// No progress, notes and warnings on standard error; errors are told
    #[arg(short, long, global = true, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Solve(Box<command::solve::Args>),
    Divergence(Box<command::divergence::Args>),
    Compare(Box<command::compare::Args>),
    Match(Box<command::matching::Args>),
    Sort(Box<command::sort::Args>),
    Fit(Box<command::fit::Args>),
    Batch(Box<command::batch::Args>),
    Demo(command::demo::Args),
    Completions(command::completions::Args),
    Man(command::man::Args),
}
