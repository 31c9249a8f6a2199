//! The solver against a naive reference, on problems of odd shapes; and what its report promises.

use nalgebra::{SMatrix, SVector};
use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, PointCloud, Problem, Settings, Solver, Status, Storage, Workspace,
    embedded::{FixedKernel, FixedWorkspace, solve_matrix, workspace_len},
    solve,
    start::{FixedGaussianStart, Monotone, Zero},
};
use sinkhorn_tests::{data, oracle, solve_owned};

#[test]
fn random_problems_agree_with_thirty_lines_of_f64() {
    for (seed, n, m, d) in
        [(1, 20, 20, 2), (2, 7, 31, 1), (3, 33, 5, 4), (4, 1, 6, 3), (5, 6, 1, 3), (6, 1, 1, 2), (7, 70, 67, 7)]
    {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, n * d), data::normal(&mut generator, m * d));
        let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
        let cost = oracle::squared_euclidean(&x, &y, d);
        for (rho_a, rho_b) in [(f64::INFINITY, f64::INFINITY), (0.7, 0.4), (f64::INFINITY, 1.1), (0.3, f64::INFINITY)] {
            let want = oracle::sinkhorn(&cost, &a, &b, 0.3, (rho_a, rho_b), 3_000);
            let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
                .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(0.3))?.unbalanced(rho_a, rho_b))
                .unwrap();
            for settings in [Settings::plain(), Settings::default()] {
                let settings = Settings { threshold: 1e-12, ..settings };
                let got = solve_owned(&problem, &Zero, &settings).unwrap();
                assert_eq!(got.report.status, Status::Converged, "{n} x {m}, rho {rho_a} {rho_b}: {:?}", got.report);
                let near = |p: f64, q: f64| (p - q).abs() < 1e-9 * q.abs().max(1.0);
                assert!(near(got.report.objective, want.objective), "{} {}", got.report.objective, want.objective);
                assert!(near(got.report.dual_value, want.objective), "{} {}", got.report.dual_value, want.objective);
                assert!(near(got.report.transport_cost, want.transport_cost));
                assert!(got.plan.iter().zip(&want.plan).all(|(p, q)| near(*p, *q)));
                let shift = if rho_a.is_infinite() && rho_b.is_infinite() { got.f[0] - want.f[0] } else { 0.0 };
                assert!(got.f.iter().zip(&want.f).all(|(p, q)| near(p - shift, *q)));
                assert!(got.g.iter().zip(&want.g).all(|(p, q)| near(p + shift, *q)));
            }
        }
    }
}

#[test]
fn balanced_potentials_are_levelled_and_marginals_measured() {
    let mut generator = data::generator(21);
    let (x, y) = (data::normal(&mut generator, 60), data::normal(&mut generator, 90));
    let (a, b) = (data::weights(&mut generator, 30), data::weights(&mut generator, 45));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
        .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::OfMean(0.05)))
        .unwrap();
    let solved = solve_owned(&problem, &Zero, &Settings { threshold: 1e-3, ..Settings::plain() }).unwrap();
    let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(s, t)| s * t).sum::<f64>();
    assert!((dot(&a, &solved.f) - dot(&b, &solved.g)).abs() < 1e-12);
    let rows: f64 = (0..30).map(|i| (solved.plan[i * 45..(i + 1) * 45].iter().sum::<f64>() - a[i]).abs()).sum();
    let columns: f64 = (0..45).map(|j| ((0..30).map(|i| solved.plan[i * 45 + j]).sum::<f64>() - b[j]).abs()).sum();
    assert!((rows - solved.report.row_error).abs() < 1e-12 && rows <= 1e-3);
    assert!((columns - solved.report.column_error).abs() < 1e-12 && columns < 1e-12);
}

#[test]
fn zero_weights_take_no_mass_and_have_the_c_transform_as_potential() {
    let mut generator = data::generator(31);
    let (x, y) = (data::normal(&mut generator, 20), data::normal(&mut generator, 24));
    let (mut a, mut b) = (data::weights(&mut generator, 10), data::weights(&mut generator, 12));
    (a[0], a[7], b[3], b[11]) = (0.0, 0.0, 0.0, 0.0);
    let total: f64 = b.iter().sum::<f64>() / a.iter().sum::<f64>();
    a.iter_mut().for_each(|w| *w *= total);
    let cost = oracle::squared_euclidean(&x, &y, 2);
    for rho in [f64::INFINITY, 0.8] {
        for settings in [Settings::plain(), Settings::default()] {
            let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap())
                .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(0.2))?.unbalanced(rho, rho))
                .unwrap();
            let got = solve_owned(&problem, &Zero, &Settings { threshold: 1e-12, ..settings }).unwrap();
            let want = oracle::sinkhorn(&cost, &a, &b, 0.2, (rho, rho), 5_000);
            assert_eq!(got.report.status, Status::Converged);
            let shift = if rho.is_infinite() { got.f[1] - want.f[1] } else { 0.0 };
            assert!(got.f.iter().zip(&want.f).all(|(p, q)| (p - shift - q).abs() < 1e-9), "{:?} {:?}", got.f, want.f);
            assert!(got.g.iter().zip(&want.g).all(|(p, q)| (p + shift - q).abs() < 1e-9), "{:?} {:?}", got.g, want.g);
            assert!((0..12).all(|j| got.plan[j] == 0.0 && got.plan[7 * 12 + j] == 0.0));
            assert!((0..10).all(|i| got.plan[i * 12 + 3] == 0.0 && got.plan[i * 12 + 11] == 0.0));
        }
    }
}

#[test]
fn coincident_points_are_no_trouble() {
    let x: Vec<f64> = [1.0, 2.0].repeat(9);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &x, 2).unwrap())
        .and_then(|p| p.epsilon(Epsilon::Absolute(0.1)))
        .unwrap();
    let solved = solve_owned(&problem, &FixedGaussianStart::<2>::default(), &Settings::default()).unwrap();
    assert_eq!(solved.report.status, Status::Converged);
    assert!(solved.report.transport_cost.abs() < 1e-12 && solved.report.sweeps <= 2);
    // Relative to a mean of zero there is no epsilon.
    let error = Problem::new(PointCloud::squared_euclidean(&x, &x, 2).unwrap())
        .and_then(|p| solve_owned(&p, &Zero, &Settings::default()))
        .unwrap_err();
    assert_eq!(error.argument.name(), "epsilon");
}

#[test]
fn relative_epsilon_is_the_fraction_of_mean_and_standard_deviation_of_the_cost() {
    let mut generator = data::generator(41);
    let (x, y) = (data::normal(&mut generator, 30), data::uniform(&mut generator, 51));
    let (a, b) = (data::weights(&mut generator, 10), data::weights(&mut generator, 17));
    let cost = oracle::squared_euclidean(&x, &y, 3);
    let expect = |value: &dyn Fn(f64) -> f64| -> f64 { (0..170).map(|k| a[k / 17] * b[k % 17] * value(cost[k])).sum() };
    let mean = expect(&|c| c);
    let std = expect(&|c| (c - mean) * (c - mean)).sqrt();
    for (epsilon, want) in
        [(Epsilon::OfMean(0.1), 0.1 * mean), (Epsilon::OfStd(0.2), 0.2 * std), (Epsilon::default(), 0.05 * std)]
    {
        let points = PointCloud::squared_euclidean(&x, &y, 3).unwrap();
        let matrix = CostMatrix::row_major(&cost, 10, 17).unwrap();
        for problem in [Problem::new(points).unwrap(), Problem::new(matrix).unwrap()] {
            let problem = problem.weights(&a, &b).and_then(|p| p.epsilon(epsilon)).unwrap();
            let got = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report.epsilon;
            assert!((got - want).abs() < 1e-13 * want, "{got} {want}");
        }
    }
}

#[test]
fn data_far_from_the_origin_are_solved_as_well_in_single_precision() {
    let mut generator = data::generator(51);
    let (x, y) = (data::single(&data::normal(&mut generator, 600)), data::single(&data::normal(&mut generator, 600)));
    let shift = |points: &[f32]| points.iter().map(|value| value + 1e4).collect::<Vec<f32>>();
    let (x_far, y_far) = (shift(&x), shift(&y));
    // Adding 1e4 rounds the data themselves; the fair comparison is with the rounded data, brought back exactly.
    let back = |points: &[f32]| points.iter().map(|value| value - 1e4).collect::<Vec<f32>>();
    let (x_near, y_near) = (back(&x_far), back(&y_far));
    let objective = |x: &[f32], y: &[f32]| {
        let problem = Problem::new(PointCloud::squared_euclidean(x, y, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.01)))
            .unwrap();
        let solved = solve_owned(&problem, &FixedGaussianStart::<2>::default(), &Settings::default()).unwrap();
        assert_eq!(solved.report.status, Status::Converged);
        solved.report.objective
    };
    let (near, far, unrounded) = (objective(&x_near, &y_near), objective(&x_far, &y_far), objective(&x, &y));
    assert!((near - far).abs() <= 1e-5 * near, "{near} {far}");
    assert!((unrounded - far).abs() <= 1e-4 * near, "{unrounded} {far}");
}

#[test]
fn tiny_epsilon_ends_with_finite_numbers_and_an_honest_status() {
    let mut generator = data::generator(61);
    let (x, y) = (data::normal(&mut generator, 240), data::normal(&mut generator, 200));
    let (x32, y32) = (data::single(&x), data::single(&y));
    for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 10 }] {
        let settings = Settings { threshold: 1e-6_f32, max_sweeps: 3_000, acceleration, ..Settings::default() };
        let single = Problem::new(PointCloud::squared_euclidean(&x32, &y32, 2).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(1e-4)));
        let solved = solve_owned(&single.unwrap(), &Zero, &Settings { acceleration, ..settings }).unwrap();
        assert_ne!(solved.report.status, Status::Converged, "{:?}", solved.report);
        assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
        assert!(solved.report.objective.is_finite() && solved.report.dual_value.is_finite());
        println!("f32: {:?}", solved.report);
    }
    let settings = Settings { threshold: 1e-6, max_sweeps: 2_000, ..Settings::default() };
    let double =
        Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).and_then(|p| p.epsilon(Epsilon::OfMean(1e-6)));
    let solved = solve_owned(&double.unwrap(), &FixedGaussianStart::<2>::default(), &settings).unwrap();
    println!("f64: {:?}", solved.report);
    assert!(solved.report.objective.is_finite());
    assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
}

#[test]
fn at_the_sweep_limit_the_columns_are_exact() {
    let mut generator = data::generator(3);
    let (x, y) = (data::normal(&mut generator, 2 * 90), data::normal(&mut generator, 2 * 70));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::OfMean(0.001)).unwrap();
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 5 }] {
            let settings = Settings { storage, acceleration, max_sweeps: 8, threshold: 1e-12, ..Settings::default() };
            let report = solve_owned(&problem, &Zero, &settings).unwrap().report;
            assert_eq!(report.status, Status::SweepLimit);
            assert!(report.row_error > 1e-3 && report.column_error < 1e-12, "{storage:?} {acceleration:?}: {report:?}");
        }
    }
}

#[test]
fn stepping_is_solving() {
    let mut generator = data::generator(71);
    let (x, y) = (data::normal(&mut generator, 40), data::normal(&mut generator, 50));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    let settings = Settings::default();
    let whole = solve_owned(&problem, &Monotone, &settings).unwrap();
    let mut memory = vec![f64::NAN; Workspace::len(&problem, &settings).unwrap()];
    let mut solver =
        Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    solver.start(&Monotone).unwrap();
    let mut steps = 0;
    while solver.step().is_none() {
        steps += 1;
        if steps == 3 {
            // Looking at the solution half-way changes nothing.
            assert_eq!(solver.finish().report().sweeps, 3);
        }
    }
    assert_eq!(solver.step(), Some(Status::Converged));
    let solution = solver.into_solution();
    assert_eq!(solution.f(), &whole.f[..]);
    assert_eq!(solution.g(), &whole.g[..]);
    assert_eq!(*solution.report(), whole.report);
}

#[test]
fn fixed_storage_gives_the_bits_of_a_slice() {
    let mut generator = data::generator(81);
    let (x, y) = (data::single(&data::normal(&mut generator, 26)), data::single(&data::normal(&mut generator, 22)));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let settings = Settings { acceleration: Acceleration::Anderson { memory: 4 }, ..Settings::default() };
    let want = solve_owned(&problem, &FixedGaussianStart::<2>::default(), &settings).unwrap();
    let mut storage = FixedWorkspace::<f32, 16, 12, 2, 4>::new();
    let workspace = storage.lend(&problem).unwrap();
    let got = solve(&problem, &FixedGaussianStart::<2>::default(), &settings, workspace).unwrap();
    assert_eq!((got.f(), got.g()), (&want.f[..], &want.g[..]));
    let scalars = workspace_len(problem.shape(), 4, Storage::Stream).unwrap();
    let full = workspace_len(sinkhorn_core::geometry::Shape::squared_euclidean(16, 12, 2), 4, Storage::Stream).unwrap();
    assert!(scalars < full);
    // Newton's method, which has m^2 scalars in the formula, is not for fixed storage.
    assert_eq!(size_of_val(&storage), 4 * (full - 12 * 12), "the formula is the size of the arrays");
    let mut small = FixedWorkspace::<f32, 12, 12, 2>::new();
    assert!(small.lend(&problem).is_err());
}

#[test]
fn nalgebra_matrices_are_column_major_and_handled_so() {
    let cost = SMatrix::<f64, 3, 4>::from_fn(|i, j| ((i * 5 + j * j) % 7) as f64 / 3.0);
    let a = SVector::<f64, 3>::new(0.2, 0.3, 0.5);
    let b = SVector::<f64, 4>::new(0.1, 0.2, 0.3, 0.4);
    let mut workspace = FixedWorkspace::<f64, 3, 4, 0, 5>::new();
    let settings = Settings { threshold: 1e-13, ..Settings::default() };
    let got = solve_matrix(&cost, &a, &b, Epsilon::Absolute(0.1), &Zero, &settings, &mut workspace).unwrap();
    let row_major: Vec<f64> = (0..12).map(|k| cost[(k / 4, k % 4)]).collect();
    let want = oracle::sinkhorn(&row_major, a.as_slice(), b.as_slice(), 0.1, (f64::INFINITY, f64::INFINITY), 5_000);
    for k in 0..12 {
        assert!((got.plan[(k / 4, k % 4)] - want.plan[k]).abs() < 1e-12);
    }
    assert!((got.report.objective - want.objective).abs() < 1e-12);
}

#[test]
fn a_fixed_kernel_gives_the_bits_of_a_slice_with_kernel_storage() {
    let mut generator = data::generator(91);
    let (x, y) = (data::single(&data::normal(&mut generator, 15)), data::single(&data::normal(&mut generator, 16)));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 3 }] {
        let settings = Settings { acceleration, storage: Storage::Kernel, ..Settings::default() };
        let want = solve_owned(&problem, &Monotone, &settings).unwrap();
        let mut storage = FixedWorkspace::<f32, 16, 16, 1, 3>::new();
        let mut kernel = FixedKernel::<f32, 16, 16>::new();
        let workspace = storage.lend_with_kernel(&mut kernel, &problem).unwrap();
        let got = solve(&problem, &Monotone, &settings, workspace).unwrap();
        assert_eq!((got.report().storage, got.report().status), ("kernel", Status::Converged));
        assert_eq!((got.f(), got.g()), (&want.f[..], &want.g[..]));
        assert_eq!(size_of_val(&kernel), 4 * (16 * 16 + 16 + 2 * 16));
    }
}
