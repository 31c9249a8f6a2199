//! The groups of options that several commands share, one a file. What belongs to one command stands with it, in
//! `command`.

mod files;
mod help;
mod method;
mod parse;
mod problem;
mod task;

pub use files::{PairArgs, ReadingArgs};
pub use help::{EXIT_CODES, examples, plain_examples};
pub use method::{
    AccelerationName, ChosenStart, MAX_SWEEPS, MethodArgs, NumericsArgs, Precision, Saved, SkippingName, StartName,
    StorageName,
};
pub use parse::{multiple, positive, share};
pub use problem::{CostName, EpsilonArgs, ProblemArgs};
pub use task::TaskArgs;

use clap::ValueEnum;

/// A choice as it is typed.
pub fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().into())
}
