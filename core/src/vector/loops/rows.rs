//! Sums over rows that are stored, and functions of every entry of a row.

use core::ops::Range;

use super::{compact, parts};
use crate::float::Float;
use crate::vector::points::ColumnList;
use crate::vector::simd::{Simd, SimdExt, each_vector};

/// total_j += sum_k weight_k row_kj, four rows at a time.
#[inline(always)]
pub(crate) fn add_rows<T: Float, S: Simd<T>>(simd: S, weights: &[T], rows: &[T], total: &mut [T]) {
    if S::COMPACT {
        return compact::add(weights, rows, total);
    }
    let m = total.len();
    let (fours, rest) = weights.as_chunks::<4>();
    for (k, &weights) in fours.iter().enumerate() {
        add_four(simd, weights, four(&rows[4 * k * m..4 * (k + 1) * m], m), 0..m, total);
    }
    for (k, &weight) in (4 * fours.len()..).zip(rest) {
        add_one(simd, weight, &rows[k * m..(k + 1) * m], 0..m, total);
    }
}

/// Does what [`add_rows`] does for the columns of a list, whose rows lie as
/// [`listed_exponents`](super::exponents::listed_exponents) writes them.
#[inline(always)]
pub(crate) fn add_listed_rows<T: Float, S: Simd<T>>(
    simd: S,
    weights: &[T],
    list: ColumnList<'_, T>,
    rows: &[T],
    total: &mut [T],
) {
    let mut rest = rows;
    for run in list.runs() {
        let (own, more) = rest.split_at(weights.len() * run.len());
        add_rows(simd, weights, own, &mut total[run]);
        rest = more;
    }
}

/// total_j += sum_k weight_k row_kj over four rows, for j in a range.
#[inline(always)]
pub(super) fn add_four<T: Float, S: Simd<T>>(
    simd: S,
    weights: [T; 4],
    [t0, t1, t2, t3]: [&[T]; 4],
    range: Range<usize>,
    total: &mut [T],
) {
    let [p, q, r, s] = weights.map(|weight| simd.splat(weight));
    each_vector::<T, S>(
        range,
        #[inline(always)]
        |at, len| {
            let own = at..at + len;
            let left = q * simd.load_part(&t1[own.clone()], T::ZERO);
            let left = simd.mul_add(p, simd.load_part(&t0[own.clone()], T::ZERO), left);
            let right = s * simd.load_part(&t3[own.clone()], T::ZERO);
            let right = simd.mul_add(r, simd.load_part(&t2[own.clone()], T::ZERO), right);
            let sum = simd.load_part(&total[own], T::ZERO) + (left + right);
            simd.store_part(sum, &mut total[at..at + len]);
        },
    );
}

/// total_j += weight row_j for j in a range.
#[inline(always)]
pub(super) fn add_one<T: Float, S: Simd<T>>(simd: S, weight: T, row: &[T], range: Range<usize>, total: &mut [T]) {
    let weight = simd.splat(weight);
    each_vector::<T, S>(
        range,
        #[inline(always)]
        |at, len| {
            let sum = simd.load_part(&total[at..at + len], T::ZERO);
            let sum = simd.mul_add(weight, simd.load_part(&row[at..at + len], T::ZERO), sum);
            simd.store_part(sum, &mut total[at..at + len]);
        },
    );
}

#[inline(always)]
fn four<T>(rows: &[T], m: usize) -> [&[T]; 4] {
    let (t0, rest) = rows.split_at(m);
    let (t1, rest) = rest.split_at(m);
    let (t2, t3) = rest.split_at(m);
    [t0, t1, t2, t3]
}

/// sums_k <- sum_j row_kj v_j.
#[inline(always)]
pub(crate) fn times_vector<T: Float, S: Simd<T>>(simd: S, rows: &[T], v: &[T], sums: &mut [T]) {
    if S::COMPACT {
        return compact::times(rows, v, sums);
    }
    let m = v.len();
    let (fours, rest) = sums.as_chunks_mut::<4>();
    for (k, sums) in fours.iter_mut().enumerate() {
        dots(simd, four(&rows[4 * k * m..4 * (k + 1) * m], m), v, sums);
    }
    let first = 4 * fours.len();
    for (k, sum) in rest.iter_mut().enumerate() {
        let row = &rows[(first + k) * m..(first + k + 1) * m];
        dots(simd, [row], v, core::array::from_mut(sum));
    }
}

/// sums_k <- sum_j row_kj v_j for R rows, whose sums share every vector of v that is read.
#[inline(always)]
fn dots<T: Float, S: Simd<T>, const R: usize>(simd: S, rows: [&[T]; R], v: &[T], sums: &mut [T; R]) {
    *sums = [T::ZERO; R];
    for part in parts(v.len()) {
        let mut lanes = [simd.splat(T::ZERO); R];
        each_vector::<T, S>(
            part,
            #[inline(always)]
            |at, len| {
                let v = simd.load_part(&v[at..at + len], T::ZERO);
                for r in 0..R {
                    lanes[r] = simd.mul_add(simd.load_part(&rows[r][at..at + len], T::ZERO), v, lanes[r]);
                }
            },
        );
        for r in 0..R {
            sums[r] += simd.sum(lanes[r]);
        }
    }
}

/// largest_j = max(largest_j, row_kj) over all rows.
#[inline(always)]
pub(crate) fn raise_to_rows<T: Float, S: Simd<T>>(simd: S, rows: &[T], largest: &mut [T]) {
    for row in rows.chunks_exact(largest.len()) {
        for (row, largest) in row.chunks(S::LANES).zip(largest.chunks_mut(S::LANES)) {
            let most = simd.max(simd.load_part(row, T::ZERO), simd.load_part(largest, T::ZERO));
            simd.store_part(most, largest);
        }
    }
}

/// value <- 2^value.
#[inline(always)]
pub(crate) fn exp2_each<T: Float, S: Simd<T>>(simd: S, values: &mut [T]) {
    for part in values.chunks_mut(S::LANES) {
        let x = simd.load_part(part, T::ZERO);
        simd.store_part(simd.exp2(x), part);
    }
}

/// row_j <- 2^(row_j - largest).
#[inline(always)]
pub(crate) fn exp2_less<T: Float, S: Simd<T>>(simd: S, row: &mut [T], largest: T) {
    let largest = simd.splat(largest);
    for row in row.chunks_mut(S::LANES) {
        let exponent = simd.load_part(row, T::ZERO) - largest;
        simd.store_part(simd.exp2(exponent), row);
    }
}

/// row_kj <- 2^(row_kj - origin_j); returns the largest |row_kj - origin_j|.
#[inline(always)]
pub(crate) fn exp2_less_each<T: Float, S: Simd<T>>(simd: S, rows: &mut [T], origin: &[T]) -> T {
    let mut largest = simd.splat(T::ZERO);
    for row in rows.chunks_exact_mut(origin.len()) {
        for (row, origin) in row.chunks_mut(S::LANES).zip(origin.chunks(S::LANES)) {
            let exponent = simd.load_part(row, T::ZERO) - simd.load_part(origin, T::ZERO);
            largest = simd.max(simd.abs(exponent), largest);
            simd.store_part(simd.exp2(exponent), row);
        }
    }
    simd.fold(largest, T::max)
}

/// total_j += sum_k 2^(row_kj - largest_j).
#[inline(always)]
pub(crate) fn add_exp2_less<T: Float, S: Simd<T>>(simd: S, rows: &[T], largest: &[T], total: &mut [T]) {
    let m = total.len();
    let mut at = 0;
    while at < m {
        let len = S::LANES.min(m - at);
        let shift = simd.load_part(&largest[at..at + len], T::ZERO);
        let mut sum = simd.load_part(&total[at..at + len], T::ZERO);
        for row in rows.chunks_exact(m) {
            sum = sum + simd.exp2(simd.load_part(&row[at..at + len], T::ZERO) - shift);
        }
        simd.store_part(sum, &mut total[at..at + len]);
        at += len;
    }
}

/// value <- log2 value, for positive normal numbers; returns the largest |log2 value|. If a value underflowed,
/// overflowed or is NaN, the result exceeds the safe exponent.
#[inline(always)]
pub(crate) fn log2_each<T: Float, S: Simd<T>>(simd: S, values: &mut [T]) -> T {
    let mut largest = simd.splat(T::ZERO);
    for part in values.chunks_mut(S::LANES) {
        let log = simd.log2(simd.load_part(part, T::ONE));
        largest = simd.max(simd.abs(log), largest);
        simd.store_part(log, part);
    }
    simd.fold(largest, T::max)
}
