//! CSV: separator and header are found out, errors name line and column as an editor counts them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Read;

use sinkhorn_core::Real;

use super::columns::Header;
use super::json_row::MOST_NAMES;
use super::lines::Lines;
use super::records::{Records, is_header};
use super::request::{Request, number};
use super::rows::Rows;
use super::table::Table;
use crate::process::Failure;
use crate::terminal::{self, plural};

/// Reads text.
pub fn read<T: Real>(request: &Request<'_>, lines: Lines<impl Read>, length: Option<u64>) -> Result<Table<T>, Failure> {
    let mut records = Records::new(request, lines)?;
    let Some(first_line) = records.next(request)? else {
        return Err(request.failure("the file has no data"));
    };
    let count = records.count();
    let fields = || (0..count).map(|k| records.field(k));
    let has_names = is_header(request, fields());
    if has_names && count > MOST_NAMES {
        return Err(request.failure(format!("{count} columns with names, where {MOST_NAMES} are read")));
    }
    let names: Option<Vec<String>> = has_names.then(|| fields().map(|field| text(field).into()).collect());
    let chosen = request.reading.choose(request.name, count, names.as_deref()).map_err(|failure| {
        let is_name =
            request.reading.header == Header::Auto && !has_names && request.reading.asks_for(fields().map(text));
        if is_name { failure.with(HEADER_HINT) } else { failure }
    })?;
    // A first line of years is read as numbers, which is no answer to anything; the next line tells.
    let mut may_be_years = request.reading.header == Header::Auto && count > 1 && are_years(fields());
    let mut rows = Rows::new(request, chosen);
    let mut row = 0;
    let mut next = if names.is_none() { Some(first_line) } else { records.next(request)? };
    while let Some(line) = next {
        if records.count() != count {
            let found = plural(records.count(), "field");
            let hint = match row {
                0 if names.is_some() && (records.has_blanks() || count == 1) => {
                    ": if that line is a title or a comment, begin it with # or remove it"
                }
                _ => "",
            };
            return Err(Failure::data(format!(
                "{}:{line}: {found}, where line {first_line} has {count}{hint}",
                request.name
            )));
        }
        if std::mem::take(&mut may_be_years) {
            may_be_years = row == 0 && names.is_none();
            if row == 1 && !are_years((0..count).map(|k| records.field(k))) {
                let name = request.name;
                terminal::warn(&format!(
                    "{name}:{first_line}: a point like all others, though it looks like a header of years: \
                     --header yes makes it one"
                ));
            }
        }
        rows.advance(records.bytes(), length);
        for k in 0..count {
            if !rows.wants(k) {
                continue;
            }
            let value = number(records.field(k)).ok_or_else(|| {
                let hint = hint(request, row, names.is_some(), rows.weights() == Some(k), records.field(k));
                not_a_number(records.field(k), hint)
            });
            value
                .and_then(|value| rows.put(row, k, value))
                .map_err(|message| Failure::data(format!("{}:{line}:{}: {message}", request.name, k + 1)))?;
        }
        row += 1;
        next = records.next(request)?;
    }
    if row == 0 {
        return Err(request.failure(format!("no numbers below the header in line {first_line}")));
    }
    Ok(rows.finish(request, names))
}

const HEADER_HINT: &str = ": if this line is a header, --header yes says so";

/// Whole numbers from 1800 to 2199, all different.
fn are_years<'f>(fields: impl Iterator<Item = &'f [u8]>) -> bool {
    let year = |field| number(field).filter(|year| year.fract() == 0.0 && (1800.0..2200.0).contains(year));
    let mut seen = HashSet::new();
    fields.into_iter().all(|field| year(field).is_some_and(|year| seen.insert(year as u32)))
}

fn text(field: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(field)
}

/// What the user may have meant.
fn hint(request: &Request<'_>, row: usize, has_names: bool, is_weight: bool, field: &[u8]) -> &'static str {
    let with_point = text(field).replacen(',', ".", 1);
    match (request.reading.header, &request.reading.columns) {
        _ if field.contains(&b',') && number(with_point.as_bytes()).is_some() => {
            ": write decimal points, as tr , . < FILE | sinkhorn ... - does on the way"
        }
        _ if is_weight => ", as the --weights-column must be",
        // Text in the first row below a header is likely to be a column of it.
        (_, None) if row == 0 && has_names => ": choose the columns that are, with --columns",
        (Header::Auto, _) if row == 0 && !has_names => HEADER_HINT,
        _ => "",
    }
}

fn not_a_number(field: &[u8], hint: &str) -> String {
    let text = text(field);
    if text.is_empty() {
        return "the field is empty where a number is needed".into();
    }
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}... is not a number{hint}", &text[..end]),
        None => format!("{text:?} is not a number{hint}"),
    }
}
