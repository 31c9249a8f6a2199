//! Jacobian-vector products: how potentials, plan and map change along a direction of the inputs. The system is that of [`vjp`](super::vjp).

use crate::error::{Argument, Error};
use crate::geometry::PointCloud;
use crate::real::Real;
use crate::reduce;
use crate::solution::check_length;
use crate::sweep::log_weight;

use super::conditional::Conditional;
use super::conjugate_gradients::{self, Size, square_over};
use super::inputs::check_results;
use super::pull_back::log_densities;
use super::workspace::Memory;
use super::{Derivatives, LinearReport, Tangent, Vectors};

/// Where the changes of potentials, plan and map along a [`Tangent`] are written: only what is asked for.
#[derive(Debug)]
pub struct Changes<'c, T> {
    /// df, n.
    pub f: Option<&'c mut [T]>,
    /// dg, m.
    pub g: Option<&'c mut [T]>,
    /// dP, n x m row-major.
    pub plan: Option<&'c mut [T]>,
    /// dT, n x d row-major, T the [barycentric map](crate::Solution::barycentric_map).
    pub map: Option<&'c mut [T]>,
}

impl<T: Real> Changes<'_, T> {
    /// Nothing: what to fill in.
    pub const fn none() -> Self {
        Changes { f: None, g: None, plan: None, map: None }
    }

    fn check_results(&self) -> Result<(), Error> {
        check_results(Argument::TANGENT, [&self.f, &self.g, &self.plan, &self.map].map(Option::as_deref))
    }

    fn check(&self, plan: &Conditional<'_, T>) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        let len = |argument, values: &Option<&mut [T]>, expected| match values {
            Some(values) => check_length(argument, values, expected),
            None => Ok(()),
        };
        len(Argument::F, &self.f, n)?;
        len(Argument::G, &self.g, m)?;
        len(Argument::PLAN, &self.plan, n.saturating_mul(m))?;
        match (&self.map, plan.cloud()) {
            (Some(values), Some(cloud)) => check_length(Argument::MAP, values, n * cloud.dimension()),
            (Some(_), None) => {
                let reason = "a cost matrix has no points, and no map";
                Err(Error::unsupported(Argument::MAP, reason))
            }
            (None, _) => Ok(()),
        }
    }
}

impl<T: Real> Derivatives<'_, T> {
    /// The changes of potentials, plan and map along a direction of the inputs, per unit of it.
    ///
    /// The pairs are visited on one thread, three times at most, and once for every iteration of conjugate gradients on all of them.
    ///
    /// # Errors
    /// [`ErrorKind::Length`](crate::ErrorKind::Length) and [`ErrorKind::NotFinite`](crate::ErrorKind::NotFinite) naming `x`, `y`, `a`, `b`, `cost` or `epsilon` of the tangent and `f`, `g`, `plan` or `map` of the changes,
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) naming `map` or `cost` for points of a matrix and costs without a gradient. Nothing is written then.
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) naming `tangent` where a change leaves the range: what has been written is not to be used.
    pub fn jvp(&mut self, tangent: &Tangent<'_, T>, changes: &mut Changes<'_, T>) -> Result<LinearReport<T>, Error> {
        changes.check(&self.plan)?;
        let report = self.differentials(tangent)?;
        let (plan, memory, solution) = (&self.plan, &mut self.memory, &self.solution);
        let (p, m) = (&plan.p, plan.g.len());
        let (df, dg) = (&*memory.row, &*memory.beta);
        if let Some(out) = &mut changes.f {
            out.iter_mut().zip(df).for_each(|(out, &value)| *out = value / p.unit);
        }
        if let Some(out) = &mut changes.g {
            out.iter_mut().zip(dg).for_each(|(out, &value)| *out = value / p.unit);
        }
        if changes.plan.is_none() && changes.map.is_none() {
            return changes.check_results().map(|()| report);
        }
        let [q, log_p, _] = rows_of(memory.scratch.pool, m);
        for i in 0..plan.f.len() {
            let da = tangent.a.map_or(T::ZERO, |a| a[i]);
            let rates = Rates { plan, tangent, log_b: memory.log_b, relative_b: memory.column };
            rates.of_row(i, df[i], dg, q, log_p, &mut memory.gradient);
            if let Some(out) = &mut changes.plan {
                let (r, of_weight) = (plan.r(i), plan.ratio(i) * da);
                for ((out, &q), &rate) in out[i * m..(i + 1) * m].iter_mut().zip(q.iter()).zip(log_p.iter()) {
                    *out = q * (r * rate + of_weight);
                }
            }
            if let (Some(out), Some(cloud)) = (&mut changes.map, plan.cloud()) {
                let d = cloud.dimension();
                let out = &mut out[i * d..(i + 1) * d];
                out.fill(T::ZERO);
                let mean = reduce::dot(q, log_p);
                let origin = cloud.y().point(0);
                for (j, (&q, &rate)) in q.iter().zip(log_p.iter()).enumerate() {
                    for (l, value) in out.iter_mut().enumerate() {
                        *value += q * (rate - mean) * (cloud.y().point(j)[l] - origin[l]);
                        if let Some(dy) = tangent.y {
                            *value += q * dy[j * d + l];
                        }
                    }
                }
            }
        }
        if let Some(db) = tangent.b {
            let q = &mut memory.scratch.spare[..];
            plan.each_weightless(solution, memory.t, |weightless| {
                let j = weightless.j;
                if !weightless.is_zero || db[j] == T::ZERO {
                    return;
                }
                for i in 0..plan.f.len() {
                    let density = db[j] * plan.density(solution, i, &weightless);
                    if let Some(out) = &mut changes.plan {
                        out[i * m + j] = plan.r(i) * density;
                    }
                    if let (Some(out), Some(cloud)) = (&mut changes.map, plan.cloud()) {
                        plan.rows(i, 1, 0, q);
                        add_mass_at(cloud, q, density, j, &mut out[i * cloud.dimension()..(i + 1) * cloud.dimension()]);
                    }
                }
            });
        }
        changes.check_results().map(|()| report)
    }

    /// df into `memory.row` and dg into `memory.beta`, in units of the unscaled cost, with sum a f = sum b g where balanced; db_j / b_j into
    /// `memory.column`, log2 b into `memory.log_b`.
    pub(super) fn differentials(&mut self, tangent: &Tangent<'_, T>) -> Result<LinearReport<T>, Error> {
        let (plan, solution) = (&self.plan, &self.solution);
        let Memory { row, t, column, rhs, beta, residual, direction, log_b, gradient, scratch, coarse, .. } =
            &mut self.memory;
        let [in_x, in_y] = gradient;
        tangent.check(plan, [in_x, in_y])?;
        let p = &plan.p;
        let (a, b) = (p.problem.a(), p.problem.b());
        let (n, m) = (plan.f.len(), plan.g.len());
        let da = |i: usize| tangent.a.map_or(T::ZERO, |a| a[i]);
        for j in 0..m {
            log_b[j] = log_weight(b.get(j));
            let db = tangent.b.map_or(T::ZERO, |b| b[j]);
            column[j] = if b.get(j) > T::ZERO { db / b.get(j) } else { T::ZERO };
        }

        // pi_i = sum_j Q_ij (omega_ij - epsilon db_j / b_j) into `row`, omega_ij = dC_ij + l_ij depsilon.
        let rates = Rates { plan, tangent, log_b, relative_b: column };
        {
            let [q, omega, _] = rows_of(scratch.pool, m);
            for (i, pi) in row.iter_mut().enumerate() {
                plan.rows(i, 1, 0, q);
                rates.omega(i, q, omega, gradient);
                *pi = reduce::dot(q, omega) - p.epsilon * reduce::dot(q, column);
            }
        }
        if let Some(db) = tangent.b {
            plan.each_weightless(solution, t, |weightless| {
                if weightless.is_zero && db[weightless.j] != T::ZERO {
                    for (i, pi) in row.iter_mut().enumerate() {
                        *pi -= p.epsilon * db[weightless.j] * plan.density(solution, i, &weightless);
                    }
                }
            });
        }
        // rhs_j = sum_i Q_ij (r_i omega_ij - epsilon (r_i / a_i) da_i - tau_a r_i pi_i).
        rhs.fill(T::ZERO);
        // In units of the largest change so far, so that no square leaves the range.
        let mut size = Size { unit: T::ONE, squares: T::ZERO };
        {
            let [q, omega, partial] = rows_of(scratch.pool, m);
            partial.fill(T::ZERO);
            for (i, &pi) in row.iter().enumerate() {
                plan.rows(i, 1, 0, q);
                rates.omega(i, q, omega, gradient);
                size.in_units_of(omega);
                let (r, constant) = (plan.r(i), -p.epsilon * plan.ratio(i) * da(i) - p.tau_a() * plan.r(i) * pi);
                for (omega, &q) in omega.iter_mut().zip(q.iter()) {
                    let change = *omega / size.unit;
                    size.squares += r * q * change * change;
                    *omega = r * *omega + constant;
                }
                for ((sum, &q), &omega) in partial.iter_mut().zip(q.iter()).zip(omega.iter()) {
                    *sum += q * omega;
                }
                if i % 64 == 63 || i + 1 == n {
                    rhs.iter_mut().zip(partial.iter_mut()).for_each(|(rhs, part)| *rhs += core::mem::take(part));
                }
            }
        }
        size.in_units_of(rhs);
        size.in_units_of(row);
        let unit = size.unit;
        size.squares += reduce::sum_of(m, &|j| square_over(rhs[j] / unit, plan.c[j]))
            + reduce::sum_of(n, &|i| plan.r(i) * (row[i] / unit) * (row[i] / unit));
        let vectors = Vectors { beta, t, residual, direction };
        let report = conjugate_gradients::solve(plan, &self.settings, rhs, size, vectors, coarse, scratch);

        for (i, value) in row.iter_mut().enumerate() {
            *value = p.tau_a() * (*value - t[i]);
        }
        let (in_x, in_y) = gradient.split_at_mut(1);
        plan.each_weightless(solution, t, |weightless| {
            // dg_j = tau_b sum_i R_ij (omega_ij - df_i) - epsilon (R_ij / a_i) da_i.
            let mut sum = T::ZERO;
            for (i, &share) in weightless.shares.iter().enumerate() {
                if da(i) != T::ZERO {
                    sum -= p.epsilon * plan.share_of_weight(solution, i, &weightless) * da(i);
                }
                if share > T::ZERO {
                    let change = tangent.epsilon * p.unit * plan.log_density(solution, i, weightless.j);
                    sum += share * (rates.change_of_cost(i, weightless.j, in_x[0], in_y[0]) + change - row[i]);
                }
            }
            beta[weightless.j] = p.tau_b() * sum;
        });
        let mut projected = T::ZERO;
        if p.is_balanced() {
            let db = |j: usize| tangent.b.map_or(T::ZERO, |b| b[j]);
            projected = reduce::sum_of(m, &db) - reduce::sum_of(n, &da);
            // The convention sum a f = sum b g, differentiated.
            let of_columns = reduce::sum_of(m, &|j| db(j) * p.unit * solution.g()[j] + b.get(j) * beta[j]);
            let of_rows = reduce::sum_of(n, &|i| da(i) * p.unit * solution.f()[i] + a.get(i) * row[i]);
            let shift = (of_columns - of_rows) / (a.total() + b.total());
            row.iter_mut().for_each(|value| *value += shift);
            beta.iter_mut().for_each(|value| *value -= shift);
        }
        check_results(Argument::TANGENT, [Some(&[report.residual, projected][..])])?;
        Ok(LinearReport { projected, ..report })
    }
}

/// Three rows of m.
pub(super) fn rows_of<T>(pool: &mut [T], m: usize) -> [&mut [T]; 3] {
    let (first, rest) = pool.split_at_mut(m);
    let (second, rest) = rest.split_at_mut(m);
    [first, second, &mut rest[..m]]
}

/// Along a tangent.
pub(super) struct Rates<'r, 'd, T: Real> {
    pub plan: &'r Conditional<'d, T>,
    pub tangent: &'r Tangent<'r, T>,
    /// m: log2 b.
    pub log_b: &'r [T],
    /// m: db_j / b_j.
    pub relative_b: &'r [T],
}

impl<T: Real> Rates<'_, '_, T> {
    /// dC_ij.
    fn change_of_cost(&self, i: usize, j: usize, in_x: &mut [T], in_y: &mut [T]) -> T {
        let mut change = self.tangent.cost.map_or(T::ZERO, |cost| cost[i * self.plan.g.len() + j]);
        let (dx, dy) = (self.tangent.x, self.tangent.y);
        if let (Some(cloud), true) = (self.plan.cloud(), dx.is_some() || dy.is_some()) {
            let d = cloud.dimension();
            cloud.ground_cost().gradient(cloud.x().point(i), cloud.y().point(j), in_x, in_y);
            let along = |gradient: &[T], direction: Option<&[T]>, k: usize| match direction {
                Some(values) => reduce::dot(gradient, &values[k * d..(k + 1) * d]),
                None => T::ZERO,
            };
            change += along(in_x, dx, i) + along(in_y, dy, j);
        }
        change
    }

    /// omega_ij = dC_ij + log(P_ij / (a_i b_j)) depsilon where Q_ij is not zero, else 0.
    fn omega(&self, i: usize, q: &[T], omega: &mut [T], [in_x, in_y]: &mut [&mut [T]; 2]) {
        let epsilon = self.tangent.epsilon * self.plan.p.unit;
        omega.fill(T::ZERO);
        if epsilon != T::ZERO {
            log_densities(self.plan, i, q, self.log_b, omega);
            omega.iter_mut().for_each(|value| *value *= epsilon);
        }
        if self.tangent.cost.is_none() && self.tangent.x.is_none() && self.tangent.y.is_none() {
            return;
        }
        for (j, value) in omega.iter_mut().enumerate().filter(|&(j, _)| q[j] > T::ZERO) {
            *value += self.change_of_cost(i, j, in_x, in_y);
        }
    }

    /// Row i of Q, and d log P_ij less da_i / a_i: ((df_i + dg_j) - omega_ij) / epsilon + db_j / b_j.
    pub fn of_row(&self, i: usize, df: T, dg: &[T], q: &mut [T], out: &mut [T], gradient: &mut [&mut [T]; 2]) {
        self.plan.rows(i, 1, 0, q);
        self.omega(i, q, out, gradient);
        for ((value, &dg), &relative) in out.iter_mut().zip(dg).zip(self.relative_b) {
            *value = ((df + dg) - *value) / self.plan.p.epsilon + relative;
        }
    }
}

/// Adds to the change of a barycentre that of new mass at y_j: `density` of it for one of what is there with shares `q`.
fn add_mass_at<T: Real>(cloud: &PointCloud<'_, T>, q: &[T], density: T, j: usize, out: &mut [T]) {
    let y = cloud.y();
    for (l, value) in out.iter_mut().enumerate() {
        // Relative to the new point, so that an offset common to all is not rounded into the change.
        let own = y.point(j)[l];
        for (k, &share) in q.iter().enumerate() {
            *value += density * share * (own - y.point(k)[l]);
        }
    }
}
