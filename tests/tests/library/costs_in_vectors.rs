//! Costs that sweeps compute in vectors: exact to rounding, at any scale.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Real, Settings, Storage,
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    start::Zero,
};
use sinkhorn_tests::{data, solve_owned};

const STORAGES: [Storage; 3] = [Storage::Stream, Storage::Cost, Storage::Kernel];

/// The p-norm in f64, relative to the largest difference.
fn norm(x: &[f64], y: &[f64], p: f64) -> f64 {
    let z = || x.iter().zip(y).map(|(x, y)| (x - y).abs());
    let largest = z().fold(0.0, f64::max);
    if largest == 0.0 || p.is_infinite() {
        return largest;
    }
    largest * z().map(|z| (z / largest).powf(p)).sum::<f64>().powf(1.0 / p)
}

/// Transport cost between one point and another: their cost, as sweeps compute it.
fn computed<T: Real>(x: &[T], y: &[T], cost: &dyn GroundCost<T>, storage: Storage) -> T {
    let d = x.len();
    let problem = Problem::new(PointCloud::new(x, y, d, cost).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(cost.cost(x, y))).unwrap();
    let settings = Settings { storage, ..Settings::default() };
    solve_owned(&problem, &Zero, &settings).unwrap().report.transport_cost
}

fn every_norm_at<T: Real>(scale: f64, spread: f64, narrow: impl Fn(f64) -> T) {
    let mut generator = data::generator(5);
    for d in [1, 2, 3, 50] {
        for p in [1.0, 1.5, 2.0, 2.5, 2.7, 3.0, 4.0, 7.5, 10.0, 100.0, 2000.0, f64::INFINITY] {
            let points = |values: Vec<f64>| -> Vec<T> {
                values.into_iter().map(|v| narrow(scale * (v * spread).exp() * v.signum())).collect()
            };
            let (x, y) = (points(data::normal(&mut generator, d)), points(data::normal(&mut generator, d)));
            let wide = |values: &[T]| -> Vec<f64> { values.iter().map(|v| v.widen()).collect() };
            let want = norm(&wide(&x), &wide(&y), p);
            let bound = T::EPSILON.widen() * (4 * d + 16) as f64 * 2.0; // the plan rounds too
            for storage in STORAGES {
                let cost = PNorm::new(narrow(p)).unwrap();
                let got = computed(&x, &y, &cost, storage).widen();
                assert!((got / want - 1.0).abs() < bound, "{p} {d} {scale} {storage:?}: {got:e} for {want:e}");
            }
            let alone = PNorm::new(narrow(p)).unwrap().cost(&x, &y).widen();
            assert!((alone / want - 1.0).abs() < bound, "{p} {d} {scale}: {alone:e} for {want:e}");
        }
    }
}

#[test]
fn norms_are_exact_to_rounding_at_any_scale() {
    for spread in [0.3, 1.0, 4.0] {
        for scale in [1e-23, 1e-10, 1.0, 1e6, 1e19] {
            every_norm_at(scale, spread, |value| value as f32);
        }
        for scale in [1e-162, 1e-10, 1.0, 1e120] {
            every_norm_at(scale, spread, |value| value);
        }
    }
}

/// Solves between tiny or large points are those between moderate ones, in other units.
fn in_other_units<T: Real>(scale: f64, narrow: &impl Fn(f64) -> T, costs: &[&dyn GroundCost<T>]) {
    let mut generator = data::generator(6);
    let (x, y) = (data::normal(&mut generator, 20 * 3), data::normal(&mut generator, 15 * 3));
    for &cost in costs {
        let unit = if cost.name() == "cosine" { 1.0 } else { scale };
        let mut answers = [0.0; 2];
        for (scale, answer) in [1.0, scale].into_iter().zip(&mut answers) {
            let points = |values: &[f64]| -> Vec<T> { values.iter().map(|v| narrow(scale * v)).collect() };
            let (x, y) = (points(&x), points(&y));
            for storage in STORAGES {
                let problem = Problem::new(PointCloud::new(&x, &y, 3, cost).unwrap()).unwrap();
                let settings = Settings { storage, ..Settings::default() };
                let solved = solve_owned(&problem, &Zero, &settings);
                let solved = solved.unwrap_or_else(|error| panic!("{} {scale:e} {storage:?}: {error}", cost.name()));
                *answer = solved.report.transport_cost.widen();
            }
        }
        let ratio = answers[1] / unit / answers[0];
        assert!((ratio - 1.0).abs() < 2e-3, "{} {scale:e}: {answers:?}", cost.name());
    }
}

#[test]
fn tiny_and_large_points_are_solved_under_every_cost() {
    let (small, large) = (PNorm::new(3.0f32).unwrap(), PNorm::new(2.7f32).unwrap());
    for scale in [1e-23, 1e19] {
        in_other_units::<f32>(scale, &|v| v as f32, &[&Euclidean, &Manhattan, &small, &large, &Cosine]);
    }
    let (small, large) = (PNorm::new(3.0).unwrap(), PNorm::new(2.7).unwrap());
    for scale in [1e-162, 1e140] {
        in_other_units::<f64>(scale, &|v| v, &[&Euclidean, &Manhattan, &small, &large, &Cosine]);
    }
}

#[test]
fn the_cosine_of_a_point_without_direction_is_one_by_every_way() {
    let (x, y) = ([0.0f64, 0.0, 1.0, 2.0, -3.0, 1.0], [2.0, 1.0, 0.0, 0.0, 1e-200, 1e-200]);
    let problem = Problem::new(PointCloud::new(&x, &y, 2, &Cosine).unwrap())
        .and_then(|problem| problem.epsilon(Epsilon::Absolute(0.3)))
        .unwrap();
    for storage in STORAGES {
        let solved =
            solve_owned(&problem, &Zero, &Settings { storage, threshold: 1e-12, ..Settings::default() }).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let cost = problem.geometry().cost(i, j);
                let want: f64 = ((solved.f[i] + solved.g[j] - cost) / 0.3).exp() / 9.0;
                assert!((solved.plan[3 * i + j] - want).abs() < 1e-12, "{storage:?} {i} {j}");
            }
        }
        let want: f64 = (0..9).map(|k| solved.plan[k] * problem.geometry().cost(k / 3, k % 3)).sum();
        assert!((solved.report.transport_cost - want).abs() < 1e-12, "{storage:?}");
    }
}

#[test]
fn a_point_whose_costs_overflow_is_named() {
    let (near, mut far) = ([0.0f32, 1.0, 2.0, 3.0], [0.5f32, 1.5, 1e20, 2.5]);
    let message = |x: &[f32], y: &[f32], cost: &dyn GroundCost<f32>, scale| {
        let problem = Problem::new(PointCloud::new(x, y, 1, cost).unwrap()).unwrap().cost_scale(scale).unwrap();
        solve_owned(&problem, &Zero, &Settings::default()).map(|_| ()).unwrap_err().to_string()
    };
    for scale in [CostScale::One, CostScale::Mean, CostScale::Max] {
        let text = message(&near, &far, &SquaredEuclidean, scale);
        assert_eq!(text, "y[2] is too far from the other side: their cost overflows the scalar");
        let text = message(&far, &near, &SquaredEuclidean, scale);
        assert_eq!(text, "x[2] is too far from the other side: their cost overflows the scalar");
    }
    far[2] = f32::MAX;
    let text = message(&near.map(|x| if x == 1.0 { -f32::MAX } else { x }), &far, &Manhattan, CostScale::One);
    assert!(text.ends_with("is too far from the other side: their cost overflows the scalar"), "{text}");
}

#[test]
fn a_new_point_that_is_too_far_is_named() {
    let (x, y) = ([0.0f32, 1.0], [0.5f32, 2.0]);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; sinkhorn_core::Workspace::len(&problem, &settings).unwrap()];
    let workspace = sinkhorn_core::Workspace::new(&mut memory, &problem, &settings).unwrap();
    let solution = sinkhorn_core::solve(&problem, &Zero, &settings, workspace).unwrap();
    let (points, mut out) = ([0.0, 1.0, 1e30], [0.0; 3]);
    let text = "[2] is too far from the other side: their cost overflows the scalar";
    assert_eq!(solution.map_at(&points, &mut out).unwrap_err().to_string(), format!("x{text}"));
    assert_eq!(solution.f_at(&points, &mut out).unwrap_err().to_string(), format!("x{text}"));
    assert_eq!(solution.g_at(&points, &mut out).unwrap_err().to_string(), format!("y{text}"));
}

#[test]
fn a_total_out_of_range_is_refused_with_the_range() {
    let error =
        sinkhorn_core::geometry::Weights::new(sinkhorn_core::error::Argument::B, &[1e-12f32, 1e-12]).unwrap_err();
    assert!(error.to_string().starts_with("b sums to "), "{error}");
    assert!(error.to_string().ends_with("the sum must lie in (2.3e-10, 4.3e9)"), "{error}");
}
