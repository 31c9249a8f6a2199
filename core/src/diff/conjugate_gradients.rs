//! The linear system of implicit derivatives, on the side of b:
//!
//! (D_c / tau_b - tau_a P^T D_r^-1 P) beta = rhs,
//!
//! the Schur complement of the Hessian of the dual ([`vjp`](super::vjp) derives it). Call its matrix S.
//!
//! Preconditioned by D_c, the largest eigenvalue of S is at most 1 / tau_b. The vector of ones is an eigenvector,
//! exactly, whose eigenvalue is 1 / tau_b - tau_a: zero if balanced. It is taken out and solved for by itself;
//! conjugate gradients (Hestenes and Stiefel 1952) do the rest.

use crate::real::Real;
use crate::reduce::{self, is_finite};

use super::coarse::Coarse;
use super::conditional::{Conditional, no_mass};
use super::workspace::Memory;
use super::{DerivativeSettings, LinearReport};

/// The reason why the solve of a linear system ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LinearStatus {
    /// The residual is at most the tolerance.
    #[default]
    Converged,
    /// The iterations allowed were used up. The derivative is as good as the residual says.
    IterationLimit,
    /// Rounding keeps the residual above the tolerance.
    PrecisionFloor,
}

impl LinearStatus {
    /// Returns a word for messages.
    pub const fn name(self) -> &'static str {
        match self {
            LinearStatus::Converged => "converged",
            LinearStatus::IterationLimit => "iteration limit",
            LinearStatus::PrecisionFloor => "precision floor",
        }
    }
}

/// The largest number of times that the residual is measured and the iteration begins again from it.
const ROUNDS: u32 = 4;

/// Returns value^2 / mass, or 0 if there is no mass.
pub(super) fn square_over<T: Real>(value: T, mass: T) -> T {
    if mass > no_mass() { value * (value / mass) } else { T::ZERO }
}

/// The size that the tolerance is relative to: `unit` times the root of `squares`, a sum of squares in that unit, so
/// that no square leaves the range.
#[derive(Clone, Copy)]
pub(super) struct Size<T> {
    pub unit: T,
    pub squares: T,
}

impl<T: Real> Size<T> {
    /// Takes a larger unit if these entries need one. The first entries that are not zero set it.
    pub fn in_units_of(&mut self, values: &[T]) {
        let unit = unit_of(&[values]);
        if self.squares == T::ZERO && values.iter().any(|&value| value != T::ZERO) {
            self.unit = unit;
        } else if unit > self.unit {
            let ratio = self.unit / unit;
            (self.unit, self.squares) = (unit, self.squares * ratio * ratio);
        }
    }
}

/// Returns the largest absolute entry, as a unit to measure them in, or 1 if all are zero.
pub(super) fn unit_of<T: Real>(parts: &[&[T]]) -> T {
    let largest = parts.iter().flat_map(|part| part.iter()).fold(T::ZERO, |most, value| most.max(value.abs()));
    if !(largest > T::ZERO && largest.is_finite()) {
        return T::ONE;
    }
    // Not so small that a quotient by it is infinite.
    largest.max(T::ONE / T::SQRT_MAX)
}

/// Solves for `memory.beta`, given `memory.rhs`. The tolerance is relative to `size`, which is at least that of the
/// right-hand side. Afterwards `memory.t` is Q beta, and `memory.scratch.column` is Q^T (r t).
pub(super) fn solve<T: Real>(
    plan: &Conditional<'_, T>,
    settings: &DerivativeSettings<T>,
    Size { unit, squares }: Size<T>,
    memory: &mut Memory<'_, T>,
) -> LinearReport<T> {
    memory.rhs.iter_mut().for_each(|value| *value /= unit);
    let report = System { plan, mass: reduce::sum(plan.c), memory }.solve(settings, squares.sqrt());
    for values in [&mut *memory.rhs, memory.beta, memory.t, memory.scratch.column] {
        values.iter_mut().for_each(|value| *value *= unit);
    }
    report
}

/// The system in units in which its largest entry is about 1.
struct System<'s, 'd, 'm, T: Real> {
    plan: &'s Conditional<'d, T>,
    /// The mass of the plan, sum_j c_j.
    mass: T,
    memory: &'s mut Memory<'m, T>,
}

impl<T: Real> System<'_, '_, '_, T> {
    /// Alternates rounds of conjugate gradients with measurements of the residual.
    fn solve(&mut self, settings: &DerivativeSettings<T>, size: T) -> LinearReport<T> {
        let eigenvalue = self.eigenvalue();
        let target = settings.tolerance * size;
        let mut report =
            LinearReport { status: LinearStatus::Converged, iterations: 0, residual: T::ZERO, projected: T::ZERO };
        // The component along ones is solved for by itself.
        self.memory.residual.copy_from_slice(self.memory.rhs);
        self.memory.beta.fill(T::ZERO);
        self.solve_along_ones(eigenvalue);
        for round in 0..ROUNDS {
            report.status = self.iterate(settings, target, &mut report.iterations);

            // The residual that was carried along drifts: measure it.
            self.measure_residual(eigenvalue);
            let measured = self.residual_norm_squared().sqrt();
            let before =
                core::mem::replace(&mut report.residual, if size > T::ZERO { measured / size } else { T::ZERO });
            if measured <= target {
                report.status = LinearStatus::Converged;
                break;
            }
            if report.status != LinearStatus::Converged {
                break;
            }
            // Another round gains at least a factor of two, or rounding does not let it.
            report.status = LinearStatus::PrecisionFloor;
            if round + 1 == ROUNDS || (round > 0 && report.residual > T::HALF * before) {
                break;
            }
            if eigenvalue > T::ZERO {
                self.solve_along_ones(eigenvalue);
            }
        }
        if !(report.residual.is_finite() && is_finite(self.memory.beta)) {
            // Beyond the range of the scalar: nothing is solved, and the report says so.
            self.memory.beta.fill(T::ZERO);
            self.memory.t.fill(T::ZERO);
            self.memory.scratch.column.fill(T::ZERO);
            (report.status, report.residual) = (LinearStatus::PrecisionFloor, T::ONE);
        }
        report
    }

    /// Makes one round of preconditioned conjugate gradients, from the present residual to a new beta and residual.
    fn iterate(&mut self, settings: &DerivativeSettings<T>, target: T, iterations: &mut u32) -> LinearStatus {
        let plan = self.plan;
        let mut error = self.residual_norm_squared();
        if error.sqrt() > target {
            self.memory.coarse.prepare(plan, self.memory.t, &mut self.memory.scratch);
        }
        let mut along = precondition(plan, &self.memory.coarse, self.memory.residual, self.memory.direction);
        // The gain of the last step in the norm beta^T S beta = sum_ij P_ij (alpha_i + beta_j)^2 is about what is still
        // missing in dL/dC. If S is nearly singular, a residual says too little of that.
        let mut gain = error;
        while !(error.max(gain).sqrt() <= T::constant(0.98) * target) {
            if *iterations >= settings.max_iterations {
                return LinearStatus::IterationLimit;
            }
            *iterations += 1;

            // Take the step that makes the new residual orthogonal to the direction.
            let (curvature, largest) = self.apply_to_direction();
            let step = along / curvature;
            // Next to nothing goes between some parts of the plan: rounding leaves nothing of their relative level.
            if !(curvature > T::constant(16.0) * T::EPSILON * largest && step.is_finite()) {
                return LinearStatus::PrecisionFloor;
            }
            let image = &mut *self.memory.scratch.column;
            for j in 0..image.len() {
                self.memory.beta[j] += step * self.memory.direction[j];
                self.memory.residual[j] -= step * image[j];
            }
            self.project();
            gain = step * along;

            // Go on along the preconditioned residual, conjugate to the directions before.
            let before = along;
            along = precondition(plan, &self.memory.coarse, self.memory.residual, self.memory.scratch.column);
            let growth = along / before;
            for (direction, &next) in self.memory.direction.iter_mut().zip(&*self.memory.scratch.column) {
                *direction = next + growth * *direction;
            }
            error = self.residual_norm_squared();
        }
        LinearStatus::Converged
    }

    /// `scratch.column` <- S direction. Returns <direction, S direction>, and the first of the two terms it is made of.
    fn apply_to_direction(&mut self) -> (T, T) {
        let (plan, p) = (self.plan, self.plan.p());
        let direction = &*self.memory.direction;
        plan.normal_product(direction, self.memory.t, &mut self.memory.ordered, &mut self.memory.scratch);
        for (j, image) in self.memory.scratch.column.iter_mut().enumerate() {
            *image = plan.c[j] * direction[j] / p.tau_b() - p.tau_a() * *image;
        }
        let curvature = reduce::dot(direction, self.memory.scratch.column);
        let largest = reduce::sum_of(direction.len(), &|j| plan.c[j] * direction[j] * direction[j]) / p.tau_b();
        (curvature, largest)
    }

    /// residual <- rhs - S beta, less its component along ones if S is singular along them.
    fn measure_residual(&mut self, eigenvalue: T) {
        let (plan, p) = (self.plan, self.plan.p());
        let Memory { beta, t, ordered, scratch, .. } = &mut *self.memory;
        plan.normal_product(beta, t, ordered, scratch);
        for (j, residual) in self.memory.residual.iter_mut().enumerate() {
            *residual = self.memory.rhs[j] - plan.c[j] * self.memory.beta[j] / p.tau_b()
                + p.tau_a() * self.memory.scratch.column[j];
        }
        if eigenvalue == T::ZERO {
            self.project();
        }
    }

    /// Returns the eigenvalue of the vector of ones: 1 / tau_b - tau_a, without cancellation.
    fn eigenvalue(&self) -> T {
        let p = self.plan.p();
        if p.is_balanced() { T::ZERO } else { p.epsilon / p.rho_b + p.epsilon / (p.rho_a + p.epsilon) }
    }

    /// Takes the component along ones out of the residual, and adds the solution for it to beta.
    fn solve_along_ones(&mut self, eigenvalue: T) {
        let mean = self.project();
        let constant = if eigenvalue > T::ZERO { mean / eigenvalue } else { T::ZERO };
        for (j, beta) in self.memory.beta.iter_mut().enumerate() {
            if self.plan.has_mass(j) {
                *beta += constant;
            }
        }
    }

    /// Takes the component along ones out of the residual, and returns it: sum_j residual_j / sum_j c_j.
    fn project(&mut self) -> T {
        let mean = reduce::sum(self.memory.residual) / self.mass;
        self.memory.residual.iter_mut().zip(self.plan.c).for_each(|(value, &c)| *value -= mean * c);
        mean
    }

    /// Returns <residual, D_c^-1 residual>.
    fn residual_norm_squared(&self) -> T {
        reduce::sum_of(self.memory.residual.len(), &|j| square_over(self.memory.residual[j], self.plan.c[j]))
    }
}

/// Writes z, the preconditioned residual, into `out`, and returns <z, residual>.
fn precondition<T: Real>(plan: &Conditional<'_, T>, coarse: &Coarse<'_, T>, residual: &[T], out: &mut [T]) -> T {
    for (j, out) in out.iter_mut().enumerate() {
        *out = if plan.has_mass(j) { plan.p().tau_b() * residual[j] / plan.c[j] } else { T::ZERO };
    }
    coarse.correct(plan.p().tau_b(), residual, out);
    reduce::dot(out, residual)
}
