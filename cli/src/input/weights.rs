//! Weights: one number a point, from a file of their own or from a column beside the coordinates.

use sinkhorn_core::Real;

use super::columns::Reading;
use super::read::read;
use super::source::Source;
use super::table::{Sign, Table};
use crate::process::Failure;

/// What becomes of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Made 1.
    ToOne,
    /// Kept: relaxed problems weigh the two totals against each other.
    Keep,
}

/// Reads the weights of the points of a table.
pub fn weights<T: Real>(source: &Source, points: &Table<T>, scale: Scale) -> Result<Vec<T>, Failure> {
    let table: Table<f64> = read(source, &Reading::default(), Sign::NotNegative)?;
    let name = &table.name;
    if table.columns != 1 {
        return Err(Failure::data(format!("{name}: {} columns where weights have one", table.columns)));
    }
    if table.rows != points.rows {
        let (rows, expected) = (table.rows, points.rows);
        return Err(Failure::data(format!("{name}: {rows} weights, but {} holds {expected} points", points.name)));
    }
    scaled(name, &table.values, scale)
}

/// The weights that came with the points, if any did.
pub fn column_weights<T: Real>(points: &Table<T>, scale: Scale) -> Result<Option<Vec<T>>, Failure> {
    points.weights.as_ref().map(|values| scaled(&points.name, values, scale)).transpose()
}

fn scaled<T: Real>(name: &str, values: &[f64], scale: Scale) -> Result<Vec<T>, Failure> {
    let total: f64 = values.iter().sum();
    if total == 0.0 {
        return Err(Failure::data(format!("{name}: all weights are zero: there is no mass to transport")));
    }
    if !total.is_finite() {
        return Err(Failure::data(format!("{name}: the sum of the weights is too large")));
    }
    let divisor = if scale == Scale::ToOne { total } else { 1.0 };
    Ok(values.iter().map(|weight| T::constant(weight / divisor)).collect())
}
