//! The demo as text, row by row.

use super::problems::Data;
use super::table::{THRESHOLD, Table};
use crate::command::way::{Row, heading};
use crate::terminal::capital;

/// What happens on the way, for those who watch.
pub enum Event<'a> {
    Begin(&'a Data),
    Table(&'a Table),
    Row(&'a Row),
    End(&'a Table),
}

/// The lines that an event adds.
pub fn text(event: &Event<'_>) -> String {
    match event {
        Event::Begin(data) => {
            let (low, high) = data.sizes();
            format!(
                "UCI handwritten digits, 8 x 8 pixels: {low} images of 0 to 4 against {high} of 5 to 9.\n\
                 Squared Euclidean cost, f64; sweeps until the marginal error is {THRESHOLD:e}; \
                 times include the start.\n\
                 The objective is that of a plan that is still off by so much; the dual value errs in \
                 second order only.\n"
            )
        }
        Event::Table(table) => format!(
            "\n{}, epsilon = {} of the mean cost\n{}\n\n{}",
            capital(table.name),
            table.epsilon_of_mean,
            table.explanation,
            heading()
        ),
        Event::Row(row) => row.line(false),
        Event::End(table) => format!(
            "\nRows differ by {:.1e} in the objective and {:.1e} in the dual value; the marginal error \
             allows {:.1e} and {:.1e}{}.\n{}",
            table.objective.spread,
            table.dual_value.spread,
            table.objective.tolerance,
            table.dual_value.tolerance,
            if table.agrees() { "" } else { ": THEY DISAGREE" },
            ratio(table)
        ),
    }
}

fn ratio(table: &Table) -> String {
    table.best().map_or_else(String::new, |(textbook, best)| {
        let factor = f64::from(textbook) / f64::from(best.sweeps);
        let (start, acceleration) = (&best.start, best.acceleration);
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
