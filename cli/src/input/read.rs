//! A source into a table, by its first bytes.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use sinkhorn_core::Real;

use super::columns::Reading;
use super::request::Request;
use super::source::Source;
use super::table::{Sign, Table};
use super::{csv, json, lines, npy, npz};
use crate::process::Failure;

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
    let head = head(request, &mut file)?;
    if npz::begins(&head) {
        file.rewind().map_err(|error| request.broken(&error))?;
        return npz::read(request, file, length);
    }
    from_head(request, &head, &mut file, Some(length))
}

fn from_stream<T: Real>(request: &Request<'_>, mut stream: impl Read) -> Result<Table<T>, Failure> {
    let mut head = head(request, &mut stream)?;
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

/// The first bytes; a pipe may hand them out one by one.
fn head(request: &Request<'_>, reader: &mut impl Read) -> Result<Vec<u8>, Failure> {
    let mut head = Vec::new();
    reader.take(HEAD).read_to_end(&mut head).map_err(|error| request.broken(&error))?;
    if head.is_empty() {
        return Err(request.failure("the file is empty"));
    }
    if (request.is_called("npz") || request.array.is_some()) && !npz::begins(&head) {
        return Err(request.failure("not an NPZ archive: its first bytes are not those of a zip file"));
    }
    if request.is_called("npy") && !head.starts_with(npy::MAGIC) {
        return Err(request.failure("not an NPY file: its first bytes are not those of NumPy's format"));
    }
    Ok(head)
}
