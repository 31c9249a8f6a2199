//! JSON: a row a line, or one array of all rows.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use sinkhorn_core::Real;

use super::json_row::Row;
use super::lines::Lines;
use super::request::Request;
use super::rows::Rows;
use super::table::Table;
use crate::process::Failure;

const BUFFER: usize = 1 << 16;

/// How rows follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Lines,
    Document,
}

/// The layout of what begins like that, if it is JSON at all.
pub fn layout(text: &[u8]) -> Option<Layout> {
    let mut seen = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (seen.next()?, seen.next()) {
        (b'[', Some(b'[' | b'{')) => Some(Layout::Document),
        (b'[' | b'{', _) => Some(Layout::Lines),
        _ => None,
    }
}

/// Reads rows in that layout.
pub fn read<T: Real>(
    request: &Request<'_>,
    layout: Layout,
    lines: Lines<impl Read>,
    length: Option<u64>,
) -> Result<Table<T>, Failure> {
    let mut lines = BufReader::with_capacity(BUFFER, lines);
    let mut reading = JsonTable { request: *request, length, first: None };
    match layout {
        Layout::Lines => read_lines(&mut reading, &mut lines)?,
        Layout::Document => read_document(&mut reading, &mut lines)?,
    }
    match reading.first {
        Some(first) => Ok(first.rows.finish(request, first.keys)),
        None => Err(request.failure("the file has no data")),
    }
}

fn read_lines<T: Real>(table: &mut JsonTable<'_, T>, lines: &mut impl BufRead) -> Result<(), Failure> {
    let request = table.request;
    let (mut text, mut bytes) = (Vec::new(), 0);
    for line in 1.. {
        text.clear();
        bytes += match lines.read_until(b'\n', &mut text).map_err(|error| request.broken(&error))? {
            0 => break,
            count => count as u64,
        };
        if text.trim_ascii().is_empty() {
            continue;
        }
        let place = Place::Line(line);
        let row = serde_json::from_slice(&text).map_err(|error| {
            // A line is all that the parser has seen.
            let reason =
                error.to_string().replace(" at line 1 column ", " at column ").replace(" at line 2 column 0", "");
            place.failure(&request, &format!("a line must be one JSON array or object: {reason}"))
        })?;
        table.take(place, row, bytes)?;
    }
    Ok(())
}

fn read_document<T: Real>(table: &mut JsonTable<'_, T>, text: &mut impl Read) -> Result<(), Failure> {
    let request = table.request;
    let mut failure = None;
    let mut parser = serde_json::Deserializer::from_reader(text);
    let outcome = AllRows { table, failure: &mut failure }.deserialize(&mut parser).and_then(|()| parser.end());
    match (failure, outcome) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) if error.is_io() => Err(request.broken(&io::Error::from(error))),
        (None, Err(error)) => Err(request.failure(format!("damaged JSON: {error}"))),
        (None, Ok(())) => Ok(()),
    }
}

/// Takes the rows of a document one by one; what is wrong with one is put aside, as the parser has its own errors.
struct AllRows<'a, 'b, T> {
    table: &'a mut JsonTable<'b, T>,
    failure: &'a mut Option<Failure>,
}

impl<'de, T: Real> DeserializeSeed<'de> for AllRows<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Real> Visitor<'de> for AllRows<'_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(row) = sequence.next_element()? {
            if let Err(failure) = self.table.take(Place::Row(index), row, 0) {
                *self.failure = Some(failure);
                return Err(A::Error::custom("refused"));
            }
            index += 1;
        }
        Ok(())
    }
}

/// A table, and the row that all others must be like.
struct JsonTable<'a, T> {
    request: Request<'a>,
    length: Option<u64>,
    first: Option<First<T>>,
}

struct First<T> {
    place: Place,
    keys: Option<Vec<String>>,
    /// Where each key is in the first row.
    places: HashMap<String, usize>,
    columns: usize,
    rows: Rows<T>,
    count: usize,
}

impl<T: Real> JsonTable<'_, T> {
    /// Adds a row, the last of so many bytes.
    fn take(&mut self, place: Place, row: Row, bytes: u64) -> Result<(), Failure> {
        let request = self.request;
        let first = match &mut self.first {
            Some(first) => first,
            None => self.first.insert(First::new(&request, place, &row)?),
        };
        let order = first.order(&row).map_err(|message| place.failure(&request, &message))?;
        first.rows.advance(bytes, self.length);
        for at in 0..row.numbers.len() {
            let k = order.as_ref().map_or(at, |order| order[at]);
            if !first.rows.wants(k) {
                continue;
            }
            let number = row.number(at).map_err(|what| format!("{what} is not a number"));
            number.and_then(|value| first.rows.put(first.count, k, value)).map_err(|message| match &first.keys {
                Some(keys) => place.failure(&request, &format!("{:?}: {message}", keys[k])),
                None => place.entry_failure(&request, k, &message),
            })?;
        }
        first.count += 1;
        Ok(())
    }
}

/// A key that is there more than once.
fn repeated(keys: &[String]) -> Option<&String> {
    let mut sorted: Vec<_> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

impl<T: Real> First<T> {
    fn new(request: &Request<'_>, place: Place, row: &Row) -> Result<Self, Failure> {
        let columns = row.numbers.len();
        if columns == 0 {
            return Err(place.failure(request, "there are no numbers"));
        }
        if let Some(twice) = row.keys.as_deref().and_then(repeated) {
            return Err(place.failure(request, &format!("{twice:?} is there twice")));
        }
        let rows = Rows::new(request, request.reading.choose(request.name, columns, row.keys.as_deref())?);
        let places = row.keys.iter().flatten().cloned().zip(0..).collect();
        Ok(First { place, keys: row.keys.clone(), places, columns, rows, count: 0 })
    }

    /// Which entry of the first row each of these is, whatever the order of their keys; `None` where all are at their
    /// places.
    fn order(&self, row: &Row) -> Result<Option<Vec<usize>>, String> {
        let place = self.place;
        match (&self.keys, &row.keys) {
            (Some(_), None) => Err(format!("an array, where {place} is an object")),
            (None, Some(_)) => Err(format!("an object, where {place} is an array")),
            (None, None) if row.numbers.len() != self.columns => {
                let count = row.numbers.len();
                let found = if count == 1 { "1 entry".into() } else { format!("{count} entries") };
                Err(format!("{found}, where {place} has {}", self.columns))
            }
            (None, None) => Ok(None),
            (Some(keys), Some(found)) => {
                if keys == found {
                    return Ok(None); // whose keys differ from each other, as those of the first row do
                }
                if let Some(twice) = repeated(found) {
                    return Err(format!("{twice:?} is there twice"));
                }
                let at = |key| self.places.get(key).copied().ok_or(format!("{key:?} is there, which {place} has not"));
                let order: Vec<usize> = found.iter().map(at).collect::<Result<_, _>>()?;
                if order.len() < keys.len() {
                    let found: HashSet<_> = found.iter().collect();
                    let missing = keys.iter().find(|key| !found.contains(key));
                    return Err(format!("{:?} is missing", missing.map_or("a key", String::as_str)));
                }
                Ok(Some(order))
            }
        }
    }
}

/// A line, from 1; or a row of a document, from 0, as lines mean nothing there.
#[derive(Debug, Clone, Copy)]
enum Place {
    Line(usize),
    Row(usize),
}

impl Place {
    fn failure(self, request: &Request<'_>, message: &str) -> Failure {
        let name = request.name;
        Failure::data(match self {
            Place::Line(line) => format!("{name}:{line}: {message}"),
            Place::Row(row) => format!("{name}[{row}]: {message}"),
        })
    }

    fn entry_failure(self, request: &Request<'_>, k: usize, message: &str) -> Failure {
        let name = request.name;
        Failure::data(match self {
            Place::Line(line) => format!("{name}:{line}:{}: {message}", k + 1),
            Place::Row(row) => format!("{name}[{row}, {k}]: {message}"),
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(line) => write!(f, "line {line}"),
            Place::Row(row) => write!(f, "row [{row}]"),
        }
    }
}
