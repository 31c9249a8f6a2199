//! Which way to take.

use serde::Serialize;

use super::typed::quoted;
use crate::command::way::Row;
use crate::terminal::plural;

/// A way that is no more than this times slower than the fastest is as good: clocks repeat no better.
const AS_GOOD: f64 = 1.10;
/// Below so many seconds nothing is worth another option: clocks do not tell such times apart, and nobody waits for
/// them.
pub const SHORT: f64 = 0.05;
/// What `sinkhorn solve` does unasked.
const DEFAULTS: (&str, &str) = ("auto", "auto");

/// The recommendation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advice {
    pub start: String,
    pub acceleration: &'static str,
    pub sweeps: u32,
    pub seconds: f64,
    /// Its time over that of the fastest row: at most 1.1, unless it is less than 50 ms.
    pub of_fastest: f64,
    /// What to type.
    pub command: String,
    /// Why.
    pub reason: String,
}

impl Advice {
    /// The defaults, where they are as good as the fastest row that converged; else that row. Where it is too short for
    /// clocks, the row with the fewest sweeps. `typed` is the problem as it is typed.
    pub fn of(rows: &[Row], typed: &[String]) -> Option<Advice> {
        let converged: Vec<&Row> = rows.iter().filter(|row| row.is_converged()).collect();
        let fastest = converged.iter().copied().min_by(|p, q| p.seconds.total_cmp(&q.seconds))?;
        let is_default = |row: &Row| (row.start.as_str(), row.acceleration) == DEFAULTS;
        let is_as_good = |row: &Row| row.seconds <= AS_GOOD * fastest.seconds || row.seconds < SHORT;
        let short = converged.iter().copied().filter(|row| row.seconds < SHORT);
        let fewest = short.min_by_key(|row| (row.start != DEFAULTS.0, row.sweeps));
        let default = converged.iter().copied().find(|row| is_default(row) && is_as_good(row));
        let chosen = default.or(fewest).unwrap_or(fastest);
        Some(Advice {
            start: chosen.start.clone(),
            acceleration: chosen.acceleration,
            sweeps: chosen.sweeps,
            seconds: chosen.seconds,
            of_fastest: chosen.seconds / fastest.seconds,
            command: command(chosen, typed),
            reason: reason(chosen, fastest, rows),
        })
    }

    pub fn is(&self, row: &Row) -> bool {
        (&self.start, self.acceleration) == (&row.start, row.acceleration)
    }
}

fn command(chosen: &Row, typed: &[String]) -> String {
    let mut words = vec!["sinkhorn".to_owned(), "solve".to_owned()];
    // Options come before files that begin with a dash.
    let files = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
    words.extend(typed[..files].iter().map(|word| quoted(word)));
    let mut option = |name: &str, value: &str, default: &str| {
        if value != default {
            words.extend([name.to_owned(), value.to_owned()]);
        }
    };
    option("--start", &chosen.start, DEFAULTS.0);
    option("--acceleration", chosen.acceleration, DEFAULTS.1);
    words.extend(typed[files..].iter().map(|word| quoted(word)));
    words.join(" ")
}

fn reason(chosen: &Row, fastest: &Row, rows: &[Row]) -> String {
    let Row { start, acceleration, .. } = chosen;
    let sweeps = plural(chosen.sweeps as usize, "sweep");
    let is_default = (start.as_str(), *acceleration) == DEFAULTS;
    let name = if is_default { "the defaults".into() } else { format!("{start} with {acceleration}") };
    let mut text = if chosen.seconds < SHORT {
        let take = if is_default { "take" } else { "takes" };
        format!("{name} {take} less than {:.0} ms, {sweeps}", 1e3 * SHORT)
    } else if !is_default {
        format!("{name} was the fastest, {sweeps}")
    } else if chosen.seconds > fastest.seconds {
        let by = 100.0 * (chosen.seconds / fastest.seconds - 1.0);
        format!("the defaults are within {:.0} percent of the fastest, {sweeps}", by.ceil())
    } else {
        format!("the defaults were the fastest, {sweeps}")
    };
    if let Some(textbook) = rows.iter().find(|row| (row.start.as_str(), row.acceleration) == ("zero", "plain")) {
        let times = textbook.seconds / chosen.seconds;
        if !textbook.is_converged() {
            let done = textbook.sweeps;
            text += &format!("; plain sweeps from zero had not converged after {done}, at {times:.1} times the time");
        } else if textbook.seconds < SHORT && textbook.sweeps > chosen.sweeps {
            text += &format!("; plain sweeps from zero took {}", textbook.sweeps);
        } else if textbook.seconds >= SHORT && times > AS_GOOD {
            text += &format!("; plain sweeps from zero took {} and {times:.1} times the time", textbook.sweeps);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Exit;

    fn row(start: &'static str, acceleration: &'static str, seconds: f64, exit: Exit) -> Row {
        Row {
            start: start.into(),
            chosen_start: start,
            acceleration,
            status: "converged",
            sweeps: 10,
            seconds,
            start_value: 0.0,
            objective: 1.0,
            dual_value: 1.0,
            marginal_error: 0.0,
            exit,
            range: 1.0,
            epsilon: 1.0,
            errors: Vec::new(),
        }
    }

    #[test]
    fn the_defaults_are_kept_where_they_are_as_good() {
        let rows = [
            row("zero", "plain", 0.001, Exit::NotConverged),
            row("auto", "auto", 1.09, Exit::Converged),
            row("coarse", "plain", 1.0, Exit::Converged),
        ];
        let advice = Advice::of(&rows, &["a b.csv".into(), "y.csv".into()]).unwrap();
        assert_eq!((advice.start.as_str(), advice.acceleration), ("auto", "auto"));
        assert!(advice.of_fastest <= AS_GOOD);
        assert_eq!(advice.command, "sinkhorn solve 'a b.csv' y.csv");
    }

    #[test]
    fn otherwise_the_fastest_is_recommended() {
        let rows = [row("auto", "auto", 1.2, Exit::Converged), row("coarse", "plain", 1.0, Exit::Converged)];
        let advice = Advice::of(&rows, &["x.csv".into(), "y.csv".into()]).unwrap();
        assert_eq!(advice.command, "sinkhorn solve x.csv y.csv --start coarse --acceleration plain");
        assert_eq!(advice.of_fastest, 1.0);
    }

    #[test]
    fn milliseconds_recommend_nothing_but_the_defaults() {
        let rows = [row("auto", "auto", 0.004, Exit::Converged), row("zero", "plain", 0.002, Exit::Converged)];
        let advice = Advice::of(&rows, &["x.csv".into(), "y.csv".into()]).unwrap();
        assert_eq!(advice.command, "sinkhorn solve x.csv y.csv");
        assert_eq!(advice.reason, "the defaults take less than 50 ms, 10 sweeps"); // as many as plain ones
        // Where these were not tried, sweeps decide: clocks do not.
        let (mut p, q) = (row("coarse", "plain", 0.003, Exit::Converged), &rows[1]);
        p.sweeps = 5;
        let advice = Advice::of(&[q.clone(), p], &[]).unwrap();
        assert_eq!((advice.start.as_str(), advice.sweeps), ("coarse", 5));
    }

    #[test]
    fn nothing_is_recommended_where_nothing_converged() {
        assert_eq!(Advice::of(&[row("zero", "plain", 1.0, Exit::NotConverged)], &[]), None);
    }
}
