//! What a start is worth, which one is chosen, and what it says that it cost.

use std::cell::Cell;

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Settings,
    cost::CostScale,
    error::{Argument, ErrorKind},
    geometry::Geometry,
    start::{
        DualSort, FixedGaussianStart, Given, MAX_SAMPLE, Monotone, Select, Start, StartMemory, StartReport, Target,
        Zero,
    },
};
use sinkhorn_tests::{data, solve_owned};

/// Asks for the dual value of what another start wrote.
struct Probe<'p> {
    start: &'p dyn Start<f64>,
    value: Cell<f64>,
}

impl<'p> Probe<'p> {
    fn of(start: &'p dyn Start<f64>) -> Self {
        Probe { start, value: Cell::new(f64::NAN) }
    }
}

impl Start<f64> for Probe<'_> {
    fn write_potentials(
        &self,
        target: &Target<'_, '_, f64>,
        out: &mut StartMemory<'_, f64>,
    ) -> Result<StartReport, Error> {
        let started = self.start.write_potentials(target, out)?;
        self.value.set(target.dual_value(started.wrote, out) / target.cost_scale);
        Ok(started)
    }
}

/// The estimate before a solve, and the dual value at its start that the solver reports.
fn estimate_and_report(problem: &Problem<'_, f64>, start: &dyn Start<f64>) -> (f64, f64) {
    let probe = Probe::of(start);
    let report = solve_owned(problem, &probe, &Settings::default()).unwrap().report;
    (probe.value.get(), report.start_value)
}

#[test]
fn the_value_that_a_start_is_chosen_by_is_that_of_the_report() {
    let mut generator = data::generator(3);
    let (n, m) = (14, 16); // so few that there is no estimate
    let (x, y) = (data::normal(&mut generator, 2 * n), data::uniform(&mut generator, 2 * m));
    let (mut a, mut b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
    (a[3], a[4], b[8]) = (0.0, a[3] + a[4], 0.0);
    b[9] += 1.0 - b.iter().sum::<f64>();
    let cost = sinkhorn_tests::oracle::squared_euclidean(&x, &y, 2);
    let f: Vec<f64> = data::normal(&mut generator, n).iter().map(|value| 5.0 + value).collect();
    let g: Vec<f64> = data::normal(&mut generator, m).iter().map(|value| value - 7.0).collect();
    let infinite = f64::INFINITY;
    for (rho_a, rho_b) in [(infinite, infinite), (0.7, infinite), (infinite, 3.0), (0.5, 2.0), (1e7, 1e6)] {
        for scale in [CostScale::One, CostScale::Mean] {
            for matrix in [false, true] {
                let geometry: Geometry<'_, f64> = if matrix {
                    CostMatrix::row_major(&cost, n, m).unwrap().into()
                } else {
                    PointCloud::squared_euclidean(&x, &y, 2).unwrap().into()
                };
                let problem = Problem::new(geometry)
                    .and_then(|p| p.epsilon(Epsilon::OfMean(0.1)))
                    .and_then(|p| p.cost_scale(scale))
                    .and_then(|p| p.unbalanced(rho_a, rho_b))
                    .and_then(|p| p.weights(&a, &b))
                    .unwrap();
                let room = |value: f64| 1e-9 * value.abs().max(1.0);
                for start in [&Zero as &dyn Start<f64>, &Given::f(&f)] {
                    let (value, exact) = estimate_and_report(&problem, start);
                    assert!((value - exact).abs() < room(exact), "{rho_a} {rho_b} {scale:?}: {value} for {exact}");
                }
                // The solver completes f, and then g once more, which can only gain.
                let (value, exact) = estimate_and_report(&problem, &Given::g(&g));
                assert!(value < exact + room(exact), "{rho_a} {rho_b} {scale:?}: {value} for {exact}");
                // And the same problem seen from the other side.
                let mirrored = Problem::new(PointCloud::squared_euclidean(&y, &x, 2).unwrap())
                    .and_then(|p| p.epsilon(Epsilon::OfMean(0.1)))
                    .and_then(|p| p.cost_scale(scale))
                    .and_then(|p| p.unbalanced(rho_b, rho_a))
                    .and_then(|p| p.weights(&b, &a))
                    .unwrap();
                let (other, _) = estimate_and_report(&mirrored, &Given::f(&g));
                assert!((value - other).abs() < room(value), "{rho_a} {rho_b} {scale:?}: {value} for {other}");
            }
        }
    }
}

#[test]
fn with_many_points_it_is_estimated_from_a_sample_and_close() {
    let mut generator = data::generator(4);
    let n = 8 * MAX_SAMPLE;
    let (x, y) = (data::normal(&mut generator, 2 * n), data::normal(&mut generator, 2 * n));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    for start in [&Zero as &dyn Start<f64>, &FixedGaussianStart::<2>::default()] {
        let (value, exact) = estimate_and_report(&problem, start);
        // The standard error of a mean of MAX_SAMPLE potentials.
        assert!((value - exact).abs() < 0.6, "{value} for {exact}");
        assert!(value != exact, "an estimate that looks at everything");
    }
}

#[test]
fn the_start_with_the_largest_value_is_chosen_and_what_all_cost_is_reported() {
    let mut generator = data::generator(5);
    let (x, y) = (data::normal(&mut generator, 16), data::uniform(&mut generator, 16));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap())
        .and_then(|p| p.epsilon(Epsilon::OfMean(0.002)))
        .unwrap();
    let settings = Settings::default();
    let gaussian = FixedGaussianStart::<1>::default();
    let candidates: [&dyn Start<f64>; 3] = [&Monotone, &gaussian, &DualSort::default()];
    let values: Vec<f64> =
        candidates.iter().map(|&start| solve_owned(&problem, start, &settings).unwrap().report.start_value).collect();
    assert!(values[0] > values[1] && values[0] > values[2], "{values:?}");
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let ordered = order.map(|k| candidates[k]);
        let chosen = solve_owned(&problem, &Select::new(&ordered), &settings).unwrap();
        let alone = solve_owned(&problem, &Monotone, &settings).unwrap();
        assert_eq!(chosen.report.start.name, "monotone");
        assert_eq!((chosen.report.sweeps, &chosen.f), (alone.report.sweeps, &alone.f));
        // Four evaluations, and the passes of dual-sort.
        assert!(chosen.report.start.pairs >= 4 * 16 * 16 + 16 * 16, "{:?}", chosen.report.start);
    }
    // Not defined here, or worse than nothing: zero is left.
    let misleading: Vec<f64> = x.iter().map(|x| 1e3 * x).collect();
    for candidates in [&[] as &[&dyn Start<f64>], &[&Given::f(&misleading)]] {
        assert_eq!(solve_owned(&problem, &Select::new(candidates), &settings).unwrap().report.start.name, "zero");
    }
    // A bad call is an error, not a candidate to be passed over.
    let error = solve_owned(&problem, &Select::new(&[&Given::f(&[1.0])]), &settings).unwrap_err();
    assert_eq!(error, Error::new(Argument::F, ErrorKind::Length { expected: 16, actual: 1 }));
    let plane = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let error = solve_owned(&plane, &Select::new(&[&gaussian]), &settings).unwrap_err();
    assert_eq!(error.argument, Argument::DIMENSION);

    let matrix = Problem::new(CostMatrix::row_major(&[0.0, 1.0, 1.0, 0.0], 2, 2).unwrap()).unwrap();
    assert_eq!(
        solve_owned(&matrix, &Select::new(&[&Monotone, &gaussian]), &settings).unwrap().report.start.name,
        "zero"
    );
}

#[test]
fn a_relative_epsilon_refers_to_the_same_numbers_for_points_and_for_their_matrix() {
    for (seed, n, m, d, shift) in [(1, 40, 60, 2, 0.0), (2, 30, 30, 5, 1e3), (3, 9, 11, 1, -50.0), (4, 5, 4, 20, 0.0)] {
        let mut generator = data::generator(seed);
        let x: Vec<f64> = data::normal(&mut generator, d * n).iter().map(|value| shift + 3.0 * value).collect();
        let y: Vec<f64> = data::uniform(&mut generator, d * m).iter().map(|value| shift + 1.0 + value).collect();
        let (a, b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
        let cost = sinkhorn_tests::oracle::squared_euclidean(&x, &y, d);
        let (xs, ys, a_s, b_s) = (data::single(&x), data::single(&y), data::single(&a), data::single(&b));
        for epsilon in [Epsilon::OfMean(0.1), Epsilon::OfStd(0.1)] {
            for scale in [CostScale::One, CostScale::Mean, CostScale::Std, CostScale::Max] {
                let find = |geometry: Geometry<'_, f64>| {
                    let problem = Problem::new(geometry)
                        .and_then(|p| p.weights(&a, &b))
                        .and_then(|p| p.epsilon(epsilon))
                        .and_then(|p| p.cost_scale(scale))
                        .unwrap();
                    let report = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
                    (report.epsilon, report.cost_scale)
                };
                let points = find(PointCloud::squared_euclidean(&x, &y, d).unwrap().into());
                let matrix = find(CostMatrix::row_major(&cost, n, m).unwrap().into());
                for (p, q) in [(points.0, matrix.0), (points.1, matrix.1)] {
                    assert!((p - q).abs() < 1e-9 * q, "{epsilon:?} {scale:?}: {points:?} and {matrix:?}");
                }
            }
        }
        if shift == 0.0 {
            let single = Problem::new(PointCloud::squared_euclidean(&xs, &ys, d).unwrap())
                .and_then(|p| p.weights(&a_s, &b_s))
                .unwrap();
            let double =
                Problem::new(CostMatrix::row_major(&cost, n, m).unwrap()).and_then(|p| p.weights(&a, &b)).unwrap();
            let single = solve_owned(&single, &Zero, &Settings::default()).unwrap().report.epsilon;
            let double = solve_owned(&double, &Zero, &Settings::default()).unwrap().report.epsilon;
            assert!((f64::from(single) - double).abs() < 1e-5 * double, "{single} and {double}");
        }
    }
}
