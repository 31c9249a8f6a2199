//! Exponents of a few rows at a time, F_i + G_j + S_ij, and their exponentials: where solves spend their time.
//!
//! Under the squared Euclidean cost S_ij is a dot product, and four rows against one or two vectors of columns are multiplied in registers: every
//! coordinate that is read takes part in four products, in small dimensions (where the sum is short and the exponential dear) as in large
//! ones (where this is the kernel of a matrix product).

use super::prepared::Prepared;
use super::scores::{PANEL, Packed, Rows};
use super::{FLUSH, MAX_TILE_ROWS, log_zero};
use crate::real::Real;
use crate::simd::{Job, Simd, SimdExt};

/// Where a block begins, and the potentials of its rows and columns.
#[derive(Clone, Copy)]
pub(crate) struct Place<'b, T> {
    /// The first row.
    pub i: usize,
    /// The first column: a multiple of [`PANEL`].
    pub start: usize,
    /// F of the rows.
    pub f: &'b [T],
    /// G of the columns.
    pub g: &'b [T],
}

/// out_kj = 2^(F_k + G_j + S_kj), row after row; `sums` are those of the rows.
pub(crate) fn exponentials<T: Real>(p: &Prepared<'_, T>, place: Place<'_, T>, out: &mut [T], sums: &mut [T]) {
    for_rows::<T, true>(p, place, out, sums);
}

/// out_kj = F_k + G_j + S_kj, row after row; `largest` are those of the rows.
pub(crate) fn exponents<T: Real>(p: &Prepared<'_, T>, place: Place<'_, T>, out: &mut [T], largest: &mut [T]) {
    for_rows::<T, false>(p, place, out, largest);
}

fn for_rows<T: Real, const EXP: bool>(p: &Prepared<'_, T>, place: Place<'_, T>, out: &mut [T], found: &mut [T]) {
    let m = place.g.len();
    match p.scores.rows(p.s, place.i, place.start) {
        Rows::Products { points, factor } => {
            let (mut out, mut found, mut first) = (out, found, 0);
            while first < place.f.len() {
                let count = MAX_TILE_ROWS.min(place.f.len() - first);
                let (part, rest) = core::mem::take(&mut out).split_at_mut(count * m);
                let (found_part, found_rest) = core::mem::take(&mut found).split_at_mut(count);
                let place = Place { i: place.i + first, f: &place.f[first..first + count], ..place };
                T::dispatch(p.instructions, Products::<T, EXP> { points, factor, place, out: part, found: found_part });
                (out, found, first) = (rest, found_rest, first + count);
            }
        }
        Rows::Kept { values, stride, factor } => {
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                let values = Some(&values[k * stride..k * stride + m]);
                *found =
                    T::dispatch(p.instructions, Affine::<T, EXP> { values, factor, f: place.f[k], g: place.g, row });
            }
        }
        Rows::Computed { factor } => {
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                p.scores.cost_row(place.i + k, place.start, row);
                *found = T::dispatch(
                    p.instructions,
                    Affine::<T, EXP> { values: None, factor, f: place.f[k], g: place.g, row },
                );
            }
        }
    }
}

/// row_j = f + g_j + factor value_j, or its exponential; the values are those of `row` itself where none are given. Returns the sum of
/// the exponentials, or the largest exponent.
struct Affine<'b, T, const EXP: bool> {
    values: Option<&'b [T]>,
    factor: T,
    f: T,
    g: &'b [T],
    row: &'b mut [T],
}

impl<T: Real, const EXP: bool> Job<T> for Affine<'_, T, EXP> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> T {
        let Affine { values, factor, f, g, row } = self;
        let (f, factor) = (simd.splat(f), simd.splat(factor));
        let mut found = Found::<T, S, EXP>::new(simd);
        let mut at = 0;
        while at < row.len() {
            let len = S::LANES.min(row.len() - at);
            let value = match values {
                Some(values) => simd.load_part(&values[at..at + len], T::ZERO),
                None => simd.load_part(&row[at..at + len], T::ZERO),
            };
            let base = simd.load_part(&g[at..at + len], log_zero()) + f;
            let result = found.take(simd, simd.mul_add(value, factor, base));
            simd.store_part(result, &mut row[at..at + len]);
            at += len;
            if at % FLUSH == 0 {
                found.flush(simd);
            }
        }
        found.flush(simd);
        found.total
    }
}

/// What is made of the exponents of a row, and its sum or maximum.
#[derive(Clone, Copy)]
struct Found<T: Real, S: Simd<T>, const EXP: bool> {
    lanes: S::Vector,
    total: T,
}

impl<T: Real, S: Simd<T>, const EXP: bool> Found<T, S, EXP> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let total = if EXP { T::ZERO } else { -T::INFINITY };
        Found { lanes: simd.splat(total), total }
    }

    #[inline(always)]
    fn take(&mut self, simd: S, exponent: S::Vector) -> S::Vector {
        if EXP {
            let value = simd.exp2(exponent);
            self.lanes = self.lanes + value;
            value
        } else {
            self.lanes = simd.max(exponent, self.lanes);
            exponent
        }
    }

    /// Lanes into the total: keeps sums in single precision short.
    #[inline(always)]
    fn flush(&mut self, simd: S) {
        if EXP {
            self.total += simd.sum(self.lanes);
            self.lanes = simd.splat(T::ZERO);
        } else {
            self.total = simd.fold(self.lanes, T::max);
        }
    }
}

/// The exponents of up to [`MAX_TILE_ROWS`] rows of points.
struct Products<'b, T, const EXP: bool> {
    points: Packed<'b, T>,
    factor: T,
    place: Place<'b, T>,
    out: &'b mut [T],
    found: &'b mut [T],
}

impl<T: Real, const EXP: bool> Job<T> for Products<'_, T, EXP> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(mut self, simd: S) {
        let rows = self.place.f.len();
        let mut found = [Found::<T, S, EXP>::new(simd); MAX_TILE_ROWS];
        let mut at = 0;
        while at < self.place.g.len() {
            let width = self.points.panel(self.place.start + at).width.min(self.place.g.len() - at);
            let mut row = 0;
            while row + 4 <= rows {
                self.panel::<S, 4>(simd, row, at, width, &mut found);
                row += 4;
            }
            while row < rows {
                self.panel::<S, 1>(simd, row, at, width, &mut found);
                row += 1;
            }
            at += width;
            if at % FLUSH == 0 {
                for found in &mut found[..rows] {
                    found.flush(simd);
                }
            }
        }
        for (total, found) in self.found.iter_mut().zip(&mut found) {
            found.flush(simd);
            *total = found.total;
        }
    }
}

impl<T: Real, const EXP: bool> Products<'_, T, EXP> {
    /// R rows against the panel of columns that begins at `at`.
    #[inline(always)]
    fn panel<S: Simd<T>, const R: usize>(
        &mut self,
        simd: S,
        row: usize,
        at: usize,
        width: usize,
        found: &mut [Found<T, S, EXP>; MAX_TILE_ROWS],
    ) {
        let mut done = 0;
        if S::COLUMNS == 2 {
            while done + 2 * S::LANES <= width {
                self.tile::<S, R, 2>(simd, row, at, done, S::LANES, found);
                done += 2 * S::LANES;
            }
        }
        while done + S::LANES <= width {
            self.tile::<S, R, 1>(simd, row, at, done, S::LANES, found);
            done += S::LANES;
        }
        if done < width {
            self.tile::<S, R, 1>(simd, row, at, done, width - done, found);
        }
    }

    /// R rows against C vectors of `len` columns.
    #[inline(always)]
    fn tile<S: Simd<T>, const R: usize, const C: usize>(
        &mut self,
        simd: S,
        row: usize,
        at: usize,
        done: usize,
        len: usize,
        found: &mut [Found<T, S, EXP>; MAX_TILE_ROWS],
    ) {
        let d = self.points.dimension;
        let panel = self.points.panel(self.place.start + at);
        let x = &self.points.x[(self.place.i + row) * d..(self.place.i + row + R) * d];
        let mut products = [[simd.splat(T::ZERO); C]; R];
        for k in 0..d {
            let line = &panel.values[k * panel.width + done..k * panel.width + done + (C - 1) * S::LANES + len];
            for c in 0..C {
                let y = simd.load_part(&line[c * S::LANES..c * S::LANES + len], T::ZERO);
                for r in 0..R {
                    products[r][c] = simd.mul_add(simd.splat(x[r * d + k]), y, products[r][c]);
                }
            }
        }
        let (m, factor) = (self.place.g.len(), simd.splat(self.factor));
        for c in 0..C {
            let from = at + done + c * S::LANES;
            let g = simd.load_part(&self.place.g[from..from + len], log_zero());
            for r in 0..R {
                let base = g + simd.splat(self.place.f[row + r]);
                let result = found[row + r].take(simd, simd.mul_add(products[r][c], factor, base));
                let to = (row + r) * m + from;
                simd.store_part(result, &mut self.out[to..to + len]);
            }
        }
    }
}

const _: () = assert!(FLUSH % PANEL == 0 && PANEL % crate::simd::MAX_LANES == 0);
