//! Tables of measurements, one class of rows to another. Where they are from is in the `SOURCE.md` beside each file.

use super::{Case, numbers};
use rand::rngs::StdRng;

/// Pixels of images, 0 to 16.
pub(super) fn digits(_: &mut StdRng, n: usize) -> Case {
    let d = 64;
    let rows = include_str!("../../../cli/data/digits/digits.csv").lines();
    let [x, y] = split(rows, d, |digit| Some(if digit < 5.0 { 0 } else { 1 }));
    Case::new("digits", "UCI digits 0-4 to 5-9, d = 64", d, first(n, d, x), first(n, d, y))
}

/// Units differ from column to column, by a factor of a thousand: every column is standardised by both classes
/// together.
pub(super) fn wine(_: &mut StdRng, n: usize) -> Case {
    let d = 13;
    let rows = include_str!("../../data/wine/wine_data.csv").lines().skip(1);
    let [mut x, mut y] = split(rows, d, |class| [Some(0), Some(1), None][class as usize]);
    for column in 0..d {
        standardise(x.iter_mut().chain(&mut y).skip(column).step_by(d).collect());
    }
    Case::new("wine", "UCI wine class 0 to class 1, standardised, d = 13", d, first(n, d, x), first(n, d, y))
}

/// Rows by their last field, the class: on the side that `side` tells, without it.
fn split<'a>(
    rows: impl Iterator<Item = &'a str>,
    dimension: usize,
    side: impl Fn(f64) -> Option<usize>,
) -> [Vec<f64>; 2] {
    let mut sides = [Vec::new(), Vec::new()];
    for row in rows {
        let fields: Vec<f64> = numbers(row).collect();
        if let Some(side) = side(fields[dimension]) {
            sides[side].extend(&fields[..dimension]);
        }
    }
    sides
}

fn first(n: usize, dimension: usize, mut points: Vec<f64>) -> Vec<f64> {
    points.truncate(n * dimension);
    points
}

/// To mean 0 and variance 1.
fn standardise(mut values: Vec<&mut f64>) {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| **value).sum::<f64>() / count;
    let variance = values.iter().map(|value| (**value - mean).powi(2)).sum::<f64>() / count;
    values.iter_mut().for_each(|value| **value = (**value - mean) / variance.sqrt());
}
