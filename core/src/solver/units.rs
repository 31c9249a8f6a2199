//! Potentials in units of cost, and in those of a sweep: F_i = s f_i - offset_i and G_j = s g_j - offset_j + log2 b_j.

use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;
use crate::start::Side;
use crate::sweep::log_zero;

/// Computes the marginal error, relative to the totals, that rounding of the exponents alone can cause for F and a
/// G: the mean size of the potentials, in base-2 units of epsilon, times the unit of rounding.
pub(crate) fn error_floor<T: Real>(p: &ScaledProblem<'_, T>, f: &[T], g: &[T]) -> T {
    let (a, b) = (p.problem.a(), p.problem.b());
    // Points that can carry nothing have potentials at the limit, and no error.
    let size = |potential: T, offset: T| {
        if p.is_at_limit(potential) { T::ZERO } else { potential.abs() + offset.abs() }
    };
    let rows = reduce::sum_of(f.len(), &|i| a.get(i) * size(f[i], p.row_offset(i)));
    let columns = reduce::sum_of(g.len(), &|j| {
        if b.get(j) > T::ZERO { b.get(j) * size(g[j], p.column_offset(j)) } else { T::ZERO }
    });
    let rounding = T::TWO * T::EPSILON * (rows + columns + a.total().max(b.total()));
    // Both marginals cannot be met by more than the difference of the totals, which are equal to rounding only.
    let mismatch = if p.is_balanced() { (a.total() - b.total()).abs() } else { T::ZERO };
    (rounding + T::constant(1.01) * mismatch) / a.total().max(b.total())
}

/// Turns f, in place, into F. `scale` is s times the unit of f.
pub(crate) fn into_f<T: Real>(p: &ScaledProblem<'_, T>, scale: T, f: &mut [T]) {
    f.iter_mut().enumerate().for_each(|(i, value)| *value = scale * *value - p.row_offset(i));
}

/// Turns g, in place, into G. `scale` is s times the unit of g, and `log_b` gives log2 b_j.
pub(crate) fn into_g<T: Real>(p: &ScaledProblem<'_, T>, scale: T, g: &mut [T], log_b: impl Fn(usize) -> T) {
    g.iter_mut().enumerate().for_each(|(j, value)| *value = scale * *value - p.column_offset(j) + log_b(j));
    mask(p, g);
}

/// Returns s f_i for F_i = `f`.
pub(crate) fn full_f<T: Real>(p: &ScaledProblem<'_, T>, i: usize, f: T) -> T {
    f + p.row_offset(i)
}

/// Returns s g_j for G_j - log2 b_j = `g`.
pub(crate) fn full_g<T: Real>(p: &ScaledProblem<'_, T>, j: usize, g: T) -> T {
    g + p.column_offset(j)
}

/// Gives columns without weight the G that stands for log2(0).
pub(super) fn mask<T: Real>(p: &ScaledProblem<'_, T>, g: &mut [T]) {
    let b = p.problem.b();
    for (j, value) in g.iter_mut().enumerate() {
        if b.get(j) == T::ZERO {
            *value = log_zero();
        }
    }
}

/// Takes out of balanced potentials, which are free up to (+c, -c), a constant that would only be rounded.
pub(super) fn level_start<T: Real>(p: &ScaledProblem<'_, T>, wrote: Side, f: &mut [T], g: &mut [T]) {
    let (a, b) = (p.problem.a(), p.problem.b());
    let (from_f, from_g) = match wrote {
        Side::F => (a.mean_of(f), T::ZERO),
        Side::G => (T::ZERO, b.mean_of(g)),
        Side::Both => {
            let half = T::HALF * (a.mean_of(f) - b.mean_of(g));
            (half, -half)
        }
    };
    // A potential differs from its mean by no more than twice the largest cost. A number far beyond says nothing, and
    // would make the other potential so large that rounding takes what the costs say.
    let most = T::constant(64.0) * (p.largest_difference() + p.epsilon);
    for (values, mean) in [(f, from_f), (g, from_g)] {
        values.iter_mut().for_each(|value| *value = (*value - mean).min(most).max(-most));
    }
}

/// Shifts balanced potentials so that sum a_i f_i = sum b_j g_j.
pub(crate) fn level_potentials<T: Real>(a: Weights<'_, T>, b: Weights<'_, T>, f: &mut [T], g: &mut [T]) {
    let (of_f, of_g) = (a.total() * a.mean_of(f), b.total() * b.mean_of(g));
    let shift = (of_g - of_f) / (a.total() + b.total());
    f.iter_mut().for_each(|value| *value += shift);
    g.iter_mut().for_each(|value| *value += -shift);
}
