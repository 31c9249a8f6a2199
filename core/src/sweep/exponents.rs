//! Exponents of a few rows at a time, F_i + G_j + S_ij, and their exponentials.

use super::MAX_TILE_ROWS;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::scaled::scores::Rows;
pub(crate) use crate::vector::TileAt;

/// out_kj <- 2^(F_k + G_j + S_kj), row after row; `sums` are the sums of the rows.
pub(crate) fn exponentials<T: Real>(p: &ScaledProblem<'_, T>, block: TileAt<'_, T>, out: &mut [T], sums: &mut [T]) {
    for_rows(p, block, out, sums, true);
}

/// out_kj <- F_k + G_j + S_kj, row after row; `largest` are the largest exponents of the rows.
pub(crate) fn exponents<T: Real>(p: &ScaledProblem<'_, T>, block: TileAt<'_, T>, out: &mut [T], largest: &mut [T]) {
    for_rows(p, block, out, largest, false);
}

fn for_rows<T: Real>(p: &ScaledProblem<'_, T>, block: TileAt<'_, T>, out: &mut [T], found: &mut [T], exp: bool) {
    let m = block.g.len();
    match p.scores.rows(p.s, block.i, block.start) {
        Rows::Products { points, factor } => {
            let (mut out, mut found, mut first) = (out, found, 0);
            while first < block.f.len() {
                let count = MAX_TILE_ROWS.min(block.f.len() - first);
                let (part, rest) = core::mem::take(&mut out).split_at_mut(count * m);
                let (found_part, found_rest) = core::mem::take(&mut found).split_at_mut(count);
                let block = TileAt { i: block.i + first, f: &block.f[first..first + count], ..block };
                T::product_exponents(p.instructions, points, factor, block, part, found_part, exp);
                (out, found, first) = (rest, found_rest, first + count);
            }
        }
        #[cfg(feature = "costs")]
        Rows::Kept { values, stride, factor } => {
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                let values = Some(&values[k * stride..k * stride + m]);
                *found = T::affine_exponents(p.instructions, values, factor, block.f[k], block.g, row, exp);
            }
        }
        #[cfg(feature = "costs")]
        Rows::Computed { factor } => {
            p.scores.costs(p.instructions, block.i, block.start, m, out);
            for (k, (row, found)) in out.chunks_exact_mut(m).zip(found).enumerate() {
                *found = T::affine_exponents(p.instructions, None, factor, block.f[k], block.g, row, exp);
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
