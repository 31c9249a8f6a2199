//! The pairs whose blocks have bounds, and their exponents.
//!
//! A new ground cost skips pairs if it has a bound ([`BlockCost`]) and a variant of [`Pairs`] here.

use crate::memory::CopyTo;
use crate::real::Real;
use crate::scaled::ScaledProblem;
#[cfg(feature = "costs")]
use crate::scaled::norms::NormCosts;
use crate::scaled::scores::Recipe;
use crate::vector::{BlockCost, ColumnList, Instructions, PackedPoints, TileAt};
#[cfg(feature = "costs")]
use crate::vector::{MAX_TILE_ROWS, PANEL};

/// The points of both sides, and what their pairs cost.
#[derive(Clone, Copy)]
pub(crate) enum Pairs<'a, T: Real> {
    /// Exponents are F_i + G_j + 2 s x_i.y_j: the squared Euclidean cost of centred points, without what belongs to a
    /// point.
    Products(PackedPoints<'a, T>),
    /// Exponents are F_i + G_j - s |x_i - y_j|, for a norm.
    #[cfg(feature = "costs")]
    Norms(NormCosts<'a, T>),
}

impl<'a, T: Real> Pairs<'a, T> {
    /// Returns the pairs of a problem, if they have bounds.
    pub fn new(p: &ScaledProblem<'a, T>) -> Option<Self> {
        match p.scores.recipe(p.s) {
            Recipe::Products { points, .. } => Some(Pairs::Products(points)),
            #[cfg(feature = "costs")]
            Recipe::Costs { kept: None, .. } => p.scores.norms().map(Pairs::Norms),
            #[cfg(feature = "costs")]
            Recipe::Costs { .. } => None,
        }
    }

    /// Copies the points to other memory.
    pub fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Pairs<'t, T> {
        match self {
            Pairs::Products(points) => Pairs::Products(points.copied(to)),
            #[cfg(feature = "costs")]
            Pairs::Norms(costs) => {
                let cloud = costs.cloud.copied(to);
                Pairs::Norms(costs.copied(cloud, to))
            }
        }
    }

    /// Returns the points as bounds see them; those of a norm are in its unit.
    pub fn points(&self) -> PackedPoints<'a, T> {
        match self {
            Pairs::Products(points) => *points,
            #[cfg(feature = "costs")]
            Pairs::Norms(costs) => costs.norms.points,
        }
    }

    /// Returns the points if exponents are products of them.
    pub fn products(&self) -> Option<PackedPoints<'a, T>> {
        match self {
            Pairs::Products(points) => Some(*points),
            #[cfg(feature = "costs")]
            Pairs::Norms(_) => None,
        }
    }

    /// Returns what a pair of points loses by its cost.
    pub fn cost(&self, s: T) -> BlockCost<T> {
        match self {
            Pairs::Products(_) => BlockCost::Squares(s),
            #[cfg(feature = "costs")]
            Pairs::Norms(costs) => BlockCost::Norm(s * costs.norms.unit, costs.norms.power),
        }
    }

    /// Returns the factor of |x|^2 in the potentials of [`Plane`](super::records::Plane).
    pub fn square(&self, s: T) -> T {
        match self {
            Pairs::Products(_) => s,
            #[cfg(feature = "costs")]
            Pairs::Norms(_) => T::ZERO,
        }
    }

    /// out_kj <- 2^(F_k + G_j + S_kj) for the columns from `tile.start` on, row after row; `sums` are the sums of the
    /// rows. There are at most [`MAX_TILE_ROWS`](crate::vector::MAX_TILE_ROWS).
    pub fn exponentials(&self, instructions: Instructions, s: T, tile: TileAt<'_, T>, out: &mut [T], sums: &mut [T]) {
        match self {
            Pairs::Products(points) => {
                T::product_exponents(instructions, *points, T::TWO * s, tile, out, sums, true);
            }
            #[cfg(feature = "costs")]
            Pairs::Norms(costs) => {
                let m = tile.g.len();
                costs.rows(instructions, tile.i, tile.start, m, out);
                for (k, (row, sum)) in out.chunks_exact_mut(m).zip(sums).enumerate() {
                    *sum = T::affine_exponents(instructions, None, -s, tile.f[k], tile.g, row, true);
                }
            }
        }
    }

    /// Does the same for the columns of a list only. `tile` has the G of all columns, and `out` has the rows of the
    /// first run one after the other, then those of the second, and so on.
    pub fn listed_exponentials(
        &self,
        (instructions, s): (Instructions, T),
        tile: TileAt<'_, T>,
        list: ColumnList<'_, T>,
        out: &mut [T],
        sums: &mut [T],
    ) {
        match self {
            Pairs::Products(points) => {
                T::listed_exponents(instructions, *points, T::TWO * s, tile, list, out, sums, true);
            }
            #[cfg(feature = "costs")]
            Pairs::Norms(_) => {
                let (mut rest, count) = (out, sums.len());
                sums.fill(T::ZERO);
                for run in list.runs() {
                    let (own, more) = rest.split_at_mut(count * run.len());
                    let mut of_run = [T::ZERO; MAX_TILE_ROWS];
                    let part = TileAt { start: run.start, g: &tile.g[run], ..tile };
                    self.exponentials(instructions, s, part, own, &mut of_run[..count]);
                    sums.iter_mut().zip(of_run).for_each(|(sum, of_run)| *sum += of_run);
                    rest = more;
                }
            }
        }
    }

    /// sums_k <- sum_j e_kj C_(i+k)j for the columns of a list. The rows of e lie as
    /// [`Pairs::listed_exponentials`] writes them.
    pub fn listed_costs(
        &self,
        instructions: Instructions,
        i: usize,
        list: ColumnList<'_, T>,
        rows: &[T],
        sums: &mut [T],
    ) {
        match self {
            Pairs::Products(points) => T::listed_costs(instructions, *points, i, list, rows, sums),
            #[cfg(feature = "costs")]
            Pairs::Norms(costs) => {
                let (mut rest, count) = (rows, sums.len());
                sums.fill(T::ZERO);
                for run in list.runs() {
                    let (own, more) = rest.split_at(count * run.len());
                    for (k, (row, sum)) in own.chunks_exact(run.len()).zip(&mut *sums).enumerate() {
                        for (part, start) in row.chunks(PANEL).zip(run.clone().step_by(PANEL)) {
                            let (mut buffer, mut product) = ([T::ZERO; PANEL], [T::ZERO]);
                            let of_part = &mut buffer[..part.len()];
                            costs.rows(instructions, i + k, start, part.len(), of_part);
                            T::times_vector(instructions, part, of_part, &mut product);
                            *sum += product[0];
                        }
                    }
                    rest = more;
                }
            }
        }
    }
}
