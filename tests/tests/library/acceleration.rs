//! Annealing, relaxation, Anderson, observers: fewer sweeps, the same answer, an honest status.

use std::ops::ControlFlow;

use rand::{Rng, rngs::StdRng};

use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Settings, Solver, Status, Storage, Workspace,
    settings::Annealing,
    start::{Monotone, Start, Zero},
};
use sinkhorn_init::GaussianStart;
use sinkhorn_tests::{data, oracle, solve_owned};

#[test]
fn all_combinations_of_start_acceleration_annealing_and_storage_agree() {
    let mut generator = data::generator(1);
    let (x, y) = (data::normal(&mut generator, 40), data::uniform(&mut generator, 55));
    for rho in [f64::INFINITY, 0.5] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.01))?.unbalanced(rho, rho))
            .unwrap();
        let mut want: Option<f64> = None;
        for start in [&Zero as &dyn Start<f64>, &Monotone, &GaussianStart::default()] {
            for annealing in [None, Some(Annealing { first: 20.0, factor: 0.5, sweeps: 2 })] {
                for storage in [Storage::Stream, Storage::Kernel, Storage::Cost] {
                    for acceleration in [
                        Acceleration::Plain,
                        Acceleration::Relaxation { factor: 1.5 },
                        Acceleration::AdaptiveRelaxation,
                        Acceleration::Anderson { memory: 10 },
                    ] {
                        let settings = Settings {
                            threshold: 1e-10,
                            max_sweeps: 100_000,
                            acceleration,
                            annealing,
                            storage,
                            ..Settings::default()
                        };
                        let got = solve_owned(&problem, start, &settings).unwrap().report;
                        assert_eq!(got.status, Status::Converged, "{settings:?} {got:?}");
                        let want = *want.get_or_insert(got.objective);
                        assert!((got.objective - want).abs() < 1e-9, "{settings:?}: {} {want}", got.objective);
                        assert!(got.marginal_error() <= 1e-10);
                    }
                }
            }
        }
    }
}

#[test]
fn annealing_from_zero_saves_sweeps_at_small_epsilon() {
    let mut generator = data::generator(2);
    let (x, y) = (data::normal(&mut generator, 400), data::uniform(&mut generator, 400));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(0.002)))
        .unwrap();
    let settings = Settings { threshold: 1e-3, ..Settings::plain() };
    let plain = solve_owned(&problem, &Zero, &settings).unwrap().report;
    let annealing = Some(Annealing { first: 500.0, factor: 0.8, sweeps: 1 });
    let annealed = solve_owned(&problem, &Zero, &Settings { annealing, ..settings }).unwrap().report;
    println!("plain {}, annealed {}", plain.sweeps, annealed.sweeps);
    assert!(annealed.sweeps < plain.sweeps);
    assert!((annealed.epsilon - plain.epsilon).abs() < 1e-15);
    // Stopped on the way down, the report tells the epsilon that was reached.
    let short = solve_owned(&problem, &Zero, &Settings { annealing, max_sweeps: 5, ..settings }).unwrap().report;
    assert_eq!(short.status, Status::SweepLimit);
    assert!(short.epsilon > 10.0 * plain.epsilon);
}

#[test]
fn relaxation_by_youngs_relation_halves_the_plain_sweeps_without_being_told_a_factor() {
    let mut generator = data::generator(3);
    let (x, y) = (data::normal(&mut generator, 300), data::normal(&mut generator, 300));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 3).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(0.01)))
        .unwrap();
    let sweeps = |acceleration| {
        let settings = Settings { threshold: 1e-5, max_sweeps: 20_000, acceleration, ..Settings::default() };
        let report = solve_owned(&problem, &Zero, &settings).unwrap().report;
        println!("{acceleration:?}: {} sweeps, {} rejections", report.sweeps, report.rejections);
        assert_eq!(report.status, Status::Converged);
        (report.sweeps, report.rejections)
    };
    let (plain, _) = sweeps(Acceleration::Plain);
    // Of the factors that are stable by themselves: beyond them rejections decide, and luck.
    let fixed = (1..=19).map(|k| sweeps(Acceleration::Relaxation { factor: 1.0 + 0.05 * f64::from(k) }));
    let best = fixed.filter(|&(_, rejections)| rejections == 0).map(|(sweeps, _)| sweeps).min().unwrap();
    let (adaptive, _) = sweeps(Acceleration::AdaptiveRelaxation);
    println!("plain {plain}, best fixed factor {best}, adaptive {adaptive}");
    assert!(2 * adaptive < plain && 2 * adaptive < 5 * best, "{plain} {best} {adaptive}");
}

#[test]
fn relaxed_problems_with_large_rho_do_not_crawl() {
    // Without the translation of the level, both-sided relaxation contracts by (rho/(rho+epsilon))^2 a sweep.
    let mut generator = data::generator(4);
    let (x, y) = (data::normal(&mut generator, 60), data::normal(&mut generator, 60));
    let cost = oracle::squared_euclidean(&x, &y, 2);
    let weights: Vec<f64> = vec![1.5 / 30.0; 30];
    let uniform = vec![1.0 / 30.0; 30];
    for (rho_a, rho_b) in [(100.0, 100.0), (1000.0, 10.0), (f64::INFINITY, 500.0)] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
            .and_then(|p| p.weights(&weights, &uniform)?.epsilon(Epsilon::Absolute(0.5))?.unbalanced(rho_a, rho_b))
            .unwrap();
        let settings = Settings { threshold: 1e-9, ..Settings::plain() };
        let got = solve_owned(&problem, &Zero, &settings).unwrap();
        let want = oracle::sinkhorn(&cost, &weights, &uniform, 0.5, (rho_a, rho_b), 60_000);
        println!("rho {rho_a} {rho_b}: {} sweeps", got.report.sweeps);
        assert!(got.report.sweeps < 400, "{}", got.report.sweeps);
        assert!((got.report.objective - want.objective).abs() < 1e-7, "{} {}", got.report.objective, want.objective);
        assert!(got.f.iter().zip(&want.f).all(|(p, q)| (p - q).abs() < 1e-5), "{} {}", got.f[0], want.f[0]);
    }
}

#[test]
fn an_observer_sees_every_sweep_and_can_stop() {
    let mut generator = data::generator(5);
    let (x, y) = (data::normal(&mut generator, 80), data::normal(&mut generator, 60));
    for (rho, acceleration) in [
        (f64::INFINITY, Acceleration::Plain),
        (0.7, Acceleration::Plain),
        (f64::INFINITY, Acceleration::Relaxation { factor: 1.5 }),
        (f64::INFINITY, Acceleration::Anderson { memory: 5 }),
    ] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.01))?.unbalanced(rho, rho))
            .unwrap();
        let settings = Settings { threshold: 1e-8, acceleration, ..Settings::default() };
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        let mut solver =
            Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
        let mut seen = Vec::new();
        let status = solver.run_observed(&mut |observation| {
            seen.push(*observation);
            ControlFlow::Continue(())
        });
        assert_eq!(status, Status::Converged);
        let report = *solver.finish().report();
        assert_eq!(seen.len(), report.sweeps as usize);
        assert!(seen.iter().enumerate().all(|(k, observation)| observation.sweep == k as u32 + 1));
        assert!(seen.iter().all(|observation| observation.epsilon == report.epsilon));
        assert!((seen.last().unwrap().dual_value - report.dual_value).abs() < 1e-10);
        if acceleration == Acceleration::Plain {
            // Sinkhorn is ascent: the dual value never falls, and is never above the optimum.
            assert!(seen.windows(2).all(|pair| pair[1].dual_value >= pair[0].dual_value - 1e-13));
            assert!(seen.windows(2).all(|pair| pair[1].marginal_error <= pair[0].marginal_error * (1.0 + 1e-9)));
            assert!(seen[0].dual_value >= report.start_value - 1e-13);
        }
        solver.start(&Zero).unwrap();
        let status = solver.run_observed(&mut |observation| {
            if observation.sweep == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(status, Status::Stopped);
        let solution = solver.finish();
        assert_eq!((solution.report().sweeps, solution.report().status), (4, Status::Stopped));
        assert!(solution.f().iter().all(|value| value.is_finite()));
    }
}

#[test]
fn single_precision_reaches_its_floor_and_says_so() {
    let mut generator = data::generator(6);
    let (x, y) = (data::single(&data::normal(&mut generator, 100)), data::single(&data::normal(&mut generator, 100)));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(0.01)))
        .unwrap();
    for acceleration in [Acceleration::Plain, Acceleration::AdaptiveRelaxation, Acceleration::Anderson { memory: 10 }] {
        let settings = Settings { threshold: 1e-9, max_sweeps: 100_000, acceleration, ..Settings::default() };
        let report = solve_owned(&problem, &Zero, &settings).unwrap().report;
        println!("{report:?}");
        assert_eq!(report.status, Status::PrecisionFloor);
        assert!(report.sweeps < 20_000 && report.marginal_error() < 1e-3, "{report:?}");
    }
}

/// 200 problems of dimension 1 to 20, epsilon from 0.1 to 0.001 of the mean cost, balanced and relaxed on one or both
/// sides, n != m, random weights: Anderson never needs more than a tenth (and one sweep) more than plain.
#[test]
fn anderson_is_never_worse_than_plain_on_200_random_problems() {
    let (mut saved, mut total) = (0_u64, 0_u64);
    for seed in 0..200 {
        let mut generator = data::generator(1000 + seed);
        let d = generator.random_range(1..=20);
        let (n, m) = (generator.random_range(20..=120), generator.random_range(20..=120));
        let points = |generator: &mut StdRng, count: usize| {
            let spread = generator.random_range(0.5..3.0);
            let raw = if generator.random() {
                data::normal(generator, count * d)
            } else {
                data::uniform(generator, count * d)
            };
            // Coordinates of different spreads.
            raw.iter().enumerate().map(|(k, value)| value * spread / (1.0 + (k % d) as f64)).collect::<Vec<f64>>()
        };
        let (x, y) = (points(&mut generator, n), points(&mut generator, m));
        let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
        let epsilon = [0.1, 0.03, 0.01, 0.003, 0.001][generator.random_range(0..5)];
        let cost = oracle::squared_euclidean(&x, &y, d);
        let mean = cost.iter().sum::<f64>() / cost.len() as f64;
        let rho =
            [(f64::INFINITY, f64::INFINITY), (0.5 * mean, 0.3 * mean), (f64::INFINITY, 0.5 * mean)][seed as usize % 3];
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
            .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::OfMean(epsilon))?.unbalanced(rho.0, rho.1))
            .unwrap();
        for start in [&Zero as &dyn Start<f64>, &GaussianStart::default()] {
            let sweeps = |acceleration| {
                let settings = Settings {
                    threshold: 1e-3,
                    acceleration,
                    storage: Storage::Kernel,
                    max_sweeps: 50_000,
                    ..Settings::default()
                };
                let report = solve_owned(&problem, start, &settings).unwrap().report;
                assert_eq!(report.status, Status::Converged, "seed {seed}: {report:?}");
                report.sweeps
            };
            let (plain, anderson) = (sweeps(Acceleration::Plain), sweeps(Acceleration::Anderson { memory: 10 }));
            let allowed = plain + (plain / 10).max(1);
            assert!(
                anderson <= allowed,
                "seed {seed}, {n} x {m}, d {d}, epsilon {epsilon}: plain {plain}, Anderson {anderson}"
            );
            total += u64::from(plain);
            saved += u64::from(plain - anderson.min(plain));
        }
    }
    println!("plain {total} sweeps, Anderson {}", total - saved);
}
