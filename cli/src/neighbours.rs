//! How near the rows of a file are to each other: a match is told from its neighbours only where epsilon is smaller.

use crate::data::Data;
use crate::scalar::Scalar;

/// Epsilon, as a fraction of the cost between near rows.
pub const FRACTION: f64 = 0.5;
/// Of the rows of a file, by their distance to the nearest other one: so many are nearer than what counts as near.
const QUANTILE: f64 = 0.1;
/// Rows that are looked at, evenly spread; each is compared with all others.
const ROWS: usize = 256;
/// Of the mean cost between the files: the most that epsilon is, and the least, which rounding sets, in double and single precision.
const MOST: f64 = 0.05;
const LEAST: (f64, f64) = (1e-8, 1e-4);

/// The epsilon of a match; none where rows have no neighbours.
pub fn epsilon<T: Scalar>(data: &Data<T>) -> Option<f64> {
    let near = [&data.x, &data.y].into_iter().filter_map(|side| {
        let nearest = rows(data, &side.table.values, &side.table.values)
            .filter_map(|costs| positive(costs).min_by(f64::total_cmp));
        let mut nearest: Vec<f64> = nearest.collect();
        nearest.sort_unstable_by(f64::total_cmp);
        nearest.get((nearest.len() as f64 * QUANTILE) as usize).copied()
    });
    let near = near.min_by(f64::total_cmp)?;
    let between = rows(data, &data.x.table.values, &data.y.table.values).map(|costs| {
        let count = costs.len() as f64;
        positive(costs).sum::<f64>() / count
    });
    let between: Vec<f64> = between.collect();
    let mean = between.iter().sum::<f64>() / between.len() as f64;
    let least = if size_of::<T>() < size_of::<f64>() { LEAST.1 } else { LEAST.0 };
    let epsilon = (FRACTION * near).min(MOST * mean).max(least * mean);
    (epsilon > 0.0 && epsilon.is_finite()).then_some(epsilon)
}

/// The costs of some of these points and all of those.
fn rows<'a, T: Scalar>(data: &'a Data<T>, some: &'a [T], all: &'a [T]) -> impl Iterator<Item = Vec<T>> + 'a {
    let columns = data.x.table.columns;
    let count = some.len() / columns;
    let step = count.div_ceil(ROWS);
    (0..count).step_by(step).map(move |i| {
        let mut costs = vec![T::ZERO; all.len() / columns];
        data.cost.row(&some[i * columns..][..columns], all, &mut costs);
        costs
    })
}

fn positive<T: Scalar>(costs: Vec<T>) -> impl Iterator<Item = f64> {
    costs.into_iter().map(|cost| cost.widen()).filter(|cost| *cost > 0.0)
}
