//! The plan by rows: P_ij = r_i Q_ij with rows of Q that sum to one.

use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::PointCloud;
use crate::real::Real;
use crate::solution::Solution;
use crate::sweep::block::{BlockAt, exponentials};
use crate::sweep::half::row_logsum;
use crate::sweep::prepared::Prepared;
use crate::sweep::strips::{Pass, STRIP_ROWS, Scratch, Strip};
use crate::sweep::{MAX_TILE_ROWS, is_safe};

use super::workspace::{OfPlan, SPARE_ROWS};

/// The plan of the pair (T g, g), whose rows solve their equations exactly.
pub(super) struct Conditional<'d, T: Real> {
    pub p: Prepared<'d, T>,
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
    /// Some more scalars a row; or nothing.
    pub entries: &'t mut [T],
    /// m, twice.
    pub spare: [&'t mut [T]; 2],
    /// m: what is added to the column sums.
    pub column: &'t mut [T],
}

impl<T> Tile<'_, T> {
    /// The k-th row and both spare ones.
    pub fn row(&mut self, k: usize) -> (&mut [T], &mut [T], &mut [T]) {
        let m = self.column.len();
        let [first, second] = &mut self.spare;
        (&mut self.q[k * m..(k + 1) * m], first, second)
    }
}

impl<'d, T: Real> Conditional<'d, T> {
    pub fn new(
        solution: &Solution<'d, T>,
        memory: OfPlan<'d, T>,
        tile_rows: usize,
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Self, Error> {
        let (p, g) = (solution.prepared, solution.g_hat);
        let (m, a) = (g.len(), p.problem.a());
        let OfPlan { f, ratio, c } = memory;
        // Exponents are rounded in proportion to the potentials.
        let b = p.problem.b();
        let of_columns = (0..m).filter(|&j| b.get(j) > T::ZERO).map(|j| g[j].abs());
        let sizes = solution.f_hat.iter().map(|value| value.abs()).chain(of_columns);
        // Points that can carry nothing have no part in the plan.
        let largest = sizes.filter(|&size| !p.is_at_limit(size)).fold(T::ZERO, T::max);
        if !(largest * T::EPSILON < T::constant(0.25)) {
            return Err(Error::new(Argument::EPSILON, ErrorKind::Overflow));
        }
        f.copy_from_slice(solution.f_hat);
        let work = |Strip { rows, f, entries: ratio, column, tile, partial, .. }: Strip<'_, T>| {
            for (block, (f, ratio)) in f.chunks_mut(STRIP_ROWS).zip(ratio.chunks_mut(STRIP_ROWS)).enumerate() {
                partial.fill(T::ZERO);
                for (k, (f, ratio)) in f.chunks_mut(tile_rows).zip(ratio.chunks_mut(tile_rows)).enumerate() {
                    let i = rows.start + block * STRIP_ROWS + k * tile_rows;
                    let tile = &mut tile[..f.len() * m];
                    let mut weights = [T::ZERO; MAX_TILE_ROWS];
                    let weights = &mut weights[..f.len()];
                    exponentials(&p, BlockAt { i, start: 0, f, g }, tile, weights);
                    for (k, (f, (ratio, sum))) in f.iter_mut().zip(ratio.iter_mut().zip(weights.iter_mut())).enumerate()
                    {
                        let mut log_sum = sum.log2();
                        if !is_safe(*sum) {
                            let row = &mut tile[k * m..(k + 1) * m];
                            let (largest, shifted) = row_logsum(&p, i + k, *f, g, row);
                            (*sum, log_sum) = (shifted, largest + shifted.log2());
                        }
                        *ratio = p.change_of_f(i + k, *f, log_sum) + log_sum;
                        *f -= log_sum;
                        *sum = a.get(i + k) * ratio.exp2().max(no_mass()) / *sum;
                    }
                    T::add_rows(p.instructions, weights, tile, partial);
                }
                add(column, partial);
            }
        };
        Pass { entries: ratio, ..Pass::sums(f) }.run(scratch, &work, |(), ()| ());
        c.copy_from_slice(scratch.column);
        let finite = |values: &[T]| values.iter().all(|value| value.is_finite());
        if !(finite(f) && finite(ratio) && finite(c)) {
            return Err(Error::new(Argument::COST, ErrorKind::Overflow));
        }
        Ok(Conditional { p, f, g, log_ratio: ratio, c, tile_rows })
    }

    /// The points of the problem.
    pub fn cloud(&self) -> Option<&PointCloud<'d, T>> {
        self.p.problem.geometry().cloud()
    }

    /// Coordinates a point, where derivatives in points can be had.
    pub fn dimension_of_differentiable_points(&self, [in_x, in_y]: [&mut [T]; 2]) -> Result<usize, Error> {
        let refuse = |reason| Err(Error::unsupported(Argument::COST, reason));
        let Some(cloud) = self.cloud() else {
            return refuse("a cost matrix has no points to differentiate in");
        };
        if cloud.ground_cost().gradient(cloud.x().point(0), cloud.y().point(0), in_x, in_y) {
            Ok(cloud.dimension())
        } else {
            refuse("this ground cost has no gradient")
        }
    }

    /// Whether the gradients of the cost can be differentiated.
    pub fn check_second_derivatives(&self, [in_x, in_y]: [&mut [T]; 2]) -> Result<(), Error> {
        let Some(cloud) = self.cloud() else { return Ok(()) };
        let (x, y) = (cloud.x().point(0), cloud.y().point(0));
        if cloud.ground_cost().gradient_along(x, y, x, y, in_x, in_y) {
            return Ok(());
        }
        let reason = "this ground cost has no second derivatives";
        Err(Error::unsupported(Argument::COST, reason))
    }

    /// r_i / a_i; positive, also where it is too small to be told from zero.
    pub fn ratio(&self, i: usize) -> T {
        self.log_ratio[i].exp2().max(no_mass())
    }

    /// r_i.
    pub fn r(&self, i: usize) -> T {
        self.p.problem.a().get(i) * self.ratio(i)
    }

    /// Whether column j has mass that the scalar can tell from none.
    pub fn has_mass(&self, j: usize) -> bool {
        self.c[j] > no_mass()
    }

    /// c_j / b_j for a column without weight, whose potential is g_j in units of the unscaled cost: 1 where balanced.
    pub fn column_ratio(&self, g: T) -> T {
        if self.p.tau_b() == T::ONE {
            T::ONE
        } else {
            (-g / self.p.rho_b * T::LOG2_E).exp2().min(T::MAX).max(no_mass())
        }
    }

    /// Rows of Q from the i-th on, and of these the columns from `start` on (a multiple of a panel), as many as `out` has room for.
    pub fn rows(&self, i: usize, count: usize, start: usize, out: &mut [T]) {
        let columns = out.len() / count;
        let place = BlockAt { i, start, f: &self.f[i..i + count], g: &self.g[start..start + columns] };
        exponentials(&self.p, place, out, &mut [T::ZERO; MAX_TILE_ROWS][..count]);
    }

    /// Does `work` on tiles of rows of Q. `own` has a scalar a row, `entries` some more or nothing; what is added to columns is in
    /// `scratch.column`.
    pub fn each_tile<R: Send + Default>(
        &self,
        scratch: &mut Scratch<'_, T>,
        own: &mut [T],
        entries: &mut [T],
        work: &(impl Fn(Tile<'_, T>) -> R + Sync),
        merge: &(impl Fn(R, R) -> R + Sync),
    ) -> R {
        let (m, width) = (self.g.len(), entries.len() / self.f.len());
        let on_strip = |strip: Strip<'_, T>| {
            let Strip { rows, f: own, mut entries, column, tile, partial, .. } = strip;
            let (spare, tile) = tile.split_at_mut((SPARE_ROWS - 1) * m);
            let mut result = R::default();
            for (block, own) in own.chunks_mut(STRIP_ROWS).enumerate() {
                partial.fill(T::ZERO);
                for (k, own) in own.chunks_mut(self.tile_rows).enumerate() {
                    let i = rows.start + block * STRIP_ROWS + k * self.tile_rows;
                    let entries = entries.split_off_mut(..own.len() * width).unwrap_or_default();
                    let q = &mut tile[..own.len() * m];
                    self.rows(i, own.len(), 0, q);
                    let (first, second) = spare.split_at_mut(m);
                    result = merge(result, work(Tile { i, q, own, entries, spare: [first, second], column: partial }));
                }
                add(column, partial);
            }
            result
        };
        Pass { entries, ..Pass::sums(own) }.run(scratch, &on_strip, merge)
    }

    /// t <- Q v; `scratch.column` <- Q^T (r t).
    pub fn normal_product(&self, v: &[T], t: &mut [T], scratch: &mut Scratch<'_, T>) {
        let work = |tile: Tile<'_, T>| {
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            let weights = &mut weights[..tile.own.len()];
            T::times_vector(self.p.instructions, tile.q, v, tile.own);
            for (k, (weight, &t)) in weights.iter_mut().zip(tile.own.iter()).enumerate() {
                *weight = self.r(tile.i + k) * t;
            }
            T::add_rows(self.p.instructions, weights, tile.q, tile.column);
        };
        self.each_tile(scratch, t, &mut [], &work, &|(), ()| ());
    }
}

/// What is no more than this is no mass: what is divided by it would leave the range.
pub(super) fn no_mass<T: Real>() -> T {
    T::ONE / T::SQRT_MAX
}

fn add<T: Real>(total: &mut [T], part: &[T]) {
    for (total, &part) in total.iter_mut().zip(part) {
        *total += part;
    }
}
