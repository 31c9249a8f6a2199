//! Points far away from all others, which relaxed marginals leave alone: they must not take digits from the rest.

use sinkhorn_core::{
    Epsilon, Error, Float, PointCloud, Problem, Real, Settings, Status, Storage,
    divergence::{divergence_len, sinkhorn_divergence},
    error::ErrorKind,
    start::Zero,
};
use sinkhorn_tests::{data, solve_owned};

/// Points of dimension d with weights on both sides.
#[derive(Clone, Debug)]
struct Case {
    x: Vec<f64>,
    y: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    d: usize,
    rho: (f64, f64),
    epsilon: f64,
}

/// Objective, transport cost and mass, in double precision and pair by pair: plain sweeps in the log domain.
fn oracle(x: &[f64], y: &[f64], a: &[f64], b: &[f64], case: &Case, rho: (f64, f64)) -> [f64; 3] {
    let (d, epsilon) = (case.d, case.epsilon);
    let cost = |i: usize, j: usize| -> f64 { (0..d).map(|k| (x[i * d + k] - y[j * d + k]).powi(2)).sum() };
    let (n, m) = (a.len(), b.len());
    let (mut f, mut g) = (vec![0.0_f64; n], vec![0.0_f64; m]);
    let log_sum = |terms: &mut dyn Iterator<Item = f64>| {
        let terms: Vec<f64> = terms.collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
    };
    let tau = |rho: f64| rho / (rho + epsilon);
    for _ in 0..200_000 {
        let before = f.clone();
        for i in 0..n {
            f[i] = -tau(rho.0) * epsilon * log_sum(&mut (0..m).map(|j| b[j].ln() + (g[j] - cost(i, j)) / epsilon));
        }
        for j in 0..m {
            g[j] = -tau(rho.1) * epsilon * log_sum(&mut (0..n).map(|i| a[i].ln() + (f[i] - cost(i, j)) / epsilon));
        }
        if f.iter().zip(&before).all(|(f, before)| (f - before).abs() <= 1e-15 * f.abs().max(epsilon)) {
            break;
        }
    }
    let (mut transport, mut entropy, mut mass) = (0.0, 0.0, 0.0);
    let (mut rows, mut columns) = (vec![0.0; n], vec![0.0; m]);
    for i in 0..n {
        for j in 0..m {
            let log = (f[i] + g[j] - cost(i, j)) / epsilon;
            let plan = a[i] * b[j] * log.exp();
            transport += if plan > 0.0 { plan * cost(i, j) } else { 0.0 };
            entropy += if plan > 0.0 { plan * log } else { 0.0 } - plan + a[i] * b[j];
            mass += plan;
            rows[i] += plan;
            columns[j] += plan;
        }
    }
    let relative = |p: &[f64], q: &[f64]| -> f64 {
        p.iter().zip(q).map(|(&p, &q)| if p > 0.0 { p * (p / q).ln() - p + q } else { q }).sum()
    };
    let objective = transport + epsilon * entropy + rho.0 * relative(&rows, a) + rho.1 * relative(&columns, b);
    [objective, transport, mass]
}

fn true_divergence(case: &Case) -> f64 {
    let Case { x, y, a, b, rho, epsilon, .. } = case;
    let masses = a.iter().sum::<f64>() - b.iter().sum::<f64>();
    oracle(x, y, a, b, case, *rho)[0]
        - 0.5 * oracle(x, x, a, a, case, (rho.0, rho.0))[0]
        - 0.5 * oracle(y, y, b, b, case, (rho.1, rho.1))[0]
        + 0.5 * epsilon * masses * masses
}

fn rounded<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::constant(value)).collect()
}

/// The same case, of numbers that single precision has.
fn as_single(case: &Case) -> Case {
    let single = |values: &[f64]| -> Vec<f64> { values.iter().map(|&value| f64::from(value as f32)).collect() };
    Case { x: single(&case.x), y: single(&case.y), a: single(&case.a), b: single(&case.b), ..case.clone() }
}

fn on_problem<T: Real, R>(case: &Case, then: impl FnOnce(&Problem<'_, T>) -> R) -> R {
    let (x, y, a, b) = (rounded(&case.x), rounded(&case.y), rounded(&case.a), rounded(&case.b));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, case.d).unwrap())
        .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(T::constant(case.epsilon))))
        .and_then(|p| p.unbalanced(T::constant(case.rho.0), T::constant(case.rho.1)))
        .unwrap();
    then(&problem)
}

fn divergence<T: Real>(case: &Case, settings: &Settings<T>) -> Result<T, Error> {
    on_problem(case, |problem| {
        let mut memory = vec![T::constant(f64::NAN); divergence_len(problem, settings).unwrap()];
        let found = sinkhorn_divergence(problem, &Zero, settings, &mut memory)?;
        Ok(found.value())
    })
}

fn settings<T: Real>() -> Settings<T> {
    Settings { threshold: T::DEFAULT_THRESHOLD * T::constant(1e-2), ..Settings::default() }
}

/// Two points, and five of which the first is far away.
fn one_outlier(at: f64) -> Case {
    Case {
        x: vec![0.0, 2.15625, 1.0, 0.0, 0.0, 0.0],
        y: vec![at, -3.4375, 0.0, -4.0, -4.0, -4.0, -4.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 2.0, 0.0],
        a: vec![0.5; 2],
        b: vec![0.2; 5],
        d: 3,
        rho: (1.0, 1.0),
        epsilon: 1.0,
    }
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for (seed, (n, m, d)) in [(1, (4, 7, 2)), (2, (9, 5, 3)), (3, (6, 6, 1)), (4, (20, 30, 2))] {
        for rho in [0.01, 1.0, 100.0] {
            for far in [1e2, 1e4, 1e6] {
                let random = &mut data::generator(seed);
                let plain = Case {
                    x: data::normal(random, n * d),
                    y: data::normal(random, m * d),
                    a: data::weights(random, n),
                    b: data::weights(random, m),
                    d,
                    rho: (rho, rho),
                    epsilon: 0.5,
                };
                let mut on_y = plain.clone();
                on_y.y[d - 1] = -far;
                let mut on_x = plain.clone();
                on_x.x[d] = far;
                // Near to each other, far from the rest; and one at another distance.
                let mut on_both = on_x.clone();
                on_both.y[d] = far + 1.0;
                on_both.y[0] = -30.0 * far;
                all.extend([on_y, on_x, on_both, Case { rho: (rho, 2.0 * rho), ..plain.clone() }]);
            }
        }
    }
    all
}

#[test]
fn divergences_keep_the_digits_of_what_is_near() {
    let close = |got: f64, want: f64, tolerance: f64, what: &str| {
        let error = (got - want).abs() / want.abs().max(1e-2);
        println!("{what}: {got}, {want}: {error:e}");
        assert!(error <= tolerance, "{what}: {got}, not {want}: {error:e}");
    };
    for far in [-1e1, -1e2, -1e3, -1e4, -1e5, -1e6, -1e7] {
        let case = one_outlier(far);
        let wanted = true_divergence(&case);
        close(divergence::<f64>(&case, &settings()).unwrap(), wanted, 1e-8, &format!("{far:e}, f64"));
        close(divergence::<f32>(&case, &settings()).unwrap().into(), wanted, 1e-4, &format!("{far:e}, f32"));
    }
    for far in [-1e8, -1e9, -1e10] {
        let case = one_outlier(far);
        close(divergence::<f64>(&case, &settings()).unwrap(), true_divergence(&case), 1e-8, &format!("{far:e}, f64"));
    }
    for (k, case) in cases().iter().enumerate() {
        let case = as_single(case);
        let wanted = true_divergence(&case);
        let what = |scalar: &str| format!("case {k}, rho {}, {scalar}", case.rho.0);
        close(divergence::<f64>(&case, &settings()).unwrap(), wanted, 1e-8, &what("f64"));
        let reach = case.x.iter().chain(&case.y).fold(0.0_f64, |most, value| most.max(value.abs()));
        match divergence::<f32>(&case, &settings()) {
            Ok(value) => close(value.into(), wanted, 1e-4, &what("f32")),
            // Costs in units of rho are beyond single precision.
            Err(error) => {
                assert!(reach * reach / case.rho.0 > 1e15, "{error}: {case:?}");
                assert!(matches!(error, Error { kind: ErrorKind::Overflow, .. }), "{error}");
            }
        }
    }
}

/// Objective, transport cost and mass of a solve.
fn solved<T: Real>(case: &Case, storage: Storage) -> Result<([f64; 3], Status), Error> {
    let settings = Settings { storage, ..settings::<T>() };
    on_problem::<T, _>(case, |problem| {
        let report = solve_owned(problem, &Zero, &settings)?.report;
        Ok(([report.objective, report.transport_cost, report.mass].map(Float::widen), report.status))
    })
}

#[test]
fn solves_keep_the_digits_of_what_is_near() {
    let mut all: Vec<Case> = [-1e2, -1e4, -1e6].map(one_outlier).to_vec();
    all.extend(cases().into_iter().step_by(3));
    let (mut of_double, mut of_single) = (0.0_f64, 0.0_f64);
    for (k, case) in all.iter().enumerate() {
        let case = as_single(case);
        let Case { x, y, a, b, rho, .. } = &case;
        let wanted = oracle(x, y, a, b, &case, *rho);
        let error = |found: [f64; 3]| -> f64 {
            // The plan is off by the marginal error, the objective by its square.
            let errors = found.iter().zip(wanted).map(|(got, want)| (got - want).abs() / (want + 0.1 * wanted[0]));
            errors.fold(0.0, f64::max)
        };
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let (found, status) = solved::<f64>(&case, storage).unwrap();
            assert_eq!(status, Status::Converged, "case {k}");
            of_double = of_double.max(error(found));
            match solved::<f32>(&case, storage) {
                Ok((found, _)) => of_single = of_single.max(error(found)),
                // Costs in units of rho are beyond single precision.
                Err(error) => {
                    assert!(matches!(error, Error { kind: ErrorKind::Overflow, .. }) && rho.0 < 0.1, "{error}")
                }
            }
        }
    }
    println!("off by {of_double:e} in double and {of_single:e} in single precision");
    assert!(of_double < 1e-7 && of_single < 1e-3, "{of_double:e} and {of_single:e}");
}
