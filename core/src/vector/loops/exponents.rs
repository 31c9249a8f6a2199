//! Exponents of a few rows at a time, and their exponentials. Solves spend their time here.
//!
//! Products of points are computed for four rows and one or two vectors of columns at a time, in registers: every
//! coordinate that is read takes part in four products. This pays in small dimensions, where the sum is short and the
//! exponential dear, as in large ones, where it is the kernel of a matrix product.

use core::ops::Range;

use super::{FLUSH, MAX_TILE_ROWS, compact, log_zero, parts};
use crate::float::Float;
use crate::vector::points::{ColumnList, GROUP, PANEL, PackedPoints, Panel, TileAt};
use crate::vector::simd::{MAX_LANES, Simd, SimdExt, each_vector};

/// row_j <- f + g_j + factor value_j, or its exponential if `exp`. The values are those of `row` itself if none are
/// given. Returns the sum of the exponentials, or the largest exponent.
#[inline(always)]
pub(crate) fn affine_exponents<T: Float, S: Simd<T>>(
    simd: S,
    values: Option<&[T]>,
    factor: T,
    f: T,
    g: &[T],
    row: &mut [T],
    exp: bool,
) -> T {
    if !S::COMPACT && exp {
        return affine::<T, S, true>(simd, values, factor, f, g, row);
    }
    if !S::COMPACT {
        return affine::<T, S, false>(simd, values, factor, f, g, row);
    }
    if let Some(values) = values {
        row.copy_from_slice(values);
    }
    for (value, &g) in row.iter_mut().zip(g) {
        let exponent = *value * factor + (g + f);
        *value = if exponent < log_zero() { log_zero() } else { exponent };
    }
    if exp { compact::exponentials(row) } else { compact::largest(row) }
}

#[inline(always)]
fn affine<T: Float, S: Simd<T>, const EXP: bool>(
    simd: S,
    values: Option<&[T]>,
    factor: T,
    f: T,
    g: &[T],
    row: &mut [T],
) -> T {
    let (f, factor, least) = (simd.splat(f), simd.splat(factor), simd.splat(log_zero()));
    let mut found = RowAccumulator::<T, S, EXP>::new(simd);
    for part in parts(row.len()) {
        each_vector::<T, S>(
            part,
            #[inline(always)]
            |at, len| {
                let value = match values {
                    Some(values) => simd.load_part(&values[at..at + len], T::ZERO),
                    None => simd.load_part(&row[at..at + len], T::ZERO),
                };
                // Columns beyond the end are below the least, whatever f is.
                let base = simd.load_part(&g[at..at + len], T::TWO * log_zero()) + f;
                // The exponent of an infinite cost would be minus infinity, and the difference of two of them NaN.
                let exponent = simd.mul_add(value, factor, base);
                let result = found.take(simd, simd.select_less(exponent, least, least, exponent));
                simd.store_part(result, &mut row[at..at + len]);
            },
        );
        found.flush(simd);
    }
    found.total
}

/// The sum of the exponentials of a row, or its largest exponent, while it is being computed.
#[derive(Clone, Copy)]
struct RowAccumulator<T: Float, S: Simd<T>, const EXP: bool> {
    lanes: S::Vector,
    total: T,
}

impl<T: Float, S: Simd<T>, const EXP: bool> RowAccumulator<T, S, EXP> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let total = if EXP { T::ZERO } else { -T::INFINITY };
        RowAccumulator { lanes: simd.splat(total), total }
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

    /// Adds the lanes to the total, which keeps sums in single precision short.
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

/// out_kj <- F_k + G_j + factor x_k.y_j for at most [`MAX_TILE_ROWS`] rows, or its exponential if `exp`. `found` are
/// the sums of the exponentials of the rows, or their largest exponents.
#[inline(always)]
pub(crate) fn product_exponents<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    factor: T,
    tile: TileAt<'_, T>,
    out: &mut [T],
    found: &mut [T],
    exp: bool,
) {
    if S::COMPACT {
        compact::products(points, factor, tile, out);
        for (row, found) in out.chunks_exact_mut(tile.g.len()).zip(found) {
            *found = if exp { compact::exponentials(row) } else { compact::largest(row) };
        }
        return;
    }
    let products = Products { points, factor, tile, out, found };
    if exp {
        products.over_columns::<S, true>(simd);
    } else {
        products.over_columns::<S, false>(simd);
    }
}

/// Does what [`product_exponents`] does for the columns of a list only. `tile` has the G of all columns, and `out` has
/// the rows of the first run one after the other, then those of the second, and so on.
#[inline(always)]
#[allow(clippy::too_many_arguments)] // a tile, and where its columns are
pub(crate) fn listed_exponents<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    factor: T,
    tile: TileAt<'_, T>,
    list: ColumnList<'_, T>,
    out: &mut [T],
    found: &mut [T],
    exp: bool,
) {
    let rows = tile.f.len();
    found.fill(if exp { T::ZERO } else { -T::INFINITY });
    let mut rest = out;
    for run in list.runs() {
        let (own, more) = rest.split_at_mut(rows * run.len());
        let mut of_run = [T::ZERO; MAX_TILE_ROWS];
        let of_run = &mut of_run[..rows];
        let part = TileAt { start: run.start, g: &tile.g[run], ..tile };
        product_exponents(simd, points, factor, part, own, of_run, exp);
        for (found, &of_run) in found.iter_mut().zip(&*of_run) {
            *found = if exp { *found + of_run } else { found.max(of_run) };
        }
        rest = more;
    }
}

/// A tile, and the memory for its exponents.
struct Products<'b, T> {
    points: PackedPoints<'b, T>,
    factor: T,
    tile: TileAt<'b, T>,
    out: &'b mut [T],
    found: &'b mut [T],
}

impl<T: Float> Products<'_, T> {
    #[inline(always)]
    fn over_columns<S: Simd<T>, const EXP: bool>(mut self, simd: S) {
        let (rows, m) = (self.tile.f.len(), self.tile.g.len());
        // These columns stay in the cache while all rows of the tile are multiplied with them.
        let stride = if self.points.dimension < MAX_TILE_ROWS { FLUSH } else { PANEL };
        let mut found = [RowAccumulator::<T, S, EXP>::new(simd); MAX_TILE_ROWS];
        let mut at = 0;
        while at < m {
            let end = (at + stride).min(m);
            let mut row = 0;
            while row < rows {
                let i = self.tile.i + row;
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

    /// Multiplies the rows of a group with some columns.
    #[inline(always)]
    fn group<S: Simd<T>, const EXP: bool>(
        &mut self,
        simd: S,
        row: usize,
        columns: Range<usize>,
        found: &mut [RowAccumulator<T, S, EXP>; MAX_TILE_ROWS],
        coordinates: &[[T; GROUP]],
    ) {
        let factor = self.factor;
        let scaled = |mut x: [T; GROUP]| {
            x.iter_mut().for_each(|x| *x = factor * *x);
            x
        };
        // If coordinates are few, the loop over them is unrolled, and the factor becomes a part of the coordinates.
        match *coordinates {
            [p] => self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, [scaled(p)].iter().copied()),
            [p, q] => {
                let x = [scaled(p), scaled(q)];
                self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, x.iter().copied());
            }
            [p, q, r] => {
                let x = [scaled(p), scaled(q), scaled(r)];
                self.columns::<S, EXP, GROUP, true>(simd, row, columns, found, x.iter().copied());
            }
            ref more => self.columns::<S, EXP, GROUP, false>(simd, row, columns, found, more.iter().copied()),
        }
    }

    /// Multiplies R rows with some columns, panel by panel; only the last panel may be cut short. `SCALED` coordinates
    /// contain the factor.
    #[inline(always)]
    fn columns<S: Simd<T>, const EXP: bool, const R: usize, const SCALED: bool>(
        &mut self,
        simd: S,
        row: usize,
        columns: Range<usize>,
        all: &mut [RowAccumulator<T, S, EXP>; MAX_TILE_ROWS],
        x: impl Iterator<Item = [T; R]> + Clone,
    ) {
        let TileAt { start, f, g, .. } = self.tile;
        let mut found = [all[row]; R];
        found.copy_from_slice(&all[row..row + R]);
        let mut of_rows = [self.factor; R];
        of_rows.copy_from_slice(&f[row..row + R]);
        let mut rows = self.out[row * g.len()..].chunks_exact_mut(g.len());
        let mut rows: [&mut [T]; R] = core::array::from_fn(|_| rows.next().unwrap_or_default());
        let mut at = columns.start;
        while at < columns.end {
            // The first column may lie inside its panel, if pairs are skipped.
            let inside = if cfg!(feature = "skipping") { (start + at) % PANEL } else { 0 };
            let mut panel = self.points.panel(start + at - inside);
            panel.values = &panel.values[inside..];
            let width = (panel.width - inside).min(columns.end - at);
            // All slices have this length, so that the compiler need not check every access.
            let g = &g[at..at + width];
            let out = rows.each_mut().map(|row| &mut row[at..at + width]);
            let mut block = Block { factor: self.factor, f: of_rows, g, panel, out };
            let mut done = 0;
            if S::COLUMNS == 2 {
                while done + 2 * S::LANES <= width {
                    block.vectors::<S, EXP, 2, SCALED>(simd, done, S::LANES, &mut found, x.clone());
                    done += 2 * S::LANES;
                }
            }
            while done + S::LANES <= width {
                block.vectors::<S, EXP, 1, SCALED>(simd, done, S::LANES, &mut found, x.clone());
                done += S::LANES;
            }
            if done < width {
                block.vectors::<S, EXP, 1, SCALED>(simd, done, width - done, &mut found, x.clone());
            }
            at += width;
        }
        all[row..row + R].copy_from_slice(&found);
    }
}

/// R rows and the columns of a panel.
struct Block<'b, T, const R: usize> {
    factor: T,
    f: [T; R],
    g: &'b [T],
    panel: Panel<'b, T>,
    out: [&'b mut [T]; R],
}

impl<T: Float, const R: usize> Block<'_, T, R> {
    /// Multiplies the rows with C vectors of `len` columns, from column `at` of the block on.
    #[inline(always)]
    fn vectors<S: Simd<T>, const EXP: bool, const C: usize, const SCALED: bool>(
        &mut self,
        simd: S,
        at: usize,
        len: usize,
        found: &mut [RowAccumulator<T, S, EXP>; R],
        x: impl Iterator<Item = [T; R]> + Clone,
    ) {
        if SCALED && S::COLUMNS == 1 && size_of::<T>() == 4 {
            // Row by row, because registers are few. In double precision the polynomial is long, and rows side by side
            // hide its latency.
            for r in 0..R {
                let mut exponents = [simd.splat(self.f[r]); C];
                for c in 0..C {
                    let own = at + c * S::LANES..at + c * S::LANES + len;
                    exponents[c] = exponents[c] + simd.load_part(&self.g[own], log_zero());
                }
                let mut from = at;
                for x in x.clone() {
                    let line = &self.panel.values[from..from + (C - 1) * S::LANES + len];
                    from += self.panel.width;
                    for c in 0..C {
                        let y = simd.load_part(&line[c * S::LANES..c * S::LANES + len], T::ZERO);
                        exponents[c] = simd.mul_add(simd.splat(x[r]), y, exponents[c]);
                    }
                }
                for c in 0..C {
                    let own = at + c * S::LANES..at + c * S::LANES + len;
                    simd.store_part(found[r].take(simd, exponents[c]), &mut self.out[r][own]);
                }
            }
            return;
        }
        let factor = simd.splat(self.factor);
        let mut products = [[simd.splat(T::ZERO); C]; R];
        if SCALED {
            for c in 0..C {
                let own = at + c * S::LANES..at + c * S::LANES + len;
                let g = simd.load_part(&self.g[own], log_zero());
                for r in 0..R {
                    products[r][c] = g + simd.splat(self.f[r]);
                }
            }
        }
        let mut from = at;
        for x in x {
            let line = &self.panel.values[from..from + (C - 1) * S::LANES + len];
            from += self.panel.width;
            for c in 0..C {
                let y = simd.load_part(&line[c * S::LANES..c * S::LANES + len], T::ZERO);
                for r in 0..R {
                    products[r][c] = simd.mul_add(simd.splat(x[r]), y, products[r][c]);
                }
            }
        }
        for c in 0..C {
            let own = at + c * S::LANES..at + c * S::LANES + len;
            for r in 0..R {
                let mut exponent = products[r][c];
                if !SCALED {
                    let g = simd.load_part(&self.g[own.clone()], log_zero());
                    exponent = simd.mul_add(exponent, factor, g + simd.splat(self.f[r]));
                }
                simd.store_part(found[r].take(simd, exponent), &mut self.out[r][own.clone()]);
            }
        }
    }
}

const _: () = assert!(FLUSH.is_multiple_of(PANEL) && PANEL.is_multiple_of(MAX_LANES));
