//! Points without weight: left out of the sweeps, and completed at the end.

use std::sync::atomic::{AtomicUsize, Ordering};

use sinkhorn_core::{Epsilon, Problem, Real, Solver, Status, Workspace, solve};
use sinkhorn_core::{cost::*, diff::*, embedded::*, error::*, geometry::*, settings::*, start::*};
use sinkhorn_tests::data::{generator, normal, weights};
use sinkhorn_tests::{Solved, solve_owned};

/// Points and weights, and the same with points that have no weight among them.
struct Sides<T> {
    points: Vec<T>,
    weights: Vec<T>,
    all_points: Vec<T>,
    all_weights: Vec<T>,
    /// The number of each point among all.
    numbers: Vec<usize>,
}

fn to<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::constant(value)).collect()
}

fn sides<T: Real>(seed: u64, count: usize, all: usize, dimension: usize) -> Sides<T> {
    let mut generator = generator(seed);
    let weight = to::<T>(&weights(&mut generator, count));
    let all_points = to::<T>(&normal(&mut generator, all * dimension));
    let numbers: Vec<usize> = (0..count).map(|k| (k * all + all / 2) / count).collect();
    let mut all_weights = vec![T::ZERO; all];
    let mut points = Vec::new();
    for (&number, &weight) in numbers.iter().zip(&weight) {
        all_weights[number] = weight;
        points.extend_from_slice(&all_points[number * dimension..(number + 1) * dimension]);
    }
    Sides { points, weights: weight, all_points, all_weights, numbers }
}

/// Counts how often it is asked.
struct Counted(AtomicUsize);

impl<T: Real> GroundCost<T> for Counted {
    fn name(&self) -> &'static str {
        "counted"
    }
    fn cost(&self, x: &[T], y: &[T]) -> T {
        self.0.fetch_add(1, Ordering::Relaxed);
        SquaredEuclidean.cost(x, y)
    }
}

fn close<T: Real>(found: T, expected: T, tolerance: f64, what: &str) {
    let (found, expected) = (found.widen(), expected.widen());
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {found} for {expected}");
}

/// Every number of the solution for all points, against that for those with weight.
fn compare<T: Real>(
    problem: &Problem<'_, T>,
    all: &Solved<T>,
    own: &Solved<T>,
    (x, y): (&Sides<T>, &Sides<T>),
    tolerance: f64,
) {
    assert_eq!((all.report.status, all.report.storage), (Status::Converged, own.report.storage));
    assert_eq!(all.report.sweeps, own.report.sweeps);
    for (all, own) in [
        (all.report.objective, own.report.objective),
        (all.report.transport_cost, own.report.transport_cost),
        (all.report.mass, own.report.mass),
        (all.report.epsilon, own.report.epsilon),
    ] {
        close(all, own, tolerance, "report");
    }
    let m = y.all_weights.len();
    for (k, &i) in x.numbers.iter().enumerate() {
        close(all.f[i], own.f[k], tolerance, "f");
        for (l, &j) in y.numbers.iter().enumerate() {
            close(all.plan[i * m + j], own.plan[k * y.numbers.len() + l], tolerance, "plan");
        }
    }
    let carried = all.plan.iter().filter(|&&entry| entry > T::ZERO).count();
    assert!(carried <= x.numbers.len() * y.numbers.len());
    // The others are c-transforms.
    let (epsilon, cost) = (all.report.epsilon.widen(), |i, j| problem.geometry().cost(i, j).widen());
    let transform = |rho: T, weights: &[T], potential: &dyn Fn(usize) -> f64| {
        let tau = 1.0 / (1.0 + epsilon / rho.widen());
        let exponent = |k: usize| potential(k) / epsilon;
        let most = (0..weights.len()).filter(|&k| weights[k] > T::ZERO).map(exponent).fold(f64::MIN, f64::max);
        let sum: f64 = (0..weights.len()).map(|k| weights[k].widen() * (exponent(k) - most).exp()).sum();
        T::constant(-tau * epsilon * (most + sum.ln()))
    };
    for i in (0..x.all_weights.len()).filter(|&i| x.all_weights[i] == T::ZERO) {
        let of = transform(problem.rho_a(), &y.all_weights, &|j| all.g[j].widen() - cost(i, j));
        close(all.f[i], of, tolerance, "f without weight");
    }
    for j in (0..m).filter(|&j| y.all_weights[j] == T::ZERO) {
        let of = transform(problem.rho_b(), &x.all_weights, &|i| all.f[i].widen() - cost(i, j));
        close(all.g[j], of, tolerance, "g without weight");
    }
}

fn points_without_weight_change_nothing_in<T: Real>(tolerance: f64) {
    let d = 2;
    for (seed, [n, m]) in [(1, [7, 5]), (2, [20, 30]), (3, [1, 9])] {
        let (x, y) = (sides::<T>(seed, n, 70, d), sides::<T>(seed + 100, m, 90, d));
        let p_norm = PNorm::new(T::constant(3.0)).unwrap();
        let counted = Counted(AtomicUsize::new(0));
        let costs: [&dyn GroundCost<T>; 6] = [&SquaredEuclidean, &Euclidean, &Manhattan, &p_norm, &Cosine, &counted];
        let matrix = |x: &[T], y: &[T]| -> Vec<T> {
            x.chunks(d).flat_map(|x| y.chunks(d).map(move |y| Euclidean.cost(x, y))).collect()
        };
        let (own_matrix, all_matrix) = (matrix(&x.points, &y.points), matrix(&x.all_points, &y.all_points));
        let own_columns: Vec<T> = (0..n * m).map(|k| own_matrix[k % n * m + k / n]).collect();
        let all_columns: Vec<T> = (0..70 * 90).map(|k| all_matrix[k % 70 * 90 + k / 70]).collect();
        let mut geometries: Vec<(Geometry<'_, T>, Geometry<'_, T>)> = Vec::new();
        for cost in costs {
            let of = |x, y| PointCloud::new(x, y, d, cost).unwrap().into();
            geometries.push((of(&x.points, &y.points), of(&x.all_points, &y.all_points)));
        }
        let own = CostMatrix::row_major(&own_matrix, n, m).unwrap().into();
        geometries.push((own, CostMatrix::row_major(&all_matrix, 70, 90).unwrap().into()));
        let own = CostMatrix::column_major(&own_columns, n, m).unwrap().into();
        geometries.push((own, CostMatrix::column_major(&all_columns, 70, 90).unwrap().into()));
        for (own, all) in geometries {
            for rho in [T::INFINITY, T::constant(0.7)] {
                let problem = |geometry, a, b| {
                    let problem: Problem<'_, T> = Problem::new(geometry).unwrap().weights(a, b).unwrap();
                    let epsilon = Epsilon::OfMean(T::constant(0.2));
                    problem.unbalanced(rho, rho).unwrap().epsilon(epsilon).unwrap()
                };
                let own: Problem<'_, T> = problem(own, &x.weights, &y.weights);
                let all: Problem<'_, T> = problem(all, &x.all_weights, &y.all_weights);
                for storage in [Storage::Stream, Storage::Cost, Storage::Kernel, Settings::<T>::default().storage] {
                    let settings = Settings { storage, ..Settings::default() };
                    let of_all = solve_owned(&all, &Zero, &settings).unwrap();
                    compare(&all, &of_all, &solve_owned(&own, &Zero, &settings).unwrap(), (&x, &y), tolerance);
                }
            }
        }
    }
}

#[test]
fn points_without_weight_change_nothing() {
    points_without_weight_change_nothing_in::<f64>(1e-9);
    points_without_weight_change_nothing_in::<f32>(2e-3);
}

#[test]
fn sweeps_visit_the_pairs_with_weight_alone() {
    let (n, m) = (3000, 2000);
    let (x, y) = (sides::<f64>(5, 12, n, 1), sides::<f64>(6, 10, m, 1));
    let counted = Counted(AtomicUsize::new(0));
    let problem = Problem::new(PointCloud::new(&x.all_points, &y.all_points, 1, &counted).unwrap()).unwrap();
    let problem = problem.weights(&x.all_weights, &y.all_weights).unwrap().epsilon(Epsilon::Absolute(0.01)).unwrap();
    for storage in [Storage::Stream, Storage::Kernel, Settings::<f64>::default().storage] {
        let settings = Settings { storage, ..Settings::default() };
        // O(n + m) of memory, where a kernel of all pairs would be 6 million scalars.
        assert!(Workspace::len(&problem, &settings).unwrap() < 10 * (n + m));
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
        counted.0.store(0, Ordering::Relaxed);
        let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
        assert_eq!(solution.report().status, Status::Converged);
        // A check and the completion see every point with those of the other side that have weight, each pair a few
        // times.
        let asked = counted.0.load(Ordering::Relaxed);
        let sweeps = 3 * (solution.report().sweeps as usize + 10) * 120;
        assert!(asked <= 4 * (10 * n + 12 * m) + sweeps, "{asked} costs");
    }
}

#[test]
fn every_start_knows_all_points() {
    let (x, y) = (sides::<f64>(7, 9, 60, 1), sides::<f64>(8, 8, 50, 1));
    let problem = Problem::new(PointCloud::squared_euclidean(&x.all_points, &y.all_points, 1).unwrap()).unwrap();
    let problem = problem.weights(&x.all_weights, &y.all_weights).unwrap().epsilon(Epsilon::Absolute(0.05)).unwrap();
    let settings = Settings { threshold: 1e-10, ..Settings::default() };
    let solved = solve_owned(&problem, &Zero, &settings).unwrap();
    let starts: [&dyn Start<f64>; 4] = [
        &Monotone,
        &FixedGaussianStart::<1> { form: GaussianForm::Entropic },
        &Given::f(&solved.f),
        &Given::g(&solved.g),
    ];
    for start in starts {
        let again = solve_owned(&problem, start, &settings).unwrap();
        assert_eq!(again.report.status, Status::Converged, "{}", again.report.start.name);
        for (found, expected) in again.f.iter().chain(&again.g).zip(solved.f.iter().chain(&solved.g)) {
            close(*found, *expected, 1e-6, again.report.start.name);
        }
        if again.report.start.name == "given" {
            assert!(again.report.sweeps <= 2);
        }
    }
    // A solver can begin again, and be looked at on the way.
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let mut solver =
        Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    assert_eq!(solver.target().problem.rows(), 60);
    solver.step();
    assert_eq!(solver.finish().f().len(), 60);
    solver.start(&Given::f(&solved.f)).unwrap();
    solver.run();
    let again = solver.finish();
    assert!(again.report().sweeps <= 2 && (again.f()[3] - solved.f[3]).abs() < 1e-8);
    // What a start writes for a point is named by the number of the point.
    let mut bad = solved.f.clone();
    bad[x.numbers[4]] = f64::NAN;
    let place = Place::entry(x.numbers[4]);
    let error = solver.start(&Given::f(&bad)).unwrap_err();
    assert_eq!(error.argument, Argument::F);
    assert!(matches!(error.kind, ErrorKind::NotFinite { place: found, .. } if found == place), "{error}");
}

#[test]
fn derivatives_are_those_of_all_points() {
    let (x, y) = (sides::<f64>(9, 5, 24, 2), sides::<f64>(10, 6, 30, 2));
    let problem = Problem::new(PointCloud::squared_euclidean(&x.all_points, &y.all_points, 2).unwrap()).unwrap();
    let problem = problem.weights(&x.all_weights, &y.all_weights).unwrap().epsilon(Epsilon::Absolute(0.5)).unwrap();
    let settings = Settings { threshold: 1e-11, storage: Storage::Stream, ..Settings::default() };
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    // Memory of a fixed size has no room for two sets of points: all are swept.
    let mut fixed = FixedWorkspace::<f64, 24, 30, 2, 5>::new();
    let mut found = Vec::new();
    for workspace in [Workspace::new(&mut memory, &problem, &settings).unwrap(), fixed.lend(&problem).unwrap()] {
        let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
        let of = DerivativeSettings { tolerance: 1e-11, ..DerivativeSettings::default() };
        let mut memory = vec![0.0; Derivatives::len(&problem, &of).unwrap()];
        let mut derivatives = Derivatives::new(&solution, &of, &mut memory).unwrap();
        let (mut in_x, mut in_y, mut in_a, mut in_b) = (vec![0.0; 48], vec![0.0; 60], vec![0.0; 24], vec![0.0; 30]);
        let loss: Vec<f64> = (0..24 * 30).map(|k| ((5 * k) % 13) as f64).collect();
        let cotangent = Cotangent { plan: Some(PlanCotangent::Matrix(&loss)), ..Cotangent::none() };
        let mut gradients = Gradients {
            x: Some(&mut in_x),
            y: Some(&mut in_y),
            a: Some(&mut in_a),
            b: Some(&mut in_b),
            ..Gradients::none()
        };
        derivatives.vjp(&cotangent, &mut gradients).unwrap();
        let mut map = vec![0.0; 48];
        solution.barycentric_map(&mut map).unwrap();
        found.push([in_x, in_y, in_a, in_b, map, solution.f().to_vec(), solution.g().to_vec()].concat());
    }
    for (found, expected) in found[0].iter().zip(&found[1]) {
        close(*found, *expected, 1e-7, "derivatives");
    }
}

#[test]
fn errors_have_the_numbers_of_all_points() {
    let (mut x, y) = (sides::<f64>(11, 5, 24, 1), sides::<f64>(12, 6, 30, 1));
    let solve = |x: &[f64], a: &[f64]| {
        let problem = Problem::new(PointCloud::squared_euclidean(x, &y.all_points, 1).unwrap()).unwrap();
        let problem = problem.weights(a, &y.all_weights).unwrap().epsilon(Epsilon::Absolute(0.5)).unwrap();
        solve_owned(&problem, &Zero, &Settings::default()).map(|_| ()).unwrap_err()
    };
    let (number, before) = (x.numbers[3], x.all_points[x.numbers[3]]);
    x.all_points[number] = 1e200;
    let too_far = |row| Error::new(Argument::X, ErrorKind::TooFar { place: Place::entry(row) });
    assert_eq!(solve(&x.all_points, &x.all_weights), too_far(number));
    // And without weight.
    x.all_points[number] = before;
    x.all_points[number + 1] = 1e200;
    assert_eq!(solve(&x.all_points, &x.all_weights), too_far(number + 1));
    // A point that may go nowhere.
    let cost = |i: usize, j: usize| if i == number { f64::INFINITY } else { (i + j) as f64 };
    let matrix: Vec<f64> = (0..24 * 30).map(|k| cost(k / 30, k % 30)).collect();
    let problem = Problem::new(CostMatrix::row_major(&matrix, 24, 30).unwrap()).unwrap();
    let problem = problem.weights(&x.all_weights, &y.all_weights).unwrap();
    let error = solve_owned(&problem, &Zero, &Settings::default()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::new(Argument::A, ErrorKind::Infeasible { place: Some(Place::entry(number)) }));
}

/// Whether points without weight are left out does not depend on threads.
#[test]
fn threads_change_no_bit() {
    for (n, m) in [(35, 70), (140, 400), (500, 1000)] {
        let (x, y) = (sides::<f64>(21, n, m, 1), sides::<f64>(22, n, m, 1));
        let cloud = PointCloud::squared_euclidean(&x.all_points, &y.all_points, 1).unwrap();
        let problem = Problem::new(cloud).unwrap().weights(&x.all_weights, &y.all_weights).unwrap();
        for acceleration in [Acceleration::Plain, Settings::<f64>::default().acceleration] {
            let bits = |threads| {
                let storage = Storage::Stream;
                let settings = Settings { threads, storage, acceleration, ..Settings::default() };
                let solved = solve_owned(&problem, &Zero, &settings).unwrap();
                solved.f.iter().chain(&solved.g).map(|value| value.to_bits()).collect::<Vec<_>>()
            };
            let one = bits(1);
            for threads in [2, 3, 7] {
                assert_eq!(bits(threads), one, "{threads} threads, {n} of {m}");
            }
        }
    }
}
