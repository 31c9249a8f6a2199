//! `sinkhorn man`: manual pages, made of the same definitions as `--help`.

use std::io;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use crate::args;
use crate::output::{self, Format, Target};
use crate::process::{Exit, Failure};
use crate::terminal;

/// Print the manual page, or write all pages into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = args::plain_examples(&[
    "sinkhorn man | man -l -",
    "sinkhorn man solve | man -l -",
    "sinkhorn man --output ~/.local/share/man/man1",
]))]
pub struct Args {
    /// Of this command [default: the page of the program]
    #[arg(conflicts_with = "output")]
    command: Option<String>,
    /// Writes a page a command into this folder, which must exist
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, program: clap::Command) -> Result<Exit, Failure> {
    match (&args.output, &args.command) {
        (Some(folder), _) => write_all(folder, program)?,
        (None, wanted) => {
            let pages = pages(program).map_err(|error| Failure::io("the manual page", &error))?;
            let name = wanted.as_ref().map_or_else(|| "sinkhorn".into(), |name| format!("sinkhorn-{name}"));
            let Some((_, text)) = pages.iter().find(|(page, _)| *page == name) else {
                return Err(Failure::usage(format!("there is no command {:?}", wanted.as_deref().unwrap_or_default())));
            };
            terminal::print_with(|stdout| stdout.write_all(text))?;
        }
    }
    Ok(Exit::Converged)
}

/// Names and texts of all pages, the program's first.
fn pages(program: clap::Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = program.disable_help_subcommand(true);
    program.build();
    let commands = std::iter::once(program.clone()).chain(program.get_subcommands().cloned());
    commands
        .map(|command| {
            let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
            let mut text = Vec::new();
            let version = concat!("sinkhorn ", env!("CARGO_PKG_VERSION"));
            Man::new(command).source(version).manual("User Commands").render(&mut text)?;
            Ok((name, text))
        })
        .collect()
}

fn write_all(folder: &Path, program: clap::Command) -> Result<(), Failure> {
    let pages = pages(program).map_err(|error| Failure::io("the manual pages", &error))?;
    let staged = pages.iter().map(|(name, text)| {
        let target = Target::new("--output", folder.join(format!("{name}.1")), &[Format::Man])?;
        output::stage(&target, |writer| writer.write_all(text)).map(Some)
    });
    output::commit(staged.collect::<Result<Vec<_>, _>>()?)
}
