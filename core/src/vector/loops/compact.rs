//! The loops over pairs for code that shall be small: one scalar at a time, with nothing in a loop but loads, products,
//! sums and stores. Slices are cut to one length before each loop, so that no index is checked inside, and that no
//! small solve calls anything that can panic.

use super::{FLUSH, MAX_TILE_ROWS};
use crate::float::Float;
use crate::vector::points::{GROUP, PANEL, PackedPoints, Panel, TileAt};

/// out_kj <- F_k + G_j + S_kj for rows of points, line by line of their coordinates.
pub(super) fn products<T: Float>(points: PackedPoints<'_, T>, factor: T, tile: TileAt<'_, T>, out: &mut [T]) {
    let (rows, m) = (tile.f.len(), tile.g.len());
    let (mut rest, mut row) = (out, 0);
    while row < rows {
        let (i, first) = (tile.i + row, (tile.i + row) % GROUP);
        let group = points.group(i - first);
        let count = if first == 0 && row + GROUP <= rows { GROUP } else { 1 };
        let (part, tail) = core::mem::take(&mut rest).split_at_mut(count * m);
        if let (Some(f), Some(rows)) = (tile.f[row..].first_chunk::<GROUP>(), four_mut(part, m, count)) {
            write::<T, GROUP, COLUMNS>(points, factor, tile, (group, 0), *f, rows);
        } else {
            write::<T, 1, 1>(points, factor, tile, (group, first), [tile.f[row]], [part]);
        }
        (rest, row) = (tail, row + count);
    }
}

/// Writes R rows of a group, from row `first` of it on, C columns at a time. If coordinates are few, the factor is
/// multiplied into those of the rows, once. If they are many, products are added up first, which rounds less.
fn write<T: Float, const R: usize, const C: usize>(
    points: PackedPoints<'_, T>,
    factor: T,
    TileAt { start, g, .. }: TileAt<'_, T>,
    (group, first): (Panel<'_, T>, usize),
    f: [T; R],
    mut out: [&mut [T]; R],
) {
    let few = points.dimension <= 3;
    let (base, own_factor) = if few { (T::ONE, factor) } else { (T::ZERO, T::ONE) };
    let mut at = 0;
    while at < g.len() {
        // The first column may lie inside its panel, if pairs are skipped.
        let inside = if cfg!(feature = "skipping") { (start + at) % PANEL } else { 0 };
        let panel = points.panel(start + at - inside);
        let width = (panel.width - inside).min(g.len() - at);
        let g = &g[at..at + width];
        let mut out = out.each_mut().map(|row| &mut row[at..at + width]);
        each::<T, R, C>(&mut out, g, |r, _, g| base * (g + f[r]));
        for (x, y) in group.values.chunks_exact(group.width).zip(panel.values.chunks_exact(panel.width)) {
            let x: [T; R] = core::array::from_fn(|r| own_factor * x[first + r]);
            each::<T, R, C>(&mut out, &y[inside..inside + width], |r, sum, y| x[r] * y + sum);
        }
        if !few {
            each::<T, R, 1>(&mut out, g, |r, sum, g| sum * factor + (g + f[r]));
        }
        at += width;
    }
}

/// The number of columns that a loop does at a time, which saves additions of addresses.
const COLUMNS: usize = 4;

/// out_rj <- of(r, out_rj, line_j) for the rows r of a tile.
#[inline(always)]
fn each<T: Float, const R: usize, const C: usize>(out: &mut [&mut [T]; R], line: &[T], of: impl Fn(usize, T, T) -> T) {
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

/// Turns exponents into exponentials, in place, and returns their sum.
pub(super) fn exponentials<T: Float>(row: &mut [T]) -> T {
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

/// Returns the largest of a row.
pub(super) fn largest<T: Float>(row: &[T]) -> T {
    row.iter().fold(-T::INFINITY, |most, &value| if value > most { value } else { most })
}

/// sums_k <- sum_j row_kj v_j.
pub(super) fn times<T: Float>(rows: &[T], v: &[T], sums: &mut [T]) {
    let m = v.len().max(1);
    let mut fours = rows.chunks(m.saturating_mul(4)); // stepped by hand, because a zip counts chunks first, and divides
    for sums in sums.chunks_mut(4) {
        let Some(rows) = fours.next() else { return };
        match (four(rows, m), sums.first_chunk_mut::<4>()) {
            (Some(rows), Some(sums)) => *sums = dots(rows, v),
            _ => {
                for (row, sum) in rows.chunks_exact(m).zip(sums) {
                    *sum = T::ZERO;
                    for (row, v) in row.chunks(FLUSH).zip(v.chunks(FLUSH)) {
                        *sum += row.iter().zip(v).fold(T::ZERO, |sum, (&value, &v)| sum + value * v);
                    }
                }
            }
        }
    }
}

/// Returns sums of products, added up in pieces that keep them accurate.
fn dots<T: Float>([t0, t1, t2, t3]: [&[T]; 4], v: &[T]) -> [T; 4] {
    let mut totals = [T::ZERO; 4];
    let pieces = t0.chunks(FLUSH).zip(t1.chunks(FLUSH)).zip(t2.chunks(FLUSH).zip(t3.chunks(FLUSH)));
    for (((t0, t1), (t2, t3)), v) in pieces.zip(v.chunks(FLUSH)) {
        let mut sums = [T::ZERO; 4];
        let [(w0, r0), (w1, r1), (w2, r2), (w3, r3)] = [t0, t1, t2, t3].map(|row| row.as_chunks::<COLUMNS>());
        let (whole, rest) = v.as_chunks::<COLUMNS>();
        for ((v, (t0, t1)), (t2, t3)) in whole.iter().zip(w0.iter().zip(w1)).zip(w2.iter().zip(w3)) {
            for (sum, row) in sums.iter_mut().zip([t0, t1, t2, t3]) {
                for (&value, &v) in row.iter().zip(v) {
                    *sum += value * v;
                }
            }
        }
        for ((&v, (&t0, &t1)), (&t2, &t3)) in rest.iter().zip(r0.iter().zip(r1)).zip(r2.iter().zip(r3)) {
            for (sum, value) in sums.iter_mut().zip([t0, t1, t2, t3]) {
                *sum += value * v;
            }
        }
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total += sum;
        }
    }
    totals
}

/// total_j += sum_k weight_k row_kj.
pub(super) fn add<T: Float>(weights: &[T], rows: &[T], total: &mut [T]) {
    let m = total.len().max(1);
    let mut fours = rows.chunks(m.saturating_mul(4));
    for weights in weights.chunks(4) {
        let Some(rows) = fours.next() else { return };
        match (weights.first_chunk::<4>(), four(rows, m)) {
            (Some(weights), Some(rows)) => add_four(*weights, rows, total),
            _ => {
                for (&weight, row) in weights.iter().zip(rows.chunks_exact(m)) {
                    for (total, &value) in total.iter_mut().zip(row) {
                        *total += weight * value;
                    }
                }
            }
        }
    }
}

fn add_four<T: Float>(weights: [T; 4], rows: [&[T]; 4], total: &mut [T]) {
    let [(w0, r0), (w1, r1), (w2, r2), (w3, r3)] = rows.map(|row| row.as_chunks::<COLUMNS>());
    let (whole, rest) = total.as_chunks_mut::<COLUMNS>();
    for ((total, (t0, t1)), (t2, t3)) in whole.iter_mut().zip(w0.iter().zip(w1)).zip(w2.iter().zip(w3)) {
        for (weight, row) in weights.iter().zip([t0, t1, t2, t3]) {
            for (total, &value) in total.iter_mut().zip(row) {
                *total += *weight * value;
            }
        }
    }
    for ((total, (&t0, &t1)), (&t2, &t3)) in rest.iter_mut().zip(r0.iter().zip(r1)).zip(r2.iter().zip(r3)) {
        for (weight, value) in weights.iter().zip([t0, t1, t2, t3]) {
            *total += *weight * value;
        }
    }
}

/// Cuts off four rows of m, if there are four.
fn four<T>(rows: &[T], m: usize) -> Option<[&[T]; 4]> {
    let (t0, rest) = rows.split_at_checked(m)?;
    let (t1, rest) = rest.split_at_checked(m)?;
    let (t2, rest) = rest.split_at_checked(m)?;
    Some([t0, t1, t2, rest.get(..m)?])
}

/// Cuts off four rows of m to be written, if `count` is four.
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
