//! CSV: separator and header are found out, errors name line and column as an editor counts them.

use std::borrow::Cow;
use std::io::Read;

use sinkhorn_core::Real;

use super::lines::Lines;
use super::records::Records;
use super::rows::Rows;
use super::{Header, Request, Table, plural};
use crate::failure::Failure;

/// Reads text.
pub fn read<T: Real>(request: &Request<'_>, lines: Lines<impl Read>, length: Option<u64>) -> Result<Table<T>, Failure> {
    let mut records = Records::new(request, lines)?;
    let Some(first_line) = records.next(request)? else {
        return Err(request.failure("the file has no data"));
    };
    let count = records.count();
    let names = is_header(request, &records).then(|| (0..count).map(|k| text(records.field(k)).into()).collect());
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
            // Text in the first row below a header is likely to be a column of it.
            let hint = row == 0 && names.is_some() && request.reading.columns.is_none();
            let value = number(records.field(k)).ok_or_else(|| not_a_number(records.field(k), hint));
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
    Ok(rows.finish(request.name, names))
}

/// A line with some numbers is data with a slip in it: to skip it would lose a point without a word.
fn is_header<R: Read>(request: &Request<'_>, records: &Records<R>) -> bool {
    match request.reading.header {
        Header::Yes => true,
        Header::No => false,
        Header::Auto => (0..records.count()).all(|k| number(records.field(k)).is_none()),
    }
}

fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

fn text(field: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(field)
}

fn not_a_number(field: &[u8], hint: bool) -> String {
    let text = text(field);
    if text.is_empty() {
        return "the field is empty where a number is needed".into();
    }
    let hint = if hint { ": choose the columns that are, with --columns" } else { "" };
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}... is not a number{hint}", &text[..end]),
        None => format!("{text:?} is not a number{hint}"),
    }
}
