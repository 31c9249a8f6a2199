//! NPY: numbers and truth values with one or two axes, in either order of axes and bytes.

use std::io::{self, BufReader, ErrorKind, Read};

use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};
use sinkhorn_core::Real;

use super::request::Request;
use super::rows::Rows;
use super::table::Table;
use crate::process::Failure;

/// How every NPY file begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// A header of an array of plain numbers is about 120 bytes; longer ones are not handed to a recursive parser.
const LONGEST_HEADER: usize = 1000;

/// Brackets within brackets: a header of an array of plain numbers has two. The time of the parser doubles with every
/// one.
const DEEPEST_HEADER: usize = 4;

const BUFFER: usize = 1 << 16;

/// What a header must not claim more than.
#[derive(Debug, Clone, Copy)]
pub struct Available {
    /// The length of the file, header included, where it is known.
    pub bytes: Option<u64>,
    /// Of an array in an archive; no limit otherwise.
    pub numbers: u64,
}

/// Reads an array; one axis makes points of dimension 1.
pub fn read<T: Real>(request: &Request<'_>, reader: impl Read, available: Available) -> Result<Table<T>, Failure> {
    let mut reader = BufReader::with_capacity(BUFFER, reader);
    let Some(bytes) = header_bytes(&mut reader).map_err(|error| request.broken(&error))? else {
        return Err(request.failure("damaged NPY header, or not an array of numbers"));
    };
    if !is_shallow(&bytes) {
        return Err(request.failure("damaged NPY header, or not an array of numbers"));
    }
    if !is_countable(&bytes) {
        return Err(request.failure("the shape in the NPY header needs more than memory holds"));
    }
    let header = NpyHeader::from_reader(&bytes[..]).map_err(|error| damaged(request, &error))?;
    let available = Available { bytes: available.bytes.map(|all| all.saturating_sub(bytes.len() as u64)), ..available };
    let array = Array::new(request, &header, available)?;
    let chosen = request.reading.choose(request.name, array.columns, None)?;
    let mut rows = Rows::new(request, chosen);
    let dtype = header.dtype();
    let mut entries = entries(header, &mut reader).ok_or_else(|| {
        let descr = dtype.descr();
        request
            .failure(format!("entries of type {descr} where f4, f8, booleans or integers of 1 to 8 bytes are needed"))
    })?;
    array.fill(request, &mut rows, &mut *entries, available.bytes.is_some())?;
    Ok(rows.finish(request, None))
}

/// The header with what is before it; `None` where that makes no sense.
fn header_bytes(reader: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(10).read_to_end(&mut bytes)?;
    let length = match bytes[..] {
        [.., 1, _, low, high] if bytes.len() == 10 => usize::from(u16::from_le_bytes([low, high])),
        [.., low, high] if bytes.len() == 10 => {
            let mut rest = Vec::new();
            reader.take(2).read_to_end(&mut rest)?;
            let [third, fourth] = rest[..] else { return Ok(None) };
            bytes.extend(rest);
            usize::try_from(u32::from_le_bytes([low, high, third, fourth])).unwrap_or(usize::MAX)
        }
        _ => return Ok(None),
    };
    if length > LONGEST_HEADER {
        return Ok(None);
    }
    reader.take(length as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Whether brackets are nested no deeper than the parser is fast; those within quotes count, as no header of numbers
/// has them.
fn is_shallow(header: &[u8]) -> bool {
    let depth = |depth: Option<usize>, byte: &u8| match byte {
        b'(' | b'[' | b'{' => depth.map(|depth| depth + 1).filter(|&depth| depth <= DEEPEST_HEADER),
        b')' | b']' | b'}' => depth.map(|depth| depth.saturating_sub(1)),
        _ => depth,
    };
    header.iter().fold(Some(0), depth).is_some()
}

/// Whether the number of entries is one of 64 bits: the parser multiplies without asking.
fn is_countable(header: &[u8]) -> bool {
    let text = String::from_utf8_lossy(header);
    let Some((_, shape)) = text.split_once("shape") else { return true };
    let shape = shape.split([')', ']']).next().unwrap_or_default();
    let sizes = shape.split(|digit: char| !digit.is_ascii_digit()).filter(|size| !size.is_empty());
    sizes.map(|size| size.parse().ok()).try_fold(1_u64, |product, size| product.checked_mul(size?)).is_some()
}

fn damaged(request: &Request<'_>, error: &io::Error) -> Failure {
    // A syntax error comes with a drawing of the place on further lines.
    let text = error.to_string();
    request.failure(format!("damaged NPY header: {}", text.split(": syntax error").next().unwrap_or(&text)))
}

/// What a header says, checked against what there is.
struct Array {
    rows: usize,
    columns: usize,
    shape: Vec<u64>,
    order: Order,
}

impl Array {
    fn new(request: &Request<'_>, header: &NpyHeader, available: Available) -> Result<Self, Failure> {
        let shape = header.shape().to_vec();
        let axes = match shape[..] {
            [n] => (n, 1),
            [n, d] => (n, d),
            _ => return Err(request.failure(format!("the array has {} axes where one or two are needed", shape.len()))),
        };
        let [rows, columns] = [axes.0, axes.1].map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        if rows == 0 || columns == 0 {
            return Err(request.failure(format!("the array has no entries (shape {shape:?})")));
        }
        let item = header.dtype().num_bytes().unwrap_or(0);
        let Some(needed) = rows.checked_mul(columns).and_then(|count| count.checked_mul(item)) else {
            return Err(request.failure("the shape in the NPY header needs more than memory holds"));
        };
        if (rows * columns) as u64 > available.numbers {
            return Err(request.too_large(available.numbers * 8));
        }
        if let Some(available) = available.bytes.filter(|&available| available < needed as u64) {
            let message = format!("cut short: {available} bytes of data where shape {shape:?} needs {needed} bytes");
            return Err(request.failure(message));
        }
        Ok(Array { rows, columns, shape, order: header.order() })
    }

    /// Puts every entry at its place, as it comes.
    fn fill<T: Real>(
        &self,
        request: &Request<'_>,
        rows: &mut Rows<T>,
        entries: &mut dyn Iterator<Item = io::Result<f64>>,
        is_complete: bool,
    ) -> Result<(), Failure> {
        let by_row = self.order == Order::C;
        if !by_row {
            rows.clear(self.rows).map_err(|message| request.failure(message))?;
        } else if is_complete {
            rows.reserve(self.rows).map_err(|message| request.failure(message))?;
        }
        let (outer, inner) = if by_row { (self.rows, self.columns) } else { (self.columns, self.rows) };
        for p in 0..outer {
            for q in 0..inner {
                let (i, k) = if by_row { (p, q) } else { (q, p) };
                let value = match entries.next() {
                    Some(Ok(value)) => value,
                    Some(Err(error)) if error.kind() != ErrorKind::UnexpectedEof => return Err(request.broken(&error)),
                    _ => return Err(self.cut_short(request, p * inner + q)),
                };
                if rows.wants(k) {
                    rows.put(i, k, value).map_err(|message| self.wrong(request, i, k, &message))?;
                }
            }
        }
        Ok(())
    }

    fn cut_short(&self, request: &Request<'_>, count: usize) -> Failure {
        let (shape, needed) = (&self.shape, self.rows * self.columns);
        request.failure(format!("cut short: {count} entries where shape {shape:?} needs {needed}"))
    }

    fn wrong(&self, request: &Request<'_>, i: usize, k: usize, message: &str) -> Failure {
        let place = if self.shape.len() == 1 { format!("[{i}]") } else { format!("[{i}, {k}]") };
        Failure::data(format!("{}{place}: {message}", request.name))
    }
}

type Entries<'a> = Box<dyn Iterator<Item = io::Result<f64>> + 'a>;

/// All entries in the order of the file; `None` for a type that is not read.
fn entries<'a>(header: NpyHeader, reader: impl Read + 'a) -> Option<Entries<'a>> {
    let DType::Plain(plain) = header.dtype() else { return None };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 8) => widened::<f64>(header, reader, |value| value),
        (TypeChar::Float, 4) => widened::<f32>(header, reader, f64::from),
        (TypeChar::Int, 1) => widened::<i8>(header, reader, f64::from),
        (TypeChar::Int, 2) => widened::<i16>(header, reader, f64::from),
        (TypeChar::Int, 4) => widened::<i32>(header, reader, f64::from),
        (TypeChar::Int, 8) => widened::<i64>(header, reader, |value| value as f64),
        (TypeChar::Uint, 1) => widened::<u8>(header, reader, f64::from),
        (TypeChar::Uint, 2) => widened::<u16>(header, reader, f64::from),
        (TypeChar::Uint, 4) => widened::<u32>(header, reader, f64::from),
        (TypeChar::Uint, 8) => widened::<u64>(header, reader, |value| value as f64),
        (TypeChar::Bool, 1) => widened::<bool>(header, reader, f64::from),
        _ => None,
    }
}

fn widened<'a, N: Deserialize + 'a>(
    header: NpyHeader,
    reader: impl Read + 'a,
    widen: impl Fn(N) -> f64 + 'a,
) -> Option<Entries<'a>> {
    let data = NpyFile::with_header(header, reader).data::<N>().ok()?;
    Some(Box::new(data.map(move |entry| entry.map(&widen))))
}
