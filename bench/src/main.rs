//! The tables of the documentation, a command a table.
//!
//!     cargo run --release -p sinkhorn-bench -- starts --headline
//!
//! A [`command`] measures, and hands its rows to the one writer of [`table`]s.

mod args;
mod command;
mod files;
mod table;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use command::Command;

/// What solves, sweeps and derivatives take.
#[derive(Debug, Parser)]
#[command(name = "sinkhorn-bench")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    match command::run(&Args::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "sinkhorn-bench: error: {error}");
            ExitCode::FAILURE
        }
    }
}
