//! The plan by rows: P_ij = r_i Q_ij with rows of Q that sum to one.

use crate::cost::Smoothness;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::PointCloud;
use crate::real::Real;
use crate::reduce::is_finite;
use crate::scaled::ScaledProblem;
use crate::solution::Solution;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::half::row_logsum;
use crate::sweep::strips::{Pass, Scratch, Strip, Tile};
use crate::sweep::{MAX_TILE_ROWS, is_safe};

#[cfg(feature = "skipping")]
use super::cotangent::Cotangent;
#[cfg(feature = "skipping")]
use super::listed::{self, ListedTile, put_back, put_in_order};
use super::workspace::{Memory, Ordered};
#[cfg(feature = "skipping")]
use crate::solution::listed::ListedPlan;
#[cfg(feature = "skipping")]
use crate::vector::PackedPoints;

/// The rows of m that a pass over rows has beside its tile: partial column sums, and two for the weights of the pairs.
pub(super) const SPARE_ROWS: usize = 3;

/// The plan of the pair (T g, g), whose rows solve their equations exactly.
pub(super) struct Conditional<'d, T: Real> {
    pub solution: Solution<'d, T>,
    /// n: F of rows that sum to one.
    pub f: &'d [T],
    /// m: G with log2 b; columns without weight take no part.
    pub g: &'d [T],
    /// n: log2 of r_i / a_i, which is 0 if the side is balanced.
    pub log_ratio: &'d [T],
    /// m: the column sums of P.
    pub c: &'d [T],
    /// Rows of a tile.
    pub tile_rows: usize,
    /// The pairs that matter, if it pays to visit no others.
    #[cfg(feature = "skipping")]
    pub listed: Option<ListedPlan<'d, T>>,
}

impl<'d, T: Real> Conditional<'d, T> {
    /// Measures the marginals: one pass over the pairs. `f` and `ratio` hold n scalars, `c` holds m.
    pub fn new(
        solution: &Solution<'d, T>,
        [f, ratio, c]: [&'d mut [T]; 3],
        Memory { scratch, tile_rows, ordered, .. }: &mut Memory<'_, T>,
    ) -> Result<Self, Error> {
        let (p, g) = (&solution.scaled, solution.g_hat);
        let b = p.problem.b();
        // Exponents are rounded in proportion to the potentials. Points that can carry nothing have no part in the
        // plan.
        let of_columns = (0..g.len()).filter(|&j| b.get(j) > T::ZERO).map(|j| g[j].abs());
        let sizes = solution.f_hat.iter().map(|value| value.abs()).chain(of_columns);
        let largest = sizes.filter(|&size| !p.is_at_limit(size)).fold(T::ZERO, T::max);
        if !(largest * T::EPSILON < T::constant(0.25)) {
            return Err(Error::new(Argument::EPSILON, ErrorKind::Overflow));
        }
        #[cfg(feature = "skipping")]
        let listed = solution.listed.filter(|listed| {
            // Points without weight have derivatives as well, but are in no list.
            let (n, m) = (ordered.rows.len(), ordered.columns.len());
            listed.pays && listed.f.len() == n && listed.g.len() == m && listed.lists.planes_len(n) <= n
        });
        #[cfg(feature = "skipping")]
        if let Some(listed) = &listed {
            measure_listed(p, solution.f_hat, listed, [&mut *f, ratio, c], ordered, scratch);
        } else {
            measure(p, solution.f_hat, g, [&mut *f, ratio, c], *tile_rows, scratch);
        }
        #[cfg(not(feature = "skipping"))]
        {
            let _ = ordered;
            measure(p, solution.f_hat, g, [&mut *f, ratio, c], *tile_rows, scratch);
        }
        if !(is_finite(f) && is_finite(ratio) && is_finite(c)) {
            return Err(Error::new(Argument::COST, ErrorKind::Overflow));
        }
        Ok(Conditional {
            solution: solution.clone(),
            f,
            g,
            log_ratio: ratio,
            c,
            tile_rows: *tile_rows,
            #[cfg(feature = "skipping")]
            listed,
        })
    }

    /// Returns the pairs that matter to a loss, and the points whose products are their exponents, if these are known
    /// and the loss does not depend on each of the others.
    #[cfg(feature = "skipping")]
    pub fn listed_for(&self, cotangent: &Cotangent<'_, T>) -> Option<(&ListedPlan<'d, T>, PackedPoints<'d, T>)> {
        let listed = self.listed.as_ref().filter(|_| cotangent.plan.is_none())?;
        Some((listed, listed.lists.pairs.products()?))
    }

    /// The problem in the units of sweeps.
    pub fn p(&self) -> &ScaledProblem<'d, T> {
        &self.solution.scaled
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
        let refused = Error::unsupported(Argument::MAP, "a cost matrix has no points, and no map");
        if is_wanted { self.cloud().map(PointCloud::dimension).ok_or(refused) } else { Ok(0) }
    }

    /// Returns r_i / a_i. It is positive even if it is too small to be told from zero.
    pub fn ratio(&self, i: usize) -> T {
        self.log_ratio[i].exp2().max(no_mass())
    }

    /// Returns r_i.
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
        let place = TileAt { i, start, f: &self.f[i..i + count], g: &self.g[start..start + columns] };
        exponentials(self.p(), place, out, &mut [T::ZERO; MAX_TILE_ROWS][..count]);
    }

    /// Calls `work` with tiles of rows of Q and two spare rows, as [`Pass::each_tile`] does. `own` has a scalar a row,
    /// `entries` the same number of further scalars for each row, or nothing.
    pub fn each_tile<R: Send + Default>(
        &self,
        scratch: &mut Scratch<'_, T>,
        own: &mut [T],
        entries: &mut [T],
        work: &(impl Fn(Tile<'_, T>, &mut [T], &mut R) + Sync),
        merge: impl Fn(R, R) -> R,
    ) -> R {
        let on_strip = |mut strip: Strip<'_, T>| {
            let spare = strip.tile.split_off_mut(..(SPARE_ROWS - 1) * strip.column.len()).unwrap_or_default();
            let mut found = R::default();
            strip.each_tile(self.tile_rows, &mut |tile| {
                self.rows(tile.i, tile.f.len(), 0, tile.rows);
                work(tile, spare, &mut found);
            });
            found
        };
        Pass { entries, ..Pass::sums(own) }.run(scratch, &on_strip, merge)
    }

    /// t <- Q v; `scratch.column` <- Q^T (r t).
    pub fn normal_product(&self, v: &[T], t: &mut [T], ordered: &mut Ordered<'_, T>, scratch: &mut Scratch<'_, T>) {
        #[cfg(feature = "skipping")]
        if let Some(listed) = &self.listed {
            return self.listed_normal_product(listed, v, t, ordered, scratch);
        }
        let _ = ordered;
        let work = |Tile { i, f: t, rows: q, column, .. }: Tile<'_, T>, _: &mut [T], (): &mut ()| {
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            T::times_vector(self.p().instructions, q, v, t);
            for (k, (weight, &t)) in weights.iter_mut().zip(t.iter()).enumerate() {
                *weight = self.r(i + k) * t;
            }
            T::add_rows(self.p().instructions, &weights[..t.len()], q, column);
        };
        self.each_tile(scratch, t, &mut [], &work, |(), ()| ());
    }

    /// Does what [`Conditional::normal_product`] does over the pairs that matter.
    #[cfg(feature = "skipping")]
    fn listed_normal_product(
        &self,
        listed: &ListedPlan<'_, T>,
        v: &[T],
        t: &mut [T],
        ordered: &mut Ordered<'_, T>,
        scratch: &mut Scratch<'_, T>,
    ) {
        let instructions = self.p().instructions;
        let [rows, columns] = listed.numbers;
        put_in_order(columns, v, ordered.columns);
        let v = &*ordered.columns;
        let work = |ListedTile { i, own: t, mut pairs, column, .. }: ListedTile<'_, T>, (): &mut ()| {
            t.fill(T::ZERO);
            let mut part = [T::ZERO; MAX_TILE_ROWS];
            let part = &mut part[..t.len()];
            pairs.each_run(|run, rows| {
                T::times_vector(instructions, rows, &v[run], part);
                t.iter_mut().zip(&*part).for_each(|(t, &part)| *t += part);
            });
            for (k, (weight, &t)) in part.iter_mut().zip(&*t).enumerate() {
                *weight = self.r(listed.row(i + k)) * t;
            }
            T::add_listed_rows(instructions, part, pairs.list, pairs.rows, column);
        };
        listed::each_tile(listed, &|i| self.f[listed.row(i)], (t, &mut []), scratch, &work, |(), ()| ());
        put_back(rows, t, ordered.rows);
        put_back(columns, scratch.column, ordered.columns);
    }
}

/// Writes F of rows that sum to one, the logarithms of r_i / a_i, and the column sums of the plan.
fn measure<T: Real>(
    p: &ScaledProblem<'_, T>,
    before: &[T],
    g: &[T],
    [f, ratio, c]: [&mut [T]; 3],
    tile_rows: usize,
    scratch: &mut Scratch<'_, T>,
) {
    f.copy_from_slice(before);
    let on_tile = |Tile { i, f, entries: ratio, rows, column }: Tile<'_, T>, (): &mut ()| {
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        exponentials(p, TileAt { i, start: 0, f, g }, rows, weights);
        for (k, row) in rows.chunks_exact_mut(g.len()).enumerate() {
            let mut log_sum = weights[k].log2();
            if !is_safe(weights[k]) {
                // Out of range: this row again, relative to its largest term.
                let (largest, shifted) = row_logsum(p, i + k, f[k], g, row);
                (weights[k], log_sum) = (shifted, largest + shifted.log2());
            }
            ratio[k] = p.change_of_f(i + k, f[k], log_sum) + log_sum;
            f[k] -= log_sum;
            // The weight turns these exponentials into r_i Q_ij.
            weights[k] = p.problem.a().get(i + k) * ratio[k].exp2().max(no_mass()) / weights[k];
        }
        T::add_rows(p.instructions, weights, rows, column);
    };
    Pass { entries: ratio, ..Pass::sums(f) }.each_tile(tile_rows, scratch, &on_tile, |(), ()| ());
    c.copy_from_slice(scratch.column);
}

/// Does what [`measure`] does over the pairs that matter. No sum of these is out of range.
#[cfg(feature = "skipping")]
fn measure_listed<T: Real>(
    p: &ScaledProblem<'_, T>,
    before: &[T],
    listed: &ListedPlan<'_, T>,
    [f, ratio, c]: [&mut [T]; 3],
    ordered: &mut Ordered<'_, T>,
    scratch: &mut Scratch<'_, T>,
) {
    let on_tile = |tile: ListedTile<'_, T>, (): &mut ()| {
        let ListedTile { i, own: f, entries: ratio, sums, pairs, column, .. } = tile;
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        for (k, (weight, &sum)) in weights.iter_mut().zip(sums).enumerate() {
            let (number, log_sum) = (listed.row(i + k), sum.log2());
            ratio[k] = p.change_of_f(number, before[number], log_sum) + log_sum;
            f[k] = listed.f[i + k] - log_sum;
            *weight = listed.a[i + k] * ratio[k].exp2().max(no_mass()) / sum;
        }
        T::add_listed_rows(p.instructions, weights, pairs.list, pairs.rows, column);
    };
    listed::each_tile(listed, &|i| listed.f[i], (&mut *f, &mut *ratio), scratch, &on_tile, |(), ()| ());
    put_back(listed.numbers[0], f, ordered.rows);
    put_back(listed.numbers[0], ratio, ordered.rows);
    c.copy_from_slice(scratch.column);
    put_back(listed.numbers[1], c, ordered.columns);
}

/// A mass of no more than this counts as none: a quotient by it would leave the range.
pub(super) fn no_mass<T: Real>() -> T {
    T::ONE / T::SQRT_MAX
}
