//! Ground costs, cost scales and storages: the same answers by every way.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, PointCloud, Problem, Settings, Status, Storage,
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm, Smoothness, SquaredEuclidean},
    start::{Given, Monotone, Zero},
};
use sinkhorn_tests::{data, oracle, solve_owned};

fn naive(name: &str, x: &[f64], y: &[f64]) -> f64 {
    let pairs = || x.iter().zip(y).map(|(p, q)| (p - q).abs());
    let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(p, q)| p * q).sum::<f64>();
    match name {
        "squared-euclidean" => pairs().map(|t| t * t).sum(),
        "euclidean" => pairs().map(|t| t * t).sum::<f64>().sqrt(),
        "manhattan" => pairs().sum(),
        "p-norm" => pairs().map(|t| t.powf(2.5)).sum::<f64>().powf(0.4),
        "cosine" => 1.0 - dot(x, y) / (dot(x, x) * dot(y, y)).sqrt(),
        other => panic!("{other}"),
    }
}

fn costs() -> [Box<dyn GroundCost<f64>>; 5] {
    [
        Box::new(SquaredEuclidean),
        Box::new(Euclidean),
        Box::new(Manhattan),
        Box::new(PNorm::new(2.5).unwrap()),
        Box::new(Cosine),
    ]
}

#[test]
fn every_ground_cost_is_what_its_name_says_and_is_solved_by_every_storage() {
    let mut generator = data::generator(1);
    let (n, m, d) = (23, 17, 3);
    let (x, y) = (data::normal(&mut generator, n * d), data::normal(&mut generator, m * d));
    let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
    for cost in costs() {
        let matrix: Vec<f64> =
            x.chunks(d).flat_map(|p| y.chunks(d).map(|q| naive(cost.name(), p, q)).collect::<Vec<_>>()).collect();
        let problem = Problem::new(PointCloud::new(&x, &y, d, &*cost).unwrap())
            .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(0.1)))
            .unwrap();
        for i in 0..n {
            for j in 0..m {
                assert!((problem.geometry().cost(i, j) - matrix[i * m + j]).abs() < 1e-12, "{}", cost.name());
            }
        }
        for (rho_a, rho_b) in [(f64::INFINITY, f64::INFINITY), (0.8, 0.5)] {
            let want = oracle::sinkhorn(&matrix, &a, &b, 0.1, (rho_a, rho_b), 4_000);
            let problem = problem.unbalanced(rho_a, rho_b).unwrap();
            for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
                for acceleration in [
                    Acceleration::Plain,
                    Acceleration::Relaxation { factor: 1.3 },
                    Acceleration::AdaptiveRelaxation,
                    Acceleration::Anderson { memory: 6 },
                ] {
                    let settings = Settings { threshold: 1e-12, acceleration, storage, ..Settings::default() };
                    let got = solve_owned(&problem, &Zero, &settings).unwrap();
                    let what = format!("{} {storage:?} {acceleration:?} {rho_a}: {:?}", cost.name(), got.report);
                    assert_eq!(got.report.status, Status::Converged, "{what}");
                    assert_eq!(got.report.storage, storage.name());
                    assert!((got.report.objective - want.objective).abs() < 1e-10, "{what} {}", want.objective);
                    assert!((got.report.dual_value - want.objective).abs() < 1e-10, "{what} {}", want.objective);
                    assert!(got.plan.iter().zip(&want.plan).all(|(p, q)| (p - q).abs() < 1e-10), "{what}");
                }
            }
        }
    }
}

#[test]
fn the_monotone_start_holds_for_every_norm_on_the_line_and_not_for_the_cosine() {
    let mut generator = data::generator(2);
    let (x, y) = (data::normal(&mut generator, 60), data::uniform(&mut generator, 50));
    for cost in costs() {
        let problem = Problem::new(PointCloud::new(&x, &y, 1, &*cost).unwrap())
            .and_then(|p| p.epsilon(Epsilon::Absolute(1e-2)))
            .unwrap();
        let solved = solve_owned(&problem, &Monotone, &Settings { threshold: 1e-3, ..Settings::plain() });
        if cost.name() == "cosine" {
            assert!(solved.is_err());
        } else {
            let zero = solve_owned(&problem, &Zero, &Settings { threshold: 1e-3, ..Settings::plain() }).unwrap();
            let solved = solved.unwrap();
            assert!(solved.report.start_value > zero.report.start_value, "{}", cost.name());
            assert!(
                2 * solved.report.sweeps < zero.report.sweeps,
                "{}: {} {}",
                cost.name(),
                solved.report.sweeps,
                zero.report.sweeps
            );
        }
    }
}

#[test]
fn costs_of_extreme_points_do_not_overflow_and_bad_exponents_are_refused() {
    let big = [1e200, -1e200];
    assert_eq!(PNorm::new(3.0).unwrap().cost(&big, &[0.0, 0.0]), 1e200 * 2f64.powf(1.0 / 3.0));
    assert_eq!(PNorm::new(f64::INFINITY).unwrap().cost(&[1.0, -4.0], &[2.0, 1.0]), 5.0);
    assert!((Cosine.cost(&big, &[1e-300, 1e-300]) - 1.0_f64).abs() < 1e-15);
    assert_eq!(Cosine.cost(&[0.0_f64, 0.0], &[1.0, 2.0]), 1.0);
    assert_eq!(PNorm::new(0.5).unwrap_err().to_string(), "cost is 0.5: it must lie in [1, inf]");
    assert!(PNorm::new(f32::NAN).is_err());
}

#[test]
fn a_cost_scale_is_a_change_of_units_for_starts_and_results_alike() {
    let mut generator = data::generator(3);
    let (x, y) = (data::normal(&mut generator, 30), data::normal(&mut generator, 25));
    let matrix = oracle::squared_euclidean(&x, &y, 1);
    let mean = matrix.iter().sum::<f64>() / matrix.len() as f64;
    let std = (matrix.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / matrix.len() as f64).sqrt();
    let max = matrix.iter().copied().fold(0.0, f64::max);
    for (scale, unit) in [
        (CostScale::One, 1.0),
        (CostScale::Mean, mean),
        (CostScale::Std, std),
        (CostScale::Max, max),
        (CostScale::Given(7.0), 7.0),
    ] {
        let scaled: Vec<f64> = matrix.iter().map(|c| c / unit).collect();
        for rho in [f64::INFINITY, 0.6] {
            let direct = Problem::new(CostMatrix::row_major(&scaled, 30, 25).unwrap())
                .and_then(|p| p.epsilon(Epsilon::Absolute(0.05))?.unbalanced(rho, rho))
                .unwrap();
            let cloud = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
                .and_then(|p| p.cost_scale(scale)?.epsilon(Epsilon::Absolute(0.05))?.unbalanced(rho, rho))
                .unwrap();
            let settings = Settings { threshold: 1e-13, ..Settings::default() };
            let (want, got) =
                (solve_owned(&direct, &Zero, &settings).unwrap(), solve_owned(&cloud, &Monotone, &settings).unwrap());
            assert!((got.report.cost_scale - unit).abs() < 1e-12 * unit);
            for (p, q) in [
                (got.report.objective, want.report.objective),
                (got.report.transport_cost, want.report.transport_cost),
                (got.report.dual_value, want.report.dual_value),
                (got.report.epsilon, 0.05),
            ] {
                assert!((p - q).abs() < 1e-11, "{scale:?}: {p} {q}");
            }
            assert!(got.f.iter().zip(&want.f).all(|(p, q)| (p - q).abs() < 1e-9));
            // Potentials that were returned are a perfect start.
            let again =
                solve_owned(&cloud, &Given::both(&got.f, &got.g), &Settings { threshold: 1e-9, ..settings }).unwrap();
            assert_eq!(again.report.sweeps, 1, "{scale:?}");
        }
    }
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    assert!(problem.cost_scale(CostScale::Given(0.0)).is_err());
}

#[test]
fn auto_storage_never_exceeds_its_budget_and_kernels_are_renewed_when_they_are_stale() {
    use sinkhorn_core::Workspace;
    let mut generator = data::generator(4);
    let (x, y) = (data::normal(&mut generator, 200), data::normal(&mut generator, 160));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(0.001)))
        .unwrap();
    let len = |storage| Workspace::len(&problem, &Settings { storage, ..Settings::default() }).unwrap();
    let kernel = 100 * 80 + 100 + 160;
    assert_eq!(len(Storage::Kernel), len(Storage::Stream) + kernel);
    assert_eq!(len(Storage::Auto { scalars: kernel }), len(Storage::Kernel));
    assert_eq!(len(Storage::Auto { scalars: kernel - 1 }), len(Storage::Stream));
    for threshold in [1e-3, 1e-9] {
        let solve = |storage| {
            let settings = Settings { threshold, storage, max_sweeps: 50_000, ..Settings::plain() };
            solve_owned(&problem, &Zero, &settings).unwrap().report
        };
        let (stream, kernel) = (solve(Storage::Stream), solve(Storage::Kernel));
        assert!(kernel.absorptions >= 1 && kernel.absorptions < 60, "{kernel:?}");
        assert_eq!(stream.absorptions, 0);
        assert!(stream.sweeps.abs_diff(kernel.sweeps) <= 1, "{} {}", stream.sweeps, kernel.sweeps);
        assert!((stream.objective - kernel.objective).abs() < 1e-10);
    }
}

#[test]
fn gradients_of_costs_are_those_of_central_differences() {
    let mut generator = data::generator(12);
    let mut costs: Vec<Box<dyn GroundCost<f64>>> = costs().into();
    for p in [1.0, 2.0, 4.0, f64::INFINITY] {
        costs.push(Box::new(PNorm::new(p).unwrap()));
    }
    let h = 1e-5;
    for d in [1, 2, 5] {
        for cost in &costs {
            assert_eq!(cost.smoothness(), Smoothness::Hessian);
            let point = &mut || data::normal(&mut generator, d);
            let (x, y, dx, dy) = (point(), point(), point(), point());
            let gradient = |x: &[f64], y: &[f64]| {
                let (mut in_x, mut in_y) = (vec![f64::NAN; d], vec![f64::NAN; d]);
                cost.gradient(x, y, &mut in_x, &mut in_y);
                [in_x, in_y].concat()
            };
            let moved = |t: f64| {
                let along = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(p, q)| p + t * q).collect::<Vec<f64>>();
                (along(&x, &dx), along(&y, &dy))
            };
            let close = |got: f64, want: f64, what: &str| {
                assert!((got - want).abs() < 1e-6 * want.abs().max(1.0), "{} {what}: {got}, not {want}", cost.name());
            };
            let ((more_x, more_y), (less_x, less_y)) = (moved(h), moved(-h));
            let slope = (cost.cost(&more_x, &more_y) - cost.cost(&less_x, &less_y)) / (2.0 * h);
            let along: f64 = gradient(&x, &y).iter().zip(dx.iter().chain(&dy)).map(|(p, q)| p * q).sum();
            close(along, slope, "slope");
            let (mut in_x, mut in_y) = (vec![f64::NAN; d], vec![f64::NAN; d]);
            cost.gradient_along(&x, &y, &dx, &dy, &mut in_x, &mut in_y);
            let (more, less) = (gradient(&more_x, &more_y), gradient(&less_x, &less_y));
            for (k, &got) in [in_x, in_y].concat().iter().enumerate() {
                close(got, (more[k] - less[k]) / (2.0 * h), "change of slope");
            }
        }
    }
}
