//! Products with the Hessian of the objective: its gradient, differentiated along a direction.

use crate::cost::Smoothness;
use crate::error::{Argument, Error};
use crate::real::Real;
use crate::reduce;

use super::conditional::Conditional;
use super::jvp::each_changed_row;
use super::{Derivatives, Gradients, LinearReport, Tangent};

impl<T: Real> Derivatives<'_, T> {
    /// Writes how the gradient of the objective ([`Derivatives::objective`]) changes along a direction of the inputs,
    /// per unit of it: a product with the Hessian, mixed derivatives included.
    ///
    /// # Errors
    /// Those of [`Derivatives::jvp`] for the tangent and of [`Derivatives::objective`] for the gradients.
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) naming `cost` for a ground cost without second
    /// derivatives, if x or y are asked for. Nothing is written then.
    /// [`ErrorKind::Overflow`](crate::error::ErrorKind::Overflow) naming `tangent` if a product leaves the range: what
    /// has been written is not to be used.
    pub fn objective_hessian(
        &mut self,
        tangent: &Tangent<'_, T>,
        gradients: &mut Gradients<'_, T>,
    ) -> Result<LinearReport<T>, Error> {
        gradients.check(&self.plan, Smoothness::Hessian)?;
        let report = self.differentials(tangent)?;
        self.differentiate_weights(tangent, gradients);
        self.differentiate_pairs(tangent, gradients);
        gradients.check_results(Argument::TANGENT)?;
        Ok(report)
    }

    /// Writes the changes of the derivatives in the weights. These are rho (1 - s) + epsilon (total - s) with
    /// s = exp(-f / rho). If the side is balanced, the first term is f.
    fn differentiate_weights(&self, tangent: &Tangent<'_, T>, gradients: &mut Gradients<'_, T>) {
        let (p, solution) = (self.plan.p(), &self.plan.solution);
        let (a, b) = (p.problem.a(), p.problem.b());
        let [sum_a, sum_b] = sums(tangent);
        let epsilon = p.epsilon / p.unit;
        let write = |out: &mut Option<&mut [T]>, potential: &[T], change: &[T], rho: T, other: T, total: T| {
            for (j, out) in out.iter_mut().flat_map(|out| out.iter_mut()).enumerate() {
                let ratio = if rho == T::INFINITY { T::ONE } else { (-potential[j] * p.unit / rho * T::LOG2_E).exp2() };
                let of_epsilon = tangent.epsilon * (total - ratio);
                *out = ratio * (T::ONE + p.epsilon / rho) * change[j] / p.unit + epsilon * other + of_epsilon;
            }
        };
        write(&mut gradients.a, solution.f(), self.memory.row, p.rho_a, sum_b, b.total());
        write(&mut gradients.b, solution.g(), self.memory.beta, p.rho_b, sum_a, a.total());
    }

    /// Writes the changes of the derivatives in costs, points and epsilon: sums over pairs of P_ij and of dP_ij.
    fn differentiate_pairs(&mut self, tangent: &Tangent<'_, T>, gradients: &mut Gradients<'_, T>) {
        let (plan, memory) = (&self.plan, &mut self.memory);
        let (p, m) = (plan.p(), plan.g.len());
        for out in [&mut gradients.x, &mut gradients.y, &mut gradients.cost].into_iter().flatten() {
            out.fill(T::ZERO);
        }
        let [sum_a, sum_b] = sums(tangent);
        let mut in_epsilon = p.problem.b().total() * sum_a + p.problem.a().total() * sum_b;
        each_changed_row(plan, memory, tangent, |row| {
            plan.log_densities(row.i, row.q, row.log_b, row.spare);
            in_epsilon -= row.of_weight;
            for j in (0..m).filter(|&j| row.q[j] > T::ZERO) {
                let (mass, change) = (row.r * row.q[j], row.q[j] * (row.r * row.rate[j] + row.of_weight));
                in_epsilon += change * row.spare[j] - mass * row.relative_b[j];
                if let Some(out) = &mut gradients.cost {
                    out[row.i * m + j] = change / p.unit;
                }
                plan.add_gradient_of_pair(gradients, (row.i, j), change / p.unit, row.gradient);
                plan.add_change_of_gradient(gradients, (row.i, j), mass / p.unit, tangent, row.zeros, row.gradient);
            }
        });
        // Mass that a growing weight brings to a column without any.
        plan.each_growing_pair(tangent, memory.t, |pair, db| {
            let (i, j) = (pair.i, pair.j);
            if i == 0 {
                in_epsilon -= pair.ratio * db;
            }
            let change = db * pair.ratio * pair.share;
            if change == T::ZERO {
                return;
            }
            in_epsilon += change * plan.log_density(&pair);
            if let Some(out) = &mut gradients.cost {
                out[i * m + j] = change / p.unit;
            }
            plan.add_gradient_of_pair(gradients, (i, j), change / p.unit, &mut memory.gradient);
        });
        if let Some(out) = &mut gradients.epsilon {
            **out = in_epsilon;
        }
    }
}

/// Returns sum da_i and sum db_j.
fn sums<T: Real>(tangent: &Tangent<'_, T>) -> [T; 2] {
    [tangent.a, tangent.b].map(|values| values.map_or(T::ZERO, reduce::sum))
}

impl<T: Real> Conditional<'_, T> {
    /// Adds `weight` times the change of grad c(x_i, y_j) along a tangent to the gradients in the points. `zeros` are d
    /// zeros, `gradient` is scratch.
    fn add_change_of_gradient(
        &self,
        gradients: &mut Gradients<'_, T>,
        (i, j): (usize, usize),
        weight: T,
        tangent: &Tangent<'_, T>,
        zeros: &[T],
        gradient: &mut [&mut [T]; 2],
    ) {
        let Some(cloud) = self.cloud() else { return };
        if weight == T::ZERO || !gradients.has_points() || !tangent.has_points() {
            return;
        }
        let d = cloud.dimension();
        let dx = tangent.x.map_or(zeros, |dx| &dx[i * d..(i + 1) * d]);
        let dy = tangent.y.map_or(zeros, |dy| &dy[j * d..(j + 1) * d]);
        let [in_x, in_y] = &mut *gradient;
        cloud.ground_cost().gradient_along(cloud.x().point(i), cloud.y().point(j), dx, dy, in_x, in_y);
        gradients.add((i, j), weight, gradient);
    }
}
