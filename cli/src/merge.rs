//! Equal rows are one point of their weights together: the solve has fewer points, and its answer is the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use crate::scalar::Scalar;

/// What became of the rows of a file.
#[derive(Debug)]
pub struct Merge<T> {
    /// The point of each row.
    place: Vec<usize>,
    /// The share of each row in the weight of its point; zero where that has none.
    part: Vec<T>,
    /// The first row of each point.
    first: Vec<usize>,
}

/// A row, equal to others of the same numbers: zeros of both signs are one number, and there is no NaN.
#[derive(PartialEq)]
struct Row<'a, T>(&'a [T]);

impl<T: PartialEq> Eq for Row<'_, T> {}

impl<T: Scalar> Hash for Row<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|value| state.write_u64((value.widen() + 0.0).to_bits()));
    }
}

impl<T: Scalar> Merge<T> {
    /// Finds the points, in the order of their first rows, and their weights; none where no two rows are equal. Without weights all
    /// rows weigh the same, and 1 together.
    pub fn of(values: &[T], columns: usize, weights: Option<&[T]>) -> Option<(Self, Vec<T>)> {
        let mut known = HashMap::new();
        let (mut place, mut first) = (Vec::new(), Vec::new());
        for (i, row) in values.chunks_exact(columns).enumerate() {
            place.push(match known.entry(Row(row)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => {
                    first.push(i);
                    *free.insert(first.len() - 1)
                }
            });
        }
        if first.len() == place.len() {
            return None;
        }
        let equal = 1.0 / place.len() as f64;
        let weight = |i: usize| weights.map_or(equal, |weights| weights[i].widen());
        let mut totals = vec![0.0; first.len()];
        place.iter().enumerate().for_each(|(i, &point)| totals[point] += weight(i));
        let part = |(i, &point): (usize, &usize)| if totals[point] > 0.0 { weight(i) / totals[point] } else { 0.0 };
        let part = place.iter().enumerate().map(|row| T::constant(part(row))).collect();
        Some((Merge { place, part, first }, totals.into_iter().map(T::constant).collect()))
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        self.place.len()
    }

    /// The first row of each point.
    pub fn first(&self) -> &[usize] {
        &self.first
    }
}

/// The point of a row, and the share of the row in it.
pub fn point<T: Scalar>(merge: Option<&Merge<T>>, row: usize) -> (usize, T) {
    merge.map_or((row, T::ONE), |merge| (merge.place[row], merge.part[row]))
}

/// What belongs to a point, so many numbers, for each of its rows.
pub fn spread<'v, T: Scalar>(merge: Option<&Merge<T>>, values: &'v [T], width: usize) -> Cow<'v, [T]> {
    let Some(merge) = merge else { return Cow::Borrowed(values) };
    merge.place.iter().flat_map(|&point| &values[point * width..][..width]).copied().collect()
}

/// What the rows of a point share, so many numbers, in their parts.
pub fn share<'v, T: Scalar>(merge: Option<&Merge<T>>, values: &'v [T], width: usize) -> Cow<'v, [T]> {
    let mut shared = spread(merge, values, width);
    if let Some(merge) = merge {
        for (row, &part) in shared.to_mut().chunks_exact_mut(width).zip(&merge.part) {
            row.iter_mut().for_each(|value| *value *= part);
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_one_point() {
        let values = [0.0, 1.0, 2.0, 3.0, -0.0, 1.0, 2.0, 4.0];
        let (merge, weights) = Merge::of(&values, 2, Some(&[1.0, 2.0, 3.0, 0.0])).unwrap();
        assert_eq!((merge.place.as_slice(), merge.first()), (&[0, 1, 0, 2][..], &[0, 1, 3][..]));
        assert_eq!((merge.part.as_slice(), weights.as_slice()), (&[0.25, 1.0, 0.75, 0.0][..], &[4.0, 2.0, 0.0][..]));
        assert_eq!(*spread(Some(&merge), &[5.0, 6.0, 7.0], 1), [5.0, 6.0, 5.0, 7.0]);
        assert_eq!(*share(Some(&merge), &[4.0, 6.0, 7.0], 1), [1.0, 6.0, 3.0, 0.0]);
        assert!(Merge::of(&values[..4], 2, None).is_none());
        assert_eq!(Merge::of(&[7.0, 7.0], 1, None).unwrap().1, [1.0]);
    }
}
