//! A problem in the units of a sweep: epsilon is resolved, costs are scaled, and relaxation is turned into exponents.

use super::feasible;
use super::scores::{Scores, spread};
use super::statistics::Statistics;
use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind, check_positive};
use crate::float::Float;
use crate::memory::CopyTo;
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::vector::Instructions;

/// A problem as every pass over the pairs reads it.
#[derive(Clone, Copy)]
pub(crate) struct ScaledProblem<'a, T: Real> {
    pub problem: Problem<'a, T>,
    pub scores: Scores<'a, T>,
    /// The instructions that sweeps use.
    pub instructions: Instructions,
    /// The solve has more than one thread, and what is made of its solution has, too.
    #[cfg(feature = "parallel")]
    pub parallel: bool,
    /// In units of the unscaled cost, as all numbers here.
    pub epsilon: T,
    /// Infinite if the marginal is exact.
    pub rho_a: T,
    /// Infinite if the marginal is exact.
    pub rho_b: T,
    /// The cost scale, by which results are divided.
    pub unit: T,
    /// log2(e) / epsilon.
    pub s: T,
    tau_a: T,
    tau_b: T,
    /// A bound on |C_ij| over the pairs whose cost is finite.
    pub largest_cost: T,
    /// Some costs are infinite.
    forbids: bool,
}

impl<'a, T: Real> ScaledProblem<'a, T> {
    /// Resolves and checks a problem. `row` and `spare` are scratch for m costs.
    pub(crate) fn new(
        problem: Problem<'a, T>,
        mut scores: Scores<'a, T>,
        instructions: Instructions,
        row: &mut [T],
        spare: &mut [T],
    ) -> Result<Self, Error> {
        // Relative values refer to statistics of the costs, which other problems can do without.
        let (requested, scale) = (problem.requested_epsilon(), problem.requested_scale());
        let is_relative = !matches!(requested, Epsilon::Absolute(_));
        if !cfg!(feature = "scales") && (is_relative || scale.needs_statistics()) {
            let reason = "this build has absolute values only: give one, or build with the feature scales";
            let argument = if is_relative { Argument::EPSILON } else { Argument::COST_SCALE };
            return Err(Error::unsupported(argument, reason));
        }
        let needs_std = scale == CostScale::Std || matches!(requested, Epsilon::OfStd(_));
        let statistics = match scores.bound() {
            Some(largest) if !cfg!(feature = "scales") || !(is_relative || scale.needs_statistics()) => {
                Statistics { mean: T::ZERO, std: T::ZERO, largest, forbids: true }
            }
            _ => Statistics::new(&problem, &scores, instructions, needs_std, scale == CostScale::Max, row)?,
        };
        let forbids = cfg!(feature = "costs") && scores.may_forbid() && statistics.forbids;
        if forbids {
            feasible::check_points(&problem, &scores, instructions, row, spare)?;
        }

        // The units: cost scale and epsilon.
        let mut largest_cost = scores.bound().unwrap_or(statistics.largest);
        let unit = match scale {
            CostScale::Mean => statistics.mean,
            CostScale::Std => statistics.std,
            CostScale::Max => statistics.largest,
            CostScale::Given(value) => value,
            CostScale::One => T::ONE,
        };
        if !(unit > T::ZERO && unit.is_finite()) {
            let reason = "the mean, standard deviation or largest cost that it asks for is not positive";
            return Err(Error::unsupported(Argument::COST_SCALE, reason));
        }
        let epsilon = match requested {
            Epsilon::OfMean(fraction) => fraction * statistics.mean,
            Epsilon::OfStd(fraction) => fraction * statistics.std,
            Epsilon::Absolute(epsilon) => epsilon * unit,
        };

        // Refuse what leaves the range of the scalar.
        let argument = Argument::EPSILON;
        if !largest_cost.is_finite() {
            return Err(scores.overflow());
        }
        let mass = problem.a().total() * problem.b().total();
        if !(mass * (largest_cost + T::ONE) * T::constant(1024.0)).is_finite() {
            let unit_mass = problem.a().total() <= T::TWO && problem.b().total() <= T::TWO;
            return Err(if unit_mass { scores.overflow() } else { Error::new(Argument::A, ErrorKind::Overflow) });
        }
        if epsilon == T::ZERO && is_relative {
            let reason = "relative to a mean or standard deviation of the cost that is zero; give an absolute value";
            return Err(Error::unsupported(argument, reason));
        }
        check_positive(argument, epsilon)?;
        // A relaxed marginal pays at most rho for a point, however far it is. The rounding of its squared distance must
        // stay small beside that.
        if largest_cost * T::SQRT_EPSILON > problem.rho_a().min(problem.rho_b()) * unit
            && scores.read_pairs(problem.geometry())
        {
            largest_cost = Statistics::new(&problem, &scores, instructions, false, true, row)?.largest;
        }
        let (rho_a, rho_b) = (problem.rho_a() * unit, problem.rho_b() * unit);
        // The costs that epsilon has to tell apart. A pair that costs far more than rho carries nothing, so that larger
        // costs do not count. If both marginals are exact, the scores alone count: offsets are not in the exponents.
        let apart = match scores.packed() {
            Some(points) if rho_a + rho_b == T::INFINITY && rho_a == rho_b => spread(points),
            _ => largest_cost.min(T::constant(64.0) * (rho_a + rho_b)),
        };
        let too_large = largest_cost > Self::largest_exponent();
        let of_costs = |error| if too_large { scores.overflow() } else { error };
        check_resolution(epsilon, apart, unit).map_err(of_costs)?;
        let mut scaled = ScaledProblem {
            problem,
            scores,
            instructions,
            #[cfg(feature = "parallel")]
            parallel: false,
            epsilon,
            rho_a,
            rho_b,
            unit,
            s: T::ONE,
            tau_a: T::ONE,
            tau_b: T::ONE,
            largest_cost,
            forbids,
        };
        // If epsilon follows from the costs, an epsilon that is too large for the scalar is their fault.
        let large = too_large || (is_relative && epsilon > Self::largest_exponent());
        scaled.set_epsilon(epsilon).map_err(|error| if large { scores.overflow() } else { error })?;
        Ok(scaled)
    }

    /// Returns the scaled problem of all points, given this one of the points with weight.
    #[cfg(feature = "support")]
    pub(crate) fn of_all(&self, problem: Problem<'a, T>, scores: Scores<'a, T>) -> Self {
        ScaledProblem { problem, scores, ..*self }
    }

    /// Copies the problem and its scores to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> ScaledProblem<'t, T> {
        let problem = self.problem.copied(to);
        let scores = self.scores.copied(problem.geometry(), to);
        let ScaledProblem { instructions, epsilon, rho_a, rho_b, unit, s, tau_a, tau_b, largest_cost, forbids, .. } =
            *self;
        ScaledProblem {
            problem,
            scores,
            instructions,
            #[cfg(feature = "parallel")]
            parallel: self.parallel,
            epsilon,
            rho_a,
            rho_b,
            unit,
            s,
            tau_a,
            tau_b,
            largest_cost,
            forbids,
        }
    }

    /// Changes the regularisation. The caller rescales potentials in base-2 units.
    pub(crate) fn set_epsilon(&mut self, epsilon: T) -> Result<(), Error> {
        let s = T::LOG2_E / epsilon;
        let limit = Self::largest_exponent();
        // Potentials reach a few hundred epsilons, and their sums and products must be split without error.
        let largest_epsilon = T::MAX / (T::SPLITTER * T::SPLITTER * T::SPLITTER);
        if !s.is_finite() || s * self.largest_cost > limit || epsilon > largest_epsilon {
            return Err(Error::new(Argument::EPSILON, ErrorKind::Overflow));
        }
        for (argument, rho) in [(Argument::RHO_A, self.rho_a), (Argument::RHO_B, self.rho_b)] {
            if (epsilon + self.largest_cost) / rho > limit {
                return Err(Error::new(argument, ErrorKind::Overflow));
            }
        }
        let tau = |rho: T| if rho == T::INFINITY { T::ONE } else { rho / (rho + epsilon) };
        self.epsilon = epsilon;
        self.s = s;
        self.tau_a = tau(self.rho_a);
        self.tau_b = tau(self.rho_b);
        Ok(())
    }

    /// Says whether some costs are infinite, so that their pairs carry nothing. Builds without other costs never have
    /// any.
    #[inline(always)]
    pub(crate) fn forbids(&self) -> bool {
        cfg!(feature = "costs") && self.forbids
    }

    /// Returns the most by which two potentials of one side differ, in units of the unscaled cost. It is the largest
    /// cost, which the best pair of every point pays; if pairs are forbidden, it is the cost of a chain of pairs from
    /// one point to the other.
    pub(crate) fn largest_difference(&self) -> T {
        let chain = if self.forbids() { self.problem.rows().min(self.problem.columns()) } else { 1 };
        T::count(chain) * self.largest_cost
    }

    /// Limits the potential, in base-2 units, of a point that can carry nothing. In truth it is infinite.
    pub(crate) fn within_range(potential: T) -> T {
        // NaN stays NaN.
        if potential > Self::largest_exponent() { Self::largest_exponent() } else { potential }
    }

    /// Says whether a potential, in base-2 units, is that of a point that can carry nothing because of forbidden pairs.
    pub(crate) fn is_at_limit(&self, potential: T) -> bool {
        self.forbids() && potential.abs() > T::HALF * Self::largest_exponent()
    }

    /// Returns the largest exponent. Sums of a few exponents must stay far from log_zero and from the largest number.
    pub(crate) fn largest_exponent() -> T {
        T::SQRT_MAX / T::constant(1024.0)
    }

    /// Returns the part of s f_i that the sweep leaves out of F_i: the row offset of the cost, times s.
    pub(crate) fn row_offset(&self, i: usize) -> T {
        self.s * self.scores.cost_offset_of_row(i)
    }

    /// Returns the part of s g_j that the sweep leaves out of G_j, without log2 b_j: the column offset of the cost,
    /// times s.
    pub(crate) fn column_offset(&self, j: usize) -> T {
        self.s * self.scores.cost_offset_of_column(j)
    }

    /// Returns what an update adds to F_i if its exponentials sum to 2^`log_sum`.
    #[inline]
    pub(crate) fn change_of_f(&self, i: usize, f: T, log_sum: T) -> T {
        if self.tau_a() == T::ONE {
            return -log_sum;
        }
        change(self.tau_a(), self.epsilon / (self.rho_a + self.epsilon), f + self.row_offset(i), log_sum)
    }

    /// Returns what an update adds to G_j, here without log2 b_j, if its column sums to b_j 2^`log_ratio`.
    #[inline]
    pub(crate) fn change_of_g(&self, j: usize, g: T, log_ratio: T) -> T {
        if self.tau_b() == T::ONE {
            return -log_ratio;
        }
        change(self.tau_b(), self.epsilon / (self.rho_b + self.epsilon), g + self.column_offset(j), log_ratio)
    }

    /// Returns rho_a / (rho_a + epsilon). It is 1 if the marginal is exact, and a constant in builds without relaxed
    /// problems.
    #[inline(always)]
    pub(crate) fn tau_a(&self) -> T {
        if cfg!(feature = "relaxed") { self.tau_a } else { T::ONE }
    }

    /// Returns rho_b / (rho_b + epsilon), as [`ScaledProblem::tau_a`] does for the other side.
    #[inline(always)]
    pub(crate) fn tau_b(&self) -> T {
        if cfg!(feature = "relaxed") { self.tau_b } else { T::ONE }
    }

    #[inline(always)]
    pub(crate) fn is_balanced(&self) -> bool {
        self.tau_a() == T::ONE && self.tau_b() == T::ONE
    }
}

/// Returns tau (potential - log_sum) - potential, where `rest` is 1 - tau. If rho is large, a potential may be far from
/// zero and as good as fixed: its own digits must not be rounded into the difference, which is the marginal error.
#[inline]
fn change<T: Real>(tau: T, rest: T, potential: T, log_sum: T) -> T {
    -(tau * log_sum + rest * potential)
}

/// Refuses an epsilon that the scalar does not resolve between costs that are `apart`. All are in units of the unscaled
/// cost.
pub(crate) fn check_resolution<T: Real>(epsilon: T, apart: T, unit: T) -> Result<(), Error> {
    let least = apart * (T::HALF * T::EPSILON);
    if epsilon >= least {
        return Ok(());
    }
    // The message names a little more, so that the value is accepted however it is rounded.
    let wider = T::NAME != <f64 as Float>::NAME && epsilon >= least * T::constant(2e-9);
    let [value, least, apart] = [epsilon, least * T::constant(1.0625), apart].map(|cost| (cost / unit).widen());
    Err(Error::new(
        Argument::EPSILON,
        ErrorKind::BelowResolution { value, least, apart, bits: 8 * size_of::<T>() as u8, wider },
    ))
}
