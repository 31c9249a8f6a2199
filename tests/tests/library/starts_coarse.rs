//! Starts from coarse to fine: fewer sweeps, the same bits every time, and no input that breaks them.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Report, Settings, Solver, Status, Workspace,
    cost::{Cosine, CostScale, Euclidean, GroundCost},
    error::{Argument, ErrorKind},
    geometry::Geometry,
    start::{Start, StartMemory, Target, Zero},
};
use sinkhorn_init::{CoarseFit, CoarseStart, SubsampleStart};
use sinkhorn_tests::{data, oracle, solve_owned};

const COARSE: CoarseStart = CoarseStart { representatives: None, blur: None };
const SUBSAMPLE: SubsampleStart = SubsampleStart { points: None, seed: 1 };

fn report(problem: &Problem<'_, f64>, start: &dyn Start<f64>) -> Report<f64> {
    solve_owned(problem, start, &Settings { threshold: 1e-3, ..Settings::plain() }).unwrap().report
}

fn plane<'a>(x: &'a [f64], y: &'a [f64], epsilon: f64) -> Problem<'a, f64> {
    let cloud = PointCloud::squared_euclidean(x, y, 2).unwrap();
    Problem::new(cloud).and_then(|p| p.epsilon(Epsilon::OfMean(epsilon))).unwrap()
}

/// Normal points around five centres.
fn mixture(seed: u64, count: usize) -> Vec<f64> {
    let mut generator = data::generator(seed);
    let (centres, noise) = (data::normal(&mut generator, 10), data::normal(&mut generator, 2 * count));
    (0..2 * count).map(|k| 10.0 * centres[2 * ((k / 2) % 5) + k % 2] + noise[k]).collect()
}

fn normal(seed: u64, count: usize, scale: f64) -> Vec<f64> {
    data::normal(&mut data::generator(seed), count).into_iter().map(|value| scale * value).collect()
}

/// The target that a solver would hand to a start.
fn target<'t, 'a>(problem: &'t Problem<'a, f64>, epsilon: f64, settings: &'t Settings<f64>) -> Target<'t, 'a, f64> {
    Target::new(problem, epsilon, 1.0, settings)
}

fn potential(start: &dyn Start<f64>, target: &Target<'_, '_, f64>) -> Vec<f64> {
    let (n, m) = (target.problem.rows(), target.problem.columns());
    let (mut f, mut g, mut rows, mut columns) = (vec![0.0; n], vec![0.0; m], vec![0.0; n], vec![0.0; m]);
    let mut out = StartMemory { f: &mut f, g: &mut g, rows: &mut rows, columns: &mut columns };
    start.write_potentials(target, &mut out).unwrap();
    f
}

#[test]
fn both_need_fewer_sweeps_and_means_fewer_than_a_sample() {
    let (mut table, mut saved) = (String::new(), (0.0, 0.0));
    for (name, x, y) in [
        ("mixtures", mixture(1, 300), mixture(2, 400)),
        ("other mixtures", mixture(3, 400), mixture(4, 300)),
        ("Gaussians, scales 1 and 10", normal(5, 800, 1.0), normal(6, 1000, 10.0)),
        ("square to Gaussian", data::uniform(&mut data::generator(7), 1000), normal(8, 800, 2.0)),
    ] {
        for epsilon in [0.05, 0.01] {
            let problem = plane(&x, &y, epsilon);
            let (zero, coarse, sample) =
                (report(&problem, &Zero), report(&problem, &COARSE), report(&problem, &SUBSAMPLE));
            table += &format!(
                "{name:27} {epsilon:4}: to 1e-3: zero {:4}, subsample {:4}, coarse {:4}, its pairs / n m {:.2}\n",
                zero.sweeps,
                sample.sweeps,
                coarse.sweeps,
                coarse.start.pairs as f64 / (problem.rows() * problem.columns()) as f64
            );
            assert_eq!(coarse.status, Status::Converged);
            assert!(coarse.start_value > sample.start_value && sample.start_value > zero.start_value, "{name}");
            assert!((coarse.dual_value - zero.dual_value).abs() < 1e-3 * zero.dual_value, "{name}");
            assert!(coarse.sweeps < zero.sweeps, "{name}: {} and {}", coarse.sweeps, zero.sweeps);
            let (zero, sample, coarse) = (f64::from(zero.sweeps), f64::from(sample.sweeps), f64::from(coarse.sweeps));
            saved = (saved.0 + (coarse / zero).ln() / 8.0, saved.1 + (coarse / sample).ln() / 8.0);
        }
    }
    println!("{table}of zero {:.2}, of the subsample {:.2} (geometric means)", saved.0.exp(), saved.1.exp());
    assert!(saved.0.exp() < 0.4 && saved.1.exp() < 0.6);
}

#[test]
fn bits_are_the_same_again_and_after_a_saved_fit() {
    let (x, y) = (mixture(1, 300), mixture(2, 200));
    let (a, b) = (data::weights(&mut data::generator(3), 300), data::weights(&mut data::generator(4), 200));
    let problem = plane(&x, &y, 0.02).weights(&a, &b).unwrap();
    let settings = Settings::default();
    let target = target(&problem, 3.0, &settings);
    assert_eq!(potential(&COARSE, &target), potential(&COARSE, &target));
    assert_eq!(potential(&SUBSAMPLE, &target), potential(&SUBSAMPLE, &target));
    let other = SubsampleStart { seed: 2, ..SUBSAMPLE };
    assert_ne!(potential(&SUBSAMPLE, &target), potential(&other, &target));

    let fit = COARSE.fit(&target).unwrap();
    assert!(
        fit.sweeps() > 0 && (25..=32).contains(&fit.representatives()) && fit.within().iter().all(|&value| value > 0.0)
    );
    let saved = serde_json::to_string(&fit).unwrap();
    let loaded: CoarseFit<f64> = serde_json::from_str(&saved).unwrap();
    assert_eq!(loaded, fit);
    assert_eq!(potential(&loaded, &target), potential(&COARSE, &target));
    // Used again for other points of the same kind, and refused for another dimension.
    let moved = mixture(1, 350);
    let problem = plane(&moved, &y, 0.02);
    assert!(report(&problem, &loaded).start_value > report(&problem, &Zero).start_value);
    let line = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    let error = solve_owned(&line, &loaded, &Settings::default()).unwrap_err();
    assert_eq!(error.argument, Argument::DIMENSION);
}

#[test]
fn no_cloud_breaks_them() {
    let few = vec![0.5, 1.0];
    let atom = [1.5, -2.0].repeat(90);
    let duplicates = [0.0, 0.0, 1.0, 0.0, 0.0, 2.0].repeat(40);
    let constant: Vec<f64> = (0..180).map(|k| if k % 2 == 0 { 3.0 } else { f64::from(k).sin() }).collect();
    let outlier: Vec<f64> = constant.iter().copied().chain([1e6, -1e6]).collect();
    let wide = normal(9, 64 * 70, 1.0); // 70 points of dimension 64
    let pairs = |clouds: &[&Vec<f64>], dimension: usize| {
        for x in clouds {
            for y in clouds {
                for concentrated in [false, true] {
                    for representatives in [Some(1), Some(7), None] {
                        check(x, y, dimension, concentrated, representatives);
                    }
                }
            }
        }
    };
    pairs(&[&few, &atom, &duplicates, &constant, &outlier], 2);
    pairs(&[&wide, &wide[..64].to_vec()], 64);
    pairs(&[&few, &atom, &outlier], 1);
}

/// Both starts, both scalars; with all the weight on one point where `concentrated`.
fn check(x: &[f64], y: &[f64], dimension: usize, concentrated: bool, points: Option<usize>) {
    let (n, m) = (x.len() / dimension, y.len() / dimension);
    let weights = |count: usize| {
        (0..count).map(|k| if !concentrated { 1.0 / count as f64 } else { f64::from(k == count / 2) }).collect()
    };
    let (a, b): (Vec<f64>, Vec<f64>) = (weights(n), weights(m));
    let (x32, y32, a32, b32) = (data::single(x), data::single(y), data::single(&a), data::single(&b));
    let cloud = PointCloud::squared_euclidean(x, y, dimension).unwrap();
    let problem = Problem::new(cloud).and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(0.5))).unwrap();
    let cloud = PointCloud::squared_euclidean(&x32, &y32, dimension).unwrap();
    let single = Problem::new(cloud).and_then(|p| p.weights(&a32, &b32)?.epsilon(Epsilon::Absolute(0.5))).unwrap();
    let (coarse, sample) = (CoarseStart { representatives: points, blur: None }, SubsampleStart { points, seed: 3 });
    let limit = 50;
    for (name, wide, narrow) in
        [("coarse", &coarse as &dyn Start<f64>, &coarse as &dyn Start<f32>), ("subsample", &sample, &sample)]
    {
        let settings = Settings { max_sweeps: limit, ..Settings::default() };
        let solved = solve_owned(&problem, wide, &settings).unwrap();
        assert_eq!(solved.report.start.name, name);
        assert!(solved.report.start_value.is_finite() && solved.report.objective.is_finite());
        assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
        let settings = Settings { max_sweeps: limit, ..Settings::default() };
        let solved = match solve_owned(&single, narrow, &settings) {
            Err(Error { kind: ErrorKind::BelowResolution { .. }, .. }) => continue,
            solved => solved.unwrap(),
        };
        assert!(solved.report.start_value.is_finite() && solved.report.objective.is_finite());
        assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
    }
}

#[test]
fn other_costs_relaxation_and_scales() {
    let (x, y) = (mixture(1, 300), mixture(2, 250));
    let fewer = |problem: &Problem<'_, f64>, what: &str| {
        let (zero, coarse) = (report(problem, &Zero), report(problem, &COARSE));
        let sample = report(problem, &SUBSAMPLE);
        println!("{what}: zero {}, subsample {}, coarse {}", zero.sweeps, sample.sweeps, coarse.sweeps);
        assert!(coarse.sweeps < zero.sweeps, "{what}: {} and {}", coarse.sweeps, zero.sweeps);
        assert!(coarse.sweeps < sample.sweeps, "{what}: {} and {}", coarse.sweeps, sample.sweeps);
        assert!((coarse.dual_value - zero.dual_value).abs() < 2e-3 * zero.dual_value.abs(), "{what}");
        assert!(sample.start_value > zero.start_value && coarse.start_value > zero.start_value, "{what}");
        coarse
    };
    for cost in [&Euclidean as &dyn GroundCost<f64>, &Cosine] {
        let cloud = PointCloud::new(&x, &y, 2, cost).unwrap();
        let problem = Problem::new(cloud).and_then(|p| p.epsilon(Epsilon::OfMean(0.02))).unwrap();
        fewer(&problem, cost.name());
    }
    let one = plane(&x, &y, 0.02);
    let mean = one.cost_scale(CostScale::Mean).unwrap();
    assert_eq!(fewer(&one, "balanced").sweeps, fewer(&mean, "scaled").sweeps);

    // Relaxed on one side and on both, totals that differ, in units of the scaled cost.
    let (a, b) = (vec![2.0 / 300.0; 300], vec![3.0 / 250.0; 250]);
    for (rho_a, rho_b) in [(1.0, 1.0), (f64::INFINITY, 0.5)] {
        let problem = one.cost_scale(CostScale::Mean).and_then(|p| p.weights(&a, &b)?.unbalanced(rho_a, rho_b));
        fewer(&problem.unwrap(), "relaxed");
    }
    // Points without weight change nothing.
    let (mut x, mut a) = (x, vec![1.0 / 300.0; 300]);
    let clean = report(&plane(&x, &y, 0.02).weights_a(&a).unwrap(), &COARSE);
    x.extend([1e3, -1e3]);
    a.push(0.0);
    let problem = plane(&x, &y, 0.02).weights_a(&a).unwrap();
    let with_idle = report(&problem, &CoarseStart { representatives: Some(34), blur: None });
    assert!(with_idle.sweeps <= 2 * clean.sweeps && clean.sweeps <= 2 * with_idle.sweeps);
}

#[test]
fn a_matrix_is_for_the_subsample_which_sees_what_it_sees_between_points() {
    let (x, y) = (data::uniform(&mut data::generator(1), 600), normal(2, 500, 2.0));
    let costs = oracle::squared_euclidean(&x, &y, 2);
    let matrix = Problem::new(CostMatrix::row_major(&costs, 300, 250).unwrap()).unwrap();
    let points = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let epsilon = 0.02 * costs.iter().sum::<f64>() / costs.len() as f64;
    let settings = Settings::default();
    let (of_matrix, of_points) = (target(&matrix, epsilon, &settings), target(&points, epsilon, &settings));
    let (f, expected) = (potential(&SUBSAMPLE, &of_matrix), potential(&SUBSAMPLE, &of_points));
    // The small problems stop at 1e-3, from starts of their own.
    let level = (f.iter().sum::<f64>() - expected.iter().sum::<f64>()) / 300.0;
    let far = f.iter().zip(&expected).map(|(p, q)| (p - q - level).abs()).fold(0.0, f64::max);
    assert!(far < 0.5 * epsilon, "{far} of {epsilon}");
    let matrix = matrix.epsilon(Epsilon::Absolute(epsilon)).unwrap();
    let (sample, zero) = (report(&matrix, &SUBSAMPLE), report(&matrix, &Zero));
    assert!(sample.start_value > zero.start_value && sample.status == Status::Converged);
    assert!((sample.dual_value - zero.dual_value).abs() < 1e-3 * zero.dual_value);

    assert!(matches!(matrix.geometry(), Geometry::Matrix(_)));
    let error = solve_owned(&matrix, &COARSE, &Settings::default()).unwrap_err();
    assert!(matches!(error, Error { argument: Argument::START, kind: ErrorKind::Unsupported { .. } }), "{error}");
    let nothing = CoarseStart { representatives: Some(0), blur: None };
    let error = solve_owned(&points, &nothing, &Settings::default()).unwrap_err();
    assert_eq!(error, Error::new(Argument::START, ErrorKind::NotPositive { value: 0.0 }));
    let nothing = SubsampleStart { points: Some(0), seed: 0 };
    let error = solve_owned(&points, &nothing, &Settings::default()).unwrap_err();
    assert_eq!(error, Error::new(Argument::START, ErrorKind::NotPositive { value: 0.0 }));
}

/// A sample must not consist of points without weight.
#[test]
fn a_subsample_is_drawn_from_points_with_weight() {
    let (x, y) = (normal(1, 400, 1.0), normal(2, 400, 1.0));
    let mut a = vec![0.0; 200];
    (a[17], a[150]) = (0.25, 0.75);
    for seed in 0..20 {
        let problem = plane(&x, &y, 0.1).weights_a(&a).unwrap();
        let found = report(&problem, &SubsampleStart { points: Some(2), seed });
        assert!(found.status == Status::Converged && found.start_value.is_finite());
    }
}

#[test]
fn a_damaged_fit_and_a_senseless_blur_are_refused() {
    let mut generator = data::generator(5);
    let (x, y) = (data::normal(&mut generator, 200), data::normal(&mut generator, 200));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
    let mut solver = Solver::new(&problem, &settings, workspace).unwrap();
    let saved = serde_json::to_value(COARSE.fit(&solver.target()).unwrap()).unwrap();
    for (field, value) in [("points", "[]"), ("potential", "[1.0]"), ("weights", "[]"), ("dimension", "3")] {
        let mut broken = saved.clone();
        broken[field] = serde_json::from_str(value).unwrap();
        let fit: CoarseFit<f64> = serde_json::from_value(broken).unwrap();
        let message = solver.start(&fit).unwrap_err().to_string();
        assert_eq!(
            message, "start: the coarse fit is damaged: its sizes disagree or an entry is not finite",
            "{field}"
        );
    }
    for blur in [0.0, -1.0, f64::NAN] {
        let start = CoarseStart { blur: Some(blur), ..COARSE };
        assert!(
            matches!(
                solver.start(&start),
                Err(Error { argument: Argument::START, kind: ErrorKind::NotPositive { .. } })
            ),
            "{blur}"
        );
    }
}
