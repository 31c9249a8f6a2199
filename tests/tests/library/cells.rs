//! The start from cells: it leads to the same answer from nearby, for any sizes, costs and weights.

use std::cell::RefCell;

use sinkhorn_core::cells::Cells;
use sinkhorn_core::cost::{Euclidean, GroundCost, SquaredEuclidean};
use sinkhorn_core::error::ErrorKind;
use sinkhorn_core::start::{Start, Zero};
use sinkhorn_core::{
    CostMatrix, Epsilon, PointCloud, Problem, Real, Report, Settings, Skipping, Solver, Status, Workspace, solve,
};
use sinkhorn_init::{Auto, CellsStart};
use sinkhorn_tests::data;

/// A cost of the caller, with its sides told apart.
struct Lopsided;

impl<T: Real> GroundCost<T> for Lopsided {
    fn name(&self) -> &'static str {
        "lopsided"
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        x.iter().zip(y).fold(T::ZERO, |sum, (&x, &y)| {
            let away = y - x;
            sum + if away > T::ZERO { T::TWO * away * away } else { away * away }
        })
    }
}

/// Uniform points, and normal ones around their corner.
fn clouds<T: Real>(seed: u64, (n, m, d): (usize, usize, usize)) -> (Vec<T>, Vec<T>) {
    let random = &mut data::generator(seed);
    let x = data::uniform(random, n * d);
    let y = data::normal(random, m * d).iter().map(|y| 1.0 + 0.3 * y).collect::<Vec<f64>>();
    let narrow = |values: Vec<f64>| values.into_iter().map(T::constant).collect();
    (narrow(x), narrow(y))
}

fn run<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>, start: &dyn Start<T>) -> (Vec<T>, Report<T>) {
    let mut memory = vec![T::ZERO; Workspace::len(problem, settings).unwrap()];
    let workspace = Workspace::new(&mut memory, problem, settings).unwrap();
    let solution = solve(problem, start, settings, workspace).unwrap();
    (solution.f().to_vec(), *solution.report())
}

/// Compares the solve from cells with the one from zero.
fn agrees<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>, name: &str) -> [u32; 2] {
    let (_, zero) = run(problem, settings, &Zero);
    let (_, cells) = run(problem, settings, &CellsStart);
    assert_eq!((cells.start.name, cells.status), ("cells", Status::Converged), "{name}");
    let difference = (zero.dual_value - cells.dual_value).abs().widen();
    let size = zero.dual_value.abs().widen() + zero.epsilon.widen();
    assert!(difference <= 2.0 * settings.threshold.widen() * size, "{name}: {difference:e} of {size:e}");
    assert!(cells.sweeps <= zero.sweeps, "{name}: {} sweeps, {} from zero", cells.sweeps, zero.sweeps);
    [zero.sweeps, cells.sweeps]
}

#[test]
fn sizes_weights_and_relaxation() {
    for (n, m, d) in [(5000, 5000, 2), (4100, 600, 3), (40, 3000, 2), (1100, 900, 1), (501, 500, 2), (9, 7, 3)] {
        let (x, y) = clouds::<f64>(1, (n, m, d));
        let random = &mut data::generator(2);
        let [a, b] = [n, m].map(|count| {
            let mut weights = data::weights(random, count);
            weights.iter_mut().step_by(5).for_each(|weight| *weight = 0.0);
            let total: f64 = weights.iter().sum();
            weights.iter().map(|weight| 3.0 * weight / total).collect::<Vec<f64>>()
        });
        let cloud = PointCloud::squared_euclidean(&x, &y, d).unwrap();
        let problem = Problem::new(cloud).unwrap().epsilon(Epsilon::OfMean(0.02)).unwrap();
        let settings = Settings { threshold: 1e-4, threads: 2, ..Settings::default() };
        agrees(&problem, &settings, &format!("{n} x {m}"));
        agrees(&problem.weights(&a, &b).unwrap(), &settings, &format!("{n} x {m}, weights"));
        agrees(&problem.unbalanced(0.5, f64::INFINITY).unwrap(), &settings, &format!("{n} x {m}, relaxed"));
    }
}

#[test]
fn costs_and_dimensions() {
    let settings = Settings { threshold: 1e-4, threads: 2, ..Settings::default() };
    let costs: [(&str, &dyn GroundCost<f64>); 3] =
        [("squared", &SquaredEuclidean), ("euclidean", &Euclidean), ("lopsided", &Lopsided)];
    for (name, cost) in costs {
        for d in [2, 12] {
            let (x, y) = clouds::<f64>(3, (1300, 1500, d));
            let cloud = PointCloud::new(&x, &y, d, cost).unwrap();
            let problem = Problem::new(cloud).unwrap().epsilon(Epsilon::OfMean(0.02)).unwrap();
            agrees(&problem, &settings, &format!("{name}, {d}"));
        }
    }
}

#[test]
fn many_points_take_few_sweeps_and_little_else() {
    for (d, epsilon, most, least_summed) in [(1, 0.002, 4, 0.01), (2, 0.01, 6, 0.2), (3, 0.01, 10, -1.0)] {
        let (x, y) = clouds::<f32>(4, (20_000, 15_000, d));
        let cloud = PointCloud::squared_euclidean(&x, &y, d).unwrap();
        let problem = Problem::new(cloud).unwrap().epsilon(Epsilon::OfMean(epsilon)).unwrap();
        let settings = Settings { threads: 2, ..Settings::default() };
        let (f, report) = run(&problem, &settings, &CellsStart);
        assert_eq!(report.status, Status::Converged, "{d}");
        assert!(report.sweeps <= most, "{d}: {} sweeps", report.sweeps);
        assert!(report.skipped > 0.1 && report.summed > least_summed, "{d}: {} {}", report.skipped, report.summed);
        assert!(report.certificate > 0.0 && report.certificate < 1e-6, "{d}: {:e}", report.certificate);

        // The same over all pairs, within what the marginal errors allow.
        let all = Settings { skipping: Skipping::Off, ..settings };
        let (_, dense) = run(&problem, &all, &CellsStart);
        assert!(dense.summed == 0.0 && dense.skipped == 0.0);
        for (name, value, exact) in [
            ("dual value", report.dual_value, dense.dual_value),
            ("transport cost", report.transport_cost, dense.transport_cost),
            ("primal value", report.primal_value, dense.primal_value),
        ] {
            assert!((value - exact).abs() <= 2e-3 * exact.abs(), "{d}, {name}: {value}, not {exact}");
        }
        // The same bits on one thread.
        assert_eq!(run(&problem, &Settings { threads: 1, ..settings }, &CellsStart).0, f, "{d}");
    }
}

#[test]
fn auto_takes_cells_for_many_points() {
    let (x, y) = clouds::<f32>(5, (5000, 5000, 2));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    assert_eq!(run(&problem, &Settings::default(), &Auto).1.start.name, "cells");
}

#[test]
fn levels_are_shown_and_memory_is_as_asked() {
    let (x, y) = clouds::<f64>(6, (5000, 700, 2));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
    let mut solver = Solver::without_start(&problem, &settings, workspace).unwrap();
    let len = Cells::len(&solver.target()).unwrap();
    let mut memory = vec![f64::NAN; len];
    let shown = RefCell::new(Vec::new());
    let watch = |level: &Level| shown.borrow_mut().push(*level);
    let cells = Cells::fit(&solver.target().watched(&watch), &mut memory).unwrap();
    let shown = shown.into_inner();
    let points: Vec<[usize; 2]> = shown.iter().map(|level| level.points).collect();
    assert_eq!(points, [[79, 88], [625, 88]]);
    assert_eq!(shown.iter().map(|level| level.left).collect::<Vec<_>>(), [1, 0]);
    assert_eq!((cells.levels(), shown.iter().map(|level| level.sweeps).sum::<u32>()), (2, cells.sweeps()));
    solver.start(&cells).unwrap();
    solver.run();
    assert_eq!(solver.finish().report().start.pairs, cells.pairs());

    let mut short = vec![0.0; len - 1];
    let error = Cells::fit(&solver.target(), &mut short).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Workspace { required, .. } if required == len), "{error}");
}

#[test]
fn what_has_no_cells_is_refused() {
    let cost = [0.0, 1.0, 1.0, 0.0];
    let problem =
        Problem::new(CostMatrix::row_major(&cost, 2, 2).unwrap()).unwrap().epsilon(Epsilon::Absolute(0.1)).unwrap();
    let settings = Settings::<f64>::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
    let error = solve(&problem, &CellsStart, &settings, workspace).map(|_| ()).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Unsupported { .. }), "{error}");
}
