//! Levels to transport values onto, and their weights.

use super::Reads;
use crate::error::{Argument, Error, Place};
use crate::real::Real;
use crate::reduce;

/// Which levels.
pub(super) enum Targets<'l, T> {
    /// m of equal weight, whose values are read.
    Sorted(usize),
    /// The same, to read of every value which it goes to, as a rank from 0 to n - 1.
    Ranks(usize),
    /// A narrow one at every quantile, and what lies between.
    Quantiles(&'l [T]),
    /// Two: those that are left out, and a share that is taken.
    Top(T),
}

impl<'l, T: Real> Targets<'l, T> {
    /// Quantiles, checked.
    pub fn quantiles(levels: &'l [T]) -> Result<Self, Error> {
        let argument = Argument::Levels;
        if levels.is_empty() {
            return Err(Error::Empty { argument });
        }
        let mut before = -T::ONE;
        for (row, &level) in levels.iter().enumerate() {
            if !(level >= T::ZERO && level <= T::ONE && level > before) {
                let place = Place { row, column: None };
                return Err(Error::NotIncreasing { argument, place, value: level.widen(), range: "[0, 1]" });
            }
            before = level;
        }
        Ok(Targets::Quantiles(levels))
    }

    pub fn len(&self) -> usize {
        match self {
            Targets::Sorted(m) | Targets::Ranks(m) => *m,
            Targets::Quantiles(levels) => 2 * levels.len() + 1,
            Targets::Top(_) => 2,
        }
    }

    /// Writes standardised levels and their weights, for n values.
    pub fn write(&self, n: usize, y: &mut [T], b: &mut [T]) -> Reads<T> {
        let count = T::count(n);
        match *self {
            Targets::Sorted(m) | Targets::Ranks(m) => b.fill(T::ONE / T::count(m)),
            Targets::Quantiles(levels) => {
                // As wide as a value, or half as wide as the next quantile is far; moved inside.
                let mut end = T::ZERO;
                for (k, &level) in levels.iter().enumerate() {
                    let gap = |other: Option<&T>| other.map_or(T::ONE, |&other| (level - other).abs());
                    let before = k.checked_sub(1).and_then(|k| levels.get(k));
                    let width = (T::ONE / count).min(T::HALF * gap(before).min(gap(levels.get(k + 1))));
                    let start = (level - T::HALF * width).max(T::ZERO).min(T::ONE - width);
                    b[2 * k] = (start - end).max(T::ZERO);
                    b[2 * k + 1] = width;
                    end = start + width;
                }
                b[2 * levels.len()] = (T::ONE - end).max(T::ZERO);
                let total = reduce::sum(b);
                b.iter_mut().for_each(|weight| *weight /= total);
            }
            Targets::Top(share) => {
                b[0] = T::ONE - share;
                b[1] = share;
            }
        }
        // The middle of each, as a share of the mass below it.
        let mut below = T::ZERO;
        for (y, &b) in y.iter_mut().zip(b.iter()) {
            *y = below + T::HALF * b - T::HALF;
            below += b;
        }
        let mean = reduce::dot(b, y);
        y.iter_mut().for_each(|y| *y -= mean);
        let deviation = reduce::sum_of(y.len(), &|j| b[j] * y[j] * y[j]).sqrt();
        let scale = if deviation > T::ZERO { deviation } else { T::ONE };
        y.iter_mut().for_each(|y| *y /= scale);
        match self {
            Targets::Sorted(_) => Reads::Values { first: 0, stride: 1 },
            Targets::Quantiles(_) => Reads::Values { first: 1, stride: 2 },
            // The share of the mass below, times n, is half a value more than how many are below.
            Targets::Ranks(_) => Reads::Levels { factor: count * scale, constant: count * (mean + T::HALF) - T::HALF },
            // 0 at the lower level, 1 at the upper.
            Targets::Top(_) => {
                let factor = T::ONE / (y[1] - y[0]);
                Reads::Levels { factor, constant: -y[0] * factor }
            }
        }
    }
}
