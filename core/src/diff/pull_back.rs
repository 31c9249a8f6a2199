//! Derivatives with respect to the costs of pairs, dL/dC_ij, and what follows from them in x, y, the matrix and
//! epsilon.
//!
//! For every loss they have the form
//!
//! dL/dC_ij = Q_ij (row_i + r_i beta_j - omega_ij / epsilon),
//!
//! where omega is the derivative of the loss in the pairs beyond their potentials ([`Cotangent::combine`]). Then
//! dL/dx_i = sum_j dL/dC_ij grad_x c(x_i, y_j), and likewise in y; and dL/depsilon = sum_ij dL/dC_ij log(P_ij / (a_i
//! b_j)), because epsilon enters everywhere as C / epsilon does.

#[cfg(feature = "parallel")]
use rayon::prelude::*;

use crate::memory;
use crate::real::Real;
use crate::reduce;
use crate::sweep::strips::{STRIP_ROWS, Scratch, Tile};
use crate::sweep::{MAX_TILE_ROWS, is_safe};
#[cfg(feature = "parallel")]
use crate::threads::has_threads;
use crate::wide::Wide;

use super::Gradients;
use super::conditional::Conditional;
use super::cotangent::Cotangent;
use super::inputs::add_times;
#[cfg(feature = "skipping")]
use super::listed::{self, ListedTile, put_back, put_in_order};
use super::workspace::{Ordered, block_columns};
#[cfg(feature = "skipping")]
use crate::{
    skipping::MAX_DIMENSION,
    skipping::kept::COLUMNS,
    solution::listed::ListedPlan,
    vector::{GROUP, PANEL, PackedPoints, TileAt},
};

/// dL/dC.
pub(super) struct Pairs<'v, 'd, T: Real> {
    pub plan: &'v Conditional<'d, T>,
    /// n.
    pub row: &'v [T],
    /// m.
    pub beta: &'v [T],
    pub cotangent: &'v Cotangent<'v, T>,
    /// n: conditional means of dL/dT along y, if the loss depends on the pairs.
    pub map_mean: &'v [T],
}

impl<T: Real> Pairs<'_, '_, T> {
    /// Turns some columns of row i of Q into those of dL/dC. `omega` and `spare` are scratch of the same length.
    fn weigh(&self, i: usize, start: usize, q: &mut [T], omega: &mut [T], spare: &mut [T]) {
        let p = self.plan.p();
        let (row, r, beta) = (self.row[i], self.plan.r(i), &self.beta[start..start + q.len()]);
        if !self.cotangent.has_pairs() {
            return T::weigh(p.instructions, q, row, r, beta, None);
        }
        self.cotangent.rows(self.plan, (i, start), omega, spare);
        self.cotangent.combine(r, self.map_mean[i], omega, spare);
        T::weigh(p.instructions, q, row, r, beta, Some((omega, -T::ONE / p.epsilon)));
    }

    fn weigh_tile(&self, i: usize, rows: &mut [T], spare: &mut [T]) {
        let m = self.beta.len();
        let [omega, spare] = memory::cut_all(spare, [m; 2]);
        for (k, q) in rows.chunks_exact_mut(m).enumerate() {
            self.weigh(i + k, 0, q, omega, spare);
        }
    }

    /// Writes dL/dx, dL/dy and dL/dC, if they are asked for. `unused` is scratch for n scalars, `gradient` for d each.
    pub fn write(
        &self,
        gradients: &mut Gradients<'_, T>,
        threads: usize,
        unused: &mut [T],
        gradient: &mut [&mut [T]; 2],
        ordered: &mut Ordered<'_, T>,
        scratch: &mut Scratch<'_, T>,
    ) {
        if let Some(in_cost) = &mut gradients.cost {
            let work = |Tile { i, rows, entries, .. }: Tile<'_, T>, spare: &mut [T], (): &mut ()| {
                self.weigh_tile(i, rows, spare);
                entries.copy_from_slice(rows);
            };
            self.plan.each_tile(scratch, unused, in_cost, &work, |(), ()| ());
        }
        let Some(points) = self.plan.p().scores.packed() else {
            return self.points_one_by_one(gradients, gradient, scratch);
        };
        if self.write_listed(gradients, threads, unused, ordered, scratch) {
            return;
        }
        // Under the squared Euclidean cost, dL/dx_i = 2 sum_j dL/dC_ij (x_i - y_j), and likewise in y.
        if let Some(in_x) = &mut gradients.x {
            let work = |Tile { i, rows, entries, .. }: Tile<'_, T>, spare: &mut [T], (): &mut ()| {
                self.weigh_tile(i, rows, spare);
                entries.fill(T::ZERO);
                T::add_row_moments(self.plan.p().instructions, points, i, 0, rows, entries);
                entries.iter_mut().for_each(|value| *value *= T::TWO);
            };
            self.plan.each_tile(scratch, unused, in_x, &work, |(), ()| ());
        }
        if let Some(in_y) = &mut gradients.y {
            let on_block = |start: usize, out: &mut [T], memory: &mut [T]| self.block_of_y(start, out, memory);
            down_columns(in_y, (points.dimension, block_columns(self.beta.len())), threads, scratch, &on_block);
        }
    }

    /// Writes dL/dy_j for the columns from `start` on.
    fn block_of_y(&self, start: usize, out: &mut [T], memory: &mut [T]) {
        let (plan, n) = (self.plan, self.row.len());
        let Some(points) = plan.p().scores.packed() else { return };
        let d = points.dimension;
        let width = out.len() / d;
        let (omega, memory) = memory.split_at_mut(width);
        let (spare, memory) = memory.split_at_mut(width);
        let (total, memory) = memory.split_at_mut(d * width);
        let (partial, tile) = memory.split_at_mut(d * width);
        total.fill(T::ZERO);
        for first in (0..n).step_by(STRIP_ROWS) {
            let end = (first + STRIP_ROWS).min(n);
            partial.fill(T::ZERO);
            for i in (first..end).step_by(plan.tile_rows) {
                let count = plan.tile_rows.min(end - i);
                let tile = &mut tile[..count * width];
                plan.rows(i, count, start, tile);
                if let Some(map) = self.cotangent.map {
                    // T_i = sum_j Q_ij y_j depends on y itself. Half of it: the sums are doubled below.
                    let mut weights = [T::ZERO; MAX_TILE_ROWS];
                    for (l, partial) in partial.chunks_exact_mut(width).enumerate() {
                        for (k, weight) in weights[..count].iter_mut().enumerate() {
                            *weight = T::HALF * map[(i + k) * d + l];
                        }
                        T::add_rows(plan.p().instructions, &weights[..count], tile, partial);
                    }
                }
                for (k, q) in tile.chunks_exact_mut(width).enumerate() {
                    self.weigh(i + k, start, q, omega, spare);
                }
                T::add_column_moments(plan.p().instructions, points, i, start, tile, partial);
            }
            add_times(total, T::ONE, partial);
        }
        for (j, out) in out.chunks_exact_mut(d).enumerate() {
            for (l, value) in out.iter_mut().enumerate() {
                *value = T::TWO * total[l * width + j];
            }
        }
    }

    /// Writes dL/dx and dL/dy over the pairs that matter. Returns false if all pairs are to be visited.
    #[cfg(feature = "skipping")]
    fn write_listed(
        &self,
        gradients: &mut Gradients<'_, T>,
        threads: usize,
        unused: &mut [T],
        ordered: &mut Ordered<'_, T>,
        scratch: &mut Scratch<'_, T>,
    ) -> bool {
        let Some((listed, points)) = self.plan.listed_for(self.cotangent) else { return false };
        let (instructions, [rows, columns]) = (self.plan.p().instructions, listed.numbers);
        if let Some(in_x) = &mut gradients.x {
            put_in_order(columns, self.beta, ordered.columns);
            let beta = &*ordered.columns;
            let work = |tile: ListedTile<'_, T>, (): &mut ()| {
                let ListedTile { i, entries: out, spare, mut pairs, .. } = tile;
                out.fill(T::ZERO);
                pairs.each_run(|run, rows| {
                    let len = run.len();
                    for (k, q) in rows.chunks_exact_mut(len).enumerate() {
                        self.weigh_listed(listed.row(i + k), (points, run.start), q, &beta[run.clone()], spare);
                    }
                    T::add_row_moments(instructions, points, i, run.start, rows, out);
                });
                out.iter_mut().for_each(|value| *value *= T::TWO);
            };
            let f = |i: usize| self.plan.f[listed.row(i)];
            listed::each_tile(listed, &f, (unused, &mut **in_x), scratch, &work, |(), ()| ());
            put_back(rows, in_x, ordered.rows);
        }
        if let Some(in_y) = &mut gradients.y {
            put_in_order(columns, self.beta, ordered.columns);
            let planes = &mut ordered.rows[..listed.lists.planes_len(rows.len())];
            listed.lists.write_planes(listed.f, planes);
            let (planes, beta) = (&*planes, &*ordered.columns);
            let on_block = |start: usize, out: &mut [T], memory: &mut [T]| {
                self.listed_block_of_y((listed, points), (planes, beta), start, out, memory);
            };
            down_columns(in_y, (points.dimension, COLUMNS), threads, scratch, &on_block);
            put_back(columns, in_y, ordered.columns);
        }
        true
    }

    #[cfg(not(feature = "skipping"))]
    fn write_listed(
        &self,
        _: &mut Gradients<'_, T>,
        _: usize,
        _: &mut [T],
        _: &mut Ordered<'_, T>,
        _: &mut Scratch<'_, T>,
    ) -> bool {
        false
    }

    /// Does what [`Pairs::weigh`] does for the row with a number and the columns from `start` on, in the order of
    /// blocks. `beta` is theirs. The loss does not depend on the plan itself.
    #[cfg(feature = "skipping")]
    fn weigh_listed(
        &self,
        number: usize,
        (points, start): (PackedPoints<'_, T>, usize),
        q: &mut [T],
        beta: &[T],
        omega: &mut [T],
    ) {
        let p = self.plan.p();
        let (row, r) = (self.row[number], self.plan.r(number));
        let Some(map) = self.cotangent.map else { return T::weigh(p.instructions, q, row, r, beta, None) };
        let (d, omega) = (points.dimension, &mut omega[..q.len()]);
        T::along(p.instructions, points, start, &map[number * d..(number + 1) * d], omega);
        omega.iter_mut().for_each(|value| *value -= self.map_mean[number]);
        T::weigh(p.instructions, q, row, r, beta, Some((omega, -T::ONE / p.epsilon)));
    }

    /// Does what [`Pairs::block_of_y`] does over the pairs that matter, for columns in the order of blocks.
    #[cfg(feature = "skipping")]
    fn listed_block_of_y(
        &self,
        (listed, points): (&ListedPlan<'_, T>, PackedPoints<'_, T>),
        (planes, beta): (&[T], &[T]),
        start: usize,
        out: &mut [T],
        memory: &mut [T],
    ) {
        let (plan, n) = (self.plan, listed.f.len());
        let (p, d) = (plan.p(), points.dimension);
        let width = out.len() / d;
        let total = &mut memory[..d * width];
        total.fill(T::ZERO);
        listed.lists.each_pair_of_blocks(planes, start..start + width, |first, columns| {
            let (len, end) = (columns.len(), n.min(first + listed.lists.width));
            let mut partial = [T::ZERO; MAX_DIMENSION * PANEL];
            let partial = &mut partial[..d * len];
            let g = &listed.g[columns.clone()];
            for i in (first..end).step_by(GROUP) {
                let count = GROUP.min(end - i);
                let (mut f, mut sums) = ([T::ZERO; GROUP], [T::ZERO; GROUP]);
                let (mut tile, mut omega) = ([T::ZERO; GROUP * PANEL], [T::ZERO; PANEL]);
                let (f, tile) = (&mut f[..count], &mut tile[..count * len]);
                f.iter_mut().zip(i..).for_each(|(f, i)| *f = plan.f[listed.row(i)]);
                let place = TileAt { i, start: columns.start, f, g };
                T::product_exponents(p.instructions, points, T::TWO * p.s, place, tile, &mut sums[..count], true);
                if let Some(map) = self.cotangent.map {
                    // As in a block over all pairs.
                    let mut weights = [T::ZERO; GROUP];
                    for (l, partial) in partial.chunks_exact_mut(len).enumerate() {
                        for (k, weight) in weights[..count].iter_mut().enumerate() {
                            *weight = T::HALF * map[listed.row(i + k) * d + l];
                        }
                        T::add_rows(p.instructions, &weights[..count], tile, partial);
                    }
                }
                for (k, q) in tile.chunks_exact_mut(len).enumerate() {
                    let beta = &beta[columns.clone()];
                    self.weigh_listed(listed.row(i + k), (points, columns.start), q, beta, &mut omega);
                }
                T::add_column_moments(p.instructions, points, i, columns.start, tile, partial);
            }
            let at = columns.start - start;
            for (total, partial) in total.chunks_exact_mut(width).zip(partial.chunks_exact(len)) {
                add_times(&mut total[at..at + len], T::ONE, partial);
            }
        });
        for (j, out) in out.chunks_exact_mut(d).enumerate() {
            for (l, value) in out.iter_mut().enumerate() {
                *value = T::TWO * total[l * width + j];
            }
        }
    }

    /// Writes dL/dx and dL/dy for any ground cost, pair by pair.
    fn points_one_by_one(
        &self,
        gradients: &mut Gradients<'_, T>,
        gradient: &mut [&mut [T]; 2],
        scratch: &mut Scratch<'_, T>,
    ) {
        let Some(cloud) = self.plan.cloud() else { return };
        if !gradients.has_points() {
            return;
        }
        let [q, omega, spare] = memory::cut_all(scratch.pool, [self.beta.len(); 3]);
        for out in [&mut gradients.x, &mut gradients.y].into_iter().flatten() {
            out.fill(T::ZERO);
        }
        for i in 0..self.row.len() {
            self.plan.rows(i, 1, 0, q);
            if let (Some(map), Some(in_y)) = (self.cotangent.map, &mut gradients.y) {
                let d = cloud.dimension();
                for (out, &share) in in_y.chunks_exact_mut(d).zip(q.iter()) {
                    add_times(out, share, &map[i * d..(i + 1) * d]);
                }
            }
            self.weigh(i, 0, q, omega, spare);
            for (j, &weight) in q.iter().enumerate().filter(|&(_, &weight)| weight != T::ZERO) {
                self.plan.add_gradient_of_pair(gradients, (i, j), weight, gradient);
            }
        }
    }

    /// Returns sum_ij dL/dC_ij log(P_ij / (a_i b_j)), columns without weight left out.
    pub fn epsilon(&self, log_b: &[T], unused: &mut [T], scratch: &mut Scratch<'_, T>) -> T {
        // No column sums are taken: their place has room for the logarithms.
        let work = |Tile { i, rows, column: logs, .. }: Tile<'_, T>, spare: &mut [T], found: &mut Wide<T>| {
            let [omega, spare] = memory::cut_all(spare, [log_b.len(); 2]);
            let mut total = Wide::new(T::ZERO);
            for (k, q) in rows.chunks_exact_mut(log_b.len()).enumerate() {
                self.plan.log_densities(i + k, q, log_b, logs);
                self.weigh(i + k, 0, q, omega, spare);
                total = total.add(Wide::new(reduce::dot(q, logs)));
            }
            *found = found.add(total);
        };
        self.plan.each_tile(scratch, unused, &mut [], &work, Wide::add).value()
    }
}

/// Writes dL/dy in blocks of columns: `work` gets the first column of a block, room for its derivatives, and scratch.
/// No bit depends on how the threads share the blocks.
fn down_columns<T: Real>(
    in_y: &mut [T],
    (d, block): (usize, usize),
    threads: usize,
    scratch: &mut Scratch<'_, T>,
    work: &(impl Fn(usize, &mut [T], &mut [T]) + Sync),
) {
    let part_len = scratch.part_len;
    let on_blocks = |first: usize, out: &mut [T], memory: &mut [T]| {
        for (number, out) in out.chunks_mut(block * d).enumerate() {
            work((first + number) * block, out, memory);
        }
    };
    #[cfg(feature = "parallel")]
    if threads > 1 && has_threads() {
        let share = in_y.len().div_ceil(block * d).div_ceil(scratch.pool.len() / part_len);
        let parts = in_y.par_chunks_mut(share * block * d).zip(scratch.pool.par_chunks_exact_mut(part_len));
        return parts.enumerate().for_each(|(part, (out, memory))| on_blocks(part * share, out, memory));
    }
    let _ = threads;
    on_blocks(0, in_y, &mut scratch.pool[..part_len]);
}

impl<T: Real> Conditional<'_, T> {
    /// Adds `weight` times the gradient of c(x_i, y_j) to those in the points. `gradient` is scratch for d scalars
    /// each.
    pub fn add_gradient_of_pair(
        &self,
        gradients: &mut Gradients<'_, T>,
        (i, j): (usize, usize),
        weight: T,
        gradient: &mut [&mut [T]; 2],
    ) {
        if let (Some(cloud), true) = (self.cloud(), gradients.has_points()) {
            let [in_x, in_y] = gradient;
            cloud.ground_cost().gradient(cloud.x().point(i), cloud.y().point(j), in_x, in_y);
            gradients.add((i, j), weight, gradient);
        }
    }

    /// Writes log(P_ij / (a_i b_j)) of row i, given its Q_ij. It is 0 if Q_ij is as good as 0.
    pub fn log_densities(&self, i: usize, q: &[T], log_b: &[T], out: &mut [T]) {
        for (log, &q) in out.iter_mut().zip(q) {
            *log = if is_safe(q) { q } else { T::ONE };
        }
        T::log2_each(self.p().instructions, out);
        let level = self.log_ratio[i];
        for ((log, &q), &log_b) in out.iter_mut().zip(q).zip(log_b) {
            *log = if is_safe(q) { (*log + (level - log_b)) * T::LN_2 } else { T::ZERO };
        }
    }
}
