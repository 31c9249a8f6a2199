//! Problems that are hard for sweeps: potentials that run away, totals far from 1, epsilons far below the costs.

use rand::{Rng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};
use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, PointCloud, Problem, Real, Report, Settings, Status, Storage, start::Zero,
};
use sinkhorn_tests::{data, oracle, solve_owned};

/// The L1 errors of the marginals of a b exp((f + g - C) / epsilon), in f64.
fn errors<T: Real>(cost: &[T], a: &[T], b: &[T], epsilon: T, f: &[T], g: &[T]) -> [f64; 2] {
    let m = b.len();
    let plan = |i: usize, j: usize| {
        let exponent = (f[i].widen() + g[j].widen() - cost[i * m + j].widen()) / epsilon.widen();
        a[i].widen() * b[j].widen() * exponent.exp()
    };
    let rows = (0..a.len()).map(|i| ((0..m).map(|j| plan(i, j)).sum::<f64>() - a[i].widen()).abs()).sum();
    let columns = (0..m).map(|j| ((0..a.len()).map(|i| plan(i, j)).sum::<f64>() - b[j].widen()).abs()).sum();
    [rows, columns]
}

fn check_kept<T: Real>(cost: &[T], a: &[T], b: &[T], epsilon: T, threshold: T) {
    let problem = Problem::new(CostMatrix::row_major(cost, a.len(), b.len()).unwrap())
        .and_then(|p| p.weights(a, b))
        .and_then(|p| p.epsilon(Epsilon::Absolute(epsilon)))
        .unwrap();
    for acceleration in [Settings::<T>::default().acceleration, Acceleration::Anderson { memory: 10 }] {
        let settings = Settings { threshold, acceleration, max_sweeps: 100_000, ..Settings::default() };
        let solved = solve_owned(&problem, &Zero, &settings).unwrap();
        let context = format!("{cost:?}, {}: {:?}", acceleration.name(), solved.report);
        assert_eq!(solved.report.status, Status::Converged, "{context}");
        let told = [solved.report.row_error.widen(), solved.report.column_error.widen()];
        let rounding = 64.0 * T::EPSILON.widen() * (1.0 + 4.0 / epsilon.widen());
        for (told, is) in told.into_iter().zip(errors(cost, a, b, epsilon, &solved.f, &solved.g)) {
            assert!((told - is).abs() <= 0.01 * is + rounding, "{context}: is {is:e}");
            assert!(is <= threshold.widen() + rounding, "{context}: is {is:e}");
        }
    }
}

/// Anderson acceleration once let potentials run along directions in which the plan does not change, and took the
/// rounding of what was large for a precision floor, or for convergence.
#[test]
fn potentials_do_not_run_away() {
    check_kept(&[0.0, 2.0, 2.0, 0.0], &[2.0 / 3.0, 1.0 / 3.0], &[5e-5, 1.0 - 5e-5], 1.333e-4, 3e-2);
    check_kept(
        &[1.0, 1.0, 0.0, 2.0, 2.0, 2.0],
        &[0.23328144790641575, 0.4044835845749202, 0.3622349675186641],
        &[0.0006845176574513489, 0.9993154823425486],
        2.1444452859408986e-06,
        1e-2,
    );
    check_kept(
        &[1.0, 0.0, 0.0, 2.0, 1.0, 2.0],
        &[0.47510590236099465, 0.16688969098530482, 0.35800440665370065],
        &[0.0011359023716978848, 0.9988640976283021],
        1.9902481525748735e-05,
        1e-2,
    );
    check_kept::<f32>(
        &[2.0, 1.0, 1.0, 2.0],
        &[0.616_825_4, 0.383_174_6],
        &[0.000_345_481_12, 0.999_654_5],
        0.029_320_172,
        1e-3,
    );
    check_kept::<f32>(
        &[1.0, 1.0, 0.0, 2.0, 2.0, 0.0],
        &[0.299_998_76, 0.352_520_77, 0.347_480_48],
        &[0.020_117_514, 0.979_882_5],
        0.005_350_937,
        1e-2,
    );
}

/// Balanced problems whose masses are multiplied by a number take the same sweeps to the plan times that number.
#[test]
fn masses_may_be_of_any_size() {
    let mut generator = data::generator(11);
    let (x, y) = (data::normal(&mut generator, 80), data::normal(&mut generator, 60));
    let (a, b) = (data::weights(&mut generator, 40), data::weights(&mut generator, 30));
    for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 10 }, Acceleration::Auto { memory: 10 }]
    {
        for storage in [Storage::Stream, Storage::Kernel, Storage::Cost] {
            let settings = Settings { acceleration, storage, ..Settings::default() };
            let solve = |factor: f64| {
                let scaled = |weights: &[f64]| weights.iter().map(|weight| weight * factor).collect::<Vec<f64>>();
                let (a, b) = (scaled(&a), scaled(&b));
                let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
                    .and_then(|p| p.weights(&a, &b))
                    .and_then(|p| p.epsilon(Epsilon::Absolute(0.1)))
                    .unwrap();
                solve_owned(&problem, &Zero, &settings).unwrap()
            };
            let one = solve(1.0);
            for factor in [1e-30, 1e-7, 1e7, 1e30] {
                let other = solve(factor);
                assert_eq!(other.report.status, Status::Converged);
                assert!(other.report.sweeps.abs_diff(one.report.sweeps) <= 1, "{factor:e}: {:?}", other.report);
                for (&p, &q) in one.plan.iter().zip(&other.plan) {
                    assert!((q / factor - p).abs() <= 1e-6 * p + 1e-9, "{factor:e}: {p} {q}");
                }
            }
        }
    }
}

/// A relaxed problem with totals of 1e-7 was once called solved after its first sweep; ones with large totals never
/// were.
#[test]
fn relaxed_totals_may_be_of_any_size() {
    let mut generator = data::generator(12);
    let (x, y) = (data::normal(&mut generator, 40), data::normal(&mut generator, 30));
    let cost = oracle::squared_euclidean(&x, &y, 1);
    for total in [1e-9, 1e-7, 1e-3, 1e4, 1e9] {
        let weights = |count: usize| vec![total / count as f64; count];
        let (a, b) = (weights(40), weights(30));
        let want = oracle::sinkhorn(&cost, &a, &b, 0.1, (1.0, 1.0), 2000);
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
            .and_then(|p| p.weights(&a, &b))
            .and_then(|p| p.epsilon(Epsilon::Absolute(0.1)))
            .and_then(|p| p.unbalanced(1.0, 1.0))
            .unwrap();
        let got = solve_owned(&problem, &Zero, &Settings::default()).unwrap();
        let mass: f64 = want.plan.iter().sum();
        assert_eq!(got.report.status, Status::Converged, "{total:e}: {:?}", got.report);
        assert!((got.report.mass - mass).abs() <= 1e-5 * mass, "{total:e}: {} {mass}", got.report.mass);
        let size = want.objective.abs();
        assert!((got.report.objective - want.objective).abs() <= 1e-8 * size, "{total:e}: {:?}", got.report);
    }
    let single = |total: f32| {
        let (x, y) = (data::single(&x), data::single(&y));
        let (a, b) = (vec![total / 40.0; 40], vec![total / 30.0; 30]);
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
            .and_then(|p| p.weights(&a, &b))
            .and_then(|p| p.epsilon(Epsilon::Absolute(0.1))?.unbalanced(1.0, 1.0))
            .unwrap();
        solve_owned(&problem, &Zero, &Settings::default()).unwrap().report
    };
    for total in [1e-7, 1e-3, 1e4] {
        assert_eq!(single(total).status, Status::Converged, "f32, {total:e}");
    }
}

/// The objective errs by the square of the marginal error; the primal value by the error itself.
#[test]
fn the_objective_is_of_second_order() {
    let mut generator = data::generator(13);
    let (x, y) = (data::normal(&mut generator, 200), data::normal(&mut generator, 160));
    for rho in [f64::INFINITY, 2.0] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::Absolute(0.05))?.unbalanced(rho, rho))
            .unwrap();
        let solve = |threshold| {
            let settings = Settings { threshold, acceleration: Acceleration::Plain, ..Settings::default() };
            solve_owned(&problem, &Zero, &settings).unwrap().report
        };
        let exact = solve(1e-12).objective;
        for threshold in [1e-2, 1e-3] {
            let report: Report<f64> = solve(threshold);
            assert_eq!(report.objective, report.dual_value);
            let (of_dual, of_primal) = ((report.objective - exact).abs(), (report.primal_value - exact).abs());
            assert!(of_dual <= 20.0 * threshold * threshold, "{rho} {threshold}: {of_dual:e}");
            assert!(
                rho.is_finite() || threshold > 1e-3 || of_dual < 0.5 * of_primal,
                "{rho} {threshold}: {of_dual:e} {of_primal:e}"
            );
        }
    }
}

struct Hard {
    name: String,
    cost: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    epsilon: f64,
}

/// Points of several kinds and random matrices, 5 to 300 points a side, epsilon from 1e-2 to 1e-6 of the mean cost.
fn hard(generator: &mut StdRng, number: usize) -> Hard {
    let size = |generator: &mut StdRng| (5.0 * 60_f64.powf(generator.random())) as usize;
    let n = size(generator);
    let m = if generator.random_range(0..5) < 2 { n } else { size(generator) };
    let kind = number % 8;
    let dimension = [1, 2, 2, 3, 10, 0, 0, 0][kind];
    let normal = |generator: &mut StdRng| Distribution::<f64>::sample(&StandardNormal, generator);
    let mut points = |count: usize, side: f64| -> Vec<f64> {
        let coordinate = |k: usize, generator: &mut StdRng| match kind {
            2 => ((k / 2) % 4) as f64 * 3.0 * (1.0 + (k % 2) as f64) + 0.1 * normal(generator) + 0.3 * side,
            3 => generator.random(),
            _ => (1.0 + side) * normal(generator) + side,
        };
        (0..count * dimension).map(|k| coordinate(k, generator)).collect()
    };
    let cost = if dimension > 0 {
        let (x, y) = (points(n, 0.0), points(m, 1.0));
        oracle::squared_euclidean(&x, &y, dimension)
    } else {
        let entry = |generator: &mut StdRng| match kind {
            5 => generator.random(),
            6 => f64::from(generator.random_range(0..3)),
            _ => (1.5 * normal(generator)).exp(),
        };
        (0..n * m).map(|_| entry(generator)).collect()
    };
    let (a, b) = if generator.random() {
        (vec![1.0 / n as f64; n], vec![1.0 / m as f64; m])
    } else {
        (data::weights(generator, n), data::weights(generator, m))
    };
    let mean: f64 = (0..n * m).map(|k| a[k / m] * b[k % m] * cost[k]).sum();
    let exponent = if number.is_multiple_of(3) { 6.0 } else { generator.random_range(2.0..6.0) };
    let name = format!("{number}: kind {kind}, {n} x {m}, epsilon 1e-{exponent:.1} of the mean");
    Hard { name, cost, a, b, epsilon: mean * 10_f64.powf(-exponent) }
}

/// The default solves every one of 200 to 1e-3 within 300 sweeps.
#[test]
fn the_default_solves_small_problems_with_tiny_epsilons() {
    let mut generator = data::generator(14);
    let (mut all, mut most) = (0, 0);
    for number in 0..200 {
        let Hard { name, cost, a, b, epsilon } = hard(&mut generator, number);
        let problem = Problem::new(CostMatrix::row_major(&cost, a.len(), b.len()).unwrap())
            .and_then(|p| p.weights(&a, &b))
            .and_then(|p| p.epsilon(Epsilon::Absolute(epsilon)))
            .unwrap();
        let settings = Settings { threshold: 1e-3, ..Settings::default() };
        let solved = solve_owned(&problem, &Zero, &settings).unwrap();
        let report = solved.report;
        assert_eq!(report.status, Status::Converged, "{name}: {report:?}");
        assert!(report.sweeps <= 300, "{name}: {} sweeps", report.sweeps);
        let [row, column] = errors(&cost, &a, &b, epsilon, &solved.f, &solved.g);
        assert!(row.max(column) <= 1.1e-3, "{name}: {row:e} {column:e}");
        (all, most) = (all + report.sweeps, most.max(report.sweeps));
    }
    println!("200 problems: {} sweeps on average, {most} at most", all / 200);
}
