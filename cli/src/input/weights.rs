//! Weights: one column, one number a point.

use std::path::Path;

use sinkhorn_core::Real;

use super::{Sign, Table, read};
use crate::failure::Failure;

/// What becomes of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Made 1.
    ToOne,
    /// Kept: relaxed problems weigh the two totals against each other.
    Keep,
}

/// Reads the weights of the points of a table.
pub fn weights<T: Real>(path: &Path, points: &Table<T>, scale: Scale) -> Result<Vec<T>, Failure> {
    let table: Table<f64> = read(path, Sign::NotNegative)?;
    let name = &table.name;
    if table.columns != 1 {
        return Err(Failure::data(format!("{name}: {} columns where weights have one", table.columns)));
    }
    if table.rows != points.rows {
        let (rows, expected) = (table.rows, points.rows);
        return Err(Failure::data(format!("{name}: {rows} weights, but {} holds {expected} points", points.name)));
    }
    let total: f64 = table.values.iter().sum();
    if total == 0.0 {
        return Err(Failure::data(format!("{name}: all weights are zero: there is no mass to transport")));
    }
    if !total.is_finite() {
        return Err(Failure::data(format!("{name}: the sum of the weights is too large")));
    }
    let divisor = if scale == Scale::ToOne { total } else { 1.0 };
    Ok(table.values.iter().map(|weight| T::constant(weight / divisor)).collect())
}
