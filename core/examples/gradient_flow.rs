//! A gradient flow: a cloud of points moves onto another along the gradient of the Sinkhorn divergence (Feydy et al.
//! 2019, section 4).
//!
//!     cargo run --release -p sinkhorn-core --example gradient_flow
#![allow(clippy::print_stdout)]

use rand::{Rng, SeedableRng, rngs::StdRng};
use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem, Settings,
    diff::{DerivativeSettings, Gradients},
    divergence::{divergence_gradient_len, divergence_len, sinkhorn_divergence},
    start::{Given, Start, Zero},
};

/// Points a side.
const COUNT: usize = 300;
const STEPS: usize = 40;
/// Square of the scale at which the clouds are compared.
const EPSILON: f64 = 0.05;

/// What the flow did.
pub struct Flow {
    /// The divergence before every step and after the last.
    pub divergences: Vec<f64>,
    /// Sweeps between the clouds, all steps together.
    pub sweeps: u32,
}

/// Flows. With `warm`, every solve begins from the potential on the side that stays.
///
/// # Errors
/// Those of the solves: none, for these numbers.
pub fn run(warm: bool) -> Result<Flow, Error> {
    let mut random = StdRng::seed_from_u64(1);
    // From a disc to a ring around it.
    let mut disc = |inner: f64, outer: f64| {
        let mut points = vec![];
        for _ in 0..COUNT {
            let (angle, radius) =
                (random.random::<f64>() * std::f64::consts::TAU, inner + (outer - inner) * random.random::<f64>());
            points.extend([radius * angle.cos(), radius * angle.sin()]);
        }
        points
    };
    let (mut x, y) = (disc(0.0, 0.5), disc(2.0, 2.3));

    let (settings, differentiation) = (Settings::default(), DerivativeSettings::default());
    let (mut memory, mut gradient_memory) = (vec![], vec![]);
    let (mut in_x, mut g) = (vec![0.0; x.len()], vec![0.0; COUNT]);
    let mut flow = Flow { divergences: vec![], sweeps: 0 };
    for step in 0..=STEPS {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?.epsilon(Epsilon::Absolute(EPSILON))?;
        memory.resize(divergence_len(&problem, &settings)?, 0.0);
        let len = divergence_gradient_len(problem.rows(), problem.columns(), 2, differentiation.threads);
        gradient_memory.resize(len.expect("a few points"), 0.0);
        let carried = Given::g(&g);
        let start: &dyn Start<f64> = if warm && step > 0 { &carried } else { &Zero };
        let divergence = sinkhorn_divergence(&problem, start, &settings, &mut memory)?;
        flow.divergences.push(divergence.value());
        flow.sweeps += divergence.between().report().sweeps;
        let gradients = &mut Gradients { x: Some(&mut in_x), ..Gradients::none() };
        divergence.gradient(&differentiation, &mut gradient_memory, gradients)?;
        let next = divergence.between().g().to_vec();
        g = next;
        if step < STEPS {
            // A point has the share 1 / COUNT of the gradient; half of its squared distance is what it has to go.
            x.iter_mut().zip(&in_x).for_each(|(x, slope)| *x -= 0.2 * COUNT as f64 * slope);
        }
    }
    Ok(flow)
}

#[allow(dead_code)] // an example for itself, and a test
fn main() -> Result<(), Error> {
    let flow = run(true)?;
    for (step, value) in flow.divergences.iter().enumerate().step_by(5) {
        println!("step {step:>3}: divergence {value:.6}");
    }
    println!("{} sweeps; {} with every solve from zero", flow.sweeps, run(false)?.sweeps);
    Ok(())
}
