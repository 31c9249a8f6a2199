//! Bad calls are errors at the solve that name the argument and the entry.

use sinkhorn::{Error, Status, Transport, solve, solve_all, start::Zero};

const X: [[f64; 2]; 3] = [[0.0, 0.0], [1.0, 0.2], [0.4, 1.5]];
const Y: [[f64; 2]; 2] = [[2.0, 1.0], [3.0, 1.5]];

/// The message and the argument of a refusal.
fn refused(solved: Result<Transport, Error>) -> (String, &'static str) {
    let error = solved.expect_err("it should be refused");
    (error.to_string(), error.argument().unwrap())
}

#[test]
fn points_that_are_not_finite() {
    let mut x = X;
    x[2][1] = f64::NAN;
    let solved = Transport::between(&x, &Y).solve();
    assert_eq!(solved.as_ref().unwrap_err().place().map(|place| (place.row, place.column)), Some((2, Some(1))));
    assert_eq!(refused(solved), ("x[2, 1] is NaN: every entry must be finite".into(), "x"));
}

#[test]
fn points_of_other_dimensions() {
    let y = [[1.0, 2.0, 3.0]];
    let message = "y has 3 coordinates a point where x has 2";
    assert_eq!(refused(Transport::between(&X, &y).solve()), (message.into(), "y"));
    let t = Transport::between(&X, &Y).solve().unwrap();
    let message = "points has 3 coordinates a point where x has 2";
    assert_eq!(t.map_points(&y).unwrap_err().to_string(), message);
}

#[test]
fn ragged_and_empty_points() {
    let flat = X.concat();
    let (message, name) = refused(Transport::between((&flat[..5], 2), (&flat, 2)).solve());
    assert_eq!((message.as_str(), name), ("x has 5 scalars, not a multiple of the dimension 2", "x"));
    let nothing: [[f64; 2]; 0] = [];
    assert_eq!(refused(Transport::between(&X, &nothing).solve()), ("y is empty".into(), "y"));
    assert_eq!(refused(Transport::between((&flat, 0), (&flat, 0)).solve()).1, "dimension");
}

#[test]
fn weights() {
    let of = |a: &[f64], b: &[f64]| refused(Transport::between(&X, &Y).weights(a, b).solve());
    assert_eq!(of(&[0.5, 0.5], &[0.5, 0.5]).0, "a has 2 scalars where 3 are needed");
    assert_eq!(of(&[0.5, -0.5, 1.0], &[0.5, 0.5]).0, "a[1] is -0.5: no entry may be negative");
    assert_eq!(of(&[0.5, 0.25, 0.25], &[0.5, f64::INFINITY]).0, "b[1] is inf: every entry must be finite");
    assert_eq!(of(&[0.5, 0.25, 0.25], &[1.0, 1.0]).1, "b");
    assert_eq!(of(&[0.0, 0.0, 0.0], &[1.0, 1.0]).1, "a");
}

#[test]
fn numbers_and_settings() {
    let between = || Transport::between(&X, &Y);
    assert_eq!(refused(between().epsilon(-1.0).solve()).1, "epsilon");
    assert_eq!(refused(between().epsilon(f64::NAN).solve()).1, "epsilon");
    assert_eq!(refused(between().epsilon(1e-20).solve()).1, "epsilon");
    assert_eq!(refused(between().unbalanced(1.0, 0.0).solve()).1, "rho_b");
    assert_eq!(refused(between().threshold(0.0).solve()).1, "threshold");
    assert_eq!(refused(between().max_sweeps(0).solve()).1, "max_sweeps");
    assert_eq!(refused(between().threads(0).solve()).1, "threads");
    assert_eq!(between().epsilon(0.0).divergence().unwrap_err().argument(), Some("epsilon"));
}

#[test]
fn costs() {
    let cost = [[0.0, f64::NAN], [1.0, 0.0]];
    let (message, name) = refused(solve(&cost, [0.5, 0.5], [0.5, 0.5], 0.1));
    assert!(message.starts_with("cost[0, 1] is NaN"), "{message}");
    assert_eq!(name, "cost");
    let flat = [0.0, 1.0, 2.0];
    assert_eq!(refused(Transport::with_costs((&flat, 2, 2)).solve()).1, "cost");
    let t = solve(&[[0.0, 1.0], [1.0, 0.0]], [0.5, 0.5], [0.5, 0.5], 0.1).unwrap();
    assert_eq!(t.map().unwrap_err().argument(), Some("cost"));
    assert_eq!(t.map_points(&X).unwrap_err().argument(), Some("cost"));
    assert_eq!(Transport::with_costs(&cost).divergence().unwrap_err().argument(), Some("cost"));
    let forbidden = [[f64::INFINITY, f64::INFINITY], [1.0, 0.0]];
    assert_eq!(refused(solve(&forbidden, [0.5, 0.5], [0.5, 0.5], 0.1)).1, "a");
}

#[test]
fn derivatives() {
    let t = Transport::between(&X, &Y).solve().unwrap();
    let cotangent = sinkhorn::Cotangent::of_plan(&[1.0; 5]);
    assert_eq!(t.vjp(&cotangent).unwrap_err().argument(), Some("plan"));
    let ranks = sinkhorn::soft_rank([1.0, 2.0]).solve().unwrap();
    assert_eq!(ranks.vjp(&[1.0]).unwrap_err().argument(), Some("vector"));
    assert_eq!(sinkhorn::soft_rank([1.0, f64::NAN]).solve().unwrap_err().argument(), Some("values"));
    assert_eq!(sinkhorn::soft_quantile([1.0, 2.0], [2.0]).solve().unwrap_err().argument(), Some("levels"));
    assert_eq!(sinkhorn::soft_sort_to([1.0, 2.0], 0).solve().unwrap_err().argument(), Some("output"));
}

#[test]
fn a_solve_at_the_sweep_limit_is_an_error_if_it_is_wanted_so() {
    let points: Vec<[f64; 2]> = (0..50).map(|k| [f64::from(k), f64::from(k * k % 17)]).collect();
    let builder = || Transport::between(&points, &X).epsilon(0.5).start(Zero).max_sweeps(1);
    let t = builder().solve().unwrap();
    assert!(!t.converged());
    assert_eq!(t.report().status, Status::SweepLimit);
    let error = t.into_converged().unwrap_err();
    assert!(matches!(error, Error::NotConverged { status: Status::SweepLimit, sweeps: 1, .. }), "{error}");
    assert!(error.to_string().contains("allow more sweeps"), "{error}");
    assert!(builder().divergence().unwrap().into_converged().is_err());
    assert!(builder().max_sweeps(1000).solve().unwrap().into_converged().is_ok());
}

#[test]
fn one_bad_problem_of_a_batch() {
    let mut bad = Y;
    bad[1][0] = f64::INFINITY;
    let solved = solve_all([&Y, &bad, &Y].map(|y| Transport::between(&X, y)), 2);
    assert_eq!(solved.len(), 3);
    assert!(solved[0].is_ok() && solved[2].is_ok());
    assert_eq!(solved[1].as_ref().unwrap_err().to_string(), "y[1, 0] is inf: every entry must be finite");
    assert!(solve_all(Vec::<sinkhorn::TransportBuilder<'_, f64>>::new(), 3).is_empty());
}

#[test]
fn what_cannot_be_is_refused_by_its_name() {
    let (x, y) = ([[0.0, 0.0], [1.0, 0.5]], [[0.5, 1.0], [2.0, 1.0]]);
    let t = Transport::between(&x, &y).epsilon(0.1).solve().unwrap();
    let refused = |error: Error| (error.argument().unwrap_or_default(), error.to_string());

    let error = Transport::between(&x, &y).epsilon(0.1).observe(|_| ()).divergence().unwrap_err();
    assert_eq!(refused(error), ("observer", "observer: a divergence has three solves, which nobody can watch".into()));
    let error = Transport::between(&[[0.0], [1.0]], &[[0.5], [2.0]]).epsilon(0.1).warm(&t).solve().unwrap_err();
    assert_eq!(refused(error).0, "start");
    let error = Transport::with_costs(&[[0.0, 1.0, 2.0]]).epsilon(0.1).warm(&t).solve().unwrap_err();
    assert!(refused(error).1.contains("as many columns"), "{error}");
    assert_eq!(refused(t.map_points(&[[0.0, f64::NAN]]).unwrap_err()).0, "points");
    assert_eq!(format!("{error:?}"), format!("{error}"), "main shows the message");
}

#[test]
#[should_panic(expected = "entry (0, 2) of a plan that is 2 x 2")]
fn an_entry_outside_the_plan_panics_with_its_place() {
    let t = Transport::between(&[[0.0], [1.0]], &[[0.5], [2.0]]).epsilon(0.1).solve().unwrap();
    t.entry(0, 2);
}

#[test]
fn messages_say_what_may_be_done_and_are_short() {
    let costs = |entry: f64| refused(solve(&[[0.0, 1.0], [entry, 0.0]], [0.5, 0.5], [0.5, 0.5], 0.1)).0;
    assert_eq!(costs(f64::NAN), "cost[1, 0] is NaN: every entry must be finite, or inf to forbid the pair");
    assert_eq!(costs(-f64::INFINITY), "cost[1, 0] is -inf: every entry must be finite, or inf to forbid the pair");
    assert!(solve(&[[0.0, 1.0], [f64::INFINITY, 0.0]], [0.5, 0.5], [0.5, 0.5], 0.1).is_ok());

    let of = |a: [f64; 3], b: [f64; 2]| refused(Transport::between(&X, &Y).weights(a, b).solve()).0;
    assert_eq!(of([1e300, 0.0, 0.0], [0.5, 0.5]), "a sums to 1e300: the sum must lie in (8.6e-78, 1.2e77)");
    assert_eq!(of([-1e300, 0.0, 0.0], [0.5, 0.5]), "a[0] is -1e300: no entry may be negative");
    let message = "a sums to 1e60 and b to 1e-7: a balanced problem needs equal totals";
    assert_eq!(of([1e60, 0.0, 0.0], [1e-7, 0.0]), message);
    let message = refused(Transport::between(&X, &Y).epsilon(-1e200).solve()).0;
    assert_eq!(message, "epsilon is -1e200: it must be positive");
}

#[test]
fn soft_operators_name_their_values() {
    let message = |solved: Result<sinkhorn::Soft, Error>| solved.unwrap_err().to_string();
    assert_eq!(message(sinkhorn::soft_sort([]).solve()), "values is empty");
    assert_eq!(message(sinkhorn::soft_rank([]).solve()), "values is empty");
    assert_eq!(message(sinkhorn::soft_sort_to([1.0, 2.0], 0).solve()), "output is empty");
    let far = message(sinkhorn::soft_sort([1e308, -1e308]).solve());
    assert_eq!(far, "values are too far apart: their spread overflows the scalar");
    let nan = message(sinkhorn::soft_sort([1.0, f64::NAN]).solve());
    assert_eq!(nan, "values[1] is NaN: every entry must be finite");
}

#[test]
fn the_default_acceleration_is_that_of_the_default_settings() {
    let settings = sinkhorn::Settings::<f64>::default();
    assert_eq!(sinkhorn::Acceleration::default(), settings.acceleration);
}
