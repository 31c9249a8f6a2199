//! Derivatives where it is hard: weights of zero, coincident points, the free constant, loose solves; and that nothing
//! changes them that should not.

use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Real, Settings, SimdLevel, Storage, Workspace,
    diff::{
        Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, LinearStatus, PlanCotangent, Tangent,
        derivatives_len,
    },
    embedded::FixedWorkspace,
    geometry::Geometry,
    solve,
    start::{DualSort, FixedGaussianStart, GaussianForm, Given, Monotone, Select, Start, Zero},
};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, MixtureStart, SubsampleStart};
use sinkhorn_tests::data;
use sinkhorn_tests::inputs::{Inputs, Loss, OwnedGradients};

pub fn tight() -> Settings<f64> {
    Settings { threshold: 1e-13, max_sweeps: 200_000, ..Settings::default() }
}

pub fn tight_system() -> DerivativeSettings<f64> {
    DerivativeSettings { tolerance: 1e-13, ..DerivativeSettings::default() }
}

pub const SQUARED: &str = "squared-euclidean";

/// Two of the rows and two of the columns of random inputs without weight.
fn with_zero_weights(mut inputs: Inputs) -> Inputs {
    for (weights, zeros) in [(&mut inputs.a, [1, 4]), (&mut inputs.b, [0, 3])] {
        zeros.iter().for_each(|&k| weights[k] = 0.0);
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
    }
    inputs
}

fn zero_weight_cases() -> Vec<Inputs> {
    vec![
        with_zero_weights(Inputs::random(1, (7, 6, 2), 0.2, SQUARED)),
        with_zero_weights(Inputs { scale: 1.6, ..Inputs::random(2, (6, 7, 2), 0.2, SQUARED) }.relaxed(0.9, 0.7)),
        with_zero_weights(Inputs::random(3, (6, 6, 2), 0.2, "euclidean")),
        with_zero_weights(Inputs { scale: 0.8, ..Inputs::random(4, (6, 6, 1), 0.2, "matrix") }),
    ]
}

/// Central where weights are positive; at weights of zero they can only grow, and the difference is one-sided (of
/// fourth order as well).
fn difference(value: &dyn Fn(f64) -> f64, one_sided: bool) -> f64 {
    let h = 1e-4;
    if one_sided {
        let h = 1e-5;
        (-25.0 * value(0.0) + 48.0 * value(h) - 36.0 * value(2.0 * h) + 16.0 * value(3.0 * h) - 3.0 * value(4.0 * h))
            / (12.0 * h)
    } else {
        (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h)
    }
}

#[test]
fn points_without_weight_have_derivatives_too() {
    for (seed, inputs) in zero_weight_cases().into_iter().enumerate() {
        let loss = Loss::new(10 + seed as u64, &inputs);
        let with_points = inputs.has_points();
        let mut gradients = OwnedGradients::<f64>::new(&inputs);
        let report = inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            derivatives.vjp(&loss.cotangent(), &mut gradients.lend(with_points)).unwrap()
        });
        assert_eq!(report.status, LinearStatus::Converged, "{report:?}");
        let (n, m) = (inputs.a.len(), inputs.b.len());
        let mut names = vec![("a", n), ("b", m), ("epsilon", 1)];
        names.extend(if with_points {
            vec![("x", inputs.x.len()), ("y", inputs.y.len())]
        } else {
            vec![("cost", inputs.cost.len())]
        });
        for (name, count) in names {
            for index in 0..count {
                let weight = match name {
                    "a" => inputs.a[index],
                    "b" => inputs.b[index],
                    _ => 1.0,
                };
                // What is added to one weight is taken from another of its side that has some.
                let partner = (inputs.is_balanced() && (name == "a" || name == "b")).then_some(2);
                let wanted = difference(
                    &|t| {
                        let mut moved = inputs.clone();
                        *moved.entry(name, index) += t;
                        if let Some(other) = partner {
                            *moved.entry(name, other) -= t;
                        }
                        loss.value(&moved, &tight())
                    },
                    weight == 0.0,
                );
                let got = gradients.entry(name, index) - partner.map_or(0.0, |other| gradients.entry(name, other));
                let error = (got - wanted).abs() / gradients.size(name).max(1e-3);
                assert!(error < 2e-6, "{} d{name}[{index}]: {got}, not {wanted}: {error:e}", inputs.ground_cost);
            }
        }
    }
}

/// Products with a matrix and with its transpose: <v, J u> = <J^T v, u>.
#[test]
fn both_products_are_of_the_same_jacobian() {
    let mut cases = zero_weight_cases();
    cases.push(Inputs::random(5, (40, 70, 3), 0.05, SQUARED));
    cases.push(Inputs::random(6, (70, 40, 1), 0.02, SQUARED).relaxed(2.0, f64::INFINITY));
    cases.push(Inputs { scale: 3.0, ..Inputs::random(7, (30, 30, 2), 0.05, "cosine") }.relaxed(0.5, 5.0));
    for (seed, inputs) in cases.into_iter().enumerate() {
        let loss = Loss::new(30 + seed as u64, &inputs);
        let random = &mut data::generator(50 + seed as u64);
        let with_points = inputs.has_points();
        let (n, m) = (inputs.a.len(), inputs.b.len());
        let (dx, dy) = (data::normal(random, inputs.x.len()), data::normal(random, inputs.y.len()));
        let (da, db) = (data::normal(random, n), data::normal(random, m));
        let mut da: Vec<f64> = da.iter().map(|v| 0.1 * v).collect();
        if inputs.is_balanced() {
            da[0] += db.iter().sum::<f64>() - da.iter().sum::<f64>();
        }
        let dc = data::normal(random, n * m);
        let mut gradients = OwnedGradients::<f64>::new(&inputs);
        let (mut f, mut g, mut plan, mut map) =
            (vec![0.0; n], vec![0.0; m], vec![0.0; n * m], vec![0.0; loss.map.len()]);
        inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            derivatives.vjp(&loss.cotangent(), &mut gradients.lend(with_points)).unwrap();
            let tangent = Tangent {
                x: with_points.then_some(&dx),
                y: with_points.then_some(&dy),
                a: Some(&da),
                b: Some(&db),
                cost: Some(&dc),
                epsilon: 0.4,
            };
            let mut changes = Changes {
                f: Some(&mut f),
                g: Some(&mut g),
                plan: Some(&mut plan),
                map: with_points.then_some(&mut map[..]),
            };
            let report = derivatives.jvp(&tangent, &mut changes).unwrap();
            assert!(report.status == LinearStatus::Converged && report.projected.abs() < 1e-12, "{report:?}");
        });
        let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
        let forward = dot(&loss.f, &f) + dot(&loss.g, &g) + dot(&loss.plan, &plan) + dot(&loss.map, &map);
        let mut backward =
            dot(&gradients.a, &da) + dot(&gradients.b, &db) + dot(&gradients.cost, &dc) + 0.4 * gradients.epsilon;
        if with_points {
            backward += dot(&gradients.x, &dx) + dot(&gradients.y, &dy);
        }
        let error = (forward - backward).abs() / forward.abs().max(1.0);
        assert!(error < 1e-8, "{}: {forward} and {backward}", inputs.ground_cost);
    }
}

/// The Hessian of the objective is symmetric: <u, H v> = <v, H u>, weights of zero included.
#[test]
fn the_hessian_is_symmetric() {
    for (seed, inputs) in zero_weight_cases().into_iter().enumerate() {
        let random = &mut data::generator(90 + seed as u64);
        let (n, m) = (inputs.a.len(), inputs.b.len());
        let mut direction = || {
            let mut a: Vec<f64> = data::normal(random, n).iter().map(|v| 0.1 * v).collect();
            let b: Vec<f64> = data::normal(random, m).iter().map(|v| 0.1 * v).collect();
            if inputs.is_balanced() {
                a[2] += b.iter().sum::<f64>() - a.iter().sum::<f64>();
            }
            let (x, y) = (data::normal(random, inputs.x.len()), data::normal(random, inputs.y.len()));
            OwnedGradients { x, y, a, b, cost: data::normal(random, n * m), epsilon: 0.2 }
        };
        let (u, v) = (direction(), direction());
        let with_points = inputs.has_points();
        let product = |direction: &OwnedGradients<f64>| {
            let mut out = OwnedGradients::new(&inputs);
            let tangent = Tangent {
                x: with_points.then_some(&direction.x),
                y: with_points.then_some(&direction.y),
                a: Some(&direction.a),
                b: Some(&direction.b),
                cost: Some(&direction.cost),
                epsilon: direction.epsilon,
            };
            inputs.differentiate(&tight(), &tight_system(), |derivatives| {
                derivatives.objective_hessian(&tangent, &mut out.lend(with_points)).unwrap();
            });
            out
        };
        let inner = |p: &OwnedGradients<f64>, q: &OwnedGradients<f64>| {
            let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f64>();
            let points = if with_points { dot(&p.x, &q.x) + dot(&p.y, &q.y) } else { 0.0 };
            points + dot(&p.a, &q.a) + dot(&p.b, &q.b) + dot(&p.cost, &q.cost) + p.epsilon * q.epsilon
        };
        let (one, other) = (inner(&u, &product(&v)), inner(&v, &product(&u)));
        assert!((one - other).abs() < 1e-8 * one.abs().max(1.0), "{}: {one} and {other}", inputs.ground_cost);
    }
}

fn all_finite<T: Real>(gradients: &OwnedGradients<T>) -> bool {
    let OwnedGradients { x, y, a, b, cost, epsilon } = gradients;
    [x, y, a, b, cost].into_iter().flatten().all(|value| value.is_finite()) && epsilon.is_finite()
}

#[test]
fn coincident_points_have_finite_derivatives() {
    for ground_cost in [SQUARED, "euclidean", "manhattan", "p-norm", "cosine"] {
        let mut inputs = Inputs::random(5, (8, 8, 2), 0.05, ground_cost);
        // All the same; pairs the same; one point at the origin.
        for (kind, same) in [(0, 8), (1, 3), (2, 1)] {
            for k in 0..same {
                let value = if kind == 2 { 0.0 } else { 0.5 };
                inputs.x[2 * k..2 * k + 2].fill(value);
                inputs.y[2 * k..2 * k + 2].fill(value);
            }
            let loss = Loss::new(6, &inputs);
            let mut gradients = OwnedGradients::<f64>::new(&inputs);
            inputs.differentiate(&Settings::default(), &DerivativeSettings::default(), |derivatives| {
                derivatives.vjp(&loss.cotangent(), &mut gradients.lend(true)).unwrap();
                assert!(all_finite(&gradients), "{ground_cost} {kind}");
                derivatives.objective(&mut gradients.lend(true)).unwrap();
                assert!(all_finite(&gradients), "{ground_cost} {kind}");
                let tangent = Tangent { x: Some(&[1.0; 16]), ..Tangent::none() };
                derivatives.objective_hessian(&tangent, &mut gradients.lend(true)).unwrap();
                assert!(all_finite(&gradients), "{ground_cost} {kind}");
            });
            let mut gradients = OwnedGradients::<f32>::new(&inputs);
            let (f, plan) = (data::single(&loss.f), data::single(&loss.plan));
            inputs.differentiate(&Settings::<f32>::default(), &DerivativeSettings::default(), |derivatives| {
                let plan = Some(PlanCotangent::Matrix(&plan[..]));
                let cotangent = Cotangent { f: Some(&f), plan, ..Cotangent::none() };
                derivatives.vjp(&cotangent, &mut gradients.lend(true)).unwrap();
                assert!(all_finite(&gradients), "{ground_cost} {kind}");
            });
        }
    }
}

/// Where relaxation makes the mass of a point vanish, and where it is next to none.
#[test]
fn outliers_and_extreme_relaxations_have_finite_derivatives() {
    for (outlier, rho) in [(10.0, 0.1), (0.0, 1e-4), (0.0, 1e8), (0.0, 1e15), (100.0, 0.01)] {
        let mut inputs = with_zero_weights(Inputs::random(23, (8, 7, 2), 0.1, SQUARED)).relaxed(rho, rho);
        inputs.x[4] += outlier;
        inputs.y[9] -= outlier;
        let loss = Loss::new(24, &inputs).convert::<f32>();
        let mut gradients = OwnedGradients::<f32>::new(&inputs);
        inputs.differentiate(&Settings::<f32>::default(), &DerivativeSettings::default(), |derivatives| {
            let what = format!("outlier {outlier}, rho {rho}");
            let report = derivatives.vjp(&loss.cotangent(), &mut gradients.lend(true)).unwrap();
            assert!(all_finite(&gradients) && report.residual.is_finite(), "{what}: {report:?}");
            derivatives.objective(&mut gradients.lend(true)).unwrap();
            assert!(all_finite(&gradients), "{what}");
            let tangent = Tangent { b: Some(&[0.1; 7]), epsilon: 0.1, ..Tangent::none() };
            let mut plan = [f32::NAN; 56];
            derivatives.jvp(&tangent, &mut Changes { plan: Some(&mut plan), ..Changes::none() }).unwrap();
            assert!(plan.iter().all(|value| value.is_finite()), "{what}");
            derivatives.objective_hessian(&tangent, &mut gradients.lend(true)).unwrap();
            assert!(all_finite(&gradients), "{what}");
        });
    }
}

#[test]
fn the_free_constant_is_reported_and_worth_nothing() {
    let inputs = Inputs::random(9, (6, 5, 2), 0.1, SQUARED);
    let (ones, minus) = (vec![1.0; 6], vec![-1.0; 5]);
    let mut gradients = OwnedGradients::<f64>::new(&inputs);
    let report = inputs.differentiate(&tight(), &tight_system(), |derivatives| {
        // sum a f - sum b g is zero by convention, however points and epsilon move.
        let minus_b: Vec<f64> = inputs.b.iter().map(|b| -b).collect();
        let cotangent = Cotangent { f: Some(&inputs.a), g: Some(&minus_b), ..Cotangent::none() };
        let all = derivatives.vjp(&cotangent, &mut gradients.lend(true)).unwrap();
        assert!((all.projected - 2.0).abs() < 1e-12);
        let OwnedGradients { x, y, cost, epsilon, .. } = &gradients;
        assert!([x, y, cost].into_iter().flatten().chain([epsilon]).all(|value| value.abs() < 1e-10), "{gradients:?}");
        let cotangent = Cotangent { f: Some(&ones), g: Some(&minus), ..Cotangent::none() };
        derivatives.vjp(&cotangent, &mut gradients.lend(true)).unwrap()
    });
    assert_eq!(report.projected, 11.0);
    assert_eq!(report.status, LinearStatus::Converged);
    assert!(all_finite(&gradients));
    // A tangent that makes totals unequal.
    let (mut da, mut f) = ([0.0; 6], [0.0; 6]);
    da[2] = 0.25;
    let report = inputs.differentiate(&tight(), &tight_system(), |derivatives| {
        let tangent = Tangent { a: Some(&da), ..Tangent::none() };
        derivatives.jvp(&tangent, &mut Changes { f: Some(&mut f), ..Changes::none() }).unwrap()
    });
    assert_eq!(report.projected, -0.25);
    assert!(f.iter().all(|value| value.is_finite()));
    // Relaxed potentials have no free constant.
    let report = inputs.relaxed(1.0, 1.0).differentiate(&tight(), &tight_system(), |derivatives| {
        let cotangent = Cotangent { f: Some(&ones), g: Some(&minus), ..Cotangent::none() };
        derivatives.vjp(&cotangent, &mut Gradients::none()).unwrap()
    });
    assert_eq!(report.projected, 0.0);
}

/// Gradients in x of a loss of the map and of the objective.
fn gradients_from(start: &dyn Start<f64>, settings: &Settings<f64>, problem: &Problem<'_, f64>) -> [Vec<f64>; 2] {
    let mut memory = vec![0.0; Workspace::len(problem, settings).unwrap()];
    let solution = solve(problem, start, settings, Workspace::new(&mut memory, problem, settings).unwrap()).unwrap();
    let differentiation = DerivativeSettings { tolerance: 1e-12, ..DerivativeSettings::default() };
    let mut memory = vec![0.0; Derivatives::len(problem, &differentiation).unwrap()];
    let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory).unwrap();
    let Geometry::Points(cloud) = problem.geometry() else { panic!("points") };
    let len = cloud.x().data().len();
    let in_map = data::normal(&mut data::generator(77), len);
    let (mut of_map, mut of_objective) = (vec![0.0; len], vec![0.0; len]);
    let cotangent = Cotangent { map: Some(&in_map), ..Cotangent::none() };
    derivatives.vjp(&cotangent, &mut Gradients { x: Some(&mut of_map), ..Gradients::none() }).unwrap();
    derivatives.objective(&mut Gradients { x: Some(&mut of_objective), ..Gradients::none() }).unwrap();
    [of_map, of_objective]
}

#[test]
fn every_start_acceleration_and_storage_has_the_same_gradient() {
    let random = &mut data::generator(41);
    let line = (data::normal(random, 60), data::uniform(random, 60), 1);
    let plane = (data::normal(random, 2 * 60), data::normal(random, 2 * 50), 2);
    for (x, y, d) in [line, plane] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.05)))
            .unwrap();
        let settings = Settings { threshold: 1e-13, max_sweeps: 200_000, ..Settings::plain() };
        let wanted = gradients_from(&Zero, &settings, &problem);
        let size = |values: &[f64]| values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
        let check = |what: &str, start: &dyn Start<f64>, settings: &Settings<f64>| {
            for (got, want) in gradients_from(start, settings, &problem).iter().zip(&wanted) {
                let error = got.iter().zip(want).fold(0.0, |most: f64, (got, want)| most.max((got - want).abs()));
                assert!(error < 1e-8 * size(want).max(1.0), "{what}, {d} d: off by {error:e}");
            }
        };
        let previous = data::normal(random, y.len() / d);
        let fixed: &dyn Start<f64> = if d == 1 {
            &FixedGaussianStart::<1> { form: GaussianForm::Entropic }
        } else {
            &FixedGaussianStart::<2> { form: GaussianForm::Unregularised }
        };
        let mut starts: Vec<(&str, Box<dyn Start<f64>>)> = vec![
            ("given", Box::new(Given::g(&previous))),
            ("gaussian", Box::new(GaussianStart::default())),
            ("fixed gaussian", Box::new(fixed)),
            ("mixture", Box::new(MixtureStart::default())),
            ("coarse", Box::new(CoarseStart::default())),
            ("subsample", Box::new(SubsampleStart::default())),
            ("auto", Box::new(Auto)),
        ];
        if d == 1 {
            starts.push(("monotone", Box::new(Monotone)));
            starts.push(("dual sort", Box::new(DualSort::default())));
        }
        for (what, start) in &starts {
            check(what, start.as_ref(), &settings);
        }
        let candidates: [&dyn Start<f64>; 2] = [&Zero, fixed];
        check("select", &Select::new(&candidates), &settings);
        for acceleration in [
            Acceleration::Relaxation { factor: 1.5 },
            Acceleration::AdaptiveRelaxation,
            Acceleration::Anderson { memory: 10 },
        ] {
            for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
                check(acceleration.name(), &Zero, &Settings { acceleration, storage, ..settings });
            }
        }
        let annealing = Some(sinkhorn_core::settings::Annealing { first: 32.0, factor: 0.5, sweeps: 2 });
        check("annealing", &Zero, &Settings { annealing, ..settings });
        for simd in [SimdLevel::Portable, SimdLevel::Best] {
            check("instructions", &Zero, &Settings { simd, ..settings });
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for inputs in [
        Inputs::random(3, (700, 300, 2), 0.05, SQUARED),
        Inputs::random(4, (260, 520, 3), 0.05, SQUARED).relaxed(1.0, 2.0),
        with_zero_weights(Inputs::random(4, (200, 300, 18), 0.5, SQUARED)),
        Inputs::random(4, (200, 300, 2), 0.05, "euclidean"),
    ] {
        let loss = Loss::new(60, &inputs);
        let all = |threads: usize| {
            let mut gradients = [OwnedGradients::<f64>::new(&inputs), OwnedGradients::<f64>::new(&inputs)];
            let settings = Settings { threads, ..Settings::default() };
            let differentiation = DerivativeSettings { threads, ..DerivativeSettings::default() };
            inputs.differentiate(&settings, &differentiation, |derivatives| {
                derivatives.vjp(&loss.cotangent(), &mut gradients[0].lend(true)).unwrap();
                derivatives.objective(&mut gradients[1].lend(true)).unwrap();
            });
            let mut bits = vec![];
            for OwnedGradients { x, y, a, b, cost, epsilon } in &gradients {
                bits.extend([x, y, a, b, cost].into_iter().flatten().chain([epsilon]).map(|value| value.to_bits()));
            }
            bits
        };
        let one = all(1);
        for threads in [2, 3, 8] {
            assert!(all(threads) == one, "{threads} threads, {}", inputs.ground_cost);
        }
    }
}

/// A fixed workspace without room for points reads them pair by pair: the same derivatives by another way.
#[test]
fn points_that_are_not_copied_have_the_same_derivatives() {
    let inputs = Inputs::random(15, (20, 30, 2), 0.1, SQUARED);
    let problem = Problem::new(PointCloud::squared_euclidean(&inputs.x, &inputs.y, 2).unwrap())
        .and_then(|p| p.weights(&inputs.a, &inputs.b)?.epsilon(Epsilon::Absolute(0.1)))
        .unwrap();
    let settings = Settings { threshold: 1e-13, max_sweeps: 100_000, ..Settings::plain() };
    let differentiation = DerivativeSettings { tolerance: 1e-12, ..DerivativeSettings::default() };
    let in_map = data::normal(&mut data::generator(16), 40);
    let of = |workspace: Workspace<'_, f64>| {
        let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
        let mut memory = [0.0; derivatives_len(20, 30, 2, 1).unwrap()];
        let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory).unwrap();
        let (mut x, mut y) = (vec![0.0; 40], vec![0.0; 60]);
        let mut gradients = Gradients { x: Some(&mut x), y: Some(&mut y), ..Gradients::none() };
        derivatives.vjp(&Cotangent { map: Some(&in_map), ..Cotangent::none() }, &mut gradients).unwrap();
        [x, y].concat()
    };
    let copied = of(FixedWorkspace::<f64, 20, 30, 2>::new().lend(&problem).unwrap());
    let read = of(FixedWorkspace::<f64, 20, 30>::new().lend(&problem).unwrap());
    for (one, other) in copied.iter().zip(&read) {
        assert!((one - other).abs() < 1e-10, "{one} and {other}");
    }
}

#[test]
fn a_loose_solve_a_limit_and_a_floor_are_told() {
    // Two heaps that next to nothing goes between: their levels against each other are beyond single precision.
    let mut inputs = Inputs::random(19, (30, 30, 1), 0.05, SQUARED);
    for points in [&mut inputs.x, &mut inputs.y] {
        points.iter_mut().enumerate().for_each(|(k, value)| *value = 0.3 * *value + if k < 15 { 0.0 } else { 3.0 });
    }
    inputs.a.fill(1.0 / 30.0);
    inputs.b.fill(1.0 / 30.0);
    let mut f = [0.0_f32; 30];
    f[0] = 1.0;
    let mut gradients = OwnedGradients::<f32>::new(&inputs);
    let report = inputs.differentiate(&Settings::<f32>::default(), &DerivativeSettings::default(), |derivatives| {
        derivatives.vjp(&Cotangent { f: Some(&f), ..Cotangent::none() }, &mut gradients.lend(true)).unwrap()
    });
    assert_eq!(report.status, LinearStatus::PrecisionFloor, "{report:?}");
    assert!(all_finite(&gradients) && report.residual.is_finite());

    let inputs = Inputs::random(20, (60, 60, 3), 0.01, SQUARED);
    let f = data::normal(&mut data::generator(1), 60);
    let few = DerivativeSettings { max_iterations: 2, ..DerivativeSettings::default() };
    let report = inputs.differentiate(&Settings::default(), &few, |derivatives| {
        derivatives.vjp(&Cotangent { f: Some(&f), ..Cotangent::none() }, &mut Gradients::none()).unwrap()
    });
    assert_eq!((report.status, report.iterations), (LinearStatus::IterationLimit, 2));
    assert!(report.residual > 1e-8);
    // Stopped after two sweeps: its derivatives are those of where it is, and finite.
    let stopped = Settings { max_sweeps: 2, ..Settings::default() };
    let mut gradients = OwnedGradients::<f64>::new(&inputs);
    inputs.differentiate(&stopped, &DerivativeSettings::default(), |derivatives| {
        derivatives.vjp(&Cotangent { f: Some(&f), ..Cotangent::none() }, &mut gradients.lend(true)).unwrap();
        assert!(all_finite(&gradients));
        derivatives.objective(&mut gradients.lend(true)).unwrap();
        assert!(all_finite(&gradients));
    });
}

#[test]
fn products_are_linear_far_below_and_above_one() {
    let inputs = Inputs::random(23, (30, 20, 2), 0.1, SQUARED);
    let f: Vec<f32> = data::normal(&mut data::generator(2), 30).iter().map(|&value| value as f32).collect();
    let x: Vec<f32> = data::normal(&mut data::generator(3), 60).iter().map(|&value| value as f32).collect();
    let of = |scale: f32| {
        let scaled = |values: &[f32]| -> Vec<f32> { values.iter().map(|&value| scale * value).collect() };
        let (f, x) = (scaled(&f), scaled(&x));
        let mut gradients = OwnedGradients::<f32>::new(&inputs);
        let mut dg = [0.0_f32; 20];
        let reports =
            inputs.differentiate(&Settings::<f32>::default(), &DerivativeSettings::default(), |derivatives| {
                let cotangent = Cotangent { f: Some(&f), ..Cotangent::none() };
                let tangent = Tangent { x: Some(&x), ..Tangent::none() };
                let changes = &mut Changes { g: Some(&mut dg), ..Changes::none() };
                [
                    derivatives.vjp(&cotangent, &mut gradients.lend(true)).unwrap(),
                    derivatives.jvp(&tangent, changes).unwrap(),
                ]
            });
        for report in reports {
            assert_eq!(report.status, LinearStatus::Converged, "{scale:e}: {report:?}");
        }
        (gradients, dg)
    };
    let (one, dg) = of(1.0);
    for scale in [1e-25, 1e-15, 1e15, 1e25] {
        let (other, dg_there) = of(scale);
        for (values, there) in [(&one.x, &other.x), (&one.b, &other.b)] {
            let largest = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
            for (value, there) in values.iter().zip(there) {
                assert!((value - there / scale).abs() <= 2e-3 * largest, "{scale:e}: {value} and {there:e}");
            }
        }
        for (value, there) in dg.iter().zip(dg_there) {
            assert!((value - there / scale).abs() <= 2e-3, "{scale:e}: {value} and {there:e}");
        }
    }
}
