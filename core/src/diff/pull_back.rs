//! What a derivative with respect to the costs of pairs, dL/dC_ij, is worth in x, y, the matrix and epsilon.
//!
//! Of every loss it has the form
//!
//! dL/dC_ij = Q_ij (row_i + r_i beta_j - omega_ij / epsilon),
//!
//! with omega what the plan is worth beyond its potentials ([`Cotangent`]). Then dL/dx_i = sum_j dL/dC_ij grad_x c(x_i, y_j), and
//! likewise in y; and dL/depsilon = sum_ij dL/dC_ij log(P_ij / (a_i b_j)), because epsilon enters everywhere as C / epsilon does.

use crate::real::Real;
use crate::reduce;
use crate::sweep::is_safe;
use crate::sweep::strips::{STRIP_ROWS, Scratch};
#[cfg(feature = "parallel")]
use crate::threads::has_threads;
use crate::wide::Wide;

use super::conditional::{Conditional, Tile};
use super::cotangent::Cotangent;
use super::inputs::Gradients;
use super::workspace::block_columns;

/// dL/dC.
pub(super) struct Pairs<'v, 'd, T: Real> {
    pub plan: &'v Conditional<'d, T>,
    /// n.
    pub row: &'v [T],
    /// m.
    pub beta: &'v [T],
    /// With the conditional means along y, n.
    pub cotangent: Option<(&'v Cotangent<'v, T>, &'v [T])>,
}

impl<T: Real> Pairs<'_, '_, T> {
    /// Some columns of row i, of Q, into those of dL/dC. `omega` and `spare` are as long.
    fn weigh(&self, i: usize, start: usize, q: &mut [T], omega: &mut [T], spare: &mut [T]) {
        let p = &self.plan.p;
        let (row, r, beta) = (self.row[i], self.plan.r(i), &self.beta[start..start + q.len()]);
        match self.cotangent {
            Some((cotangent, map_mean)) if cotangent.has_pairs() => {
                cotangent.rows(self.plan, (i, start), omega, spare);
                cotangent.combine(r, map_mean[i], omega, spare);
                T::weigh(p.instructions, q, row, r, beta, Some((omega, -T::ONE / p.epsilon)));
            }
            _ => T::weigh(p.instructions, q, row, r, beta, None),
        }
    }

    fn weigh_tile(&self, tile: &mut Tile<'_, T>) {
        for k in 0..tile.own.len() {
            let i = tile.i + k;
            let (q, omega, spare) = tile.row(k);
            self.weigh(i, 0, q, omega, spare);
        }
    }

    /// dL/dx, dL/dy and dL/dC, where asked for. `unused` is scratch for n scalars, `gradient` for d each.
    pub fn write(
        &self,
        gradients: &mut Gradients<'_, T>,
        threads: usize,
        unused: &mut [T],
        gradient: &mut [&mut [T]; 2],
        scratch: &mut Scratch<'_, T>,
    ) {
        if let Some(in_cost) = &mut gradients.cost {
            let work = |mut tile: Tile<'_, T>| {
                self.weigh_tile(&mut tile);
                tile.entries.copy_from_slice(tile.q);
            };
            self.plan.each_tile(scratch, unused, in_cost, &work, &|(), ()| ());
        }
        let (mut in_x, mut in_y) = (gradients.x.as_deref_mut(), gradients.y.as_deref_mut());
        if in_x.is_none() && in_y.is_none() {
            return;
        }
        let Some(points) = self.plan.p.scores.packed() else {
            return self.points_one_by_one(in_x, in_y, gradient, scratch);
        };
        if let Some(in_x) = &mut in_x {
            let work = |mut tile: Tile<'_, T>| {
                self.weigh_tile(&mut tile);
                T::row_moments(self.plan.p.instructions, points, tile.i, tile.q, tile.entries);
                tile.entries.iter_mut().for_each(|value| *value *= T::TWO);
            };
            self.plan.each_tile(scratch, unused, in_x, &work, &|(), ()| ());
        }
        if let Some(in_y) = &mut in_y {
            let block = block_columns(self.beta.len());
            let work = |start: usize, out: &mut [T], memory: &mut [T]| self.block_of_y(start, out, memory);
            let blocks = Blocks { start: 0, block, dimension: points.dimension, out: in_y, pool: scratch.pool };
            blocks.run(scratch.lane, threads, &work);
        }
    }

    /// dL/dy_j for the columns from `start` on.
    fn block_of_y(&self, start: usize, out: &mut [T], memory: &mut [T]) {
        let (plan, n) = (self.plan, self.row.len());
        let Some(points) = plan.p.scores.packed() else { return };
        let d = points.dimension;
        let width = out.len() / d;
        let (omega, memory) = memory.split_at_mut(width);
        let (spare, memory) = memory.split_at_mut(width);
        let (total, memory) = memory.split_at_mut(d * width);
        let (partial, tile) = memory.split_at_mut(d * width);
        total.fill(T::ZERO);
        let mut i = 0;
        while i < n {
            let end = (i + STRIP_ROWS).min(n);
            partial.fill(T::ZERO);
            while i < end {
                let count = plan.tile_rows.min(end - i);
                let tile = &mut tile[..count * width];
                plan.rows(i, count, start, tile);
                if let Some((Cotangent { map: Some(map), .. }, _)) = self.cotangent {
                    // T_i = sum_j Q_ij y_j depends on y itself. Half of it: the sums are doubled below.
                    let mut weights = [T::ZERO; crate::sweep::MAX_TILE_ROWS];
                    for (l, partial) in partial.chunks_exact_mut(width).enumerate() {
                        for (k, weight) in weights[..count].iter_mut().enumerate() {
                            *weight = T::HALF * map[(i + k) * d + l];
                        }
                        T::add_rows(plan.p.instructions, &weights[..count], tile, partial);
                    }
                }
                for (k, q) in tile.chunks_exact_mut(width).enumerate() {
                    self.weigh(i + k, start, q, omega, spare);
                }
                T::add_column_moments(plan.p.instructions, points, i, start, tile, partial);
                i += count;
            }
            total.iter_mut().zip(partial.iter()).for_each(|(total, &part)| *total += part);
        }
        for (j, out) in out.chunks_exact_mut(d).enumerate() {
            for (l, value) in out.iter_mut().enumerate() {
                *value = T::TWO * total[l * width + j];
            }
        }
    }

    /// The same for any ground cost, pair by pair.
    fn points_one_by_one(
        &self,
        mut in_x: Option<&mut [T]>,
        mut in_y: Option<&mut [T]>,
        [gradient_x, gradient_y]: &mut [&mut [T]; 2],
        scratch: &mut Scratch<'_, T>,
    ) {
        let Some(cloud) = self.plan.cloud() else { return };
        let (d, m) = (cloud.dimension(), self.beta.len());
        let (q, rest) = scratch.pool.split_at_mut(m);
        let (omega, rest) = rest.split_at_mut(m);
        let spare = &mut rest[..m];
        if let Some(in_x) = &mut in_x {
            in_x.fill(T::ZERO);
        }
        if let Some(in_y) = &mut in_y {
            in_y.fill(T::ZERO);
        }
        for i in 0..self.row.len() {
            self.plan.rows(i, 1, 0, q);
            if let (Some((Cotangent { map: Some(map), .. }, _)), Some(in_y)) = (self.cotangent, &mut in_y) {
                for (out, &share) in in_y.chunks_exact_mut(d).zip(q.iter()) {
                    for (value, &own) in out.iter_mut().zip(&map[i * d..(i + 1) * d]) {
                        *value += share * own;
                    }
                }
            }
            self.weigh(i, 0, q, omega, spare);
            for (j, &weight) in q.iter().enumerate().filter(|&(_, &weight)| weight != T::ZERO) {
                cloud.ground_cost().gradient(cloud.x().point(i), cloud.y().point(j), gradient_x, gradient_y);
                if let Some(in_x) = &mut in_x {
                    add_times(&mut in_x[i * d..(i + 1) * d], weight, gradient_x);
                }
                if let Some(in_y) = &mut in_y {
                    add_times(&mut in_y[j * d..(j + 1) * d], weight, gradient_y);
                }
            }
        }
    }

    /// sum_ij dL/dC_ij log(P_ij / (a_i b_j)), columns without weight left out.
    pub fn epsilon(&self, log_b: &[T], unused: &mut [T], scratch: &mut Scratch<'_, T>) -> T {
        let work = |tile: Tile<'_, T>| {
            // No column sums are taken: their place has room for the logarithms.
            let Tile { i, q, spare: [omega, spare], column: logs, .. } = tile;
            let mut total = Wide::new(T::ZERO);
            for (k, q) in q.chunks_exact_mut(log_b.len()).enumerate() {
                log_densities(self.plan, i + k, q, log_b, logs);
                self.weigh(i + k, 0, q, omega, spare);
                total = total.add(Wide::new(reduce::dot(q, logs)));
            }
            total
        };
        self.plan.each_tile(scratch, unused, &mut [], &work, &Wide::add).value()
    }
}

/// log(P_ij / (a_i b_j)) of row i, given its Q_ij; 0 where these are as good as 0.
pub(super) fn log_densities<T: Real>(plan: &Conditional<'_, T>, i: usize, q: &[T], log_b: &[T], out: &mut [T]) {
    for (log, &q) in out.iter_mut().zip(q) {
        *log = if is_safe(q) { q } else { T::ONE };
    }
    T::log2_each(plan.p.instructions, out);
    let level = plan.log_ratio[i];
    for ((log, &q), &log_b) in out.iter_mut().zip(q).zip(log_b) {
        *log = if is_safe(q) { (*log + (level - log_b)) * T::LN_2 } else { T::ZERO };
    }
}

pub(super) fn add_times<T: Real>(out: &mut [T], factor: T, values: &[T]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out += factor * value;
    }
}

/// Columns in blocks, each with its own part of the output, and memory to do them with.
struct Blocks<'b, T> {
    start: usize,
    /// Columns of one.
    block: usize,
    dimension: usize,
    out: &'b mut [T],
    pool: &'b mut [T],
}

impl<T: Real> Blocks<'_, T> {
    fn run(self, lane: usize, threads: usize, work: &(impl Fn(usize, &mut [T], &mut [T]) + Sync)) {
        let Blocks { start, block, dimension, out, pool } = self;
        #[cfg(feature = "parallel")]
        {
            let (lanes, blocks) = (pool.len() / lane, out.len().div_ceil(block * dimension));
            if threads > 1 && lanes > 1 && blocks > 1 && has_threads() {
                let left_lanes = lanes / 2;
                let left = (blocks * left_lanes / lanes).max(1) * block;
                let (out, other_out) = out.split_at_mut(left * dimension);
                let (pool, other_pool) = pool.split_at_mut(left_lanes * lane);
                let left_part = Blocks { start, block, dimension, out, pool };
                let right_part = Blocks { start: start + left, block, dimension, out: other_out, pool: other_pool };
                rayon::join(|| left_part.run(lane, threads, work), || right_part.run(lane, threads, work));
                return;
            }
        }
        let _ = threads;
        for (number, out) in out.chunks_mut(block * dimension).enumerate() {
            work(start + number * block, out, &mut pool[..lane]);
        }
    }
}
