//! `sinkhorn`: entropic optimal transport at a prompt.
//!
//! Typed text ([`args`]) becomes a checked [`job`], whose [`input`] becomes [`data`] in memory; a [`command`] solves, writes its
//! [`output`] and [`render`]s what it found. What goes wrong on the way is a [`failure`] with an [`exit`] code. Nothing is printed on
//! standard output before all files are written.

mod args;
mod command;
mod data;
mod exit;
mod explain;
mod failure;
mod fit;
mod input;
mod interrupt;
mod job;
mod merge;
mod neighbours;
mod output;
mod picture;
mod plan;
mod plot;
mod progress;
mod render;
mod report;
mod scalar;
mod solving;
mod start;
mod summary;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use exit::Exit;
use failure::Failure;
use render::BAD;

fn main() -> ExitCode {
    interrupt::install();
    let outcome = match args::Args::try_parse() {
        Ok(args) => command::run(args.command),
        Err(error) => usage(&error),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        // With standard error closed as well, the exit code is all that is left to say.
        let _ = writeln!(anstream::stderr(), "sinkhorn: {BAD}error:{BAD:#} {failure}");
        failure.exit()
    });
    exit.into()
}

/// What clap has to say: help and version are wanted, the rest is a usage error.
fn usage(error: &clap::Error) -> Result<Exit, Failure> {
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        // clap's text begins with "error: ".
        let _ = write!(anstream::stderr(), "sinkhorn: {text}");
        return Ok(Exit::Usage);
    }
    render::print(&text)?;
    Ok(Exit::Converged)
}
