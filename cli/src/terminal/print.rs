//! Results onto standard output: aligned text, or JSON.

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::args;
use crate::failure::Failure;

/// The layout of the JSON objects; raised when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// What a table or a summary is read by.
pub const HEADING: Style = Style::new().bold();
/// What went as it should.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What did not, though there is a result.
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// What ended the program.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

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

/// One line a number: names in a column of their own.
pub fn lines<'n>(lines: impl IntoIterator<Item = (&'n str, String)>) -> String {
    lines.into_iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{HEADING}{name:<18}{HEADING:#}{value}"); // a String takes all
        text
    })
}

/// A number with so many digits that count; with an exponent where it is very large or small.
pub fn digits(value: f64, count: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..9).contains(&exponent) {
        format!("{value:.*}", (count as i32 - 1 - exponent).max(0) as usize)
    } else {
        format!("{value:.*e}", count - 1)
    }
}

/// A number that a user has given, as it was typed; a default with its digits.
pub fn given(value: f64) -> String {
    if let Some(text) = args::typed(value) {
        return text;
    }
    let (plain, short) = (format!("{value}"), format!("{value:e}"));
    if plain.len() <= short.len().max(8) { plain } else { short }
}

/// A threshold, which is a power of ten where nobody has given one.
pub fn threshold(value: f64) -> String {
    args::typed(value).unwrap_or_else(|| format!("{value:e}"))
}

/// A small difference of numbers up to `largest`: without the digits that went with these.
pub fn digits_of_difference(value: f64, largest: f64, count: usize) -> String {
    let lost = if value == 0.0 { 0.0 } else { (largest.abs() / value.abs()).log10().ceil().max(0.0) };
    digits(value, count.saturating_sub(lost as usize).max(1))
}

/// Three digits are all that a wall clock repeats.
pub fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{} ms", digits(value * 1e3, 3)) } else { format!("{} s", digits(value, 3)) }
}

/// A share as percent: no 100 where something is missing.
pub fn percent(share: f64) -> String {
    let digits =
        (0..9).find(|&digits| share >= 1.0 || format!("{:.digits$}", 100.0 * share) != format!("{:.digits$}", 100.0));
    match digits {
        Some(0) if share >= 1.0 => "100".into(),
        digits => format!("{:.*}", digits.unwrap_or(9).max(1), 100.0 * share),
    }
}

/// Columns of printed text.
const WIDTH: usize = 120;

/// Words in lines of that width.
pub fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => *line += &format!(" {word}"),
            _ => lines.push(word.into()),
        }
    }
    lines.join("\n")
}

/// A count and its noun.
pub fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
