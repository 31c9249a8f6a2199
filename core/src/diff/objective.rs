//! The gradient of the objective: by the envelope theorem, its partial derivatives at the optimal plan and potentials
//! (Danskin 1966; Feydy et al. 2019, "Interpolating between Optimal Transport and MMD using Sinkhorn Divergences",
//! proposition 2).

use crate::cost::Smoothness;
use crate::error::{Argument, Error};
use crate::real::Real;
use crate::sweep::exponents::{TileAt, exponents};
use crate::vector::Costs;
use crate::wide::Wide;

use super::pull_back::Pairs;
use super::{Cotangent, Derivatives, Gradients};

impl<T: Real> Derivatives<'_, T> {
    /// Writes the gradient of the objective ([`Report::objective`](crate::Report::objective)). It takes one pass over
    /// the pairs for each of x, y, cost and epsilon:
    ///
    /// dC_ij: P_ij;  dx_i: sum_j P_ij grad_x c(x_i, y_j);  depsilon: KL(P | a b^T);  da_i: f_i + epsilon (total_b - 1)
    /// if balanced, and rho_a (1 - exp(-f_i / rho_a)) + epsilon (total_b - exp(-f_i / rho_a)) if relaxed.
    ///
    /// # Errors
    /// [`ErrorKind::Length`](crate::error::ErrorKind::Length) naming the gradient.
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) naming `cost` for a cost matrix, which has no
    /// points, and for a ground cost without a gradient. Nothing is written then.
    /// [`ErrorKind::Overflow`](crate::error::ErrorKind::Overflow) naming `gradients` if a derivative leaves the range:
    /// what has been written is not to be used.
    pub fn objective(&mut self, gradients: &mut Gradients<'_, T>) -> Result<(), Error> {
        let (plan, memory) = (&self.plan, &mut self.memory);
        gradients.check(plan, Smoothness::Gradient)?;
        let (p, solution) = (plan.p(), &plan.solution);
        let (a, b) = (p.problem.a(), p.problem.b());
        // dL/dC_ij = P_ij.
        memory.row.fill(T::ZERO);
        memory.beta.fill(T::ONE / p.unit);
        let pairs = Pairs { plan, row: memory.row, beta: memory.beta, cotangent: &Cotangent::none(), map_mean: &[] };
        let threads = self.settings.threads;
        pairs.write(gradients, threads, memory.t, &mut memory.gradient, &mut memory.ordered, &mut memory.scratch);
        // phi(f), with phi as in `Potentials::term`, and the derivative of the terms with epsilon.
        let (epsilon, unit) = (p.epsilon / p.unit, p.unit);
        for (out, potentials, rho, other_total) in
            [(&mut gradients.a, solution.f(), p.rho_a, b.total()), (&mut gradients.b, solution.g(), p.rho_b, a.total())]
        {
            for (out, &potential) in out.iter_mut().flat_map(|out| out.iter_mut()).zip(potentials) {
                *out = if rho == T::INFINITY {
                    potential + epsilon * (other_total - T::ONE)
                } else {
                    let excess = (-potential * unit / rho).exp_m1(); // of the marginal, relative to the weight
                    -(rho / unit) * excess + epsilon * (other_total - T::ONE - excess)
                };
            }
        }
        if let Some(in_epsilon) = &mut gradients.epsilon {
            memory.rhs.fill(T::ZERO);
            let mut total = Wide::new(T::ZERO);
            let row = &mut memory.scratch.spare[..];
            for i in 0..plan.f.len() {
                let f = [plan.f[i] + plan.log_ratio[i]];
                exponents(p, TileAt { i, start: 0, f: &f, g: plan.g }, row, &mut [T::ZERO]);
                // Term by term, so that nothing cancels.
                let terms = T::row_terms(p.instructions, row, memory.log_b, b.vectors(), Costs::Stored(memory.rhs));
                total = total.add(Wide::new(a.get(i) * terms.entropy));
            }
            **in_epsilon = total.value();
        }
        gradients.check_results(Argument::GRADIENTS)
    }
}
