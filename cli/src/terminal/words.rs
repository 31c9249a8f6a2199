//! Numbers, counts and lists as people read them.

use std::fmt::Write as _;

use super::style::HEADING;

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

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
