//! Tables of numbers, and what two of them must have in common.

use super::columns::listed;
use super::rounding::Range;
use crate::process::Failure;

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
    pub ranges: Vec<Range>,
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
    /// The names of the coordinates: those of a header, else x1, x2, ...
    pub fn column_names(&self) -> Vec<String> {
        self.names.clone().unwrap_or_else(|| (1..=self.columns).map(|k| format!("x{k}")).collect())
    }

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

/// The names of the columns of both sides, where both have some, are the same in the same order.
pub fn check_names<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    let (Some(p), Some(q)) = (&x.names, &y.names) else { return Ok(()) };
    if p == q {
        return Ok(());
    }
    let list = |names: &[String]| listed(names.iter().map(String::as_str));
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

/// Refuses points whose distances the precision of the solve does not have: those of one table, or of two.
pub fn check_rounding<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    let mut both = x.ranges.iter().zip(&y.ranges).map(|(x, y)| x.with(y)).enumerate();
    let Some((k, Range { low, high, .. })) = both.find(|(_, range)| range.is_blurred()) else { return Ok(()) };
    let files = if x.name == y.name { x.name.clone() } else { format!("{} and {}", x.name, y.name) };
    let coordinate = match x.names.as_deref() {
        Some(names) => format!("{:?}", names[k]),
        None => format!("coordinate {}", k + 1),
    };
    Err(Failure::data(format!(
        "{files}: {coordinate}: numbers from {low:?} to {high:?} cannot be told apart in f32: subtract an offset or \
         scale them, or use --precision f64"
    )))
}
