//! A relaxation that weighs far more than epsilon. The potentials are then far from zero, and as good as fixed.

use sinkhorn::{Real, Status, Transport};

/// Solves for many rho, and returns the mass of those that are said to have converged.
fn masses<T: Real + Into<f64>>(
    of: fn(f64) -> T,
    weights: (&[f64], &[f64]),
    powers: std::ops::RangeInclusive<i32>,
) -> Vec<(i32, f64)> {
    let cast = |values: &[f64]| values.iter().map(|&value| of(value)).collect::<Vec<T>>();
    let (x, y) = (cast(&[0.0, 1.0, 2.0]), cast(&[0.5, 2.5]));
    let epsilon = of(0.01);
    let mut converged = Vec::new();
    for power in powers {
        let rho = of(0.01 * 10f64.powi(power));
        let builder = Transport::between((&x, 1), (&y, 1)).weights(cast(weights.0), cast(weights.1));
        let solved = builder.epsilon(epsilon).unbalanced(rho, rho).solve();
        let Ok(transport) = solved else { continue };
        let report = transport.report();
        let error: f64 = report.row_error.max(report.column_error).into();
        let mass = transport.marginals().0.iter().map(|&value| value.into()).sum::<f64>();
        match report.status {
            Status::Converged => converged.push((power, mass)),
            // Not converged is not wrong, but then an error is reported.
            _ => assert!(error > 1e-9, "rho 1e{power} epsilon: {report:?}"),
        }
    }
    converged
}

/// The mass goes to the geometric mean of the totals as rho grows.
#[test]
fn no_mass_is_wrong_that_is_said_to_have_converged() {
    let (a, b) = ([0.5, 0.2, 0.1], [0.9, 0.6]);
    let limit = (0.8f64 * 1.5).sqrt();
    let exact = masses(|value| value, (&a, &b), 0..=8);
    let single = masses(|value| value as f32, (&a, &b), 0..=12);
    assert!(single.len() >= 4, "{single:?}");
    for (power, mass) in single {
        let expected = exact.iter().find(|other| other.0 == power).map_or(limit, |other| other.1);
        assert!((mass / expected - 1.0).abs() < 1e-3, "f32: rho 1e{power} epsilon: {mass} for {expected}");
    }
    let (few, many): (Vec<_>, Vec<_>) =
        masses(|value| value, (&a, &b), 0..=16).into_iter().partition(|other| other.0 <= 8);
    assert!(few.len() == 9, "all are solved");
    for (power, mass) in many {
        assert!((mass / limit - 1.0).abs() < 2e-6, "f64: rho 1e{power} epsilon: {mass} for {limit}");
    }
}
