//! Objective, transport cost, dual value and marginal errors of a pair of potentials.

use crate::initial::Started;
use crate::real::Real;
use crate::reduce;
use crate::report::{Report, Status};
use crate::sweep::columns::moved;
use crate::sweep::half::{column_logsums, row_logsum};
use crate::sweep::is_safe;
use crate::sweep::kernel::Kernel;
use crate::sweep::prepared::Prepared;
use crate::wide::Wide;

/// What the loop knows about a solve.
pub(crate) struct Progress<T> {
    pub status: Status,
    pub threshold: T,
    pub sweeps: u32,
    pub start: Started,
    pub start_value: T,
    pub row_fallbacks: u32,
    pub column_fallbacks: u32,
    pub rejections: u32,
    pub absorptions: u32,
    pub storage: &'static str,
}

/// Where the results go, and scratch.
pub(crate) struct Buffers<'s, T> {
    /// n: f in units of cost.
    pub f: &'s mut [T],
    /// m: g in units of cost.
    pub g: &'s mut [T],
    /// m.
    pub column_sums: &'s mut [T],
    /// m, or more.
    pub tile: &'s mut [T],
    /// m.
    pub image: &'s mut [T],
}

impl<'s, T> Buffers<'s, T> {
    pub fn new(
        f: &'s mut [T],
        g: &'s mut [T],
        column_sums: &'s mut [T],
        tile: &'s mut [T],
        image: &'s mut [T],
    ) -> Self {
        Buffers { f, g, column_sums, tile, image }
    }
}

/// sum_i a_i phi(f_i) + sum_j b_j phi(g_j), phi(t) = t where balanced, rho (1 - exp(-t/rho)) where relaxed; and the sum of
/// the absolute terms. In units of cost. Without `offsets`, what hatted potentials lack is left out.
fn potential_terms<T: Real>(p: &Prepared<'_, T>, (f, shift): (&[T], T), g: &[T], log_b: &[T], offsets: bool) -> (T, T) {
    let phi = |tau: T, rho: T, value: T| {
        if tau == T::ONE { value } else { -rho * (-value / rho).exp_m1() }
    };
    let (a, b) = (p.problem.a(), p.problem.b());
    let row = |i: usize| {
        if a.get(i) == T::ZERO {
            return T::ZERO;
        }
        let offset = if offsets { p.row_offset(i) } else { T::ZERO };
        a.get(i) * phi(p.tau_a, p.rho_a, (f[i] - shift + offset) / p.s)
    };
    let column = |j: usize| {
        if b.get(j) == T::ZERO {
            return T::ZERO;
        }
        let offset = if offsets { p.column_offset(j) } else { T::ZERO };
        b.get(j) * phi(p.tau_b, p.rho_b, (g[j] - log_b[j] + offset) / p.s)
    };
    let value = reduce::sum_of(f.len(), &row) + reduce::sum_of(g.len(), &column);
    let size = reduce::sum_of(f.len(), &|i| row(i).abs()) + reduce::sum_of(g.len(), &|j| column(j).abs());
    (value, size)
}

/// The dual value of (f - shift, g), whose plan has this mass; and the rounding error to expect of it. In units of unscaled cost.
/// Without `offsets` it is off by a constant of the problem, where balanced, and less is rounded.
pub(crate) fn dual_value<T: Real>(
    p: &Prepared<'_, T>,
    (f, shift): (&[T], T),
    g: &[T],
    log_b: &[T],
    mass: T,
    offsets: bool,
) -> (T, T) {
    let offsets = offsets || !p.is_balanced();
    let (value, size) = potential_terms(p, (f, shift), g, log_b, offsets);
    let product = p.problem.a().total() * p.problem.b().total();
    (value - p.epsilon * (mass - product), T::constant(8.0) * T::EPSILON * (size + p.epsilon * mass))
}

/// The mass of the plan of a pair whose columns are exact, up to a translation of the pair.
pub(crate) fn mass_with_exact_columns<T: Real>(p: &Prepared<'_, T>, g: &[T], log_b: &[T], shift: T) -> T {
    let b = p.problem.b();
    if p.tau_b == T::ONE {
        return b.total();
    }
    let rate = p.epsilon / p.rho_b;
    reduce::sum_of(g.len(), &|j| {
        if b.get(j) == T::ZERO {
            return T::ZERO;
        }
        b.get(j) * (-(g[j] + shift - log_b[j] + p.column_offset(j)) * rate).exp2()
    })
}

/// Visits all pairs once. Also completes the potentials of points without weight, and writes f and g in units of cost.
pub(crate) fn measure<T: Real>(
    p: &Prepared<'_, T>,
    progress: Progress<T>,
    f: &mut [T],
    g: &mut [T],
    log_b: &[T],
    buffers: &mut Buffers<'_, T>,
    kernel: Option<&mut Kernel<'_, T>>,
) -> Report<T> {
    let kernel = kernel.and_then(|kernel| kernel.around(f, g));
    let (a, b) = (p.problem.a(), p.problem.b());
    let (n, m) = (f.len(), g.len());
    let row_buffer = &mut buffers.tile[..m];

    if (0..m).any(|j| b.get(j) == T::ZERO) {
        buffers.image.fill(T::ZERO);
        column_logsums(p, f, buffers.image, buffers.g, buffers.column_sums, row_buffer);
    }

    buffers.column_sums.fill(T::ZERO);
    let uniform_b = b.get(0);
    let zero = Wide::new(T::ZERO);
    let (mut transport, mut entropy, mut mass, mut row_error, mut relaxed_a) = (zero, zero, zero, zero, zero);
    for i in 0..n {
        let weight = a.get(i);
        p.scores.row(p.s, i, 0, g, buffers.image);
        match &kernel {
            Some(kernel) => kernel.exponentials(i, f[i], row_buffer),
            None => {
                for (value, &score) in row_buffer.iter_mut().zip(buffers.image.iter()) {
                    *value = (score + f[i]).exp2();
                }
            }
        }
        let mut sum = reduce::sum(row_buffer);
        let mut log_sum = sum.log2();
        if !is_safe(sum) {
            let (largest, shifted) = row_logsum(p, i, f[i], g, row_buffer);
            let scale = largest.exp2();
            for value in row_buffer.iter_mut() {
                *value *= scale;
            }
            sum = shifted * scale;
            log_sum = largest + shifted.log2();
        }
        let change = p.change_of_f(i, f[i], log_sum);
        if weight == T::ZERO {
            f[i] += change;
            continue;
        }
        let marginal = weight * sum;
        mass = mass.add(Wide::new(marginal));
        row_error = row_error.add(Wide::new((moved(marginal, weight, log_sum, change) - marginal).abs()));
        if p.tau_a != T::ONE {
            relaxed_a = relaxed_a.add(Wide::new(divergence_term(marginal, weight)));
        }
        let level = f[i];
        // Term by term, p log(p/q) - p + q with q = a_i b_j: none is negative, and so nothing cancels, however large epsilon is and
        // however far apart the two sides are.
        for (value, &log) in buffers.image.iter_mut().zip(log_b) {
            *value = T::LN_2 * (*value + level - log);
        }
        let (exponentials, logs) = (&row_buffer[..m], &buffers.image[..m]);
        let row_entropy = match b.values() {
            Some(q) => reduce::sum_of(m, &|j| entropy_term(exponentials[j], q[..m][j], logs[j])),
            None => reduce::sum_of(m, &|j| entropy_term(exponentials[j], uniform_b, logs[j])),
        };
        entropy = entropy.add(Wide::new(weight * row_entropy));
        p.scores.cost_row(i, 0, buffers.image);
        let row_cost = reduce::sum_of(m, &|j| row_buffer[j] * buffers.image[j]);
        transport = transport.add(Wide::new(weight * row_cost));
        for (total, &value) in buffers.column_sums.iter_mut().zip(row_buffer.iter()) {
            *total += weight * value;
        }
    }

    let (mut column_error, mut relaxed_b) = (zero, zero);
    for j in 0..m {
        let (weight, marginal) = (b.get(j), buffers.column_sums[j]);
        let offset = p.column_offset(j);
        if weight == T::ZERO {
            let full = -p.tau_b * (buffers.g[j] - offset);
            buffers.g[j] = full / (p.s * p.unit);
            continue;
        }
        let full = g[j] - log_b[j] + offset;
        buffers.g[j] = full / (p.s * p.unit);
        let target = if p.tau_b == T::ONE {
            weight
        } else {
            let log_ratio = (marginal / weight).log2();
            moved(marginal, weight, log_ratio, p.change_of_g(j, g[j] - log_b[j], log_ratio))
        };
        column_error = column_error.add(Wide::new((target - marginal).abs()));
        if p.tau_b != T::ONE {
            relaxed_b = relaxed_b.add(Wide::new(divergence_term(marginal, weight)));
        }
    }
    for (i, (value, &hatted)) in buffers.f.iter_mut().zip(f.iter()).enumerate() {
        *value = (hatted + p.row_offset(i)) / (p.s * p.unit);
    }

    let mass = mass.value();
    let transport_cost = transport.value();
    let product = a.total() * b.total();
    let (potential_value, _) = potential_terms(p, (f, T::ZERO), g, log_b, true);
    let mut objective = transport_cost + p.epsilon * entropy.value();
    for (tau, rho, divergence) in [(p.tau_a, p.rho_a, relaxed_a), (p.tau_b, p.rho_b, relaxed_b)] {
        if tau != T::ONE {
            objective += rho * divergence.value();
        }
    }
    if p.is_balanced() {
        level_potentials(p, buffers.f, buffers.g);
    }

    let (row_error, column_error) = (row_error.value(), column_error.value());
    let mut status = progress.status;
    if status == Status::Converged && !(row_error <= progress.threshold && column_error <= progress.threshold) {
        status = Status::PrecisionFloor;
    }
    // The last resort, for relaxed problems whose mass itself leaves the range.
    let clamp = |value: T| if value.is_finite() { value } else { T::MAX };
    if !(objective.is_finite() && transport_cost.is_finite() && mass.is_finite()) {
        status = Status::PrecisionFloor;
    }
    Report {
        status,
        sweeps: progress.sweeps,
        row_error: clamp(row_error),
        column_error: clamp(column_error),
        dual_value: bound_from_below((potential_value - p.epsilon * (mass - product)) / p.unit),
        start_value: bound_from_below(progress.start_value / p.unit),
        objective: clamp(objective / p.unit),
        transport_cost: clamp(transport_cost / p.unit),
        mass: clamp(mass),
        epsilon: p.epsilon / p.unit,
        cost_scale: p.unit,
        start: progress.start,
        row_fallbacks: progress.row_fallbacks,
        column_fallbacks: progress.column_fallbacks,
        rejections: progress.rejections,
        absorptions: progress.absorptions,
        storage: progress.storage,
    }
}

/// A dual value is a lower bound, and far from the solution of a relaxed problem it can be below the range of the scalar: then the
/// least finite number is one too.
fn bound_from_below<T: Real>(value: T) -> T {
    if value.is_finite() { value } else { -T::MAX }
}

/// p log(p/q) - p + q, given log(p/q) too. Without branches: there is one for each pair.
#[inline(always)]
fn entropy_term<T: Real>(p: T, q: T, log: T) -> T {
    let c = |value: f64| T::constant(value);
    // The first terms of q (exp(log) (log - 1) + 1), which cancels where log is small.
    let series = c(0.5) + log * (c(1.0 / 3.0) + log * (c(0.125) + log * (c(1.0 / 30.0) + log * c(1.0 / 144.0))));
    let direct = p * (log - T::ONE) + q;
    if log.abs() < c(0.03) { q * (log * log * series) } else { direct }
}

/// p log(p/q) - p + q.
fn divergence_term<T: Real>(p: T, q: T) -> T {
    // As q ((1 + r) ln(1 + r) - r) with r = p/q - 1: for large rho the marginals are close, and rho multiplies the rounding.
    let r = (p - q) / q;
    if r > -T::ONE { (q * ((T::ONE + r) * r.ln_1p() - r)).max(T::ZERO) } else { q }
}

/// Shifts balanced potentials so that sum a_i f_i = sum b_j g_j.
fn level_potentials<T: Real>(p: &Prepared<'_, T>, f: &mut [T], g: &mut [T]) {
    let (a, b) = (p.problem.a(), p.problem.b());
    let sum_f = reduce::sum_of(f.len(), &|i| a.get(i) * f[i]);
    let sum_g = reduce::sum_of(g.len(), &|j| b.get(j) * g[j]);
    let shift = (sum_g - sum_f) / (a.total() + b.total());
    for value in f {
        *value += shift;
    }
    for value in g {
        *value -= shift;
    }
}
