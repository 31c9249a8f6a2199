//! Properties: whatever the input, finite or not, a solve neither panics nor reports what is not finite.

use proptest::prelude::*;
use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, Float, PointCloud, Problem, Real, Settings, Status, Storage,
    cost::{CostScale, Manhattan},
    settings::Annealing,
    start::{FixedGaussianStart, Given, Monotone, Start, Zero},
};
use sinkhorn_tests::{Solved, solve_owned};

/// Numbers as users have them, and numbers that they should not have.
fn number() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        12 => -3.0..3.0_f64,
        3 => Just(0.0),
        1 => -1e6..1e6_f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, 1e308, -1e308, 5e-324, 1e-310, 1e30, -1e19]),
    ]
}

fn finite() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![12 => -3.0..3.0_f64, 3 => Just(0.0), 1 => -1e9..1e9_f64, 1 => -1e-9..1e-9_f64]
}

fn weight() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![8 => 0.0..1.0_f64, 2 => Just(0.0), 1 => 0.0..1e-12_f64, 1 => 0.0..1e6_f64]
}

#[derive(Debug, Clone)]
struct Input {
    dimension: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    epsilon: f64,
    kind: u8,
    rho: [f64; 2],
    threshold: f64,
    start: u8,
    acceleration: u8,
    storage: u8,
    annealing: bool,
    scale: u8,
}

fn input(
    coordinate: impl Strategy<Value = f64> + Clone + 'static,
    weight: impl Strategy<Value = f64> + Clone + 'static,
) -> impl Strategy<Value = Input> {
    (1..4_usize, 1..9_usize, 1..9_usize).prop_flat_map(move |(dimension, n, m)| {
        let vector = |count: usize| prop::collection::vec(coordinate.clone(), count);
        let weights = |count: usize| prop::collection::vec(weight.clone(), count);
        let rho = || prop_oneof![3 => Just(f64::INFINITY), 2 => 1e-3..10.0_f64, 1 => 1e-300..1e300_f64, 1 => number()];
        (
            (vector(n * dimension), vector(m * dimension), weights(n), weights(m)),
            (prop_oneof![6 => 1e-3..2.0_f64, 2 => 1e-9..1e-3_f64, 1 => number()], 0..3_u8, [rho(), rho()]),
            (prop_oneof![4 => 1e-9..1e-1_f64, 1 => number()], 0..5_u8, 0..4_u8, 0..3_u8, any::<bool>(), 0..5_u8),
        )
            .prop_map(
                move |(
                    (x, y, a, b),
                    (epsilon, kind, rho),
                    (threshold, start, acceleration, storage, annealing, scale),
                )| Input {
                    dimension,
                    x,
                    y,
                    a,
                    b,
                    epsilon,
                    kind,
                    rho,
                    threshold,
                    start,
                    acceleration,
                    storage,
                    annealing,
                    scale,
                },
            )
    })
}

fn run<T: Real>(input: &Input) -> Result<Solved<T>, Error> {
    let convert = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>();
    let (x, y, a, b) = (convert(&input.x), convert(&input.y), convert(&input.a), convert(&input.b));
    let cost: Vec<T> = (0..a.len() * b.len()).map(|k| x[k % x.len()]).collect();
    let cloud = |general: bool| -> Result<Problem<'_, T>, Error> {
        if general {
            Problem::new(PointCloud::new(&x, &y, input.dimension, &Manhattan)?)
        } else {
            Problem::new(PointCloud::squared_euclidean(&x, &y, input.dimension)?)
        }
    };
    let problem = match input.storage {
        2 if input.scale == 0 => Problem::new(CostMatrix::row_major(&cost, a.len(), b.len())?)?,
        _ => cloud(input.start == 1 && input.scale == 1)?,
    };
    let value = T::constant(input.epsilon);
    let epsilon = [Epsilon::Absolute(value), Epsilon::OfMean(value), Epsilon::OfStd(value)][usize::from(input.kind)];
    let scale = [CostScale::One, CostScale::Mean, CostScale::Max, CostScale::Std, CostScale::Given(T::constant(2.5))];
    let problem = problem
        .weights(&a, &b)?
        .cost_scale(scale[usize::from(input.scale)])?
        .epsilon(epsilon)?
        .unbalanced(T::constant(input.rho[0]), T::constant(input.rho[1]))?;
    let acceleration = [
        Acceleration::Plain,
        Acceleration::Relaxation { factor: T::constant(1.7) },
        Acceleration::AdaptiveRelaxation,
        Acceleration::Anderson { memory: 5 },
    ][usize::from(input.acceleration)];
    let annealing =
        input.annealing.then(|| Annealing { first: T::constant(50.0), factor: T::constant(0.5), sweeps: 1 });
    let storage = [Storage::Stream, Storage::Kernel, Storage::Cost][usize::from(input.storage)];
    let settings = Settings {
        threshold: T::constant(input.threshold),
        max_sweeps: 300,
        acceleration,
        annealing,
        storage,
        ..Settings::default()
    };
    let given = Given::f(&x[..a.len().min(x.len())]);
    let start: &dyn Start<T> = match (input.start, input.dimension) {
        (0, _) => &Zero,
        (1, _) => &Monotone,
        (2, 1) => &FixedGaussianStart::<1> { form: sinkhorn_core::start::GaussianForm::Entropic },
        (2, 2) => &FixedGaussianStart::<2> { form: sinkhorn_core::start::GaussianForm::Unregularised },
        (2, _) => &FixedGaussianStart::<3> { form: sinkhorn_core::start::GaussianForm::Entropic },
        (3, _) => &given,
        _ => &sinkhorn_init::GaussianStart::new(sinkhorn_core::start::GaussianForm::Entropic),
    };
    solve_owned(&problem, start, &settings)
}

fn check<T: Real>(input: &Input) -> Result<(), TestCaseError> {
    match run::<T>(input) {
        Err(error) => prop_assert!(!error.to_string().is_empty()),
        Ok(solved) => {
            let report = &solved.report;
            for value in [
                report.row_error,
                report.column_error,
                report.dual_value,
                report.start_value,
                report.objective,
                report.transport_cost,
                report.mass,
                report.epsilon,
            ] {
                prop_assert!(Float::is_finite(value), "{report:?}");
            }
            let all = || solved.f.iter().chain(&solved.g).chain(&solved.plan);
            prop_assert!(all().all(|&value| Float::is_finite(value)), "{solved:?}");
            prop_assert!(solved.plan.iter().all(|&entry| entry >= T::ZERO));
            if report.status == Status::Converged {
                // Half the threshold more is what the rounding of f and g may add.
                let most = 1.5 * T::constant(input.threshold).widen();
                prop_assert!(report.marginal_error().widen() <= most, "{report:?}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_260),
        ..ProptestConfig::default()
    })]

    #[test]
    fn anything_at_all_in_double_precision(input in input(number(), number())) {
        check::<f64>(&input)?;
    }

    #[test]
    fn anything_at_all_in_single_precision(input in input(number(), number())) {
        check::<f32>(&input)?;
    }

    #[test]
    fn finite_input_in_double_precision(input in input(finite(), weight())) {
        check::<f64>(&Input { rho: input.rho.map(f64::abs), ..balanced(input) })?;
    }

    #[test]
    fn finite_input_in_single_precision(input in input(finite(), weight())) {
        check::<f32>(&Input { rho: input.rho.map(f64::abs), ..balanced(input) })?;
    }
}

/// Equal totals, so that most balanced problems are solved and not refused.
fn balanced(mut input: Input) -> Input {
    let (a, b): (f64, f64) = (input.a.iter().sum(), input.b.iter().sum());
    if a > 0.0 && b > 0.0 {
        input.b.iter_mut().for_each(|weight| *weight *= a / b);
    }
    input
}
