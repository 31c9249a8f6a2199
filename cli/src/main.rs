//! `sinkhorn`: entropic optimal transport between two files.
//!
//! Typed text ([`args`]) becomes a checked [`job`], which is [`run`], and whose result is [`render`]ed. What goes wrong on the
//! way is a [`failure`] with an [`exit`] code. Nothing is printed on standard output before all files are written.

mod args;
mod demo;
mod exit;
mod explain;
mod failure;
mod input;
mod job;
mod output;
mod render;
mod run;
mod scalar;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, DemoArgs, SolveArgs};
use exit::Exit;
use failure::Failure;
use job::Job;

fn main() -> ExitCode {
    let outcome = match Args::try_parse() {
        Ok(Args { command: Command::Solve(args) }) => solve(*args),
        Ok(Args { command: Command::Demo(args) }) => demonstrate(&args),
        Err(error) => usage(&error),
    };
    let exit = outcome.unwrap_or_else(|failure| {
        // With standard error closed as well, the exit code is all that is left to say.
        let _ = writeln!(std::io::stderr(), "sinkhorn: error: {failure}");
        failure.exit()
    });
    exit.into()
}

fn solve(args: SolveArgs) -> Result<Exit, Failure> {
    let json = args.json;
    let job = Job::new(args)?;
    let summary = run::run(&job)?;
    render::print(&if json { render::json(&summary)? } else { render::text(&summary) })?;
    Ok(summary.exit)
}

fn demonstrate(args: &DemoArgs) -> Result<Exit, Failure> {
    if args.json {
        let tables = demo::run(args.quick, |_| Ok(()))?;
        render::print(&render::json(&demo::Report::new(&tables))?)?;
        demo::verdict(&tables)
    } else {
        // Rows are printed as they are found.
        let tables = demo::run(args.quick, |event| render::print(&demo::table::text(event)))?;
        render::print(&demo::table::closing(&tables))?;
        demo::verdict(&tables)
    }
}

/// What clap has to say: help and version are wanted, the rest is a usage error.
fn usage(error: &clap::Error) -> Result<Exit, Failure> {
    if error.use_stderr() {
        // clap's text begins with "error: ".
        let _ = write!(std::io::stderr(), "sinkhorn: {}", error.render());
        return Ok(Exit::Usage);
    }
    render::print(&error.render().to_string())?;
    Ok(Exit::Converged)
}
