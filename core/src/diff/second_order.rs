//! Products with the Hessian of the objective: its gradient, differentiated along a direction.

use crate::error::{Argument, Error};
use crate::real::Real;

use super::conditional::Conditional;
use super::jvp::{Rates, rows_of};
use super::pull_back::{add_times, log_densities};
use super::{Derivatives, Gradients, LinearReport, Tangent};

impl<T: Real> Derivatives<'_, T> {
    /// How the gradient of the objective ([`Derivatives::objective`]) changes along a direction of the inputs, per unit of it: a product
    /// with the Hessian, mixed derivatives included.
    ///
    /// # Errors
    /// Those of [`Derivatives::jvp`] for the tangent and of [`Derivatives::objective`] for the gradients; [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) naming `cost` for a ground cost without second
    /// derivatives where x or y are asked for. Nothing is written then.
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow) naming `tangent` where a product leaves the range: what has been written is not to be used.
    pub fn objective_hessian(
        &mut self,
        tangent: &Tangent<'_, T>,
        gradients: &mut Gradients<'_, T>,
    ) -> Result<LinearReport<T>, Error> {
        let [in_x, in_y] = &mut self.memory.gradient;
        gradients.check(&self.plan, [in_x, in_y])?;
        if gradients.x.is_some() || gradients.y.is_some() {
            self.plan.check_second_derivatives([in_x, in_y])?;
        }
        let report = self.differentials(tangent)?;
        let (plan, memory, solution) = (&self.plan, &mut self.memory, &self.solution);
        let (p, n, m) = (&plan.p, plan.f.len(), plan.g.len());
        let (a, b) = (p.problem.a(), p.problem.b());
        let (df, dg) = (&*memory.row, &*memory.beta);
        let zeros = &*memory.zeros;
        let sum = |values: Option<&[T]>| values.map_or(T::ZERO, crate::reduce::sum);
        let (sum_a, sum_b) = (sum(tangent.a), sum(tangent.b));
        let epsilon = p.epsilon / p.unit;

        for out in [&mut gradients.x, &mut gradients.y, &mut gradients.cost].into_iter().flatten() {
            out.fill(T::ZERO);
        }
        let mut in_epsilon = b.total() * sum_a + a.total() * sum_b;
        let [q, rate, logs] = rows_of(memory.scratch.pool, m);
        let rates = Rates { plan, tangent, log_b: memory.log_b, relative_b: memory.column };
        for i in 0..n {
            let da = tangent.a.map_or(T::ZERO, |a| a[i]);
            rates.of_row(i, df[i], dg, q, rate, &mut memory.gradient);
            log_densities(plan, i, q, memory.log_b, logs);
            let (r, of_weight) = (plan.r(i), plan.ratio(i) * da);
            in_epsilon -= of_weight;
            for j in (0..m).filter(|&j| q[j] > T::ZERO) {
                let (mass, change) = (r * q[j] / p.unit, q[j] * (r * rate[j] + of_weight));
                in_epsilon += change * logs[j] - r * q[j] * memory.column[j];
                if let Some(out) = &mut gradients.cost {
                    out[i * m + j] = change / p.unit;
                }
                add_pair(plan, tangent, zeros, gradients, (i, j), (mass, change / p.unit), &mut memory.gradient);
            }
        }
        if let Some(db) = tangent.b {
            plan.each_weightless(solution, memory.t, |weightless| {
                let j = weightless.j;
                if !weightless.is_zero || db[j] == T::ZERO {
                    return;
                }
                in_epsilon -= weightless.ratio * db[j];
                for i in 0..n {
                    let change = db[j] * weightless.ratio * weightless.shares[i];
                    if change == T::ZERO {
                        continue;
                    }
                    in_epsilon += change * plan.log_density(solution, i, j);
                    if let Some(out) = &mut gradients.cost {
                        out[i * m + j] = change / p.unit;
                    }
                    add_pair(plan, tangent, zeros, gradients, (i, j), (T::ZERO, change / p.unit), &mut memory.gradient);
                }
            });
        }
        // d [rho (1 - s) + epsilon (total - s)] with s = exp(-f / rho); the first is f where balanced.
        let of_weights = |potential: T, change: T, rho: T, other: T, own_total: T| {
            let ratio = if rho == T::INFINITY { T::ONE } else { (-potential * p.unit / rho * T::LOG2_E).exp2() };
            let of_epsilon = tangent.epsilon * (own_total - ratio);
            ratio * (T::ONE + p.epsilon / rho) * change / p.unit + epsilon * other + of_epsilon
        };
        if let Some(in_a) = &mut gradients.a {
            for (i, out) in in_a.iter_mut().enumerate() {
                *out = of_weights(solution.f()[i], df[i], p.rho_a, sum_b, b.total());
            }
        }
        if let Some(in_b) = &mut gradients.b {
            for (j, out) in in_b.iter_mut().enumerate() {
                *out = of_weights(solution.g()[j], dg[j], p.rho_b, sum_a, a.total());
            }
        }
        if let Some(out) = &mut gradients.epsilon {
            **out = in_epsilon;
        }
        gradients.check_results(Argument::TANGENT)?;
        Ok(report)
    }
}

/// Adds dP_ij grad c + P_ij d(grad c) to the gradients in the points.
fn add_pair<'t, T: Real>(
    plan: &Conditional<'_, T>,
    tangent: &Tangent<'t, T>,
    zeros: &'t [T],
    gradients: &mut Gradients<'_, T>,
    (i, j): (usize, usize),
    (mass, change): (T, T),
    [gradient_x, gradient_y]: &mut [&mut [T]; 2],
) {
    let Some(cloud) = plan.cloud() else { return };
    if gradients.x.is_none() && gradients.y.is_none() {
        return;
    }
    let d = cloud.dimension();
    let (x, y) = (cloud.x().point(i), cloud.y().point(j));
    let mut add = |factor: T, in_x: &[T], in_y: &[T]| {
        if let Some(out) = &mut gradients.x {
            add_times(&mut out[i * d..(i + 1) * d], factor, in_x);
        }
        if let Some(out) = &mut gradients.y {
            add_times(&mut out[j * d..(j + 1) * d], factor, in_y);
        }
    };
    cloud.ground_cost().gradient(x, y, gradient_x, gradient_y);
    add(change, gradient_x, gradient_y);
    if mass == T::ZERO || (tangent.x.is_none() && tangent.y.is_none()) {
        return;
    }
    let along = |values: Option<&'t [T]>, k: usize| values.map_or(zeros, |values| &values[k * d..(k + 1) * d]);
    let (dx, dy) = (along(tangent.x, i), along(tangent.y, j));
    cloud.ground_cost().gradient_along(x, y, dx, dy, gradient_x, gradient_y);
    add(mass, gradient_x, gradient_y);
}
