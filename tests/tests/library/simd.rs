//! The same answer from all levels of instructions, and the same bits from any number of threads.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, SimdLevel, Storage,
    cost::Manhattan,
    error::ErrorKind,
    start::{Monotone, Zero},
};
use sinkhorn_tests::{Solved, data, solve_owned};

const STORAGES: [Storage; 3] = [Storage::Stream, Storage::Cost, Storage::Kernel];

fn available() -> impl Iterator<Item = SimdLevel> {
    SimdLevel::ALL.into_iter().filter(|level| level.is_available())
}

fn bits<T: Real>(solved: &Solved<T>) -> Vec<u64> {
    let report = &solved.report;
    let numbers = [report.row_error, report.column_error, report.objective, report.transport_cost, report.dual_value];
    let values = solved.f.iter().chain(&solved.g).chain(&solved.plan).chain(&numbers);
    values.map(|value| value.widen().to_bits()).chain([u64::from(report.sweeps)]).collect()
}

fn points<T: Real>(seed: u64, count: usize) -> Vec<T> {
    data::normal(&mut data::generator(seed), count).into_iter().map(T::constant).collect()
}

/// Solves of `shape` = (n, m, d) with every storage, and of the matrix of its costs, under settings.
fn solve_all<T: Real>((n, m, d): (usize, usize, usize), settings: Settings<T>) -> Vec<(String, Solved<T>)> {
    let (x, y) = (points::<T>(1, n * d), points::<T>(2, m * d));
    let (a, b) = (data::normal(&mut data::generator(3), n), data::normal(&mut data::generator(4), m));
    let weights = |values: &[f64]| {
        let total: f64 = values.iter().map(|value| value * value).sum();
        values.iter().map(|value| T::constant(value * value / total)).collect::<Vec<T>>()
    };
    let (a, b) = (weights(&a), weights(&b));
    let manhattan = Problem::new(PointCloud::new(&x, &y, d, &Manhattan).unwrap()).unwrap();
    let cost: Vec<T> = (0..n * m).map(|k| T::constant(((k * 7919 + 13) % 1000) as f64 / 1000.0)).collect();
    let problems = [
        ("squared", Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap()).unwrap()),
        ("manhattan", manhattan),
        ("rows", Problem::new(CostMatrix::row_major(&cost, n, m).unwrap()).unwrap()),
        ("columns", Problem::new(CostMatrix::column_major(&cost, n, m).unwrap()).unwrap()),
    ];
    let mut found = Vec::new();
    for (name, problem) in problems {
        let problem = problem.weights(&a, &b).unwrap().epsilon(Epsilon::OfMean(T::constant(0.1))).unwrap();
        for relaxed in [false, true] {
            let problem = if relaxed { problem.unbalanced(T::ONE, T::TWO).unwrap() } else { problem };
            for storage in STORAGES {
                let solved = solve_owned(&problem, &Zero, &Settings { storage, ..settings }).unwrap();
                found.push((format!("{name} {n} x {m}, d = {d}, {}, relaxed {relaxed}", storage.name()), solved));
            }
        }
    }
    found
}

const SHAPES: [(usize, usize, usize); 9] = [
    (1, 1, 1),
    (3, 70, 2),
    (70, 3, 3),
    (16, 16, 2),
    (33, 47, 1),
    (129, 65, 5),
    (40, 100, 16),
    (66, 31, 17),
    (130, 600, 3),
];

/// Potentials of well-posed problems agree to what rounding in a converged solve leaves.
fn levels_agree<T: Real>(threshold: f64, tolerance: f64) {
    for shape in SHAPES {
        let settings = Settings { threshold: T::constant(threshold), ..Settings::default() };
        let portable = solve_all::<T>(shape, Settings { simd: SimdLevel::Portable, ..settings });
        let mut fused: Option<Vec<(String, Solved<T>)>> = None;
        for level in available().filter(|&level| level != SimdLevel::Portable) {
            let here = solve_all::<T>(shape, Settings { simd: level, ..settings });
            for ((name, want), (_, got)) in portable.iter().zip(&here) {
                let scale = want.report.transport_cost.widen().abs() + want.report.epsilon.widen();
                for (want, got) in want.f.iter().zip(&got.f).chain(want.g.iter().zip(&got.g)) {
                    let error = (want.widen() - got.widen()).abs() / scale;
                    assert!(error <= tolerance, "{name}, {}: {error:e}", level.name());
                }
                let error = (want.report.objective.widen() - got.report.objective.widen()).abs() / scale;
                assert!(error <= tolerance, "{name}, {}: objective {error:e}", level.name());
            }
            if !level.is_fused() {
                continue;
            }
            if let Some(fused) = &fused {
                for ((name, want), (_, got)) in fused.iter().zip(&here) {
                    assert!(bits(want) == bits(got), "{name}, {}", level.name());
                }
            }
            fused = Some(here);
        }
    }
}

#[test]
fn levels_agree_in_double_precision() {
    levels_agree::<f64>(1e-12, 1e-9);
}

#[test]
fn levels_agree_in_single_precision() {
    levels_agree::<f32>(1e-5, 2e-3);
}

#[test]
fn threads_change_no_bit() {
    fn check<T: Real>() {
        // Enough pairs for threads to be woken, rows that fill no strip, weights and relaxations of all kinds.
        for shape in [(700, 130, 3), (257, 300, 20), (64, 1000, 2)] {
            for acceleration in [Acceleration::Plain, Acceleration::Anderson { memory: 5 }] {
                let settings = Settings { acceleration, max_sweeps: 40, ..Settings::default() };
                let one = solve_all::<T>(shape, settings);
                for threads in [2, 3, 8] {
                    let more = solve_all::<T>(shape, Settings { threads, ..settings });
                    for ((name, want), (_, got)) in one.iter().zip(&more) {
                        assert!(bits(want) == bits(got), "{name}, {threads} threads");
                    }
                }
            }
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn more_threads_than_the_pool_has_are_no_harm() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let settings = Settings { max_sweeps: 10, ..Settings::default() };
    let here = solve_all::<f64>((700, 130, 3), settings);
    let there = pool.install(|| solve_all::<f64>((700, 130, 3), Settings { threads: 16, ..settings }));
    for ((name, want), (_, got)) in here.iter().zip(&there) {
        assert!(bits(want) == bits(got), "{name}");
    }
}

#[test]
fn levels_that_are_not_there_are_refused_by_name() {
    let (x, y) = ([0.0, 1.0], [0.5]);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
    let mut refused = 0;
    for simd in SimdLevel::ALL.into_iter().filter(|level| !level.is_available()) {
        let error = solve_owned(&problem, &Monotone, &Settings { simd, ..Settings::default() }).unwrap_err();
        assert!(matches!(error, Error { kind: ErrorKind::Unsupported { .. }, .. }), "{error}");
        assert!(error.to_string().starts_with("simd: "), "{error}");
        assert!(simd.exp2(&mut [0.0_f32]).is_err());
        refused += 1;
    }
    // No machine has both NEON and AVX.
    assert!(refused >= 1);
    assert!(SimdLevel::Best.resolve().is_available());
    let error = solve_owned(&problem, &Monotone, &Settings { threads: 0, ..Settings::default() }).unwrap_err();
    assert_eq!(error.to_string(), "threads is 0: it must be positive");
}

#[test]
fn exponentials_of_all_levels_are_within_two_units() {
    for level in available() {
        let mut worst = 0.0_f64;
        let arguments: Vec<f32> = (0..2_000_003).map(|k| -126.0 + k as f32 * (253.9 / 2_000_003.0)).collect();
        let mut values = arguments.clone();
        level.exp2(&mut values).unwrap();
        for (&x, &value) in arguments.iter().zip(&values) {
            let (exact, unit) = (f64::from(x).exp2(), f64::from(x).floor().exp2() * 2.0_f64.powi(-23));
            worst = worst.max((f64::from(value) - exact).abs() / unit);
        }
        assert!(worst <= 2.0, "{}: {worst} ulp in f32", level.name());
        let arguments: Vec<f64> = (0..500_003).map(|k| -1022.0 + f64::from(k) * (2045.9 / 500_003.0)).collect();
        let mut values = arguments.clone();
        level.exp2(&mut values).unwrap();
        let mut worst = 0.0_f64;
        for (&x, &value) in arguments.iter().zip(&values) {
            let (exact, unit) = (x.exp2(), x.floor().exp2() * 2.0_f64.powi(-52));
            worst = worst.max((value - exact).abs() / unit);
        }
        assert!(worst <= 2.0, "{}: {worst} ulp in f64", level.name());
        let mut special = [f32::NEG_INFINITY, -1e30, -126.5, 0.0, 1.0, f32::NAN, -1e38];
        level.exp2(&mut special).unwrap();
        assert_eq!(special[..5], [0.0, 0.0, 0.0, 1.0, 2.0], "{}", level.name());
        assert!(special[5].is_nan() && special[6] == 0.0, "{}", level.name());
    }
}

/// In sixteen dimensions and more the report tells costs from potentials, where that is exact enough.
#[test]
fn costs_of_many_dimensions_survive_any_epsilon() {
    let (n, d) = (200, 16);
    let x = points::<f32>(1, n * d);
    let y: Vec<f32> = points::<f32>(2, n * d).iter().map(|value| value + 1.0).collect();
    let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>();
    let (wide_x, wide_y) = (wide(&x), wide(&y));
    for epsilon in [0.05, 1.0, 1e2, 1e4, 1e6, 1e8] {
        let problem = Problem::new(PointCloud::squared_euclidean(&wide_x, &wide_y, d).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::OfMean(f64::from(epsilon))).unwrap();
        let want = solve_owned(&problem, &Zero, &Settings::default()).unwrap().report;
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::OfMean(epsilon)).unwrap();
        let got = solve_owned(&problem, &Zero, &Settings { threshold: 1e-5, ..Settings::default() }).unwrap().report;
        let error = (f64::from(got.transport_cost) - want.transport_cost).abs() / want.transport_cost;
        assert!(error < 1e-4, "epsilon {epsilon}: {} for {}", got.transport_cost, want.transport_cost);
    }
}

#[test]
fn the_choice_of_storage_does_not_change_with_the_threads() {
    for n in [16, 1200, 2900, 20_000] {
        for d in [0, 1, 3, 64] {
            let shape = sinkhorn_core::geometry::Shape::squared_euclidean(n, n, d);
            let storage = Storage::Auto { scalars: 1 << 40 };
            let chosen = |threads| Settings::<f32> { storage, threads, ..Settings::default() }.storage_for(shape);
            assert!(chosen(1) != storage && [2, 7, 16].iter().all(|&threads| chosen(threads) == chosen(1)), "{n}, {d}");
        }
    }
}
