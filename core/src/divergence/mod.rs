//! The Sinkhorn divergence: transport between two measures, less what it costs to transport each onto itself.

mod check;
mod gradient;
mod workspace;

pub use workspace::{divergence_gradient_len, divergence_len, divergence_len_of_shape};

use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::geometry::{Geometry, PointCloud, Shape};
use crate::measure::{Points, Weights};
use crate::memory;
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::reduce;
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::solver::{Solver, solve};
use crate::start::Start;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::{log_weight, log_zero};
use crate::wide::Wide;
use crate::workspace::Workspace;

/// The divergence of two measures and the three solutions it is made of. It lives in the memory that was lent.
pub struct Divergence<'w, T: Real> {
    value: T,
    between: Solution<'w, T>,
    within_x: Solution<'w, T>,
    within_y: Solution<'w, T>,
}

/// Computes the Sinkhorn divergence of the two measures of a problem,
///
/// S(a, b) = OT(a, b) - OT(a, a)/2 - OT(b, b)/2 + epsilon/2 (total_a - total_b)^2
///
/// where OT is the objective of [`Problem`] (Feydy et al. 2019, equation 3; Sejourne et al. 2019, definition 3, for
/// relaxed marginals and unequal totals). It is zero for equal measures. For costs with a positive definite kernel
/// exp(-c/epsilon) (squared Euclidean, Euclidean, Manhattan) it is positive otherwise, and a smooth loss to move points
/// or weights by ([`Divergence::gradient`]). The cost must be symmetric. Epsilon and the cost scale of `problem` hold
/// for all three terms; OT(a, a) is relaxed by rho_a on both sides, OT(b, b) by rho_b.
///
/// OT(a, b) is solved as [`solve`] would, from this start and with these settings. The others are solved by averaged
/// updates of one potential, which converged in at most 25 sweeps wherever they were tried, and need no start.
///
/// The value is that of the dual, so that it errs by the square of the marginal errors only. If those of OT(a, b) would
/// still make it negative, the potentials of the other two terms are a better bound and are taken: the value is never
/// below zero beyond rounding.
///
/// Points that are all the same on both sides have the divergence 0, even if epsilon is relative to their cost, which
/// is zero.
///
/// ```
/// use sinkhorn_core::diff::{DerivativeSettings, Gradients};
/// use sinkhorn_core::divergence::{divergence_gradient_len, divergence_len, sinkhorn_divergence};
/// use sinkhorn_core::start::Monotone;
/// use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Settings};
///
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?.epsilon(Epsilon::Absolute(0.1))?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; divergence_len(&problem, &settings)?];
/// let divergence = sinkhorn_divergence(&problem, &Monotone, &settings, &mut memory)?;
/// assert!(divergence.value() > 0.0);
///
/// let differentiation = DerivativeSettings::default();
/// let mut memory = vec![0.0; divergence_gradient_len(3, 2, 1, differentiation.threads).unwrap()];
/// let mut in_x = [0.0; 3];
/// divergence.gradient(&differentiation, &mut memory, &mut Gradients { x: Some(&mut in_x), ..Gradients::none() })?;
/// assert!(in_x[2] < 0.0); // x[2] is drawn to 2.5
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of [`solve`]. [`ErrorKind::Unsupported`] naming `cost` for a cost matrix, which lacks the costs within a
/// measure ([`sinkhorn_divergence_between`] takes all three). [`ErrorKind::Overflow`] if the value or a potential
/// leaves the range of the scalar, or rounding leaves nothing of it: naming `x` or `y`, the side with the farthest
/// point, `cost` for matrices, `cost_scale`, or `epsilon`.
pub fn sinkhorn_divergence<'w, T: Real>(
    problem: &Problem<'w, T>,
    start: &dyn Start<T>,
    settings: &Settings<T>,
    memory: &'w mut [T],
) -> Result<Divergence<'w, T>, Error> {
    let within = within(problem)?;
    sinkhorn_divergence_between(problem, within, start, settings, memory)
}

/// Computes [`sinkhorn_divergence`] from given geometries of x against x (n x n) and of y against y (m x m), as for
/// three cost matrices. They must be symmetric.
///
/// # Errors
/// Those of [`solve`]. [`ErrorKind::Length`] naming `cost` if a geometry has not the size of its side.
/// [`ErrorKind::Unsupported`] naming `cost` if the three are not of one kind: matrices, or points of the same
/// dimension. [`ErrorKind::NotFinite`] for an infinite cost within a measure (between the measures it forbids its
/// pair).
pub fn sinkhorn_divergence_between<'w, T: Real>(
    problem: &Problem<'w, T>,
    [within_x, within_y]: [Geometry<'w, T>; 2],
    start: &dyn Start<T>,
    settings: &Settings<T>,
    memory: &'w mut [T],
) -> Result<Divergence<'w, T>, Error> {
    let mut layout = workspace::layout(problem, &[within_x, within_y], settings)?;
    if layout.iter().sum::<usize>() > memory.len() {
        // There is no room for what it takes to skip pairs.
        layout = workspace::layout_of_shape(problem.shape(), settings)?;
        check_workspace(layout.iter().sum(), memory.len())?;
    }
    // The geometries within must fit that between.
    for (geometry, expected) in [(&within_x, problem.rows()), (&within_y, problem.columns())] {
        if kind(geometry) != kind(problem.geometry()) {
            let reason = "the geometries within the measures are not of the kind and dimension of that between them";
            return Err(Error::unsupported(Argument::COST, reason));
        }
        if let Geometry::Matrix(matrix) = geometry {
            matrix.without_infinite()?;
        }
        for actual in [geometry.rows(), geometry.columns()] {
            if actual != expected {
                return Err(Error::new(Argument::COST, ErrorKind::Length { expected, actual }));
            }
        }
    }
    // If no pair costs anything, any epsilon gives the same plan: one that is relative to the cost is taken for a
    // number.
    let is_free = [problem.geometry(), &within_x, &within_y].into_iter().all(is_free);
    let mut problem = *problem;
    if is_free {
        let epsilon = Epsilon::Absolute(problem.requested_epsilon().factor());
        problem = problem.epsilon(epsilon)?.cost_scale(CostScale::One)?;
    }
    let problem = &problem;

    // Solve the three terms.
    let [first, second, third, spare] = memory::cut_all(memory, layout);
    let between = solve(problem, start, settings, Workspace::new(first, problem, settings)?)?;
    let Report { cost_scale, epsilon, .. } = *between.report();
    let plain = workspace::settings_within(settings);
    let solve_within = |geometry: Geometry<'w, T>, weights: Weights<'w, T>, rho: T, memory: &'w mut [T]| {
        let problem = Problem::new(geometry)?
            .epsilon(Epsilon::Absolute(epsilon))?
            .cost_scale(CostScale::Given(cost_scale))?
            .unbalanced(rho, rho)?
            .weights_of_both(weights)?;
        let mut solver = Solver::without_start(&problem, &plain, Workspace::new(memory, &problem, &plain)?)?;
        if solver.forbids() {
            let reason = "a cost that is infinite within a measure has no divergence";
            return Err(Error::unsupported(Argument::COST, reason));
        }
        solver.run_symmetric();
        Ok(solver.into_solution())
    };
    let within_x = solve_within(within_x, problem.a(), problem.rho_a(), second)?;
    let within_y = solve_within(within_y, between.problem().b(), problem.rho_b(), third)?;

    // Take the dual value, or the better bound of the potentials within if rounding has made it negative.
    let mut divergence = Divergence { value: T::ZERO, between, within_x, within_y };
    let mass = divergence.between.report().mass;
    divergence.value = divergence.value_of(divergence.between.f(), divergence.between.g(), mass);
    if is_free && divergence.is_between_equals() {
        divergence.value = T::ZERO;
    }
    if divergence.value < T::ZERO {
        let mass = divergence.mass_of_symmetric_pair(spare);
        let bound = divergence.value_of(divergence.within_x.f(), divergence.within_y.f(), mass);
        divergence.value = divergence.value.max(bound);
    }
    divergence.check()?;
    Ok(divergence)
}

/// Says whether no pair costs anything.
fn is_free<T: Real>(geometry: &Geometry<'_, T>) -> bool {
    let Shape { rows, columns, .. } = geometry.shape();
    (0..rows).all(|i| (0..columns).all(|j| geometry.cost(i, j) == T::ZERO))
}

/// Returns the two numbers, beside its size, that the memory and the derivatives of a geometry depend on: how many
/// coordinates are copied, and how many there are.
fn kind<T: Real>(geometry: &Geometry<'_, T>) -> (usize, usize) {
    (geometry.shape().dimension, geometry.dimension())
}

/// Returns the geometries of x against x and y against y.
fn within<'a, T: Real>(problem: &Problem<'a, T>) -> Result<[Geometry<'a, T>; 2], Error> {
    let Some(cloud) = problem.geometry().cloud() else {
        let reason = "a cost matrix does not tell the costs within a measure; give all three";
        return Err(Error::unsupported(Argument::COST, reason));
    };
    let onto_itself = |points: Points<'a, T>| {
        PointCloud::new(points.data(), points.data(), cloud.dimension(), cloud.ground_cost()).map(Geometry::Points)
    };
    Ok([onto_itself(cloud.x())?, onto_itself(cloud.y())?])
}

impl<'w, T: Real> Divergence<'w, T> {
    /// Makes a divergence of its value and its three solutions, which were [kept](crate::Kept): between the measures,
    /// within x, within y.
    pub fn of_solutions(value: T, [between, within_x, within_y]: [Solution<'w, T>; 3]) -> Self {
        Divergence { value, between, within_x, within_y }
    }

    /// Returns S(a, b), in units of cost.
    pub fn value(&self) -> T {
        self.value
    }

    /// Returns the solution between the measures.
    pub fn between(&self) -> &Solution<'w, T> {
        &self.between
    }

    /// Returns the solution from the first measure onto itself, whose f and g are the same.
    pub fn within_x(&self) -> &Solution<'w, T> {
        &self.within_x
    }

    /// Returns the solution from the second measure onto itself.
    pub fn within_y(&self) -> &Solution<'w, T> {
        &self.within_y
    }

    /// Returns the three reports: between the measures, within x, within y.
    pub fn reports(&self) -> [&Report<T>; 3] {
        [self.between.report(), self.within_x.report(), self.within_y.report()]
    }

    /// Returns the dual value of (f, g) between the measures, less half of those within them. Differences are taken
    /// first, so that a large common part does not round away a small difference.
    fn value_of(&self, f: &[T], g: &[T], mass: T) -> T {
        let p = &self.between.scaled;
        let (a, b, epsilon) = (p.problem.a(), p.problem.b(), p.epsilon / p.unit);
        let difference = |potential: T, own: T, rho: T| {
            if rho == T::INFINITY {
                return potential - own;
            }
            let rho = rho / p.unit;
            -rho * (-own / rho * T::LOG2_E).exp2() * (-(potential - own) / rho).exp_m1()
        };
        let (own_f, own_g) = (self.within_x.f(), self.within_y.f());
        let sum = reduce::sum_of(f.len(), &|i| {
            if a.get(i) > T::ZERO { a.get(i) * difference(f[i], own_f[i], p.rho_a) } else { T::ZERO }
        }) + reduce::sum_of(g.len(), &|j| {
            if b.get(j) > T::ZERO { b.get(j) * difference(g[j], own_g[j], p.rho_b) } else { T::ZERO }
        });
        let masses = (mass - self.within_x.report().mass) + (mass - self.within_y.report().mass);
        sum - epsilon * (T::HALF * masses)
    }

    /// Returns sum_ij a_i b_j exp((p_i + q_j - C_ij) / epsilon) for the potentials p, q within the measures. `spare` is
    /// scratch for 2 m scalars.
    fn mass_of_symmetric_pair(&self, spare: &mut [T]) -> T {
        let p = &self.between.scaled;
        let (a, b) = (p.problem.a(), p.problem.b());
        let (n, m) = (p.problem.rows(), p.problem.columns());
        let (g, row) = spare[..2 * m].split_at_mut(m);
        for (j, g) in g.iter_mut().enumerate() {
            let own = p.s * (self.within_y.f()[j] * p.unit);
            let weight = b.get(j);
            *g = if weight > T::ZERO { own - p.column_offset(j) + log_weight(weight) } else { log_zero() };
        }
        let mut mass = Wide::new(T::ZERO);
        for i in 0..n {
            let f = [p.s * (self.within_x.f()[i] * p.unit) - p.row_offset(i) + log_weight(a.get(i))];
            let mut sum = [T::ZERO];
            exponentials(p, TileAt { i, start: 0, f: &f, g }, row, &mut sum);
            mass = mass.add(Wide::new(sum[0]));
        }
        mass.value().min(T::MAX)
    }
}
