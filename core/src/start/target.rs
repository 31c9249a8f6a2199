//! The problem as starts see it, and the dual value of the potentials that they write.

use super::sample::{MAX_SAMPLE, Sample, sample_len};
use super::{Side, StartMemory};
#[cfg(feature = "skipping")]
use crate::cells::Level;
use crate::cost::{GroundCost, SquaredEuclidean};
use crate::error::{Argument, Error};
use crate::geometry::PointCloud;
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::settings::Settings;
use crate::sweep::columns::{LevelSide, best_shift};

/// The problem that a start writes potentials for.
#[derive(Clone, Copy)]
pub struct Target<'t, 'a, T: Real> {
    /// Points, weights and relaxation.
    pub problem: &'t Problem<'a, T>,
    /// The regularisation, in units of the unscaled cost.
    pub epsilon: T,
    /// The cost scale: a start writes potentials in units of the unscaled cost, which are those in units of the scaled
    /// cost times this.
    pub cost_scale: T,
    /// The settings of the solve, for starts that solve smaller problems (in builds with the feature `skipping`).
    #[cfg(feature = "skipping")]
    pub settings: &'t Settings<T>,
    /// The numbers of the points with weight of either side, in the order of a k-d tree, if the solver has them.
    #[cfg(feature = "skipping")]
    pub(crate) order: Option<[&'t [T]; 2]>,
    /// Who watches the levels of a start.
    #[cfg(feature = "skipping")]
    pub(crate) observer: Option<&'t dyn Fn(&Level)>,
}

impl<'t, 'a, T: Real> Target<'t, 'a, T> {
    /// Makes a target: a problem with this epsilon and this scale, in units of the unscaled cost, and the settings of
    /// the solve. [`Solver::target`](crate::Solver::target) returns that of a solver.
    pub fn new(problem: &'t Problem<'a, T>, epsilon: T, cost_scale: T, settings: &'t Settings<T>) -> Self {
        let _ = settings;
        Target {
            problem,
            epsilon,
            cost_scale,
            #[cfg(feature = "skipping")]
            settings,
            #[cfg(feature = "skipping")]
            order: None,
            #[cfg(feature = "skipping")]
            observer: None,
        }
    }

    /// Returns the same target, whose [`Cells`](crate::cells::Cells) are watched: `observer` sees every level when it
    /// has been solved. A start that wraps another hands it this target.
    #[cfg(feature = "skipping")]
    pub fn watched(self, observer: &'t dyn Fn(&Level)) -> Self {
        Target { observer: Some(observer), ..self }
    }

    /// Returns the points of the problem.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) naming the start, with this reason, for a cost
    /// matrix.
    pub fn points(&self, reason: &'static str) -> Result<&PointCloud<'_, T>, Error> {
        self.problem.geometry().cloud().ok_or(Error::unsupported(Argument::START, reason))
    }

    /// Returns the points of a problem under the squared Euclidean cost.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) naming the start, with this reason, for a cost
    /// matrix and every other cost.
    pub fn squared_euclidean_points(&self, reason: &'static str) -> Result<&PointCloud<'_, T>, Error> {
        let cloud = self.problem.geometry().cloud().filter(|cloud| cloud.ground_cost().is_squared_euclidean());
        cloud.ok_or(Error::unsupported(Argument::START, reason))
    }

    /// Returns the c-transform at one point, -tau epsilon log sum_k w_k exp((p_k - c_k) / epsilon) with tau = rho /
    /// (rho + epsilon). `term(k)` is (w_k, p_k - c_k) for `len` points of the other side, in units of the unscaled
    /// cost; rho belongs to this side, and is in the units of the problem.
    pub fn c_transform(&self, rho: T, len: usize, term: &impl Fn(usize) -> (T, T)) -> T {
        let s = T::LOG2_E / self.epsilon;
        let tau = T::ONE / (T::ONE + self.rate(rho));
        let log_sum = reduce::log2_sum(len, &|k| {
            let (weight, exponent) = term(k);
            (weight, s * exponent)
        });
        -tau * log_sum / s
    }

    /// Returns what a start is worth: the dual value <a, f> + <b, g> of the potential that it wrote and of its
    /// c-transform, in units of the unscaled cost. If marginals are relaxed, the pair is first moved to its best level.
    ///
    /// The c-transform is taken at one in 32 points of the other side (at least 16, and at most [`MAX_SAMPLE`]): one of
    /// each cell of a k-d partition, with the weight of the cell. They are always the same, so that values compare.
    /// With more than 16 points the value is an estimate. The solver makes a little more of a start that wrote g,
    /// because it transforms twice.
    pub fn dual_value(&self, wrote: Side, out: &mut StartMemory<'_, T>) -> T {
        let geometry = self.problem.geometry();
        match geometry.cloud() {
            Some(cloud) if cloud.ground_cost().is_squared_euclidean() => {
                // Named, so that it is compiled into the loop.
                let cost = |i: usize, j: usize| SquaredEuclidean.cost(cloud.x().point(i), cloud.y().point(j));
                self.dual_value_under(wrote, out, &cost)
            }
            _ => self.dual_value_under(wrote, out, &|i, j| geometry.cost(i, j)),
        }
    }

    /// Returns the number of pairs that [`Target::dual_value`] visits.
    pub fn dual_value_pairs(&self, wrote: Side) -> u64 {
        let (n, m) = (self.problem.rows() as u64, self.problem.columns() as u64);
        let of = |len: u64| sample_len(len as usize) as u64;
        if wrote == Side::G { m * of(n) } else { n * of(m) }
    }

    fn dual_value_under(&self, wrote: Side, out: &mut StartMemory<'_, T>, cost: &impl Fn(usize, usize) -> T) -> T {
        let problem = self.problem;
        let (rows, columns) = ((problem.a(), problem.rho_a()), (problem.b(), problem.rho_b()));
        let cloud = problem.geometry().cloud();
        if wrote == Side::G {
            let sample = Sample::new(cloud.map(|cloud| cloud.x()), rows.0, out.rows);
            self.evaluate(out.g, columns, rows, &sample, &|j, i| cost(i, j))
        } else {
            let sample = Sample::new(cloud.map(|cloud| cloud.y()), columns.0, out.columns);
            self.evaluate(out.f, rows, columns, &sample, cost)
        }
    }

    /// Returns epsilon / rho, which is 0 if the side is balanced.
    fn rate(&self, rho: T) -> T {
        self.epsilon / (rho * self.cost_scale)
    }

    /// Returns the dual value of `potential`, which is given on the side with the weights `own`. `cost` is that of a
    /// pair (own, other).
    fn evaluate(
        &self,
        potential: &[T],
        (own, own_rho): (Weights<'_, T>, T),
        (other, other_rho): (Weights<'_, T>, T),
        sample: &Sample<T>,
        cost: &impl Fn(usize, usize) -> T,
    ) -> T {
        let s = T::LOG2_E / self.epsilon;
        let (count, own_rate, other_rate) = (sample.count, self.rate(own_rho), self.rate(other_rho));
        // Complete the pair by the c-transform, and find its best level.
        let mut completed = [T::ZERO; MAX_SAMPLE];
        for (value, &j) in completed.iter_mut().zip(&sample.indices[..count]) {
            let term = |i: usize| (own.get(i), potential[i] - cost(i, j as usize));
            *value = s * self.c_transform(other_rho, potential.len(), &term);
        }
        let own_term = |i: usize| (own.get(i), s * potential[i]);
        let other_term = |k: usize| (sample.masses[k], completed[k]);
        let shift = best_shift(
            LevelSide { len: potential.len(), total: own.total(), rate: own_rate },
            &own_term,
            LevelSide { len: count, total: other.total(), rate: other_rate },
            &other_term,
        );
        // Add up the values of both sides. The value of a potential t is t if its side is balanced, and rho (1 - exp(-t
        // / rho)) if it is relaxed. Here t is in base-2 units of epsilon.
        let value_of = |rate: T, (weight, value): (T, T), shift: T| {
            let value = value + shift;
            if !(weight > T::ZERO) {
                T::ZERO
            } else if rate == T::ZERO {
                weight * (value / s)
            } else {
                weight * (-(self.epsilon / rate) * (-rate * value * T::LN_2).exp_m1())
            }
        };
        let own_value = reduce::sum_of(potential.len(), &|i| value_of(own_rate, own_term(i), shift));
        let other_value = reduce::sum_of(count, &|k| value_of(other_rate, other_term(k), -shift));
        // The other side's sums of the plan are exact, so that its mass is that of the other side, or what relaxation
        // makes of it. The level does not change the plan.
        let mass = if other_rate == T::ZERO {
            other.total()
        } else {
            reduce::sum_of(count, &|k| {
                let (weight, value) = other_term(k);
                if weight > T::ZERO { weight * (-other_rate * value).exp2() } else { T::ZERO }
            })
        };
        own_value + other_value - self.epsilon * (mass - own.total() * other.total())
    }
}
