//! What a builder has been told, and the solve.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use sinkhorn_core::{
    CostMatrix, PointCloud, Problem, Solver, Workspace,
    cost::{CostScale, SquaredEuclidean},
    diff::DerivativeSettings,
    divergence::{divergence_len, sinkhorn_divergence},
    error::{Argument, ErrorKind},
    geometry::Geometry,
    start::Start,
};
use sinkhorn_init::Auto;

use crate::input::{Costs, Points};
use crate::transport::SharedCost;
use crate::{Divergence, Epsilon, Error, Observation, Real, Settings, Status, Storage, Transport, all_threads};

/// The largest kernel that is stored by default.
const KERNEL_BYTES: usize = 512 << 20;

/// The number of pairs from which on a solve uses all threads by default.
const MANY_PAIRS: usize = 1 << 18;

/// The number of threads of a solve that does not say.
pub(crate) fn threads_for(n: usize, m: usize) -> usize {
    if n.saturating_mul(m) < MANY_PAIRS { 1 } else { all_threads() }
}

/// A function that is called after every sweep.
pub(crate) type Observer<'a, T> = Box<dyn FnMut(&Observation<T>) -> ControlFlow<()> + Send + 'a>;

/// The source of costs.
pub(crate) enum Source<'a, T: Real> {
    Points(Points<'a, T>, Points<'a, T>),
    Costs(Costs<'a, T>),
}

/// What to solve, and how. Nothing is checked yet.
pub(crate) struct Request<'a, T: Real> {
    pub source: Source<'a, T>,
    pub cost: SharedCost<T>,
    pub a: Option<Cow<'a, [T]>>,
    pub b: Option<Cow<'a, [T]>>,
    pub epsilon: Epsilon<T>,
    pub scale: CostScale<T>,
    /// Infinite for an exact marginal.
    pub rho: [T; 2],
    /// Threads are those below.
    pub settings: Settings<T>,
    pub threads: Option<usize>,
    pub start: Box<dyn Start<T> + Send + Sync + 'a>,
}

impl<'a, T: Real> Request<'a, T> {
    /// Makes a request with the defaults.
    pub fn new(source: Source<'a, T>) -> Self {
        let storage = Storage::Auto { scalars: KERNEL_BYTES / size_of::<T>() };
        Request {
            source,
            cost: Arc::new(SquaredEuclidean),
            a: None,
            b: None,
            epsilon: Epsilon::default(),
            scale: CostScale::One,
            rho: [T::INFINITY; 2],
            settings: Settings { storage, ..Settings::default() },
            threads: None,
            start: Box::new(Auto),
        }
    }

    /// Computes the divergence.
    pub fn divergence(&self) -> Result<Divergence<T>, Error> {
        let settings = self.settings();
        let problem = self.problem()?;
        let mut memory = vec![T::ZERO; divergence_len(&problem, &settings)?];
        let divergence = sinkhorn_divergence(&problem, &*self.start, &settings, &mut memory)?;
        Divergence::keep(&divergence, &self.cost, self.differentiation())
    }

    /// Solves in lent memory.
    pub fn solve_in<'s>(
        &'s self,
        problem: &Problem<'s, T>,
        settings: &Settings<T>,
        memory: &'s mut [T],
        observer: Option<Observer<'_, T>>,
    ) -> Result<Transport<T>, Error> {
        let workspace = Workspace::new(memory, problem, settings)?;
        let mut solver = Solver::with_start(problem, &*self.start, settings, workspace)?;
        let status = match observer {
            Some(mut observer) => solver.run_observed(&mut observer),
            None => solver.run(),
        };
        if status == Status::Infeasible {
            let kind = ErrorKind::Infeasible { place: None };
            return Err(sinkhorn_core::Error::new(Argument::COST, kind).into());
        }
        Transport::keep(&solver.into_solution(), &self.cost, self.differentiation())
    }

    /// Returns the settings of the solve.
    pub fn settings(&self) -> Settings<T> {
        let [n, m] = match &self.source {
            Source::Points(x, y) => [x, y].map(|points| points.coordinates.len() / points.dimension.max(1)),
            Source::Costs(costs) => [costs.rows, costs.columns],
        };
        let threads = self.threads.unwrap_or_else(|| threads_for(n, m));
        Settings { threads, ..self.settings }
    }

    fn differentiation(&self) -> DerivativeSettings<T> {
        DerivativeSettings { threads: self.settings().threads, ..DerivativeSettings::default() }
    }

    /// Checks what was given.
    pub fn problem(&self) -> Result<Problem<'_, T>, Error> {
        let geometry: Geometry<'_, T> = match &self.source {
            Source::Points(x, y) => {
                if x.dimension != y.dimension {
                    let (actual, expected) = (y.dimension, x.dimension);
                    return Err(Error::Dimension { argument: Argument::Y, actual, expected });
                }
                PointCloud::new(&x.coordinates, &y.coordinates, x.dimension, &*self.cost)?.into()
            }
            Source::Costs(Costs { entries, rows, columns, column_major: false }) => {
                CostMatrix::row_major(entries, *rows, *columns)?.into()
            }
            Source::Costs(Costs { entries, rows, columns, column_major: true }) => {
                CostMatrix::column_major(entries, *rows, *columns)?.into()
            }
        };
        let [rho_a, rho_b] = self.rho;
        let mut problem =
            Problem::new(geometry)?.epsilon(self.epsilon)?.cost_scale(self.scale)?.unbalanced(rho_a, rho_b)?;
        if let Some(a) = &self.a {
            problem = problem.weights_a(a)?;
        }
        if let Some(b) = &self.b {
            problem = problem.weights_b(b)?;
        }
        Ok(problem)
    }
}
