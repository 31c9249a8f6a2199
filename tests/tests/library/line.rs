//! Starts on the line: the paper's DualSort beside the exact monotone duals.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Settings, Status,
    error::Argument,
    start::{DualSort, DualSortOrder, Monotone, Start, Zero},
};
use sinkhorn_tests::{data, solve_owned};

fn line<'a>(x: &'a [f64], y: &'a [f64], epsilon: Epsilon<f64>) -> Problem<'a, f64> {
    Problem::new(PointCloud::squared_euclidean(x, y, 1).unwrap()).unwrap().epsilon(epsilon).unwrap()
}

/// Algorithm 1 of the paper on sorted data, written down once more: f_i <- min_j (c_ij - c_jj + f_j).
fn naive(x: &[f64], y: &[f64], passes: usize, sequential: bool) -> Vec<f64> {
    let order = |values: &[f64]| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&p, &q| values[p].total_cmp(&values[q]));
        order
    };
    let (rows, columns) = (order(x), order(y));
    let c = |i: usize, j: usize| (x[rows[i]] - y[columns[j]]).powi(2);
    let mut f = vec![0.0; x.len()];
    for _ in 0..passes {
        let before = f.clone();
        for i in 0..f.len() {
            let from = if sequential { &f } else { &before };
            f[i] = (0..x.len()).map(|j| c(i, j) - c(j, j) + from[j]).fold(f64::INFINITY, f64::min);
        }
    }
    let mut out = vec![0.0; x.len()];
    for (rank, &i) in rows.iter().enumerate() {
        out[i] = f[rank];
    }
    out
}

/// What a start wrote, its pairs, and whether it has something to say.
fn written(problem: &Problem<'_, f64>, start: &dyn Start<f64>) -> (Vec<f64>, u64, bool) {
    let (n, m) = (problem.rows(), problem.columns());
    let (mut f, mut g, mut rows, mut columns) = (vec![0.0; n], vec![0.0; m], vec![0.0; n], vec![0.0; m]);
    let settings = Settings::default();
    let target = sinkhorn_core::start::Target::new(problem, 0.1, 1.0, &settings);
    let mut out = sinkhorn_core::start::StartMemory { f: &mut f, g: &mut g, rows: &mut rows, columns: &mut columns };
    let started = start.write_potentials(&target, &mut out).unwrap();
    (f, started.pairs, started.note.is_some())
}

/// Pairs beside those of the passes: the dual values of what it wrote and of zero, each at one in 32 of 40 points,
/// but 16 at least.
const COMPARED: u64 = 2 * 40 * 16;

#[test]
fn dual_sort_is_the_papers_on_unsorted_points() {
    for seed in 0..5 {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, 40), data::uniform(&mut generator, 40));
        let problem = line(&x, &y, Epsilon::Absolute(0.1));
        for (form, sequential) in [(DualSortOrder::Sequential, true), (DualSortOrder::Vectorised, false)] {
            for passes in [0, 1, 3, 50] {
                let (f, pairs, kept_zero) = written(&problem, &DualSort { form, passes, tolerance: 0.0 });
                let expected = if kept_zero { vec![0.0; 40] } else { naive(&x, &y, passes as usize, sequential) };
                assert!(!kept_zero || passes < 50);
                let pairs = pairs - COMPARED;
                assert!(f.iter().zip(&expected).all(|(p, q)| (p - q).abs() < 1e-12), "{form:?} {passes}");
                assert!(pairs <= u64::from(passes) * 1600 && (passes == 0 || pairs >= 1600));
            }
        }
        // A tolerance ends it early; without passes it is the start from zero.
        let (_, pairs, _) = written(&problem, &DualSort { passes: 50, tolerance: 0.5, ..DualSort::default() });
        assert!(pairs < 50 * 1600);
        // It makes as many passes as the paper's unless told otherwise.
        assert_eq!(DualSort::<f64>::default().passes, 100);
    }
}

#[test]
fn dual_sort_is_never_worth_less_than_zero() {
    let mut kept = 0;
    for seed in 0..6 {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, 120), data::uniform(&mut generator, 120));
        let problem = line(&x, &y, Epsilon::OfStd(0.0005));
        let value = |start: &dyn Start<f64>| {
            let mut memory = [vec![0.0; 120], vec![0.0; 120], vec![0.0; 120], vec![0.0; 120]];
            let [f, g, rows, columns] = &mut memory;
            let (epsilon, settings) = (0.001, Settings::default());
            let target = sinkhorn_core::start::Target::new(&problem, epsilon, 1.0, &settings);
            let mut out = sinkhorn_core::start::StartMemory { f, g, rows, columns };
            let started = start.write_potentials(&target, &mut out).unwrap();
            (target.dual_value(started.wrote, &mut out), started.note)
        };
        for form in [DualSortOrder::Sequential, DualSortOrder::Vectorised] {
            for passes in [1, 2, 3, 10, 100] {
                let (found, note) = value(&DualSort { form, passes, ..DualSort::default() });
                let (zero, _) = value(&Zero);
                assert!(found >= zero, "{form:?} {passes}: {found} {zero}");
                assert!(note.is_none() || found == zero, "{note:?}");
                kept += usize::from(note.is_some());
            }
        }
    }
    println!("zero was kept {kept} times");
}

#[test]
fn run_to_its_end_dual_sort_is_an_optimal_dual() {
    let mut generator = data::generator(9);
    let (x, y) = (data::normal(&mut generator, 60), data::uniform(&mut generator, 60));
    let problem = line(&x, &y, Epsilon::OfMean(1e-4));
    let settings = Settings { threshold: 1e-6, max_sweeps: 50_000, ..Settings::default() };
    let exact = {
        let (mut x, mut y) = (x.clone(), y.clone());
        x.sort_by(f64::total_cmp);
        y.sort_by(f64::total_cmp);
        x.iter().zip(&y).map(|(p, q)| (p - q).powi(2)).sum::<f64>() / 60.0
    };
    for form in [DualSortOrder::Sequential, DualSortOrder::Vectorised] {
        let start = DualSort { form, passes: 1000, tolerance: 0.0 };
        let report = solve_owned(&problem, &start, &settings).unwrap().report;
        assert_eq!(report.status, Status::Converged);
        assert!((report.start_value - exact).abs() < 2e-3 * exact, "{} for {exact}", report.start_value);
    }
}

/// The issue of starts at the ends of the optimal duals: the middle is what helps.
#[test]
fn the_monotone_start_beats_dual_sort_and_both_beat_zero() {
    let settings = Settings { threshold: 1e-3, max_sweeps: 20_000, ..Settings::plain() };
    let mut table = String::from("sweeps to 1e-3       zero  dual-sort (100 passes)  (to its end)  monotone\n");
    for seed in 0..3 {
        let mut generator = data::generator(seed);
        let (x, y) = (data::normal(&mut generator, 120), data::uniform(&mut generator, 120));
        let problem = line(&x, &y, Epsilon::OfStd(0.0005));
        let sweeps = |start: &dyn Start<f64>| {
            let report = solve_owned(&problem, start, &settings).unwrap().report;
            assert_eq!(report.status, Status::Converged);
            report.sweeps
        };
        let to_its_end = DualSort { passes: 1000, tolerance: 0.0, ..DualSort::default() };
        let (zero, short) = (sweeps(&Zero), sweeps(&DualSort::default()));
        let (long, monotone) = (sweeps(&to_its_end), sweeps(&Monotone));
        table += &format!("seed {seed} {zero:17} {short:21} {long:13} {monotone:9}\n");
        assert!(
            20 * monotone < zero && 4 * monotone < short && 4 * monotone < long,
            "{zero} {short} {long} {monotone}"
        );
    }
    println!("{table}");
}

#[test]
fn dual_sort_refuses_what_it_is_not_for() {
    let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.0, 3.0]);
    let refused = |problem: &Problem<'_, f64>| {
        let error = solve_owned(problem, &DualSort::default(), &Settings::default()).unwrap_err();
        assert_eq!(error.argument, Argument::START, "{error}");
        error.to_string()
    };
    assert_eq!(refused(&line(&x, &y[..2], Epsilon::Absolute(1.0))), "start: dual-sort needs as many x as y");
    let weighted = line(&x, &y, Epsilon::Absolute(1.0)).weights_a(&[0.5, 0.25, 0.25]).unwrap();
    assert_eq!(refused(&weighted), "start: dual-sort needs equal weights");
    let solid = Problem::new(PointCloud::squared_euclidean(&x, &y, 3).unwrap());
    assert_eq!(
        refused(&solid.unwrap().epsilon(Epsilon::Absolute(1.0)).unwrap()),
        "start: dual-sort needs points of dimension 1"
    );
    // Equal weights that are given are equal weights.
    let third = [1.0 / 3.0; 3];
    let problem = line(&x, &y, Epsilon::Absolute(1.0)).weights(&third, &third).unwrap();
    assert!(solve_owned(&problem, &DualSort::default(), &Settings::default()).is_ok());
}
