//! The problems are what they say, and can be solved.

use sinkhorn_bench::problems::{self, Case};
use sinkhorn_core::{Epsilon, Settings, Status, start::Zero};
use sinkhorn_tests::solve_owned;
use std::collections::BTreeSet;

fn check_weights(case: &Case, weights: Option<&[f64]>, points: usize) {
    let Some(weights) = weights else { return };
    assert_eq!(weights.len(), points, "{}", case.name);
    assert!(weights.iter().all(|weight| *weight >= 0.0), "{}", case.name);
    let total: f64 = weights.iter().sum();
    assert!((total - 1.0).abs() < 1e-12, "{}: {total}", case.name);
}

#[test]
fn data_is_finite_and_of_the_right_length() {
    for n in [1, 2, 100, problems::DEFAULT_SIZE] {
        for case in problems::all(n) {
            for points in [&case.x, &case.y] {
                assert!(points.iter().all(|value| value.is_finite()), "{}", case.name);
                assert_eq!(points.len() % case.dimension, 0, "{}", case.name);
                assert!((1..=n).contains(&(points.len() / case.dimension)), "{} with n = {n}", case.name);
            }
            check_weights(&case, case.a.as_deref(), case.rows());
            check_weights(&case, case.b.as_deref(), case.columns());
        }
    }
}

#[test]
fn names_are_unique_and_find_their_problem() {
    let all = problems::all(10);
    let names: BTreeSet<&str> = all.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), all.len());
    for case in &all {
        assert!(!case.what.is_empty() && !case.what.contains('\n'));
        assert_eq!(problems::named(case.name, 10).as_ref(), Some(case));
    }
    assert_eq!(problems::named("no such problem", 10), None);
}

#[test]
fn two_calls_give_the_same_bits() {
    let bits = |case: &Case| -> Vec<u64> {
        let weights = [&case.a, &case.b].into_iter().flatten().flatten();
        case.x.iter().chain(&case.y).chain(weights).map(|value| value.to_bits()).collect()
    };
    for (one, other) in problems::all(100).iter().zip(&problems::all(100)) {
        assert!(bits(one) == bits(other), "{}", one.name);
    }
}

#[test]
fn seeds_change_what_is_drawn_and_nothing_else() {
    for (one, other) in problems::all(100).iter().zip(problems::drawn(1, 100)) {
        let data = ["colours", "digits", "wine"].contains(&one.name);
        assert_eq!(*one == other, data, "{}", one.name);
        assert_eq!((one.rows(), one.columns()), (other.rows(), other.columns()));
    }
}

#[test]
fn sizes_of_the_data() {
    let size = |name| problems::named(name, 2000).map(|case| (case.rows(), case.columns(), case.dimension));
    assert_eq!(size("colours"), Some((2000, 2000, 3)));
    assert_eq!(size("digits"), Some((901, 896, 64)));
    assert_eq!(size("wine"), Some((59, 71, 13)));
    assert_eq!(size("histograms"), Some((1936, 1936, 2)));
    assert_eq!(size("line-weighted"), Some((2000, 1500, 1)));
}

#[test]
fn wine_is_standardised() {
    let wine = problems::named("wine", 1000).unwrap();
    for column in 0..13 {
        let values = || wine.x.iter().chain(&wine.y).skip(column).step_by(13);
        let mean = values().sum::<f64>() / 130.0;
        let square = values().map(|value| value * value).sum::<f64>() / 130.0;
        assert!(mean.abs() < 1e-12 && (square - 1.0).abs() < 1e-12, "{column}: {mean}, {square}");
    }
}

#[test]
fn histograms_have_empty_cells_on_both_sides() {
    let case = problems::named("histograms", 100).unwrap();
    for weights in [case.a.unwrap(), case.b.unwrap()] {
        let empty = weights.iter().filter(|weight| **weight == 0.0).count();
        assert!(0 < empty && empty < 50, "{empty}");
    }
}

#[test]
fn all_converge() {
    for case in problems::all(100) {
        let problem = case.problem(Epsilon::OfMean(0.05)).unwrap();
        let report = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
        assert_eq!(report.status, Status::Converged, "{}", case.name);
    }
}
