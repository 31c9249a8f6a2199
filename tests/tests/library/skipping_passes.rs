//! What is made of solves that skip pairs: divergences, batches, products with the plan, maps and derivatives.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Real, Report, Settings, Skipping, Solution, Status,
    batch::{batch_len, solve_batch},
    cost::{CostScale, Euclidean, GroundCost, Manhattan, SquaredEuclidean},
    diff::{
        Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, LinearStatus, PlanCotangent, Tangent,
        derivatives_len,
    },
    divergence::{divergence_gradient_len, divergence_len, divergence_len_of_shape, sinkhorn_divergence},
    start::Zero,
};
use sinkhorn_tests::data;
use sinkhorn_tests::inputs::Inputs;

/// The larger of two numbers, by scalar.
fn of<T: Real>(single: f64, double: f64) -> f64 {
    if size_of::<T>() == 4 { single } else { double }
}

fn scalars<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&value| T::constant(value)).collect()
}

/// Some problems with equal weights, or with weights of which every seventh is zero.
fn cases() -> Vec<(&'static str, Inputs)> {
    let norm = |seed, shape: (usize, usize, usize), epsilon, cost| {
        let mut inputs = Inputs::random(seed, shape, epsilon, cost);
        inputs.a.fill(1.0 / shape.0 as f64);
        inputs.b.fill(1.0 / shape.1 as f64);
        inputs
    };
    let points = |seed, shape, epsilon| norm(seed, shape, epsilon, "squared-euclidean");
    let weighted = |mut inputs: Inputs| {
        let random = &mut data::generator(inputs.a.len() as u64);
        for weights in [&mut inputs.a, &mut inputs.b] {
            *weights = data::weights(random, weights.len());
            weights.iter_mut().step_by(7).for_each(|weight| *weight = 0.0);
            let total: f64 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= total);
        }
        inputs
    };
    vec![
        ("a line", points(1, (600, 700, 1), 0.002)),
        ("a plane", points(2, (700, 650, 2), 0.003)),
        ("space", points(3, (850, 800, 3), 0.004)),
        ("four dimensions", points(4, (900, 950, 4), 0.003)),
        ("a plane, with weights", weighted(points(5, (750, 800, 2), 0.003))),
        ("space, with weights", weighted(points(6, (950, 900, 3), 0.004))),
        ("a plane, Euclidean", norm(9, (700, 650, 2), 0.01, "euclidean")),
        ("space, Manhattan", norm(10, (800, 850, 3), 0.01, "manhattan")),
        ("a plane, relaxed", points(7, (700, 700, 2), 0.003).relaxed(0.5, 0.8)),
        ("space, relaxed on a side, with weights", weighted(points(8, (900, 950, 3), 0.004)).relaxed(0.3, 1e9)),
    ]
}

fn settings<T: Real>(skipping: Skipping, threads: usize) -> Settings<T> {
    Settings { skipping, threads, ..Settings::default() }
}

/// The problem of some inputs, in a precision.
fn with_problem<T: Real, R>(inputs: &Inputs, read: impl FnOnce(&Problem<'_, T>) -> R) -> R {
    let [x, y, a, b] = [&inputs.x, &inputs.y, &inputs.a, &inputs.b].map(|values| scalars::<T>(values));
    let cost: &dyn GroundCost<T> = match inputs.ground_cost {
        "euclidean" => &Euclidean,
        "manhattan" => &Manhattan,
        _ => &SquaredEuclidean,
    };
    let problem = Problem::new(PointCloud::new(&x, &y, inputs.dimension, cost).unwrap())
        .and_then(|p| p.weights(&a, &b)?.epsilon(Epsilon::Absolute(T::constant(inputs.epsilon))))
        .and_then(|p| p.unbalanced(T::constant(inputs.rho.0), T::constant(inputs.rho.1)))
        .unwrap();
    read(&problem)
}

/// The value of a divergence, its three reports, and its gradient in x.
fn divergence<T: Real>(inputs: &Inputs, settings: &Settings<T>) -> (T, [Report<T>; 3], Vec<T>) {
    with_problem(inputs, |problem| {
        let mut memory = vec![T::constant(f64::NAN); divergence_len(problem, settings).unwrap()];
        let divergence = sinkhorn_divergence(problem, &Zero, settings, &mut memory).unwrap();
        let mut in_x = vec![T::ZERO; inputs.x.len()];
        let differentiation = DerivativeSettings { threads: settings.threads, ..DerivativeSettings::default() };
        let len = divergence.gradient_len(&differentiation).unwrap();
        let mut memory = vec![T::constant(f64::NAN); len];
        let gradients = &mut Gradients { x: Some(&mut in_x), ..Gradients::none() };
        divergence.gradient(&differentiation, &mut memory, gradients).unwrap();
        (divergence.value(), divergence.reports().map(|report| *report), in_x)
    })
}

fn divergences_are_those_over_all_pairs_in<T: Real>() {
    for (name, inputs) in cases() {
        let threshold = T::constant(of::<T>(1e-4, 1e-8));
        let at = |skipping| Settings { threshold, ..settings::<T>(skipping, 2) };
        let (all, of_all, gradient_of_all) = divergence(&inputs, &at(Skipping::Off));
        let (value, reports, gradient) = divergence(&inputs, &at(Skipping::On));
        for (k, (report, all)) in reports.iter().zip(&of_all).enumerate() {
            assert_eq!(report.status, Status::Converged, "{name}, {k}");
            assert!(report.skipped > T::constant(0.03) && report.certificate > T::ZERO, "{name}, {k}: {report:?}");
            // Near its floor, an accelerated solve in single precision may take another path.
            let most = all.sweeps + 1 + if size_of::<T>() == 4 { all.sweeps / 10 } else { 0 };
            assert!(all.skipped == T::ZERO && report.sweeps <= most, "{name}, {k}: {report:?}");
        }
        let error = (value - all).abs().widen();
        let rounding = of::<T>(1e-6, 0.0);
        let most = of::<T>(1e-6, 1e-10) * inputs.epsilon + rounding;
        assert!(error <= most, "{name}: {value}, not {all}: {:e} of epsilon", error / inputs.epsilon);
        // The gradient errs by the marginal errors.
        let size = gradient_of_all.iter().fold(0.0, |most: f64, value| most.max(value.abs().widen()));
        for (value, all) in gradient.iter().zip(&gradient_of_all) {
            let error = (*value - *all).abs().widen();
            assert!(error <= of::<T>(2e-2, 1e-5) * size, "{name}: {value}, not {all}, of {size:e}");
        }
    }
}

#[test]
fn divergences_are_those_over_all_pairs() {
    divergences_are_those_over_all_pairs_in::<f32>();
    divergences_are_those_over_all_pairs_in::<f64>();
}

#[test]
fn a_divergence_in_the_memory_of_a_shape_visits_all_pairs() {
    let (_, inputs) = &cases()[2];
    let settings = settings::<f64>(Skipping::On, 1);
    with_problem(inputs, |problem| {
        let mut memory = vec![0.0; divergence_len_of_shape(problem.shape(), &settings).unwrap()];
        assert!(memory.len() < divergence_len(problem, &settings).unwrap());
        let divergence = sinkhorn_divergence(problem, &Zero, &settings, &mut memory).unwrap();
        assert!(divergence.reports().into_iter().all(|report| report.skipped == 0.0));
        // So does the gradient, in the memory that it always had.
        let (n, m, d) = (problem.rows(), problem.columns(), inputs.dimension);
        assert_eq!(
            divergence.gradient_len(&DerivativeSettings::default()).unwrap(),
            divergence_gradient_len(n, m, d, 1).unwrap() + 2 * n.max(m)
        );
    });
}

#[test]
fn a_batch_skips_as_its_problems_do() {
    let cases = cases();
    let data: Vec<_> = cases
        .iter()
        .map(|(_, inputs)| [&inputs.x, &inputs.y, &inputs.a, &inputs.b].map(|values| scalars::<f32>(values)))
        .collect();
    let problems: Vec<_> = cases
        .iter()
        .zip(&data)
        .map(|((_, inputs), [x, y, a, b])| {
            let cloud = PointCloud::squared_euclidean(x, y, inputs.dimension).unwrap();
            let epsilon = Epsilon::Absolute(inputs.epsilon as f32);
            Problem::new(cloud).and_then(|p| p.weights(a, b)?.epsilon(epsilon)?.cost_scale(CostScale::One)).unwrap()
        })
        .collect();
    let solve = |skipping, threads| {
        let settings = settings::<f32>(skipping, threads);
        let mut memory = vec![f32::NAN; batch_len(&problems, &settings).unwrap()];
        let mut results = vec![None; problems.len()];
        solve_batch(
            &problems,
            |_| Zero,
            &settings,
            &mut memory,
            &mut results,
            |result, solved| {
                let solution = solved.unwrap();
                *result = Some((*solution.report(), solution.f().to_vec(), solution.g().to_vec()));
            },
        )
        .unwrap();
        results
    };
    let (one, three, all) = (solve(Skipping::On, 1), solve(Skipping::On, 3), solve(Skipping::Off, 1));
    assert!(one == three);
    for (k, (listed, all)) in one.iter().flatten().zip(all.iter().flatten()).enumerate() {
        assert!(listed.0.skipped > 0.1 && listed.0.status == Status::Converged, "{k}: {:?}", listed.0);
        let difference = (listed.0.dual_value - all.0.dual_value).abs();
        assert!(difference <= 1e-4 * all.0.epsilon + 1e-6, "{k}: {difference:e}");
    }
}

/// Products and maps, in the order of [`products`].
type Products<T> = [Vec<T>; 4];

/// P v, P^T w and both marginals; and the barycentric map.
fn products<T: Real>(solution: &Solution<'_, T>, v: &[T], w: &[T]) -> (Products<T>, Vec<T>) {
    let (n, m) = (w.len(), v.len());
    let d = solution.problem().geometry().dimension();
    let nan = T::constant(f64::NAN);
    let mut found = [vec![nan; n], vec![nan; m], vec![nan; n], vec![nan; m]];
    let mut map = vec![nan; n * d];
    let [of_v, of_w, rows, columns] = &mut found;
    solution.apply(v, of_v).unwrap();
    solution.apply_transposed(w, of_w).unwrap();
    solution.marginals(rows, columns).unwrap();
    solution.barycentric_map(&mut map).unwrap();
    (found, map)
}

fn products_and_maps_are_those_over_all_pairs_in<T: Real>() {
    for (name, inputs) in cases() {
        inputs.solve(&settings::<T>(Skipping::On, 2), |problem, solution| {
            let (n, m, d) = (problem.rows(), problem.columns(), inputs.dimension);
            let random = &mut data::generator(5);
            let (v, w) = (scalars::<T>(&data::normal(random, m)), scalars::<T>(&data::normal(random, n)));
            let (found, map) = products(solution, &v, &w);
            assert!(solution.report().skipped > T::constant(0.1), "{name}");

            // Entries of the plan are those of all pairs.
            let mut wanted = [vec![0.0; n], vec![0.0; m], vec![0.0; n], vec![0.0; m]];
            let mut row = vec![T::ZERO; m];
            let mut means = vec![0.0; n * d];
            for i in 0..n {
                solution.row(i, &mut row).unwrap();
                for (j, entry) in row.iter().map(|entry| entry.widen()).enumerate() {
                    wanted[0][i] += entry * v[j].widen();
                    wanted[1][j] += entry * w[i].widen();
                    wanted[2][i] += entry;
                    wanted[3][j] += entry;
                    for k in 0..d {
                        means[i * d + k] += entry * inputs.y[j * d + k];
                    }
                }
            }
            // Exponents are rounded in proportion to the potentials, in both.
            let epsilon = inputs.epsilon;
            let potentials = solution.f().iter().chain(solution.g());
            let size = potentials.fold(0.0, |most: f64, value| most.max(value.abs().widen())) / epsilon + 100.0;
            let rounding = 16.0 * T::EPSILON.widen() * size;
            for (k, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                let weights = if k % 2 == 0 { &inputs.a } else { &inputs.b };
                for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                    let error = (found.widen() - wanted).abs();
                    assert!(error <= 4.0 * rounding * weights[i], "{name}, {k}: {found} at {i}, not {wanted}");
                }
            }
            for i in (0..n).filter(|&i| inputs.a[i] > 0.0) {
                for k in 0..d {
                    let wanted = means[i * d + k] / wanted[2][i];
                    let error = (map[i * d + k].widen() - wanted).abs();
                    assert!(error <= 2.0 * rounding, "{name}: image {i} is {}, not {wanted}", map[i * d + k]);
                }
            }
            // A point without weight has an image as well.
            assert!(map.iter().all(|value| value.widen().abs() < 2.0), "{name}");
        });
    }
}

#[test]
fn products_and_maps_are_those_over_all_pairs() {
    products_and_maps_are_those_over_all_pairs_in::<f32>();
    products_and_maps_are_those_over_all_pairs_in::<f64>();
}

/// The derivatives of a solution in all that they may be asked for.
#[derive(Debug, Default, PartialEq)]
struct Found<T> {
    objective: [Vec<T>; 2],
    potentials: [Vec<T>; 4],
    map: [Vec<T>; 4],
    plan: [Vec<T>; 2],
    changes: [Vec<T>; 2],
}

/// Derivatives over the pairs that matter, or over all pairs if `listed` is false.
fn derivatives<T: Real>(inputs: &Inputs, solution: &Solution<'_, T>, threads: usize, listed: bool) -> Found<T> {
    let (n, m, d) = (inputs.a.len(), inputs.b.len(), inputs.dimension);
    let settings = DerivativeSettings { threads, ..DerivativeSettings::default() };
    let more = Derivatives::len(solution.problem(), &settings).unwrap();
    let len = if listed { more } else { derivatives_len(n, m, d, threads).unwrap() };
    assert!(!listed || len == derivatives_len(n, m, d, threads).unwrap() + n + m);
    let mut memory = vec![T::constant(f64::NAN); len];
    let mut derivatives = Derivatives::new(solution, &settings, &mut memory).unwrap();
    let random = &mut data::generator(9);
    let [f, g, map, dx] = [n, m, n * d, n * d].map(|len| scalars::<T>(&data::normal(random, len)));
    let nan = |len: usize| vec![T::constant(f64::NAN); len];
    let mut found = Found {
        objective: [n * d, m * d].map(nan),
        potentials: [n * d, m * d, n, m].map(nan),
        map: [n * d, m * d, n, m].map(nan),
        plan: [n * d, m * d].map(nan),
        changes: [n, m].map(nan),
    };
    let [x, y] = &mut found.objective;
    derivatives.objective(&mut Gradients { x: Some(x), y: Some(y), ..Gradients::none() }).unwrap();
    let of_map = Cotangent { map: Some(&map), ..Cotangent::none() };
    let of_potentials = Cotangent { f: Some(&f), g: Some(&g), ..Cotangent::none() };
    for (cotangent, [x, y, a, b]) in [(of_potentials, &mut found.potentials), (of_map, &mut found.map)] {
        let gradients = &mut Gradients { x: Some(x), y: Some(y), a: Some(a), b: Some(b), ..Gradients::none() };
        let report = derivatives.vjp(&cotangent, gradients).unwrap();
        assert_eq!(report.status, LinearStatus::Converged);
    }
    // A loss that depends on every entry of the plan visits all pairs, after passes that do not.
    let rows = |i: usize, start: usize, out: &mut [T]| {
        out.iter_mut().zip(&g[start..]).for_each(|(out, &g)| *out = f[i] * g);
    };
    let of_plan = Cotangent { plan: Some(PlanCotangent::Rows(&rows)), ..Cotangent::none() };
    let [x, y] = &mut found.plan;
    derivatives.vjp(&of_plan, &mut Gradients { x: Some(x), y: Some(y), ..Gradients::none() }).unwrap();
    let tangent = Tangent { x: Some(&dx), ..Tangent::none() };
    let [df, dg] = &mut found.changes;
    derivatives.jvp(&tangent, &mut Changes { f: Some(df), g: Some(dg), ..Changes::none() }).unwrap();
    found
}

impl<T> Found<T> {
    fn parts(&self) -> Vec<&Vec<T>> {
        let Found { objective, potentials, map, plan, changes } = self;
        objective.iter().chain(potentials).chain(map).chain(plan).chain(changes).collect()
    }
}

fn derivatives_are_those_over_all_pairs_in<T: Real>() {
    // With and without a coarse space, with weights, relaxed.
    let cases = cases();
    for (name, inputs) in [1, 2, 5, 6].map(|k| &cases[k]) {
        inputs.solve(&settings::<T>(Skipping::On, 2), |_, solution| {
            let all = derivatives(inputs, solution, 2, false);
            let listed = derivatives(inputs, solution, 2, true);
            // Lists have only points with weight.
            let has_zeros = inputs.a.iter().chain(&inputs.b).any(|&weight| weight == 0.0);
            assert_eq!(listed == all, has_zeros, "{name}");
            for (k, (listed, all)) in listed.parts().into_iter().zip(all.parts()).enumerate() {
                let size = all.iter().fold(0.0, |most: f64, value| most.max(value.abs().widen()));
                for (i, (listed, all)) in listed.iter().zip(all).enumerate() {
                    let error = (*listed - *all).abs().widen();
                    // Both systems are solved up to the same residual.
                    assert!(
                        error <= of::<T>(2e-2, 1e-6) * size,
                        "{name}, {k}: {listed} at {i}, not {all}, of {size:e}"
                    );
                }
            }
        });
    }
}

#[test]
fn derivatives_are_those_over_all_pairs() {
    derivatives_are_those_over_all_pairs_in::<f32>();
    derivatives_are_those_over_all_pairs_in::<f64>();
}

#[test]
fn threads_change_no_bit() {
    for (name, inputs) in [&cases()[2], &cases()[6]] {
        let [one, three] = [1, 3].map(|threads| divergence(inputs, &settings::<f32>(Skipping::On, threads)));
        assert!(one == three, "{name}: {one:?}, not {three:?}");
        let [one, three] = [1, 3].map(|threads| {
            inputs.solve(&settings::<f64>(Skipping::On, threads), |_, solution| {
                derivatives(inputs, solution, threads, true)
            })
        });
        assert!(one == three, "{name}");
    }
}
