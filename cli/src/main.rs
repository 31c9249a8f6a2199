//! `sinkhorn`: entropic optimal transport at a prompt.
//!
//! Eight rooms, each of which imports only from those after it: this file starts a [`command`], which prints and writes
//! [`output`] about a [`task`], typed as [`args`] over files of [`input`]. [`terminal`] holds what people read on the
//! way, and [`process`] how the program ends. Nothing is printed on standard output before all files are written.

mod args;
mod command;
mod input;
mod output;
mod process;
mod task;
mod terminal;

use std::cell::RefCell;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use command::Args;
use process::{Exit, Failure, interrupt, memory};

#[global_allocator]
static MEMORY: memory::Memory = memory::Memory;

thread_local! {
    static EARLY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn main() -> ExitCode {
    // The C library ends the program if it has no memory for the first destructor of a thread: while there is some.
    EARLY.with(|early| early.borrow_mut().clear());
    interrupt::install();
    // What ends in a panic is want of memory or threads, or a defect; a backtrace helps nobody with the first two.
    std::panic::set_hook(Box::new(|_| ()));
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|panic| Err(Failure::panic(&*panic)));
    outcome.unwrap_or_else(|failure| failure.tell()).into()
}

fn run() -> Result<Exit, Failure> {
    match Args::try_parse() {
        Ok(args) => {
            if args.quiet {
                terminal::be_quiet();
            }
            command::run(args.command)
        }
        Err(error) => usage(&error),
    }
}

/// Names that other programs have for what `sinkhorn divergence` does.
const DISTANCES: [&str; 8] = ["distance", "dist", "wasserstein", "w2", "emd", "ot", "compute", "diff"];

/// What clap has to say: help and version are wanted, the rest is a usage error.
fn usage(error: &clap::Error) -> Result<Exit, Failure> {
    if let (ErrorKind::InvalidSubcommand, Some(ContextValue::String(typed))) =
        (error.kind(), error.get(ContextKind::InvalidSubcommand))
        && DISTANCES.contains(&typed.to_lowercase().as_str())
    {
        let tip = "how far apart two files are is told by 'sinkhorn divergence X Y'";
        return Err(Failure::usage(format!("unrecognized subcommand '{typed}'\n\n  tip: {tip}")));
    }
    let text = error.render().ansi().to_string();
    if error.use_stderr() {
        // clap's text begins with "error: ".
        let _ = write!(anstream::stderr(), "sinkhorn: {text}");
        return Ok(Exit::Usage);
    }
    terminal::print(&text)?;
    Ok(Exit::Converged)
}
