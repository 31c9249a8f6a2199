//! Equal rows are one point of their weights together: the solve has fewer points, and its answer is the same.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hasher};

use crate::task::scalar::Scalar;

/// What became of the rows of a file.
#[derive(Debug)]
pub struct Merge<T> {
    /// The point of each row.
    place: Vec<u32>,
    /// The share of each row in the weight of its point, zero where that has none; of each point instead, where rows
    /// weigh the same.
    part: Vec<T>,
    is_weighted: bool,
    /// The first row of each point.
    first: Vec<u32>,
}

/// Of the numbers of a row: zeros of both signs are one number, and there is no NaN.
fn hash<T: Scalar>(row: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.iter().for_each(|value| hasher.write_u64((value.widen() + 0.0).to_bits()));
    hasher.finish()
}

impl<T: Scalar> Merge<T> {
    /// Finds the points, in the order of their first rows, and their weights; none where no two rows are equal. Without
    /// weights all rows weigh the same, and 1 together.
    pub fn of(values: &[T], columns: usize, weights: Option<&[T]>) -> Option<(Self, Vec<T>)> {
        let row = |i: usize| &values[i * columns..][..columns];
        // A point by the hash of its row. Where rows differ and their hashes do not, the next number stands for it.
        let mut known: HashMap<u64, u32> = HashMap::new();
        let (mut place, mut first) = (Vec::new(), Vec::new());
        u32::try_from(values.len() / columns).ok()?;
        for i in 0..values.len() / columns {
            let mut key = hash(row(i));
            let point = loop {
                match known.entry(key) {
                    Entry::Vacant(free) => {
                        first.push(i as u32);
                        break *free.insert(first.len() as u32 - 1);
                    }
                    Entry::Occupied(known) if row(first[*known.get() as usize] as usize) == row(i) => {
                        break *known.get();
                    }
                    Entry::Occupied(_) => key = key.wrapping_add(1),
                }
            };
            place.push(point);
        }
        if first.len() == place.len() {
            return None;
        }
        let equal = 1.0 / place.len() as f64;
        let weight = |i: usize| weights.map_or(equal, |weights| weights[i].widen());
        let mut totals = vec![0.0; first.len()];
        place.iter().enumerate().for_each(|(i, &point)| totals[point as usize] += weight(i));
        let part = |own: f64, total: f64| T::constant(if total > 0.0 { own / total } else { 0.0 });
        let is_weighted = weights.is_some();
        let part = match is_weighted {
            true => place.iter().enumerate().map(|(i, &point)| part(weight(i), totals[point as usize])).collect(),
            false => totals.iter().map(|&total| part(equal, total)).collect(),
        };
        Some((Merge { place, part, is_weighted, first }, totals.into_iter().map(T::constant).collect()))
    }

    fn point(&self, row: usize) -> (usize, T) {
        let point = self.place[row] as usize;
        (point, self.part[if self.is_weighted { row } else { point }])
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        self.place.len()
    }

    /// The first row of each point.
    pub fn first(&self) -> &[u32] {
        &self.first
    }
}

/// The point of a row, and the share of the row in it.
pub fn point<T: Scalar>(merge: Option<&Merge<T>>, row: usize) -> (usize, T) {
    merge.map_or((row, T::ONE), |merge| merge.point(row))
}

/// What belongs to a point, so many numbers, for each of its rows.
pub fn spread<'v, T: Scalar>(merge: Option<&Merge<T>>, values: &'v [T], width: usize) -> Cow<'v, [T]> {
    let Some(merge) = merge else { return Cow::Borrowed(values) };
    merge.place.iter().flat_map(|&point| &values[point as usize * width..][..width]).copied().collect()
}

/// What the rows of a point share, so many numbers, in their parts.
pub fn share<'v, T: Scalar>(merge: Option<&Merge<T>>, values: &'v [T], width: usize) -> Cow<'v, [T]> {
    let mut shared = spread(merge, values, width);
    if let Some(merge) = merge {
        for (i, row) in shared.to_mut().chunks_exact_mut(width).enumerate() {
            let (_, part) = merge.point(i);
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
        let (merge, weights) = Merge::of(&[7.0, 3.0, 7.0, 7.0], 1, None).unwrap();
        assert_eq!(weights, [0.75, 0.25]);
        let parts: Vec<f64> = (0..4).map(|row| 3.0 * point(Some(&merge), row).1).collect();
        assert_eq!(parts, [1.0, 3.0, 1.0, 1.0]);
    }
}
