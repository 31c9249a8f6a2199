//! Results on standard output, as text or as JSON; notes and warnings on standard error.

use std::io::{self, ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::style::DOUBTFUL;
use super::words::plural;
use crate::process::Failure;

/// The layout of the JSON objects; raised when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// Prints; colours only where they are wanted. A reader that has gone away, `sinkhorn ... | head -1`, has seen what it
/// wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    printed(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// Prints one JSON object.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    print_with(|stdout| {
        serde_json::to_writer_pretty(&mut *stdout, value)?;
        writeln!(stdout)
    })
}

/// Prints what is written bit by bit.
pub fn print_with(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    printed(write(&mut stdout).and_then(|()| stdout.flush()))
}

static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Whether nobody will see what is printed: `sinkhorn ... | head -1`.
pub fn reader_is_gone() -> bool {
    READER_IS_GONE.load(Ordering::Relaxed)
}

fn printed(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            READER_IS_GONE.store(true, Ordering::Relaxed);
            Ok(())
        }
        outcome => outcome.map_err(|error| Failure::io("standard output", &error)),
    }
}

static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// From now on there are no notes and warnings.
pub fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// Whether the user wants none.
pub fn is_quiet() -> bool {
    IS_QUIET.load(Ordering::Relaxed)
}

/// Something that was done unasked.
pub fn note(text: &str) {
    if is_quiet() {
        return;
    }
    let _ = writeln!(anstream::stderr(), "sinkhorn: note: {text}");
}

/// Something that the user should know though there is a result.
pub fn warn(text: &str) {
    if is_quiet() {
        return;
    }
    let _ = writeln!(anstream::stderr(), "sinkhorn: {DOUBTFUL}warning:{DOUBTFUL:#} {text}");
}

/// That there is a result of a solve that has not converged.
pub fn warn_unfinished(status: &str, sweeps: u32, marginal_error: f64) {
    let sweeps = plural(sweeps as usize, "sweep");
    warn(&format!("{} after {sweeps}, with a marginal error of {marginal_error:.1e}", status.replace('_', " ")));
}

/// One JSON object with a newline, for a file.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::io("JSON", &error.into()))
}
