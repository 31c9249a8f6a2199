//! Values of other implementations, case by case, through points and through a cost matrix, in both scalars.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, PointCloud, Problem, Real, Settings, Storage,
    cost::{Cosine, Euclidean, GroundCost, Manhattan, SquaredEuclidean},
    start::{FixedGaussianStart, Given, Start, Zero},
};
use sinkhorn_init::GaussianStart as RunTimeGaussian;
use sinkhorn_tests::golden::{self, Case};
use sinkhorn_tests::{Solved, oracle, solve_owned};

fn convert<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::constant(value)).collect()
}

fn flatten(points: &[Vec<f64>]) -> Vec<f64> {
    points.iter().flatten().copied().collect()
}

fn cost_matrix(case: &Case) -> Vec<f64> {
    let (x, y, d) = (flatten(&case.x), flatten(&case.y), case.dimension());
    let pair: fn(&[f64], &[f64]) -> f64 = match case.cost.as_str() {
        "squared_euclidean" => return oracle::squared_euclidean(&x, &y, d),
        "euclidean" => |p, q| p.iter().zip(q).map(|(s, t)| (s - t) * (s - t)).sum::<f64>().sqrt(),
        "manhattan" => |p, q| p.iter().zip(q).map(|(s, t)| (s - t).abs()).sum(),
        "cosine" => |p, q| {
            let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(s, t)| s * t).sum::<f64>();
            1.0 - dot(p, q) / (dot(p, p).sqrt() * dot(q, q).sqrt())
        },
        other => panic!("unknown cost {other} in the golden file"),
    };
    x.chunks(d).flat_map(|p| y.chunks(d).map(move |q| pair(p, q))).collect()
}

/// How far a result is from the reference, relative to max(1, |reference|).
fn compare<T: Real>(case: &Case, solved: &Solved<T>, tolerance: f64, how: &str) {
    let name = &case.name;
    let close = |what: &str, index: usize, got: f64, want: f64| {
        let error = (got - want).abs() / want.abs().max(1.0);
        assert!(error <= tolerance, "{name}, {how}: {what}[{index}] is {got}, not {want}: off by {error:e}");
    };
    close("objective", 0, solved.report.objective.widen(), case.objective);
    close("transport cost", 0, solved.report.transport_cost.widen(), case.transport_cost);
    close("mass", 0, solved.report.mass.widen(), case.mass);
    close("dual value", 0, solved.report.dual_value.widen(), case.objective);
    for (k, (got, want)) in solved.plan.iter().zip(case.plan.iter().flatten()).enumerate() {
        close("plan", k, got.widen(), *want);
    }
    // The golden balanced potentials have sum a_i f_i = 0; ours have sum a_i f_i = sum b_j g_j.
    let shift =
        if case.is_balanced() { case.a.iter().zip(&solved.f).map(|(a, f)| a * f.widen()).sum::<f64>() } else { 0.0 };
    for (i, (got, want)) in solved.f.iter().zip(&case.f).enumerate() {
        close("f", i, got.widen() - shift, *want);
    }
    for (j, (got, want)) in solved.g.iter().zip(&case.g).enumerate() {
        close("g", j, got.widen() + shift, *want);
    }
}

fn check<T: Real>(threshold: f64, tolerance: f64, acceleration: Acceleration<T>) -> usize {
    let settings =
        Settings { threshold: T::constant(threshold), max_sweeps: 200_000, acceleration, ..Settings::default() };
    let mut checked = 0;
    for case in golden::load().cases {
        let (x, y): (Vec<T>, Vec<T>) = (convert(&flatten(&case.x)), convert(&flatten(&case.y)));
        let (a, b): (Vec<T>, Vec<T>) = (convert(&case.a), convert(&case.b));
        let cost: Vec<T> = convert(&cost_matrix(&case));
        let rho = |rho: Option<f64>| rho.map_or(T::INFINITY, T::constant);
        let matrix = Problem::new(CostMatrix::row_major(&cost, a.len(), b.len()).unwrap())
            .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(T::constant(case.epsilon))))
            .and_then(|p| p.unbalanced(rho(case.rho_a), rho(case.rho_b)))
            .unwrap();
        let solved = solve_owned(&matrix, &Zero, &settings).unwrap();
        compare(&case, &solved, tolerance, "cost matrix");
        checked += 1;

        let ground: &dyn GroundCost<T> = match case.cost.as_str() {
            "squared_euclidean" => &SquaredEuclidean,
            "euclidean" => &Euclidean,
            "manhattan" => &Manhattan,
            "cosine" => &Cosine,
            other => panic!("unknown cost {other} in the golden file"),
        };
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let settings = Settings { storage, ..settings };
            let points = Problem::new(PointCloud::new(&x, &y, case.dimension(), ground).unwrap())
                .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(T::constant(case.epsilon))))
                .and_then(|p| p.unbalanced(rho(case.rho_a), rho(case.rho_b)))
                .unwrap();
            compare(&case, &solve_owned(&points, &Zero, &settings).unwrap(), tolerance, storage.name());
            checked += 1;

            // StartReport at the answer, one sweep is enough to see it.
            let given = Given::f(&solved.f);
            let again = solve_owned(&points, &given, &Settings { threshold: T::constant(1e-3), ..settings }).unwrap();
            assert!(again.report.sweeps <= 2, "{}: {} sweeps from the solution", case.name, again.report.sweeps);
        }
    }
    checked
}

#[test]
fn every_case_in_double_precision_to_1e_9() {
    assert_eq!(check::<f64>(1e-14, 1e-9, Acceleration::Plain), 48);
}

#[test]
fn every_case_in_double_precision_with_anderson() {
    assert_eq!(check::<f64>(1e-13, 1e-9, Acceleration::Anderson { memory: 8 }), 48);
}

#[test]
fn every_case_in_double_precision_with_relaxation() {
    assert_eq!(check::<f64>(1e-13, 1e-9, Acceleration::Relaxation { factor: 1.4 }), 48);
}

#[test]
fn every_case_in_single_precision_to_1e_4() {
    assert_eq!(check::<f32>(1e-6, 1e-4, Acceleration::Plain), 48);
    assert_eq!(check::<f32>(1e-6, 1e-4, Acceleration::Anderson { memory: 8 }), 48);
}

#[test]
fn the_gaussian_starts_of_core_and_init_are_one_formula_and_lead_to_the_golden_values() {
    let settings = Settings { threshold: 1e-14, max_sweeps: 100_000, ..Settings::plain() };
    let mut seen = 0;
    for case in golden::load().cases.iter().filter(|case| case.cost == "squared_euclidean") {
        let (x, y) = (flatten(&case.x), flatten(&case.y));
        let rho = |rho: Option<f64>| rho.unwrap_or(f64::INFINITY);
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, case.dimension()).unwrap())
            .and_then(|p| p.weights(&case.a, &case.b)?.epsilon(Epsilon::Absolute(case.epsilon)))
            .and_then(|p| p.unbalanced(rho(case.rho_a), rho(case.rho_b)))
            .unwrap();
        let fixed: &dyn Start<f64> = match case.dimension() {
            1 => &FixedGaussianStart::<1> { form: sinkhorn_core::start::GaussianForm::Entropic },
            2 => &FixedGaussianStart::<2> { form: sinkhorn_core::start::GaussianForm::Entropic },
            3 => &FixedGaussianStart::<3> { form: sinkhorn_core::start::GaussianForm::Entropic },
            d => panic!("dimension {d}"),
        };
        let first = solve_owned(&problem, fixed, &settings).unwrap();
        let second = solve_owned(&problem, &RunTimeGaussian::default(), &settings).unwrap();
        compare(case, &first, 1e-9, "gaussian start of core");
        compare(case, &second, 1e-9, "gaussian start of init");
        assert!((first.report.start_value - second.report.start_value).abs() < 1e-12);
        seen += 1;
    }
    assert_eq!(seen, 9);
}
