//! CSV: separator and header are found out, errors name line and column as an editor counts them.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};
use sinkhorn_core::Real;

use super::{Sign, Table, check};
use crate::failure::Failure;

/// Reads text.
pub fn parse<T: Real>(name: &str, bytes: &[u8], sign: Sign) -> Result<Table<T>, Failure> {
    if let Some(offset) = bytes.iter().position(|&byte| byte == 0) {
        return Err(Failure::data(format!("{name}: neither CSV nor NPY: byte {offset} is zero")));
    }
    let delimiter = delimiter(bytes);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true) // counted here, where columns separated by several blanks are known
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .from_reader(bytes);
    let mut table = Table { name: name.into(), rows: 0, columns: 0, values: Vec::new(), header: false };
    let mut first_line = 0;
    let mut record = ByteRecord::new();
    loop {
        let before = reader.position().byte() as usize;
        let place = || Place { name, line: line_at(bytes, before) };
        if !reader.read_byte_record(&mut record).map_err(|error| place().failure(&error.to_string()))? {
            break;
        }
        let fields = || record.iter().filter(|field| delimiter != b' ' || !field.is_empty());
        let count = fields().count();
        let blank = |field: &[u8]| !field.is_empty() && field.trim_ascii().is_empty();
        if count == 0 || (count == 1 && fields().all(blank)) {
            continue; // a line of blanks; a quoted nothing is a missing number
        }
        if table.columns == 0 {
            (table.columns, first_line) = (count, place().line);
            // A line with some numbers is data with a slip in it: to skip it would lose a point without a word.
            table.header = !fields().any(|field| number(field).is_some());
            if table.header {
                continue;
            }
        }
        if count != table.columns {
            let expected = table.columns;
            return Err(place().failure(&format!("{}, where line {first_line} has {expected}", plural(count, "field"))));
        }
        for (k, field) in fields().enumerate() {
            let value = number(field).ok_or_else(|| place().at(k, &not_a_number(field)))?;
            table.values.push(check(value, sign).map_err(|message| place().at(k, &message))?);
        }
        table.rows += 1;
    }
    match (table.rows, table.header) {
        (0, true) => Err(Failure::data(format!("{name}: no numbers below the header in line {first_line}"))),
        (0, false) => Err(Failure::data(format!("{name}: the file has no data"))),
        _ => Ok(table),
    }
}

struct Place<'a> {
    name: &'a str,
    line: usize,
}

impl Place<'_> {
    fn failure(&self, message: &str) -> Failure {
        Failure::data(format!("{}:{}: {message}", self.name, self.line))
    }

    fn at(&self, field: usize, message: &str) -> Failure {
        Failure::data(format!("{}:{}:{}: {message}", self.name, self.line, field + 1))
    }
}

fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field.trim_ascii()).ok()?.parse().ok()
}

fn not_a_number(field: &[u8]) -> String {
    let text: Cow<'_, str> = String::from_utf8_lossy(field.trim_ascii());
    if text.is_empty() {
        return "the field is empty where a number is needed".into();
    }
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}... is not a number", &text[..end]),
        None => format!("{text:?} is not a number"),
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The separator of the first line that is not a comment: a semicolon beats a comma, which may be a decimal one.
fn delimiter(bytes: &[u8]) -> u8 {
    let blank = |line: &&[u8]| line.trim_ascii().is_empty() || line.starts_with(b"#");
    let line = bytes.split(|&byte| byte == b'\n').find(|line| !blank(line)).unwrap_or_default();
    let mut quoted = false;
    let mut seen = [false; 256];
    for &byte in line.trim_ascii() {
        quoted ^= byte == b'"';
        seen[usize::from(byte)] |= !quoted;
    }
    b";\t, ".iter().copied().find(|&byte| seen[usize::from(byte)]).unwrap_or(b',')
}

/// The line, from 1, of the record that a reader standing at `offset` reads next. The reader's own count is of where it
/// stands: before the blank lines and comments that it is about to skip.
fn line_at(bytes: &[u8], offset: usize) -> usize {
    let mut start = offset;
    loop {
        match bytes.get(start) {
            Some(b'\n' | b'\r') => start += 1,
            Some(b'#') => {
                start += bytes[start..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - start);
            }
            _ => break,
        }
    }
    1 + bytes[..start].iter().filter(|&&byte| byte == b'\n').count()
}
