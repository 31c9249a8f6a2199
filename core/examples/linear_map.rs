//! Learning a linear map by a loss of the plan: a plan between W x_i and y_j was observed for an unknown W; which W
//! explains it? (Inverse optimal transport: Dupuy, Galichon and Sun 2016.)
//!
//!     cargo run --release -p sinkhorn-core --example linear_map
#![allow(clippy::print_stdout)]

use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};
use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem, Settings, Workspace,
    diff::{Cotangent, DerivativeSettings, Derivatives, Gradients, PlanCotangent},
    solve,
    start::Given,
};

/// Points a side, in the plane.
const COUNT: usize = 60;
const STEPS: usize = 80;

/// What was learnt.
pub struct Learnt {
    /// KL(observed plan | plan) at every step.
    pub losses: Vec<f64>,
    /// The largest difference of an entry of W from that of the observation.
    pub error: f64,
    /// Iterations of the linear systems, all steps together.
    pub iterations: u32,
}

/// The problem between W x and y.
fn problem<'a>(moved: &'a [f64], y: &'a [f64]) -> Result<Problem<'a, f64>, Error> {
    Problem::new(PointCloud::squared_euclidean(moved, y, 2)?)?.epsilon(Epsilon::Absolute(0.5))
}

/// Learns by gradient descent with momentum.
///
/// # Errors
/// Those of the solves: none, for these numbers.
pub fn run() -> Result<Learnt, Error> {
    let mut random = StdRng::seed_from_u64(3);
    let mut points = || -> Vec<f64> { (0..2 * COUNT).map(|_| StandardNormal.sample(&mut random)).collect() };
    let (x, y) = (points(), points());
    let image = |w: &[f64; 4]| -> Vec<f64> {
        x.chunks(2).flat_map(|p| [w[0] * p[0] + w[1] * p[1], w[2] * p[0] + w[3] * p[1]]).collect()
    };
    let (truth, mut w) = ([0.9, -0.7, 0.6, 1.1], [1.0, 0.0, 0.0, 1.0]);

    let (settings, differentiation) = (Settings::default(), DerivativeSettings::default());
    let (mut memory, mut derivative_memory) = (vec![], vec![]);
    let mut observed = vec![0.0; COUNT * COUNT];
    {
        let moved = image(&truth);
        let problem = problem(&moved, &y)?;
        memory.resize(Workspace::len(&problem, &settings)?, 0.0);
        let workspace = Workspace::new(&mut memory, &problem, &settings)?;
        solve(&problem, &Given::g(&[0.0; COUNT]), &settings, workspace)?.plan(&mut observed)?;
    }

    let (mut plan, mut in_plan) = (vec![0.0; COUNT * COUNT], vec![0.0; COUNT * COUNT]);
    let (mut in_x, mut g, mut velocity) = (vec![0.0; 2 * COUNT], vec![0.0; COUNT], [0.0; 4]);
    let mut learnt = Learnt { losses: vec![], error: 0.0, iterations: 0 };
    for _ in 0..STEPS {
        let moved = image(&w);
        let problem = problem(&moved, &y)?;
        let workspace = Workspace::new(&mut memory, &problem, &settings)?;
        let solution = solve(&problem, &Given::g(&g), &settings, workspace)?;
        solution.plan(&mut plan)?;
        learnt.losses.push(observed.iter().zip(&plan).map(|(p, q)| p * (p / q).ln()).sum());
        in_plan.iter_mut().zip(observed.iter().zip(&plan)).for_each(|(out, (p, q))| *out = -p / q);

        derivative_memory.resize(Derivatives::len(&problem, &differentiation)?, 0.0);
        let mut derivatives = Derivatives::new(&solution, &differentiation, &mut derivative_memory)?;
        let cotangent = Cotangent { plan: Some(PlanCotangent::Matrix(&in_plan)), ..Cotangent::none() };
        let report = derivatives.vjp(&cotangent, &mut Gradients { x: Some(&mut in_x), ..Gradients::none() })?;
        learnt.iterations += report.iterations;
        g = solution.g().to_vec();
        // Through the map: dL/dW = sum_i dL/d(W x_i) x_i^T.
        let mut in_w = [0.0; 4];
        for (slope, p) in in_x.chunks(2).zip(x.chunks(2)) {
            for (k, value) in in_w.iter_mut().enumerate() {
                *value += slope[k / 2] * p[k % 2];
            }
        }
        for (k, w) in w.iter_mut().enumerate() {
            velocity[k] = 0.7 * velocity[k] - 0.1 * in_w[k];
            *w += velocity[k];
        }
    }
    learnt.error = w.iter().zip(&truth).fold(0.0, |most: f64, (w, t)| most.max((w - t).abs()));
    Ok(learnt)
}

#[allow(dead_code)] // an example for itself, and a test
fn main() -> Result<(), Error> {
    let learnt = run()?;
    for (step, loss) in learnt.losses.iter().enumerate().step_by(10) {
        println!("step {step:>3}: divergence from the observed plan {loss:.2e}");
    }
    println!("entries of W are right to {:.1e}; {} iterations of conjugate gradients", learnt.error, learnt.iterations);
    Ok(())
}
