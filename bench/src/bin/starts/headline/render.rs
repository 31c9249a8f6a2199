//! The headline as text and JSON.

use serde_json::{Value, json};

use super::{Ratio, Row, THRESHOLD, Way};
use crate::args::Plan;
use crate::json::{SCHEMA, parameters, problem};
use crate::text::{milliseconds, sweeps};

/// What the numbers are, and the columns.
pub fn opening(plan: &Plan) -> String {
    format!(
        "Sweeps and milliseconds (start included) to a marginal error of {THRESHOLD:e}. f64, size {}, storage {}, one thread; epsilon as \
         a fraction of the mean cost.\nFewer: how many times fewer sweeps and how many times less time from the start, with Anderson, \
         than the other way takes.\n\n{:<17}{:>6}{:>19}{:>19}{:>19}{:>17}{:>19}  {:<14}{:>9}{:>8}\n{:<17}{:>6}{:>8}{:>11}{:>8}{:>11}{:>8}{:>11}\
         {:>9}{:>8}{:>11}{:>8}  {:<14}{:>9}{:>8}\n",
        plan.size,
        plan.storage.name(),
        "",
        "",
        "zero, plain",
        "zero, Anderson",
        "start, Anderson",
        "fewer: to plain",
        "to zero, Anderson",
        "",
        "start's",
        "pairs",
        "problem",
        "eps",
        "sweeps",
        "ms",
        "sweeps",
        "ms",
        "sweeps",
        "ms",
        "sweeps",
        "time",
        "sweeps",
        "time",
        "start",
        "own ms",
        "/ n m",
    )
}

/// A row.
pub fn line(row: &Row<'_>, most: u32) -> String {
    let mut text = format!("{:<17}{:>6}", row.case.name, row.epsilon);
    for way in &row.ways {
        let sweeps = sweeps(way.converged().then_some(way.report.sweeps), way.report.status.name(), most);
        text += &format!("{sweeps:>8}{:>11}", milliseconds(way.seconds));
    }
    for (way, width) in [(0, 9), (1, 11)] {
        let [sweeps, time] = row.ratios(way).map_or(["?".into(), "?".into()], |ratios| ratios.map(shown));
        text += &format!("{sweeps:>width$}{time:>8}");
    }
    let own = milliseconds(row.ways[2].start_seconds);
    text + &format!("  {:<14}{own:>9}{:>8.3}\n", row.ways[2].report.start.name, row.pairs())
}

fn shown(ratio: Ratio) -> String {
    format!("{}{:.2}", if ratio.at_least { ">" } else { "" }, ratio.value)
}

/// Means and the worst case.
pub fn closing(plan: &Plan, rows: &[Row<'_>]) -> String {
    let mut text = String::from("\nGeometric means over the problems:\n");
    for &epsilon in &plan.epsilons {
        for (way, name) in [(0, "zero, plain"), (1, "zero, Anderson")] {
            let ratios: Vec<[Ratio; 2]> = at(rows, epsilon).filter_map(|row| row.ratios(way)).collect();
            let [sweeps, time] = [0, 1].map(|k| geometric_mean(ratios.iter().map(|pair| pair[k].value)));
            let bounds = ratios.iter().filter(|pair| pair[0].at_least).count();
            let note = if bounds == 0 { String::new() } else { format!(", {bounds} of them lower bounds") };
            text += &format!(
                "  epsilon {epsilon}, against {name:<14} {sweeps:>7.2} times fewer sweeps, {time:>7.2} times less time (problems: {}{note})\n",
                ratios.len()
            );
        }
    }
    if let Some((row, value)) = worst(rows) {
        text += &format!(
            "Worst: {value:.2} times the time of zero with Anderson, on {} at epsilon {}.\n",
            row.case.name, row.epsilon
        );
    }
    text
}

/// The row where the start pays least against zero with the same acceleration, and by what factor it takes longer.
fn worst<'r, 'a>(rows: &'r [Row<'a>]) -> Option<(&'r Row<'a>, f64)> {
    let factors = rows.iter().map(|row| (row, row.ways[2].seconds / row.ways[1].seconds));
    factors.max_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn at<'r, 'a>(rows: &'r [Row<'a>], epsilon: f64) -> impl Iterator<Item = &'r Row<'a>> {
    rows.iter().filter(move |row| row.epsilon == epsilon)
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value.ln(), count + 1.0));
    f64::exp(sum / count)
}

/// The same, with what every machine finds apart from the times of this one.
pub fn json(plan: &Plan, rows: &[Row<'_>], seconds: f64) -> Value {
    let mut parameters = parameters(plan, &[THRESHOLD]);
    parameters.as_object_mut().expect("an object").remove("annealing");
    let ways = |row: &Row<'_>| row.ways.iter().map(way).collect::<Vec<_>>();
    let times = |row: &Row<'_>| {
        let times = |way: &Way| json!({ "seconds": way.seconds, "start_seconds": way.start_seconds, "runs": way.runs });
        row.ways.iter().map(times).collect::<Vec<_>>()
    };
    json!({
        "schema": SCHEMA,
        "command": "starts --headline",
        "version": env!("CARGO_PKG_VERSION"),
        "parameters": parameters,
        "problems": plan.cases.iter().map(problem).collect::<Vec<_>>(),
        "rows": rows.iter().map(|row| json!({
            "problem": row.case.name,
            "epsilon_of_mean": row.epsilon,
            "epsilon": row.ways[0].report.epsilon,
            "ways": ways(row),
        })).collect::<Vec<_>>(),
        // In the order of the rows, and of the ways in them.
        "times": { "total_seconds": seconds, "rows": rows.iter().map(times).collect::<Vec<_>>() },
    })
}

fn way(way: &Way) -> Value {
    json!({
        "start": way.report.start.name,
        "start_pairs": way.report.start.pairs,
        "start_value": way.report.start_value,
        "note": way.report.start.note,
        "acceleration": way.acceleration,
        "sweeps": way.report.sweeps,
        "status": way.report.status.name(),
    })
}
