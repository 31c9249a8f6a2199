//! Derivatives that cannot be had: bad calls, and costs without a gradient.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Settings, Workspace,
    cost::GroundCost,
    diff::{Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, PlanCotangent, Tangent, derivatives_len},
    error::{Argument, ErrorKind},
    geometry::Geometry,
    solve,
    start::Zero,
};
use sinkhorn_tests::inputs::Inputs;

use crate::derivatives_edges::{SQUARED, tight, tight_system};

/// A cost of a user's own, without derivatives.
struct Chebyshev;

impl GroundCost<f64> for Chebyshev {
    fn name(&self) -> &'static str {
        "chebyshev"
    }
    fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).fold(0.0, |most, (p, q)| (p - q).abs().max(most))
    }
}

#[test]
fn bad_calls_name_the_argument_and_write_nothing() {
    let inputs = Inputs::random(9, (3, 2, 2), 0.1, SQUARED);
    inputs.solve(&Settings::<f64>::default(), |problem, solution| {
        let good = DerivativeSettings::default();
        let required = Derivatives::len(problem, &good).unwrap();
        assert_eq!(Some(required), derivatives_len(3, 2, 2, 1));
        let mut memory = vec![0.0; required];
        for (settings, argument) in [
            (DerivativeSettings { tolerance: 0.0, ..good }, Argument::TOLERANCE),
            (DerivativeSettings { tolerance: f64::NAN, ..good }, Argument::TOLERANCE),
            (DerivativeSettings { max_iterations: 0, ..good }, Argument::MAX_ITERATIONS),
            (DerivativeSettings { threads: 0, ..good }, Argument::THREADS),
        ] {
            assert_eq!(Derivatives::len(problem, &settings).unwrap_err().argument, argument);
            assert_eq!(Derivatives::new(solution, &settings, &mut memory).err().unwrap().argument, argument);
        }
        let error = Derivatives::new(solution, &good, &mut memory[1..]).err();
        assert_eq!(
            error,
            Some(Error::new(Argument::WORKSPACE, ErrorKind::Workspace { required, actual: required - 1 }))
        );

        let mut derivatives = Derivatives::new(solution, &good, &mut memory).unwrap();
        let nan = [0.0, f64::NAN, 0.0];
        let bad_row = |i: usize, start: usize, out: &mut [f64]| {
            for (k, out) in out.iter_mut().enumerate() {
                *out = if (i, start + k) == (2, 1) { f64::INFINITY } else { 0.5 };
            }
        };
        let none = Cotangent::none();
        let matrix = |values| Some(PlanCotangent::Matrix(values));
        let mut in_x = [7.0; 6];
        for (cotangent, message) in [
            (Cotangent { f: Some(&nan[..2]), ..none }, "f has 2 scalars where 3 are needed"),
            (Cotangent { f: Some(&nan), ..none }, "f[1] is NaN: every entry must be finite"),
            (Cotangent { g: Some(&nan), ..none }, "g has 3 scalars where 2 are needed"),
            (Cotangent { plan: matrix(&nan), ..none }, "plan has 3 scalars where 6 are needed"),
            (
                Cotangent { plan: matrix(&[0.0, 0.0, 0.0, f64::NAN, 0.0, 0.0]), ..none },
                "plan[1, 1] is NaN: every entry must be finite",
            ),
            (
                Cotangent { plan: Some(PlanCotangent::Rows(&bad_row)), ..none },
                "plan[2, 1] is inf: every entry must be finite",
            ),
            (Cotangent { map: Some(&nan), ..none }, "map has 3 scalars where 6 are needed"),
            (
                Cotangent { map: Some(&[0.0, 0.0, 0.0, 0.0, f64::NAN, 0.0]), ..none },
                "map[2, 0] is NaN: every entry must be finite",
            ),
        ] {
            let mut gradients = Gradients { x: Some(&mut in_x), ..Gradients::none() };
            assert_eq!(derivatives.vjp(&cotangent, &mut gradients).unwrap_err().to_string(), message);
        }
        assert_eq!(in_x, [7.0; 6]);
        let mut short = [0.0; 1];
        for (gradients, argument) in [
            (&mut Gradients { x: Some(&mut short), ..Gradients::none() }, Argument::X),
            (&mut Gradients { y: Some(&mut [0.0]), ..Gradients::none() }, Argument::Y),
            (&mut Gradients { a: Some(&mut [0.0]), ..Gradients::none() }, Argument::A),
            (&mut Gradients { b: Some(&mut [0.0]), ..Gradients::none() }, Argument::B),
            (&mut Gradients { cost: Some(&mut [0.0]), ..Gradients::none() }, Argument::COST),
        ] {
            assert_eq!(derivatives.vjp(&none, gradients).unwrap_err().argument, argument);
            assert_eq!(derivatives.objective(gradients).unwrap_err().argument, argument);
            assert_eq!(derivatives.objective_hessian(&Tangent::none(), gradients).unwrap_err().argument, argument);
        }
        for (tangent, argument) in [
            (Tangent { x: Some(&nan), ..Tangent::none() }, Argument::X),
            (Tangent { y: Some(&nan), ..Tangent::none() }, Argument::Y),
            (Tangent { a: Some(&nan), ..Tangent::none() }, Argument::A),
            (Tangent { b: Some(&nan), ..Tangent::none() }, Argument::B),
            (Tangent { cost: Some(&nan), ..Tangent::none() }, Argument::COST),
            (Tangent { epsilon: f64::NAN, ..Tangent::none() }, Argument::EPSILON),
        ] {
            assert_eq!(derivatives.jvp(&tangent, &mut Changes::none()).unwrap_err().argument, argument);
        }
        for (changes, argument) in [
            (&mut Changes { f: Some(&mut [0.0]), ..Changes::none() }, Argument::F),
            (&mut Changes { g: Some(&mut [0.0]), ..Changes::none() }, Argument::G),
            (&mut Changes { plan: Some(&mut [0.0]), ..Changes::none() }, Argument::PLAN),
            (&mut Changes { map: Some(&mut [0.0]), ..Changes::none() }, Argument::MAP),
        ] {
            assert_eq!(derivatives.jvp(&Tangent::none(), changes).unwrap_err().argument, argument);
        }
        // Nothing asked for and nothing given is fine.
        assert_eq!(derivatives.vjp(&none, &mut Gradients::none()).unwrap().iterations, 0);
    });
}

#[test]
fn what_has_no_gradient_is_refused_and_the_rest_works() {
    let (x, y) = ([0.0, 0.0, 1.0, 0.2, 0.4, 1.5], [2.0, 1.0, 3.0, 1.5]);
    let costs = [1.0, 2.0, 0.5, 0.1, 0.7, 0.9];
    let geometries: [Geometry<'_, f64>; 2] = [
        PointCloud::new(&x, &y, 2, &Chebyshev).unwrap().into(),
        CostMatrix::column_major(&costs, 3, 2).unwrap().into(),
    ];
    for (geometry, reason) in geometries.into_iter().zip(["no gradient", "no points"]) {
        let problem = Problem::new(geometry).and_then(|p| p.epsilon(Epsilon::Absolute(0.1))).unwrap();
        let settings = tight();
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
        let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
        let mut memory = vec![0.0; Derivatives::len(&problem, &tight_system()).unwrap()];
        let mut derivatives = Derivatives::new(&solution, &tight_system(), &mut memory).unwrap();
        let error = derivatives.objective(&mut Gradients { x: Some(&mut [0.0; 6]), ..Gradients::none() }).unwrap_err();
        assert!(error.argument == Argument::COST && error.to_string().contains(reason), "{error}");
        let tangent = Tangent { y: Some(&[0.0; 4]), ..Tangent::none() };
        assert_eq!(derivatives.jvp(&tangent, &mut Changes::none()).unwrap_err().argument, Argument::COST);
        let mut in_cost = [0.0; 6];
        derivatives.objective(&mut Gradients { cost: Some(&mut in_cost), ..Gradients::none() }).unwrap();
        // Row-major, whatever the order of the matrix.
        for (k, &entry) in in_cost.iter().enumerate() {
            assert!((entry - solution.entry(k / 2, k % 2)).abs() < 1e-12);
        }
    }
}

#[test]
fn what_leaves_the_range_is_no_derivative() {
    let inputs = Inputs::random(9, (3, 2, 2), 0.1, SQUARED);
    let mut refused = [0; 3];
    inputs.solve(&Settings::<f64>::default(), |problem, solution| {
        let settings = DerivativeSettings::default();
        let mut memory = vec![0.0; Derivatives::len(problem, &settings).unwrap()];
        let mut derivatives = Derivatives::new(solution, &settings, &mut memory).unwrap();
        let mut see = |way: usize, argument: Argument, ended: Result<(), Error>, written: &[f64]| match ended {
            Ok(()) => assert!(written.iter().all(|value| value.is_finite()), "{argument}: {written:?}"),
            Err(error) => {
                // Or the part of it that is too large.
                let of_part = matches!(
                    error,
                    Error { argument: Argument::F | Argument::G | Argument::MAP, kind: ErrorKind::Overflow }
                );
                assert!(error == Error::new(argument, ErrorKind::Overflow) || of_part, "{error}");
                refused[way] += 1;
            }
        };
        for size in [1e290, 1e306, 1.7e308] {
            let cost: [f64; 6] = core::array::from_fn(|k| if k % 2 == 0 { size } else { -size });
            let (mut plan, mut map, mut in_x, mut in_cost) = ([0.0; 6], [0.0; 6], [0.0; 6], [0.0; 6]);
            let tangent = Tangent { cost: Some(&cost), ..Tangent::none() };
            let mut changes = Changes { plan: Some(&mut plan), map: Some(&mut map), ..Changes::none() };
            let ended = derivatives.jvp(&tangent, &mut changes).map(|_| ());
            see(0, Argument::TANGENT, ended, &[plan, map].concat());
            let mut gradients = Gradients { x: Some(&mut in_x), cost: Some(&mut in_cost), ..Gradients::none() };
            let ended = derivatives.objective_hessian(&tangent, &mut gradients).map(|_| ());
            see(1, Argument::TANGENT, ended, &[in_x, in_cost].concat());
            let cotangent = Cotangent { f: Some(&cost[..3]), g: Some(&cost[..2]), ..Cotangent::none() };
            let mut gradients = Gradients { x: Some(&mut in_x), cost: Some(&mut in_cost), ..Gradients::none() };
            let ended = derivatives.vjp(&cotangent, &mut gradients).map(|_| ());
            see(2, Argument::COTANGENT, ended, &[in_x, in_cost].concat());
        }
    });
    assert!(refused.iter().all(|&times| times > 0), "{refused:?}");
}
