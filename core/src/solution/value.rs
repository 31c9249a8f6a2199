//! Measures a pair of potentials: objective, transport cost, dual value and marginal errors.

use crate::real::Real;
use crate::reduce;
use crate::report::{Report, Status};
use crate::scaled::ScaledProblem;
#[cfg(feature = "skipping")]
use crate::skipping::{ListMemory, Lists, MAX_WIDTH, Pairs, records::Visits};
use crate::solution::Solution;
#[cfg(feature = "skipping")]
use crate::solution::listed::ListedPlan;
use crate::solver::progress::Progress;
use crate::solver::units::{error_floor, full_f, full_g};
use crate::sweep::columns::moved;
use crate::sweep::exponents::{TileAt, exponentials, exponents};
use crate::sweep::half::{log_sums, row_logsum};
#[cfg(feature = "skipping")]
use crate::sweep::listed::{self, GroupMemory};
use crate::sweep::outcome::Potentials;
use crate::sweep::strips::{Pass, Scratch, Strip, Tile};
use crate::sweep::{MAX_TILE_ROWS, is_safe};
use crate::vector::{Costs, PackedPoints, RowTerms};
use crate::wide::Wide;

impl<T: Real> Potentials<'_, T> {
    /// Computes term k of sum_i a_i phi(f_i) + sum_j b_j phi(g_j), in units of cost, rows first. If a side is balanced,
    /// phi(t) = t, and if it is relaxed, phi(t) = rho (1 - exp(-t / rho)). F is taken less `shift`. Without `offsets`,
    /// the offsets of rows and columns are left out.
    fn term(&self, p: &ScaledProblem<'_, T>, shift: T, offsets: bool, k: usize) -> T {
        let n = self.f.len();
        let (weight, potential, tau, rho) = if k < n {
            let potential = self.f[k] - shift;
            let potential = if offsets { full_f(p, k, potential) } else { potential };
            (p.problem.a().get(k), potential, p.tau_a(), p.rho_a)
        } else {
            let j = k - n;
            let potential = self.g[j] - self.log_b[j];
            let potential = if offsets { full_g(p, j, potential) } else { potential };
            (p.problem.b().get(j), potential, p.tau_b(), p.rho_b)
        };
        if weight == T::ZERO {
            return T::ZERO;
        }
        let value = potential / p.s;
        weight * if tau == T::ONE { value } else { -rho * (-value / rho).exp_m1() }
    }

    /// Computes the dual value of (F less `shift`, G), a pair whose plan has this mass, in units of unscaled cost.
    /// Without `offsets` it is off by a constant of the problem, and less is rounded.
    pub fn dual_value(&self, p: &ScaledProblem<'_, T>, mass: T, shift: T, offsets: bool) -> T {
        let terms = self.f.len() + self.g.len();
        let value = reduce::sum_of(terms, &|k| self.term(p, shift, offsets || !p.is_balanced(), k));
        let product = if offsets { p.problem.a().total() * p.problem.b().total() } else { T::ZERO };
        value - p.epsilon * (mass - product)
    }

    /// Computes the rounding error to expect of that dual value, without offsets.
    pub fn rounding(&self, p: &ScaledProblem<'_, T>, mass: T, shift: T) -> T {
        let terms = self.f.len() + self.g.len();
        let size = reduce::sum_of(terms, &|k| self.term(p, shift, !p.is_balanced(), k).abs());
        T::constant(8.0) * T::EPSILON * (size + p.epsilon * mass)
    }

    /// Computes the mass of the plan of a pair whose columns were exact before `shift` was taken from G.
    pub fn mass_with_exact_columns(&self, p: &ScaledProblem<'_, T>, shift: T) -> T {
        let b = p.problem.b();
        if p.tau_b() == T::ONE {
            return b.total();
        }
        let rate = p.epsilon / p.rho_b;
        reduce::sum_of(self.g.len(), &|j| {
            if b.get(j) == T::ZERO {
                return T::ZERO;
            }
            b.get(j) * (-full_g(p, j, self.g[j] + shift - self.log_b[j]) * rate).exp2()
        })
    }
}

/// Measures the potentials in one visit of all pairs, and writes f into `potentials.row` and g into `potentials.image`,
/// in units of cost. It completes the potentials of points without weight. `progress` tells how the solve went, and
/// `threshold` at which error it has converged; until it has ended, F and G stay what they are.
pub(crate) fn measure<'s, T: Real>(
    p: &ScaledProblem<'s, T>,
    progress: &Progress<T>,
    threshold: T,
    storage: &'static str,
    mut potentials: Potentials<'s, T>,
    scratch: &mut Scratch<'_, T>,
    #[cfg(feature = "skipping")] skipping: Option<Lists<'s, T>>,
) -> Solution<'s, T> {
    let (a, b) = (p.problem.a(), p.problem.b());
    let ended = progress.status.is_some();
    potentials.leave(p, ended, scratch);

    // Sum up over the pairs. In high dimensions a cost takes long to compute, and follows from the exponent and the
    // potentials as well. If it is far below the potentials or below epsilon, that loses digits, and costs are computed
    // after all.
    let Potentials { f, g, log_b, image: cost_g, row: cost_f } = &mut potentials;
    let (g, log_b, m) = (&**g, &**log_b, g.len());
    cost_g.iter_mut().for_each(|value| *value *= p.unit);
    let mean = reduce::sum_of(a.len(), &|i| a.get(i) / a.total() * p.scores.cost_offset_of_row(i))
        + reduce::sum_of(m, &|j| b.get(j) / b.total() * p.scores.cost_offset_of_column(j));
    let dear = p.scores.packed().is_some_and(|points| points.dimension >= MAX_TILE_ROWS) && p.epsilon <= mean;
    #[cfg(feature = "skipping")]
    let mut skipping = skipping.filter(|skipping| skipping.is_on()).map(Lists::tighter);
    // The largest ratio of a weight to its marginal.
    #[cfg(feature = "skipping")]
    let mut ratio = T::ZERO;
    #[cfg(feature = "skipping")]
    let (listed, certificate) = match &mut skipping {
        Some(lists) => {
            lists.refit(p, g, log_b);
            let (totals, of_rows) = measure_listed(p, lists, f, g, log_b, scratch);
            ratio = of_rows;
            // If the plan carries next to nothing, all pairs tell how little.
            let (mass, share) = (totals[2].value(), lists.share());
            if share <= T::HALF * threshold * share_of_mass(p, mass) {
                // A series errs by the same share.
                (Some(totals), T::TWO * share)
            } else {
                skipping = None;
                (None, T::ZERO)
            }
        }
        None => (None, T::ZERO),
    };
    #[cfg(not(feature = "skipping"))]
    let (listed, certificate) = (None, T::ZERO);
    let pass = |cost_g: Option<&[T]>, f: &mut [T], scratch: &mut Scratch<'_, T>| {
        let work = |strip: Strip<'_, T>| measure_strip(p, g, log_b, cost_g, strip);
        Pass::sums(f).run(scratch, &work, join_totals)
    };
    // If epsilon is small beside the costs, the entropy follows from sums. Plain code has one way for all.
    let by_sums = p.instructions.has_vectors() && !dear && p.epsilon <= mean;
    let mut totals = match (listed, p.scores.packed()) {
        (Some(totals), _) => totals,
        (None, Some(points)) if by_sums => measure_by_sums(p, points, f, g, log_b, scratch),
        _ => pass(dear.then_some(&**cost_g), f, scratch),
    };
    let [transport, _, mass, ..] = totals;
    if dear && !(transport.value() > T::constant(1.0 / 64.0) * mean * mass.value()) {
        totals = pass(None, f, scratch);
    }
    let [transport, entropy, mass, row_error, relaxed_a] = totals;

    // The error of the columns.
    let zero = Wide::new(T::ZERO);
    let (mut column_error, mut relaxed_b) = (zero, zero);
    for j in 0..m {
        cost_g[j] /= p.unit;
        let (weight, marginal) = (b.get(j), scratch.column[j]);
        if weight == T::ZERO {
            continue;
        }
        #[cfg(feature = "skipping")]
        if skipping.is_some() {
            ratio = ratio.max(weight / marginal);
        }
        let target = if p.tau_b() == T::ONE {
            weight
        } else {
            // The sum of a column may underflow to zero. Its logarithm is then at most about this number. The error
            // that follows is about an upper bound, or zero if the potentials say that nothing belongs there.
            let log_ratio = if marginal > T::ZERO { (marginal / weight).log2() } else { -T::MAX.log2() };
            moved(marginal, weight, log_ratio, p.change_of_g(j, g[j] - log_b[j], log_ratio))
        };
        column_error = column_error.add(Wide::new((target - marginal).abs()));
        if p.tau_b() != T::ONE {
            relaxed_b = relaxed_b.add(Wide::new(divergence_term(marginal, weight)));
        }
    }
    // Rows without weight got their F in the pass. Their f gets the level of the other f, which F lacks if the solve
    // goes on.
    let cost_of_f = |i: usize, f: T| full_f(p, i, f) / (p.s * p.unit);
    let level = match (0..a.len()).find(|&i| a.get(i) > T::ZERO) {
        Some(i) if !ended => cost_f[i] - cost_of_f(i, f[i]),
        _ => T::ZERO,
    };
    for i in (0..a.len()).filter(|&i| a.get(i) == T::ZERO) {
        cost_f[i] = cost_of_f(i, f[i]) + level;
    }

    // The values of the problem.
    let (mass, transport_cost) = (mass.value(), transport.value());
    let dual_value = potentials.dual_value(p, mass, T::ZERO, true);
    let mut primal_value = transport_cost + p.epsilon * entropy.value();
    for (tau, rho, divergence) in [(p.tau_a(), p.rho_a, relaxed_a), (p.tau_b(), p.rho_b, relaxed_b)] {
        if tau != T::ONE {
            primal_value += rho * divergence.value();
        }
    }

    // What was skipped may be missing in either marginal.
    let row_error = row_error.value() / a.total() + certificate;
    let column_error = column_error.value() / b.total() + certificate;
    // A solve that has converged may have lost a little to the rounding of f and g.
    let threshold = threshold * share_of_mass(p, mass);
    let rounding = error_floor(p, potentials.f, potentials.g).min(T::HALF * threshold);
    let mut status = progress.status.unwrap_or(Status::Stopped);
    if status == Status::Converged && !(row_error.max(column_error) <= threshold + rounding) {
        status = Status::PrecisionFloor;
    }
    // The last resort, for relaxed problems whose mass itself leaves the range. Dual values are lower bounds, and so is
    // the least finite number.
    let bound_from_below = |value: T| if value.is_finite() { value } else { -T::MAX };
    let clamp = |value: T| if value.is_finite() { value } else { T::MAX };
    if !(dual_value.is_finite() && primal_value.is_finite() && transport_cost.is_finite() && mass.is_finite()) {
        status = Status::PrecisionFloor;
    }
    // The dual value errs by the square of the marginal errors, the primal one by the errors themselves. Only if
    // epsilon is so large that it rounds the difference away, the primal value has more digits.
    let rounding = T::constant(8.0) * T::EPSILON * p.epsilon * (mass + a.total() * b.total());
    let is_rounded = p.epsilon > p.largest_cost && !((primal_value - dual_value).abs() > rounding);
    let objective = if dual_value.is_finite() && !is_rounded { dual_value } else { primal_value };
    #[cfg(feature = "skipping")]
    let [skipped, summed] =
        [progress.skipped, progress.summed].map(|shares| shares / T::count(progress.sweeps.max(1) as usize));
    #[cfg(not(feature = "skipping"))]
    let [skipped, summed] = [T::ZERO; 2];
    let report = Report {
        status,
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
        sweeps: progress.sweeps,
        start: progress.start,
        row_fallbacks: progress.row_fallbacks,
        column_fallbacks: progress.column_fallbacks,
        rejections: progress.rejections,
        absorptions: progress.absorptions,
        rescaled: progress.rescaled,
        skipped,
        summed,
        certificate,
        storage,
    };
    let Potentials { f: f_hat, g: g_hat, row: f, image: g, .. } = potentials;
    let (f_hat, g_hat): (&'s [T], &'s [T]) = (f_hat, g_hat);
    #[cfg(feature = "skipping")]
    let listed = skipping.and_then(|lists| ListedPlan::new(p, lists, (f_hat, g_hat), ratio, scratch.spare));
    Solution {
        scaled: *p,
        f_hat,
        g_hat,
        f,
        g,
        report,
        #[cfg(feature = "skipping")]
        listed,
    }
}

/// Lists the pairs that matter to F and G, in one visit of theirs, and lends F for good. No row is without weight.
#[cfg(feature = "skipping")]
pub(crate) fn list<'s, T: Real>(
    p: &ScaledProblem<'s, T>,
    lists: Lists<'s, T>,
    f: &'s mut [T],
    (g, log_b): (&'s [T], &[T]),
    scratch: &mut Scratch<'_, T>,
) -> (&'s [T], Option<ListedPlan<'s, T>>) {
    let mut lists = lists.tighter();
    lists.refit(p, g, log_b);
    let (_, mut ratio) = measure_listed(p, &lists, f, g, log_b, scratch);
    for (j, &marginal) in scratch.column[..g.len()].iter().enumerate() {
        ratio = ratio.max(p.problem.b().get(j) / marginal);
    }
    let f: &'s [T] = f;
    (f, ListedPlan::new(p, lists, (f, g), ratio, scratch.spare))
}

/// Computes the share of the smaller total that the plan of a relaxed problem carries, at most 1; it is 1 if both
/// marginals are exact. A marginal error is relative to the totals. If next to nothing is carried, it has to be as
/// small in proportion.
pub(crate) fn share_of_mass<T: Real>(p: &ScaledProblem<'_, T>, mass: T) -> T {
    if p.is_balanced() {
        return T::ONE;
    }
    (mass / p.problem.a().total().min(p.problem.b().total())).min(T::ONE)
}

fn join_totals<T: Real>(mut totals: [Wide<T>; 5], others: [Wide<T>; 5]) -> [Wide<T>; 5] {
    add_to(&mut totals, others);
    totals
}

/// Adds some sums to others.
fn add_to<T: Real>(totals: &mut [Wide<T>; 5], others: [Wide<T>; 5]) {
    for (total, other) in totals.iter_mut().zip(others) {
        *total = total.add(other);
    }
}

/// Returns sums over the pairs of a strip, in unscaled cost: transport cost, entropy, mass, row error, and divergence
/// of the row marginal. `cost_g` is g in units of unscaled cost if costs are to be told from potentials.
fn measure_strip<T: Real>(
    p: &ScaledProblem<'_, T>,
    g: &[T],
    log_b: &[T],
    cost_g: Option<&[T]>,
    strip: Strip<'_, T>,
) -> [Wide<T>; 5] {
    let Strip { rows, f, column, tile, partial: costs, .. } = strip;
    let (a, b, m) = (p.problem.a(), p.problem.b(), g.len());
    let tile_rows = (tile.len() / m).min(MAX_TILE_ROWS);
    let mut totals = [Wide::new(T::ZERO); 5];
    for (k, f) in f.chunks_mut(tile_rows).enumerate() {
        let first = rows.start + k * tile_rows;
        let tile = &mut tile[..f.len() * m];
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        exponents(p, TileAt { i: first, start: 0, f, g }, tile, weights);
        for (k, (weight, f)) in weights.iter_mut().zip(f).enumerate() {
            let i = first + k;
            let row = &mut tile[k * m..(k + 1) * m];
            *weight = a.get(i);
            let own_costs = match cost_g {
                Some(g) => Costs::Implied { f: full_f(p, i, *f) / p.s, g, epsilon: p.epsilon },
                None => {
                    p.scores.costs(p.instructions, i, 0, m, costs);
                    Costs::Stored(costs)
                }
            };
            let RowTerms { mut sum, entropy, cost } = T::row_terms(p.instructions, row, log_b, b.vectors(), own_costs);
            let mut log_sum = sum.log2();
            if !is_safe(sum) {
                let (largest, shifted) = row_logsum(p, i, *f, g, costs);
                sum = shifted * largest.exp2();
                log_sum = largest + shifted.log2();
            }
            add_row(p, i, f, log_sum, RowTerms { sum, entropy, cost }, &mut totals);
        }
        T::add_rows(p.instructions, weights, tile, column);
    }
    totals
}

/// Does what [`measure_strip`] does for all rows, with fewer instructions a pair. The entropy follows from the sums of
/// rows and columns ([`entropy_of_sums`]).
fn measure_by_sums<T: Real>(
    p: &ScaledProblem<'_, T>,
    points: PackedPoints<'_, T>,
    f: &mut [T],
    g: &[T],
    log_b: &[T],
    scratch: &mut Scratch<'_, T>,
) -> [Wide<T>; 5] {
    let work = |Tile { i, f, rows, column, .. }: Tile<'_, T>, totals: &mut [Wide<T>; 5]| {
        let mut values = [[T::ZERO; MAX_TILE_ROWS]; 4];
        let [sums, costs, logs, shifts] = values.each_mut().map(|values| &mut values[..f.len()]);
        let place = TileAt { i, start: 0, f, g };
        exponentials(p, place, rows, sums);
        log_sums(p, place, rows, sums, logs, shifts);
        T::total_costs(p.instructions, points, i, rows, costs);
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        for (k, f) in f.iter_mut().enumerate() {
            // The exponentials of a row that was computed anew are in units of the largest.
            let (i, scale) = (i + k, shifts[k].exp2());
            let sum = sums[k] * scale;
            let terms = RowTerms { sum, entropy: sum * full_f(p, i, *f), cost: costs[k] * scale };
            weights[k] = if p.problem.a().get(i) > T::ZERO { p.problem.a().get(i) * scale } else { T::ZERO };
            add_row(p, i, f, logs[k], terms, totals);
        }
        T::add_rows(p.instructions, &weights[..f.len()], rows, column);
    };
    let mut totals = Pass::sums(f).each_tile(scratch.tile_rows(), scratch, &work, join_totals);
    entropy_of_sums(p, g, log_b, scratch.column, &mut totals);
    totals
}

/// Turns sum_i F_i P_ij into the entropy of the plan.
///
/// It follows from the sums of rows and columns and from the transport cost. For log (P_ij / (a_i b_j)) is the sum of
/// f_i and g_j less C_ij, over epsilon. Its rounding is in proportion to the potentials, which is little if epsilon is
/// small beside the costs.
fn entropy_of_sums<T: Real>(p: &ScaledProblem<'_, T>, g: &[T], log_b: &[T], column: &[T], totals: &mut [Wide<T>; 5]) {
    let (a, b) = (p.problem.a(), p.problem.b());
    let [cost, entropy, mass, ..] = totals;
    *entropy = entropy.sub(cost.mul(Wide::new(p.s)));
    for (j, &sum) in column.iter().enumerate().filter(|&(j, _)| b.get(j) > T::ZERO) {
        *entropy = entropy.add(Wide::new(sum * full_g(p, j, g[j] - log_b[j])));
    }
    let product = Wide::new(a.total() * b.total());
    *entropy = entropy.mul(Wide::new(T::LN_2)).sub(*mass).add(product);
}

/// Adds a row to the sums over pairs. A row without weight gets its F instead.
fn add_row<T: Real>(
    p: &ScaledProblem<'_, T>,
    i: usize,
    f: &mut T,
    log_sum: T,
    RowTerms { sum, entropy, cost }: RowTerms<T>,
    totals: &mut [Wide<T>; 5],
) {
    let (weight, change) = (p.problem.a().get(i), p.change_of_f(i, *f, log_sum));
    if weight == T::ZERO {
        *f = ScaledProblem::within_range(*f + change);
        return;
    }
    let marginal = weight * sum;
    let moved = if p.tau_a() == T::ONE { weight } else { moved(marginal, weight, log_sum, change) };
    let divergence = if p.tau_a() == T::ONE { T::ZERO } else { divergence_term(marginal, weight) };
    let terms = [weight * cost, weight * entropy, marginal, (moved - marginal).abs(), divergence];
    add_to(totals, terms.map(Wide::new));
}

/// Does what [`measure_by_sums`] does, over the pairs that are not skipped: epsilon is small beside the costs then.
///
/// Also returns the largest ratio of a weight to its marginal.
#[cfg(feature = "skipping")]
fn measure_listed<T: Real>(
    p: &ScaledProblem<'_, T>,
    skipping: &Lists<'_, T>,
    f: &mut [T],
    g: &[T],
    log_b: &[T],
    scratch: &mut Scratch<'_, T>,
) -> ([Wide<T>; 5], T) {
    let (a, m) = (p.problem.a(), g.len());
    let work = |strip: Strip<'_, T>| {
        let (mut totals, mut ratio) = ([Wide::new(T::ZERO); 5], T::ZERO);
        let Some(pairs) = Pairs::new(p) else { return (totals, ratio) };
        listed::each_group(strip, skipping, |first, f, memory| {
            let GroupMemory { lists, tile, partial, column } = memory;
            let ListMemory { list: list_memory, groups, far: far_memory, far_groups, sums: of_group, weights } = lists;

            // What the rows of all blocks meet in one series.
            let (count, plane) = (f.len(), skipping.plane(p, first, f));
            let groups = skipping.list_groups(p, (&plane, count), groups);
            let mut series = skipping.far(p, pairs.points(), (&plane, first, count), groups, far_groups);
            of_group.fill(T::ZERO);
            if !groups.is_empty() {
                weights.iter_mut().enumerate().for_each(|(r, weight)| *weight = a.at(first + r));
                series.add_rows(f, g, &mut of_group[..count]);
                series.add_columns(&weights[..count], column);
                totals[0] = totals[0].add(Wide::new(series.cost(&weights[..count])));
            }

            // All else, block by block.
            for (block, f) in f.chunks_mut(skipping.width()).enumerate() {
                let (start, count) = (block * skipping.width(), f.len());
                let i = first + start;
                let plane = skipping.plane(p, i, f);
                let Visits { near: list, far, .. } = skipping.list(p, (&plane, count), groups, list_memory);
                let mut series = skipping.far(p, pairs.points(), (&plane, i, count), far, far_memory);
                let (mut far_sums, mut weights) = ([T::ZERO; MAX_WIDTH], [T::ZERO; MAX_WIDTH]);
                weights[..count].iter_mut().enumerate().for_each(|(r, weight)| *weight = a.get(i + r));
                if !far.is_empty() {
                    series.add_rows(f, g, &mut far_sums[..count]);
                    series.add_columns(&weights[..count], column);
                    totals[0] = totals[0].add(Wide::new(series.cost(&weights[..count])));
                }
                for (sum, &of_group) in far_sums.iter_mut().zip(of_group.get(start..).unwrap_or_default()) {
                    *sum += of_group;
                }
                let visited = list.len();
                list.runs().for_each(|run| partial[run].fill(T::ZERO));
                let rows = listed::listed_tile_rows(tile.len(), visited);
                for (k, f) in f.chunks_mut(rows).enumerate() {
                    let i = i + k * rows;
                    let (mut sums, mut costs) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
                    let (sums, costs) = (&mut sums[..f.len()], &mut costs[..f.len()]);
                    let (place, exponentials) = (TileAt { i, start: 0, f, g }, &mut tile[..f.len() * visited]);
                    pairs.listed_exponentials((p.instructions, p.s), place, list, exponentials, sums);
                    pairs.listed_costs(p.instructions, i, list, exponentials, costs);
                    let weights = &weights[k * rows..k * rows + f.len()];
                    T::add_listed_rows(p.instructions, weights, list, exponentials, partial);
                    for (r, f) in f.iter_mut().enumerate() {
                        let mut sum = sums[r] + far_sums[k * rows + r];
                        let mut log_sum = sum.log2();
                        if !is_safe(sum) {
                            let (largest, shifted) = row_logsum(p, i + r, *f, g, &mut tile[..m]);
                            sum = shifted * largest.exp2();
                            log_sum = largest + shifted.log2();
                        }
                        ratio = ratio.max(T::ONE / sum);
                        let (entropy, cost) = (sum * full_f(p, i + r, *f), costs[r]);
                        add_row(p, i + r, f, log_sum, RowTerms { sum, entropy, cost }, &mut totals);
                    }
                }
                listed::add_listed(list, partial, column);
            }
        });
        (totals, ratio)
    };
    let join = |(totals, ratio): ([Wide<T>; 5], T), (others, other): ([Wide<T>; 5], T)| {
        (join_totals(totals, others), ratio.max(other))
    };
    let (mut totals, ratio) = Pass::sums(f).run(scratch, &work, join);
    entropy_of_sums(p, g, log_b, scratch.column, &mut totals);
    (totals, ratio)
}

/// Computes p log(p / q) - p + q.
fn divergence_term<T: Real>(p: T, q: T) -> T {
    // As q ((1 + r) ln(1 + r) - r) with r = p / q - 1: for large rho the marginals are close, and rho multiplies the
    // rounding.
    let r = (p - q) / q;
    if r > -T::ONE { (q * ((T::ONE + r) * r.ln_1p() - r)).max(T::ZERO) } else { q }
}
