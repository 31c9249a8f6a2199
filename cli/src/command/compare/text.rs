//! The table and the recommendation as text.

use std::fmt::Write as _;

use super::Summary;
use super::way::Row;
use crate::render::{DOUBTFUL, GOOD, HEADING, digits, lines, seconds, threshold, wrapped};

pub fn text(summary: &Summary) -> String {
    let mut text = lines([
        ("x", summary.points.x.text()),
        ("y", summary.points.y.text()),
        ("epsilon", summary.epsilon_rule.text(digits(summary.epsilon, 6))),
        ("threshold", threshold(summary.threshold)),
    ]);
    text += "\n";
    text += &heading();
    for row in &summary.rows {
        text += &line(row, summary.recommendation.as_ref().is_some_and(|advice| advice.is(row)));
    }
    for left_out in &summary.left_out {
        let _ = writeln!(text, "{:<24}{}", left_out.start, left_out.reason);
    }
    text += "\n";
    let converged = summary.rows.iter().filter(|row| row.is_converged()).count();
    if converged > 1 {
        let spread = summary.dual_value_spread;
        let _ = writeln!(text, "Dual values of the {converged} ways that converged differ by at most {spread:.1e}.");
    }
    if summary.is_interrupted() {
        let (tried, ways) = (summary.rows.len(), summary.ways);
        let _ = writeln!(text, "{DOUBTFUL}Interrupted{DOUBTFUL:#}: {tried} of {ways} ways tried.");
    }
    match &summary.recommendation {
        Some(advice) => {
            let sentence = format!("Recommended: {}.", advice.reason);
            let _ = writeln!(text, "{}\n\n  {GOOD}{}{GOOD:#}", wrapped(&sentence), advice.command);
        }
        None if summary.is_interrupted() => {}
        None => {
            let _ =
                writeln!(text, "{DOUBTFUL}No way converged{DOUBTFUL:#}: raise --max-sweeps, --epsilon or --threshold.");
        }
    }
    text
}

/// The names of the columns.
pub fn heading() -> String {
    format!(
        "{HEADING}{:<23}{:<20}{:>7}{:>11}{:>15}{:>13}{:>13}{HEADING:#}\n",
        "start", "acceleration", "sweeps", "time", "start value", "objective", "dual value"
    )
}

/// A row; that which is recommended is marked.
pub fn line(row: &Row, is_marked: bool) -> String {
    let status = match (row.is_converged(), is_marked) {
        (true, true) => format!("  {GOOD}<- recommended{GOOD:#}"),
        (true, false) => String::new(),
        (false, _) => format!(" {DOUBTFUL}({}){DOUBTFUL:#}", row.status),
    };
    format!(
        "{:<23}{:<20}{:>7}{:>11}{:>15}{:>13}{:>13}{status}\n",
        row.start_text(),
        row.acceleration,
        row.sweeps,
        seconds(row.seconds),
        digits(row.start_value, 8),
        digits(row.objective, 8),
        digits(row.dual_value, 8)
    )
}
