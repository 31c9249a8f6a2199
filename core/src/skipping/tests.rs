//! The picture of the documentation, and series against sums over all pairs.

use std::string::String;
use std::vec::Vec;
use std::{format, fs, vec};

use rand::{Rng, SeedableRng, rngs::StdRng};
use rand_distr::StandardNormal;

use super::order::sort;
use super::records::{Plane, Records, RowBlock, fit, len};
use super::series::{Far, far_len, unpark};
use crate::geometry::Points;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::scaled::scores::{PackedMemory, Scores};
use crate::vector::{BlockCost, Instructions, MAX_LANES, SimdLevel};
use crate::{Epsilon, PointCloud, Problem, Settings, Workspace, error::Argument, solve, start::Zero};

/// The number of points of a block.
const WIDTH: usize = 32;

/// Returns points in the order of a k-d tree.
fn in_order<T: Real>(points: &[T], d: usize) -> Vec<T> {
    let points = Points::new(Argument::X, points, d).expect("points");
    let mut numbers: Vec<T> = (0..points.len() as u32).map(T::from_index).collect();
    sort(points, &mut numbers, WIDTH, 1);
    numbers.iter().flat_map(|number| points.point(number.to_index() as usize).to_vec()).collect()
}

/// Calls `work` with a problem between these points, which are in order, with F and G of its solution.
fn with_solution<T: Real>(
    (x, y, d): (&[T], &[T], usize),
    epsilon: f64,
    work: impl FnOnce(&ScaledProblem<'_, T>, &[T], &[T]),
) {
    let cloud = PointCloud::squared_euclidean(x, y, d).expect("points");
    let problem = Problem::new(cloud).and_then(|problem| problem.epsilon(Epsilon::OfMean(T::constant(epsilon))));
    let (problem, settings) = (problem.expect("a problem"), Settings::default());
    let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings).expect("a length")];
    let workspace = Workspace::new(&mut memory, &problem, &settings).expect("a workspace");
    let solution = solve(&problem, &Zero, &settings, workspace).expect("a solution");

    let (n, m) = (problem.rows(), problem.columns());
    let mut packed = [vec![T::ZERO; n * d], vec![T::ZERO; m * d], vec![T::ZERO; d]];
    let [packed_x, packed_y, delta] = &mut packed;
    let memory = PackedMemory { x: packed_x, y: packed_y, delta };
    let scores = Scores::new(*problem.geometry(), problem.a(), problem.b(), memory).expect("scores");
    let (mut row, mut spare) = (vec![T::ZERO; m], vec![T::ZERO; m]);
    let instructions = Instructions::of(SimdLevel::Best);
    let p = ScaledProblem::new(problem, scores, instructions, &mut row, &mut spare).expect("in range");
    let f: Vec<T> = solution.f().iter().enumerate().map(|(i, &f)| p.s * f - p.row_offset(i)).collect();
    let log_b = (T::ONE / T::count(m)).log2();
    let g: Vec<T> = solution.g().iter().enumerate().map(|(j, &g)| p.s * g - p.column_offset(j) + log_b).collect();
    work(&p, &f, &g);
}

/// Draws points of a cube, or normal ones around its corner.
fn draw<T: Real>(random: &mut StdRng, count: usize, normal: bool) -> Vec<T> {
    let value = |_| if normal { 1.0 + 0.3 * random.sample::<f64, _>(StandardNormal) } else { random.random() };
    (0..count).map(value).map(T::constant).collect()
}

#[test]
fn the_documentation_shows_what_is_visited() {
    let random = &mut StdRng::seed_from_u64(1);
    let [x, y] = [false, true].map(|normal| in_order(&draw::<f64>(random, 2 * 1536, normal), 2));
    let mut picture = String::new();
    with_solution((&x, &y, 2), 0.002, |p, f, g| {
        let points = super::Pairs::new(p).and_then(|pairs| pairs.products()).expect("points");
        let (m, log_b) = (g.len(), (1.0 / g.len() as f64).log2());
        let mut memory = vec![0.0; len(m, 2, WIDTH)];
        let mut records = Records::new(&mut memory, m, 2, WIDTH);
        records.refit(points, p.s, &|j| g[j] - log_b);
        for (block, f) in f.chunks(WIDTH).enumerate() {
            let plane = fit(2, WIDTH, &|r, k| points.x(block * WIDTH + r, k), p.s, &|r| f[r]);
            let instructions = p.instructions;
            let rows = RowBlock {
                instructions,
                plane: &plane,
                count: WIDTH,
                cost: BlockCost::Squares(p.s),
                least: -17.0,
                bits: 17.0,
            };
            let mut list = vec![0.0; m.div_ceil(WIDTH)];
            let visits = records.list(&rows, &[], &mut list);
            let mut line = vec!['.'; m.div_ceil(WIDTH)];
            visits.near.runs().flatten().for_each(|j| line[j / WIDTH] = '#');
            let far = visits.far.iter().flat_map(|item| records.node(unpark(item).0).columns);
            far.for_each(|j| line[j / WIDTH] = 'o');
            picture += &format!("{}\n", line.iter().collect::<String>());
        }
    });
    assert!(['#', '.'].iter().all(|mark| picture.contains(*mark)));

    // The picture of the page. To draw it anew, set SINKHORN_UPDATE_DOCS.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/skipping.md");
    let Ok(page) = fs::read_to_string(path) else { return }; // the package has no such folder
    let (before, rest) = page.split_once("```text\n").expect("a picture");
    let (shown, after) = rest.split_once("```").expect("an end");
    if std::env::var_os("SINKHORN_UPDATE_DOCS").is_some() {
        fs::write(path, format!("{before}```text\n{picture}```{after}")).expect("a page");
    } else {
        assert!(shown == picture, "docs/skipping.md is not what the lists are; set SINKHORN_UPDATE_DOCS=1");
    }
}

/// Compares sums by series with sums pair by pair, for rows of a block and of a group of blocks.
fn series_keep_their_error<T: Real>(d: usize, bits: f64) {
    let random = &mut StdRng::seed_from_u64(d as u64);
    let (n, m) = (600, 1100);
    let [x, y] = [(n, false), (m, true)].map(|(count, normal)| in_order(&draw::<T>(random, d * count, normal), d));
    with_solution((&x, &y, d), 2.0, |p, f, g| {
        let points = super::Pairs::new(p).and_then(|pairs| pairs.products()).expect("points");
        let log_b = (T::ONE / T::count(m)).log2();
        let mut memory = vec![T::ZERO; len(m, d, WIDTH)];
        let mut records = Records::new(&mut memory, m, d, WIDTH);
        records.refit(points, p.s, &|j| g[j] - log_b);
        let mut tested = 0;
        for (i, count) in [(0, WIDTH), (64, WIDTH), (0, 512), (512, 88), (96, 5)] {
            let f = &f[i..i + count];
            let plane: Plane<T> = fit(d, count, &|r, k| points.x(i + r, k), p.s, &|r| f[r]);
            let (instructions, cost, least) = (p.instructions, BlockCost::Squares(p.s), T::constant(-bits));
            let rows = RowBlock { instructions, plane: &plane, count, cost, least, bits: T::constant(bits) };
            let mut list = vec![T::ZERO; m.div_ceil(WIDTH)];
            let list = if count > WIDTH {
                records.list_groups(&rows, &mut list)
            } else {
                records.list(&rows, &[], &mut list).far
            };
            let mut memory = vec![T::ZERO; far_len(m, d, WIDTH * MAX_LANES)];
            let mut far = Far::new(p, points, &records, list, (&plane, i, count), &mut memory);
            let (mut sums, mut column) = (vec![T::ZERO; count], vec![T::ZERO; m]);
            let weights: Vec<T> = (0..count).map(|r| T::constant(1.0 + (r % 7) as f64)).collect();
            far.add_rows(f, g, &mut sums);
            far.add_columns(&weights, &mut column);
            let cost = far.cost(&weights);

            // The same, pair by pair in f64.
            let columns: Vec<usize> = list.iter().flat_map(|item| records.node(unpark(item).0).columns).collect();
            tested += columns.len();
            let (mut exact, mut exact_column, mut exact_cost) = (vec![0.0; count], vec![0.0; m], 0.0);
            for (r, exact) in exact.iter_mut().enumerate() {
                for &j in &columns {
                    let product = (0..d).fold(0.0, |sum, k| sum + points.x(i + r, k).widen() * points.y(j, k).widen());
                    let entry = f64::exp2(f[r].widen() + g[j].widen() + 2.0 * p.s.widen() * product);
                    let at = |side: &[T], point: usize, k: usize| side[point * d + k].widen();
                    let square = |k: usize| (at(&x, i + r, k) - at(&y, j, k)).powi(2);
                    *exact += entry;
                    exact_column[j] += weights[r].widen() * entry;
                    exact_cost += weights[r].widen() * entry * (0..d).map(square).sum::<f64>();
                }
            }
            // Rounding of exponents, besides.
            let size = f.iter().chain(g).fold(0.0_f64, |most, value| most.max(value.widen().abs()));
            let tolerance = f64::exp2(-bits) + 8.0 * T::EPSILON.widen() * (size + 8.0);
            let close = |value: T, exact: f64| (value.widen() - exact).abs() <= tolerance * exact;
            assert!(sums.iter().zip(&exact).all(|(&value, &exact)| close(value, exact)), "rows, {d}, {i}, {count}");
            assert!(column.iter().zip(&exact_column).all(|(&value, &exact)| close(value, exact)), "columns, {d}, {i}");
            assert!((cost.widen() - exact_cost).abs() <= 2.0 * tolerance * exact_cost + 1e-12, "cost, {d}, {i}");
        }
        assert!(tested > 500, "{d}: {tested}");
    });
}

#[test]
fn series_err_by_no_more_than_they_may() {
    for d in 1..=3 {
        series_keep_their_error::<f64>(d, 17.0);
        if d < 3 {
            series_keep_their_error::<f64>(d, 34.0);
        }
        series_keep_their_error::<f32>(d, 17.0);
    }
}
