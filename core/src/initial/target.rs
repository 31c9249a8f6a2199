use super::sample::{SAMPLE, Sample, sample_len};
use super::{Scratch, Wrote};
use crate::cost::{GroundCost, SquaredEuclidean};
use crate::error::{Argument, Error};
use crate::geometry::{Geometry, PointCloud};
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::sweep::columns::{Level, best_shift};

/// What a start is for.
#[derive(Clone, Copy)]
pub struct Target<'t, 'a, T: Real> {
    /// The problem.
    pub problem: &'t Problem<'a, T>,
    /// The regularisation, in units of the unscaled cost.
    pub epsilon: T,
    /// The cost scale: what turns potentials in units of the scaled cost into those that a start writes.
    pub cost_scale: T,
}

/// One side of a problem: its weights, rho, and epsilon / rho (0 where balanced).
struct Side<'a, T> {
    weights: Weights<'a, T>,
    rho: T,
    rate: T,
}

impl<T: Real> Target<'_, '_, T> {
    /// The points of the problem.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) naming the start, with this reason, for a cost matrix.
    pub fn points(&self, reason: &'static str) -> Result<&PointCloud<'_, T>, Error> {
        self.problem.geometry().cloud().ok_or(Error::unsupported(Argument::START, reason))
    }

    /// The points of a problem under the squared Euclidean cost.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) naming the start, with this reason, for a cost matrix and every other cost.
    pub fn squared_euclidean_points(&self, reason: &'static str) -> Result<&PointCloud<'_, T>, Error> {
        let cloud = self.points(reason)?;
        if cloud.ground_cost().is_squared_euclidean() {
            Ok(cloud)
        } else {
            Err(Error::unsupported(Argument::START, reason))
        }
    }

    /// The c-transform at one point, -tau epsilon log sum_k w_k exp((p_k - c_k) / epsilon), tau = rho / (rho + epsilon): `term(k)` is
    /// (w_k, p_k - c_k) for `len` points of the other side, in units of the unscaled cost; rho, of this side, as the problem has it.
    pub fn c_transform(&self, rho: T, len: usize, term: &impl Fn(usize) -> (T, T)) -> T {
        let s = T::LOG2_E / self.epsilon;
        let tau = T::ONE / (T::ONE + self.epsilon / (rho * self.cost_scale));
        let log_sum = reduce::log2_sum(len, &|k| {
            let (weight, exponent) = term(k);
            (weight, s * exponent)
        });
        -tau * log_sum / s
    }

    /// What a start is worth: the dual value <a, f> + <b, g> of what it wrote, completed by its c-transform (and at its best level
    /// where marginals are relaxed), in units of the unscaled cost.
    ///
    /// The c-transform is taken at one in 32 points of the other side (16 at least, [`SAMPLE`] at most), one of each cell of a
    /// k-d partition with the weight of the cell, always the same ones, so that values compare. Where there are more than 16 it is an
    /// estimate; of a start that wrote g the solver makes a little more, for it transforms twice.
    pub fn dual_value(&self, wrote: Wrote, f: &[T], g: &[T], scratch: &mut Scratch<'_, T>) -> T {
        match self.problem.geometry() {
            Geometry::Points(cloud) if cloud.ground_cost().is_squared_euclidean() => {
                // Named, so that it is compiled into the loop.
                let cost = |i: usize, j: usize| SquaredEuclidean.cost(cloud.x().point(i), cloud.y().point(j));
                self.dual_value_under(wrote, f, g, scratch, &cost)
            }
            geometry => self.dual_value_under(wrote, f, g, scratch, &|i, j| geometry.cost(i, j)),
        }
    }

    /// Pairs that [`Target::dual_value`] visits.
    pub fn dual_value_pairs(&self, wrote: Wrote) -> u64 {
        let (n, m) = (self.problem.rows() as u64, self.problem.columns() as u64);
        let of = |len: u64| sample_len(len as usize) as u64;
        if wrote == Wrote::G { m * of(n) } else { n * of(m) }
    }

    fn dual_value_under(
        &self,
        wrote: Wrote,
        f: &[T],
        g: &[T],
        scratch: &mut Scratch<'_, T>,
        cost: &impl Fn(usize, usize) -> T,
    ) -> T {
        let problem = self.problem;
        let side = |weights, rho: T| Side { weights, rho, rate: self.epsilon / (rho * self.cost_scale) };
        let (rows, columns) = (side(problem.a(), problem.rho_a()), side(problem.b(), problem.rho_b()));
        let cloud = problem.geometry().cloud();
        if wrote == Wrote::G {
            let sample = Sample::new(cloud.map(|cloud| cloud.x()), rows.weights, scratch.rows);
            self.evaluate(g, &columns, &rows, &sample, &|j, i| cost(i, j))
        } else {
            let sample = Sample::new(cloud.map(|cloud| cloud.y()), columns.weights, scratch.columns);
            self.evaluate(f, &rows, &columns, &sample, cost)
        }
    }

    /// The dual value of `potential`, given on the side `own`; `cost` is that of a pair (own, other).
    fn evaluate(
        &self,
        potential: &[T],
        own: &Side<'_, T>,
        other: &Side<'_, T>,
        sample: &Sample<T>,
        cost: &impl Fn(usize, usize) -> T,
    ) -> T {
        let s = T::LOG2_E / self.epsilon;
        let count = sample.count;
        let mut completed = [T::ZERO; SAMPLE];
        for (value, &j) in completed.iter_mut().zip(&sample.indices[..count]) {
            let term = |i: usize| (own.weights.get(i), potential[i] - cost(i, j as usize));
            *value = s * self.c_transform(other.rho, potential.len(), &term);
        }
        let own_term = |i: usize| (own.weights.get(i), s * potential[i]);
        let other_term = |k: usize| (sample.masses[k], completed[k]);
        let shift = best_shift(
            Level { len: potential.len(), total: own.weights.total(), rate: own.rate },
            &own_term,
            Level { len: count, total: other.weights.total(), rate: other.rate },
            &other_term,
        );
        // phi(t) = t where balanced, rho (1 - exp(-t / rho)) where relaxed; t in base-2 units of epsilon.
        let phi = |rate: T, value: T| {
            if rate == T::ZERO { value / s } else { -(self.epsilon / rate) * (-rate * value * T::LN_2).exp_m1() }
        };
        let value_of =
            |(weight, value): (T, T), rate: T| if weight > T::ZERO { weight * phi(rate, value) } else { T::ZERO };
        let own_value = reduce::sum_of(potential.len(), &|i| {
            let (weight, value) = own_term(i);
            value_of((weight, value + shift), own.rate)
        });
        let other_value = reduce::sum_of(count, &|k| {
            let (weight, value) = other_term(k);
            value_of((weight, value - shift), other.rate)
        });
        // The columns of a completed pair are exact, its mass that of the other side or what relaxation makes of it; the shift leaves
        // the plan as it is.
        let mass = if other.rate == T::ZERO {
            other.weights.total()
        } else {
            reduce::sum_of(count, &|k| {
                let (weight, value) = other_term(k);
                if weight > T::ZERO { weight * (-other.rate * value).exp2() } else { T::ZERO }
            })
        };
        own_value + other_value - self.epsilon * (mass - own.weights.total() * other.weights.total())
    }
}
