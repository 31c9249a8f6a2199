//! Vector-Jacobian products of potentials, plan and map.
//!
//! The potentials solve f = T_a(g), g = T_b(f). With conditional plans Q (by rows) and R (by columns) their
//! differentials satisfy
//!
//! df_i + tau_a sum_j Q_ij dg_j = tau_a sum_j Q_ij (dC_ij - epsilon db_j / b_j + l_ij depsilon),
//!
//! where l_ij = log(P_ij / (a_i b_j)), and its mirror image. The multipliers lambda, mu of a cotangent solve the
//! transposed system. With beta_j = tau_b mu_j / c_j and lambda_i eliminated, it is the symmetric one of
//! [`conjugate_gradients`]. Both follow from differentiating the optimality conditions
//! (Luise, Rudi, Pontil and Ciliberto 2018; Cuturi et al. 2022, "Optimal Transport Tools", section on implicit
//! differentiation), here with relaxed marginals and weights of zero.

use crate::cost::Smoothness;
use crate::error::{Argument, Error};
use crate::memory;
use crate::real::Real;
use crate::reduce;
use crate::sweep::MAX_TILE_ROWS;
use crate::sweep::strips::{Scratch, Tile};
use crate::vector::PANEL;

use super::conditional::Conditional;
use super::conjugate_gradients::{self, Size, square_over, unit_of};
use super::inputs::check_results;
#[cfg(feature = "skipping")]
use super::listed::{self, ListedTile, put_back};
use super::pull_back::Pairs;
use super::workspace::Ordered;
use super::{Cotangent, Derivatives, Gradients, LinearReport};

impl<T: Real> Derivatives<'_, T> {
    /// Writes the gradient of a loss of potentials, plan and map in the inputs of the problem, given the derivatives of
    /// the loss in those ([`Cotangent`]).
    ///
    /// It takes one pass over the pairs an iteration of conjugate gradients, two more (three on the line and in the
    /// plane), and one each for x, y, cost and epsilon.
    ///
    /// # Errors
    /// [`ErrorKind::Length`](crate::error::ErrorKind::Length) and
    /// [`ErrorKind::NotFinite`](crate::error::ErrorKind::NotFinite) naming `f`, `g`, `plan`, `map` (of the cotangent),
    /// `x`, `y`, `a`, `b`, `cost` (of the gradients). [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported)
    /// naming `map` or `cost` for a cost matrix, which has no points, and for a ground cost without a gradient. Nothing
    /// is written then. [`ErrorKind::Overflow`](crate::error::ErrorKind::Overflow) naming `cotangent` if a gradient
    /// leaves the range: what has been written is not to be used.
    pub fn vjp(
        &mut self,
        cotangent: &Cotangent<'_, T>,
        gradients: &mut Gradients<'_, T>,
    ) -> Result<LinearReport<T>, Error> {
        gradients.check(&self.plan, Smoothness::Gradient)?;
        cotangent.check(&self.plan)?;
        let constant = if self.plan.p().is_balanced() { cotangent.constant() } else { T::ZERO };
        let report = self.multipliers(cotangent, constant)?;

        let (plan, memory) = (&self.plan, &mut self.memory);
        let (p, solution) = (plan.p(), &plan.solution);
        let b = p.problem.b();
        let level = constant / (p.problem.a().total() + b.total());
        if let Some(in_a) = &mut gradients.a {
            for (i, value) in in_a.iter_mut().enumerate() {
                let of_pairs = plan.ratio(i) * (memory.plan_mean[i] - p.epsilon * memory.t[i]);
                *value = of_pairs - level * solution.f()[i];
            }
        }
        if let Some(in_b) = &mut gradients.b {
            for (j, value) in in_b.iter_mut().enumerate() {
                let own = if plan.has_mass(j) { memory.column[j] } else { T::ZERO };
                let of_pairs = p.epsilon * (memory.rhs[j] - own + p.tau_a() * memory.scratch.column[j]);
                let weight = b.get(j);
                *value = if weight > T::ZERO { of_pairs / weight } else { T::ZERO } + level * solution.g()[j];
            }
        }
        let pairs = Pairs { plan, row: memory.row, beta: memory.beta, cotangent, map_mean: memory.map_mean };
        let threads = self.settings.threads;
        pairs.write(gradients, threads, memory.t, &mut memory.gradient, &mut memory.ordered, &mut memory.scratch);
        if let Some(in_epsilon) = &mut gradients.epsilon {
            **in_epsilon = p.unit * pairs.epsilon(memory.log_b, memory.t, &mut memory.scratch);
        }
        self.add_weightless(cotangent, gradients);
        gradients.check_results(Argument::COTANGENT)?;
        check_results(Argument::COTANGENT, [Some(&[report.residual, constant][..])])?;
        Ok(LinearReport { projected: constant, ..report })
    }

    /// Solves for the multipliers: writes tau_a lambda into `memory.row`, and beta and its conditional means t. Beside
    /// them it writes the means of dL/dP and dL/dT by rows, and the right-hand side.
    fn multipliers(&mut self, cotangent: &Cotangent<'_, T>, constant: T) -> Result<LinearReport<T>, Error> {
        let (plan, memory) = (&self.plan, &mut self.memory);
        let p = plan.p();
        let (a, b) = (p.problem.a(), p.problem.b());
        let (n, m) = (plan.f.len(), plan.g.len());
        // Balanced potentials are those with sum a f = sum b g: a cotangent along the constant goes through that
        // convention.
        let level = constant / (a.total() + b.total());
        let of = |values: Option<&[T]>, k: usize| values.map_or(T::ZERO, |values| values[k]);
        for (i, value) in memory.row.iter_mut().enumerate() {
            *value = (of(cotangent.f, i) - a.get(i) * level) / p.unit;
        }
        for (j, value) in memory.column.iter_mut().enumerate() {
            *value = (of(cotangent.g, j) + b.get(j) * level) / p.unit;
        }
        // The potential of a column without mass is a c-transform of f: its cotangent is one of f.
        let (row, column) = (&mut *memory.row, &*memory.column);
        if cotangent.g.is_some() {
            plan.each_weightless_pair(memory.t, |pair| row[pair.i] += -p.tau_b() * column[pair.j] * pair.share);
        }

        // Reduce the derivatives in the pairs by rows and by columns.
        memory.plan_mean.fill(T::ZERO);
        memory.map_mean.fill(T::ZERO);
        memory.scratch.column.fill(T::ZERO);
        if cotangent.has_pairs() || row.iter().any(|&value| value != T::ZERO) {
            let fixed_row = &*row;
            let means = [&mut *memory.plan_mean, &mut *memory.map_mean];
            if !reduce_listed(plan, cotangent, fixed_row, means, &mut memory.ordered, &mut memory.scratch) {
                let work = |tile: Tile<'_, T>, spare: &mut [T], (): &mut ()| {
                    reduce_tile(plan, cotangent, fixed_row, tile, spare);
                };
                plan.each_tile(&mut memory.scratch, memory.plan_mean, memory.map_mean, &work, |(), ()| ());
            }
        }
        for (i, value) in row.iter_mut().enumerate() {
            *value += plan.r(i) * memory.plan_mean[i] / p.epsilon;
            if !(value.is_finite() && memory.map_mean[i].is_finite()) {
                return Err(cotangent.bad_entry(plan, i, memory.direction, memory.scratch.spare));
            }
        }
        for (j, rhs) in memory.rhs.iter_mut().enumerate() {
            *rhs = memory.scratch.column[j] + if plan.has_mass(j) { column[j] } else { T::ZERO };
        }

        // Solve, and recover the multipliers of the rows.
        let rhs = &*memory.rhs;
        let unit = unit_of(&[row, column, rhs]);
        let squares = reduce::sum_of(n, &|i| square_over(row[i] / unit, plan.r(i)))
            + reduce::sum_of(m, &|j| square_over(column[j] / unit, plan.c[j]) + square_over(rhs[j] / unit, plan.c[j]));
        let report = conjugate_gradients::solve(plan, &self.settings, Size { unit, squares }, memory);
        for (i, value) in memory.row.iter_mut().enumerate() {
            *value = p.tau_a() * (*value - plan.r(i) * memory.t[i]);
        }
        Ok(report)
    }

    /// Adds what columns without mass contribute to the gradients.
    fn add_weightless(&mut self, cotangent: &Cotangent<'_, T>, gradients: &mut Gradients<'_, T>) {
        let (plan, memory) = (&self.plan, &mut self.memory);
        let (p, m) = (plan.p(), plan.g.len());
        let (row, column) = (&*memory.row, &*memory.column);
        let (map_mean, spare) = (&*memory.map_mean, &mut *memory.scratch.spare);
        plan.each_weightless_pair(memory.t, |pair| {
            let (i, j) = (pair.i, pair.j);
            // Mass that a growing weight brings to the pair.
            if let (Some(in_b), true) = (&mut gradients.b, pair.is_zero) {
                let worth = omega_of_pair(plan, cotangent, map_mean[i], (i, j), spare) - p.epsilon * row[i];
                if worth != T::ZERO {
                    in_b[j] += plan.density(&pair) * worth;
                }
            }
            // The potential of the column, a c-transform of f.
            let weight = p.tau_b() * column[j];
            if weight == T::ZERO {
                return;
            }
            if let Some(in_a) = &mut gradients.a {
                in_a[i] -= p.epsilon * weight * plan.share_of_weight(&pair);
            }
            if !(pair.share > T::ZERO) {
                return;
            }
            let in_pair = weight * pair.share;
            if let Some(in_cost) = &mut gradients.cost {
                in_cost[i * m + j] += in_pair;
            }
            if let Some(in_epsilon) = &mut gradients.epsilon {
                **in_epsilon += p.unit * in_pair * plan.log_density(&pair);
            }
            plan.add_gradient_of_pair(gradients, (i, j), in_pair, &mut memory.gradient);
        });
    }
}

/// Writes conditional means of dL/dP into the tile's own scalars, and those of dL/dT along y into its entries. To the
/// columns it adds sum_i Q_ij (omega_ij / epsilon - tau_a dL/df_i), where dL/df includes that through r_i, the masses
/// of the rows.
fn reduce_tile<T: Real>(
    plan: &Conditional<'_, T>,
    cotangent: &Cotangent<'_, T>,
    row: &[T],
    tile: Tile<'_, T>,
    spare: &mut [T],
) {
    let (p, count, m) = (plan.p(), tile.f.len(), tile.column.len());
    let [omega, spare] = memory::cut_all(spare, [m; 2]);
    let mut weights = [T::ONE; MAX_TILE_ROWS];
    for (k, q) in tile.rows.chunks_exact_mut(m).enumerate() {
        let i = tile.i + k;
        if !cotangent.has_pairs() {
            weights[k] = -p.tau_a() * row[i];
            continue;
        }
        let (mut plan_mean, mut map_mean) = (T::ZERO, T::ZERO);
        cotangent.rows(plan, (i, 0), omega, spare);
        if cotangent.plan.is_some() {
            T::times_vector(p.instructions, q, spare, core::slice::from_mut(&mut plan_mean));
        }
        if cotangent.map.is_some() {
            T::times_vector(p.instructions, q, omega, core::slice::from_mut(&mut map_mean));
        }
        cotangent.combine(plan.r(i), map_mean, omega, spare);
        let in_f = row[i] + plan.r(i) * plan_mean / p.epsilon;
        T::weigh(p.instructions, q, -p.tau_a() * in_f, T::ZERO, plan.c, Some((omega, T::ONE / p.epsilon)));
        (tile.f[k], tile.entries[k]) = (plan_mean, map_mean);
    }
    T::add_rows(p.instructions, &weights[..count], tile.rows, tile.column);
}

/// Does what [`reduce_tile`] does for all rows, over the pairs that matter. The first means are those of dL/dP, which
/// stay zero. Returns false if all pairs are to be visited.
#[cfg(feature = "skipping")]
fn reduce_listed<T: Real>(
    plan: &Conditional<'_, T>,
    cotangent: &Cotangent<'_, T>,
    row: &[T],
    [plan_mean, map_mean]: [&mut [T]; 2],
    ordered: &mut Ordered<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> bool {
    let p = plan.p();
    let Some((listed, points)) = plan.listed_for(cotangent) else { return false };
    let work = |tile: ListedTile<'_, T>, (): &mut ()| {
        let ListedTile { i, own, entries: map_mean, spare, mut pairs, column, .. } = tile;
        let mut weights = [T::ONE; MAX_TILE_ROWS];
        let weights = &mut weights[..own.len()];
        if let Some(map) = cotangent.map {
            let d = points.dimension;
            let along = |k: usize, start: usize, omega: &mut [T]| {
                let number = listed.row(i + k);
                T::along(p.instructions, points, start, &map[number * d..(number + 1) * d], omega);
            };
            map_mean.fill(T::ZERO);
            pairs.each_run(|run, rows| {
                let omega = &mut spare[..run.len()];
                for (k, q) in rows.chunks_exact(run.len()).enumerate() {
                    let mut of_run = T::ZERO;
                    along(k, run.start, omega);
                    T::times_vector(p.instructions, q, omega, core::slice::from_mut(&mut of_run));
                    map_mean[k] += of_run;
                }
            });
            pairs.each_run(|run, rows| {
                let omega = &mut spare[..run.len()];
                for (k, q) in rows.chunks_exact_mut(run.len()).enumerate() {
                    along(k, run.start, omega);
                    omega.iter_mut().for_each(|value| *value -= map_mean[k]);
                    let constant = -p.tau_a() * row[listed.row(i + k)];
                    T::weigh(p.instructions, q, constant, T::ONE / p.epsilon, omega, None);
                }
            });
        } else {
            for (k, weight) in weights.iter_mut().enumerate() {
                *weight = -p.tau_a() * row[listed.row(i + k)];
            }
        }
        T::add_listed_rows(p.instructions, weights, pairs.list, pairs.rows, column);
    };
    let f = |i: usize| plan.f[listed.row(i)];
    let [rows, columns] = listed.numbers;
    listed::each_tile(listed, &f, (plan_mean, &mut *map_mean), scratch, &work, |(), ()| ());
    put_back(rows, map_mean, ordered.rows);
    put_back(columns, scratch.column, ordered.columns);
    true
}

#[cfg(not(feature = "skipping"))]
fn reduce_listed<T: Real>(
    _: &Conditional<'_, T>,
    _: &Cotangent<'_, T>,
    _: &[T],
    _: [&mut [T]; 2],
    _: &mut Ordered<'_, T>,
    _: &mut Scratch<'_, T>,
) -> bool {
    false
}

/// Returns omega_ij of one pair, which [`Cotangent::combine`] describes.
fn omega_of_pair<T: Real>(
    plan: &Conditional<'_, T>,
    cotangent: &Cotangent<'_, T>,
    map_mean: T,
    (i, j): (usize, usize),
    spare: &mut [T],
) -> T {
    if !cotangent.has_pairs() {
        return T::ZERO;
    }
    // From the start of its panel on: rows are computed by panels.
    let (start, at) = (j - j % PANEL, j % PANEL);
    let mut omega = [T::ZERO; PANEL];
    cotangent.rows(plan, (i, start), &mut omega[..=at], &mut spare[..=at]);
    cotangent.combine(plan.r(i), map_mean, &mut omega[..=at], &spare[..=at]);
    omega[at]
}
