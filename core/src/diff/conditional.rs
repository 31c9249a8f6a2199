//! The plan by rows: P_ij = r_i Q_ij with rows of Q that sum to one.

use crate::cost::Smoothness;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::PointCloud;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::solution::Solution;
use crate::sweep::block::{BlockAt, exponentials};
use crate::sweep::half::row_logsum;
use crate::sweep::strips::{Pass, STRIP_ROWS, Scratch, Strip};
use crate::sweep::{MAX_TILE_ROWS, is_safe};

use super::inputs::{add_times, is_finite};
use super::workspace::SPARE_ROWS;

/// The plan of the pair (T g, g), whose rows solve their equations exactly.
pub(super) struct Conditional<'d, T: Real> {
    pub solution: Solution<'d, T>,
    /// n: F of rows that sum to one.
    pub f: &'d [T],
    /// m: G with log2 b; columns without weight take no part.
    pub g: &'d [T],
    /// n: log2 of r_i / a_i, which is 0 where balanced.
    pub log_ratio: &'d [T],
    /// m: the column sums of P.
    pub c: &'d [T],
    /// Rows of a tile.
    pub tile_rows: usize,
}

/// Some rows of Q, and what a pass writes for them.
pub(super) struct Tile<'t, T> {
    /// The first row.
    pub i: usize,
    /// Rows of m.
    pub q: &'t mut [T],
    /// A scalar a row.
    pub own: &'t mut [T],
    /// The same number of further scalars for each row, or nothing.
    pub entries: &'t mut [T],
    /// Two spare rows of m.
    pub spare: [&'t mut [T]; 2],
    /// m: column sums, to add to.
    pub column: &'t mut [T],
}

impl<T> Tile<'_, T> {
    /// Returns the k-th row and both spare ones.
    pub fn row(&mut self, k: usize) -> (&mut [T], &mut [T], &mut [T]) {
        let m = self.column.len();
        let [first, second] = &mut self.spare;
        (&mut self.q[k * m..(k + 1) * m], first, second)
    }
}

impl<'d, T: Real> Conditional<'d, T> {
    /// Measures the marginals: one pass over the pairs. `f` and `ratio` hold n scalars, `c` holds m.
    pub fn new(
        solution: &Solution<'d, T>,
        [f, ratio, c]: [&'d mut [T]; 3],
        tile_rows: usize,
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Self, Error> {
        let (p, g) = (&solution.prepared, solution.g_hat);
        let (m, a, b) = (g.len(), p.problem.a(), p.problem.b());
        // Exponents are rounded in proportion to the potentials. Points that can carry nothing have no part in the
        // plan.
        let of_columns = (0..m).filter(|&j| b.get(j) > T::ZERO).map(|j| g[j].abs());
        let sizes = solution.f_hat.iter().map(|value| value.abs()).chain(of_columns);
        let largest = sizes.filter(|&size| !p.is_at_limit(size)).fold(T::ZERO, T::max);
        if !(largest * T::EPSILON < T::constant(0.25)) {
            return Err(Error::new(Argument::EPSILON, ErrorKind::Overflow));
        }
        f.copy_from_slice(solution.f_hat);
        let on_tile = |tile: Tile<'_, T>| {
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            let weights = &mut weights[..tile.own.len()];
            exponentials(p, BlockAt { i: tile.i, start: 0, f: tile.own, g }, tile.q, weights);
            let rows = tile.own.iter_mut().zip(tile.entries).zip(weights.iter_mut()).enumerate();
            for (k, ((f, ratio), sum)) in rows {
                let i = tile.i + k;
                let mut log_sum = sum.log2();
                if !is_safe(*sum) {
                    // Out of range: this row again, relative to its largest term.
                    let (largest, shifted) = row_logsum(p, i, *f, g, &mut tile.q[k * m..(k + 1) * m]);
                    (*sum, log_sum) = (shifted, largest + shifted.log2());
                }
                *ratio = p.change_of_f(i, *f, log_sum) + log_sum;
                *f -= log_sum;
                // The weight turns these exponentials into r_i Q_ij.
                *sum = a.get(i) * ratio.exp2().max(no_mass()) / *sum;
            }
            T::add_rows(p.instructions, weights, tile.q, tile.column);
        };
        each_tile(tile_rows, scratch, f, ratio, &on_tile, &|(), ()| ());
        c.copy_from_slice(scratch.column);
        if !(is_finite(f) && is_finite(ratio) && is_finite(c)) {
            return Err(Error::new(Argument::COST, ErrorKind::Overflow));
        }
        Ok(Conditional { solution: solution.clone(), f, g, log_ratio: ratio, c, tile_rows })
    }

    /// The problem in the units of sweeps.
    pub fn p(&self) -> &ScaledProblem<'d, T> {
        &self.solution.prepared
    }

    /// The points of the problem.
    pub fn cloud(&self) -> Option<&PointCloud<'d, T>> {
        self.p().problem.geometry().cloud()
    }

    /// Returns the dimension of points that can be differentiated in, or the reason why these cannot.
    pub fn dimension_of_differentiable_points(&self, required: Smoothness) -> Result<usize, Error> {
        let refuse = |reason| Err(Error::unsupported(Argument::COST, reason));
        match self.cloud().map(|cloud| (cloud.dimension(), cloud.ground_cost().smoothness())) {
            None => refuse("a cost matrix has no points to differentiate in"),
            Some((_, Smoothness::None)) => refuse("this ground cost has no gradient"),
            Some((_, smoothness)) if smoothness < required => refuse("this ground cost has no second derivatives"),
            Some((dimension, _)) => Ok(dimension),
        }
    }

    /// Returns the dimension of the barycentric map, which a cost matrix does not have. If none is wanted, any will do.
    pub fn dimension_of_map(&self, is_wanted: bool) -> Result<usize, Error> {
        match self.cloud() {
            Some(cloud) => Ok(cloud.dimension()),
            None if !is_wanted => Ok(0),
            None => {
                let reason = "a cost matrix has no points, and no map";
                Err(Error::unsupported(Argument::MAP, reason))
            }
        }
    }

    /// r_i / a_i; positive, also where it is too small to be told from zero.
    pub fn ratio(&self, i: usize) -> T {
        self.log_ratio[i].exp2().max(no_mass())
    }

    /// r_i.
    pub fn r(&self, i: usize) -> T {
        self.p().problem.a().get(i) * self.ratio(i)
    }

    /// Says whether column j has mass that the scalar can tell from none.
    pub fn has_mass(&self, j: usize) -> bool {
        self.c[j] > no_mass()
    }

    /// Writes rows of Q from the i-th on, and of these the columns from `start` on (a multiple of a panel), as many as
    /// `out` has room for.
    pub fn rows(&self, i: usize, count: usize, start: usize, out: &mut [T]) {
        let columns = out.len() / count;
        let place = BlockAt { i, start, f: &self.f[i..i + count], g: &self.g[start..start + columns] };
        exponentials(self.p(), place, out, &mut [T::ZERO; MAX_TILE_ROWS][..count]);
    }

    /// Does `work` on tiles of rows of Q, and joins what it returns. `own` has a scalar a row, `entries` the same
    /// number of further scalars for each row, or nothing. Afterwards the column sums are in `scratch.column`.
    pub fn each_tile<R: Send + Default>(
        &self,
        scratch: &mut Scratch<'_, T>,
        own: &mut [T],
        entries: &mut [T],
        work: &(impl Fn(Tile<'_, T>) -> R + Sync),
        merge: &(impl Fn(R, R) -> R + Sync),
    ) -> R {
        let on_tile = |tile: Tile<'_, T>| {
            self.rows(tile.i, tile.own.len(), 0, tile.q);
            work(tile)
        };
        each_tile(self.tile_rows, scratch, own, entries, &on_tile, merge)
    }

    /// t <- Q v; `scratch.column` <- Q^T (r t).
    pub fn normal_product(&self, v: &[T], t: &mut [T], scratch: &mut Scratch<'_, T>) {
        let work = |tile: Tile<'_, T>| {
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            let weights = &mut weights[..tile.own.len()];
            T::times_vector(self.p().instructions, tile.q, v, tile.own);
            for (k, (weight, &t)) in weights.iter_mut().zip(tile.own.iter()).enumerate() {
                *weight = self.r(tile.i + k) * t;
            }
            T::add_rows(self.p().instructions, weights, tile.q, tile.column);
        };
        self.each_tile(scratch, t, &mut [], &work, &|(), ()| ());
    }
}

/// Does `work` on tiles, whose rows `q` it fills. The column sums of a block of rows are added up before they join
/// those of the strip.
pub(super) fn each_tile<T: Real, R: Send + Default>(
    tile_rows: usize,
    scratch: &mut Scratch<'_, T>,
    own: &mut [T],
    entries: &mut [T],
    work: &(impl Fn(Tile<'_, T>) -> R + Sync),
    merge: &(impl Fn(R, R) -> R + Sync),
) -> R {
    let (m, width) = (scratch.column.len(), entries.len() / own.len());
    let on_strip = |strip: Strip<'_, T>| {
        let Strip { rows, f: own, mut entries, column, tile, partial, .. } = strip;
        let (spare, tile) = tile.split_at_mut((SPARE_ROWS - 1) * m);
        let mut result = R::default();
        for (block, own) in own.chunks_mut(STRIP_ROWS).enumerate() {
            partial.fill(T::ZERO);
            for (k, own) in own.chunks_mut(tile_rows).enumerate() {
                let i = rows.start + block * STRIP_ROWS + k * tile_rows;
                let entries = entries.split_off_mut(..own.len() * width).unwrap_or_default();
                let q = &mut tile[..own.len() * m];
                let (first, second) = spare.split_at_mut(m);
                result = merge(result, work(Tile { i, q, own, entries, spare: [first, second], column: partial }));
            }
            add_times(column, T::ONE, partial);
        }
        result
    };
    Pass { entries, ..Pass::sums(own) }.run(scratch, &on_strip, merge)
}

/// A mass of no more than this counts as none: a quotient by it would leave the range.
pub(super) fn no_mass<T: Real>() -> T {
    T::ONE / T::SQRT_MAX
}
