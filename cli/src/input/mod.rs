//! Files into tables of numbers. What a file is, its first bytes say, not its name.

mod csv;
mod npy;
mod weights;

use std::path::Path;

use sinkhorn_core::Real;

use crate::failure::Failure;

pub use weights::{Scale, weights};

/// Rows of numbers, all finite in `T`, none negative where that was asked for; at least one row and one column.
#[derive(Debug)]
pub struct Table<T> {
    /// The file, as it was typed.
    pub name: String,
    pub rows: usize,
    pub columns: usize,
    /// Row after row.
    pub values: Vec<T>,
    /// Whether a first line without numbers was taken for a header.
    pub header: bool,
}

/// What numbers a table may hold besides finite ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Any,
    NotNegative,
}

/// Reads a file.
pub fn read<T: Real>(path: &Path, sign: Sign) -> Result<Table<T>, Failure> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Failure::io(&name, &error))?;
    parse(&name, &bytes, sign)
}

/// Reads what a file of that name holds.
pub fn parse<T: Real>(name: &str, bytes: &[u8], sign: Sign) -> Result<Table<T>, Failure> {
    if bytes.is_empty() {
        return Err(Failure::data(format!("{name}: the file is empty")));
    }
    if bytes.starts_with(npy::MAGIC) {
        return npy::parse(name, bytes, sign);
    }
    if name.ends_with(".npy") {
        return Err(Failure::data(format!("{name}: not an NPY file: its first bytes are not those of NumPy's format")));
    }
    csv::parse(name, bytes, sign)
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

/// Points of the same dimension on both sides.
pub fn check_dimensions<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    if x.columns == y.columns {
        return Ok(());
    }
    let (p, q) = (x.columns, y.columns);
    let message = format!("{} holds points of dimension {p} and {} of dimension {q}: they must agree", x.name, y.name);
    Err(Failure::data(message))
}
