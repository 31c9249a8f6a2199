//! An owned result has the bits of the lent one: of every cost, storage and kind of problem, in both scalars.

use sinkhorn::core::cost::{Cosine, Euclidean, GroundCost, Manhattan, SquaredEuclidean};
use sinkhorn::core::diff::{DerivativeSettings, Derivatives, Gradients};
use sinkhorn::core::divergence::{divergence_len, sinkhorn_divergence};
use sinkhorn::core::soft::{SoftSettings, soft_len, soft_sort};
use sinkhorn::core::{CostMatrix, PointCloud, Problem, Solution, Workspace, solve};
use sinkhorn::init::Auto;
use sinkhorn::{Cotangent, Epsilon, Real, Settings, Skipping, Storage, Transport, TransportBuilder};

/// n points of dimension d.
fn points<T: Real>(n: usize, d: usize, shift: f64) -> Vec<T> {
    (0..n * d).map(|k| T::constant((k as f64 * 0.731).sin() + (k as f64 * 0.017).cos() * shift)).collect()
}

fn weights<T: Real>(n: usize, period: usize) -> Vec<T> {
    // Every seventh has none.
    let values: Vec<f64> = (0..n).map(|k| if k % 7 == 6 { 0.0 } else { (1 + k % period) as f64 }).collect();
    let total: f64 = values.iter().sum();
    values.iter().map(|value| T::constant(value / total)).collect()
}

/// Everything that can be read off both.
fn assert_same<T: Real>(owned: &Transport<T>, lent: &Solution<'_, T>) {
    let problem = lent.problem();
    let (n, m, d) = (problem.rows(), problem.columns(), problem.geometry().dimension());
    assert_eq!(owned.report(), lent.report());
    assert_eq!((owned.f(), owned.g()), (lent.f(), lent.g()));
    let mut plan = vec![T::ZERO; n * m];
    lent.plan(&mut plan).unwrap();
    assert!(owned.plan().as_slice() == plan);
    assert_eq!(owned.entry(n - 1, m / 2), lent.entry(n - 1, m / 2));
    let (mut rows, mut columns) = (vec![T::ZERO; n], vec![T::ZERO; m]);
    lent.marginals(&mut rows, &mut columns).unwrap();
    assert_eq!(owned.marginals(), (rows, columns));

    let settings = DerivativeSettings::default();
    let mut memory = vec![T::ZERO; Derivatives::len(problem, &settings).unwrap()];
    let mut derivatives = Derivatives::new(lent, &settings, &mut memory).unwrap();
    let mut in_a = vec![T::ZERO; n];
    let mut in_epsilon = T::ZERO;
    derivatives
        .objective(&mut Gradients { a: Some(&mut in_a), epsilon: Some(&mut in_epsilon), ..Gradients::none() })
        .unwrap();
    let gradient = owned.gradient().unwrap();
    assert_eq!((gradient.a, gradient.epsilon), (in_a, in_epsilon));
    if d > 0 {
        let mut images = vec![T::ZERO; n * d];
        lent.barycentric_map(&mut images).unwrap();
        assert_eq!(owned.map().unwrap().as_slice(), images);
        let mut in_x = vec![T::ZERO; n * d];
        let mut gradients = Gradients { x: Some(&mut in_x), ..Gradients::none() };
        derivatives.objective(&mut gradients).unwrap();
        assert_eq!(gradient.x.as_slice(), in_x);
        let loss: Vec<T> = points(n, d, 1.0);
        let report = derivatives
            .vjp(&Cotangent::of_map(&loss), &mut Gradients { x: Some(&mut in_x), ..Gradients::none() })
            .unwrap();
        let (gradient, owned_report) = owned.vjp(&Cotangent::of_map(&loss)).unwrap();
        assert_eq!((gradient.x.as_slice(), owned_report), (&in_x[..], report));
    } else {
        let mut in_cost = vec![T::ZERO; n * m];
        derivatives.objective(&mut Gradients { cost: Some(&mut in_cost), ..Gradients::none() }).unwrap();
        assert!(gradient.cost.as_slice() == in_cost);
    }
}

/// Solves in both ways.
fn check<'a, T: Real>(
    problem: &Problem<'_, T>,
    settings: Settings<T>,
    change: impl FnOnce(TransportBuilder<'a, T>) -> TransportBuilder<'a, T>,
    builder: TransportBuilder<'a, T>,
) {
    let mut memory = vec![T::ZERO; Workspace::len(problem, &settings).unwrap()];
    let lent = solve(problem, &Auto, &settings, Workspace::new(&mut memory, problem, &settings).unwrap()).unwrap();
    let owned = change(builder.settings(settings)).solve().unwrap();
    assert_same(&owned, &lent);
}

fn check_cost<T: Real>(cost: impl GroundCost<T> + Send + Copy + 'static) {
    let (x, y): (Vec<T>, Vec<T>) = (points(90, 3, 0.3), points(71, 3, 1.0));
    let (a, b) = (weights(90, 4), weights(71, 5));
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        let settings = Settings { storage, ..Settings::default() };
        let problem = Problem::new(PointCloud::new(&x, &y, 3, &cost).unwrap()).unwrap();
        let uniform = problem.epsilon(Epsilon::OfMean(T::constant(0.05))).unwrap();
        let builder = || Transport::between((&x, 3), (&y, 3)).epsilon(Epsilon::OfMean(T::constant(0.05))).cost(cost);
        check(&uniform, settings, |builder| builder, builder());
        let weighted = uniform.weights(&a, &b).unwrap();
        check(&weighted, settings, |builder| builder.weights(&a, &b), builder());
        let (rho_a, rho_b) = (T::constant(2.0), T::INFINITY);
        let relaxed = weighted.unbalanced(rho_a, rho_b).unwrap();
        check(&relaxed, settings, |builder| builder.weights(&a, &b).unbalanced(rho_a, rho_b), builder());
    }
}

#[test]
fn points_under_every_kind_of_cost() {
    check_cost::<f64>(SquaredEuclidean);
    check_cost::<f32>(SquaredEuclidean);
    check_cost::<f64>(Euclidean);
    check_cost::<f32>(Manhattan);
    check_cost::<f64>(Cosine);
    check_cost::<f64>(Own);
}

/// Half of the Manhattan distance.
#[derive(Clone, Copy)]
struct Own;

impl GroundCost<f64> for Own {
    fn name(&self) -> &'static str {
        "own"
    }

    fn cost(&self, x: &[f64], y: &[f64]) -> f64 {
        0.5 * GroundCost::<f64>::cost(&Manhattan, x, y)
    }

    fn smoothness(&self) -> sinkhorn::cost::Smoothness {
        sinkhorn::cost::Smoothness::Hessian
    }

    fn gradient(&self, x: &[f64], y: &[f64], in_x: &mut [f64], in_y: &mut [f64]) {
        GroundCost::<f64>::gradient(&Manhattan, x, y, in_x, in_y);
        in_x.iter_mut().chain(in_y).for_each(|value| *value *= 0.5);
    }
}

#[test]
fn cost_matrices_with_forbidden_pairs() {
    fn check_matrix<T: Real>() {
        let mut costs: Vec<T> = points(40 * 30, 1, 1.0);
        costs[5] = T::INFINITY;
        let problem = Problem::new(CostMatrix::row_major(&costs, 40, 30).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::Absolute(T::constant(0.1))).unwrap();
        let builder = Transport::with_costs((&costs, 40, 30)).epsilon(T::constant(0.1));
        check(&problem, Settings::default(), |builder| builder, builder);
    }
    check_matrix::<f32>();
    check_matrix::<f64>();
}

#[test]
fn skipped_pairs() {
    fn check_skipping<T: Real>(cost: impl GroundCost<T> + Send + Copy + 'static) {
        let (x, y): (Vec<T>, Vec<T>) = (points(300, 2, 3.0), points(260, 2, 4.0));
        let settings = Settings { skipping: Skipping::On, ..Settings::default() };
        let epsilon = T::constant(0.01);
        let problem = Problem::new(PointCloud::new(&x, &y, 2, &cost).unwrap()).unwrap();
        let problem = problem.epsilon(epsilon.into()).unwrap();
        let builder = || Transport::between((&x, 2), (&y, 2)).epsilon(epsilon).cost(cost);
        let skipped = builder().settings(settings).solve().unwrap().report().skipped;
        assert!(skipped > T::constant(0.1), "{skipped}");
        check(&problem, settings, |builder| builder, builder());
    }
    check_skipping::<f32>(SquaredEuclidean);
    check_skipping::<f64>(SquaredEuclidean);
    check_skipping::<f64>(Manhattan);
}

#[test]
fn divergences_and_their_gradients() {
    let (x, y): (Vec<f64>, Vec<f64>) = (points(70, 2, 0.3), points(50, 2, 1.0));
    let settings = Settings::default();
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let mut memory = vec![0.0; divergence_len(&problem, &settings).unwrap()];
    let lent = sinkhorn_divergence(&problem, &Auto, &settings, &mut memory).unwrap();
    let owned = Transport::between((&x, 2), (&y, 2)).settings(settings).divergence().unwrap();
    assert_eq!(owned.value(), lent.value());
    assert_same(owned.between(), lent.between());
    let derivatives = DerivativeSettings::default();
    let mut memory = vec![0.0; lent.gradient_len(&derivatives).unwrap()];
    let (mut in_x, mut in_b) = (vec![0.0; 140], vec![0.0; 50]);
    lent.gradient(
        &derivatives,
        &mut memory,
        &mut Gradients { x: Some(&mut in_x), b: Some(&mut in_b), ..Gradients::none() },
    )
    .unwrap();
    let gradient = owned.gradient().unwrap();
    assert_eq!((gradient.x.as_slice(), gradient.b), (&in_x[..], in_b));
}

#[test]
fn soft_operators_and_their_gradients() {
    let values: Vec<f64> = points(40, 1, 1.0);
    let settings = SoftSettings::default();
    let mut memory = vec![0.0; soft_len(40, 10, &settings).unwrap()];
    let mut sorted = vec![0.0; 10];
    let mut lent = soft_sort(&values, None, &settings, &mut memory, &mut sorted).unwrap();
    let owned = sinkhorn::soft_sort_to(&values, 10).solve().unwrap();
    assert_eq!(owned.values(), sorted);
    assert_eq!(owned.report(), lent.report());
    let cotangent: Vec<f64> = points(10, 1, 2.0);
    let (mut in_values, mut in_weights) = (vec![0.0; 40], vec![0.0; 40]);
    lent.vjp(&cotangent, &mut in_values, Some(&mut in_weights)).unwrap();
    let gradient = owned.vjp(&cotangent).unwrap();
    assert_eq!((gradient.values, gradient.weights), (in_values, in_weights));
    // And again, of the same result.
    assert_eq!(owned.vjp(&cotangent).unwrap().values, owned.clone().vjp(&cotangent).unwrap().values);

    let ranks = sinkhorn::soft_rank(&values).solve().unwrap();
    let in_values = ranks.vjp(&vec![1.0; 40]).unwrap().values;
    assert!(in_values.iter().sum::<f64>().abs() < 1e-6, "ranks sum to a constant");
}
