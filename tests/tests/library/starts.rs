//! Starting potentials: they lead to the same answer, in far fewer sweeps, and refuse what they are not for.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, PointCloud, Problem, Report, Settings, Status,
    cost::{Euclidean, GroundCost, SquaredEuclidean},
    error::{Argument, ErrorKind},
    start::{FixedGaussianStart, GaussianForm, Given, Monotone, Start, Zero},
};
use sinkhorn_init::GaussianStart as RunTimeGaussian;
use sinkhorn_tests::{data, solve_owned};

fn report(problem: &Problem<'_, f64>, start: &dyn Start<f64>, settings: &Settings<f64>) -> Report<f64> {
    solve_owned(problem, start, settings).unwrap().report
}

fn line<'a>(x: &'a [f64], y: &'a [f64], epsilon: Epsilon<f64>) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, 1).unwrap()).unwrap().epsilon(epsilon).unwrap()
}

/// Tiny epsilon on the line, 200 points: thousands of plain sweeps from zero, tens from the monotone duals.
#[test]
fn on_the_line_the_monotone_start_replaces_thousands_of_sweeps_by_tens() {
    let settings = Settings { threshold: 1e-3, max_sweeps: 20_000, ..Settings::plain() };
    let mut table = String::new();
    for seed in 0..2 {
        let mut generator = data::generator(seed);
        let (normal, uniform) = (data::normal(&mut generator, 200), data::uniform(&mut generator, 200));
        let shifted: Vec<f64> = data::normal(&mut generator, 200).iter().map(|z| 3.0 + 0.5 * z).collect();
        let grid = data::grid(200);
        for (name, x, y) in [
            ("normal to grid", &normal, &grid),
            ("normal to uniform", &normal, &uniform),
            ("uniform to grid", &uniform, &grid),
            ("normal to normal", &normal, &shifted),
        ] {
            let problem = line(x, y, Epsilon::OfStd(0.0005));
            let zero = report(&problem, &Zero, &settings);
            let monotone = report(&problem, &Monotone, &settings);
            let gaussian = report(&problem, &FixedGaussianStart::<1>::default(), &settings);
            table += &format!(
                "seed {seed} {name:18} sweeps to 1e-3: zero {:6}, gaussian {:6}, monotone {:4}\n",
                zero.sweeps, gaussian.sweeps, monotone.sweeps
            );
            for found in [zero, monotone, gaussian] {
                assert_eq!(found.status, Status::Converged, "{name}");
                assert!((found.dual_value - zero.dual_value).abs() < 1e-4 * zero.dual_value.abs(), "{name}");
            }
            assert!(monotone.start_value > gaussian.start_value && gaussian.start_value > zero.start_value);
            assert!(zero.sweeps > 1_500, "{name}: {}", zero.sweeps);
            assert!(gaussian.sweeps < zero.sweeps, "{name}: {} and {}", gaussian.sweeps, zero.sweeps);
            assert!(20 * monotone.sweeps <= zero.sweeps, "{name}: {} and {}", monotone.sweeps, zero.sweeps);
        }
    }
    println!("{table}");
}

#[test]
fn monotone_holds_for_any_sizes_and_weights_and_is_optimal_for_small_epsilon() {
    for (seed, n, m) in [(1, 50, 50), (2, 40, 73), (3, 73, 40), (4, 1, 9), (5, 9, 1), (6, 30, 60)] {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, n), data::uniform(&mut generator, m));
        let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
        let settings = Settings { threshold: 1e-6, max_sweeps: 50_000, ..Settings::default() };
        for weighted in [false, true] {
            let mut problem = line(&x, &y, Epsilon::OfMean(1e-4));
            if weighted {
                problem = problem.weights(&a, &b).unwrap();
            }
            let found = solve_owned(&problem, &Monotone, &settings).unwrap();
            // Unregularised transport on the line: the staircase of the sorted points.
            let exact = staircase(&x, &y, |i| problem.a().get(i), |j| problem.b().get(j));
            let gap = found.report.transport_cost - exact;
            assert!((-1e-5..1e-3).contains(&gap), "{n} x {m}: {} for {exact}", found.report.transport_cost);
            assert!(found.report.start_value <= found.report.dual_value + 1e-9);
            let room = 2e-3 * exact.abs().max(0.1);
            assert!(found.report.dual_value - found.report.start_value < room, "{n} x {m}: {:?}", found.report);
        }
    }
}

fn staircase(x: &[f64], y: &[f64], a: impl Fn(usize) -> f64, b: impl Fn(usize) -> f64) -> f64 {
    let order = |points: &[f64]| {
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|&p, &q| points[p].total_cmp(&points[q]));
        order
    };
    let (rows, columns) = (order(x), order(y));
    let (mut i, mut j, mut total) = (0, 0, 0.0);
    let (mut left, mut right) = (a(rows[0]), b(columns[0]));
    loop {
        let mass = left.min(right);
        total += mass * (x[rows[i]] - y[columns[j]]).powi(2);
        left -= mass;
        right -= mass;
        if left <= right {
            i += 1;
            if i == x.len() {
                return total;
            }
            left += a(rows[i]);
        } else {
            j += 1;
            if j == y.len() {
                return total;
            }
            right += b(columns[j]);
        }
    }
}

#[test]
fn the_gaussian_start_needs_fewer_sweeps_on_gaussians_and_the_entropic_form_fewer_still() {
    let settings = Settings { threshold: 1e-3, ..Settings::plain() };
    for (seed, d) in [(1, 2), (2, 3), (3, 10)] {
        let mut generator = data::generator(seed);
        let mix = |generator: &mut _, mean: f64| {
            let matrix = data::normal(generator, d * d);
            let points = data::normal(generator, 400 * d);
            points
                .chunks(d)
                .flat_map(|z| {
                    (0..d).map(|k| mean + (0..d).map(|l| matrix[k * d + l] * z[l]).sum::<f64>()).collect::<Vec<_>>()
                })
                .collect::<Vec<f64>>()
        };
        let (x, y) = (mix(&mut generator, 0.0), mix(&mut generator, 1.0));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
            .and_then(|p| p.epsilon(Epsilon::OfMean(0.01)))
            .unwrap();
        let zero = report(&problem, &Zero, &settings);
        let entropic = report(&problem, &RunTimeGaussian::new(GaussianForm::Entropic), &settings);
        let unregularised = report(&problem, &RunTimeGaussian::new(GaussianForm::Unregularised), &settings);
        let accelerated =
            report(&problem, &RunTimeGaussian::default(), &Settings { threshold: 1e-3, ..Settings::default() });
        println!(
            "d = {d}: zero {}, unregularised {}, entropic {}, entropic with Anderson {}",
            zero.sweeps, unregularised.sweeps, entropic.sweeps, accelerated.sweeps
        );
        assert!(entropic.start_value > zero.start_value);
        assert!(entropic.start_value >= unregularised.start_value);
        assert!(3 * entropic.sweeps < 2 * zero.sweeps, "{} and {}", entropic.sweeps, zero.sweeps);
        assert!(4 * accelerated.sweeps < zero.sweeps, "{} and {}", accelerated.sweeps, zero.sweeps);
        for found in [zero, unregularised, accelerated] {
            assert!((found.dual_value - entropic.dual_value).abs() < 1e-3 * entropic.dual_value);
        }
    }
}

#[test]
fn degenerate_clouds_give_the_gaussian_start_no_nan() {
    let constant_column: Vec<f64> = (0..40).map(|k| if k % 2 == 0 { 3.0 } else { f64::from(k).sin() }).collect();
    let one_atom = [1.5, -2.0].repeat(20);
    let few = vec![0.3, 1.0]; // one point in dimension 2
    let two: Vec<f64> = vec![0.0, 0.0, 1.0, 1.0]; // on a line
    let outlier: Vec<f64> = constant_column.iter().copied().chain([1e6, -1e6]).collect();
    let clouds = [&constant_column, &one_atom, &few, &two, &outlier];
    for x in clouds {
        for y in clouds {
            let problem = Problem::new(PointCloud::squared_euclidean(x, y, 2).unwrap())
                .and_then(|p| p.epsilon(Epsilon::Absolute(0.5)))
                .unwrap();
            for form in [GaussianForm::Entropic, GaussianForm::Unregularised] {
                let solved = solve_owned(&problem, &FixedGaussianStart::<2> { form }, &Settings::default()).unwrap();
                assert!(solved.report.start_value.is_finite() && solved.report.objective.is_finite());
                assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
                let single: (Vec<f32>, Vec<f32>) = (data::single(x), data::single(y));
                let problem = Problem::new(PointCloud::squared_euclidean(&single.0, &single.1, 2).unwrap())
                    .and_then(|p| p.epsilon(Epsilon::Absolute(0.5)))
                    .unwrap();
                let solved = match solve_owned(&problem, &FixedGaussianStart::<2> { form }, &Settings::default()) {
                    Err(Error { kind: ErrorKind::BelowResolution { .. }, .. }) => continue,
                    solved => solved.unwrap(),
                };
                assert!(solved.report.objective.is_finite());
                assert!(solved.f.iter().chain(&solved.g).chain(&solved.plan).all(|value| value.is_finite()));
            }
        }
    }
}

/// Convex on the line, and a user's own.
struct Quartic;

impl GroundCost<f64> for Quartic {
    fn name(&self) -> &'static str {
        "quartic"
    }
    fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
        (x[0] - y[0]).powi(4)
    }
    fn is_convex_on_the_line(&self) -> bool {
        true
    }
}

/// Not convex.
struct Root;

impl GroundCost<f64> for Root {
    fn name(&self) -> &'static str {
        "root"
    }
    fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
        (x[0] - y[0]).abs().sqrt()
    }
}

#[test]
fn a_users_own_convex_cost_gets_the_monotone_start() {
    let mut generator = data::generator(8);
    let (x, y) = (data::uniform(&mut generator, 80), data::uniform(&mut generator, 60));
    let problem = Problem::new(PointCloud::new(&x, &y, 1, &Quartic).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(1e-4)))
        .unwrap();
    let settings = Settings { threshold: 1e-3, ..Settings::plain() };
    let (zero, monotone) = (report(&problem, &Zero, &settings), report(&problem, &Monotone, &settings));
    assert!(10 * monotone.sweeps < zero.sweeps, "{} and {}", monotone.sweeps, zero.sweeps);
}

/// Whatever epsilon and the convex cost are, with the default acceleration.
#[test]
fn on_the_line_fifty_sweeps_suffice() {
    let settings = Settings { threshold: 1e-3, ..Settings::default() };
    let costs: [&dyn GroundCost<f64>; 3] = [&SquaredEuclidean, &Euclidean, &Quartic];
    for seed in 0..4 {
        let mut generator = data::generator(seed);
        let (normal, uniform) = (data::normal(&mut generator, 200), data::uniform(&mut generator, 200));
        let shifted: Vec<f64> = data::normal(&mut generator, 150).iter().map(|z| 3.0 + 0.5 * z).collect();
        let grid = data::grid(200);
        let weights = data::weights(&mut generator, 150);
        for (name, x, y, b) in [
            ("normal to grid", &normal, &grid, None),
            ("normal to uniform", &normal, &uniform, None),
            ("uniform to grid", &uniform, &grid, None),
            ("normal to fewer, weighted", &normal, &shifted, Some(&weights)),
        ] {
            for cost in costs {
                let mut table = format!("seed {seed} {name:26} {:18}", cost.name());
                for epsilon in [0.05, 0.01, 0.002, 0.0005] {
                    let mut problem = Problem::new(PointCloud::new(x, y, 1, cost).unwrap())
                        .and_then(|p| p.epsilon(Epsilon::OfStd(epsilon)))
                        .unwrap();
                    if let Some(b) = b {
                        problem = problem.weights_b(b).unwrap();
                    }
                    let found = report(&problem, &Monotone, &settings);
                    table += &format!(" {:4}", found.sweeps);
                    assert_eq!(found.status, Status::Converged);
                    assert!(found.sweeps <= 50, "{table}");
                }
                println!("{table}");
            }
        }
    }
}

#[test]
fn starts_refuse_what_they_are_not_for() {
    let (x, y) = ([0.0, 1.0], [0.5, 2.0]);
    let settings = Settings::default();
    let refused = |problem: &Problem<'_, f64>, start: &dyn Start<f64>| {
        let error = solve_owned(problem, start, &settings).unwrap_err();
        assert_eq!(error.argument, Argument::START, "{error}");
        error.to_string()
    };
    let plane =
        Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap().epsilon(Epsilon::Absolute(1.0));
    assert_eq!(refused(&plane.unwrap(), &Monotone), "start: monotone needs points of dimension 1");
    let root = Problem::new(PointCloud::new(&x, &y, 1, &Root).unwrap()).unwrap();
    assert_eq!(refused(&root, &Monotone), "start: monotone needs a cost that is convex in x - y");
    assert_eq!(
        refused(&root, &RunTimeGaussian::default()),
        "start: gaussian needs points under the squared Euclidean cost"
    );
    let matrix = Problem::new(CostMatrix::row_major(&[0.0, 1.0, 1.0, 0.0], 2, 2).unwrap()).unwrap();
    assert_eq!(refused(&matrix, &Monotone), "start: monotone needs points, not a cost matrix");
    assert_eq!(
        refused(&matrix, &FixedGaussianStart::<2>::default()),
        "start: gaussian needs points under the squared Euclidean cost"
    );

    let problem = line(&x, &y, Epsilon::Absolute(0.1));
    let error = solve_owned(&problem, &Given::f(&[1.0, f64::NAN]), &settings).unwrap_err();
    assert!(
        matches!(error, Error { argument: Argument::F, kind: ErrorKind::NotFinite { .. } })
            && error.place().unwrap().row == 1
    );
    let error = solve_owned(&problem, &Given::g(&[1.0]), &settings).unwrap_err();
    assert_eq!(error, Error::new(Argument::G, ErrorKind::Length { expected: 2, actual: 1 }));
    let plane = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let plane = plane.epsilon(Epsilon::Absolute(0.1)).unwrap();
    let error = solve_owned(&plane, &FixedGaussianStart::<1>::default(), &settings).unwrap_err();
    assert_eq!(error.argument, Argument::DIMENSION);
}

#[test]
fn accelerations_and_starts_agree_on_the_answer() {
    let mut generator = data::generator(11);
    let (x, y) = (data::normal(&mut generator, 60), data::uniform(&mut generator, 40));
    let problem = line(&x, &y, Epsilon::OfMean(0.02));
    let mut seen: Vec<(f64, Vec<f64>)> = Vec::new();
    for acceleration in
        [Acceleration::Plain, Acceleration::Relaxation { factor: 1.6 }, Acceleration::Anderson { memory: 10 }]
    {
        let settings = Settings { threshold: 1e-11, max_sweeps: 100_000, acceleration, ..Settings::default() };
        for start in [&Zero as &dyn Start<f64>, &Monotone, &FixedGaussianStart::<1> { form: GaussianForm::Entropic }] {
            let solved = solve_owned(&problem, start, &settings).unwrap();
            assert_eq!(solved.report.status, Status::Converged);
            seen.push((solved.report.objective, solved.f));
        }
    }
    for (objective, f) in &seen[1..] {
        assert!((objective - seen[0].0).abs() < 1e-9);
        assert!(f.iter().zip(&seen[0].1).all(|(p, q)| (p - q).abs() < 1e-7));
    }
}
