//! The commands, a file each: its options, and what it does with them.

mod batch;
mod compare;
mod completions;
mod demo;
mod divergence;
mod fit;
mod man;
mod matching;
mod solve;
mod sort;
mod way;

use clap::{CommandFactory, Parser, Subcommand};

use crate::args::EXIT_CODES;
use crate::process::{Exit, Failure};

/// Entropic optimal transport with a Sinkhorn solver that starts near the answer.
///
/// Two files of points, one point a row, are enough: `sinkhorn solve x.csv y.csv`. Files are CSV or TSV, NPY, NPZ or
/// JSON lines; what a file is, its first bytes say. Lines of CSV that begin with # are comments. Standard input is `-`.
/// Results go to standard output, as text or with --json as one JSON object; progress goes to standard error where that
/// is a terminal, else one line if the work will take more than a minute.
#[derive(Debug, Parser)]
#[command(name = "sinkhorn", version, max_term_width = 120, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// No progress, notes and warnings on standard error; errors are told
    #[arg(short, long, global = true, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Solve(Box<solve::Args>),
    Divergence(Box<divergence::Args>),
    Compare(Box<compare::Args>),
    Match(Box<matching::Args>),
    Sort(Box<sort::Args>),
    Fit(Box<fit::Args>),
    Batch(Box<batch::Args>),
    Demo(demo::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs a command to its end.
pub fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Solve(args) => solve::run(&args),
        Command::Divergence(args) => divergence::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Match(args) => matching::run(&args),
        Command::Sort(args) => sort::run(&args),
        Command::Fit(args) => fit::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Completions(args) => completions::run(&args, Args::command()),
        Command::Man(args) => man::run(&args, Args::command()),
    }
}
