//! Levels to transport values onto, and their weights.

use core::cmp::Ordering;

use super::{QuantileConvention, Readout};
use crate::error::{Argument, Error, ErrorKind, Place};
use crate::real::Real;
use crate::reduce;
use crate::start::number;

/// The set of levels of an operator.
pub(super) enum Targets<'l, T> {
    /// m levels of equal weight, whose values are read.
    Sorted(usize),
    /// n levels of equal weight. Every value reads which of them it goes to, as a rank from 0 to n - 1.
    Ranks(usize),
    /// A narrow level at every quantile, and wide ones between.
    Quantiles(&'l [T], QuantileConvention),
    /// Two levels: one for what is left out, and one for the share that is taken.
    Top(T),
}

impl<'l, T: Real> Targets<'l, T> {
    /// Checks the levels of quantiles.
    pub fn quantiles(levels: &'l [T], convention: QuantileConvention) -> Result<Self, Error> {
        let argument = Argument::LEVELS;
        if levels.is_empty() {
            return Err(Error::new(argument, ErrorKind::Empty));
        }
        for (row, &level) in levels.iter().enumerate() {
            if !(level >= T::ZERO && level <= T::ONE) {
                let (place, value) = (Place::entry(row), level.widen());
                return Err(Error::new(argument, ErrorKind::EntryOutOfRange { place, value, range: "[0, 1]" }));
            }
        }
        Ok(Targets::Quantiles(levels, convention))
    }

    pub fn len(&self) -> usize {
        match self {
            Targets::Sorted(m) | Targets::Ranks(m) => *m,
            Targets::Quantiles(levels, _) => 2 * levels.len() + 1,
            Targets::Top(_) => 2,
        }
    }

    /// Writes standardised levels and their weights, for n values. `memory` holds max(n, m) scalars, for the readout.
    pub fn write<'w>(&self, n: usize, y: &mut [T], b: &mut [T], memory: &'w mut [T]) -> Readout<'w, T> {
        let count = T::count(n);
        match *self {
            Targets::Sorted(m) | Targets::Ranks(m) => b.fill(T::ONE / T::count(m)),
            Targets::Quantiles(levels, convention) => {
                let distinct = write_distinct(levels, |level| convention.position(level, count), y, memory);
                // As wide as a value, or half as wide as the distance to the next quantile; moved inside [0, 1].
                let positions = &y[..distinct];
                let mut end = T::ZERO;
                b.fill(T::ZERO);
                for (k, &position) in positions.iter().enumerate() {
                    let gap = |other: Option<&T>| other.map_or(T::ONE, |&other| (position - other).abs());
                    let before = k.checked_sub(1).and_then(|k| positions.get(k));
                    let width = (T::ONE / count).min(T::HALF * gap(before).min(gap(positions.get(k + 1))));
                    let start = (position - T::HALF * width).max(T::ZERO).min(T::ONE - width);
                    b[2 * k] = (start - end).max(T::ZERO);
                    b[2 * k + 1] = width;
                    end = start + width;
                }
                b[2 * distinct] = (T::ONE - end).max(T::ZERO);
                let total = reduce::sum(b);
                b.iter_mut().for_each(|weight| *weight /= total);
            }
            Targets::Top(share) => {
                b[0] = T::ONE - share;
                b[1] = share;
            }
        }
        // A level lies at the middle of its share of the mass.
        let mut below = T::ZERO;
        for (y, &b) in y.iter_mut().zip(b.iter()) {
            *y = below + T::HALF * b - T::HALF;
            below += b;
        }
        // Standardise the levels, with their weights.
        let mean = reduce::dot(b, y);
        y.iter_mut().for_each(|y| *y -= mean);
        let deviation = reduce::sum_of(y.len(), &|j| b[j] * y[j] * y[j]).sqrt();
        let scale = if deviation > T::ZERO { deviation } else { T::ONE };
        y.iter_mut().for_each(|y| *y /= scale);
        match self {
            Targets::Sorted(m) => {
                number(memory);
                Readout::Values { columns: &memory[..*m] }
            }
            Targets::Quantiles(levels, _) => Readout::Values { columns: &memory[..levels.len()] },
            // n times the share of the mass below counts half of the value itself too.
            Targets::Ranks(_) => Readout::Levels { factor: count * scale, in_map: &mut memory[..n] },
            // 0 at the lower level, 1 at the upper.
            Targets::Top(_) => Readout::Levels { factor: T::ONE / (y[1] - y[0]), in_map: &mut memory[..n] },
        }
    }
}

/// Writes the positions of levels in increasing order into `positions`, those that differ by rounding only once, and
/// the column that each level is read from into `columns`. Returns how many positions there are.
fn write_distinct<T: Real>(levels: &[T], position: impl Fn(T) -> T, positions: &mut [T], columns: &mut [T]) -> usize {
    let (columns, order) = columns.split_at_mut(levels.len());
    let order = &mut order[..levels.len()];
    number(order);
    let level = |slot: &T| levels[slot.to_index() as usize];
    order.sort_unstable_by(|p, q| level(p).partial_cmp(&level(q)).unwrap_or(Ordering::Equal));
    let mut count: usize = 0;
    for slot in order.iter() {
        let next = position(level(slot));
        let is_new = count.checked_sub(1).is_none_or(|last| next - positions[last] > T::EPSILON);
        if is_new {
            positions[count] = next;
            count += 1;
        }
        columns[slot.to_index() as usize] = T::from_index(2 * count as u32 - 1);
    }
    count
}
