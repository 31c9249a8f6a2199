//! NPY: floating-point and integer arrays with one or two axes, in either order of axes and bytes.

use npyz::{DType, Deserialize, NpyFile, Order, TypeChar};
use sinkhorn_core::Real;

use super::{Sign, Table, check};
use crate::failure::Failure;

/// How every NPY file begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// A header of an array of plain numbers is about 120 bytes; longer ones are not handed to a recursive parser.
const LONGEST_HEADER: usize = 1000;

/// Reads an array; one axis makes points of dimension 1.
pub fn parse<T: Real>(name: &str, bytes: &[u8], sign: Sign) -> Result<Table<T>, Failure> {
    let refuse = |message: String| Failure::data(format!("{name}: {message}"));
    let broken = |error: std::io::Error| {
        // A syntax error comes with a drawing of the place on further lines.
        let text = error.to_string();
        refuse(format!("damaged NPY header: {}", text.split(": syntax error").next().unwrap_or(&text)))
    };
    if header_len(bytes).is_none_or(|length| length > LONGEST_HEADER) {
        return Err(refuse("damaged NPY header, or not an array of numbers".into()));
    }
    let mut rest = bytes;
    let file = NpyFile::new(&mut rest).map_err(broken)?;
    let (shape, order, dtype) = (file.shape().to_vec(), file.order(), file.dtype());
    drop(file);

    let axes = match shape[..] {
        [n] => Some((n, 1)),
        [n, d] => Some((n, d)),
        _ => return Err(refuse(format!("the array has {} axes where one or two are needed", shape.len()))),
    };
    let size = |(n, d): (u64, u64)| Some((usize::try_from(n).ok()?, usize::try_from(d).ok()?));
    let ((rows, columns), one_axis) = (axes.and_then(size).unwrap_or((usize::MAX, usize::MAX)), shape.len() == 1);
    if rows == 0 || columns == 0 {
        return Err(refuse(format!("the array has no entries (shape {shape:?})")));
    }
    let item = dtype.num_bytes().unwrap_or(0);
    let needed = rows.checked_mul(columns).and_then(|count| count.checked_mul(item));
    if needed.is_none_or(|needed| rest.len() < needed) {
        let needed = needed.map_or_else(|| "more than memory holds".into(), |needed| format!("{needed} bytes"));
        return Err(refuse(format!("cut short: {} bytes of data where shape {shape:?} needs {needed}", rest.len())));
    }

    let values = numbers(bytes, &dtype).ok_or_else(|| {
        refuse(format!("entries of type {} where numbers of 1 to 8 bytes are needed (f4, f8, integers)", dtype.descr()))
    })?;
    let mut table = Table { name: name.into(), rows, columns, values: Vec::new(), header: false };
    table.values.reserve_exact(values.len());
    for i in 0..rows {
        for k in 0..columns {
            let index = if order == Order::C { i * columns + k } else { k * rows + i };
            table.values.push(check(values[index], sign).map_err(|message| {
                let place = if one_axis { format!("[{i}]") } else { format!("[{i}, {k}]") };
                Failure::data(format!("{name}{place}: {message}"))
            })?);
        }
    }
    Ok(table)
}

/// Bytes of the header's text, as the fixed part of the file says.
fn header_len(bytes: &[u8]) -> Option<usize> {
    let field = |range| bytes.get::<std::ops::Range<usize>>(range);
    match bytes.get(6)? {
        1 => Some(usize::from(u16::from_le_bytes(field(8..10)?.try_into().ok()?))),
        _ => usize::try_from(u32::from_le_bytes(field(8..12)?.try_into().ok()?)).ok(),
    }
}

/// All entries in the order of the file; `None` for a type that is not read.
fn numbers(bytes: &[u8], dtype: &DType) -> Option<Vec<f64>> {
    let DType::Plain(plain) = dtype else { return None };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 8) => entries::<f64>(bytes, |value| value),
        (TypeChar::Float, 4) => entries::<f32>(bytes, f64::from),
        (TypeChar::Int, 1) => entries::<i8>(bytes, f64::from),
        (TypeChar::Int, 2) => entries::<i16>(bytes, f64::from),
        (TypeChar::Int, 4) => entries::<i32>(bytes, f64::from),
        (TypeChar::Int, 8) => entries::<i64>(bytes, |value| value as f64),
        (TypeChar::Uint, 1) => entries::<u8>(bytes, f64::from),
        (TypeChar::Uint, 2) => entries::<u16>(bytes, f64::from),
        (TypeChar::Uint, 4) => entries::<u32>(bytes, f64::from),
        (TypeChar::Uint, 8) => entries::<u64>(bytes, |value| value as f64),
        _ => None,
    }
}

fn entries<N: Deserialize>(bytes: &[u8], widen: impl Fn(N) -> f64) -> Option<Vec<f64>> {
    let data = NpyFile::new(bytes).ok()?.data::<N>().ok()?;
    data.map(|entry| entry.map(&widen).ok()).collect()
}
