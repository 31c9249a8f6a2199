//! Defects that users of other implementations have reported: one test each that they are not here. Elsewhere: NaN from
//! a singular covariance (`starts.rs`), out-of-sample potentials that lack the weights (`solution.rs`), warnings that
//! cannot be turned off (the library does not print: the lints `print_stdout` and `print_stderr`, which `tests/run`
//! makes errors).

use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Settings, Status, Storage,
    start::{Given, Monotone, Zero},
};
use sinkhorn_tests::{data, oracle, solve_owned};

const ACCELERATIONS: [Acceleration<f64>; 4] = [
    Acceleration::Plain,
    Acceleration::Relaxation { factor: 1.5 },
    Acceleration::AdaptiveRelaxation,
    Acceleration::Anderson { memory: 10 },
];

/// OTT-JAX: `converged` with a cost of -inf after an infinite first error.
#[test]
fn a_first_error_that_overflows_is_not_convergence() {
    // Far apart on the scale of epsilon: every exponential of the first sweep underflows.
    let x = [0.0, 1.0, 5.0, 2.0];
    let y = [1000.0, 1003.0, 1001.0, 990.0];
    for acceleration in ACCELERATIONS {
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let settings = Settings { acceleration, storage, max_sweeps: 2_000, ..Settings::default() };
            let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
                .and_then(|p| p.epsilon(Epsilon::Absolute(0.05)))
                .unwrap();
            let solved =
                solve_owned(&problem, &Given::both(&[1e4, -1e4, 0.0, 3e3], &[-1e5, 0.0, 1e5, 7.0]), &settings).unwrap();
            // Sorted to sorted: 0-990, 1-1000, 2-1001, 5-1003.
            let exact = (990.0_f64.powi(2) + 999.0_f64.powi(2) + 999.0_f64.powi(2) + 998.0_f64.powi(2)) / 4.0;
            let report = solved.report;
            let what = format!("{acceleration:?} {storage:?} {report:?}");
            // The dual value is sharp to epsilon log n; the cost of the plan as far as its marginals are (costs span 36
            // 000). An independent plan would cost 20 more.
            assert!((report.dual_value - exact).abs() < 0.1, "{what} {exact}");
            assert!((report.transport_cost - exact).abs() < 0.1 + 36_000.0 * report.marginal_error(), "{what} {exact}");
            assert_eq!(report.status == Status::Converged, report.marginal_error() <= 1e-6, "{what}");
        }
    }
}

/// OTT-JAX: a start for sorted points applied to unsorted ones.
#[test]
fn the_order_of_the_points_does_not_matter_to_the_monotone_start() {
    let mut generator = data::generator(1);
    let (mut x, mut y) = (data::normal(&mut generator, 90), data::uniform(&mut generator, 90));
    let settings = Settings { threshold: 1e-3, ..Settings::plain() };
    let report = |x: &[f64], y: &[f64]| {
        let problem = Problem::new(PointCloud::squared_euclidean(x, y, 1).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.001)))
            .unwrap();
        solve_owned(&problem, &Monotone, &settings).unwrap().report
    };
    let shuffled = report(&x, &y);
    x.sort_by(f64::total_cmp);
    y.sort_by(f64::total_cmp);
    let sorted = report(&x, &y);
    assert_eq!(shuffled.sweeps, sorted.sweeps);
    assert!((shuffled.start_value - sorted.start_value).abs() < 1e-10);
}

/// POT: a potentials argument silently ignored, and a warm start in other units by method.
#[test]
fn given_potentials_are_used_and_have_the_same_units_everywhere() {
    let mut generator = data::generator(2);
    let (x, y) = (data::normal(&mut generator, 80), data::normal(&mut generator, 60));
    for rho in [f64::INFINITY, 0.5] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.01))?.unbalanced(rho, rho))
            .unwrap();
        let tight = Settings { threshold: 1e-11, max_sweeps: 100_000, ..Settings::default() };
        let solved = solve_owned(&problem, &Zero, &tight).unwrap();
        for acceleration in ACCELERATIONS {
            for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
                let settings = Settings { threshold: 1e-6, acceleration, storage, ..Settings::default() };
                let cold = solve_owned(&problem, &Zero, &settings).unwrap().report;
                assert!(cold.sweeps > 5);
                for given in [Given::f(&solved.f), Given::g(&solved.g), Given::both(&solved.f, &solved.g)] {
                    let warm = solve_owned(&problem, &given, &settings).unwrap().report;
                    // Relaxation confirms by a plain sweep what passed the threshold.
                    assert!(warm.sweeps <= 2 && warm.start.name == "given", "{acceleration:?} {storage:?} {warm:?}");
                }
            }
        }
    }
}

/// POT: NaN plans at small epsilon.
#[test]
fn plans_at_small_epsilon_are_finite_and_near_the_unregularised_one() {
    let mut generator = data::generator(3);
    let (x, y) = (data::uniform(&mut generator, 30), data::uniform(&mut generator, 30));
    let (mut p, mut q) = (x.clone(), y.clone());
    p.sort_by(f64::total_cmp);
    q.sort_by(f64::total_cmp);
    let exact = p.iter().zip(&q).map(|(s, t)| (s - t) * (s - t)).sum::<f64>() / 30.0;
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(1e-6)))
        .unwrap();
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        let solved = solve_owned(&problem, &Monotone, &Settings { storage, ..Settings::default() }).unwrap();
        assert_eq!(solved.report.status, Status::Converged);
        assert!(solved.plan.iter().all(|entry| entry.is_finite()));
        assert!(
            (solved.report.transport_cost - exact).abs() < 1e-4 * exact,
            "{} {exact}",
            solved.report.transport_cost
        );
    }
}

/// Several: squared distances in f32 as |x|^2 + |y|^2 - 2 x.y, wrong once the data are shifted by 1 000.
#[test]
fn squared_distances_in_single_precision_survive_a_shift() {
    let mut generator = data::generator(4);
    let shift = |points: Vec<f64>| points.iter().map(|value| (value + 1000.0) as f32).collect::<Vec<f32>>();
    let (x, y) = (shift(data::normal(&mut generator, 150)), shift(data::normal(&mut generator, 120)));
    let wide = |points: &[f32]| points.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>();
    let cost = oracle::squared_euclidean(&wide(&x), &wide(&y), 3);
    let uniform = |n: usize| vec![1.0 / n as f64; n];
    let want = oracle::sinkhorn(&cost, &uniform(50), &uniform(40), 0.5, (f64::INFINITY, f64::INFINITY), 500);
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 3).unwrap())
            .and_then(|p| p.epsilon(Epsilon::Absolute(0.5)))
            .unwrap();
        let solved =
            solve_owned(&problem, &Zero, &Settings { threshold: 1e-5, storage, ..Settings::default() }).unwrap();
        assert!((f64::from(solved.report.objective) - want.objective).abs() < 1e-4 * want.objective);
        assert!(solved.plan.iter().zip(&want.plan).all(|(&p, q)| (f64::from(p) - q).abs() < 1e-6));
    }
}
