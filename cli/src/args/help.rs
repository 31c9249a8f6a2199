//! What stands below the options in `--help` and in the manual pages.

/// Scripts rely on the numbers: see [`Exit`](crate::process::Exit).
pub const EXIT_CODES: &str = "\
Exit codes:
  0    converged; or done, where there is nothing to converge
  1    a file could not be read or written, or the system refused
  2    wrong use of the command line
  3    bad data in a file, or more than memory holds
  4    not converged within --max-sweeps; results are written and usable
  5    rounding keeps the error above --threshold; results are written
  130  interrupted (Ctrl-C, SIGTERM, SIGHUP); solve, match and compare give what their sweeps have found";

/// Worked examples, a line each, and the exit codes below them.
pub fn examples(lines: &[&str]) -> String {
    format!("{}\n{EXIT_CODES}", plain_examples(lines))
}

/// Without the exit codes: of commands that solve nothing.
pub fn plain_examples(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    format!("Examples:\n{lines}")
}
