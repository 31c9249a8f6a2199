//! The result of a solve, which owns everything.

use std::fmt;
use std::sync::Arc;

use sinkhorn_core::{
    Kept, Solution,
    cost::GroundCost,
    diff::{Cotangent, DerivativeSettings, Derivatives, LinearReport},
    error::Argument,
};

use crate::input::{IntoPoints, Points};
use crate::{Error, Gradient, Matrix, Real, Report, Status};

/// A ground cost that results share.
pub(crate) type SharedCost<T> = Arc<dyn GroundCost<T> + Send>;

/// The transport between two sides: potentials, a report, and the plan without storing it.
///
/// [`Transport::between`] begins one, and [`TransportBuilder::solve`](crate::TransportBuilder::solve) makes it. It owns
/// a copy of points, weights or costs, so that it can be returned, stored, cloned and sent to other threads:
///
/// ```
/// use sinkhorn::{Error, Transport};
///
/// struct Matcher {
///     transport: Transport,
/// }
///
/// impl Matcher {
///     fn new(x: &[[f64; 2]], y: &[[f64; 2]]) -> Result<Self, Error> {
///         Ok(Matcher { transport: Transport::between(x, y).epsilon(0.01).solve()? })
///     }
/// }
///
/// let matcher = Matcher::new(&[[0.0, 0.0], [1.0, 1.0]], &[[1.1, 1.0], [0.0, 0.1]])?;
/// let partners = std::thread::spawn(move || matcher.transport.matches()).join().unwrap();
/// assert_eq!((partners[0].to, partners[1].to), (1, 0));
/// # Ok::<(), Error>(())
/// ```
///
/// The plan is P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon), n x m. It is computed from the potentials whenever
/// something of it is asked for.
#[derive(Clone)]
pub struct Transport<T: Real = f64> {
    kept: Kept<T>,
    vectors: Vec<T>,
    cost: SharedCost<T>,
    differentiation: DerivativeSettings<T>,
}

/// A pair of points: x of number `from`, and the y of number `to` that most of its mass goes to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Match<T> {
    /// The number of the point on the side of x.
    pub from: usize,
    /// The number of the point on the side of y.
    pub to: usize,
    /// The mass that goes from one to the other.
    pub mass: T,
}

impl<T: Real> fmt::Debug for Transport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report();
        f.debug_struct("Transport")
            .field("rows", &self.f().len())
            .field("columns", &self.g().len())
            .field("objective", &report.objective)
            .field("status", &report.status)
            .finish_non_exhaustive()
    }
}

impl<T: Real> Transport<T> {
    /// Copies what a solution consists of.
    pub(crate) fn keep(
        solution: &Solution<'_, T>,
        cost: &SharedCost<T>,
        differentiation: DerivativeSettings<T>,
    ) -> Result<Self, Error> {
        let mut vectors = vec![T::ZERO; solution.kept_len()];
        let kept = solution.keep(&mut vectors)?;
        Ok(Transport { kept, vectors, cost: cost.clone(), differentiation })
    }

    /// Returns the settings of derivatives.
    #[cfg(feature = "serde")]
    pub(crate) fn differentiation(&self) -> DerivativeSettings<T> {
        self.differentiation
    }

    /// Returns the ground cost.
    #[cfg(feature = "serde")]
    pub(crate) fn cost(&self) -> &SharedCost<T> {
        &self.cost
    }

    /// Lends the solution as `sinkhorn-core` has it, with everything that can be made of one: rows of the plan,
    /// products with it, potentials at new points, derivatives along a direction. This takes no time, and the bits are
    /// those of the solve.
    pub fn solution(&self) -> Solution<'_, T> {
        let solution = self.kept.solution(&*self.cost, &self.vectors);
        solution.expect("memory and cost are those of the solve")
    }

    /// Returns the value of the problem, min <C, P> + epsilon KL(P | a b^T), and what relaxed marginals pay.
    pub fn objective(&self) -> T {
        self.report().objective
    }

    /// Returns the transport cost <C, P>, without the entropy.
    pub fn transport_cost(&self) -> T {
        self.report().transport_cost
    }

    /// Says whether the marginal errors are at most the threshold. If not, [`Report::status`] says why, and
    /// [`Status::remedy`] what to try; the potentials are usable anyway.
    pub fn converged(&self) -> bool {
        self.report().status == Status::Converged
    }

    /// Returns this result if it has converged.
    ///
    /// # Errors
    /// [`Error::NotConverged`].
    pub fn into_converged(self) -> Result<Self, Error> {
        if self.converged() { Ok(self) } else { Err(Error::not_converged(self.report())) }
    }

    /// Returns the numbers of the solve.
    pub fn report(&self) -> &Report<T> {
        self.kept.report()
    }

    /// Returns the potential f (n), in units of cost. Balanced potentials have sum a_i f_i = sum b_j g_j.
    pub fn f(&self) -> &[T] {
        self.solution().f()
    }

    /// Returns the potential g (m), in units of cost.
    pub fn g(&self) -> &[T] {
        self.solution().g()
    }

    /// Returns the plan, which takes n m scalars. For a few entries or rows there are [`Transport::entry`] and
    /// [`Transport::solution`].
    pub fn plan(&self) -> Matrix<T> {
        let solution = self.solution();
        let (n, m) = (solution.f().len(), solution.g().len());
        let mut entries = vec![T::ZERO; n * m];
        solution.plan(&mut entries).expect("there are n m entries");
        Matrix::new(entries, m)
    }

    /// Returns P_ij, the mass that goes from x_i to y_j.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn entry(&self, i: usize, j: usize) -> T {
        let solution = self.solution();
        let (n, m) = (solution.f().len(), solution.g().len());
        assert!(i < n && j < m, "entry ({i}, {j}) of a plan that is {n} x {m}");
        solution.entry(i, j)
    }

    /// Returns the partner of every x that has mass: the y that most of it goes to.
    pub fn matches(&self) -> Vec<Match<T>> {
        let solution = self.solution();
        let mut largest = vec![(0, T::ZERO); solution.f().len()];
        solution.largest_in_rows(&mut largest).expect("there are n places");
        let partners = largest.into_iter().enumerate().map(|(from, (to, mass))| Match { from, to, mass });
        partners.filter(|partner| partner.mass > T::ZERO).collect()
    }

    /// Returns the marginals of the plan: P 1 (n) and P^T 1 (m). Their distances from the weights are in the report.
    pub fn marginals(&self) -> (Vec<T>, Vec<T>) {
        let solution = self.solution();
        let (mut rows, mut columns) = (vec![T::ZERO; solution.f().len()], vec![T::ZERO; solution.g().len()]);
        solution.marginals(&mut rows, &mut columns).expect("there are n rows and m columns");
        (rows, columns)
    }

    /// Returns where the mass of every x goes on average (n x d): the barycentric map.
    ///
    /// # Errors
    /// For a cost matrix, which has no points, and for points so far apart that a mean leaves the range.
    pub fn map(&self) -> Result<Matrix<T>, Error> {
        let solution = self.solution();
        let d = solution.problem().geometry().dimension();
        let mut images = vec![T::ZERO; solution.f().len() * d];
        solution.barycentric_map(&mut images)?;
        Ok(Matrix::new(images, d))
    }

    /// Returns where new points go (k x d): the entropic map, which extends [`Transport::map`] beyond x.
    ///
    /// ```
    /// use sinkhorn::Transport;
    /// let (x, y) = ([[0.0, 0.0], [1.0, 0.2]], [[2.0, 1.0], [3.0, 1.5]]);
    /// let t = Transport::between(&x, &y).epsilon(0.1).solve()?;
    /// println!("{:?}", t.map_points(&[[0.5, 0.1]])?);
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    ///
    /// # Errors
    /// For points that are not finite, are too far away or have another number of coordinates, and for a cost matrix.
    pub fn map_points<'p>(&self, points: impl IntoPoints<'p, Scalar = T>) -> Result<Matrix<T>, Error> {
        let Points { coordinates, dimension } = points.into_points();
        let (solution, points) = (self.solution(), Argument::new(&"points\0"));
        let expected = solution.problem().geometry().dimension();
        if expected != dimension && expected > 0 {
            return Err(Error::Dimension { argument: points, actual: dimension, expected });
        }
        let mut images = vec![T::ZERO; coordinates.len()];
        let named = |error: sinkhorn_core::Error| match error.argument {
            Argument::X => sinkhorn_core::Error::new(points, error.kind),
            _ => error,
        };
        solution.map_at(&coordinates, &mut images).map_err(named)?;
        Ok(Matrix::new(images, dimension))
    }

    /// Returns the gradient of the objective in everything that the problem was made of, by the envelope theorem. It
    /// takes a few passes over the pairs, and no linear system. An epsilon that is relative to the data is held fixed
    /// at the value of the report.
    ///
    /// # Errors
    /// For a ground cost of your own that has no gradient, and if a derivative leaves the range of the scalar.
    pub fn gradient(&self) -> Result<Gradient<T>, Error> {
        self.differentiate(|derivatives, gradient| derivatives.objective(gradient)).map(|(gradient, ())| gradient)
    }

    /// Returns the gradient of a loss of potentials, plan or map, given the derivatives of the loss in those, and how
    /// the linear system behind it was solved.
    ///
    /// ```
    /// use sinkhorn::{Cotangent, Transport};
    /// let (x, y) = ([[0.0], [1.0], [2.0]], [[0.5], [2.5]]);
    /// let t = Transport::between(&x, &y).epsilon(0.5).threshold(1e-12).solve()?;
    /// let loss = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]; // dL/dP of L = P[0][1]
    /// let (gradient, _) = t.vjp(&Cotangent::of_plan(&loss))?;
    /// assert!(gradient.x[(0, 0)] > 0.0); // moved towards y[1], x[0] sends it more
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    ///
    /// # Errors
    /// For lengths that do not fit and entries that are not finite, naming `f`, `g`, `plan` or `map`; for the map of a
    /// cost matrix, a ground cost that has no gradient, and a derivative out of range.
    pub fn vjp(&self, cotangent: &Cotangent<'_, T>) -> Result<(Gradient<T>, LinearReport<T>), Error> {
        self.differentiate(|derivatives, gradient| derivatives.vjp(cotangent, gradient))
    }

    /// Writes a gradient with the derivatives of the solution.
    fn differentiate<R>(
        &self,
        write: impl FnOnce(
            &mut Derivatives<'_, T>,
            &mut sinkhorn_core::diff::Gradients<'_, T>,
        ) -> Result<R, sinkhorn_core::Error>,
    ) -> Result<(Gradient<T>, R), Error> {
        let solution = self.solution();
        let mut memory = vec![T::ZERO; Derivatives::len(solution.problem(), &self.differentiation)?];
        let mut derivatives = Derivatives::new(&solution, &self.differentiation, &mut memory)?;
        let mut gradient = Gradient::zero(solution.problem());
        let written = write(&mut derivatives, &mut gradient.places())?;
        Ok((gradient, written))
    }
}
