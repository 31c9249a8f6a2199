//! Objective, transport cost, dual value and marginal errors of a pair of potentials.

use crate::initial::Started;
use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;
use crate::report::{Report, Status};
use crate::solver::error_floor;
use crate::sweep::columns::moved;
use crate::sweep::half::{column_logsums, row_logsum};
use crate::sweep::prepared::Prepared;
use crate::sweep::strips::{Pass, Scratch, Strip};
use crate::sweep::terms::{self, Costs, Terms};
use crate::sweep::{MAX_TILE_ROWS, block, is_safe, log_zero, rows};
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
    pub rescaled: T,
    /// The solve has ended. If not, the hatted potentials have to stay as they are.
    pub ended: bool,
}

/// Potentials, where the results go, and scratch.
pub(crate) struct Buffers<'s, T> {
    /// n: F.
    pub f_hat: &'s mut [T],
    /// m: G with log2 b.
    pub g_hat: &'s mut [T],
    /// m: log2 b.
    pub log_b: &'s [T],
    /// n: f in units of cost.
    pub f: &'s mut [T],
    /// m: g in units of cost.
    pub g: &'s mut [T],
}

/// Sums over the pairs, in unscaled cost.
#[derive(Clone, Copy)]
struct Totals<T> {
    transport: Wide<T>,
    entropy: Wide<T>,
    mass: Wide<T>,
    row_error: Wide<T>,
    relaxed: Wide<T>,
}

impl<T: Real> Default for Totals<T> {
    fn default() -> Self {
        let zero = Wide::new(T::ZERO);
        Totals { transport: zero, entropy: zero, mass: zero, row_error: zero, relaxed: zero }
    }
}

impl<T: Real> Totals<T> {
    fn with(self, other: Self) -> Self {
        Totals {
            transport: self.transport.add(other.transport),
            entropy: self.entropy.add(other.entropy),
            mass: self.mass.add(other.mass),
            row_error: self.row_error.add(other.row_error),
            relaxed: self.relaxed.add(other.relaxed),
        }
    }
}

/// Potentials in base-2 units.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'p, T> {
    /// n: F.
    pub f: &'p [T],
    /// What is to be taken from F.
    pub shift: T,
    /// m: G with log2 b.
    pub g: &'p [T],
    /// m: log2 b.
    pub log_b: &'p [T],
}

impl<T: Real> Pair<'_, T> {
    /// Term k of sum_i a_i phi(f_i) + sum_j b_j phi(g_j), phi(t) = t where balanced, rho (1 - exp(-t/rho)) where relaxed; rows first. In units of cost.
    /// Without `offsets`, what hatted potentials lack is left out.
    fn term(&self, p: &Prepared<'_, T>, offsets: bool, k: usize) -> T {
        let n = self.f.len();
        let (weight, potential, offset, tau, rho) = if k < n {
            let offset = if offsets { p.row_offset(k) } else { T::ZERO };
            (p.problem.a().get(k), self.f[k] - self.shift, offset, p.tau_a(), p.rho_a)
        } else {
            let j = k - n;
            let offset = if offsets { p.column_offset(j) } else { T::ZERO };
            (p.problem.b().get(j), self.g[j] - self.log_b[j], offset, p.tau_b(), p.rho_b)
        };
        if weight == T::ZERO {
            return T::ZERO;
        }
        let value = (potential + offset) / p.s;
        weight * if tau == T::ONE { value } else { -rho * (-value / rho).exp_m1() }
    }

    /// The dual value of a pair whose plan has this mass, in units of unscaled cost. Without `offsets` it is off by a
    /// constant of the problem, and less is rounded.
    pub fn dual_value(&self, p: &Prepared<'_, T>, mass: T, offsets: bool) -> T {
        let value = reduce::sum_of(self.f.len() + self.g.len(), &|k| self.term(p, offsets || !p.is_balanced(), k));
        let product = if offsets { p.problem.a().total() * p.problem.b().total() } else { T::ZERO };
        value - p.epsilon * (mass - product)
    }

    /// The rounding error to expect of that, without offsets.
    pub fn rounding(&self, p: &Prepared<'_, T>, mass: T) -> T {
        let size = reduce::sum_of(self.f.len() + self.g.len(), &|k| self.term(p, !p.is_balanced(), k).abs());
        T::constant(8.0) * T::EPSILON * (size + p.epsilon * mass)
    }
}

/// The mass of the plan of a pair whose columns are exact, up to a translation of the pair.
pub(crate) fn mass_with_exact_columns<T: Real>(p: &Prepared<'_, T>, g: &[T], log_b: &[T], shift: T) -> T {
    let b = p.problem.b();
    if p.tau_b() == T::ONE {
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
    buffers: &mut Buffers<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Report<T> {
    let (a, b) = (p.problem.a(), p.problem.b());
    write_potentials(p, progress.ended, buffers, scratch);
    let Buffers { f_hat: f, g_hat, log_b, .. } = buffers;
    let m = g_hat.len();

    let (g, log_b, full_g) = (&**g_hat, *log_b, &mut *buffers.g);
    full_g.iter_mut().for_each(|value| *value *= p.unit);
    let mut pass = |full_g: Option<&[T]>| {
        let work = |strip: Strip<'_, T>| measure_strip(p, g, log_b, full_g, strip);
        Pass::sums(f).run(scratch, &work, Totals::with)
    };
    // In many dimensions costs are dear, and potentials tell them too: to rounding, which shows where a cost is far below them or below epsilon.
    let mean = reduce::sum_of(a.len(), &|i| a.get(i) / a.total() * p.scores.cost_offset_of_row(i))
        + reduce::sum_of(m, &|j| b.get(j) / b.total() * p.scores.cost_offset_of_column(j));
    let dear = p.scores.packed().is_some_and(|points| points.dimension >= MAX_TILE_ROWS) && p.epsilon <= mean;
    let mut totals = pass(dear.then_some(&*full_g));
    if dear && !(totals.transport.value() > T::constant(1.0 / 64.0) * mean * totals.mass.value()) {
        totals = pass(None);
    }

    let zero = Wide::new(T::ZERO);
    let (mut column_error, mut relaxed_b) = (zero, zero);
    for j in 0..m {
        full_g[j] /= p.unit;
        let (weight, marginal) = (b.get(j), scratch.column[j]);
        if weight == T::ZERO {
            continue;
        }
        let target = if p.tau_b() == T::ONE {
            weight
        } else {
            // Of a marginal that has vanished, as where next to nothing is worth sending far away, the logarithm is about this or less; the error
            // is then about a bound from above, and zero where the potentials say that nothing belongs there.
            let log_ratio = if marginal > T::ZERO { (marginal / weight).log2() } else { -T::MAX.log2() };
            moved(marginal, weight, log_ratio, p.change_of_g(j, g[j] - log_b[j], log_ratio))
        };
        column_error = column_error.add(Wide::new((target - marginal).abs()));
        if p.tau_b() != T::ONE {
            relaxed_b = relaxed_b.add(Wide::new(divergence_term(marginal, weight)));
        }
    }
    // Rows without weight have got their potential in the pass; at the level of the others, if theirs is not taken over.
    let level = match (0..a.len()).find(|&i| a.get(i) > T::ZERO) {
        Some(i) if !progress.ended => buffers.f[i] - (f[i] + p.row_offset(i)) / (p.s * p.unit),
        _ => T::ZERO,
    };
    for (i, (value, &hatted)) in buffers.f.iter_mut().zip(f.iter()).enumerate() {
        if a.get(i) == T::ZERO {
            *value = (hatted + p.row_offset(i)) / (p.s * p.unit) + level;
        }
    }

    let mass = totals.mass.value();
    let transport_cost = totals.transport.value();
    let dual_value = Pair { f, shift: T::ZERO, g, log_b }.dual_value(p, mass, true);
    let mut primal_value = transport_cost + p.epsilon * totals.entropy.value();
    for (tau, rho, divergence) in [(p.tau_a(), p.rho_a, totals.relaxed), (p.tau_b(), p.rho_b, relaxed_b)] {
        if tau != T::ONE {
            primal_value += rho * divergence.value();
        }
    }

    let (row_error, column_error) = (totals.row_error.value() / a.total(), column_error.value() / b.total());
    // A solve that has converged may have lost a little to the rounding of f and g.
    let threshold = progress.threshold * share_of_mass(p, mass);
    let rounding = error_floor(p, f, g).min(T::HALF * threshold);
    let mut status = progress.status;
    if status == Status::Converged && !(row_error.max(column_error) <= threshold + rounding) {
        status = Status::PrecisionFloor;
    }
    // The last resort, for relaxed problems whose mass itself leaves the range.
    let clamp = |value: T| if value.is_finite() { value } else { T::MAX };
    if !(dual_value.is_finite() && primal_value.is_finite() && transport_cost.is_finite() && mass.is_finite()) {
        status = Status::PrecisionFloor;
    }
    // The dual value errs by the square of the marginal errors, the primal one by the errors themselves. Only if epsilon is
    // so large that it rounds the difference away, the primal value has more digits.
    let rounding = T::constant(8.0) * T::EPSILON * p.epsilon * (mass + a.total() * b.total());
    let is_rounded = p.epsilon > p.largest_cost && !((primal_value - dual_value).abs() > rounding);
    let objective = if dual_value.is_finite() && !is_rounded { dual_value } else { primal_value };
    Report {
        status,
        sweeps: progress.sweeps,
        row_error: clamp(row_error),
        column_error: clamp(column_error),
        dual_value: bound_from_below(dual_value / p.unit),
        start_value: bound_from_below(progress.start_value / p.unit),
        objective: clamp(objective / p.unit),
        primal_value: clamp(primal_value / p.unit),
        transport_cost: clamp(transport_cost / p.unit),
        mass: clamp(mass),
        epsilon: p.epsilon / p.unit,
        cost_scale: p.unit,
        start: progress.start,
        row_fallbacks: progress.row_fallbacks,
        column_fallbacks: progress.column_fallbacks,
        rejections: progress.rejections,
        absorptions: progress.absorptions,
        rescaled: progress.rescaled,
        storage: progress.storage,
    }
}

/// Writes f and g in units of cost, levelled. If the solve has ended, the hatted potentials are taken back from them: the
/// report, the plan and all that is made of a solution belong to the f and g that the caller sees, rounding included.
/// Columns without weight get the c-transform; rows without weight get it in the pass of [`measure`], which visits their
/// pairs anyway.
fn write_potentials<T: Real>(
    p: &Prepared<'_, T>,
    ended: bool,
    buffers: &mut Buffers<'_, T>,
    scratch: &mut Scratch<'_, T>,
) {
    let Buffers { f_hat, g_hat, log_b, f, g } = buffers;
    let (a, b, m) = (p.problem.a(), p.problem.b(), g_hat.len());

    // Complete the columns without weight, if there are any. Their sums are taken with a weight of 1.
    let without_weight = |j: &usize| b.get(*j) == T::ZERO;
    if (0..m).any(|j| without_weight(&j)) {
        (0..m).filter(without_weight).for_each(|j| g_hat[j] = T::ZERO);
        column_logsums(p, f_hat, g_hat, g, scratch);
        for j in (0..m).filter(without_weight) {
            let offset = p.column_offset(j);
            g_hat[j] = Prepared::within_range(-p.tau_b() * (scratch.column[j] - offset) - offset);
        }
    }

    // To units of cost, at the level that balanced potentials are reported with.
    let unit = p.s * p.unit;
    for (j, value) in g.iter_mut().enumerate() {
        let log = if b.get(j) == T::ZERO { T::ZERO } else { log_b[j] };
        *value = (g_hat[j] - log + p.column_offset(j)) / unit;
    }
    for (i, value) in f.iter_mut().enumerate() {
        *value = (f_hat[i] + p.row_offset(i)) / unit;
    }
    if p.is_balanced() {
        level_potentials(a, b, f, g);
    }

    // And back.
    if ended {
        for (i, value) in f_hat.iter_mut().enumerate() {
            *value = unit * f[i] - p.row_offset(i);
        }
    }
    for (j, value) in g_hat.iter_mut().enumerate() {
        if b.get(j) == T::ZERO {
            *value = log_zero();
        } else if ended {
            *value = unit * g[j] - p.column_offset(j) + log_b[j];
        }
    }
}

/// The share of the smaller total that the plan of a relaxed problem carries, at most 1; 1 where both marginals are exact.
/// A marginal error is relative to the totals; where next to nothing is carried it has to be as small in proportion.
pub(crate) fn share_of_mass<T: Real>(p: &Prepared<'_, T>, mass: T) -> T {
    if p.is_balanced() {
        return T::ONE;
    }
    (mass / p.problem.a().total().min(p.problem.b().total())).min(T::ONE)
}

/// A dual value is a lower bound, and far from the solution of a relaxed problem it can be below the range of the scalar: then the
/// least finite number is one too.
fn bound_from_below<T: Real>(value: T) -> T {
    if value.is_finite() { value } else { -T::MAX }
}

/// `full_g` are potentials in units of cost, where costs are to be told from them.
fn measure_strip<T: Real>(
    p: &Prepared<'_, T>,
    g: &[T],
    log_b: &[T],
    full_g: Option<&[T]>,
    strip: Strip<'_, T>,
) -> Totals<T> {
    let Strip { rows, f, column, tile, partial: costs, .. } = strip;
    let (a, b, m) = (p.problem.a(), p.problem.b(), g.len());
    let tile_rows = (tile.len() / m).min(MAX_TILE_ROWS);
    let mut totals = Totals::default();
    for (k, f) in f.chunks_mut(tile_rows).enumerate() {
        let first = rows.start + k * tile_rows;
        let tile = &mut tile[..f.len() * m];
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        block::exponents(p, block::Place { i: first, start: 0, f, g }, tile, weights);
        for (k, (weight, f)) in weights.iter_mut().zip(f).enumerate() {
            let i = first + k;
            let row = &mut tile[k * m..(k + 1) * m];
            *weight = a.get(i);
            let own_costs = match full_g {
                Some(g) => Costs::Implied { f: (*f + p.row_offset(i)) / p.s, g, epsilon: p.epsilon },
                None => {
                    block::costs(p, i, costs);
                    Costs::Given(costs)
                }
            };
            let Terms { mut sum, entropy, cost } = terms::of_row(p, row, log_b, b, own_costs);
            let mut log_sum = sum.log2();
            if !is_safe(sum) {
                let (largest, shifted) = row_logsum(p, i, *f, g, costs);
                sum = shifted * largest.exp2();
                log_sum = largest + shifted.log2();
            }
            let change = p.change_of_f(i, *f, log_sum);
            if *weight == T::ZERO {
                *f = Prepared::within_range(*f + change);
                continue;
            }
            let marginal = *weight * sum;
            let moved = if p.tau_a() == T::ONE { *weight } else { moved(marginal, *weight, log_sum, change) };
            totals = totals.with(Totals {
                transport: Wide::new(*weight * cost),
                entropy: Wide::new(*weight * entropy),
                mass: Wide::new(marginal),
                row_error: Wide::new((moved - marginal).abs()),
                relaxed: Wide::new(if p.tau_a() == T::ONE { T::ZERO } else { divergence_term(marginal, *weight) }),
            });
        }
        rows::add(p.instructions, weights, tile, column);
    }
    totals
}

/// p log(p/q) - p + q.
fn divergence_term<T: Real>(p: T, q: T) -> T {
    // As q ((1 + r) ln(1 + r) - r) with r = p/q - 1: for large rho the marginals are close, and rho multiplies the rounding.
    let r = (p - q) / q;
    if r > -T::ONE { (q * ((T::ONE + r) * r.ln_1p() - r)).max(T::ZERO) } else { q }
}

/// Shifts balanced potentials so that sum a_i f_i = sum b_j g_j.
pub(crate) fn level_potentials<T: Real>(a: Weights<'_, T>, b: Weights<'_, T>, f: &mut [T], g: &mut [T]) {
    let (of_f, of_g) = (a.total() * a.mean_of(f), b.total() * b.mean_of(g));
    let shift = (of_g - of_f) / (a.total() + b.total());
    f.iter_mut().for_each(|value| *value += shift);
    g.iter_mut().for_each(|value| *value += -shift);
}
