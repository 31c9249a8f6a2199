//! The linear system of implicit derivatives, on the side of b:
//!
//! (D_c / tau_b - tau_a P^T D_r^-1 P) beta = rhs,
//!
//! the Schur complement of the Hessian of the dual ([`vjp`](super::vjp) says where it comes from). Preconditioned by D_c its
//! largest eigenvalue is at most 1 / tau_b, and the vector of ones is an eigenvector, exactly, whose eigenvalue is 1 / tau_b - tau_a: zero where balanced. It is
//! taken out and solved for by itself; conjugate gradients (Hestenes and Stiefel 1952) do the rest.

use crate::real::Real;
use crate::reduce;
use crate::sweep::strips::Scratch;

use super::coarse::Coarse;
use super::conditional::{Conditional, no_mass};
use super::{DerivativeSettings, LinearReport};

/// How a linear system was left.
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
    /// A word for messages.
    pub const fn name(self) -> &'static str {
        match self {
            LinearStatus::Converged => "converged",
            LinearStatus::IterationLimit => "iteration limit",
            LinearStatus::PrecisionFloor => "precision floor",
        }
    }
}

/// Times that the residual is measured and the iteration begun again from there.
const ROUNDS: u32 = 4;

/// Scratch, m scalars each; and n for `t`.
pub(super) struct Vectors<'v, T> {
    /// The solution.
    pub beta: &'v mut [T],
    /// Q beta.
    pub t: &'v mut [T],
    pub residual: &'v mut [T],
    pub direction: &'v mut [T],
}

/// value^2 / mass; nothing where there is no mass.
pub(super) fn square_over<T: Real>(value: T, mass: T) -> T {
    if mass > no_mass() { value * (value / mass) } else { T::ZERO }
}

/// z = (preconditioner) residual into `out`; returns <z, residual>.
fn precondition<T: Real>(plan: &Conditional<'_, T>, coarse: &Coarse<'_, T>, residual: &[T], out: &mut [T]) -> T {
    for (j, out) in out.iter_mut().enumerate() {
        *out = if plan.has_mass(j) { plan.p.tau_b() * residual[j] / plan.c[j] } else { T::ZERO };
    }
    coarse.correct(plan.p.tau_b(), residual, out);
    reduce::dot(out, residual)
}

/// What the tolerance is relative to: unit times the root of `squares`, a sum of squares in that unit, so that no square leaves the range.
#[derive(Clone, Copy)]
pub(super) struct Size<T> {
    pub unit: T,
    pub squares: T,
}

impl<T: Real> Size<T> {
    /// Takes a larger unit where these entries need one; the first that are not zero set it.
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

/// The largest absolute entry, to measure them in; 1 where there is none.
pub(super) fn unit_of<T: Real>(parts: &[&[T]]) -> T {
    let largest = parts.iter().flat_map(|part| part.iter()).fold(T::ZERO, |most, value| most.max(value.abs()));
    if !(largest > T::ZERO && largest.is_finite()) {
        return T::ONE;
    }
    // Not so small that a quotient by it is infinite.
    largest.max(T::ONE / T::SQRT_MAX)
}

/// Solves; `size` is what the tolerance is relative to, at least that of `rhs`. Afterwards `t` is Q beta and `scratch.column` is Q^T (r t).
pub(super) fn solve<T: Real>(
    plan: &Conditional<'_, T>,
    settings: &DerivativeSettings<T>,
    rhs: &mut [T],
    size: Size<T>,
    vectors: Vectors<'_, T>,
    coarse: &mut Coarse<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> LinearReport<T> {
    let Size { unit, squares } = size;
    rhs.iter_mut().for_each(|value| *value /= unit);
    let Vectors { beta, t, residual, direction } = vectors;
    let vectors = Vectors { beta: &mut *beta, t: &mut *t, residual, direction };
    let report = solve_in_units(plan, settings, rhs, squares.sqrt(), vectors, coarse, scratch);
    for values in [rhs, beta, t, &mut *scratch.column] {
        values.iter_mut().for_each(|value| *value *= unit);
    }
    report
}

/// [`solve`] where the largest entry is about 1.
fn solve_in_units<T: Real>(
    plan: &Conditional<'_, T>,
    settings: &DerivativeSettings<T>,
    rhs: &[T],
    size: T,
    vectors: Vectors<'_, T>,
    coarse: &mut Coarse<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> LinearReport<T> {
    let Vectors { beta, t, residual, direction } = vectors;
    let p = &plan.p;
    let m = rhs.len();
    let total = reduce::sum(plan.c);
    let project = |values: &mut [T]| {
        let mean = reduce::sum(values) / total;
        values.iter_mut().zip(plan.c).for_each(|(value, &c)| *value -= mean * c);
        mean
    };
    // <values, D_c^-1 values>
    let square = |values: &[T]| reduce::sum_of(m, &|j| square_over(values[j], plan.c[j]));
    // 1 / tau_b - tau_a, without cancellation.
    let eigenvalue = if p.is_balanced() { T::ZERO } else { p.epsilon / p.rho_b + p.epsilon / (p.rho_a + p.epsilon) };

    residual.copy_from_slice(rhs);
    let mean = project(residual);
    let constant = if eigenvalue > T::ZERO { mean / eigenvalue } else { T::ZERO };
    for (j, beta) in beta.iter_mut().enumerate() {
        *beta = if plan.has_mass(j) { constant } else { T::ZERO };
    }
    let target = settings.tolerance * size;
    let mut report =
        LinearReport { status: LinearStatus::Converged, iterations: 0, residual: T::ZERO, projected: T::ZERO };
    for round in 0..ROUNDS {
        let mut error = square(residual);
        if error.sqrt() > target {
            coarse.prepare(plan, t, scratch);
        }
        let mut along = precondition(plan, coarse, residual, direction);
        report.status = LinearStatus::Converged;
        // What the last step has gained, in the norm beta^T S beta = sum_ij P_ij (alpha_i + beta_j)^2: about what is still missing in dL/dC, which a residual
        // says too little of where S is nearly singular.
        let mut gain = error;
        while !(error.max(gain).sqrt() <= T::constant(0.98) * target) {
            if report.iterations >= settings.max_iterations {
                report.status = LinearStatus::IterationLimit;
                break;
            }
            report.iterations += 1;
            plan.normal_product(direction, t, scratch);
            let image = &mut *scratch.column;
            for (j, image) in image.iter_mut().enumerate() {
                *image = plan.c[j] * direction[j] / p.tau_b() - p.tau_a() * *image;
            }
            let curvature = reduce::dot(direction, image);
            let largest = reduce::sum_of(m, &|j| plan.c[j] * direction[j] * direction[j]) / p.tau_b();
            let step = along / curvature;
            // Parts of the plan that next to nothing goes between: the level of one against the other is beyond what rounding leaves to be told.
            if !(curvature > T::constant(16.0) * T::EPSILON * largest && step.is_finite()) {
                report.status = LinearStatus::PrecisionFloor;
                break;
            }
            for j in 0..m {
                beta[j] += step * direction[j];
                residual[j] -= step * image[j];
            }
            project(residual);
            gain = step * along;
            let before = along;
            along = precondition(plan, coarse, residual, image);
            let growth = along / before;
            for (direction, &next) in direction.iter_mut().zip(image.iter()) {
                *direction = next + growth * *direction;
            }
            error = square(residual);
        }
        // What was carried along drifts: measure.
        plan.normal_product(beta, t, scratch);
        for j in 0..m {
            residual[j] = rhs[j] - plan.c[j] * beta[j] / p.tau_b() + p.tau_a() * scratch.column[j];
        }
        if eigenvalue == T::ZERO {
            project(residual);
        }
        let measured = square(residual).sqrt();
        let before = core::mem::replace(&mut report.residual, if size > T::ZERO { measured / size } else { T::ZERO });
        if measured <= target {
            report.status = LinearStatus::Converged;
            break;
        }
        if report.status != LinearStatus::Converged {
            break;
        }
        // Begun again, it gains at least a factor of two, or rounding does not let it.
        report.status = LinearStatus::PrecisionFloor;
        if round + 1 == ROUNDS || (round > 0 && report.residual > T::HALF * before) {
            break;
        }
        if eigenvalue > T::ZERO {
            let constant = project(residual) / eigenvalue;
            for (j, beta) in beta.iter_mut().enumerate() {
                if plan.has_mass(j) {
                    *beta += constant;
                }
            }
        }
    }
    if !(report.residual.is_finite() && beta.iter().all(|value| value.is_finite())) {
        // Beyond the range of the scalar: nothing is solved, and that is said.
        beta.fill(T::ZERO);
        t.fill(T::ZERO);
        scratch.column.fill(T::ZERO);
        (report.status, report.residual) = (LinearStatus::PrecisionFloor, T::ONE);
    }
    report
}
