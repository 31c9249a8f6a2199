//! The commands, a file each: its options, and what it does with them.

pub mod batch;
pub mod compare;
pub mod completions;
pub mod demo;
pub mod divergence;
pub mod fit;
pub mod man;
pub mod matching;
pub mod solve;
pub mod sort;

use crate::args::Command;
use crate::exit::Exit;
use crate::failure::Failure;

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
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    }
}
