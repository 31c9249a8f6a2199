//! The loops over pairs for [`Portable`](crate::simd::Portable): scalar and small, with nothing in a loop but loads, products, sums and stores.
//! Slices are cut to one length before each, so that no index is checked inside.

use super::block::Place;
use super::scores::{GROUP, Packed, Panel};
use super::{FLUSH, MAX_TILE_ROWS};
use crate::real::Real;

/// out_kj = F_k + G_j + S_kj for rows of points, line by line of their coordinates.
pub(super) fn products<T: Real>(points: Packed<'_, T>, factor: T, place: Place<'_, T>, out: &mut [T]) {
    let (rows, m) = (place.f.len(), place.g.len());
    let (mut rest, mut row) = (out, 0);
    while row < rows {
        let (i, lane) = (place.i + row, (place.i + row) % GROUP);
        let group = points.group(i - lane);
        let count = if lane == 0 && row + GROUP <= rows { GROUP } else { 1 };
        let (part, tail) = core::mem::take(&mut rest).split_at_mut(count * m);
        let product = Product { points, factor, start: place.start, g: place.g };
        if let (Some(f), Some(rows)) = (place.f[row..].first_chunk::<GROUP>(), four_mut(part, m, count)) {
            product.write::<GROUP, COLUMNS>(group, 0, *f, rows);
        } else {
            product.write::<1, 1>(group, lane, [place.f[row]], [part]);
        }
        (rest, row) = (tail, row + count);
    }
}

/// The columns of some rows, and what is to be made of their products.
struct Product<'p, T> {
    points: Packed<'p, T>,
    factor: T,
    start: usize,
    g: &'p [T],
}

impl<T: Real> Product<'_, T> {
    /// R rows of a group, from `lane` on, C columns at a time. Where coordinates are few the factor is multiplied into those of the rows, once; where
    /// they are many, products are added up first, which rounds less.
    fn write<const R: usize, const C: usize>(
        &self,
        group: Panel<'_, T>,
        lane: usize,
        f: [T; R],
        mut out: [&mut [T]; R],
    ) {
        let few = self.points.dimension <= 3;
        let (base, factor) = if few { (T::ONE, self.factor) } else { (T::ZERO, T::ONE) };
        let mut at = 0;
        while at < self.g.len() {
            let panel = self.points.panel(self.start + at);
            let width = panel.width.min(self.g.len() - at);
            let g = &self.g[at..at + width];
            let mut out = out.each_mut().map(|row| &mut row[at..at + width]);
            each::<T, R, C>(&mut out, g, |r, _, g| base * (g + f[r]));
            for (x, y) in group.values.chunks_exact(group.width).zip(panel.values.chunks_exact(panel.width)) {
                let x: [T; R] = core::array::from_fn(|r| factor * x[lane + r]);
                each::<T, R, C>(&mut out, &y[..width], |r, sum, y| x[r] * y + sum);
            }
            if !few {
                each::<T, R, 1>(&mut out, g, |r, sum, g| sum * self.factor + (g + f[r]));
            }
            at += width;
        }
    }
}

/// Columns that a loop does at a time: fewer additions of addresses.
const COLUMNS: usize = 4;

/// out_rj <- of(r, out_rj, line_j).
#[inline(always)]
fn each<T: Real, const R: usize, const C: usize>(out: &mut [&mut [T]; R], line: &[T], of: impl Fn(usize, T, T) -> T) {
    let (whole, rest) = line.as_chunks::<C>();
    let mut out = out.each_mut().map(|row| row[..line.len()].as_chunks_mut::<C>());
    for (k, values) in whole.iter().enumerate() {
        for (r, (out, _)) in out.iter_mut().enumerate() {
            for (out, &value) in out[k].iter_mut().zip(values) {
                *out = of(r, *out, value);
            }
        }
    }
    for (k, &value) in rest.iter().enumerate() {
        for (r, (_, out)) in out.iter_mut().enumerate() {
            out[k] = of(r, out[k], value);
        }
    }
}

/// Exponents into exponentials, in place; returns their sum.
pub(super) fn exponentials<T: Real>(row: &mut [T]) -> T {
    let mut total = T::ZERO;
    for part in row.chunks_mut(FLUSH) {
        let mut sum = T::ZERO;
        for value in part {
            *value = value.exp2_branching();
            sum += *value;
        }
        total += sum;
    }
    total
}

/// The largest of a row.
pub(super) fn largest<T: Real>(row: &[T]) -> T {
    row.iter().fold(-T::INFINITY, |most, &value| if value > most { value } else { most })
}

/// sums_k = sum_j row_kj v_j.
pub(super) fn times<T: Real>(rows: &[T], v: &[T], sums: &mut [T]) {
    let m = v.len();
    for (rows, sums) in rows.chunks(4 * m).zip(sums.chunks_mut(4)) {
        match (four(rows, m), sums.first_chunk_mut::<4>()) {
            (Some(rows), Some(sums)) => *sums = dots(rows, v),
            _ => {
                for (row, sum) in rows.chunks_exact(m).zip(sums) {
                    [*sum] = dots([row], v);
                }
            }
        }
    }
}

fn dots<T: Real, const R: usize>(rows: [&[T]; R], v: &[T]) -> [T; R] {
    let mut totals = [T::ZERO; R];
    let mut at = 0;
    while at < v.len() {
        let v = &v[at..(at + FLUSH).min(v.len())];
        let rows = rows.map(|row| &row[at..at + v.len()]);
        let mut sums = [T::ZERO; R];
        let (whole, rest) = v.as_chunks::<COLUMNS>();
        let rows = rows.map(|row| row.as_chunks::<COLUMNS>());
        for (k, v) in whole.iter().enumerate() {
            for (sum, (row, _)) in sums.iter_mut().zip(&rows) {
                for (&value, &v) in row[k].iter().zip(v) {
                    *sum += value * v;
                }
            }
        }
        for (k, &v) in rest.iter().enumerate() {
            for (sum, (_, row)) in sums.iter_mut().zip(&rows) {
                *sum += row[k] * v;
            }
        }
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total += sum;
        }
        at += v.len();
    }
    totals
}

/// total_j += sum_k weight_k row_kj.
pub(super) fn add<T: Real>(weights: &[T], rows: &[T], total: &mut [T]) {
    let m = total.len();
    for (weights, rows) in weights.chunks(4).zip(rows.chunks(4 * m)) {
        match (weights.first_chunk::<4>(), four(rows, m)) {
            (Some(weights), Some(rows)) => add_rows(*weights, rows, total),
            _ => {
                for (&weight, row) in weights.iter().zip(rows.chunks_exact(m)) {
                    add_rows([weight], [row], total);
                }
            }
        }
    }
}

fn add_rows<T: Real, const R: usize>(weights: [T; R], rows: [&[T]; R], total: &mut [T]) {
    let rows = rows.map(|row| row[..total.len()].as_chunks::<COLUMNS>());
    let (whole, rest) = total.as_chunks_mut::<COLUMNS>();
    for (k, total) in whole.iter_mut().enumerate() {
        for (weight, (row, _)) in weights.iter().zip(&rows) {
            for (total, &value) in total.iter_mut().zip(&row[k]) {
                *total += *weight * value;
            }
        }
    }
    for (k, total) in rest.iter_mut().enumerate() {
        for (weight, (_, row)) in weights.iter().zip(&rows) {
            *total += *weight * row[k];
        }
    }
}

/// Four rows of m, where there are so many.
fn four<T>(rows: &[T], m: usize) -> Option<[&[T]; 4]> {
    let (t0, rest) = rows.split_at_checked(m)?;
    let (t1, rest) = rest.split_at_checked(m)?;
    let (t2, rest) = rest.split_at_checked(m)?;
    Some([t0, t1, t2, rest.get(..m)?])
}

/// The same to be written, where `count` is four.
fn four_mut<T>(rows: &mut [T], m: usize, count: usize) -> Option<[&mut [T]; GROUP]> {
    if count != GROUP {
        return None;
    }
    let (t0, rest) = rows.split_at_mut_checked(m)?;
    let (t1, rest) = rest.split_at_mut_checked(m)?;
    let (t2, rest) = rest.split_at_mut_checked(m)?;
    Some([t0, t1, t2, rest.get_mut(..m)?])
}

const _: () = assert!(GROUP == 4 && MAX_TILE_ROWS.is_multiple_of(GROUP));
