//! What to solve, and how.

use std::ops::ControlFlow;
use std::sync::Arc;

use sinkhorn_core::{
    Workspace,
    cost::{CostScale, GroundCost},
    error::Argument,
    start::Start,
};

use crate::input::{IntoCosts, IntoPoints, IntoVector};
use crate::request::{Observer, Request, Source};
use crate::{Acceleration, Divergence, Epsilon, Error, Observation, Real, Settings, Transport};

/// What to solve, and how: [`Transport::between`] and [`Transport::with_costs`] make one.
///
/// No method fails. [`TransportBuilder::solve`] checks everything at once.
#[must_use = "nothing is computed before `solve` or `divergence` is called"]
pub struct TransportBuilder<'a, T: Real> {
    request: Request<'a, T>,
    observer: Option<Observer<'a, T>>,
}

/// What an observer answers: nothing, or whether to go on.
pub trait Answer {
    /// Returns `Break` to end the solve with [`Status::Stopped`](crate::Status::Stopped).
    fn control(self) -> ControlFlow<()>;
}

impl Answer for () {
    fn control(self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

impl Answer for ControlFlow<()> {
    fn control(self) -> ControlFlow<()> {
        self
    }
}

impl<T: Real> Transport<T> {
    /// Begins a problem between two sets of points. [`IntoPoints`] says what these can be.
    ///
    /// ```
    /// use sinkhorn::Transport;
    /// let (x, y) = (vec![[0.0, 0.0], [1.0, 0.2]], vec![[2.0, 1.0], [3.0, 1.5], [2.5, 0.0]]);
    /// let t = Transport::between(&x, &y).solve()?;
    /// assert_eq!((t.f().len(), t.g().len()), (2, 3));
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    pub fn between<'a>(
        x: impl IntoPoints<'a, Scalar = T>,
        y: impl IntoPoints<'a, Scalar = T>,
    ) -> TransportBuilder<'a, T> {
        TransportBuilder::new(Source::Points(x.into_points(), y.into_points()))
    }

    /// Begins a problem under a cost matrix. Costs are finite, or infinite for a forbidden pair.
    ///
    /// ```
    /// use sinkhorn::Transport;
    /// let cost = [[0.0, 1.0, 4.0], [1.0, 0.0, 1.0]];
    /// let t = Transport::with_costs(&cost).epsilon(0.05).solve()?;
    /// assert_eq!(t.plan().shape(), (2, 3));
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    pub fn with_costs<'a>(cost: impl IntoCosts<'a, Scalar = T>) -> TransportBuilder<'a, T> {
        TransportBuilder::new(Source::Costs(cost.into_costs()))
    }
}

impl<'a, T: Real> TransportBuilder<'a, T> {
    fn new(source: Source<'a, T>) -> Self {
        TransportBuilder { request: Request::new(source), observer: None }
    }

    /// Sets the weights of both sides. Their sums need not be 1, but must be the same on both sides, unless the problem
    /// is [unbalanced](TransportBuilder::unbalanced). (If they differ by rounding, b is rescaled, and
    /// [`Report::rescaled`](crate::Report::rescaled) says by how much.) A weight may be zero. By default all points of
    /// a side weigh the same, and a side sums to 1.
    pub fn weights(mut self, a: impl IntoVector<'a, Scalar = T>, b: impl IntoVector<'a, Scalar = T>) -> Self {
        (self.request.a, self.request.b) = (Some(a.into_vector()), Some(b.into_vector()));
        self
    }

    /// Sets the weights of x alone. The other side sums to 1 unless its weights are set.
    pub fn weights_a(mut self, a: impl IntoVector<'a, Scalar = T>) -> Self {
        self.request.a = Some(a.into_vector());
        self
    }

    /// Sets the weights of y alone. The other side sums to 1 unless its weights are set.
    pub fn weights_b(mut self, b: impl IntoVector<'a, Scalar = T>) -> Self {
        self.request.b = Some(b.into_vector());
        self
    }

    /// Sets the regularisation: a number in units of cost, or one of the kinds of [`Epsilon`]. By default it is 0.05 of
    /// the standard deviation of the cost.
    ///
    /// A small epsilon is close to unregularised transport and takes more sweeps; mass spreads over distances of about
    /// its square root under the squared Euclidean cost.
    pub fn epsilon(mut self, epsilon: impl Into<Epsilon<T>>) -> Self {
        self.request.epsilon = epsilon.into();
        self
    }

    /// Sets the ground cost: one of [`cost`](crate::cost), or a type of your own that is a [`GroundCost`]. By default
    /// it is the squared Euclidean distance |x - y|^2. A cost matrix does not look at it.
    ///
    /// ```
    /// use sinkhorn::{Transport, cost::GroundCost};
    ///
    /// /// The distance along a circle of length 1.
    /// struct Circle;
    ///
    /// impl GroundCost<f64> for Circle {
    ///     fn name(&self) -> &'static str {
    ///         "circle"
    ///     }
    ///
    ///     fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
    ///         let along = (x[0] - y[0]).rem_euclid(1.0);
    ///         along.min(1.0 - along)
    ///     }
    /// }
    ///
    /// let t = Transport::between(&[[0.0], [0.5]], &[[0.9], [0.4]]).cost(Circle).epsilon(0.01).solve()?;
    /// assert!((t.transport_cost() - 0.1).abs() < 1e-3);
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    pub fn cost(mut self, cost: impl GroundCost<T> + Send + 'static) -> Self {
        self.request.cost = Arc::new(cost);
        self
    }

    /// Divides every cost. Epsilon, rho, potentials and values are then in units of the scaled cost.
    pub fn cost_scale(mut self, scale: CostScale<T>) -> Self {
        self.request.scale = scale;
        self
    }

    /// Relaxes the marginals: rho times their Kullback-Leibler divergence, in units of cost. Infinity keeps a side
    /// exact. If the weights have different sums, a rho of more than about 1e4 epsilon in `f32` (1e11 in `f64`) fixes
    /// the level of the potentials more finely than they are rounded. The solve then ends at the precision floor.
    pub fn unbalanced(mut self, rho_a: T, rho_b: T) -> Self {
        self.request.rho = [rho_a, rho_b];
        self
    }

    /// Sets the start: one of [`start`](crate::start), an earlier result, or your own. By default it is
    /// [`Auto`](crate::start::Auto), which tries those that apply and takes the best. The answer does not depend on it.
    pub fn start(mut self, start: impl Start<T> + Send + Sync + 'a) -> Self {
        self.request.start = Box::new(start);
        self
    }

    /// Starts from an earlier result. Points may have moved, may be more or fewer, and epsilon and weights may be
    /// others; points must have as many coordinates as before. It is [`TransportBuilder::start`] under another name.
    pub fn warm(self, earlier: &'a Transport<T>) -> Self {
        self.start(earlier)
    }

    /// Sets the marginal error at which the solve has converged, as a share of the total weight. By default it is 1e-6
    /// in `f64` and 1e-3 in `f32`.
    pub fn threshold(mut self, threshold: T) -> Self {
        self.request.settings.threshold = threshold;
        self
    }

    /// Sets the number of sweeps after which the solve ends, converged or not. By default it is 10 000.
    pub fn max_sweeps(mut self, sweeps: u32) -> Self {
        self.request.settings.max_sweeps = sweeps;
        self
    }

    /// Sets the acceleration. By default it is that of [`Settings::default`]: [`Acceleration::Auto`], with its memory.
    pub fn acceleration(mut self, acceleration: Acceleration<T>) -> Self {
        self.request.settings.acceleration = acceleration;
        self
    }

    /// Sets the number of threads. By default a small problem is solved on one, and a large one on all that the machine
    /// has. No bit of the result depends on it.
    pub fn threads(mut self, threads: usize) -> Self {
        self.request.threads = Some(threads);
        self
    }

    /// Sets all settings of the solve at once, threads included.
    ///
    /// Those of a builder are [`Settings::default`], but for two: threads, and a kernel that is stored if it is
    /// expected to be faster and takes at most 512 MiB.
    pub fn settings(mut self, settings: Settings<T>) -> Self {
        self.request.threads = Some(settings.threads);
        self.request.settings = settings;
        self
    }

    /// Calls a function after every sweep. If it returns a [`ControlFlow`], `Break` ends the solve with
    /// [`Status::Stopped`](crate::Status::Stopped).
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use sinkhorn::{Status, Transport, start::Zero};
    /// let (x, y) = ([[0.0], [1.0], [2.0]], [[0.5], [1.1], [2.5]]);
    /// let mut errors = Vec::new();
    /// let t = Transport::between(&x, &y).epsilon(0.1).start(Zero).observe(|progress| {
    ///     errors.push(progress.marginal_error);
    ///     if progress.sweep == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// });
    /// assert_eq!(t.solve()?.report().status, Status::Stopped);
    /// assert_eq!(errors.len(), 1);
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    pub fn observe<A: Answer>(mut self, mut observer: impl FnMut(&Observation<T>) -> A + Send + 'a) -> Self {
        self.observer = Some(Box::new(move |progress| observer(progress).control()));
        self
    }

    /// Solves.
    ///
    /// A solve that ends before it has converged is no error: see [`Transport::converged`].
    ///
    /// # Errors
    /// Every bad argument, by name and entry: lengths that do not fit, numbers that are not finite, negative weights,
    /// totals that differ, an epsilon or a rho that is not positive, a relative epsilon where all costs are equal,
    /// points or costs out of range, an epsilon that the scalar does not resolve, and costs that forbid every plan.
    pub fn solve(self) -> Result<Transport<T>, Error> {
        let TransportBuilder { request, observer } = self;
        let settings = request.settings();
        let problem = request.problem()?;
        let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings)?];
        request.solve_in(&problem, &settings, &mut memory, observer)
    }

    /// Computes the Sinkhorn divergence of the two sides: what it costs to transport one to the other, less what it
    /// costs to transport each onto itself. It is zero for equal sides, and a smooth loss. All three solves use one
    /// epsilon: a relative one is that of x against y. An earlier result serves the solve between the sides only.
    ///
    /// ```
    /// use sinkhorn::Transport;
    /// let (x, y) = ([[0.0], [1.0], [2.0]], [[0.5], [2.5]]);
    /// let d = Transport::between(&x, &y).epsilon(0.1).divergence()?;
    /// assert!(d.value() > 0.0);
    /// assert!(d.gradient()?.x[(2, 0)] < 0.0); // x[2] is drawn to 2.5
    /// # Ok::<(), sinkhorn::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`TransportBuilder::solve`]; for a cost matrix, which does not tell the costs within a side; and for an
    /// [observer](TransportBuilder::observe), because nobody can watch the three solves.
    pub fn divergence(self) -> Result<Divergence<T>, Error> {
        if self.observer.is_some() {
            let reason = "a divergence has three solves, which nobody can watch";
            return Err(sinkhorn_core::Error::unsupported(Argument::new(&"observer\0"), reason).into());
        }
        self.request.divergence()
    }

    /// Takes apart what threads may share, and the function that is called after every sweep.
    pub(crate) fn into_parts(self) -> (Request<'a, T>, Option<Observer<'a, T>>) {
        (self.request, self.observer)
    }
}
