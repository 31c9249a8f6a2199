//! Exponents of a few rows at a time, F_i + G_j + S_ij, and their exponentials.

use super::MAX_TILE_ROWS;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::scaled::scores::Recipe;
pub(crate) use crate::vector::TileAt;

/// out_kj <- 2^(F_k + G_j + S_kj), row after row; `sums` are the sums of the rows.
pub(crate) fn exponentials<T: Real>(p: &ScaledProblem<'_, T>, tile: TileAt<'_, T>, out: &mut [T], sums: &mut [T]) {
    for_rows(p, tile, out, sums, true);
}

/// out_kj <- F_k + G_j + S_kj, row after row; `largest` are the largest exponents of the rows.
pub(crate) fn exponents<T: Real>(p: &ScaledProblem<'_, T>, tile: TileAt<'_, T>, out: &mut [T], largest: &mut [T]) {
    for_rows(p, tile, out, largest, false);
}

fn for_rows<T: Real>(p: &ScaledProblem<'_, T>, tile: TileAt<'_, T>, out: &mut [T], found: &mut [T], exp: bool) {
    let m = tile.g.len();
    match p.scores.recipe(p.s) {
        Recipe::Products { points, factor } => {
            let (mut out, mut found, mut first) = (out, found, 0);
            while first < tile.f.len() {
                let count = MAX_TILE_ROWS.min(tile.f.len() - first);
                let (part, rest) = core::mem::take(&mut out).split_at_mut(count * m);
                let (found_part, found_rest) = core::mem::take(&mut found).split_at_mut(count);
                let tile = TileAt { i: tile.i + first, f: &tile.f[first..first + count], ..tile };
                T::product_exponents(p.instructions, points, factor, tile, part, found_part, exp);
                (out, found, first) = (rest, found_rest, first + count);
            }
        }
        #[cfg(feature = "costs")]
        Recipe::Costs { kept, factor } => {
            if kept.is_none() {
                p.scores.costs(p.instructions, tile.i, tile.start, m, out);
            }
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                let first = (tile.i + k) * p.problem.columns() + tile.start;
                let values = kept.map(|values| &values[first..first + m]);
                *found = T::affine_exponents(p.instructions, values, factor, tile.f[k], tile.g, row, exp);
            }
        }
    }
}

impl<'a, T: Real> ScaledProblem<'a, T> {
    /// Computes every S_ij / s once, into `memory` (n x m), and reads it from then on. `zeros` are m.
    pub(crate) fn keep_scores(&mut self, memory: &'a mut [T], zeros: &[T]) {
        let m = zeros.len();
        if self.scores.products().is_none() {
            // Infinite costs stay infinite.
            for (i, row) in memory.chunks_mut(m).enumerate() {
                self.scores.costs(self.instructions, i, 0, m, row);
                row.iter_mut().for_each(|value| *value = -*value);
            }
            return self.scores.keep(memory);
        }
        let s = core::mem::replace(&mut self.s, T::ONE);
        for (k, rows) in memory.chunks_mut(MAX_TILE_ROWS * m).enumerate() {
            let (f, mut found) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
            let count = rows.len() / m;
            let place = TileAt { i: k * MAX_TILE_ROWS, start: 0, f: &f[..count], g: zeros };
            exponents(self, place, rows, &mut found[..count]);
        }
        self.s = s;
        self.scores.keep(memory);
    }
}
