//! The demo as text, row by row.

use super::{Event, Row, THRESHOLD, Table};
use crate::render::{digits, seconds};

/// The lines that an event adds.
pub fn text(event: &Event<'_>) -> String {
    match event {
        Event::Begin(data) => {
            let (low, high) = data.sizes();
            format!(
                "UCI handwritten digits, 8 x 8 pixels: {low} images of 0 to 4 against {high} of 5 to 9.\n\
                 Squared Euclidean cost, f64; sweeps until the marginal error is {THRESHOLD:e}; times include the start.\n\
                 The objective is that of a plan that is still off by so much; the dual value errs in second order only.\n"
            )
        }
        Event::Table(table) => format!(
            "\n{}, epsilon = {} of the mean cost\n{}\n\n{:<24}{:<13}{:>7}{:>11}{:>16}{:>13}{:>13}\n",
            capital(table.name),
            table.epsilon_of_mean,
            table.explanation,
            "start",
            "acceleration",
            "sweeps",
            "time",
            "value at start",
            "objective",
            "dual value"
        ),
        Event::Row(row) => line(row),
        Event::End(table) => format!(
            "\nRows differ by {:.1e} in the objective and {:.1e} in the dual value; the marginal error allows {:.1e} and \
             {:.1e}{}.\n{}",
            table.objective.spread,
            table.dual_value.spread,
            table.objective.tolerance,
            table.dual_value.tolerance,
            if table.agrees() { "" } else { ": THEY DISAGREE" },
            ratio(table)
        ),
    }
}

fn line(row: &Row) -> String {
    let status = if row.status == "converged" { String::new() } else { format!("  ({})", row.status) };
    format!(
        "{:<24}{:<13}{:>7}{:>11}{:>16}{:>13}{:>13}{status}\n",
        row.start,
        row.acceleration,
        row.sweeps,
        seconds(row.seconds),
        digits(row.start_value, 8),
        digits(row.objective, 8),
        digits(row.dual_value, 8)
    )
}

fn ratio(table: &Table) -> String {
    table.best().map_or_else(String::new, |(textbook, best)| {
        let factor = f64::from(textbook) / f64::from(best.sweeps);
        let (start, acceleration) = (best.start, best.acceleration);
        format!("{start} + {acceleration}: {} sweeps instead of {textbook}, {factor:.1} times fewer.\n", best.sweeps)
    })
}

/// The last line: the same over all tables.
pub fn closing(tables: &[Table]) -> String {
    let pairs: Vec<(u32, u32)> =
        tables.iter().filter_map(Table::best).map(|(textbook, best)| (textbook, best.sweeps)).collect();
    let (textbook, best) = pairs.iter().fold((0, 0), |(p, q), (s, t)| (p + s, q + t));
    let factor = f64::from(textbook) / f64::from(best.max(1));
    format!(
        "\nAll together: {best} sweeps from the best start with the best acceleration, {textbook} from zero without: \
         {factor:.1} times fewer.\n"
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
