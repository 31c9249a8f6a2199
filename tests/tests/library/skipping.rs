//! Sweeps that skip pairs: the same solves, and an honest certificate.

use sinkhorn_core::cost::{Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean};
use sinkhorn_core::start::Monotone;
use sinkhorn_core::start::{FixedGaussianStart, Given, Start, Zero};
use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Real, Report, Settings, Skipping, Status, Workspace, solve,
};
use sinkhorn_tests::data;

/// Points of two clouds that lie apart, and weights; every seventh point has none if `zeros`.
struct Case {
    d: usize,
    x: Vec<f64>,
    y: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    epsilon: f64,
    rho: Option<f64>,
    plain: bool,
    /// The exponent of a norm, if that is the cost; else costs are squared distances.
    norm: Option<f64>,
}

impl Case {
    fn new(seed: u64, (n, m, d): (usize, usize, usize), epsilon: f64) -> Self {
        let random = &mut data::generator(seed);
        let x = data::uniform(random, n * d);
        let y = data::normal(random, m * d).iter().map(|y| 1.0 + 0.3 * y).collect();
        let (a, b) = (vec![1.0 / n as f64; n], vec![1.0 / m as f64; m]);
        Case { d, x, y, a, b, epsilon, rho: None, plain: false, norm: None }
    }

    fn weighted(self, seed: u64) -> Self {
        let random = &mut data::generator(seed);
        let mut weights = |count| {
            let mut weights = data::weights(random, count);
            weights.iter_mut().step_by(7).for_each(|weight| *weight = 0.0);
            let total: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= total);
            weights
        };
        let (a, b) = (weights(self.a.len()), weights(self.b.len()));
        Case { a, b, ..self }
    }

    fn relaxed(self, rho: f64) -> Self {
        Case { rho: Some(rho), ..self }
    }

    fn plain(self) -> Self {
        Case { plain: true, ..self }
    }

    fn norm(self, p: f64) -> Self {
        Case { norm: Some(p), ..self }
    }

    fn cost<T: Real>(&self) -> Box<dyn GroundCost<T>> {
        match self.norm {
            None => Box::new(SquaredEuclidean),
            Some(1.0) => Box::new(Manhattan),
            Some(2.0) => Box::new(Euclidean),
            Some(p) => Box::new(PNorm::new(T::constant(p)).expect("a norm")),
        }
    }

    fn solve<T: Real>(&self, start: &dyn Start<T>, skipping: Skipping, threads: usize) -> (Vec<T>, Vec<T>, Report<T>) {
        let [x, y, a, b] = [&self.x, &self.y, &self.a, &self.b]
            .map(|values| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>());
        let cost = self.cost::<T>();
        let cloud = PointCloud::new(&x, &y, self.d, &*cost).expect("points");
        let epsilon = Epsilon::OfMean(T::constant(self.epsilon));
        let mut problem =
            Problem::new(cloud).and_then(|p| p.weights(&a, &b)).and_then(|p| p.epsilon(epsilon)).expect("a problem");
        if let Some(rho) = self.rho {
            problem = problem.unbalanced(T::constant(rho), T::constant(rho)).expect("relaxed");
        }
        let mut settings = Settings { skipping, threads, ..Settings::default() };
        if self.plain {
            settings.acceleration = Acceleration::Plain;
        }
        let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings).expect("a length")];
        let workspace = Workspace::new(&mut memory, &problem, &settings).expect("a workspace");
        let solution = solve(&problem, start, &settings, workspace).expect("a solution");
        (solution.f().to_vec(), solution.g().to_vec(), *solution.report())
    }

    /// The marginal errors of potentials, over all pairs and in double precision. Those of relaxed sides are 0.
    fn errors<T: Real>(&self, f: &[T], g: &[T], epsilon: f64) -> [f64; 2] {
        let cost = self.cost::<f64>();
        let mut columns = vec![0.0; g.len()];
        let mut row_error = 0.0;
        for (i, x) in self.x.chunks(self.d).enumerate() {
            let mut row = 0.0;
            for (j, y) in self.y.chunks(self.d).enumerate() {
                let exponent = (f[i].widen() + g[j].widen() - cost.cost(x, y)) / epsilon;
                let mass = self.a[i] * self.b[j] * exponent.exp();
                row += mass;
                columns[j] += mass;
            }
            row_error += (row - self.a[i]).abs();
        }
        let column_error: f64 = columns.iter().zip(&self.b).map(|(sum, b)| (sum - b).abs()).sum();
        if self.rho.is_some() { [0.0; 2] } else { [row_error, column_error] }
    }

    fn check<T: Real>(&self, name: &str, start: &dyn Start<T>) {
        let (_, _, all) = self.solve(start, Skipping::Off, 2);
        let (f, g, listed) = self.solve(start, Skipping::On, 2);
        // The certificate is added to the error. So an error just below the threshold may take a sweep more.
        assert_eq!(listed.status, all.status, "{name}");
        let mut one_more = all.sweeps..=all.sweeps + 1;
        if self.norm.is_some() {
            // An accelerated solve of many sweeps may take another path.
            one_more = all.sweeps - all.sweeps / 10..=all.sweeps + all.sweeps / 10 + 1;
        }
        assert!(one_more.contains(&listed.sweeps), "{name}: {} sweeps, not {}", listed.sweeps, all.sweeps);
        assert!(all.skipped == T::ZERO && all.certificate == T::ZERO, "{name}");
        assert!(listed.skipped > T::constant(0.01) && listed.certificate > T::ZERO, "{name}: {:?}", listed.skipped);

        // The dual value errs by the square of what is missing. An acceleration makes other iterates of the smallest
        // differences, which meet the same threshold.
        let epsilon = listed.epsilon.widen();
        let difference = (listed.dual_value - all.dual_value).abs().widen();
        let units = if self.norm.is_some() { 32.0 } else { 8.0 }; // a norm itself is rounded to some
        let rounding = units * T::EPSILON.widen() * all.dual_value.abs().widen();
        let most = match (size_of::<T>(), self.plain) {
            (4, _) => 1e-6,
            (_, true) => 1e-12,
            (_, false) => 1e-8,
        };
        assert!(difference <= most * epsilon + rounding, "{name}: {difference:e} of {epsilon:e}");

        // What is reported is at least what a visit of all pairs finds; the potentials are rounded.
        let [rows, columns] = self.errors(&f, &g, epsilon);
        let size = f.iter().chain(&g).fold(0.0, |most: f64, value| most.max(value.abs().widen())) + 10.0;
        let rounding = 4.0 * T::EPSILON.widen() * size / epsilon;
        assert!(rows <= listed.row_error.widen() + rounding, "{name}: {rows:e}, not {:?}", listed.row_error);
        assert!(
            columns <= listed.column_error.widen() + rounding,
            "{name}: {columns:e}, not {:?}",
            listed.column_error
        );
    }
}

#[test]
fn solves_are_those_over_all_pairs() {
    let cases = [
        ("a line", Case::new(1, (1500, 1400, 1), 0.002)),
        ("a plane", Case::new(2, (1500, 1700, 2), 0.01)),
        ("a plane, plain", Case::new(3, (1300, 1300, 2), 0.01).plain()),
        ("space", Case::new(4, (1500, 1500, 3), 0.002)),
        ("space, with weights", Case::new(5, (1700, 1500, 3), 0.005).weighted(1)),
        ("four dimensions", Case::new(6, (1500, 1500, 4), 0.001)),
        ("five dimensions", Case::new(7, (2000, 2000, 5), 0.0005)),
        ("space, relaxed", Case::new(8, (1500, 1500, 3), 0.005).relaxed(1.0)),
        ("a plane, relaxed, plain", Case::new(9, (1500, 1200, 2), 0.01).relaxed(0.5).plain()),
        ("a plane, relaxed, with weights", Case::new(10, (1500, 1500, 2), 0.005).relaxed(1.0).weighted(2)),
    ];
    for (name, case) in &cases {
        case.check::<f64>(name, &FixedGaussianStart::<8>::default());
        case.check::<f32>(name, &FixedGaussianStart::<8>::default());
    }
    cases[0].1.check::<f64>("a line, monotone", &Monotone);
    cases[3].1.check::<f64>("space, zero", &Zero);
}

#[test]
fn norms_are_those_over_all_pairs() {
    let cases = [
        ("a line, plain", Case::new(21, (900, 850, 1), 0.01).norm(2.0).plain()),
        ("Euclidean, a plane", Case::new(22, (900, 1000, 2), 0.005).norm(2.0)),
        ("Euclidean, space, plain", Case::new(23, (900, 900, 3), 0.003).norm(2.0).plain()),
        ("Manhattan, a plane", Case::new(24, (900, 850, 2), 0.005).norm(1.0)),
        ("Manhattan, space, with weights", Case::new(25, (1000, 900, 3), 0.005).norm(1.0).weighted(5)),
        ("the third norm, space, relaxed", Case::new(26, (900, 900, 3), 0.005).norm(3.0).relaxed(1.0)),
        ("the 1.5th norm, a plane", Case::new(27, (700, 750, 2), 0.01).norm(1.5)),
        ("the 4.3rd norm, a plane, plain", Case::new(28, (700, 750, 2), 0.01).norm(4.3).plain()),
        ("the largest difference, a plane", Case::new(29, (900, 900, 2), 0.005).norm(f64::INFINITY)),
        ("Euclidean, a plane, with weights", Case::new(30, (900, 900, 2), 0.005).norm(2.0).weighted(6)),
    ];
    for (name, case) in &cases {
        case.check::<f64>(name, &Zero);
        case.check::<f32>(name, &Zero);
    }
}

/// Few places with many points each: potentials that are far off put the factors of series out of range.
#[test]
fn points_on_a_grid_keep_their_answer() {
    for (seed, n, m, epsilon) in [(1, 726, 105, 0.0015), (2, 1523, 474, 0.0014), (3, 900, 800, 0.002)] {
        let random = &mut data::generator(seed);
        let mut grid = |count, shift: f64| -> Vec<f64> {
            data::uniform(random, count).iter().map(|value| (7.0 * value).floor() + shift).collect()
        };
        let (x, y) = (grid(n, 0.0), grid(m, 0.3));
        let case = Case { x, y, ..Case::new(seed, (n, m, 1), epsilon) };
        let (_, _, all) = case.solve::<f32>(&Zero, Skipping::Off, 1);
        let (f, g, listed) = case.solve::<f32>(&Zero, Skipping::On, 1);
        assert_eq!((all.status, listed.status), (Status::Converged, Status::Converged), "{n} x {m}");
        assert!((listed.dual_value - all.dual_value).abs() <= 2e-3 * all.dual_value.abs(), "{n} x {m}");
        // No pair counts twice, although rows leave the series of their group.
        assert!(listed.skipped >= 0.0 && listed.skipped + listed.summed <= 1.0, "{n} x {m}: {listed:?}");
        let [rows, columns] = case.errors(&f, &g, listed.epsilon.into());
        assert!(rows.max(columns) <= 2e-3, "{n} x {m}: {rows:e}, {columns:e}");
    }
}

#[test]
fn lengths_for_sizes_suffice_to_skip() {
    for (n, m, d) in [(63, 64, 2), (64, 65, 2), (1000, 700, 8), (1000, 700, 9), (4000, 4100, 5), (4100, 4000, 6)] {
        let case = Case::new(17, (n, m, d), 0.01);
        let cloud = PointCloud::squared_euclidean(&case.x, &case.y, d).expect("points");
        let even = Problem::new(cloud).expect("a problem");
        let some = Case::new(17, (n, m, d), 0.01).weighted(4);
        let cloud = PointCloud::squared_euclidean(&some.x, &some.y, d).expect("points");
        let some = Problem::new(cloud).and_then(|p| p.weights(&some.a, &some.b)).expect("a problem");
        for (skipping, threads) in [(Skipping::Auto, 1), (Skipping::Off, 2), (Skipping::On, 1), (Skipping::On, 3)] {
            let settings = Settings { skipping, threads, ..Settings::<f64>::default() };
            let len = Workspace::len_of_points(even.shape(), &settings).expect("a length");
            assert_eq!(Workspace::len(&even, &settings), Ok(len), "{n} {m} {d} {skipping:?}");
            assert!(Workspace::len(&some, &settings).expect("a length") <= len, "{n} {m} {d} {skipping:?}");
            assert!(Workspace::len_of_shape(even.shape(), &settings).expect("a length") <= len);
        }
    }
}

#[test]
fn threads_change_no_bit() {
    for case in [
        Case::new(11, (3000, 2500, 3), 0.002),
        Case::new(12, (2500, 3000, 2), 0.01).weighted(3),
        Case::new(18, (1500, 2000, 2), 0.01).norm(2.0),
    ] {
        let gaussian = FixedGaussianStart::<8>::default();
        let start: &dyn Start<f32> = if case.norm.is_some() { &Zero } else { &gaussian };
        let one = case.solve::<f32>(start, Skipping::On, 1);
        let many = case.solve::<f32>(start, Skipping::On, 5);
        assert_eq!((one.0, one.1, one.2.sweeps), (many.0, many.1, many.2.sweeps));
        assert_eq!((one.2.skipped, one.2.certificate), (many.2.skipped, many.2.certificate));
    }
}

#[test]
fn small_problems_are_left_as_they_are() {
    let case = Case::new(13, (1000, 1000, 2), 0.002);
    let start = FixedGaussianStart::<8>::default();
    let (auto, off) = (case.solve::<f64>(&start, Skipping::Auto, 1), case.solve::<f64>(&start, Skipping::Off, 1));
    assert_eq!((auto.0, auto.1), (off.0, off.1));
    assert_eq!(auto.2.skipped, 0.0);
}

#[test]
fn pairs_are_skipped_where_it_pays() {
    let start = FixedGaussianStart::<8>::default();
    let skipped = |case: Case| case.solve::<f32>(&start, Skipping::Auto, 2).2.skipped;
    assert!(skipped(Case::new(14, (4100, 4100, 2), 0.002)) > 0.5);
    // Every pair matters if epsilon is large.
    assert_eq!(skipped(Case::new(15, (4100, 4100, 3), 0.5)), 0.0);
}

#[test]
fn a_pair_of_potentials_is_taken_up_where_it_was_left() {
    let case = Case::new(16, (2000, 2000, 3), 0.002);
    let (f, g, first) = case.solve::<f64>(&FixedGaussianStart::<8>::default(), Skipping::On, 2);
    let (_, _, again) = case.solve::<f64>(&Given::both(&f, &g), Skipping::On, 2);
    assert!(again.sweeps <= 2 && first.sweeps > 5, "{} after {}", again.sweeps, first.sweeps);
}
