//! The table and the recommendation as text.

use std::fmt::Write as _;

use super::summary::Summary;
use crate::command::way::heading;
use crate::terminal::{DOUBTFUL, GOOD, digits, lines, threshold, wrapped};

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
        text += &row.line(summary.recommendation.as_ref().is_some_and(|advice| advice.is(row)));
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
