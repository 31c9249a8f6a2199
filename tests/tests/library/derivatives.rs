//! Gradients, vector-Jacobian and Jacobian-vector products against golden values and central differences.

use sinkhorn_core::{
    Real, Settings,
    diff::{Changes, Cotangent, DerivativeSettings, LinearReport, LinearStatus, PlanCotangent, Tangent},
};
use sinkhorn_tests::data;
use sinkhorn_tests::golden;
use sinkhorn_tests::inputs::{Inputs, Loss, OwnedGradients};

const TIGHT: f64 = 1e-13;

fn tight() -> Settings<f64> {
    Settings { threshold: TIGHT, max_sweeps: 200_000, ..Settings::default() }
}

fn tight_system() -> DerivativeSettings<f64> {
    DerivativeSettings { tolerance: 1e-13, ..DerivativeSettings::default() }
}

/// The gradient of a loss, and how it was found.
fn gradient_of<T: Real>(
    loss: &Loss,
    inputs: &Inputs,
    settings: &Settings<T>,
    differentiation: &DerivativeSettings<T>,
) -> (OwnedGradients<T>, LinearReport<T>) {
    let loss = loss.convert::<T>();
    let mut gradients = OwnedGradients::new(inputs);
    let report = inputs.differentiate(settings, differentiation, |derivatives| {
        derivatives.vjp(&loss.cotangent(), &mut gradients.lend(inputs.has_points())).unwrap()
    });
    (gradients, report)
}

fn names(inputs: &Inputs) -> &'static [&'static str] {
    if !inputs.has_points() { &["cost", "a", "b", "epsilon"] } else { &["x", "y", "a", "b", "epsilon"] }
}

fn count(inputs: &Inputs, name: &str) -> usize {
    match name {
        "x" => inputs.x.len(),
        "y" => inputs.y.len(),
        "a" => inputs.a.len(),
        "b" => inputs.b.len(),
        "cost" => inputs.cost.len(),
        _ => 1,
    }
}

/// Every partial derivative against a central difference of fourth order, relative to the largest of its kind.
fn compare<T: Real>(
    inputs: &Inputs,
    gradients: &OwnedGradients<T>,
    value: &dyn Fn(&Inputs) -> f64,
    tolerance: f64,
    what: &str,
) {
    let step = 1e-4;
    for &name in names(inputs) {
        for index in 0..count(inputs, name) {
            // Weights of a balanced problem move in pairs, so that totals stay equal: with another of their own side,
            // and with one of the other.
            let partners: &[(&str, usize, f64)] = match name {
                "a" if inputs.is_balanced() => &[("a", 0, -1.0), ("b", 1, 1.0)],
                "b" if inputs.is_balanced() => &[("b", 0, -1.0), ("a", 1, 1.0)],
                _ => &[("", 0, 0.0)],
            };
            for &(partner, other, sign) in partners {
                let at = |t: f64| {
                    let mut moved = inputs.clone();
                    *moved.entry(name, index) += t;
                    if !partner.is_empty() {
                        *moved.entry(partner, other) += sign * t;
                    }
                    value(&moved)
                };
                let wanted = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
                let mut got = gradients.entry(name, index).widen();
                if !partner.is_empty() {
                    got += sign * gradients.entry(partner, other).widen();
                }
                let error = (got - wanted).abs() / gradients.size(name).max(1e-3);
                assert!(
                    error <= tolerance,
                    "{what}, {} in {} d: d{name}[{index}] {partner} is {got}, not {wanted}: off by {error:e}",
                    inputs.ground_cost,
                    inputs.dimension
                );
            }
        }
    }
}

fn cases() -> Vec<Inputs> {
    let squared = "squared-euclidean";
    let inf = f64::INFINITY;
    vec![
        Inputs::random(1, (7, 5, 2), 0.1, squared),
        Inputs::random(2, (5, 8, 1), 0.05, squared),
        Inputs { scale: 0.7, ..Inputs::random(3, (6, 6, 3), 0.2, squared) },
        Inputs::random(4, (9, 4, 17), 0.5, squared),
        Inputs::random(5, (7, 5, 2), 0.1, squared).relaxed(0.9, 0.9),
        Inputs { scale: 2.0, ..Inputs::random(6, (7, 5, 2), 0.1, squared).relaxed(0.5, inf) },
        Inputs::random(7, (4, 6, 2), 0.1, squared).relaxed(inf, 0.3),
        Inputs::random(8, (6, 5, 2), 0.1, "euclidean"),
        Inputs::random(9, (6, 5, 2), 0.1, "euclidean").relaxed(1.5, 0.4),
        Inputs::random(10, (6, 5, 3), 0.1, "p-norm"),
        Inputs::random(11, (6, 5, 3), 0.1, "cosine").relaxed(2.0, 0.6),
        Inputs::random(12, (6, 5, 2), 0.1, "manhattan"),
        Inputs::random(13, (6, 5, 2), 0.1, "matrix"),
        Inputs { scale: 1.7, ..Inputs::random(14, (5, 7, 2), 0.1, "matrix").relaxed(0.8, 1.1) },
    ]
}

#[test]
fn the_gradient_of_the_objective_is_that_of_central_differences() {
    let objective = |inputs: &Inputs| inputs.solve(&tight(), |_, solution| solution.report().objective);
    for inputs in cases() {
        let mut gradients = OwnedGradients::<f64>::new(&inputs);
        inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            derivatives.objective(&mut gradients.lend(inputs.has_points())).unwrap();
        });
        compare(&inputs, &gradients, &objective, 1e-6, "objective");
    }
}

#[test]
fn products_with_the_jacobian_are_those_of_central_differences() {
    for (seed, inputs) in cases().into_iter().enumerate() {
        let loss = Loss::new(100 + seed as u64, &inputs);
        let (gradients, report) = gradient_of(&loss, &inputs, &tight(), &tight_system());
        assert_eq!(report.status, LinearStatus::Converged, "{report:?}");
        compare(&inputs, &gradients, &|inputs| loss.value(inputs, &tight()), 1e-6, "loss");
    }
}

#[test]
fn in_single_precision_they_are_good_to_a_hundredth() {
    let settings = Settings::<f32> { threshold: 1e-5, ..Settings::default() };
    for (seed, inputs) in cases().into_iter().enumerate() {
        let loss = Loss::new(100 + seed as u64, &inputs);
        let (gradients, _) = gradient_of(&loss, &inputs, &settings, &DerivativeSettings::default());
        compare(&inputs, &gradients, &|inputs| loss.value(inputs, &tight()), 1e-2, "loss in single precision");
    }
}

fn flatten(points: &[Vec<f64>]) -> Vec<f64> {
    points.iter().flatten().copied().collect()
}

#[test]
fn golden_gradients_to_1e_7() {
    let (mut objectives, mut losses) = (0, 0);
    for case in golden::load().cases {
        let Some(in_x) = &case.objective_grad_x else { continue };
        assert_eq!(case.cost, "squared_euclidean");
        let inputs = Inputs {
            dimension: case.dimension(),
            x: flatten(&case.x),
            y: flatten(&case.y),
            a: case.a.clone(),
            b: case.b.clone(),
            cost: vec![],
            epsilon: case.epsilon,
            rho: (f64::INFINITY, f64::INFINITY),
            scale: 1.0,
            ground_cost: "squared-euclidean",
        };
        let close = |what: &str, got: &[f64], want: &[Vec<f64>]| {
            for (k, (got, want)) in got.iter().zip(flatten(want)).enumerate() {
                assert!((got - want).abs() <= 1e-7, "{}: {what}[{k}] is {got}, not {want}", case.name);
            }
        };
        let (mut x, mut y) = (vec![0.0; inputs.x.len()], vec![0.0; inputs.y.len()]);
        let m = case.b.len();
        let weights = |i: usize, start: usize, out: &mut [f64]| {
            for (k, out) in out.iter_mut().enumerate() {
                *out = (0.7 * (i * m + start + k) as f64 + 0.2).sin();
            }
        };
        inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            let mut gradients = sinkhorn_core::diff::Gradients {
                x: Some(&mut x),
                y: Some(&mut y),
                ..sinkhorn_core::diff::Gradients::none()
            };
            derivatives.objective(&mut gradients).unwrap();
            close("objective_grad_x", gradients.x.as_deref().unwrap(), in_x);
            close("objective_grad_y", gradients.y.as_deref().unwrap(), case.objective_grad_y.as_ref().unwrap());
            objectives += 1;
            if let (Some(in_x), Some(in_y)) = (&case.plan_loss_grad_x, &case.plan_loss_grad_y) {
                let cotangent = Cotangent { plan: Some(PlanCotangent::Rows(&weights)), ..Cotangent::none() };
                derivatives.vjp(&cotangent, &mut gradients).unwrap();
                close("plan_loss_grad_x", gradients.x.as_deref().unwrap(), in_x);
                close("plan_loss_grad_y", gradients.y.as_deref().unwrap(), in_y);
                losses += 1;
            }
        });
    }
    assert_eq!((objectives, losses), (6, 3));
}

/// A random direction of everything that the inputs have; balanced weights keep their totals equal.
struct Direction {
    x: Vec<f64>,
    y: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    cost: Vec<f64>,
    epsilon: f64,
}

impl Direction {
    fn random(seed: u64, inputs: &Inputs) -> Self {
        let random = &mut data::generator(seed);
        let mut direction = Direction {
            x: data::normal(random, inputs.x.len()),
            y: data::normal(random, inputs.y.len()),
            a: data::normal(random, inputs.a.len()),
            b: data::normal(random, inputs.b.len()),
            cost: data::normal(random, inputs.cost.len()),
            epsilon: 0.3,
        };
        for (values, weights) in [(&mut direction.a, &inputs.a), (&mut direction.b, &inputs.b)] {
            values.iter_mut().zip(weights).for_each(|(value, weight)| *value *= weight);
        }
        if inputs.is_balanced() {
            let excess = direction.a.iter().sum::<f64>() - direction.b.iter().sum::<f64>();
            direction.b[0] += excess;
        }
        direction
    }

    fn tangent(&self, inputs: &Inputs) -> Tangent<'_, f64> {
        let with_points = inputs.has_points();
        Tangent {
            x: with_points.then_some(&self.x),
            y: with_points.then_some(&self.y),
            a: Some(&self.a),
            b: Some(&self.b),
            cost: (!with_points).then_some(&self.cost),
            epsilon: self.epsilon,
        }
    }

    fn moved(&self, inputs: &Inputs, t: f64) -> Inputs {
        let add = |values: &[f64], direction: &[f64]| values.iter().zip(direction).map(|(v, d)| v + t * d).collect();
        Inputs {
            x: add(&inputs.x, &self.x),
            y: add(&inputs.y, &self.y),
            a: add(&inputs.a, &self.a),
            b: add(&inputs.b, &self.b),
            cost: add(&inputs.cost, &self.cost),
            epsilon: inputs.epsilon + t * self.epsilon,
            ..inputs.clone()
        }
    }
}

fn central(inputs: &Inputs, direction: &Direction, value: &dyn Fn(&Inputs) -> Vec<f64>) -> Vec<f64> {
    let step = 1e-4;
    let at = |t: f64| value(&direction.moved(inputs, t));
    let (p, q, r, s) = (at(step), at(-step), at(2.0 * step), at(-2.0 * step));
    (0..p.len()).map(|k| (8.0 * (p[k] - q[k]) - (r[k] - s[k])) / (12.0 * step)).collect()
}

fn all_close(what: &str, inputs: &Inputs, got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    let size = want.iter().fold(1e-3, |most: f64, value| most.max(value.abs()));
    for (k, (got, want)) in got.iter().zip(want).enumerate() {
        let error = (got - want).abs() / size;
        assert!(error <= tolerance, "{what}[{k}], {}: {got}, not {want}: off by {error:e}", inputs.ground_cost);
    }
}

#[test]
fn changes_along_a_direction_are_those_of_central_differences() {
    for (seed, inputs) in cases().into_iter().enumerate() {
        let direction = Direction::random(200 + seed as u64, &inputs);
        let (n, m) = (inputs.a.len(), inputs.b.len());
        let map = if inputs.has_points() { n * inputs.dimension } else { 0 };
        let value = |inputs: &Inputs| {
            inputs.solve(&tight(), |_, solution| {
                let mut out = vec![0.0; n * m + map];
                solution.plan(&mut out[..n * m]).unwrap();
                if map > 0 {
                    solution.barycentric_map(&mut out[n * m..]).unwrap();
                }
                out.extend(solution.f());
                out.extend(solution.g());
                out
            })
        };
        let wanted = central(&inputs, &direction, &value);
        let (mut df, mut dg, mut plan, mut in_map) = (vec![0.0; n], vec![0.0; m], vec![0.0; n * m], vec![0.0; map]);
        let report = inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            let mut changes = Changes {
                f: Some(&mut df),
                g: Some(&mut dg),
                plan: Some(&mut plan),
                map: (map > 0).then_some(&mut in_map[..]),
            };
            derivatives.jvp(&direction.tangent(&inputs), &mut changes).unwrap()
        });
        assert_eq!(report.status, LinearStatus::Converged, "{report:?}");
        let (wanted_plan, rest) = wanted.split_at(n * m);
        let (wanted_map, rest) = rest.split_at(map);
        let (wanted_f, wanted_g) = rest.split_at(n);
        all_close("df", &inputs, &df, wanted_f, 1e-6);
        all_close("dg", &inputs, &dg, wanted_g, 1e-6);
        all_close("dP", &inputs, &plan, wanted_plan, 1e-6);
        all_close("dT", &inputs, &in_map, wanted_map, 1e-6);
    }
}

#[test]
fn products_with_the_hessian_of_the_objective_are_those_of_central_differences() {
    for (seed, inputs) in cases().into_iter().enumerate() {
        let direction = Direction::random(300 + seed as u64, &inputs);
        let with_points = inputs.has_points();
        let stack = |gradients: &OwnedGradients<f64>| {
            let mut all = if with_points { [&gradients.x[..], &gradients.y].concat() } else { gradients.cost.clone() };
            all.push(gradients.epsilon);
            // Of balanced weights, what does not depend on the free constant.
            let level = if inputs.is_balanced() { gradients.a[0] } else { 0.0 };
            all.extend(gradients.a.iter().map(|value| value - level));
            all.extend(gradients.b.iter().map(|value| value + level));
            all
        };
        let gradient = |inputs: &Inputs| {
            let mut gradients = OwnedGradients::new(inputs);
            inputs.differentiate(&tight(), &tight_system(), |derivatives| {
                derivatives.objective(&mut gradients.lend(with_points)).unwrap();
            });
            stack(&gradients)
        };
        let wanted = central(&inputs, &direction, &gradient);
        let mut product = OwnedGradients::new(&inputs);
        inputs.differentiate(&tight(), &tight_system(), |derivatives| {
            derivatives.objective_hessian(&direction.tangent(&inputs), &mut product.lend(with_points)).unwrap();
        });
        all_close("Hessian", &inputs, &stack(&product), &wanted, 2e-6);
    }
}
