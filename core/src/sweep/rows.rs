//! Sums over rows that are stored: products with a vector, weighted sums of rows, logarithms.

use super::prepared::Prepared;
use super::{FLUSH, compact};
use crate::measure::Weights;
use crate::real::Real;
use crate::simd::{Instructions, Job, MAX_LANES, Simd, SimdExt, each_vector};

/// total_j += sum_k weight_k row_kj, four rows at a time.
pub(crate) fn add<T: Real>(instructions: Instructions, weights: &[T], rows: &[T], total: &mut [T]) {
    T::run(instructions, Add { weights, rows, total });
}

pub struct Add<'r, T> {
    weights: &'r [T],
    rows: &'r [T],
    total: &'r mut [T],
}

impl<T: Real> Job<T> for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let Add { weights, rows, total } = self;
        if S::COMPACT {
            return compact::add(weights, rows, total);
        }
        let m = total.len();
        let mut k = 0;
        while k + 4 <= weights.len() {
            let [t0, t1, t2, t3] = four(&rows[k * m..(k + 4) * m], m);
            let [p, q, r, s] = [weights[k], weights[k + 1], weights[k + 2], weights[k + 3]].map(|w| simd.splat(w));
            each_vector::<T, S>(
                0..m,
                #[inline(always)]
                |at, len| {
                    let load = |from: &[T]| simd.load_part(&from[at..at + len], T::ZERO);
                    let left = simd.mul_add(p, load(t0), q * load(t1));
                    let right = simd.mul_add(r, load(t2), s * load(t3));
                    let sum = simd.load_part(&total[at..at + len], T::ZERO) + (left + right);
                    simd.store_part(sum, &mut total[at..at + len]);
                },
            );
            k += 4;
        }
        while k < weights.len() {
            let (weight, row) = (simd.splat(weights[k]), &rows[k * m..(k + 1) * m]);
            each_vector::<T, S>(
                0..m,
                #[inline(always)]
                |at, len| {
                    let sum = simd.load_part(&total[at..at + len], T::ZERO);
                    let sum = simd.mul_add(weight, simd.load_part(&row[at..at + len], T::ZERO), sum);
                    simd.store_part(sum, &mut total[at..at + len]);
                },
            );
            k += 1;
        }
    }
}

#[inline(always)]
fn four<T>(rows: &[T], m: usize) -> [&[T]; 4] {
    let (t0, rest) = rows.split_at(m);
    let (t1, rest) = rest.split_at(m);
    let (t2, t3) = rest.split_at(m);
    [t0, t1, t2, t3]
}

/// sums_k = sum_j row_kj v_j.
pub(crate) fn times<T: Real>(instructions: Instructions, rows: &[T], v: &[T], sums: &mut [T]) {
    T::run(instructions, Times { rows, v, sums });
}

pub struct Times<'r, T> {
    rows: &'r [T],
    v: &'r [T],
    sums: &'r mut [T],
}

impl<T: Real> Job<T> for Times<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let Times { rows, v, sums } = self;
        if S::COMPACT {
            return compact::times(rows, v, sums);
        }
        let m = v.len();
        let (fours, rest) = sums.as_chunks_mut::<4>();
        for (k, sums) in fours.iter_mut().enumerate() {
            let [t0, t1, t2, t3] = four(&rows[4 * k * m..4 * (k + 1) * m], m);
            *sums = [T::ZERO; 4];
            let mut at = 0;
            while at < m {
                let end = (at + FLUSH).min(m);
                let zero = simd.splat(T::ZERO);
                let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
                each_vector::<T, S>(
                    at..end,
                    #[inline(always)]
                    |at, len| {
                        let load = |from: &[T]| simd.load_part(&from[at..at + len], T::ZERO);
                        let v = load(v);
                        s0 = simd.mul_add(load(t0), v, s0);
                        s1 = simd.mul_add(load(t1), v, s1);
                        s2 = simd.mul_add(load(t2), v, s2);
                        s3 = simd.mul_add(load(t3), v, s3);
                    },
                );
                at = end;
                sums[0] += simd.sum(s0);
                sums[1] += simd.sum(s1);
                sums[2] += simd.sum(s2);
                sums[3] += simd.sum(s3);
            }
        }
        let first = 4 * fours.len();
        for (k, sum) in rest.iter_mut().enumerate() {
            let row = &rows[(first + k) * m..(first + k + 1) * m];
            *sum = T::ZERO;
            let mut at = 0;
            while at < m {
                let end = (at + FLUSH).min(m);
                let mut lanes = simd.splat(T::ZERO);
                each_vector::<T, S>(
                    at..end,
                    #[inline(always)]
                    |at, len| {
                        let load = |from: &[T]| simd.load_part(&from[at..at + len], T::ZERO);
                        lanes = simd.mul_add(load(row), load(v), lanes);
                    },
                );
                at = end;
                *sum += simd.sum(lanes);
            }
        }
    }
}

/// largest_j = max(largest_j, row_kj) over all rows.
pub(crate) fn raise<T: Real>(p: &Prepared<'_, T>, rows: &[T], largest: &mut [T]) {
    T::run(p.instructions, Raise { rows, largest });
}

pub struct Raise<'r, T> {
    rows: &'r [T],
    largest: &'r mut [T],
}

impl<T: Real> Job<T> for Raise<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let m = self.largest.len();
        for row in self.rows.chunks_exact(m) {
            for (row, largest) in row.chunks(S::LANES).zip(self.largest.chunks_mut(S::LANES)) {
                let most = simd.max(simd.load_part(row, T::ZERO), simd.load_part(largest, T::ZERO));
                simd.store_part(most, largest);
            }
        }
    }
}

/// row_j <- 2^(row_j - largest).
pub(crate) fn exp2_less<T: Real>(p: &Prepared<'_, T>, row: &mut [T], largest: T) {
    T::run(p.instructions, Exp2Less { row, largest });
}

pub struct Exp2Less<'r, T> {
    row: &'r mut [T],
    largest: T,
}

impl<T: Real> Job<T> for Exp2Less<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let largest = simd.splat(self.largest);
        for row in self.row.chunks_mut(S::LANES) {
            let exponent = simd.load_part(row, T::ZERO) - largest;
            simd.store_part(simd.exp2(exponent), row);
        }
    }
}

/// row_kj <- 2^(row_kj - origin_j); returns the largest |row_kj - origin_j|.
pub(crate) fn exp2_less_each<T: Real>(p: &Prepared<'_, T>, rows: &mut [T], origin: &[T]) -> T {
    T::run(p.instructions, Exp2LessEach { rows, origin })
}

pub struct Exp2LessEach<'r, T> {
    rows: &'r mut [T],
    origin: &'r [T],
}

impl<T: Real> Job<T> for Exp2LessEach<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> T {
        let mut largest = simd.splat(T::ZERO);
        for row in self.rows.chunks_exact_mut(self.origin.len()) {
            for (row, origin) in row.chunks_mut(S::LANES).zip(self.origin.chunks(S::LANES)) {
                let exponent = simd.load_part(row, T::ZERO) - simd.load_part(origin, T::ZERO);
                largest = simd.max(simd.abs(exponent), largest);
                simd.store_part(simd.exp2(exponent), row);
            }
        }
        simd.fold(largest, T::max)
    }
}

/// total_j += sum_k 2^(row_kj - largest_j).
pub(crate) fn add_exp2_less<T: Real>(p: &Prepared<'_, T>, rows: &[T], largest: &[T], total: &mut [T]) {
    T::run(p.instructions, AddExp2Less { rows, largest, total });
}

pub struct AddExp2Less<'r, T> {
    rows: &'r [T],
    largest: &'r [T],
    total: &'r mut [T],
}

impl<T: Real> Job<T> for AddExp2Less<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let AddExp2Less { rows, largest, total } = self;
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
}

/// Weights in vectors, stored or not: nothing beyond the end.
#[derive(Clone, Copy)]
pub(super) struct WeightVectors<'w, T> {
    values: Option<&'w [T]>,
    factor: T,
    uniform: [T; MAX_LANES],
}

impl<'w, T: Real> WeightVectors<'w, T> {
    #[inline(always)]
    pub fn new(weights: Weights<'w, T>) -> Self {
        WeightVectors { values: weights.values(), factor: weights.factor(), uniform: [weights.get(0); MAX_LANES] }
    }

    #[inline(always)]
    pub fn load<S: Simd<T>>(&self, simd: S, at: usize, len: usize) -> S::Vector {
        match self.values {
            Some(values) => simd.load_part(&values[at..at + len], T::ZERO) * simd.splat(self.factor),
            None => simd.load_part(&self.uniform[..len], T::ZERO),
        }
    }
}

/// log2 in place, of positive normal numbers; returns the largest |log2|. Of what underflows or overflows, or is no number, it is beyond
/// [`Real::SAFE_EXPONENT`].
pub(crate) fn log2<T: Real>(instructions: Instructions, values: &mut [T]) -> T {
    T::run(instructions, Log2 { values })
}

pub struct Log2<'r, T> {
    values: &'r mut [T],
}

impl<T: Real> Job<T> for Log2<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> T {
        let mut largest = simd.splat(T::ZERO);
        for part in self.values.chunks_mut(S::LANES) {
            let log = simd.log2(simd.load_part(part, T::ONE));
            largest = simd.max(simd.abs(log), largest);
            simd.store_part(log, part);
        }
        simd.fold(largest, T::max)
    }
}
