//! `sinkhorn completions`: what shells need to complete a command line.

use clap_complete::Shell;

use crate::args;
use crate::process::{Exit, Failure};
use crate::terminal;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = args::plain_examples(&[
    "sinkhorn completions bash > ~/.local/share/bash-completion/completions/sinkhorn",
    "sinkhorn completions zsh > \"${fpath[1]}/_sinkhorn\"",
    "sinkhorn completions fish > ~/.config/fish/completions/sinkhorn.fish",
]))]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: &Args, mut program: clap::Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "sinkhorn", &mut script);
    terminal::print_with(|stdout| stdout.write_all(&script))?;
    Ok(Exit::Converged)
}
