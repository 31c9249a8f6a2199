//! Warm starts: potentials of one solve carried over to moved points, other sizes and changed weights.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Settings, Status,
    cost::{CostScale, Euclidean},
    error::{Argument, ErrorKind},
    start::{Carried, Given, Start, Zero},
};
use sinkhorn_tests::{Solved, data, solve_owned};

fn plane<'a>(x: &'a [f64], y: &'a [f64]) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::Absolute(0.05)))
        .unwrap()
}

fn solve(problem: &Problem<'_, f64>, start: &dyn Start<f64>) -> Solved<f64> {
    let settings = Settings { threshold: 1e-4, ..Settings::plain() };
    let solved = solve_owned(problem, start, &settings).unwrap();
    assert_eq!(solved.report.status, Status::Converged);
    solved
}

#[test]
fn points_that_moved_a_little_need_less_than_half_the_sweeps() {
    for seed in 0..4 {
        let mut generator = data::generator(seed);
        let (n, m) = (150, 130);
        let (x, y) = (data::normal(&mut generator, 2 * n), data::normal(&mut generator, 2 * m));
        let before = solve(&plane(&x, &y), &Zero);
        let nudge = |points: &[f64], noise: Vec<f64>| {
            points.iter().zip(noise).map(|(value, noise)| 0.02 + value + 0.001 * noise).collect::<Vec<f64>>()
        };
        let moved_x = nudge(&x, data::normal(&mut generator, 2 * n));
        let moved_y = nudge(&y, data::normal(&mut generator, 2 * m));
        let problem = plane(&moved_x, &moved_y);
        let cold = solve(&problem, &Zero);
        for warm in [Carried::from_g(&y, 2, None, &before.g).unwrap(), Carried::from_f(&x, 2, None, &before.f).unwrap()]
        {
            let after = solve(&problem, &warm);
            assert_eq!(after.report.start.name, "carried");
            assert_eq!(after.report.start.pairs, (n * m) as u64);
            assert!(2 * after.report.sweeps < cold.report.sweeps, "{} of {}", after.report.sweeps, cold.report.sweeps);
            assert!((after.report.objective - cold.report.objective).abs() < 1e-3);
        }
        // One half less, and other weights.
        let fewer = &moved_x[..n];
        let weights = data::weights(&mut generator, n / 2);
        let problem = plane(fewer, &moved_y).weights_a(&weights).unwrap();
        let (cold, warm) = (solve(&problem, &Zero), solve(&problem, &Carried::from_g(&y, 2, None, &before.g).unwrap()));
        assert!(warm.report.sweeps < cold.report.sweeps, "{} of {}", warm.report.sweeps, cold.report.sweeps);
    }
}

#[test]
fn carried_to_the_same_problem_they_are_the_answer() {
    let mut generator = data::generator(7);
    let (x, y) = (data::normal(&mut generator, 60), data::uniform(&mut generator, 80));
    let (a, b) = (data::weights(&mut generator, 30), data::weights(&mut generator, 40));
    let infinite = f64::INFINITY;
    for (rho_a, rho_b) in [(infinite, infinite), (0.5, 2.0), (infinite, 1.0)] {
        for scale in [CostScale::One, CostScale::Given(7.0)] {
            for cost in
                [&sinkhorn_core::cost::SquaredEuclidean as &dyn sinkhorn_core::cost::GroundCost<f64>, &Euclidean]
            {
                let problem = Problem::new(PointCloud::new(&x, &y, 2, cost).unwrap())
                    .and_then(|p| p.weights(&a, &b))
                    .and_then(|p| p.cost_scale(scale))
                    .and_then(|p| p.epsilon(Epsilon::OfMean(0.1)))
                    .and_then(|p| p.unbalanced(rho_a, rho_b))
                    .unwrap();
                let settings = Settings { threshold: 1e-9, max_sweeps: 100_000, ..Settings::default() };
                let first = solve_owned(&problem, &Zero, &settings).unwrap();
                let from_g = Carried::from_g(&y, 2, Some(&b), &first.g).unwrap();
                let from_f = Carried::from_f(&x, 2, Some(&a), &first.f).unwrap();
                for warm in [from_g, from_f] {
                    let again = solve_owned(&problem, &warm, &settings).unwrap();
                    assert!(again.report.sweeps <= 2, "{rho_a} {rho_b} {scale:?}: {}", again.report.sweeps);
                    assert!((again.report.start_value - first.report.dual_value).abs() < 1e-9);
                }
            }
        }
    }
}

#[test]
fn weights_that_changed_keep_their_potentials() {
    let mut generator = data::generator(8);
    let (x, y) = (data::normal(&mut generator, 200), data::normal(&mut generator, 200));
    let a = data::weights(&mut generator, 100);
    let before = solve(&plane(&x, &y).weights_a(&a).unwrap(), &Zero);
    let changed: Vec<f64> = {
        let raw: Vec<f64> = a.iter().enumerate().map(|(i, w)| w * if i % 3 == 0 { 1.02 } else { 0.99 }).collect();
        let total: f64 = raw.iter().sum();
        raw.iter().map(|w| w / total).collect()
    };
    let problem = plane(&x, &y).weights_a(&changed).unwrap();
    let (cold, warm) = (solve(&problem, &Zero), solve(&problem, &Given::f(&before.f)));
    assert!(3 * warm.report.sweeps < 2 * cold.report.sweeps, "{} of {}", warm.report.sweeps, cold.report.sweeps);
}

#[test]
fn what_cannot_be_carried_is_refused_by_name() {
    let (y, g) = ([0.0, 1.0, 2.0, 3.0], [0.5, 1.0]);
    let error = Carried::from_g(&y, 2, None, &g[..1]).unwrap_err();
    assert_eq!(error, Error::new(Argument::G, ErrorKind::Length { expected: 2, actual: 1 }));
    let error = Carried::from_g(&y, 3, None, &g).unwrap_err();
    assert_eq!(error, Error::new(Argument::Y, ErrorKind::Ragged { length: 4, dimension: 3 }));
    let error = Carried::from_f(&y, 2, Some(&[1.0, -1.0]), &g).unwrap_err();
    assert!(
        matches!(error, Error { argument: Argument::A, kind: ErrorKind::Negative { .. } })
            && error.place().unwrap().row == 1
    );
    let error = Carried::from_f(&y, 2, None, &[0.0, f64::NAN]).unwrap_err();
    assert!(
        matches!(error, Error { argument: Argument::F, kind: ErrorKind::NotFinite { .. } })
            && error.place().unwrap().row == 1
    );

    let warm = Carried::from_g(&y, 2, None, &g).unwrap();
    let settings = Settings::default();
    let matrix = Problem::new(CostMatrix::row_major(&y, 2, 2).unwrap()).unwrap();
    let error = solve_owned(&matrix, &warm, &settings).unwrap_err();
    assert_eq!(error.to_string(), "start: carried needs points, not a cost matrix");
    let solid = [0.0, 1.0, 2.0, 1.0, 0.0, 5.0];
    let solid = Problem::new(PointCloud::squared_euclidean(&solid, &solid, 3).unwrap()).unwrap();
    let error = solve_owned(&solid, &warm, &settings).unwrap_err();
    assert_eq!(error, Error::new(Argument::DIMENSION, ErrorKind::Length { expected: 3, actual: 2 }));
    // Points so far away that their costs are infinite: an error, not NaN.
    let far = [1e200, 1e200];
    let error =
        solve_owned(&plane(&[0.0, 0.0], &[1.0, 1.0]), &Carried::from_g(&far, 2, None, &[0.0]).unwrap(), &settings);
    assert!(
        matches!(
            error,
            Err(Error { argument: Argument::F, kind: ErrorKind::NotFinite { .. } }
                | Error { kind: ErrorKind::Overflow, .. })
        ),
        "{error:?}"
    );
}
