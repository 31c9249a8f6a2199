//! The plan as an operator, maps and potentials at new points: against the stored plan.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, SimdLevel, Solution, Workspace,
    cost::{CostScale, GroundCost},
    error::{Argument, ErrorKind},
    solve,
    start::Zero,
};
use sinkhorn_tests::data;

#[test]
fn products_rows_and_marginals_are_those_of_the_stored_plan() {
    let mut generator = data::generator(1);
    let (n, m, d) = (70, 131, 2);
    let (x, y) = (data::normal(&mut generator, n * d), data::normal(&mut generator, m * d));
    let (a, mut b) = (data::weights(&mut generator, n), data::weights(&mut generator, m));
    b[5] = 0.0;
    let total: f64 = b.iter().sum();
    b.iter_mut().for_each(|weight| *weight /= total);
    let (v, w) = (data::normal(&mut generator, m), data::normal(&mut generator, n));
    for (rho, scale) in [(f64::INFINITY, CostScale::One), (0.4, CostScale::Mean)] {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
            .and_then(|p| p.weights(&a, &b)?.cost_scale(scale)?.epsilon(Epsilon::OfMean(0.05))?.unbalanced(rho, rho))
            .unwrap();
        let settings = Settings { threshold: 1e-12, ..Settings::default() };
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        let solution =
            solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
        let mut plan = vec![0.0; n * m];
        solution.plan(&mut plan).unwrap();
        let near = |p: f64, q: f64| (p - q).abs() < 1e-12;
        let unit = solution.report().cost_scale;

        let (mut row, mut pv, mut ptw, mut rows, mut columns) =
            (vec![0.0; m], vec![0.0; n], vec![0.0; m], vec![0.0; n], vec![0.0; m]);
        solution.apply(&v, &mut pv).unwrap();
        solution.apply_transposed(&w, &mut ptw).unwrap();
        solution.marginals(&mut rows, &mut columns).unwrap();
        for i in 0..n {
            solution.row(i, &mut row).unwrap();
            assert_eq!(row, plan[i * m..(i + 1) * m]);
            let entry = |j: usize| {
                let cost = problem.geometry().cost(i, j) / unit;
                a[i] * b[j] * ((solution.f()[i] + solution.g()[j] - cost) / solution.report().epsilon).exp()
            };
            assert!((0..m).all(|j| near(solution.entry(i, j), row[j]) && near(entry(j), row[j])));
            assert!(near(pv[i], row.iter().zip(&v).map(|(p, q)| p * q).sum()));
            assert!(near(rows[i], row.iter().sum()));
            let (mut at, mut largest) = ([0; 7], [0.0; 7]);
            assert_eq!(solution.largest_in_row(i, &mut at, &mut largest), Ok(7));
            let mut order: Vec<usize> = (0..m).collect();
            order.sort_by(|&p, &q| row[q].total_cmp(&row[p]));
            assert!(at.iter().zip(largest).zip(order).all(|((&j, entry), want)| j == want && entry == row[j]));
        }
        for j in 0..m {
            assert!(near(columns[j], (0..n).map(|i| plan[i * m + j]).sum()));
            assert!(near(ptw[j], (0..n).map(|i| plan[i * m + j] * w[i]).sum()));
        }

        let mut images = vec![0.0; n * d];
        solution.barycentric_map(&mut images).unwrap();
        for i in 0..n {
            for k in 0..d {
                let want = (0..m).map(|j| plan[i * m + j] * y[j * d + k]).sum::<f64>() / rows[i];
                assert!((images[i * d + k] - want).abs() < 1e-10);
            }
        }
        let mut again = vec![0.0; n * d];
        solution.map_at(&x, &mut again).unwrap();
        assert!(images.iter().zip(&again).all(|(&p, &q)| near(p, q)));
        // At the points of the problem, out-of-sample potentials are the potentials: weights belong inside the
        // log-sums.
        let (mut f, mut g) = (vec![0.0; n], vec![0.0; m]);
        solution.f_at(&x, &mut f).unwrap();
        solution.g_at(&y, &mut g).unwrap();
        assert!(f.iter().zip(solution.f()).all(|(p, q)| (p - q).abs() < 1e-9));
        assert!(g.iter().zip(solution.g()).all(|(p, q)| (p - q).abs() < 1e-9), "{g:?} {:?}", solution.g());

        let (mut at, mut few) = ([0; 300], [0.0; 300]);
        assert_eq!(solution.largest_in_row(0, &mut at, &mut few), Ok(m));
        assert_eq!(solution.largest_in_row(0, &mut [], &mut []), Ok(0));
        assert!(solution.largest_in_row(0, &mut at, &mut []).is_err());
        assert_eq!(
            solution.apply(&v[1..], &mut pv).unwrap_err().to_string(),
            "vector has 130 scalars where 131 are needed"
        );
        assert_eq!(solution.row(0, &mut pv).unwrap_err().to_string(), "output has 70 scalars where 131 are needed");
        assert_eq!(
            solution.map_at(&[0.0, f64::NAN], &mut images[..2]).unwrap_err().to_string(),
            "x[0, 1] is NaN: every entry must be finite"
        );
        assert!(solution.f_at(&[0.0], &mut f[..1]).is_err() && solution.apply(&vec![f64::NAN; m], &mut pv).is_err());
    }
}

#[test]
fn a_cost_matrix_has_no_maps() {
    let problem = Problem::new(CostMatrix::row_major(&[0.0, 1.0, 1.0, 0.0], 2, 2).unwrap()).unwrap();
    let settings = Settings::default();
    let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
    let solution =
        solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings).unwrap()).unwrap();
    assert_eq!(solution.barycentric_map(&mut []).unwrap_err().to_string(), "cost: a cost matrix has no points");
}

/// A cost that stays small however far points are apart.
struct Bounded;

impl<T: Real> GroundCost<T> for Bounded {
    fn name(&self) -> &'static str {
        "bounded"
    }
    fn cost(&self, x: &[T], y: &[T]) -> T {
        if (x[0] > T::ZERO) == (y[0] > T::ZERO) { T::ZERO } else { T::ONE }
    }
}

fn images_that_leave_the_range<T: Real>() {
    let far = T::MAX * T::constant(0.75);
    let (x, y) = ([T::ONE, -T::ONE], [far, -far]);
    let problem = Problem::new(PointCloud::new(&x, &y, 1, &Bounded).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(T::ONE)).unwrap();
    let settings = Settings::default();
    let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
    let solution = solve(&problem, &Zero, &settings, workspace).unwrap();
    let mut images = [T::ZERO; 2];
    let overflow = Err(Error::new(Argument::Y, ErrorKind::Overflow));
    assert_eq!(solution.barycentric_map(&mut images), overflow);
    assert!(images.iter().all(|&value| value == T::ZERO));
    assert_eq!(solution.map_at(&x, &mut images), overflow);
    assert!(images.iter().all(|&value| value == T::ZERO));
    solution.f_at(&x, &mut images).unwrap();
    assert!(images.iter().all(|value| value.is_finite()));
}

#[test]
fn a_mean_of_points_too_far_apart_is_refused() {
    images_that_leave_the_range::<f64>();
    images_that_leave_the_range::<f32>();
}

/// Everything that is made of a solution, by name.
fn made(solution: &Solution<'_, f64>, d: usize) -> Vec<(&'static str, Vec<f64>)> {
    let (n, m) = (solution.f().len(), solution.g().len());
    let of = |len: usize, write: &dyn Fn(&mut [f64])| {
        let mut out = vec![0.0; len];
        write(&mut out);
        out
    };
    let mut largest = vec![(0, 0.0); n];
    solution.largest_in_rows(&mut largest).unwrap();
    let (mut rows, mut columns) = (vec![0.0; n], vec![0.0; m]);
    solution.marginals(&mut rows, &mut columns).unwrap();
    let x = solution.problem().geometry().cloud().unwrap().x().data();
    vec![
        ("plan", of(n * m, &|out| solution.plan(out).unwrap())),
        ("apply", of(n, &|out| solution.apply(solution.g(), out).unwrap())),
        ("apply_transposed", of(m, &|out| solution.apply_transposed(solution.f(), out).unwrap())),
        ("rows", rows),
        ("columns", columns),
        ("map", of(n * d, &|out| solution.barycentric_map(out).unwrap())),
        ("map_at", of(n * d, &|out| solution.map_at(x, out).unwrap())),
        ("f_at", of(n, &|out| solution.f_at(x, out).unwrap())),
        ("largest", largest.iter().flat_map(|&(j, entry)| [j as f64, entry]).collect()),
    ]
}

#[test]
fn threads_change_no_bit_of_what_is_made_of_a_solution() {
    let (n, m) = (210, 190);
    // Few coordinates, some that fill a vector, and more than are computed at a time.
    for d in [2, 20, 70] {
        let mut generator = data::generator(d as u64);
        let (x, y) = (data::normal(&mut generator, n * d), data::normal(&mut generator, m * d));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap()).unwrap();
        let solved = |threads: usize, check: &mut dyn FnMut(&Solution<'_, f64>)| {
            let settings = Settings { threads, ..Settings::default() };
            let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
            let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
            check(&solve(&problem, &Zero, &settings, workspace).unwrap());
        };
        let mut one = Vec::new();
        solved(1, &mut |solution| one = made(solution, d));
        solved(3, &mut |solution| assert!(made(solution, d) == one, "{d} dimensions"));

        // And they are what they should be.
        let of = |name: &str| &one.iter().find(|(other, _)| *other == name).unwrap().1;
        let plan = of("plan");
        for i in 0..n {
            let row = &plan[i * m..(i + 1) * m];
            let mass: f64 = row.iter().sum();
            for k in 0..d {
                let mean = row.iter().zip(y[k..].iter().step_by(d)).map(|(p, y)| p * y).sum::<f64>() / mass;
                assert!((of("map")[i * d + k] - mean).abs() < 1e-9, "{d} dimensions, image {i}");
            }
            let first = (0..m).fold(0, |best, j| if row[j] > row[best] { j } else { best });
            assert_eq!(of("largest")[2 * i..2 * i + 2], [first as f64, row[first]]);
        }
    }
}

/// The default epsilon is relative to it.
#[test]
fn the_deviation_of_costs_is_that_of_the_pairs_in_any_dimension() {
    for (n, m, d) in [(40, 50, 3), (150, 170, 33), (200, 300, 70)] {
        let mut generator = data::generator(3);
        let (x, y) = (data::normal(&mut generator, n * d), data::normal(&mut generator, m * d));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::OfStd(0.5)).unwrap();
        let costs: Vec<f64> =
            (0..n).flat_map(|i| (0..m).map(move |j| (i, j))).map(|(i, j)| problem.geometry().cost(i, j)).collect();
        let mean = costs.iter().sum::<f64>() / costs.len() as f64;
        let deviation =
            (costs.iter().map(|cost| (cost - mean) * (cost - mean)).sum::<f64>() / costs.len() as f64).sqrt();
        for simd in [SimdLevel::Portable, SimdLevel::Best] {
            let settings = Settings { simd, ..Settings::default() };
            let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
            let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
            let epsilon = solve(&problem, &Zero, &settings, workspace).unwrap().report().epsilon;
            assert!((epsilon / (0.5 * deviation) - 1.0).abs() < 1e-10, "{d} dimensions: {epsilon}");
        }
    }
}
