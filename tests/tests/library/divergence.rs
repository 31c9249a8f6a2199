//! The Sinkhorn divergence: what it is, never negative, and its gradient.

use proptest::prelude::*;
use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, Status,
    cost::{CostScale, Euclidean, GroundCost, Manhattan, SquaredEuclidean},
    diff::{DerivativeSettings, Gradients},
    divergence::{divergence_gradient_len, divergence_len, sinkhorn_divergence, sinkhorn_divergence_between},
    error::{Argument, ErrorKind},
    start::Zero,
};
use sinkhorn_tests::inputs::{Inputs, OwnedGradients};
use sinkhorn_tests::{data, solve_owned};

fn tight() -> Settings<f64> {
    Settings { threshold: 1e-13, max_sweeps: 100_000, ..Settings::default() }
}

fn divergence<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>) -> T {
    let mut memory = vec![T::constant(f64::NAN); divergence_len(problem, settings).unwrap()];
    let divergence = sinkhorn_divergence(problem, &Zero, settings, &mut memory).unwrap();
    divergence.value()
}

/// The divergence of inputs under the squared Euclidean cost, and its gradients.
fn of_inputs(inputs: &Inputs, gradients: Option<&mut OwnedGradients<f64>>) -> f64 {
    let settings = tight();
    let problem = Problem::new(PointCloud::new(&inputs.x, &inputs.y, inputs.dimension, cost(inputs)).unwrap())
        .and_then(|p| p.weights(&inputs.a, &inputs.b)?.epsilon(Epsilon::Absolute(inputs.epsilon)))
        .and_then(|p| p.cost_scale(CostScale::Given(inputs.scale))?.unbalanced(inputs.rho.0, inputs.rho.1))
        .unwrap();
    let mut memory = vec![f64::NAN; divergence_len(&problem, &settings).unwrap()];
    let divergence = sinkhorn_divergence(&problem, &Zero, &settings, &mut memory).unwrap();
    if let Some(gradients) = gradients {
        let differentiation = DerivativeSettings::default();
        let (n, m) = (problem.rows(), problem.columns());
        let len = divergence_gradient_len(n, m, inputs.dimension, differentiation.threads).unwrap();
        let mut memory = vec![f64::NAN; len];
        divergence.gradient(&differentiation, &mut memory, &mut gradients.lend(true)).unwrap();
    }
    divergence.value()
}

fn cost(inputs: &Inputs) -> &'static dyn GroundCost<f64> {
    match inputs.ground_cost {
        "euclidean" => &Euclidean,
        "manhattan" => &Manhattan,
        _ => &SquaredEuclidean,
    }
}

fn cases() -> Vec<Inputs> {
    let squared = "squared-euclidean";
    let mut unequal = Inputs::random(7, (5, 8, 2), 0.1, squared).relaxed(0.5, 0.8);
    unequal.a.iter_mut().for_each(|a| *a *= 2.5);
    vec![
        Inputs::random(1, (7, 5, 2), 0.1, squared),
        Inputs::random(2, (5, 8, 1), 0.02, squared),
        Inputs { scale: 0.6, ..Inputs::random(3, (6, 6, 20), 0.3, squared) },
        Inputs::random(4, (7, 5, 2), 0.1, "euclidean"),
        Inputs { scale: 1.4, ..Inputs::random(5, (6, 5, 2), 0.1, squared).relaxed(0.9, 0.9) },
        Inputs::random(6, (6, 5, 2), 0.1, "manhattan").relaxed(0.7, 0.7),
        unequal,
    ]
}

#[test]
fn it_is_made_of_three_objectives() {
    for inputs in cases() {
        let objective = |x: &[f64], y: &[f64], a: &[f64], b: &[f64], rho: (f64, f64)| {
            let problem = Problem::new(PointCloud::new(x, y, inputs.dimension, cost(&inputs)).unwrap())
                .and_then(|p| p.weights(a, b)?.epsilon(Epsilon::Absolute(inputs.epsilon)))
                .and_then(|p| p.cost_scale(CostScale::Given(inputs.scale))?.unbalanced(rho.0, rho.1))
                .unwrap();
            solve_owned(&problem, &Zero, &tight()).unwrap().report.objective
        };
        let Inputs { x, y, a, b, rho, epsilon, .. } = &inputs;
        let masses = a.iter().sum::<f64>() - b.iter().sum::<f64>();
        let wanted = objective(x, y, a, b, *rho)
            - 0.5 * objective(x, x, a, a, (rho.0, rho.0))
            - 0.5 * objective(y, y, b, b, (rho.1, rho.1))
            + 0.5 * epsilon * masses * masses;
        let got = of_inputs(&inputs, None);
        assert!((got - wanted).abs() < 1e-10, "{}: {got}, not {wanted}", inputs.ground_cost);
    }
}

#[test]
fn its_gradient_is_that_of_central_differences() {
    let step = 1e-4;
    for inputs in cases() {
        let mut gradients = OwnedGradients::new(&inputs);
        of_inputs(&inputs, Some(&mut gradients));
        let check = |name: &str, index: usize, partner: Option<(&str, usize)>| {
            let at = |t: f64| {
                let mut moved = inputs.clone();
                *moved.entry(name, index) += t;
                if let Some((name, index)) = partner {
                    *moved.entry(name, index) -= t;
                }
                of_inputs(&moved, None)
            };
            let wanted = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
            let got = gradients.entry(name, index) - partner.map_or(0.0, |(name, index)| gradients.entry(name, index));
            let error = (got - wanted).abs() / gradients.size(name).max(1e-2);
            assert!(error < 1e-6, "{}: d{name}[{index}] is {got}, not {wanted}", inputs.ground_cost);
        };
        (0..inputs.x.len()).for_each(|k| check("x", k, None));
        (0..inputs.y.len()).for_each(|k| check("y", k, None));
        (0..inputs.a.len()).for_each(|k| check("a", k, inputs.is_balanced().then_some(("a", 0))));
        (0..inputs.b.len()).for_each(|k| check("b", k, inputs.is_balanced().then_some(("b", 0))));
        check("epsilon", 0, None);
    }
}

#[test]
fn the_same_measure_twice_and_in_another_order_is_zero() {
    let random = &mut data::generator(5);
    let (x, a) = (data::normal(random, 60), data::weights(random, 20));
    let reversed: Vec<f64> = x.chunks(3).rev().flatten().copied().collect();
    let a_reversed: Vec<f64> = a.iter().rev().copied().collect();
    for epsilon in [1.0, 0.1, 0.01, 1e-3] {
        let of = |x: &[f64], y: &[f64], a: &[f64], b: &[f64]| {
            let problem = Problem::new(PointCloud::squared_euclidean(x, y, 3).unwrap()).unwrap();
            let problem = problem.weights(a, b).unwrap().epsilon(Epsilon::Absolute(epsilon)).unwrap();
            divergence(&problem, &Settings::default())
        };
        for value in [of(&x, &x, &a, &a), of(&x, &reversed, &a, &a_reversed)] {
            assert!((-1e-14..1e-9).contains(&value), "epsilon {epsilon}: {value:e}");
        }
        // In single precision, whose threshold is 1e-3.
        let (x, a) = (data::single(&x), data::single(&a));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &x, 3).unwrap()).unwrap();
        let problem = problem.weights(&a, &a).unwrap().epsilon(Epsilon::Absolute(epsilon as f32)).unwrap();
        let value = divergence(&problem, &Settings::default());
        assert!((-3e-6..1e-3).contains(&value), "single precision, epsilon {epsilon}: {value:e}");
    }
}

#[test]
fn matrices_give_what_points_give() {
    let inputs = Inputs::random(8, (7, 6, 2), 0.05, "squared-euclidean");
    let pairs = |x: &[f64], y: &[f64]| sinkhorn_tests::oracle::squared_euclidean(x, y, 2);
    let (xy, xx, yy) = (pairs(&inputs.x, &inputs.y), pairs(&inputs.x, &inputs.x), pairs(&inputs.y, &inputs.y));
    let problem = Problem::new(CostMatrix::row_major(&xy, 7, 6).unwrap())
        .and_then(|p| p.weights(&inputs.a, &inputs.b)?.epsilon(Epsilon::Absolute(0.05)))
        .unwrap();
    let settings = tight();
    let mut memory = vec![0.0; divergence_len(&problem, &settings).unwrap()];
    assert_eq!(
        sinkhorn_divergence(&problem, &Zero, &settings, &mut memory).err().map(|error| error.argument),
        Some(Argument::COST)
    );
    let within = [CostMatrix::row_major(&xx, 7, 7).unwrap().into(), CostMatrix::row_major(&yy, 6, 6).unwrap().into()];
    let short = sinkhorn_divergence_between(&problem, within, &Zero, &settings, &mut memory[1..]).err();
    assert!(matches!(short, Some(Error { kind: ErrorKind::Workspace { .. }, .. })));
    let wrong = sinkhorn_divergence_between(&problem, [within[1], within[0]], &Zero, &settings, &mut memory).err();
    assert!(matches!(wrong, Some(Error { kind: ErrorKind::Length { expected: 7, actual: 6, .. }, .. })), "{wrong:?}");
    let found = sinkhorn_divergence_between(&problem, within, &Zero, &settings, &mut memory).unwrap();
    assert!((found.value() - of_inputs(&inputs, None)).abs() < 1e-12);
    let differentiation = DerivativeSettings::default();
    let mut memory = vec![0.0; divergence_gradient_len(7, 6, 0, differentiation.threads).unwrap()];
    let mut in_a = [0.0; 7];
    let gradients = &mut Gradients { a: Some(&mut in_a), ..Gradients::none() };
    found.gradient(&differentiation, &mut memory, gradients).unwrap();
    let mut of_points = OwnedGradients::new(&inputs);
    of_inputs(&inputs, Some(&mut of_points));
    for (got, want) in in_a.iter().zip(&of_points.a) {
        assert!((got - in_a[0] - (want - of_points.a[0])).abs() < 1e-9);
    }
}

#[test]
fn negative_costs_have_a_divergence_and_mixed_geometries_none() {
    let inputs = Inputs::random(8, (7, 6, 2), 1.0, "squared-euclidean");
    // -x.y, large: the squared distance less what depends on one point alone, which a balanced divergence does not see.
    let pairs = |x: &[f64], y: &[f64]| -> Vec<f64> {
        let dot = |p: &[f64], q: &[f64]| -100.0 * p.iter().zip(q).map(|(p, q)| 20.0 * p * q).sum::<f64>();
        x.chunks(2).flat_map(|p| y.chunks(2).map(|q| dot(p, q)).collect::<Vec<_>>()).collect()
    };
    let (xy, xx, yy) = (pairs(&inputs.x, &inputs.y), pairs(&inputs.x, &inputs.x), pairs(&inputs.y, &inputs.y));
    let problem = Problem::new(CostMatrix::row_major(&xy, 7, 6).unwrap())
        .and_then(|p| p.weights(&inputs.a, &inputs.b)?.epsilon(Epsilon::Absolute(1.0)))
        .unwrap();
    let settings = Settings { max_sweeps: 100_000, ..Settings::default() };
    let mut memory = vec![0.0; divergence_len(&problem, &settings).unwrap()];
    let matrix = |cost, n| CostMatrix::row_major(cost, n, n).unwrap().into();
    let found =
        sinkhorn_divergence_between(&problem, [matrix(&xx, 7), matrix(&yy, 6)], &Zero, &settings, &mut memory).unwrap();
    for report in &found.reports()[1..] {
        assert_eq!(report.status, Status::Converged, "{report:?}");
    }
    let points = PointCloud::new(&inputs.x, &inputs.x, 2, &Euclidean).unwrap().into();
    let mixed = sinkhorn_divergence_between(&problem, [points, matrix(&yy, 6)], &Zero, &settings, &mut memory).err();
    assert!(
        matches!(mixed, Some(Error { argument: Argument::COST, kind: ErrorKind::Unsupported { .. } })),
        "{mixed:?}"
    );
}

#[test]
fn symmetric_terms_converge_in_25_sweeps() {
    let random = &mut data::generator(11);
    for (n, d) in [(300, 1), (300, 2), (200, 10)] {
        let (x, y) = (data::normal(random, n * d), data::normal(random, n * d));
        for fraction in [0.1, 0.01, 0.001] {
            let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
                .and_then(|p| p.epsilon(Epsilon::OfMean(fraction)))
                .unwrap();
            let settings = Settings::default();
            let mut memory = vec![0.0; divergence_len(&problem, &settings).unwrap()];
            let found = sinkhorn_divergence(&problem, &Zero, &settings, &mut memory).unwrap();
            for report in &found.reports()[1..] {
                assert_eq!(report.status, Status::Converged, "{report:?}");
                assert!(report.sweeps <= 25, "{} sweeps, d = {d}, {fraction}", report.sweeps);
            }
        }
    }
}

#[test]
fn points_that_are_all_the_same_have_the_divergence_zero() {
    fn check<T: Real>(at: f64, weights: &[f64]) {
        let (x, y) = (vec![T::constant(at); 6], vec![T::constant(at); 8]);
        let costs: [&dyn GroundCost<T>; 3] = [&SquaredEuclidean, &Euclidean, &Manhattan];
        let a: Vec<T> = weights.iter().map(|&weight| T::constant(weight)).collect();
        let b = [T::constant(0.25); 4];
        for cost in costs {
            for epsilon in [Epsilon::default(), Epsilon::OfMean(T::HALF), Epsilon::Absolute(T::constant(0.1))] {
                for scale in [CostScale::One, CostScale::Mean] {
                    let problem = Problem::new(PointCloud::new(&x, &y, 2, cost).unwrap())
                        .and_then(|p| p.weights(&a, &b)?.epsilon(epsilon)?.cost_scale(scale))
                        .unwrap();
                    let relaxed = problem.unbalanced(T::ONE, T::ONE).unwrap();
                    for problem in [problem, relaxed] {
                        assert_eq!(divergence(&problem, &Settings::default()), T::ZERO, "{}", cost.name());
                    }
                }
            }
        }
    }
    for at in [0.0, 3.3, -1e5] {
        check::<f64>(at, &[0.5, 0.25, 0.25]);
        check::<f32>(at, &[0.5, 0.25, 0.25]);
    }
    // Elsewhere a part of a deviation of zero still means nothing.
    let problem = Problem::new(PointCloud::squared_euclidean(&[1.0; 3], &[2.0; 4], 1).unwrap()).unwrap();
    let mut memory = vec![0.0; divergence_len(&problem, &tight()).unwrap()];
    let error = sinkhorn_divergence(&problem, &Zero, &tight(), &mut memory).err();
    assert!(
        matches!(error, Some(Error { argument: Argument::EPSILON, kind: ErrorKind::Unsupported { .. } })),
        "{error:?}"
    );
}

#[test]
fn what_leaves_the_range_is_refused_and_named() {
    // Potentials in units of a tiny cost scale; points whose costs are near the end of the range; gradients of them.
    fn try_all<T: Real>(far: f64, epsilon: f64, rho: f64, scale: f64) -> Result<T, Error> {
        let (x, y) = ([T::ZERO, T::constant(far)], [T::ONE, -T::constant(far), T::constant(0.5 * far)]);
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?
            .epsilon(Epsilon::Absolute(T::constant(epsilon)))?
            .cost_scale(CostScale::Given(T::constant(scale)))?
            .unbalanced(T::constant(rho), T::constant(rho))?;
        let settings = Settings::default();
        let mut memory = vec![T::ZERO; divergence_len(&problem, &settings)?];
        let found = sinkhorn_divergence(&problem, &Zero, &settings, &mut memory)?;
        // Values are differences of terms of the size of epsilon.
        let rounding = T::EPSILON * T::constant(epsilon);
        assert!(
            found.value().is_finite() && found.value() >= -T::EPSILON.sqrt() * T::constant(rho) - rounding,
            "{}",
            found.value()
        );
        let differentiation = DerivativeSettings::default();
        let mut memory = vec![T::ZERO; divergence_gradient_len(2, 3, 1, differentiation.threads).unwrap()];
        let (mut in_x, mut in_y, mut in_epsilon) = ([T::ZERO; 2], [T::ZERO; 3], T::ZERO);
        let gradients = &mut Gradients {
            x: Some(&mut in_x),
            y: Some(&mut in_y),
            epsilon: Some(&mut in_epsilon),
            ..Gradients::none()
        };
        found.gradient(&differentiation, &mut memory, gradients)?;
        assert!(in_x.iter().chain(&in_y).chain([&in_epsilon]).all(|value| value.is_finite()), "{in_x:?} {in_y:?}");
        Ok(found.value())
    }
    let (mut given, mut refused) = (0, 0);
    let mut count = |result: Result<(), Error>| match result {
        Ok(()) => given += 1,
        Err(error) => {
            refused += 1;
            use ErrorKind::{BelowResolution, NotPositive, Overflow, TooFar};
            let is_told = matches!(error.kind, Overflow | NotPositive { .. } | BelowResolution { .. } | TooFar { .. });
            assert!(is_told, "{error}");
        }
    };
    for far in [1.0, 1e3, 1e7, 1e9, 1e12, 1e18, 1e30, 1e60, 1e100, 1e150] {
        for rho in [1e-3, 1.0, 1e20, f64::INFINITY] {
            for (epsilon, scale) in [(1e-3, 1.0), (1.0, 1.0), (1e10, 1.0), (1.0, 1e-30), (1.0, 1e-300), (1e-20, 1e20)] {
                count(try_all::<f64>(far, epsilon, rho, scale).map(|_| ()));
                if far < 1e38 {
                    count(try_all::<f32>(far, epsilon, rho, scale).map(|_| ()));
                }
            }
        }
    }
    println!("{given} given, {refused} refused");
    assert!(given > 50 && refused > 100, "{given} given, {refused} refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// With loose thresholds and few sweeps, in both precisions, near and far.
    #[test]
    fn it_is_never_negative(
        seed in 0_u64..10_000, n in 1_usize..20, m in 1_usize..20, d in 1_usize..4, log_epsilon in -4.0_f64..1.0,
        shift in prop_oneof![Just(0.0), Just(1e-3), Just(1.0)], sweeps in 1_u32..20, cost in 0_usize..3,
        relaxed in any::<bool>(),
    ) {
        let random = &mut data::generator(seed);
        let x = data::normal(random, n * d);
        // The same points moved, or others.
        let y: Vec<f64> = if n == m { x.iter().map(|x| x + shift).collect() } else { data::normal(random, m * d) };
        let (a, b) = (data::weights(random, n), data::weights(random, m));
        let rho = if relaxed { 0.7 } else { f64::INFINITY };
        let epsilon = log_epsilon.exp();
        let mut settings = Settings { max_sweeps: sweeps, threshold: 1e-2, ..Settings::plain() };
        let costs: [&dyn GroundCost<f64>; 3] = [&SquaredEuclidean, &Euclidean, &Manhattan];
        let problem = Problem::new(PointCloud::new(&x, &y, d, costs[cost]).unwrap())
            .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(epsilon))?.unbalanced(rho, rho))
            .unwrap();
        let value = divergence(&problem, &settings);
        prop_assert!(value >= -1e-13 && value.is_finite(), "{value:e}");
        settings.max_sweeps = 1000;
        prop_assert!(divergence(&problem, &settings) >= -1e-13);

        let (x, y, a, b) = (data::single(&x), data::single(&y), data::single(&a), data::single(&b));
        let costs: [&dyn GroundCost<f32>; 3] = [&SquaredEuclidean, &Euclidean, &Manhattan];
        let problem = Problem::new(PointCloud::new(&x, &y, d, costs[cost]).unwrap())
            .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(epsilon as f32)))
            .and_then(|p| p.unbalanced(rho as f32, rho as f32))
            .unwrap();
        let value = divergence(&problem, &Settings { max_sweeps: sweeps, threshold: 1e-2, ..Settings::plain() });
        prop_assert!(value >= -2e-5 && value.is_finite(), "single precision: {value:e}");
    }
}
