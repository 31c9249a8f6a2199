//! The commands, a file or a folder each: its arguments, and what it measures.

mod costs;
mod derivatives;
mod ours;
mod roofline;
mod scaling;
mod sizes;
mod small;
mod starts;

use std::error::Error;
use std::num::NonZeroUsize;
use std::time::Instant;

use clap::Subcommand;

/// An error ends the program with a message.
pub type Outcome<V = ()> = Result<V, Box<dyn Error>>;

#[derive(Debug, Subcommand)]
pub enum Command {
    Costs(costs::Args),
    Derivatives(derivatives::Args),
    Ours(ours::Args),
    Roofline(roofline::Args),
    Scaling(scaling::Args),
    Sizes(sizes::Args),
    Small(small::Args),
    Starts(starts::Args),
}

/// Runs a command to its end.
pub fn run(command: &Command) -> Outcome {
    match command {
        Command::Costs(args) => costs::run(args),
        Command::Derivatives(args) => derivatives::run(args),
        Command::Ours(args) => ours::run(args),
        Command::Roofline(args) => roofline::run(args),
        Command::Scaling(args) => scaling::run(args),
        Command::Sizes(args) => sizes::run(args),
        Command::Small(args) => small::run(args),
        Command::Starts(args) => starts::run(args),
    }
}

/// The times of some runs in seconds, and what the last of them returned.
fn repeated<R, E>(repeat: NonZeroUsize, mut run: impl FnMut() -> Result<R, E>) -> Result<(Vec<f64>, R), E> {
    let mut seconds = Vec::new();
    loop {
        let clock = Instant::now();
        let result = run()?;
        seconds.push(clock.elapsed().as_secs_f64());
        if seconds.len() == repeat.get() {
            return Ok((seconds, result));
        }
    }
}
