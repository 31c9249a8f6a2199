//! Warm starts, observers, and many problems at once.

use std::ops::ControlFlow;

use sinkhorn::{
    Acceleration, Epsilon, Status, Transport, TransportBuilder, all_threads, cost::CostScale, solve_all, start::Zero,
};

fn points(n: u32, phase: f64) -> Vec<[f64; 2]> {
    (0..n).map(|k| [(f64::from(k) * 0.7 + phase).sin(), (f64::from(k) * 1.3 - phase).cos()]).collect()
}

#[test]
fn a_warm_start_saves_sweeps_and_leaves_the_answer() {
    let (x, y) = (points(60, 0.0), points(50, 1.0));
    fn settings<'a>(x: &'a Vec<[f64; 2]>, y: &'a Vec<[f64; 2]>) -> TransportBuilder<'a, f64> {
        Transport::between(x, y).epsilon(0.01).acceleration(Acceleration::Plain)
    }
    let first = settings(&x, &y).solve().unwrap();
    // Neither has moved, x has moved, both have moved, and there are more of both.
    for (x, y) in [
        (x.clone(), y.clone()),
        (points(60, 0.01), y.clone()),
        (points(60, 0.01), points(50, 1.01)),
        (points(70, 0.0), points(55, 1.0)),
    ] {
        let cold = settings(&x, &y).start(Zero).solve().unwrap();
        let warm = settings(&x, &y).warm(&first).solve().unwrap();
        assert!(warm.report().sweeps < cold.report().sweeps, "{:?} {:?}", warm.report(), cold.report());
        assert!((warm.objective() - cold.objective()).abs() < 1e-6);
    }
}

#[test]
fn a_warm_start_knows_the_units_of_both_solves() {
    let (x, y) = (points(60, 0.0), points(50, 1.0));
    let first = Transport::between(&x, &y).cost_scale(CostScale::Given(4.0)).epsilon(0.005).solve().unwrap();
    let again = Transport::between(&x, &y).epsilon(0.02).warm(&first).solve().unwrap();
    assert!(again.report().sweeps <= 2, "{:?}", again.report());
}

#[test]
fn a_warm_start_with_a_cost_matrix() {
    let cost: Vec<[f64; 5]> = points(30, 0.0).iter().map(|[p, q]| [*p, *q, p * q, p - q, p + q]).collect();
    let first = Transport::with_costs(&cost).epsilon(0.05).solve().unwrap();
    let again = Transport::with_costs(&cost).epsilon(0.05).warm(&first).solve().unwrap();
    assert!(again.report().sweeps <= 2 && again.report().start.name == "given", "{:?}", again.report());
    let narrow: Vec<[f64; 4]> = cost.iter().map(|row| [row[0], row[1], row[2], row[3]]).collect();
    let error = Transport::with_costs(&narrow).warm(&first).solve().unwrap_err();
    assert_eq!(error.argument(), Some("start"));
}

#[test]
fn an_observer_sees_every_sweep_and_may_end_the_solve() {
    let (x, y) = (points(60, 0.0), points(50, 1.0));
    let mut seen = Vec::new();
    let t = Transport::between(&x, &y).epsilon(0.01).observe(|progress| seen.push(progress.sweep)).solve().unwrap();
    assert_eq!(seen, (1..=t.report().sweeps).collect::<Vec<_>>());
    let stop = Transport::between(&x, &y)
        .epsilon(0.01)
        .start(Zero)
        .observe(|progress| if progress.sweep == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    let report = *stop.solve().unwrap().report();
    assert_eq!((report.status, report.sweeps), (Status::Stopped, 3));
}

#[test]
fn a_batch_has_the_bits_of_single_solves_for_any_number_of_threads() {
    let clouds: Vec<Vec<[f64; 2]>> = (0..7).map(|k| points(10 + 9 * k, f64::from(k))).collect();
    let problems = || {
        clouds.iter().enumerate().map(|(k, y)| {
            let builder = Transport::between(&clouds[0], y).epsilon(Epsilon::OfMean(0.05));
            if k == 3 { builder.threshold(1e-9).unbalanced(1.0, 2.0) } else { builder }
        })
    };
    let single: Vec<_> = problems().map(|problem| problem.threads(1).solve().unwrap()).collect();
    for threads in [0, 1, 3, all_threads(), 100] {
        let batch = solve_all(problems(), threads);
        assert_eq!(batch.len(), single.len());
        for (one, other) in single.iter().zip(batch) {
            let other = other.unwrap();
            assert_eq!((one.report(), one.f(), one.plan()), (other.report(), other.f(), other.plan()));
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let (x, y) = (points(300, 0.0), points(200, 1.0));
    let solved = |threads| Transport::between(&x, &y).epsilon(0.01).threads(threads).solve().unwrap();
    let (one, three) = (solved(1), solved(3));
    assert_eq!((one.f(), one.gradient().unwrap()), (three.f(), three.gradient().unwrap()));
    let by_default = Transport::between(&x, &y).epsilon(0.01).solve().unwrap();
    assert_eq!(one.f(), by_default.f());
}

#[test]
fn matches_are_the_largest_entries_of_rows_with_mass() {
    let (x, y) = (points(20, 0.0), points(20, 0.05));
    let mut a = vec![1.0; 20];
    a[4] = 0.0;
    let t = Transport::between(&x, &y).weights(&a, vec![19.0 / 20.0; 20]).epsilon(0.001).solve().unwrap();
    let (matches, plan) = (t.matches(), t.plan());
    assert_eq!(
        matches.iter().map(|partner| partner.from).collect::<Vec<_>>(),
        [&[0, 1, 2, 3][..], &(5..20).collect::<Vec<_>>()].concat()
    );
    for partner in matches {
        let row = plan.row(partner.from);
        assert!(row.iter().all(|&mass| mass <= partner.mass) && row[partner.to] == partner.mass);
    }
}
