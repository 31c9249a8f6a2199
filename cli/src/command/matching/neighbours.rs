//! How near the rows of a file are to each other: a match is told from its neighbours only where epsilon is smaller.

use crate::task::data::Data;
use crate::task::scalar::Scalar;

/// Epsilon, as a fraction of the cost between near rows.
pub const FRACTION: f64 = 0.5;
/// Of the rows of a file, by their distance to the nearest other one: so many are nearer than what counts as near.
const QUANTILE: f64 = 0.1;
/// The same on the line, where small epsilons take no more sweeps: the monotone start is exact without any.
const QUANTILE_ON_THE_LINE: f64 = 0.01;
/// Rows that are looked at, evenly spread; each is compared with all others.
const ROWS: usize = 256;
/// Of the median cost between the files: the most that epsilon is, and the least, which rounding sets, in double and
/// single precision.
const MOST: f64 = 0.05;
const LEAST: (f64, f64) = (1e-8, 1e-4);
const LEAST_ON_THE_LINE: (f64, f64) = (1e-10, 1e-4);

/// The epsilon of a match; none where rows have no neighbours.
pub fn epsilon<T: Scalar>(data: &Data<T>) -> Option<f64> {
    let is_line = data.x.table.columns == 1;
    let near = [&data.x, &data.y].into_iter().filter_map(|side| {
        let values = &side.table.values;
        let (mut nearest, quantile) = match is_line {
            true => (on_the_line(data, values), QUANTILE_ON_THE_LINE),
            false => {
                let nearest = rows(data, values, values).filter_map(|costs| positive(costs).min_by(f64::total_cmp));
                (nearest.collect(), QUANTILE)
            }
        };
        nearest.sort_unstable_by(f64::total_cmp);
        nearest.get((nearest.len() as f64 * quantile) as usize).copied()
    });
    let near = near.min_by(f64::total_cmp)?;
    // A median, which a point far away does not move.
    let between = rows(data, &data.x.table.values, &data.y.table.values);
    let between: Vec<f64> = between.filter_map(|costs| median(positive(costs).collect())).collect();
    let typical = median(between)?;
    let least = if is_line { LEAST_ON_THE_LINE } else { LEAST };
    let least = if size_of::<T>() < size_of::<f64>() { least.1 } else { least.0 };
    let epsilon = (FRACTION * near).min(MOST * typical).max(least * typical);
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

/// Of every value, the cost to the nearest other one.
fn on_the_line<T: Scalar>(data: &Data<T>, values: &[T]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(|p, q| p.widen().total_cmp(&q.widen()));
    let gaps = sorted.windows(2).map(|pair| data.cost.cost(&pair[..1], &pair[1..]).widen());
    let gaps: Vec<f64> = gaps.filter(|cost| *cost > 0.0).collect();
    let beside = |k: usize| gaps.get(k).copied().unwrap_or(f64::INFINITY);
    (0..=gaps.len()).map(|k| beside(k).min(k.checked_sub(1).map_or(f64::INFINITY, beside))).collect()
}

/// The middle one of some numbers.
fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    (middle < values.len()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn positive<T: Scalar>(costs: Vec<T>) -> impl Iterator<Item = f64> {
    costs.into_iter().map(|cost| cost.widen()).filter(|cost| *cost > 0.0)
}
