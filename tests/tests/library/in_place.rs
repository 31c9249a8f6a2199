//! The smallest solve against the others.

use proptest::prelude::*;
use sinkhorn_core::{
    CostMatrix, Epsilon, Error, Problem, Settings, Status,
    embedded::{InPlace, InPlaceReport},
    error::Argument,
    geometry::Weights,
    start::Zero,
};
use sinkhorn_tests::solve_owned;

struct Solved<T> {
    f: Vec<T>,
    g: Vec<T>,
    ended: InPlaceReport<T>,
}

/// From `f`, in memory of its own.
fn in_place(cost: &[f64], a: &[f64], b: &[f64], epsilon: f64, f: Vec<f64>) -> Result<Solved<f64>, Error> {
    let (mut cost, mut f, mut g) = (cost.to_vec(), f, vec![0.0; b.len()]);
    let mut scratch = vec![f64::NAN; InPlace::<f64>::scratch_len(a.len(), b.len()).unwrap()];
    let ended = InPlace {
        cost: &mut cost,
        a: Weights::new(Argument::A, a)?,
        b: Weights::new(Argument::B, b)?,
        epsilon,
        threshold: 1e-9,
        max_sweeps: 100_000,
        f: &mut f,
        g: &mut g,
        scratch: &mut scratch,
    }
    .solve()?;
    Ok(Solved { f, g, ended })
}

/// Row sums and column sums of the plan.
fn marginals(cost: &[f64], a: &[f64], b: &[f64], epsilon: f64, f: &[f64], g: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut rows, mut columns) = (vec![0.0; a.len()], vec![0.0; b.len()]);
    for i in 0..a.len() {
        for j in 0..b.len() {
            let entry = a[i] * b[j] * ((f[i] + g[j] - cost[i * b.len() + j]) / epsilon).exp();
            rows[i] += entry;
            columns[j] += entry;
        }
    }
    (rows, columns)
}

fn distance(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum()
}

/// Weights that sum to 1, some of them 0.
fn weights(len: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![1 => Just(0.0), 4 => 0.05..1.0], len).prop_map(|mut weights| {
        weights[0] += 0.1;
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        weights
    })
}

fn problems() -> impl Strategy<Value = (Vec<f64>, Vec<f64>, Vec<f64>, f64)> {
    (1..20_usize, 1..20_usize).prop_flat_map(|(n, m)| {
        (
            prop::collection::vec(-1.0..3.0, n * m),
            weights(n),
            weights(m),
            prop_oneof![Just(0.05), Just(0.3), Just(10.0)],
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn the_plan_has_its_marginals_and_the_potentials_are_those_of_solve((cost, a, b, epsilon) in problems()) {
        let solved = in_place(&cost, &a, &b, epsilon, vec![0.0; a.len()]).unwrap();
        prop_assert_eq!(solved.ended.status, Status::Converged);
        let (rows, columns) = marginals(&cost, &a, &b, epsilon, &solved.f, &solved.g);
        prop_assert!(distance(&rows, &a) < 2e-9 && distance(&columns, &b) < 2e-9, "{rows:?} {columns:?}");

        let problem = Problem::new(CostMatrix::row_major(&cost, a.len(), b.len()).unwrap()).unwrap();
        let problem = problem.weights(&a, &b).unwrap().epsilon(Epsilon::Absolute(epsilon)).unwrap();
        let settings = Settings { threshold: 1e-9, max_sweeps: 100_000, ..Settings::plain() };
        let other = solve_owned(&problem, &Zero, &settings).unwrap();
        for (k, (f, expected)) in solved.f.iter().zip(&other.f).enumerate().filter(|(k, _)| a[*k] > 0.0) {
            prop_assert!((f - expected).abs() < 1e-5, "f[{}] is {}, {}", k, f, expected);
        }

        // From its own answer it has nothing to do.
        let again = in_place(&cost, &a, &b, epsilon, solved.f).unwrap();
        prop_assert!(again.ended.sweeps <= 2, "{} sweeps", again.ended.sweeps);
    }

    #[test]
    fn a_wild_start_ends_well_or_says_so(
        (cost, a, b, epsilon) in problems(),
        scale in prop_oneof![Just(1.0), Just(1e3)],
        seed in 0..1000_u32,
    ) {
        let mut f: Vec<f64> = (0..a.len()).map(|i| scale * f64::from((seed + 7 * i as u32) % 11 ) - scale).collect();
        for _ in 0..20 {
            let solved = in_place(&cost, &a, &b, epsilon, f).unwrap();
            prop_assert!(solved.f.iter().chain(&solved.g).all(|value| value.is_finite()));
            prop_assert!(solved.ended.marginal_error.is_finite());
            if solved.ended.status == Status::Converged {
                let (rows, columns) = marginals(&cost, &a, &b, epsilon, &solved.f, &solved.g);
                prop_assert!(distance(&rows, &a) < 1e-8 && distance(&columns, &b) < 1e-8);
                return Ok(());
            }
            f = solved.f;
        }
        prop_assert!(false, "twenty calls were not enough");
    }
}

#[test]
fn what_is_easy_takes_one_call_and_the_level_of_f_does_not_matter() {
    let solve = |n: usize, m: usize, cost: &[f32], a: &[f32], b: &[f32], epsilon: f32, f: &mut [f32]| {
        let (mut cost, mut g, mut scratch) = (cost.to_vec(), vec![0.0; m], vec![0.0; n + 2 * m]);
        let (a, b) = (Weights::new(Argument::A, a).unwrap(), Weights::new(Argument::B, b).unwrap());
        let (cost, g, scratch) = (&mut cost[..], &mut g[..], &mut scratch[..]);
        let ended = InPlace { cost, a, b, epsilon, threshold: 1e-3, max_sweeps: 1000, f, g, scratch }.solve().unwrap();
        (ended.status, g.to_vec())
    };
    for epsilon in [0.01, 0.005, 0.001] {
        let (status, _) = solve(4, 1, &[0.0, 0.3, 0.7, 1.0], &[0.25; 4], &[1.0], epsilon, &mut [0.0; 4]);
        assert_eq!(status, Status::Converged, "{epsilon}");
    }
    for far in [0.5, 2.0, 10.0] {
        let (status, _) = solve(2, 2, &[0.0, 0.1, far, far + 0.05], &[0.5; 2], &[0.5; 2], 0.01, &mut [0.0; 2]);
        assert_eq!(status, Status::Converged, "{far}");
    }
    // A row without weight, and a column without.
    let mut f = [0.0; 3];
    let (status, g) = solve(3, 2, &[0.0, 900.0, 1.0, 2.0, 1.0, 3.0], &[0.0, 0.5, 0.5], &[0.0, 1.0], 0.5, &mut f);
    assert_eq!(status, Status::Converged);
    assert!((f[0] - (900.0 - g[1])).abs() < 1e-3, "{f:?} {g:?}");
    // 16 bins from constants.
    let cost: Vec<f32> = (0..256_i32).map(|k| ((k / 16 - k % 16) * (k / 16 - k % 16)) as f32 / 225.0).collect();
    let a: Vec<f32> = (1..17).map(|k| k as f32 / 136.0).collect();
    let mut expected = vec![0.0; 16];
    solve(16, 16, &cost, &a, &[0.0625; 16], 0.01, &mut expected);
    for level in [1.0, 1e3, 1e5] {
        let mut f = vec![level; 16];
        let (status, _) = solve(16, 16, &cost, &a, &[0.0625; 16], 0.01, &mut f);
        assert_eq!(status, Status::Converged);
        assert!(f.iter().zip(&expected).all(|(f, expected)| (f - expected).abs() < 1e-3), "{level}: {f:?}");
    }
}

/// Spoils the costs, f, the length of the scratch, epsilon or b.
type Change<'c> = dyn Fn(&mut Vec<f32>, &mut Vec<f32>, &mut usize, &mut f32, &mut [f32]) + 'c;

#[test]
fn bad_input_is_refused_by_name_and_writes_nothing() {
    let (a, b) = ([0.5_f32, 0.5], [0.25_f32, 0.75]);
    let call = |change: &Change<'_>| {
        let (mut cost, mut f, mut scratch) = (vec![0.0, 1.0, 1.0, 0.0], vec![0.0; 2], 6);
        let (mut epsilon, mut g) = (0.1, [7.0; 2]);
        let mut totals = b;
        change(&mut cost, &mut f, &mut scratch, &mut epsilon, &mut totals);
        let (cost_before, f_before) = (cost.clone(), f.clone());
        let mut memory = vec![9.0; scratch];
        let result = InPlace {
            cost: &mut cost,
            a: Weights::new(Argument::A, &a).unwrap(),
            b: Weights::new(Argument::B, &totals).unwrap(),
            epsilon,
            threshold: 1e-3,
            max_sweeps: 100,
            f: &mut f,
            g: &mut g,
            scratch: &mut memory,
        }
        .solve();
        if result.is_err() {
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!((bits(&cost), bits(&f), g), (bits(&cost_before), bits(&f_before), [7.0; 2]));
            assert!(memory.iter().all(|&value| value == 9.0));
        }
        result.err().map(|error| error.argument)
    };
    assert_eq!(call(&|_, _, _, _, _| ()), None);
    assert_eq!(call(&|cost, _, _, _, _| cost[3] = f32::NAN), Some(Argument::COST));
    assert_eq!(call(&|cost, _, _, _, _| cost[0] = f32::NEG_INFINITY), Some(Argument::COST));
    assert_eq!(call(&|cost, _, _, _, _| cost.truncate(3)), Some(Argument::COST));
    assert_eq!(call(&|cost, _, _, _, _| cost[1] = 1e30), Some(Argument::EPSILON));
    assert_eq!(call(&|_, f, _, _, _| f.push(0.0)), Some(Argument::F));
    assert_eq!(call(&|_, f, _, _, _| f[1] = f32::NEG_INFINITY), Some(Argument::F));
    assert_eq!(call(&|_, f, _, _, _| f[1] = 1e25), Some(Argument::F));
    assert_eq!(call(&|_, _, scratch, _, _| *scratch = 5), Some(Argument::WORKSPACE));
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-30] {
        assert_eq!(call(&|_, _, _, epsilon, _| *epsilon = bad), Some(Argument::EPSILON), "{bad}");
    }
    assert!(call(&|_, _, _, _, b| b[0] = 0.9).is_some());
}
