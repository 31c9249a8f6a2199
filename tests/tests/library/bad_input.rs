//! Bad calls at the Rust door: an error that names argument, place and value, and no panic.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, PointCloud, Problem, Settings, Workspace,
    cost::GroundCost,
    error::{Argument, ErrorKind, Place},
    solve,
    start::Zero,
};
use sinkhorn_tests::solve_owned;

fn message<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    }
}

fn pair<'a>(x: &'a [f64], y: &'a [f64]) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, 1).unwrap()).unwrap()
}

#[test]
fn points_are_checked_and_the_first_fault_is_named() {
    let good = [0.0; 16];
    let mut x = [1.0; 16];
    x[2 * 7 + 1] = f64::NAN;
    assert_eq!(message(PointCloud::squared_euclidean(&x, &good, 2)), "x[7, 1] is NaN: every entry must be finite");
    x[0] = f64::NEG_INFINITY;
    assert_eq!(message(PointCloud::squared_euclidean(&good, &x, 2)), "y[0, 0] is -inf: every entry must be finite");
    assert_eq!(message(PointCloud::squared_euclidean(&good, &[], 2)), "y is empty");
    assert_eq!(
        message(PointCloud::squared_euclidean(&good, &good[..15], 2)),
        "y has 15 scalars, not a multiple of the dimension 2"
    );
    assert_eq!(message(PointCloud::squared_euclidean(&good, &good, 0)), "dimension is 0: it must be positive");
}

#[test]
fn a_cost_matrix_is_checked_in_either_order() {
    let mut cost = [0.5_f32; 6];
    cost[4] = f32::NAN;
    let place = |row, column| Some(Place::cell(row, column));
    assert_eq!(CostMatrix::row_major(&cost, 2, 3).unwrap_err().place(), place(1, 1));
    assert_eq!(CostMatrix::column_major(&cost, 2, 3).unwrap_err().place(), place(0, 2));
    assert_eq!(message(CostMatrix::row_major(&cost[..5], 2, 3)), "cost has 5 scalars where 6 are needed");
    assert_eq!(message(CostMatrix::row_major(&cost, 0, 3)), "cost is empty");
    assert_eq!(message(CostMatrix::row_major(&cost, usize::MAX, 3)), "cost is too large to be addressed");
}

#[test]
fn weights_are_checked() {
    let (x, y) = ([0.0, 1.0, 2.0], [0.0, 1.0]);
    let weights = |a: &[f64], b: &[f64]| message(pair(&x, &y).weights(a, b));
    assert_eq!(weights(&[0.5, 0.75, -0.25], &[0.5, 0.5]), "a[2] is -0.25: no entry may be negative");
    assert_eq!(weights(&[0.5, 0.25, 0.25], &[0.5, f64::NAN]), "b[1] is NaN: every entry must be finite");
    assert_eq!(weights(&[0.5, 0.5], &[0.5, 0.5]), "a has 2 scalars where 3 are needed");
    assert_eq!(weights(&[0.0; 3], &[0.5, 0.5]), "a sums to zero: there is no mass to transport");
    assert_eq!(weights(&[f64::MAX; 3], &[0.5, 0.5]), "a sums to inf: the sum must lie in (8.6e-78, 1.2e77)");
    let unequal = pair(&x, &y).weights(&[0.5, 0.25, 0.25], &[0.5, 0.75]).unwrap();
    let settings = Settings::default();
    assert_eq!(
        message(solve_owned(&unequal, &Zero, &settings)),
        "a sums to 1 and b to 1.25: a balanced problem needs equal totals"
    );
    // One relaxed side can pay for the difference.
    assert!(solve_owned(&unequal.unbalanced(1.0, f64::INFINITY).unwrap(), &Zero, &settings).is_ok());
}

#[test]
fn epsilon_and_rho_are_checked() {
    let (x, y) = ([0.0, 1.0, 2.0], [0.0, 1.0]);
    for (value, text) in [(0.0, "0"), (-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        for epsilon in [Epsilon::Absolute(value), Epsilon::OfMean(value), Epsilon::OfStd(value)] {
            assert_eq!(message(pair(&x, &y).epsilon(epsilon)), format!("epsilon is {text}: it must be positive"));
        }
    }
    assert_eq!(message(pair(&x, &y).unbalanced(1.0, 0.0)), "rho_b is 0: it must be positive");
    assert_eq!(message(pair(&x, &y).unbalanced(f64::NAN, 1.0)), "rho_a is NaN: it must be positive");
    let tiny = pair(&x, &y).epsilon(Epsilon::Absolute(1e-300)).unwrap();
    let refused = solve_owned(&tiny, &Zero, &Settings::default()).unwrap_err();
    assert!(
        matches!(refused, Error { argument: Argument::EPSILON, kind: ErrorKind::BelowResolution { .. } }),
        "{refused}"
    );
    let far = [1e200, 0.0, 1.0];
    let problem = pair(&far, &y);
    assert_eq!(solve_owned(&problem, &Zero, &Settings::default()).unwrap_err().argument, Argument::X);
}

#[test]
fn settings_and_workspace_are_checked() {
    let (x, y) = ([0.0, 1.0, 2.0], [0.0, 1.0]);
    let problem = pair(&x, &y);
    let attempt = |settings: Settings<f64>| message(solve_owned(&problem, &Zero, &settings));
    let good = Settings::default();
    assert_eq!(attempt(Settings { threshold: 0.0, ..good }), "threshold is 0: it must be positive");
    assert_eq!(attempt(Settings { threshold: f64::NAN, ..good }), "threshold is NaN: it must be positive");
    assert_eq!(attempt(Settings { max_sweeps: 0, ..good }), "max_sweeps is 0: it must be positive");
    let relaxation = |factor| Settings { acceleration: Acceleration::Relaxation { factor }, ..good };
    assert_eq!(attempt(relaxation(2.0)), "relaxation is 2: it must lie in [1, 2)");
    let anderson = |memory| Settings { acceleration: Acceleration::Anderson { memory }, ..good };
    assert_eq!(attempt(anderson(1)), "memory is 1: it must lie in 2 to 64");
    let mut memory = vec![7.0; Workspace::len(&problem, &good).unwrap() - 1];
    let needed = memory.len() + 1;
    let short = Error::new(Argument::WORKSPACE, ErrorKind::Workspace { required: needed, actual: needed - 1 });
    assert_eq!(Workspace::new(&mut memory, &problem, &good).err(), Some(short));
    assert!(memory.iter().all(|&value| value == 7.0), "a bad call writes nothing");
}

struct Broken;

impl GroundCost<f64> for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
        if x[0] == 2.0 && y[0] == 1.0 { f64::NAN } else { 1.0 }
    }
}

#[test]
fn a_cost_function_that_returns_nan_is_found_out() {
    let (x, y) = ([0.0, 1.0, 2.0], [0.0, 1.0]);
    let problem = Problem::new(PointCloud::new(&x, &y, 1, &Broken).unwrap()).unwrap().epsilon(Epsilon::Absolute(1.0));
    let problem = problem.unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
    assert_eq!(
        message(solve(&problem, &Zero, &settings, workspace)),
        "cost[2, 1] is NaN: every entry must be finite, or inf to forbid the pair"
    );
}
