//! Jacobian-vector products: how potentials, plan and map change along a direction of the inputs. The system is that of
//! [`vjp`](super::vjp).

use crate::error::{Argument, Error};
use crate::geometry::PointCloud;
use crate::memory;
use crate::real::Real;
use crate::reduce;
use crate::sweep::strips::STRIP_ROWS;
use crate::vector::FLUSH;

use super::conditional::Conditional;
use super::conjugate_gradients::{self, Size, square_over};
use super::inputs::{check_len, check_results};
use super::workspace::Memory;
use super::{Derivatives, LinearReport, Tangent};

/// The places to which the changes of potentials, plan and map along a [`Tangent`] are written. A place that is `None`
/// costs nothing.
#[derive(Debug)]
pub struct Changes<'c, T> {
    /// df, n.
    pub f: Option<&'c mut [T]>,
    /// dg, m.
    pub g: Option<&'c mut [T]>,
    /// dP, n x m row-major.
    pub plan: Option<&'c mut [T]>,
    /// dT, n x d row-major, with T the [barycentric map](crate::Solution::barycentric_map).
    pub map: Option<&'c mut [T]>,
}

impl<T: Real> Changes<'_, T> {
    /// Asks for nothing: fill in what you want.
    pub const fn none() -> Self {
        Changes { f: None, g: None, plan: None, map: None }
    }

    fn check_results(&self) -> Result<(), Error> {
        check_results(Argument::TANGENT, [&self.f, &self.g, &self.plan, &self.map].map(Option::as_deref))
    }

    fn check(&self, plan: &Conditional<'_, T>) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        check_len(Argument::F, self.f.as_deref(), n)?;
        check_len(Argument::G, self.g.as_deref(), m)?;
        check_len(Argument::PLAN, self.plan.as_deref(), n.saturating_mul(m))?;
        let d = plan.dimension_of_map(self.map.is_some())?;
        check_len(Argument::MAP, self.map.as_deref(), n * d)
    }
}

impl<T: Real> Derivatives<'_, T> {
    /// Writes the changes of potentials, plan and map along a direction of the inputs, per unit of it.
    ///
    /// The pairs are visited on one thread, three times at most, and once for every iteration of conjugate gradients on
    /// all threads.
    ///
    /// # Errors
    /// [`ErrorKind::Length`](crate::error::ErrorKind::Length) and
    /// [`ErrorKind::NotFinite`](crate::error::ErrorKind::NotFinite) naming `x`, `y`, `a`, `b`, `cost` or `epsilon` of
    /// the tangent and `f`, `g`, `plan` or `map` of the changes.
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) naming `map` or `cost` for a cost matrix, which
    /// has no points, and for a ground cost without a gradient. Nothing is written then.
    /// [`ErrorKind::Overflow`](crate::error::ErrorKind::Overflow) naming `tangent` if a change leaves the range: what
    /// has been written is not to be used.
    pub fn jvp(&mut self, tangent: &Tangent<'_, T>, changes: &mut Changes<'_, T>) -> Result<LinearReport<T>, Error> {
        changes.check(&self.plan)?;
        let report = self.differentials(tangent)?;
        let (plan, memory) = (&self.plan, &mut self.memory);
        let (unit, m) = (plan.p().unit, plan.g.len());
        for (out, values) in [(&mut changes.f, &*memory.row), (&mut changes.g, &*memory.beta)] {
            if let Some(out) = out {
                out.iter_mut().zip(values).for_each(|(out, &value)| *out = value / unit);
            }
        }
        if changes.plan.is_none() && changes.map.is_none() {
            return changes.check_results().map(|()| report);
        }
        each_changed_row(plan, memory, tangent, |row| {
            if let Some(out) = &mut changes.plan {
                for (out, (&q, &rate)) in out[row.i * m..(row.i + 1) * m].iter_mut().zip(row.q.iter().zip(row.rate)) {
                    *out = q * (row.r * rate + row.of_weight);
                }
            }
            if let (Some(out), Some(cloud)) = (&mut changes.map, plan.cloud()) {
                let (i, d) = (row.i, cloud.dimension());
                write_change_of_mean(plan, cloud, row, tangent.y, &mut out[i * d..(i + 1) * d]);
            }
        });
        // Mass that a growing weight brings to a column without any.
        let q = &mut *memory.scratch.spare;
        plan.each_growing_pair(tangent, memory.t, |pair, db| {
            let (i, j) = (pair.i, pair.j);
            let density = db * plan.density(&pair);
            if let Some(out) = &mut changes.plan {
                out[i * m + j] = plan.r(i) * density;
            }
            if let (Some(out), Some(cloud)) = (&mut changes.map, plan.cloud()) {
                plan.rows(i, 1, 0, q);
                add_mass_at(cloud, q, density, j, &mut out[i * cloud.dimension()..(i + 1) * cloud.dimension()]);
            }
        });
        changes.check_results().map(|()| report)
    }

    /// Writes df into `memory.row` and dg into `memory.beta`, in units of the unscaled cost, with sum a f = sum b g
    /// if balanced; and db_j / b_j into `memory.column`.
    pub(super) fn differentials(&mut self, tangent: &Tangent<'_, T>) -> Result<LinearReport<T>, Error> {
        let (plan, memory) = (&self.plan, &mut self.memory);
        tangent.check(plan)?;
        let b = plan.p().problem.b();
        for (j, value) in memory.column.iter_mut().enumerate() {
            *value = if b.get(j) > T::ZERO { tangent.db(j) / b.get(j) } else { T::ZERO };
        }
        change_rows(plan, memory, tangent);
        let size = change_columns(plan, memory, tangent);
        let report = conjugate_gradients::solve(plan, &self.settings, size, memory);

        let tau_a = plan.p().tau_a();
        for (value, &t) in memory.row.iter_mut().zip(&*memory.t) {
            *value = tau_a * (*value - t);
        }
        change_weightless(plan, memory, tangent);
        let projected = level(plan, memory, tangent);
        check_results(Argument::TANGENT, [Some(&[report.residual, projected][..])])?;
        Ok(LinearReport { projected, ..report })
    }
}

/// Writes pi_i = sum_j Q_ij (omega_ij - epsilon db_j / b_j) into `memory.row`, with omega as in [`each_omega`].
fn change_rows<T: Real>(plan: &Conditional<'_, T>, memory: &mut Memory<'_, T>, tangent: &Tangent<'_, T>) {
    let epsilon = plan.p().epsilon;
    let Memory { row, column: relative_b, log_b, gradient, scratch, t, .. } = memory;
    each_omega(plan, tangent, log_b, scratch.pool, gradient, |i, [q, omega, _], _| {
        row[i] = reduce::dot(q, omega) - epsilon * reduce::dot(q, relative_b);
    });
    plan.each_growing_pair(tangent, t, |pair, db| row[pair.i] -= epsilon * db * plan.density(&pair));
}

/// Writes the right-hand side, sum_i Q_ij (r_i omega_ij - epsilon (r_i / a_i) da_i - tau_a r_i pi_i), given pi. Returns
/// the size of all changes, which the tolerance is relative to.
fn change_columns<T: Real>(plan: &Conditional<'_, T>, memory: &mut Memory<'_, T>, tangent: &Tangent<'_, T>) -> Size<T> {
    let p = plan.p();
    let Memory { row, rhs, log_b, gradient, scratch, .. } = memory;
    let (n, m) = (row.len(), rhs.len());
    // In units of the largest change so far, so that no square leaves the range.
    let mut size = Size { unit: T::ONE, squares: T::ZERO };
    rhs.fill(T::ZERO);
    let partial = &mut *scratch.spare;
    partial.fill(T::ZERO);
    each_omega(plan, tangent, log_b, scratch.pool, gradient, |i, [q, omega, _], _| {
        size.in_units_of(omega);
        let r = plan.r(i);
        let constant = -p.epsilon * plan.ratio(i) * tangent.da(i) - p.tau_a() * r * row[i];
        for ((sum, &omega), &q) in partial.iter_mut().zip(&*omega).zip(&*q) {
            let change = omega / size.unit;
            size.squares += r * q * change * change;
            *sum += q * (r * omega + constant);
        }
        // Long columns are added up in blocks, which keeps their error in single precision small.
        if i % STRIP_ROWS == STRIP_ROWS - 1 || i + 1 == n {
            rhs.iter_mut().zip(partial.iter_mut()).for_each(|(rhs, part)| *rhs += core::mem::take(part));
        }
    });
    size.in_units_of(rhs);
    size.in_units_of(row);
    let unit = size.unit;
    size.squares += reduce::sum_of(m, &|j| square_over(rhs[j] / unit, plan.c[j]))
        + reduce::sum_of(n, &|i| plan.r(i) * (row[i] / unit) * (row[i] / unit));
    size
}

/// Writes dg_j = tau_b sum_i R_ij (omega_ij - df_i) - epsilon (R_ij / a_i) da_i for the columns without mass, whose
/// potentials are c-transforms of f.
fn change_weightless<T: Real>(plan: &Conditional<'_, T>, memory: &mut Memory<'_, T>, tangent: &Tangent<'_, T>) {
    let (p, row, beta) = (plan.p(), &*memory.row, &mut *memory.beta);
    let weightless = |j: &usize| !plan.has_mass(*j);
    (0..beta.len()).filter(weightless).for_each(|j| beta[j] = T::ZERO);
    plan.each_weightless_pair(memory.t, |pair| {
        let (i, j) = (pair.i, pair.j);
        if tangent.da(i) != T::ZERO {
            beta[j] -= p.epsilon * plan.share_of_weight(&pair) * tangent.da(i);
        }
        if pair.share > T::ZERO {
            let of_epsilon = tangent.epsilon * p.unit * plan.log_density(&pair);
            beta[j] += pair.share * (change_of_cost(plan, tangent, (i, j), &mut memory.gradient) + of_epsilon - row[i]);
        }
    });
    (0..beta.len()).filter(weightless).for_each(|j| beta[j] = p.tau_b() * beta[j]);
}

/// Moves balanced df and dg along the free constant, so that the convention sum a f = sum b g holds after the change
/// too. Returns sum db_j - sum da_i, what the totals would differ by.
fn level<T: Real>(plan: &Conditional<'_, T>, memory: &mut Memory<'_, T>, tangent: &Tangent<'_, T>) -> T {
    let (p, solution) = (plan.p(), &plan.solution);
    let (a, b) = (p.problem.a(), p.problem.b());
    let (row, beta) = (&mut *memory.row, &mut *memory.beta);
    if !p.is_balanced() {
        return T::ZERO;
    }
    let (da, db) = (|i: usize| tangent.da(i), |j: usize| tangent.db(j));
    let projected = reduce::sum_of(beta.len(), &db) - reduce::sum_of(row.len(), &da);
    let of_columns = reduce::sum_of(beta.len(), &|j| db(j) * p.unit * solution.g()[j] + b.get(j) * beta[j]);
    let of_rows = reduce::sum_of(row.len(), &|i| da(i) * p.unit * solution.f()[i] + a.get(i) * row[i]);
    let shift = (of_columns - of_rows) / (a.total() + b.total());
    row.iter_mut().for_each(|value| *value += shift);
    beta.iter_mut().for_each(|value| *value -= shift);
    projected
}

/// A row of the plan, and its change along a tangent: dP_ij = Q_ij (r rate_j + of_weight).
pub(super) struct ChangedRow<'r, 'd, T> {
    pub i: usize,
    /// m: Q_ij.
    pub q: &'r [T],
    /// m: d log P_ij less da_i / a_i.
    pub rate: &'r [T],
    /// m: log2 b.
    pub log_b: &'r [T],
    /// m: db_j / b_j.
    pub relative_b: &'r [T],
    /// d zeros.
    pub zeros: &'r [T],
    /// m: scratch.
    pub spare: &'r mut [T],
    pub r: T,
    /// (r_i / a_i) da_i.
    pub of_weight: T,
    /// Scratch for gradients of the cost.
    pub gradient: &'r mut [&'d mut [T]; 2],
}

/// Visits every row of the plan with its change, after [`Derivatives::differentials`].
pub(super) fn each_changed_row<'d, T: Real>(
    plan: &Conditional<'_, T>,
    memory: &mut Memory<'d, T>,
    tangent: &Tangent<'_, T>,
    mut visit: impl FnMut(ChangedRow<'_, 'd, T>),
) {
    let Memory { row, beta, column: relative_b, log_b, zeros, gradient, scratch, .. } = memory;
    each_omega(plan, tangent, log_b, scratch.pool, gradient, |i, [q, rate, spare], gradient| {
        // d log P_ij - da_i / a_i = ((df_i + dg_j) - omega_ij) / epsilon + db_j / b_j.
        for ((value, &dg), &relative) in rate.iter_mut().zip(&**beta).zip(&**relative_b) {
            *value = ((row[i] + dg) - *value) / plan.p().epsilon + relative;
        }
        let (r, of_weight) = (plan.r(i), plan.ratio(i) * tangent.da(i));
        visit(ChangedRow { i, q, rate, log_b, relative_b, zeros, spare, r, of_weight, gradient });
    });
}

/// Visits every row: its number; Q_ij, omega_ij and m scalars of scratch; and scratch for gradients of the cost.
/// omega_ij is dC_ij + log(P_ij / (a_i b_j)) depsilon if Q_ij is not zero, and 0 otherwise.
///
/// Rows are visited in their order on one thread: the size of all changes and the derivative of the objective in
/// epsilon are running sums over all pairs, whose bits depend on the order.
fn each_omega<'d, T: Real>(
    plan: &Conditional<'_, T>,
    tangent: &Tangent<'_, T>,
    log_b: &[T],
    pool: &mut [T],
    gradient: &mut [&'d mut [T]; 2],
    mut visit: impl FnMut(usize, [&mut [T]; 3], &mut [&'d mut [T]; 2]),
) {
    let epsilon = tangent.epsilon * plan.p().unit;
    let [q, omega, spare] = memory::cut_all(pool, [log_b.len(); 3]);
    for i in 0..plan.f.len() {
        plan.rows(i, 1, 0, q);
        omega.fill(T::ZERO);
        if epsilon != T::ZERO {
            plan.log_densities(i, q, log_b, omega);
            omega.iter_mut().for_each(|value| *value *= epsilon);
        }
        // Points alone change, under the squared Euclidean cost: a whole row at once.
        let packed = plan.p().scores.packed().filter(|_| tangent.cost.is_none() && tangent.has_points());
        if let Some(points) = packed {
            let d = points.dimension;
            let dx = tangent.x.map_or(&[][..], |dx| &dx[i * d..(i + 1) * d]);
            T::changes_of_costs(plan.p().instructions, points, i, dx, tangent.y.unwrap_or_default(), spare);
            for ((value, &change), &q) in omega.iter_mut().zip(&*spare).zip(&*q) {
                *value += if q > T::ZERO { change } else { T::ZERO };
            }
        } else if tangent.cost.is_some() || tangent.has_points() {
            for (j, value) in omega.iter_mut().enumerate().filter(|&(j, _)| q[j] > T::ZERO) {
                *value += change_of_cost(plan, tangent, (i, j), gradient);
            }
        }
        visit(i, [q, omega, spare], gradient);
    }
}

/// Returns dC_ij. `gradient` is scratch.
fn change_of_cost<T: Real>(
    plan: &Conditional<'_, T>,
    tangent: &Tangent<'_, T>,
    (i, j): (usize, usize),
    gradient: &mut [&mut [T]; 2],
) -> T {
    let mut change = tangent.cost.map_or(T::ZERO, |cost| cost[i * plan.g.len() + j]);
    if let (Some(cloud), true) = (plan.cloud(), tangent.has_points()) {
        let (d, [in_x, in_y]) = (cloud.dimension(), gradient);
        cloud.ground_cost().gradient(cloud.x().point(i), cloud.y().point(j), in_x, in_y);
        let along = |gradient: &[T], direction: Option<&[T]>, k: usize| {
            direction.map_or(T::ZERO, |values| reduce::dot(gradient, &values[k * d..(k + 1) * d]))
        };
        change += along(in_x, tangent.x, i) + along(in_y, tangent.y, j);
    }
    change
}

/// Writes the change of a barycentre, sum_j Q_ij (d log Q_ij y_j + dy_j).
fn write_change_of_mean<T: Real>(
    plan: &Conditional<'_, T>,
    cloud: &PointCloud<'_, T>,
    row: ChangedRow<'_, '_, T>,
    dy: Option<&[T]>,
    out: &mut [T],
) {
    let (d, y, instructions) = (out.len(), cloud.y(), plan.p().instructions);
    let mean = reduce::dot(row.q, row.rate);
    out.fill(T::ZERO);
    if let Some(points) = plan.p().scores.packed() {
        // The factors of the points sum to zero: sum_j w_j (x_i - y_j) is - sum_j w_j y_j.
        for (weight, (&q, &rate)) in row.spare.iter_mut().zip(row.q.iter().zip(row.rate)) {
            *weight = q * (rate - mean);
        }
        T::add_row_moments(instructions, points, row.i, 0, row.spare, out);
        out.iter_mut().for_each(|value| *value = -*value);
        // Some points at a time, so that long sums are not rounded at every term.
        for (q, dy) in row.q.chunks(FLUSH).zip(dy.into_iter().flat_map(|dy| dy.chunks(FLUSH * d))) {
            let partial = &mut *row.gradient[0];
            partial.fill(T::ZERO);
            T::add_rows(instructions, q, dy, partial);
            out.iter_mut().zip(partial).for_each(|(out, part)| *out += *part);
        }
        return;
    }
    let origin = y.point(0);
    for (j, (&q, &rate)) in row.q.iter().zip(row.rate).enumerate() {
        for (l, value) in out.iter_mut().enumerate() {
            *value += q * (rate - mean) * (y.point(j)[l] - origin[l]);
            if let Some(dy) = dy {
                *value += q * dy[j * d + l];
            }
        }
    }
}

/// Adds to the change of a barycentre that of new mass at y_j, `density` of it per unit of the mass that is there with
/// shares `q`.
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
