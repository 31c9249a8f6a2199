//! The table of starts and accelerations.

use std::fmt::Write as _;

use super::escape::text;
use crate::terminal::{digits, seconds};

/// A start with an acceleration, and how it did.
pub struct Row {
    pub start: String,
    pub acceleration: String,
    pub sweeps: u32,
    pub seconds: f64,
    pub start_value: f64,
    pub dual_value: f64,
    pub status: String,
    pub recommended: bool,
}

/// Heads: whether the column is sorted as numbers, and what it is called.
const HEADS: [(bool, &str); 7] = [
    (false, "start"),
    (false, "acceleration"),
    (true, "sweeps"),
    (true, "time"),
    (true, "start value"),
    (true, "dual value"),
    (false, "status"),
];

/// In a box of its own, which scrolls where a screen is narrow.
pub fn write(html: &mut String, rows: &[Row]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(html, "<h2>Starts and accelerations</h2>");
    let _ = writeln!(html, "<p class=\"more\">{} columns, to {}: scroll sideways →</p>", HEADS.len(), HEADS[6].1);
    let _ =
        writeln!(html, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Starts and accelerations\">");
    let _ = writeln!(html, "<table>\n<caption>{}</caption>\n<thead>\n<tr>", caption(rows));
    for (is_number, name) in HEADS {
        let class = if is_number { " class=\"number\"" } else { "" };
        let _ = writeln!(html, "<th scope=\"col\"{class}>{name}</th>");
    }
    let _ = writeln!(html, "</tr>\n</thead>\n<tbody>");
    let longest = rows.iter().map(|row| row.seconds).filter(|seconds| seconds.is_finite()).fold(0.0, f64::max);
    for row in rows {
        write_row(html, row, longest);
    }
    let _ = writeln!(html, "</tbody>\n</table>\n</div>");
}

fn caption(rows: &[Row]) -> String {
    let count = rows.len();
    let times = "The bar is the time beside the longest.";
    if count == 1 { format!("One solve. {times}") } else { format!("{count} solves of the same problem. {times}") }
}

fn write_row(html: &mut String, row: &Row, longest: f64) {
    let (class, badge) = match row.recommended {
        true => (" class=\"recommended\"", " <strong class=\"badge\">★ recommended</strong>"),
        false => ("", ""),
    };
    let _ = writeln!(html, "<tr{class}>\n<th scope=\"row\">{}{badge}</th>", text(&row.start));
    let _ = writeln!(html, "<td>{}</td>", text(&row.acceleration));
    number(html, f64::from(row.sweeps), &row.sweeps.to_string());
    let _ = writeln!(
        html,
        "<td class=\"number time\" data-value=\"{}\">{}<span class=\"bar\" style=\"width:{:.1}%\"></span></td>",
        row.seconds,
        seconds(row.seconds),
        share(row.seconds, longest)
    );
    number(html, row.start_value, &digits(row.start_value, 6));
    number(html, row.dual_value, &digits(row.dual_value, 9));
    let _ = writeln!(html, "<td>{}</td>\n</tr>", text(&row.status.replace('_', " ")));
}

/// The exact value is what is sorted by.
fn number(html: &mut String, value: f64, shown: &str) {
    let _ = writeln!(html, "<td class=\"number\" data-value=\"{value}\">{}</td>", shown.replace('-', "\u{2212}"));
}

/// In percent of the longest.
fn share(seconds: f64, longest: f64) -> f64 {
    let part = 100.0 * seconds / longest;
    if part.is_finite() { part.clamp(0.0, 100.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percents() {
        assert_eq!(share(1.0, 4.0), 25.0);
        for (seconds, longest) in [(0.0, 0.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0), (-1.0, 1.0)] {
            assert_eq!(share(seconds, longest), 0.0);
        }
    }
}
