//! What a report claims holds, where it is hard: large rho, stops half-way, failed starts, shifted potentials, extreme
//! scales.

use std::ops::ControlFlow;

use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Settings, Solver, Status, Storage, Workspace,
    start::{FixedGaussianStart, Given, Start, Zero},
};
use sinkhorn_tests::{data, oracle, solve_owned};

fn clouds() -> (Vec<f64>, Vec<f64>) {
    let mut generator = data::generator(7);
    (data::normal(&mut generator, 120), data::normal(&mut generator, 100))
}

fn problem<'a>(x: &'a [f64], y: &'a [f64]) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::Absolute(0.2)))
        .unwrap()
}

#[test]
fn large_rho_keeps_its_digits_and_does_not_crawl() {
    let (x, y) = clouds();
    let balanced =
        solve_owned(&problem(&x, &y), &Zero, &Settings { threshold: 1e-9, ..Settings::default() }).unwrap().report;
    for rho in [1e4, 1e6, 1e8, 1e10, 1e12] {
        for (rho_a, rho_b) in [(rho, rho), (rho, f64::INFINITY), (f64::INFINITY, rho)] {
            for acceleration in
                [Acceleration::Plain, Acceleration::Relaxation { factor: 1.5 }, Acceleration::Anderson { memory: 10 }]
            {
                let settings = Settings { acceleration, ..Settings::default() };
                let relaxed = problem(&x, &y).unbalanced(rho_a, rho_b).unwrap();
                let report = solve_owned(&relaxed, &Zero, &settings).unwrap().report;
                assert_eq!(report.status, Status::Converged, "rho {rho_a} {rho_b}: {report:?}");
                assert!((report.dual_value - balanced.dual_value).abs() < 1e-3, "rho {rho_a} {rho_b}: {report:?}");
                assert!(report.dual_value <= balanced.dual_value + 1e-9, "rho {rho_a} {rho_b}: {report:?}");
            }
        }
        let (x32, y32) = (data::single(&x), data::single(&y));
        let single = Problem::new(PointCloud::squared_euclidean(&x32, &y32, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::Absolute(0.2))?.unbalanced(rho as f32, rho as f32))
            .unwrap();
        let report = solve_owned(&single, &Zero, &Settings::default()).unwrap().report;
        assert_eq!(report.status, Status::Converged, "f32, rho {rho}: {report:?}");
        assert!((f64::from(report.dual_value) - balanced.dual_value).abs() < 2e-3, "f32, rho {rho}: {report:?}");
    }
}

#[test]
fn a_stopped_solve_returns_a_plain_pair() {
    let (x, y) = clouds();
    let problem = problem(&x, &y);
    let settings = Settings { threshold: 1e-9, ..Settings::default() };
    for stop in 1..15 {
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        let mut solver =
            Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
        let mut seen = f64::INFINITY;
        solver.run_observed(&mut |observation| {
            seen = observation.marginal_error;
            if observation.sweep == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let report = *solver.finish().report();
        assert_eq!(report.status, Status::Stopped);
        assert!(report.column_error < 1e-12 && (report.mass - 1.0).abs() < 1e-12, "{stop}: {report:?}");
        assert!(report.row_error <= seen * (1.0 + 1e-9), "{stop}: {report:?}, seen {seen}");
    }
}

#[test]
fn a_failed_start_leaves_a_solver_that_starts_from_zero() {
    let (x, y) = clouds();
    let problem = problem(&x, &y);
    let settings = Settings::default();
    let want = solve_owned(&problem, &Zero, &settings).unwrap();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let mut solver =
        Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    solver.run();
    for bad in [vec![f64::NAN; 60], vec![1e300; 60], vec![0.0; 59]] {
        assert!(solver.start(&Given::f(&bad)).is_err());
        assert_eq!(solver.run(), Status::Converged);
        let solution = solver.finish();
        assert_eq!((solution.f(), *solution.report()), (&want.f[..], want.report));
    }
}

#[test]
fn a_constant_in_given_potentials_does_not_matter() {
    let (x, y) = clouds();
    let problem = problem(&x, &y);
    let want = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
    for constant in [1e3, 1e8, 1e12, 1e17, -1e60] {
        let (f, g) = (vec![constant; 60], vec![-constant; 50]);
        for given in [Given::f(&f), Given::g(&g), Given::both(&f, &g)] {
            let report = solve_owned(&problem, &given, &Settings::default()).unwrap().report;
            assert_eq!(report.status, Status::Converged, "{constant}: {report:?}");
            assert!(
                (report.dual_value - want.dual_value).abs() < 1e-8 && report.sweeps <= want.sweeps + 2,
                "{constant}: {report:?}"
            );
        }
    }
}

/// Histograms that were in single precision once do not sum to one; the difference is taken out, and told.
#[test]
fn totals_that_differ_by_rounding_are_made_equal() {
    let (x, y) = clouds();
    let settings = Settings { threshold: 1e-9, ..Settings::default() };
    for (total, difference) in [(1.0, 5e-8), (1e4, 5e-9), (1e-7, -9e-7)] {
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let (a, b) = (vec![total / 60.0; 60], vec![total * (1.0 + difference) / 50.0; 50]);
            let problem = problem(&x, &y).weights(&a, &b).unwrap();
            let solved = solve_owned(&problem, &Zero, &Settings { storage, ..settings }).unwrap();
            assert_eq!(solved.report.status, Status::Converged, "{:?}", solved.report);
            assert!((solved.report.rescaled - difference).abs() < 1e-12, "{:?}", solved.report);
            assert!((solved.report.mass - total).abs() < 1e-8 * total);
            for j in 0..50 {
                let sum: f64 = (0..60).map(|i| solved.plan[i * 50 + j]).sum();
                assert!((sum - total / 50.0).abs() < 1e-9 * total, "{j}: {sum}");
            }
        }
    }
    let (a, b) = (vec![1.0 / 60.0; 60], vec![(1.0 + 1e-5) / 50.0; 50]);
    let refused = solve_owned(&problem(&x, &y).weights(&a, &b).unwrap(), &Zero, &settings).unwrap_err();
    assert!(
        matches!(refused, sinkhorn_core::Error { kind: sinkhorn_core::error::ErrorKind::UnequalMass { .. }, .. }),
        "{refused}"
    );
    let (a, b) = (vec![1.0_f32 / 60.0; 60], vec![1.000_4_f32 / 50.0; 50]);
    let (x, y) = (data::single(&x), data::single(&y));
    let single = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(0.2)))
        .unwrap();
    let report = solve_owned(&single, &Zero, &Settings::default()).unwrap().report;
    assert_eq!(report.status, Status::Converged);
    assert!((report.rescaled - 4e-4).abs() < 1e-5, "{report:?}");
}

#[test]
fn points_out_of_reach_are_an_error_and_not_nan() {
    let (x, y) = clouds();
    let problem = problem(&x, &y);
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let mut solver =
        Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    solver.run();
    let solution = solver.finish();
    let (far, mut one, mut two) = ([1e200, 0.0], [0.0], [0.0; 2]);
    assert_eq!(solution.f_at(&far, &mut one).unwrap_err().argument.name(), "x");
    assert_eq!(solution.g_at(&far, &mut one).unwrap_err().argument.name(), "y");
    assert_eq!(solution.map_at(&far, &mut two).unwrap_err().argument.name(), "x");
}

#[test]
fn large_epsilon_and_data_of_extreme_scale_have_the_right_value() {
    let (x, y) = clouds();
    let uniform = |n: usize| vec![1.0 / n as f64; n];
    let cost = oracle::squared_euclidean(&x, &y, 2);
    let mean = cost.iter().sum::<f64>() / cost.len() as f64;
    for epsilon in [1e6, 1e12, 1e20] {
        let loose = problem(&x, &y).epsilon(Epsilon::Absolute(epsilon)).unwrap();
        let report = solve_owned(&loose, &Zero, &Settings::default()).unwrap().report;
        // The plan is a b^T to first order, and its relative entropy of second order.
        assert!((report.objective - mean).abs() < 1e-4 * mean, "{epsilon}: {} {mean}", report.objective);
    }
    let want = oracle::sinkhorn(&cost, &uniform(60), &uniform(50), 0.1 * mean, (f64::INFINITY, f64::INFINITY), 500);
    for scale in [1e-100, 1e-70, 1e60] {
        let (p, q): (Vec<f64>, Vec<f64>) =
            (x.iter().map(|v| v * scale).collect(), y.iter().map(|v| v * scale).collect());
        for epsilon in [Epsilon::OfMean(0.1), Epsilon::OfStd(0.1)] {
            let scaled = problem(&p, &q).epsilon(epsilon).unwrap();
            let settings = Settings { threshold: 1e-10, storage: Storage::Stream, ..Settings::default() };
            let report = solve_owned(&scaled, &Zero, &settings).unwrap().report;
            assert_eq!(report.status, Status::Converged, "{scale}: {report:?}");
            if epsilon == Epsilon::OfMean(0.1) {
                let value = report.objective / (scale * scale);
                assert!((value - want.objective).abs() < 1e-8, "{scale}: {value} {}", want.objective);
            }
        }
    }
}

/// A start so far off that columns vanish: an error of zero times infinity is not convergence.
#[test]
fn a_relaxed_solve_from_a_start_far_off_finds_the_answer() {
    let mut generator = data::generator(1);
    let x: Vec<f64> = data::normal(&mut generator, 400).iter().map(|value| value * 30.0).collect();
    let y: Vec<f64> = data::normal(&mut generator, 360).iter().map(|value| value * 15.0 + 30.0).collect();
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::Absolute(1.0)))
        .and_then(|p| p.unbalanced(0.1, 0.1))
        .unwrap();
    let far: Vec<f64> = (0..200).map(|i| if i == 8 { 3000.0 } else { 0.0 }).collect();
    for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 10 }] {
        for storage in [Storage::Stream, Storage::Kernel] {
            let settings = Settings { acceleration, storage, ..Settings::default() };
            let zero = solve_owned(&problem, &Zero, &settings).unwrap().report;
            assert_eq!(zero.status, Status::Converged);
            for start in [&FixedGaussianStart::<2>::default() as &dyn Start<f64>, &Given::f(&far)] {
                let report = solve_owned(&problem, start, &settings).unwrap().report;
                assert_eq!(report.status, Status::Converged, "{acceleration:?} {storage:?} {report:?}");
                assert!((report.objective - zero.objective).abs() < 1e-5 * zero.objective, "{report:?}");
            }
        }
    }
}

/// Relaxed marginals are for outliers: hardly any mass goes to a point far away, and a marginal that has vanished is no
/// error.
#[test]
fn a_point_too_far_to_be_worth_any_mass_keeps_nothing_from_converging() {
    let (x, y) = ([0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 40.0, 0.0]);
    let mut objectives = Vec::new();
    for (x, y) in [(&x, &y), (&y, &x)] {
        for (rho_a, rho_b) in [(1.0, 1.0), (1.0, f64::INFINITY), (f64::INFINITY, 1.0)] {
            for storage in [Storage::Stream, Storage::Kernel] {
                let problem = Problem::new(PointCloud::squared_euclidean(x, y, 2).unwrap())
                    .and_then(|p| p.epsilon(Epsilon::Absolute(1.0)))
                    .and_then(|p| p.unbalanced(rho_a, rho_b))
                    .unwrap();
                let report = solve_owned(&problem, &Zero, &Settings { storage, ..Settings::default() }).unwrap().report;
                assert_eq!(report.status, Status::Converged, "{rho_a} {rho_b} {storage:?} {report:?}");
                assert!(report.marginal_error() <= 1e-6, "{report:?}");
                if rho_a == rho_b {
                    objectives.push(report.objective);
                }
            }
        }
    }
    assert!(objectives.iter().all(|value| (value - objectives[0]).abs() < 1e-9), "either way round: {objectives:?}");
}

#[test]
fn a_start_with_absurd_potentials_costs_sweeps_and_not_the_answer() {
    let mut generator = data::generator(2);
    let (x, y) = (data::normal(&mut generator, 80), data::uniform(&mut generator, 60));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let zero = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
    for size in [1e3, 1e30, 1e100] {
        let wild: Vec<f64> = (0..40).map(|i| size * f64::from(i).sin()).collect();
        let report = solve_owned(&problem, &Given::f(&wild), &Settings::default()).unwrap().report;
        assert_eq!(report.status, Status::Converged, "{size:e} {report:?}");
        assert!((report.objective - zero.objective).abs() < 1e-5 * zero.objective.abs(), "{size:e} {report:?}");
    }
}

#[test]
fn points_without_weight_do_not_spoil_the_start_value() {
    let (x, y, a) = ([0.0, 1.0, 40.0], [0.5, 2.0, 3.0], [0.5, 0.5, 0.0]);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
        .and_then(|p| p.weights_a(&a))
        .and_then(|p| p.epsilon(Epsilon::Absolute(0.1)))
        .and_then(|p| p.unbalanced(1.0, 1.0))
        .unwrap();
    for start in [&FixedGaussianStart::<1>::default() as &dyn Start<f64>, &Given::f(&[0.0, 0.0, -1000.0])] {
        let report = solve_owned(&problem, start, &Settings::default()).unwrap().report;
        assert!(report.start_value.abs() < 100.0 && report.start_value <= report.dual_value + 1e-9, "{report:?}");
    }
}

#[test]
fn a_solver_that_begins_anew_does_the_same_again() {
    for seed in 0..10 {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, 120), data::normal(&mut generator, 100));
        let x: Vec<f64> = x.iter().enumerate().map(|(k, value)| value + f64::from(k as u32 % 3) * 9.0).collect();
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let settings = Settings { storage, ..Settings::default() };
            let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
            let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
            let mut solver = Solver::new(&problem, &settings, workspace).unwrap();
            let mut once = || {
                solver.start(&Zero).unwrap();
                solver.run();
                *solver.finish().report()
            };
            assert_eq!(once(), once(), "seed {seed}, {storage:?}");
        }
    }
}
