//! Pairs whose cost is infinite carry nothing, whatever the storage, the scalar and the method.

use sinkhorn_core::cost::*;
use sinkhorn_core::diff::*;
use sinkhorn_core::embedded::InPlace;
use sinkhorn_core::error::*;
use sinkhorn_core::geometry::*;
use sinkhorn_core::settings::*;
use sinkhorn_core::start::*;
use sinkhorn_core::{Epsilon, Problem, Real, Status, Workspace, solve};
use sinkhorn_tests::data::{generator, uniform};
use sinkhorn_tests::{Solved, solve_owned};

/// A matrix of costs in which three in eight pairs are forbidden, so that plans are left: the pairs (k, k mod m) and
/// (k, k + 1 mod m) never are.
fn costs(n: usize, m: usize, seed: u64) -> Vec<f64> {
    let mut generator = generator(seed);
    let (values, lots) = (uniform(&mut generator, n * m), uniform(&mut generator, n * m));
    let cost = |k: usize| {
        let (i, j) = (k / m, k % m);
        let stays = j == i % m || j == (i + 1) % m;
        if lots[k] < 0.375 && !stays { f64::INFINITY } else { 3.0 * values[k] }
    };
    (0..n * m).map(cost).collect()
}

/// The same with costs in the place of infinity at which an entry of the plan vanishes.
fn large(cost: &[f64], value: f64) -> Vec<f64> {
    cost.iter().map(|&cost| if cost == f64::INFINITY { value } else { cost }).collect()
}

fn to<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| if value == f64::INFINITY { T::INFINITY } else { T::constant(value) }).collect()
}

fn settings<T: Real>() -> Vec<Settings<T>> {
    let mut all = Vec::new();
    let accelerations = [
        Acceleration::Plain,
        Acceleration::Anderson { memory: 5 },
        Acceleration::AdaptiveRelaxation,
        Acceleration::Auto { memory: 5 },
    ];
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        for acceleration in accelerations {
            all.push(Settings { storage, acceleration, max_sweeps: 20_000, ..Settings::default() });
        }
    }
    all
}

/// A cost of one's own: the matrix, asked for by the numbers of the points.
struct Table {
    cost: Vec<f64>,
    columns: usize,
}

impl<T: Real> GroundCost<T> for Table {
    fn name(&self) -> &'static str {
        "table"
    }
    fn cost(&self, x: &[T], y: &[T]) -> T {
        let value = self.cost[x[0].widen() as usize * self.columns + y[0].widen() as usize];
        if value == f64::INFINITY { T::INFINITY } else { T::constant(value) }
    }
}

fn numbers<T: Real>(count: usize) -> Vec<T> {
    (0..count).map(|k| T::count(k)).collect()
}

fn close<T: Real>(found: &[T], expected: &[T], tolerance: f64, what: &str) {
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let (found, expected) = (found.widen(), expected.widen());
        assert!((found - expected).abs() <= tolerance, "{what}: {found} for {expected} at {k}");
    }
}

fn forbidden_pairs_are_like_very_large_costs_in<T: Real>() {
    let (n, m) = (9, 7);
    for seed in 0..6 {
        let cost = costs(n, m, seed);
        let (given, reference) = (to::<T>(&cost), to::<T>(&large(&cost, 60.0)));
        let columns: Vec<T> = (0..m).flat_map(|j| (0..n).map(move |i| (i, j))).map(|(i, j)| given[i * m + j]).collect();
        let table = Table { cost: cost.clone(), columns: m };
        let (x, y) = (numbers::<T>(n), numbers::<T>(m));
        let epsilon = Epsilon::Absolute(T::constant(0.3));
        for rho in [f64::INFINITY, 2.0] {
            let rho = if rho == f64::INFINITY { T::INFINITY } else { T::constant(rho) };
            let of = |geometry: Geometry<'_, T>| -> Vec<Solved<T>> {
                let problem = Problem::new(geometry).unwrap().epsilon(epsilon).unwrap().unbalanced(rho, rho).unwrap();
                settings::<T>().iter().map(|settings| solve_owned(&problem, &Zero, settings).unwrap()).collect()
            };
            let expected = of(CostMatrix::row_major(&reference, n, m).unwrap().into());
            let found = [
                of(CostMatrix::row_major(&given, n, m).unwrap().into()),
                of(CostMatrix::column_major(&columns, n, m).unwrap().into()),
                of(PointCloud::new(&x, &y, 1, &table).unwrap().into()),
            ];
            for found in found.iter().flatten() {
                assert_eq!(found.report.status, Status::Converged, "{:?}", found.report);
                let tolerance = 3.0 * T::DEFAULT_THRESHOLD.widen();
                close(&found.plan, &expected[0].plan, tolerance, "plan");
                let values = [found.report.objective, found.report.transport_cost, found.report.mass];
                let of_large = &expected[0].report;
                let right = [of_large.objective, of_large.transport_cost, of_large.mass];
                close(&values, &right, 10.0 * tolerance, "values");
                for (entry, cost) in found.plan.iter().zip(&cost) {
                    assert!(*cost < f64::INFINITY || *entry == T::ZERO);
                }
            }
        }
    }
}

#[test]
fn forbidden_pairs_are_like_very_large_costs() {
    forbidden_pairs_are_like_very_large_costs_in::<f64>();
    forbidden_pairs_are_like_very_large_costs_in::<f32>();
}

#[test]
fn two_points_that_may_only_stay_stay() {
    let cost = [0.0, f64::INFINITY, f64::INFINITY, 0.0];
    for settings in settings() {
        let problem = Problem::new(CostMatrix::row_major(&cost, 2, 2).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::Absolute(0.01)).unwrap();
        let solved = solve_owned(&problem, &Zero, &settings).unwrap();
        assert_eq!(solved.report.status, Status::Converged);
        close(&solved.plan, &[0.5, 0.0, 0.0, 0.5], 1e-12, "plan");
        assert_eq!(solved.report.transport_cost, 0.0);
    }
}

#[test]
fn statistics_are_those_of_the_finite_costs() {
    let cost = [1.0, f64::INFINITY, 4.0, 2.0, 3.0, f64::INFINITY];
    let (a, b) = ([0.25, 0.75], [0.5, 0.25, 0.25]);
    let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
    for (k, &cost) in cost.iter().enumerate().filter(|(_, cost)| cost.is_finite()) {
        let weight = a[k / 3] * b[k % 3];
        (mass, first, second) = (mass + weight, first + weight * cost, second + weight * cost * cost);
    }
    let (mean, std) = (first / mass, (second / mass - (first / mass) * (first / mass)).sqrt());
    let table = Table { cost: cost.to_vec(), columns: 3 };
    let (x, y) = (numbers::<f64>(2), numbers::<f64>(3));
    let geometries = [
        Geometry::from(CostMatrix::row_major(&cost, 2, 3).unwrap()),
        Geometry::from(PointCloud::new(&x, &y, 1, &table).unwrap()),
    ];
    for geometry in geometries {
        let problem = Problem::new(geometry).unwrap().weights(&a, &b).unwrap();
        for (epsilon, scale, right, unit) in [
            (Epsilon::OfMean(0.5), CostScale::One, 0.5 * mean, 1.0),
            (Epsilon::OfStd(0.5), CostScale::One, 0.5 * std, 1.0),
            (Epsilon::Absolute(0.5), CostScale::Mean, 0.5, mean),
            (Epsilon::Absolute(0.5), CostScale::Std, 0.5, std),
            (Epsilon::Absolute(0.5), CostScale::Max, 0.5, 4.0),
        ] {
            let problem = problem.epsilon(epsilon).unwrap().cost_scale(scale).unwrap();
            let problem = problem.unbalanced(1.0, 1.0).unwrap();
            let report = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
            close(&[report.epsilon, report.cost_scale], &[right, unit], 1e-12, "statistics");
        }
    }
}

#[test]
fn points_that_may_go_nowhere_are_named() {
    let inf = f64::INFINITY;
    let error = |cost: &[f64], n, m, weights: Option<(&[f64], &[f64])>| {
        let mut problem = Problem::new(CostMatrix::row_major(cost, n, m).unwrap()).unwrap();
        if let Some((a, b)) = weights {
            problem = problem.weights(a, b).unwrap();
        }
        let problem = problem.epsilon(Epsilon::Absolute(0.1)).unwrap();
        solve_owned(&problem, &Zero, &Settings::default()).map(|solved| solved.report.status)
    };
    let nowhere = |argument, row| Err(Error::new(argument, ErrorKind::Infeasible { place: Some(Place::entry(row)) }));
    assert_eq!(error(&[0.0, 1.0, inf, inf], 2, 2, None), nowhere(Argument::A, 1));
    assert_eq!(error(&[0.0, inf, 1.0, inf], 2, 2, None), nowhere(Argument::B, 1));
    // A partner without mass is none.
    let cost = [0.0, 1.0, 2.0, inf, inf, 0.0];
    assert_eq!(error(&cost, 2, 3, Some((&[0.5, 0.5], &[0.5, 0.5, 0.0]))), nowhere(Argument::A, 1));
    // And a point without mass needs no partner.
    let cost = [0.0, 1.0, inf, inf, inf, inf];
    assert_eq!(error(&cost, 2, 3, Some((&[1.0, 0.0], &[0.5, 0.5, 0.0]))), Ok(Status::Converged));
    assert_eq!(error(&[inf; 4], 2, 2, None), nowhere(Argument::A, 0));
    let message = error(&[0.0, 1.0, inf, inf], 2, 2, None).unwrap_err().to_string();
    assert!(message.contains("a[1]") && message.contains("nowhere"), "{message}");
}

/// Rows 0 and 1 have 0.6 of the mass and may go to column 0 alone, which takes 0.5.
#[test]
fn problems_without_a_plan_are_refused() {
    let inf = f64::INFINITY;
    let cost = [0.1, inf, inf, 0.3, inf, inf, 0.2, 0.5, 0.9, 1.0, 0.3, 0.2];
    let (a, b) = ([0.3, 0.3, 0.2, 0.2], [0.5, 0.25, 0.25]);
    for epsilon in [10.0, 1.0, 0.01] {
        for settings in settings() {
            let problem = Problem::new(CostMatrix::row_major(&cost, 4, 3).unwrap()).unwrap();
            let problem = problem.weights(&a, &b).unwrap().epsilon(Epsilon::Absolute(epsilon)).unwrap();
            let error = solve_owned(&problem, &Zero, &settings).map(|solved| solved.report).unwrap_err();
            assert_eq!(error, Error::new(Argument::COST, ErrorKind::Infeasible { place: None }), "{settings:?}");
            // Relaxed, it has a solution.
            let relaxed = problem.unbalanced(1.0, 1.0).unwrap();
            assert_eq!(solve_owned(&relaxed, &Zero, &settings).unwrap().report.status, Status::Converged);
        }
    }
}

/// Only one plan is left, without mass at (0, 1), which is allowed: f_0 falls for ever, and the errors fall with it.
#[test]
fn plans_at_the_edge_are_found() {
    let cost = [0.0, 0.0, f64::INFINITY, 0.0];
    let problem = Problem::new(CostMatrix::row_major(&cost, 2, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(0.1)).unwrap();
    let solved = solve_owned(&problem, &Zero, &Settings { threshold: 1e-3, ..Settings::default() }).unwrap();
    assert_eq!(solved.report.status, Status::Converged);
    close(&solved.plan, &[0.5, 0.0, 0.0, 0.5], 2e-3, "plan");
}

fn relaxed_points_that_may_go_nowhere_stay_in<T: Real>() {
    let inf = f64::INFINITY;
    let given = to::<T>(&[0.1, 0.4, inf, inf, inf, inf, inf, inf, 0.2, 0.5, inf, 0.1]);
    // The same without row 1 and column 2: their mass is given up.
    let rest = to::<T>(&[0.1, 0.4, inf, 0.2, 0.5, 0.1]);
    let weights = |values: &[f64]| to::<T>(values);
    let (a, b) = (weights(&[0.5, 0.25, 0.25]), weights(&[0.25, 0.25, 0.25, 0.25]));
    let (a_rest, b_rest) = (weights(&[0.5, 0.25]), weights(&[0.25, 0.25, 0.25]));
    let rho = T::constant(0.8);
    for settings in settings::<T>() {
        let solve = |cost: &[T], a: &[T], b: &[T]| {
            let problem = Problem::new(CostMatrix::row_major(cost, a.len(), b.len()).unwrap()).unwrap();
            let problem = problem.weights(a, b).unwrap().epsilon(Epsilon::Absolute(T::constant(0.1))).unwrap();
            solve_owned(&problem.unbalanced(rho, rho).unwrap(), &Zero, &settings).unwrap()
        };
        let (found, expected) = (solve(&given, &a, &b), solve(&rest, &a_rest, &b_rest));
        assert_eq!(found.report.status, Status::Converged, "{settings:?} {:?}", found.report);
        let tolerance = 3.0 * T::DEFAULT_THRESHOLD.widen();
        let of_rest = |i: usize| [found.plan[4 * i], found.plan[4 * i + 1], found.plan[4 * i + 3]];
        close(&[of_rest(0), of_rest(2)].concat(), &expected.plan, tolerance, "plan");
        assert!(found.plan[4..8].iter().all(|&entry| entry == T::ZERO));
        // What is given up costs rho times its mass on either side, and epsilon times the products of weights that
        // vanish.
        let lost = 0.8 * 0.5 + 0.1 * (1.0 - 0.75 * 0.75);
        let value = expected.report.objective.widen() + lost;
        assert!((found.report.objective.widen() - value).abs() < 10.0 * tolerance, "{settings:?}");
        assert!(found.f.iter().chain(&found.g).all(|value| value.is_finite()));
    }
}

#[test]
fn relaxed_points_that_may_go_nowhere_stay() {
    relaxed_points_that_may_go_nowhere_stay_in::<f64>();
    relaxed_points_that_may_go_nowhere_stay_in::<f32>();
}

#[test]
fn derivatives_are_those_of_the_pairs_that_are_left() {
    let (n, m) = (5, 4);
    for seed in 0..4 {
        let cost = costs(n, m, seed);
        let reference = large(&cost, 60.0);
        let mut results = Vec::new();
        for cost in [&cost, &reference] {
            let problem = Problem::new(CostMatrix::row_major(cost, n, m).unwrap()).unwrap();
            let problem = problem.epsilon(Epsilon::Absolute(0.3)).unwrap();
            let settings = Settings { threshold: 1e-11, ..Settings::default() };
            let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
            let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
            let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
            let of = DerivativeSettings::default();
            let mut memory = vec![0.0; Derivatives::len(&problem, &of).unwrap()];
            let mut derivatives = Derivatives::new(&solution, &of, &mut memory).unwrap();
            let mut all = Vec::new();
            let (mut in_cost, mut in_a, mut in_b, mut in_epsilon) = (vec![0.0; n * m], vec![0.0; n], vec![0.0; m], 0.0);
            let mut gradients = |all: &mut Vec<f64>, vjp: bool| {
                let mut wanted = Gradients {
                    a: Some(&mut in_a),
                    b: Some(&mut in_b),
                    cost: Some(&mut in_cost),
                    epsilon: Some(&mut in_epsilon),
                    ..Gradients::none()
                };
                if vjp {
                    let loss: Vec<f64> = (0..n * m).map(|k| ((7 * k + 3) % 11) as f64).collect();
                    let cotangent = Cotangent { plan: Some(PlanCotangent::Matrix(&loss)), ..Cotangent::none() };
                    derivatives.vjp(&cotangent, &mut wanted).unwrap();
                } else {
                    derivatives.objective(&mut wanted).unwrap();
                }
                all.extend(in_cost.iter().chain(&in_a).chain(&in_b).copied());
                all.push(in_epsilon);
            };
            gradients(&mut all, false);
            gradients(&mut all, true);
            let tangent = Tangent { epsilon: 1.0, ..Tangent::none() };
            let mut change = vec![0.0; n * m];
            derivatives.jvp(&tangent, &mut Changes { plan: Some(&mut change), ..Changes::none() }).unwrap();
            all.extend(change);
            results.push(all);
        }
        assert!(results[0].iter().all(|value| value.is_finite()));
        close(&results[0], &results[1], 1e-6, "derivatives");
    }
}

#[test]
fn costs_that_are_no_costs_are_named() {
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        let cost = [0.0, 1.0, f64::INFINITY, 2.0, bad, 3.0];
        let place = |row, column| Place::cell(row, column);
        for (error, right) in [
            (CostMatrix::row_major(&cost, 2, 3).unwrap_err(), place(1, 1)),
            (CostMatrix::column_major(&cost, 2, 3).unwrap_err(), place(0, 2)),
        ] {
            assert_eq!(error.argument, Argument::COST);
            assert!(matches!(error.kind, ErrorKind::NotFinite { place, .. } if place == right));
        }
    }
    let cost = [0.0, 1.0, 1e300, 2.0];
    let table = Table { cost: cost.to_vec(), columns: 2 };
    let (x, y) = (numbers::<f64>(2), numbers::<f64>(2));
    let geometries = [
        Geometry::from(CostMatrix::row_major(&cost, 2, 2).unwrap()),
        Geometry::from(PointCloud::new(&x, &y, 1, &table).unwrap()),
    ];
    for geometry in geometries {
        for epsilon in [Epsilon::Absolute(0.1), Epsilon::Absolute(1e-9)] {
            let problem = Problem::new(geometry).unwrap().epsilon(epsilon).unwrap();
            let error = solve_owned(&problem, &Zero, &Settings::default()).map(|solved| solved.report).unwrap_err();
            let place = Place::cell(1, 0);
            assert_eq!(error, Error::new(Argument::COST, ErrorKind::CostTooLarge { place, value: 1e300 }));
            assert!(error.to_string().contains("cost[1, 0]"), "{error}");
        }
    }
}

fn the_smallest_solve_forbids_too_in<T: Real>() {
    let (n, m) = (6, 5);
    for seed in 0..6 {
        let cost = costs(n, m, seed);
        let solve = |mut cost: Vec<T>| {
            let (a, b) = (vec![T::ONE / T::count(n); n], vec![T::ONE / T::count(m); m]);
            let (mut f, mut g) = (vec![T::ZERO; n], vec![T::ZERO; m]);
            let mut scratch = vec![T::ZERO; InPlace::<T>::scratch_len(n, m).unwrap()];
            let problem = InPlace {
                cost: &mut cost,
                a: Weights::new(Argument::A, &a).unwrap(),
                b: Weights::new(Argument::B, &b).unwrap(),
                epsilon: T::constant(0.3),
                threshold: T::DEFAULT_THRESHOLD,
                max_sweeps: 10_000,
                f: &mut f,
                g: &mut g,
                scratch: &mut scratch,
            };
            problem.solve().map(|report| (report, [f, g].concat()))
        };
        let (found, potentials) = solve(to(&cost)).unwrap();
        let (_, expected) = solve(to(&large(&cost, 60.0))).unwrap();
        assert_eq!(found.status, Status::Converged);
        close(&potentials, &expected, 20.0 * T::DEFAULT_THRESHOLD.widen(), "potentials");
        let mut alone = to::<T>(&cost);
        alone[m..2 * m].fill(T::INFINITY);
        let place = Some(Place::entry(1));
        assert_eq!(solve(alone).unwrap_err(), Error::new(Argument::A, ErrorKind::Infeasible { place }));
    }
}

#[test]
fn the_smallest_solve_forbids_too() {
    the_smallest_solve_forbids_too_in::<f64>();
    the_smallest_solve_forbids_too_in::<f32>();
}

/// The report of a point that carries nothing says so, in any number of columns.
#[test]
fn points_that_carry_nothing_have_no_error() {
    let inf = f64::INFINITY;
    for m in 1..20 {
        let cost: Vec<f64> = (0..2 * m).map(|k| if k < m { k as f64 } else { inf }).collect();
        let b: Vec<f64> = vec![100.0 / m as f64; m];
        for (total, rho) in [(1.0, 1.0), (100.0, 700.0)] {
            let problem = Problem::new(CostMatrix::row_major(&cost, 2, m).unwrap()).unwrap();
            let (a, b) = ([total / 2.0; 2], b.iter().map(|b| b * total / 100.0).collect::<Vec<f64>>());
            let problem = problem.weights(&a, &b).unwrap().epsilon(Epsilon::Absolute(0.14)).unwrap();
            let problem = problem.unbalanced(rho, inf).unwrap();
            for settings in settings() {
                let report = solve_owned(&problem, &Zero, &settings).unwrap().report;
                assert_eq!(report.status, Status::Converged);
                assert!(report.row_error < 1e-6 && report.column_error < 1e-6, "{m}: {report:?}");
            }
        }
    }
}

/// A first sweep that is so far off that its error leaves the range of the scalar.
#[test]
fn errors_beyond_the_range_are_no_floors() {
    for total in [1.0, 1e3, 1e9] {
        let (a, b) = ([0.5 * total; 2], [total]);
        for settings in settings() {
            let problem = Problem::new(CostMatrix::row_major(&[0.0, 2.0], 2, 1).unwrap()).unwrap();
            let problem = problem.weights(&a, &b).unwrap().epsilon(Epsilon::Absolute(1e-3)).unwrap();
            let solved = solve_owned(&problem.unbalanced(3.0, f64::INFINITY).unwrap(), &Zero, &settings).unwrap();
            assert_eq!(solved.report.status, Status::Converged, "{settings:?}");
            close(&solved.f, &[-0.836_105, 1.163_228], 1e-5, "f");
        }
    }
}

/// Derivatives where a column carries nothing: finite, and 0 in its costs.
#[test]
fn derivatives_pass_over_points_that_carry_nothing() {
    let inf = f64::INFINITY;
    let cost = [1.0, inf, 0.5, inf];
    let problem = Problem::new(CostMatrix::row_major(&cost, 2, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(0.1)).unwrap().unbalanced(1.0, 1.0).unwrap();
    let settings = Settings { threshold: 1e-12, ..Settings::default() };
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let solution =
        solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    let of = DerivativeSettings::default();
    let mut memory = vec![0.0; Derivatives::len(&problem, &of).unwrap()];
    let mut derivatives = Derivatives::new(&solution, &of, &mut memory).unwrap();
    let (mut in_cost, mut in_b) = ([7.0; 4], [7.0; 2]);
    derivatives
        .objective(&mut Gradients { cost: Some(&mut in_cost), b: Some(&mut in_b), ..Gradients::none() })
        .unwrap();
    assert!((in_cost[0] - solution.entry(0, 0)).abs() < 1e-9 && in_cost[1] == 0.0 && in_cost[3] == 0.0);
    // A column that carries nothing costs rho, and epsilon times the other total.
    assert!((in_b[1] - 1.1).abs() < 1e-9, "{in_b:?}");
    let loss = [1.0, 2.0, 3.0, 4.0];
    let cotangent = Cotangent { plan: Some(PlanCotangent::Matrix(&loss)), ..Cotangent::none() };
    derivatives
        .vjp(&cotangent, &mut Gradients { cost: Some(&mut in_cost), b: Some(&mut in_b), ..Gradients::none() })
        .unwrap();
    assert!(in_cost.iter().chain(&in_b).all(|value| value.is_finite()) && in_cost[1] == 0.0 && in_b[1] == 0.0);
}

/// A point that may go nowhere stays.
#[test]
fn maps_leave_points_that_may_go_nowhere() {
    struct Near;
    impl GroundCost<f64> for Near {
        fn name(&self) -> &'static str {
            "near"
        }
        fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
            let distance = (x[0] - y[0]).abs();
            if distance <= 1.0 { distance } else { f64::INFINITY }
        }
    }
    let (x, y, weights) = ([0.0, 0.5, 3.0], [0.2, 0.9, 8.0], [0.5, 0.5, 0.0]);
    let problem =
        Problem::new(PointCloud::new(&x, &y, 1, &Near).unwrap()).unwrap().weights(&weights, &weights).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(0.1)).unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let solution =
        solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    let mut image = [0.0; 3];
    solution.barycentric_map(&mut image).unwrap();
    assert!(image[0] > 0.1 && image[1] < 1.0 && image[2] == 3.0, "{image:?}");
    solution.map_at(&[50.0, 0.1, 0.2], &mut image).unwrap();
    assert_eq!(image[0], 50.0);
}
