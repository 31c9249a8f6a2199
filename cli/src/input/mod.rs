//! Files into tables of numbers. What a file is, its first bytes say, not its name.
//!
//! Everything is read as a stream: beside the numbers, only buffers are in memory. An NPZ archive on standard input is
//! the exception, as its list of contents comes last.

mod columns;
mod csv;
mod json;
mod json_row;
mod lines;
mod npy;
mod npz;
mod records;
mod rounding;
mod rows;
mod separator;
mod source;
mod weights;

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use sinkhorn_core::Real;

use crate::failure::Failure;

use rounding::Range;

pub use columns::{Column, Columns, Header, Reading, listed};
pub use rounding::check_rounding;
pub use source::{Source, source_parser};
pub use weights::{Scale, column_weights, weights};

/// Rows of numbers, all finite in `T`, none negative where that was asked for; at least one row and one column.
#[derive(Debug)]
pub struct Table<T> {
    /// The source, as it was typed.
    pub name: String,
    pub rows: usize,
    pub columns: usize,
    /// Row after row.
    pub values: Vec<T>,
    /// Of the columns kept, where the file has a header, or objects with keys.
    pub names: Option<Vec<String>>,
    /// The columns that were asked for, in words.
    pub picked: Option<String>,
    /// The column of weights, in a word.
    pub weights_column: Option<String>,
    /// The name of a first column that is no coordinate, but counts the rows or tells them apart.
    pub left_out: Option<String>,
    /// Of the column of weights, as they are in the file; not negative.
    pub weights: Option<Vec<f64>>,
    /// Of each coordinate, where the precision rounds; else empty.
    ranges: Vec<Range>,
}

impl<T: Copy> Table<T> {
    /// Some of the rows, by their numbers.
    pub fn with_rows(&self, rows: &[usize]) -> Self {
        let row = |&row: &usize| self.values[row * self.columns..][..self.columns].iter().copied();
        Table {
            name: self.name.clone(),
            rows: rows.len(),
            columns: self.columns,
            values: rows.iter().flat_map(row).collect(),
            names: None,
            picked: None,
            weights_column: None,
            left_out: None,
            weights: None,
            ranges: Vec::new(),
        }
    }
}

impl<T> Table<T> {
    /// Whether the columns have names.
    pub fn has_header(&self) -> bool {
        self.names.is_some()
    }
}

/// What numbers a table may hold besides finite ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Any,
    NotNegative,
}

/// What is wanted, and from where.
#[derive(Debug, Clone, Copy)]
struct Request<'a> {
    /// For messages.
    name: &'a str,
    path: Option<&'a Path>,
    array: Option<&'a str>,
    reading: &'a Reading,
    sign: Sign,
}

/// Enough to tell the formats apart.
const HEAD: u64 = 4096;

/// How a file of UTF-8 may begin.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How files begin that are not read, and what to do with them.
const OTHERS: [(&[u8], &str); 8] = [
    (b"\x1f\x8b", "compressed with gzip: unpack it on the way, zcat FILE | sinkhorn ... -"),
    (b"\xfd7zXZ\0", "compressed with xz: unpack it on the way, xzcat FILE | sinkhorn ... -"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it on the way, zstdcat FILE | sinkhorn ... -"),
    (b"BZh", "compressed with bzip2: unpack it on the way, bzcat FILE | sinkhorn ... -"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook: save the sheet as CSV"),
    (b"PAR1", "a Parquet file: save it as CSV or NPY"),
    (b"ARROW1", "an Arrow file: save it as CSV or NPY"),
    (b"\x89HDF", "an HDF5 file: save its arrays as NPY"),
];

/// Reads a source.
pub fn read<T: Real>(source: &Source, reading: &Reading, sign: Sign) -> Result<Table<T>, Failure> {
    let name = source.name();
    let request = Request { name: &name, path: source.path(), array: source.array(), reading, sign };
    let Some(path) = source.path() else {
        return from_stream(&request, io::stdin().lock());
    };
    let file = File::open(path).map_err(|error| {
        Failure::io(if request.array.is_some() { path.display().to_string() } else { name.clone() }, &error)
    })?;
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => from_file(&request, file, metadata.len()),
        _ => from_stream(&request, file), // a pipe; a directory is refused when it is read
    }
}

/// Reads data that is part of the program.
pub fn parse<T: Real>(name: &str, bytes: &[u8], reading: &Reading, sign: Sign) -> Result<Table<T>, Failure> {
    let request = Request { name, path: Some(Path::new(name)), array: None, reading, sign };
    from_file(&request, Cursor::new(bytes), bytes.len() as u64)
}

fn from_file<T: Real>(request: &Request<'_>, mut file: impl Read + Seek, length: u64) -> Result<Table<T>, Failure> {
    let head = request.head(&mut file)?;
    if npz::begins(&head) {
        file.rewind().map_err(|error| request.broken(&error))?;
        return npz::read(request, file, length);
    }
    from_head(request, &head, &mut file, Some(length))
}

fn from_stream<T: Real>(request: &Request<'_>, mut stream: impl Read) -> Result<Table<T>, Failure> {
    let mut head = request.head(&mut stream)?;
    if npz::begins(&head) {
        stream.read_to_end(&mut head).map_err(|error| request.broken(&error))?;
        let length = head.len() as u64;
        return npz::read(request, Cursor::new(head), length);
    }
    from_head(request, &head, &mut stream, None)
}

/// Reads what begins with `head` and goes on with `rest`.
fn from_head<T: Real>(
    request: &Request<'_>,
    head: &[u8],
    rest: &mut dyn Read,
    length: Option<u64>,
) -> Result<Table<T>, Failure> {
    if head.starts_with(npy::MAGIC) {
        let available = npy::Available { bytes: length, numbers: u64::MAX };
        return npy::read(request, head.chain(rest), available);
    }
    if let Some((_, advice)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(request.failure(advice));
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(request.failure("the text is UTF-16: save it as UTF-8"));
    }
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let lines = lines::Lines::new(text.chain(rest), (head.len() - text.len()) as u64);
    match json::layout(text) {
        Some(layout) => json::read(request, layout, lines, length),
        None => csv::read(request, lines, length),
    }
}

impl Request<'_> {
    /// The first bytes; a pipe may hand them out one by one.
    fn head(&self, reader: &mut impl Read) -> Result<Vec<u8>, Failure> {
        let mut head = Vec::new();
        reader.take(HEAD).read_to_end(&mut head).map_err(|error| self.broken(&error))?;
        if head.is_empty() {
            return Err(self.failure("the file is empty"));
        }
        if (self.is_called("npz") || self.array.is_some()) && !npz::begins(&head) {
            return Err(self.failure("not an NPZ archive: its first bytes are not those of a zip file"));
        }
        if self.is_called("npy") && !head.starts_with(npy::MAGIC) {
            return Err(self.failure("not an NPY file: its first bytes are not those of NumPy's format"));
        }
        Ok(head)
    }

    fn is_called(&self, extension: &str) -> bool {
        let found = self.path.and_then(Path::extension);
        found.is_some_and(|found| found.eq_ignore_ascii_case(extension))
    }

    fn failure(&self, message: impl AsRef<str>) -> Failure {
        Failure::data(format!("{}: {}", self.name, message.as_ref()))
    }

    /// Reading failed: by the system, or because of what is in the file.
    fn broken(&self, error: &io::Error) -> Failure {
        if error.raw_os_error().is_some() { Failure::io(self.name, error) } else { self.failure(error.to_string()) }
    }
}

/// A number as it is written, if it is one.
fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The number in the precision of the solve, or what is wrong with it.
fn check<T: Real>(value: f64, sign: Sign) -> Result<T, String> {
    if !value.is_finite() {
        return Err(format!("{value} is not a finite number"));
    }
    if sign == Sign::NotNegative && value < 0.0 {
        return Err(format!("{value} is negative: a weight must not be"));
    }
    let number = T::constant(value);
    if number.is_finite() { Ok(number) } else { Err(format!("{value:?} is too large for f32")) }
}

/// The names of the columns of both sides, where both have some, are the same in the same order.
pub fn check_names<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    let (Some(p), Some(q)) = (&x.names, &y.names) else { return Ok(()) };
    if p == q {
        return Ok(());
    }
    let list = |names: &[String]| columns::listed(names.iter().map(String::as_str));
    Err(Failure::data(format!(
        "{} has the columns {} and {} has {}: choose those that belong together, with --columns and --columns-y",
        x.name,
        list(p),
        y.name,
        list(q)
    )))
}

/// Points of the same dimension on both sides.
pub fn check_dimensions<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    if x.columns == y.columns {
        return Ok(());
    }
    let (p, q) = (x.columns, y.columns);
    let message = format!("{} holds points of dimension {p} and {} of dimension {q}: they must agree", x.name, y.name);
    Err(Failure::data(message))
}
