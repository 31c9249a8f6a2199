//! A problem as owned numbers that can be moved a little: for central differences.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, Solution, Workspace,
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    diff::{Cotangent, DerivativeSettings, Derivatives, PlanCotangent},
    solve,
    start::Zero,
};

use crate::data;

/// Everything that a problem is made of.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Inputs {
    pub dimension: usize,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    /// Read instead of the points where the ground cost is "matrix".
    pub cost: Vec<f64>,
    pub epsilon: f64,
    pub rho: (f64, f64),
    pub scale: f64,
    pub ground_cost: &'static str,
}

impl Inputs {
    /// Random points in a square, weights and costs; balanced, unscaled.
    pub fn random(
        seed: u64,
        (n, m, dimension): (usize, usize, usize),
        epsilon: f64,
        ground_cost: &'static str,
    ) -> Self {
        let random = &mut data::generator(seed);
        Inputs {
            dimension,
            x: data::uniform(random, n * dimension),
            y: data::uniform(random, m * dimension).iter().map(|y| 0.3 + 1.2 * y).collect(),
            a: data::weights(random, n),
            b: data::weights(random, m),
            cost: data::uniform(random, n * m),
            epsilon,
            rho: (f64::INFINITY, f64::INFINITY),
            scale: 1.0,
            ground_cost,
        }
    }

    /// With relaxed marginals.
    pub fn relaxed(self, rho_a: f64, rho_b: f64) -> Self {
        Inputs { rho: (rho_a, rho_b), ..self }
    }

    /// Whether costs are those of points.
    pub fn has_points(&self) -> bool {
        self.ground_cost != "matrix"
    }

    /// Whether both marginals are exact.
    pub fn is_balanced(&self) -> bool {
        self.rho.0.is_infinite() && self.rho.1.is_infinite()
    }

    /// Solves from zero and hands the solution to `read`.
    pub fn solve<T: Real, R>(
        &self,
        settings: &Settings<T>,
        read: impl FnOnce(&Problem<'_, T>, &Solution<'_, T>) -> R,
    ) -> R {
        self.try_solve(settings, read).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same with its errors.
    ///
    /// # Errors
    /// Those of the solve.
    pub fn try_solve<T: Real, R>(
        &self,
        settings: &Settings<T>,
        read: impl FnOnce(&Problem<'_, T>, &Solution<'_, T>) -> R,
    ) -> Result<R, Error> {
        let to = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>();
        let (x, y, a, b, cost) = (to(&self.x), to(&self.y), to(&self.a), to(&self.b), to(&self.cost));
        let p_norm = PNorm::new(T::constant(3.0))?;
        let ground: &dyn GroundCost<T> = match self.ground_cost {
            "squared-euclidean" | "matrix" => &SquaredEuclidean,
            "euclidean" => &Euclidean,
            "manhattan" => &Manhattan,
            "cosine" => &Cosine,
            "p-norm" => &p_norm,
            other => panic!("unknown cost {other}"),
        };
        let problem = if self.ground_cost == "matrix" {
            Problem::new(CostMatrix::row_major(&cost, a.len(), b.len())?)?
        } else {
            Problem::new(PointCloud::new(&x, &y, self.dimension, ground)?)?
        };
        let problem = problem
            .weights(&a, &b)?
            .epsilon(Epsilon::Absolute(T::constant(self.epsilon)))?
            .cost_scale(CostScale::Given(T::constant(self.scale)))?
            .unbalanced(T::constant(self.rho.0), T::constant(self.rho.1))?;
        let mut memory = vec![T::ZERO; Workspace::len(&problem, settings)?];
        let solution = solve(&problem, &Zero, settings, Workspace::new(&mut memory, &problem, settings)?)?;
        Ok(read(&problem, &solution))
    }

    /// Solves and hands the derivatives to `read`.
    pub fn differentiate<T: Real, R>(
        &self,
        settings: &Settings<T>,
        differentiation: &DerivativeSettings<T>,
        read: impl FnOnce(&mut Derivatives<'_, T>) -> R,
    ) -> R {
        self.solve(settings, |problem, solution| {
            let len = Derivatives::len(problem, differentiation).unwrap_or_else(|error| panic!("{error}"));
            // What the memory holds must not matter.
            let mut memory = vec![T::constant(f64::NAN); len];
            let mut derivatives =
                Derivatives::new(solution, differentiation, &mut memory).unwrap_or_else(|error| panic!("{error}"));
            read(&mut derivatives)
        })
    }

    /// One number of them, by the name of the gradient it belongs to.
    pub fn entry(&mut self, name: &str, index: usize) -> &mut f64 {
        match name {
            "x" => &mut self.x[index],
            "y" => &mut self.y[index],
            "a" => &mut self.a[index],
            "b" => &mut self.b[index],
            "cost" => &mut self.cost[index],
            "epsilon" => &mut self.epsilon,
            other => panic!("unknown input {other}"),
        }
    }
}

/// The gradients of a number in everything, owned.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct OwnedGradients<T> {
    pub x: Vec<T>,
    pub y: Vec<T>,
    pub a: Vec<T>,
    pub b: Vec<T>,
    pub cost: Vec<T>,
    pub epsilon: T,
}

impl<T: Real> OwnedGradients<T> {
    /// Room for them.
    pub fn new(inputs: &Inputs) -> Self {
        let room = |len: usize| vec![T::constant(f64::NAN); len];
        OwnedGradients {
            x: room(inputs.x.len()),
            y: room(inputs.y.len()),
            a: room(inputs.a.len()),
            b: room(inputs.b.len()),
            cost: room(inputs.cost.len()),
            epsilon: T::ZERO,
        }
    }

    /// All of them, or without points for a matrix.
    pub fn lend(&mut self, with_points: bool) -> sinkhorn_core::diff::Gradients<'_, T> {
        sinkhorn_core::diff::Gradients {
            x: with_points.then_some(&mut self.x[..]),
            y: with_points.then_some(&mut self.y[..]),
            a: Some(&mut self.a),
            b: Some(&mut self.b),
            cost: Some(&mut self.cost),
            epsilon: Some(&mut self.epsilon),
        }
    }

    /// By name.
    pub fn entry(&self, name: &str, index: usize) -> T {
        match name {
            "x" => self.x[index],
            "y" => self.y[index],
            "a" => self.a[index],
            "b" => self.b[index],
            "cost" => self.cost[index],
            "epsilon" => self.epsilon,
            other => panic!("unknown input {other}"),
        }
    }

    /// The largest of one of them.
    pub fn size(&self, name: &str) -> f64 {
        let largest = |values: &[T]| values.iter().fold(0.0, |most: f64, value| most.max(value.widen().abs()));
        match name {
            "x" => largest(&self.x),
            "y" => largest(&self.y),
            "a" => largest(&self.a),
            "b" => largest(&self.b),
            "cost" => largest(&self.cost),
            _ => self.epsilon.widen().abs(),
        }
    }
}

/// A loss of everything that a solve finds: potentials, plan and map against random numbers.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Loss<T = f64> {
    pub f: Vec<T>,
    pub g: Vec<T>,
    pub plan: Vec<T>,
    pub map: Vec<T>,
}

impl Loss {
    /// For these inputs.
    pub fn new(seed: u64, inputs: &Inputs) -> Self {
        let random = &mut data::generator(seed);
        let (n, m) = (inputs.a.len(), inputs.b.len());
        let map = if inputs.has_points() { n * inputs.dimension } else { 0 };
        let (f, g) = (data::normal(random, n), data::normal(random, m));
        Loss { f, g, plan: data::normal(random, n * m), map: data::normal(random, map) }
    }

    /// In another precision.
    pub fn convert<T: Real>(&self) -> Loss<T> {
        let to = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect();
        Loss { f: to(&self.f), g: to(&self.g), plan: to(&self.plan), map: to(&self.map) }
    }

    /// Its value, by a solve.
    pub fn value(&self, inputs: &Inputs, settings: &Settings<f64>) -> f64 {
        inputs.solve(settings, |_, solution| {
            let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
            let (mut plan, mut map) = (vec![0.0; self.plan.len()], vec![0.0; self.map.len()]);
            let read = solution
                .plan(&mut plan)
                .and_then(|()| if map.is_empty() { Ok(()) } else { solution.barycentric_map(&mut map) });
            read.unwrap_or_else(|error| panic!("{error}"));
            dot(&self.f, solution.f()) + dot(&self.g, solution.g()) + dot(&self.plan, &plan) + dot(&self.map, &map)
        })
    }
}

impl<T: Real> Loss<T> {
    /// What it is worth in what the solve finds.
    pub fn cotangent(&self) -> Cotangent<'_, T> {
        Cotangent {
            f: Some(&self.f),
            g: Some(&self.g),
            plan: Some(PlanCotangent::Matrix(&self.plan)),
            map: (!self.map.is_empty()).then_some(&self.map[..]),
        }
    }
}
