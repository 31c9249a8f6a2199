//! The start for those who do not want to choose: right for every problem, and repeatable.

use sinkhorn_core::{
    CostMatrix, Epsilon, Float, PointCloud, Problem, Real, Report, Settings, Status,
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, SquaredEuclidean},
    start::Zero,
};
use sinkhorn_init::{Auto, CoarseStart, Timed};
use sinkhorn_tests::{data, oracle, solve_owned};

fn solve(problem: &Problem<'_, f64>) -> Report<f64> {
    let found = solve_owned(problem, &Auto, &Settings::default()).unwrap();
    assert!(found.f.iter().chain(&found.g).all(|value| value.is_finite()));
    found.report
}

fn cloud<'a>(x: &'a [f64], y: &'a [f64], d: usize, epsilon: f64) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, d).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(epsilon)))
        .unwrap()
}

#[test]
fn what_is_chosen_suits_the_problem() {
    let mut generator = data::generator(1);
    let g = &mut generator;
    let spread = |points: Vec<f64>| points.iter().map(|value| value.powi(3)).collect::<Vec<f64>>();
    let (x, y) = (spread(data::normal(g, 300)), data::normal(g, 300));
    assert_eq!(solve(&cloud(&x, &y, 1, 0.002)).start.name, "monotone");
    let (x, y) = (data::normal(g, 10 * 200), data::normal(g, 10 * 200));
    assert_eq!(solve(&cloud(&x, &y, 10, 0.01)).start.name, "gaussian");
    let ring =
        |radius: f64| (0..800).map(|k| radius * (k as f64 * 0.37 + (k % 2) as f64 * 1.57).sin()).collect::<Vec<f64>>();
    let report = solve(&cloud(&ring(1.0), &ring(2.0), 2, 0.05));
    assert_eq!(report.start.name, "coarse");
    let zero = solve_owned(&cloud(&ring(1.0), &ring(2.0), 2, 0.05), &Zero, &Settings::default()).unwrap().report;
    assert!(report.sweeps < zero.sweeps && report.start.pairs > 0, "{report:?}, from zero {}", zero.sweeps);
    // Few points have nothing to be summarised.
    let report = solve(&cloud(&ring(1.0)[..40], &ring(2.0)[..40], 2, 0.05));
    assert!(["zero", "gaussian"].contains(&report.start.name), "{report:?}");
}

#[test]
fn every_cost_matrix_and_relaxation_has_a_start() {
    let mut generator = data::generator(2);
    let (n, m) = (150, 140);
    let (x, y) = (data::uniform(&mut generator, 2 * n), data::uniform(&mut generator, 2 * m));
    let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
    let matrix = oracle::squared_euclidean(&x, &y, 2);
    let costs: [&dyn GroundCost<f64>; 4] = [&SquaredEuclidean, &Euclidean, &Manhattan, &Cosine];
    for (rho_a, rho_b) in [(f64::INFINITY, f64::INFINITY), (0.3, f64::INFINITY), (0.5, 0.1)] {
        for scale in [CostScale::One, CostScale::Mean] {
            let finish = |problem: Problem<'_, f64>| {
                let problem = problem
                    .weights(&a, &b)
                    .and_then(|p| p.epsilon(Epsilon::OfMean(0.05)))
                    .and_then(|p| p.cost_scale(scale))
                    .and_then(|p| p.unbalanced(rho_a, rho_b))
                    .unwrap();
                let (auto, zero) =
                    (solve(&problem), solve_owned(&problem, &Zero, &Settings::default()).unwrap().report);
                assert_eq!(auto.status, Status::Converged);
                assert!((auto.objective - zero.objective).abs() < 1e-5 * zero.objective.abs().max(1.0));
                // Estimated from a sample, so not to the last digit.
                assert!(auto.start_value >= zero.start_value - 0.1 * zero.dual_value.abs(), "{auto:?}");
                auto.start.name
            };
            for cost in costs {
                finish(Problem::new(PointCloud::new(&x, &y, 2, cost).unwrap()).unwrap());
            }
            finish(Problem::new(CostMatrix::row_major(&matrix, n, m).unwrap()).unwrap());
        }
    }
}

fn survives<T: Real>(x: &[T], y: &[T], d: usize) {
    let epsilon = Epsilon::Absolute(T::constant(0.5));
    let problem = Problem::new(PointCloud::squared_euclidean(x, y, d).unwrap()).and_then(|p| p.epsilon(epsilon));
    let settings = Settings { max_sweeps: 50, ..Settings::default() };
    let found = match solve_owned(&problem.unwrap(), &Auto, &settings) {
        // In f32.
        Err(sinkhorn_core::Error { kind: sinkhorn_core::error::ErrorKind::BelowResolution { .. }, .. }) => return,
        found => found.unwrap(),
    };
    assert!(found.f.iter().chain(&found.g).chain(&found.plan).all(|&value| Float::is_finite(value)));
    assert!(Float::is_finite(found.report.objective) && Float::is_finite(found.report.start_value));
}

#[test]
fn degenerate_clouds_give_no_nan() {
    let wave = |count: usize, d: usize| (0..count * d).map(|k| (k as f64 * 0.9).sin()).collect::<Vec<f64>>();
    for d in [1, 2, 7] {
        let duplicates: Vec<f64> = wave(4, d).repeat(50);
        let one_atom = wave(1, d).repeat(200);
        let mut outlier = wave(200, d);
        outlier[..d].fill(1e4);
        let mut constant = wave(200, d);
        constant.iter_mut().step_by(d).for_each(|value| *value = 3.0);
        let clouds = [wave(1, d), wave(3, d), wave(200, d), duplicates, one_atom, outlier, constant];
        for x in &clouds {
            for y in &clouds {
                survives(x, y, d);
                survives(&data::single(x), &data::single(y), d);
            }
        }
    }
}

#[test]
fn the_same_bits_at_every_call_and_a_clock_changes_none() {
    let mut generator = data::generator(3);
    let (x, y) = (data::normal(&mut generator, 600), data::uniform(&mut generator, 600));
    let problem = cloud(&x, &y, 2, 0.01);
    let first = solve_owned(&problem, &Auto, &Settings::default()).unwrap();
    let timed = solve_owned(&problem, &Timed(Auto), &Settings::default()).unwrap();
    assert_eq!((&first.f, &first.g), (&timed.f, &timed.g));
    assert!(first.report.start.time.is_none() && timed.report.start.time.is_some());
}

/// `blur` is what lets Auto pass over a fit that is too coarse.
#[test]
fn representatives_that_are_too_far_are_refused_where_asked() {
    let mut generator = data::generator(4);
    let (x, y) = (data::normal(&mut generator, 10 * 150), data::normal(&mut generator, 10 * 150));
    let problem = cloud(&x, &y, 10, 0.002);
    let start = CoarseStart { blur: Some(1.0), ..CoarseStart::default() };
    let error = solve_owned(&problem, &start, &Settings::default()).unwrap_err();
    assert_eq!(error.to_string(), "start: coarse would represent points by others that are too far away");
    assert!(solve_owned(&problem, &CoarseStart::default(), &Settings::default()).is_ok());
}
