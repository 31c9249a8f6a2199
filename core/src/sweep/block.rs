//! Exponents of a few rows at a time, F_i + G_j + S_ij, and their exponentials: where solves spend their time.
//!
//! Under the squared Euclidean cost S_ij is a dot product, and four rows against one or two vectors of columns are multiplied in registers: every
//! coordinate that is read takes part in four products, in small dimensions (where the sum is short and the exponential dear) as in large
//! ones (where this is the kernel of a matrix product).

use core::ops::Range;

use super::prepared::Prepared;
use super::scores::{GROUP, PANEL, Packed, Panel, Rows};
use super::{FLUSH, MAX_TILE_ROWS, compact, log_zero};
use crate::real::Real;
use crate::simd::{Job, Simd, SimdExt, each_vector};

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
    for_rows(p, place, out, sums, true);
}

/// out_kj = F_k + G_j + S_kj, row after row; `largest` are those of the rows.
pub(crate) fn exponents<T: Real>(p: &Prepared<'_, T>, place: Place<'_, T>, out: &mut [T], largest: &mut [T]) {
    for_rows(p, place, out, largest, false);
}

fn for_rows<T: Real>(p: &Prepared<'_, T>, place: Place<'_, T>, out: &mut [T], found: &mut [T], exp: bool) {
    let m = place.g.len();
    match p.scores.rows(p.s, place.i, place.start) {
        Rows::Products { points, factor } => {
            let (mut out, mut found, mut first) = (out, found, 0);
            while first < place.f.len() {
                let count = MAX_TILE_ROWS.min(place.f.len() - first);
                let (part, rest) = core::mem::take(&mut out).split_at_mut(count * m);
                let (found_part, found_rest) = core::mem::take(&mut found).split_at_mut(count);
                let place = Place { i: place.i + first, f: &place.f[first..first + count], ..place };
                T::run(p.instructions, Products { points, factor, place, out: part, found: found_part, exp });
                (out, found, first) = (rest, found_rest, first + count);
            }
        }
        #[cfg(feature = "costs")]
        Rows::Kept { values, stride, factor } => {
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                let values = Some(&values[k * stride..k * stride + m]);
                *found = T::run(p.instructions, Affine { values, factor, f: place.f[k], g: place.g, row, exp });
            }
        }
        #[cfg(feature = "costs")]
        Rows::Computed { factor } => {
            p.scores.costs(p.instructions, place.i, place.start, m, out);
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                *found = T::run(p.instructions, Affine { values: None, factor, f: place.f[k], g: place.g, row, exp });
            }
        }
    }
}

/// row_j = f + g_j + factor value_j, or its exponential; the values are those of `row` itself where none are given. Returns the sum of
/// the exponentials, or the largest exponent.
pub struct Affine<'b, T> {
    values: Option<&'b [T]>,
    factor: T,
    f: T,
    g: &'b [T],
    row: &'b mut [T],
    exp: bool,
}

impl<T: Real> Job<T> for Affine<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> T {
        if !S::COMPACT {
            return if self.exp { self.found::<S, true>(simd) } else { self.found::<S, false>(simd) };
        }
        let Affine { values, factor, f, g, row, exp } = self;
        if let Some(values) = values {
            row.copy_from_slice(values);
        }
        for (value, &g) in row.iter_mut().zip(g) {
            let exponent = *value * factor + (g + f);
            *value = if exponent < log_zero() { log_zero() } else { exponent };
        }
        if exp { compact::exponentials(row) } else { compact::largest(row) }
    }
}

impl<T: Real> Affine<'_, T> {
    #[inline(always)]
    fn found<S: Simd<T>, const EXP: bool>(self, simd: S) -> T {
        let Affine { values, factor, f, g, row, .. } = self;
        let (f, factor, least) = (simd.splat(f), simd.splat(factor), simd.splat(log_zero()));
        let mut found = Found::<T, S, EXP>::new(simd);
        let mut at = 0;
        while at < row.len() {
            let end = (at + FLUSH).min(row.len());
            each_vector::<T, S>(
                at..end,
                #[inline(always)]
                |at, len| {
                    let value = match values {
                        Some(values) => simd.load_part(&values[at..at + len], T::ZERO),
                        None => simd.load_part(&row[at..at + len], T::ZERO),
                    };
                    // Beyond the end: below the least, whatever f is.
                    let base = simd.load_part(&g[at..at + len], T::TWO * log_zero()) + f;
                    // That of an infinite cost would be minus infinity, and NaN where it is taken from another.
                    let exponent = simd.mul_add(value, factor, base);
                    let result = found.take(simd, simd.select_less(exponent, least, least, exponent));
                    simd.store_part(result, &mut row[at..at + len]);
                },
            );
            found.flush(simd);
            at = end;
        }
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
pub struct Products<'b, T: Real> {
    points: Packed<'b, T>,
    factor: T,
    place: Place<'b, T>,
    out: &'b mut [T],
    found: &'b mut [T],
    exp: bool,
}

impl<T: Real> Job<T> for Products<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        if !S::COMPACT {
            return if self.exp { self.over_columns::<S, true>(simd) } else { self.over_columns::<S, false>(simd) };
        }
        let Products { points, factor, place, out, found, exp } = self;
        compact::products(points, factor, place, out);
        for (row, found) in out.chunks_exact_mut(place.g.len()).zip(found) {
            *found = if exp { compact::exponentials(row) } else { compact::largest(row) };
        }
    }
}

impl<T: Real> Products<'_, T> {
    #[inline(always)]
    fn over_columns<S: Simd<T>, const EXP: bool>(mut self, simd: S) {
        let (rows, m) = (self.place.f.len(), self.place.g.len());
        // As many columns as stay in the cache while all rows of the tile go over them.
        let stride = if self.points.dimension < MAX_TILE_ROWS { FLUSH } else { PANEL };
        let mut found = [Found::<T, S, EXP>::new(simd); MAX_TILE_ROWS];
        let mut at = 0;
        while at < m {
            let end = (at + stride).min(m);
            let mut row = 0;
            while row < rows {
                let i = self.place.i + row;
                if i.is_multiple_of(GROUP) && row + GROUP <= rows {
                    let coordinates = self.points.group(i).values.as_chunks::<GROUP>().0;
                    self.group(simd, row, at..end, &mut found, coordinates);
                    row += GROUP;
                } else {
                    let group = self.points.group(i - i % GROUP);
                    let x = group.values[i % GROUP..].iter().step_by(group.width).map(|&x| [x]);
                    if self.points.dimension <= 3 {
                        let factor = self.factor;
                        let x = x.map(|[x]| [factor * x]);
                        self.columns::<S, EXP, 1, true>(simd, row, at..end, &mut found, x);
                    } else {
                        self.columns::<S, EXP, 1, false>(simd, row, at..end, &mut found, x);
                    }
                    row += 1;
                }
            }
            at = end;
            if at.is_multiple_of(FLUSH) {
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

    /// The rows of a group against some columns.
    #[inline(always)]
    fn group<S: Simd<T>, const EXP: bool>(
        &mut self,
        simd: S,
        row: usize,
        columns: Range<usize>,
        found: &mut [Found<T, S, EXP>; MAX_TILE_ROWS],
        coordinates: &[[T; GROUP]],
    ) {
        let factor = self.factor;
        let scaled = |mut x: [T; GROUP]| {
            x.iter_mut().for_each(|x| *x = factor * *x);
            x
        };
        // Few coordinates: loops of a known length are no loops, and the factor becomes a part of the coordinates.
        match *coordinates {
            [p] => {
                let x = [scaled(p)];
                self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, x.into_iter());
            }
            [p, q] => {
                let x = [scaled(p), scaled(q)];
                self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, x.into_iter());
            }
            [p, q, r] => {
                let x = [scaled(p), scaled(q), scaled(r)];
                self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, x.into_iter());
            }
            ref more => {
                self.columns::<S, EXP, GROUP, false>(simd, row, columns, found, more.iter().copied());
            }
        }
    }

    /// R rows against some columns: whole panels, but for the last. `SCALED` coordinates contain the factor.
    #[inline(always)]
    fn columns<S: Simd<T>, const EXP: bool, const R: usize, const SCALED: bool>(
        &mut self,
        simd: S,
        row: usize,
        columns: Range<usize>,
        all: &mut [Found<T, S, EXP>; MAX_TILE_ROWS],
        x: impl Iterator<Item = [T; R]> + Clone,
    ) {
        let mut found = [all[row]; R];
        found.copy_from_slice(&all[row..row + R]);
        let mut at = columns.start;
        while at < columns.end {
            let panel = self.points.panel(self.place.start + at);
            let width = panel.width.min(columns.end - at);
            let mut done = 0;
            if S::COLUMNS == 2 {
                while done + 2 * S::LANES <= width {
                    self.tile::<S, EXP, R, 2, SCALED>(simd, row, at, panel, done, S::LANES, &mut found, x.clone());
                    done += 2 * S::LANES;
                }
            }
            while done + S::LANES <= width {
                self.tile::<S, EXP, R, 1, SCALED>(simd, row, at, panel, done, S::LANES, &mut found, x.clone());
                done += S::LANES;
            }
            if done < width {
                self.tile::<S, EXP, R, 1, SCALED>(simd, row, at, panel, done, width - done, &mut found, x.clone());
            }
            at += width;
        }
        all[row..row + R].copy_from_slice(&found);
    }

    /// R rows against C vectors of `len` columns.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)] // the innermost part of a loop over panels and rows
    fn tile<S: Simd<T>, const EXP: bool, const R: usize, const C: usize, const SCALED: bool>(
        &mut self,
        simd: S,
        row: usize,
        at: usize,
        panel: Panel<'_, T>,
        done: usize,
        len: usize,
        found: &mut [Found<T, S, EXP>; R],
        x: impl Iterator<Item = [T; R]>,
    ) {
        let (m, factor) = (self.place.g.len(), simd.splat(self.factor));
        let Place { f, g, .. } = self.place;
        let f = &f[row..row + R];
        let first = at + done;
        let g = &g[first..first + (C - 1) * S::LANES + len];
        let mut products = [[simd.splat(T::ZERO); C]; R];
        if SCALED {
            for c in 0..C {
                let g = simd.load_part(&g[c * S::LANES..c * S::LANES + len], log_zero());
                for r in 0..R {
                    products[r][c] = g + simd.splat(f[r]);
                }
            }
        }
        let mut from = done;
        for x in x {
            let line = &panel.values[from..from + (C - 1) * S::LANES + len];
            from += panel.width;
            for c in 0..C {
                let y = simd.load_part(&line[c * S::LANES..c * S::LANES + len], T::ZERO);
                for r in 0..R {
                    products[r][c] = simd.mul_add(simd.splat(x[r]), y, products[r][c]);
                }
            }
        }
        for c in 0..C {
            for r in 0..R {
                let mut exponent = products[r][c];
                if !SCALED {
                    let g = simd.load_part(&g[c * S::LANES..c * S::LANES + len], log_zero());
                    exponent = simd.mul_add(exponent, factor, g + simd.splat(f[r]));
                }
                let to = (row + r) * m + first + c * S::LANES;
                simd.store_part(found[r].take(simd, exponent), &mut self.out[to..to + len]);
            }
        }
    }
}

/// out_j = C_ij, without cancellation.
pub(crate) fn costs<T: Real>(p: &Prepared<'_, T>, i: usize, out: &mut [T]) {
    match p.scores.products() {
        Some(points) => {
            T::run(p.instructions, Distances { points, i, out: &mut *out });
            points.add_zeros(i, 0, out);
        }
        None => p.scores.costs(p.instructions, i, 0, out.len(), out),
    }
}

/// Squared distances of x_i.
pub struct Distances<'b, T: Real> {
    points: Packed<'b, T>,
    i: usize,
    out: &'b mut [T],
}

impl<T: Real> Job<T> for Distances<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) {
        let Distances { points, i, out } = self;
        let group = points.group(i - i % GROUP);
        let x = group.values[i % GROUP..].iter().step_by(group.width).zip(points.delta);
        for (start, out) in (0..).step_by(PANEL).zip(out.chunks_mut(PANEL)) {
            let panel = points.panel(start);
            each_vector::<T, S>(
                0..out.len(),
                #[inline(always)]
                |at, len| {
                    let (mut total, mut from) = (simd.splat(T::ZERO), at);
                    for (&x, &delta) in x.clone() {
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        let difference = simd.splat(x + delta) - y;
                        total = simd.mul_add(difference, difference, total);
                        from += panel.width;
                    }
                    simd.store_part(total, &mut out[at..at + len]);
                },
            );
        }
    }
}

const _: () = assert!(FLUSH.is_multiple_of(PANEL) && PANEL.is_multiple_of(crate::simd::MAX_LANES));
