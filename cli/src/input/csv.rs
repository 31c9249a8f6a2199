//! CSV: separator and header are found out, errors name line and column as an editor counts them.

use std::borrow::Cow;
use std::io::Read;

use sinkhorn_core::Real;

use super::lines::Lines;
use super::records::{Records, is_header};
use super::rows::Rows;
use super::{Header, Request, Table, number};
use crate::failure::Failure;
use crate::render::plural;

/// Reads text.
pub fn read<T: Real>(request: &Request<'_>, lines: Lines<impl Read>, length: Option<u64>) -> Result<Table<T>, Failure> {
    let mut records = Records::new(request, lines)?;
    let Some(first_line) = records.next(request)? else {
        return Err(request.failure("the file has no data"));
    };
    let count = records.count();
    let fields = (0..count).map(|k| records.field(k));
    let names = is_header(request, fields).then(|| (0..count).map(|k| text(records.field(k)).into()).collect());
    let chosen = request.reading.choose(request.name, count, names.as_deref())?;
    let mut rows = Rows::new(request, chosen);
    let mut row = 0;
    let mut next = if names.is_none() { Some(first_line) } else { records.next(request)? };
    while let Some(line) = next {
        if records.count() != count {
            let found = plural(records.count(), "field");
            return Err(Failure::data(format!(
                "{}:{line}: {found}, where line {first_line} has {count}",
                request.name
            )));
        }
        rows.advance(records.bytes(), length);
        for k in 0..count {
            if !rows.wants(k) {
                continue;
            }
            let value = number(records.field(k)).ok_or_else(|| {
                let hint = hint(request, row, names.is_some(), rows.weights() == Some(k));
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

fn text(field: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(field)
}

/// What the user may have meant.
fn hint(request: &Request<'_>, row: usize, has_names: bool, is_weight: bool) -> &'static str {
    match (request.reading.header, &request.reading.columns) {
        _ if is_weight => ", as the --weights-column must be",
        // Text in the first row below a header is likely to be a column of it.
        (_, None) if row == 0 && has_names => ": choose the columns that are, with --columns",
        (Header::Auto, _) if row == 0 && !has_names => ": if this line is a header, --header yes says so",
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
