//! Results that are saved and read again give the same answers; what was tampered with is refused.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sinkhorn::cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm};
use sinkhorn::{
    Acceleration, Cotangent, Divergence, Epsilon, Error, Gradient, Matrix, Real, Settings, Soft, Transport,
    TransportBuilder,
};

/// The result, through text and through bytes.
fn both<R: Serialize + DeserializeOwned>(result: &R) -> [R; 2] {
    let text = serde_json::to_string(result).unwrap();
    let bytes = postcard::to_stdvec(result).unwrap();
    [serde_json::from_str(&text).unwrap(), postcard::from_bytes(&bytes).unwrap()]
}

fn points(n: u32, shift: f64) -> Vec<[f64; 2]> {
    (0..n).map(|k| [(f64::from(k) * 0.7).sin() + shift, (f64::from(k) * 1.3).cos()]).collect()
}

fn flat(gradient: &Gradient<f64>) -> Vec<f64> {
    let Gradient { x, y, a, b, cost, epsilon, .. } = gradient;
    [x.as_slice(), y.as_slice(), a, b, cost.as_slice(), &[*epsilon]].concat()
}

/// Numbers have the same bits; if costs were divided by a scale, they may be rounded.
fn assert_equal(saved: &[f64], again: &[f64], is_exact: bool) {
    assert_eq!(saved.len(), again.len());
    let largest = saved.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let tolerance = if is_exact { 0.0 } else { 1e-9 * largest };
    assert!(saved.iter().zip(again).all(|(p, q)| (p - q).abs() <= tolerance), "{saved:?}, not {again:?}");
}

fn assert_same(saved: &Transport, again: &Transport) {
    assert_eq!(saved.report(), again.report());
    assert_eq!((saved.f(), saved.g()), (again.f(), again.g()));
    let is_exact = saved.report().cost_scale == 1.0;
    assert_equal(saved.plan().as_slice(), again.plan().as_slice(), is_exact);
    let map = |t: &Transport| t.map().map(Matrix::into_vec).unwrap_or_default();
    assert_equal(&map(saved), &map(again), is_exact);
    let ones = vec![1.0; saved.f().len()];
    let cotangent = Cotangent { f: Some(&ones), ..Cotangent::none() };
    let gradients = |t: &Transport| [t.gradient().unwrap(), t.vjp(&cotangent).unwrap().0];
    for (saved, again) in gradients(saved).into_iter().zip(gradients(again)) {
        assert_equal(&flat(&saved), &flat(&again), is_exact);
    }
    let requested = |t: &Transport| t.solution().problem().requested_epsilon();
    assert_eq!(requested(saved), requested(again));
}

fn survives(builder: TransportBuilder<'_, f64>) {
    let saved = builder.solve().unwrap();
    let copies = both(&saved);
    for again in &copies {
        assert_same(&saved, again);
    }
    // And once more.
    assert_same(&saved, &both(&copies[0])[1]);
}

#[test]
fn every_kind_of_problem_survives() {
    let (x, y) = (points(7, 0.0), points(5, 1.0));
    let (a, b) = ([0.5, 0.0, 1.0, 2.0, 0.25, 0.25, 1.0], [1.0, 1.0, 0.0, 2.0, 1.0]);
    let between = || Transport::between(&x, &y);
    survives(between());
    survives(between().weights(a, b).epsilon(0.05));
    survives(between().weights(a, [1.0, 1.0, 0.0, 2.0, 1.0 + 1e-8])); // rescaled
    survives(between().epsilon(Epsilon::OfMean(0.02)).unbalanced(0.5, f64::INFINITY));
    survives(between().weights_a(a).unbalanced(0.5, 2.0).epsilon(0.1));
    survives(between().cost_scale(CostScale::Mean).epsilon(0.125));
    survives(between().cost_scale(CostScale::Max).weights(a, b));
    survives(between().epsilon(0.01).max_sweeps(1).acceleration(Acceleration::Plain)); // not converged
    survives(Transport::between((&[0.0, 1.0, 4.0], 1), (&[0.5, 2.0], 1)).epsilon(0.01));
}

#[test]
fn every_cost_survives() {
    let (x, y) = (points(7, 0.0), points(5, 1.0));
    let between = || Transport::between(&x, &y).epsilon(0.1);
    survives(between().cost(Euclidean));
    survives(between().cost(Manhattan));
    survives(between().cost(Cosine));
    for p in [1.5, 2.0, 3.0, f64::INFINITY] {
        survives(between().cost(PNorm::new(p).unwrap()));
    }
    let inf = f64::INFINITY;
    let costs = [[0.0, 1.0, inf], [1.0, 0.0, 2.0], [inf, 0.5, 0.25], [3.0, 1.0, 1.0]];
    survives(Transport::with_costs(&costs).epsilon(0.1));
}

#[test]
fn single_precision_and_skipped_pairs_survive() {
    let of = |n: u32, shift: f32| -> Vec<[f32; 2]> {
        let shifted = |[x, y]: [f64; 2]| [x as f32 + shift, y as f32 * 0.5];
        points(n, 0.0).into_iter().enumerate().map(|(k, point)| shifted(point.map(|v| v * (k as f64).sin()))).collect()
    };
    let (x, y) = (of(4200, 0.0), of(4100, 0.5));
    let streamed = Transport::between(&x, &y).epsilon(Epsilon::OfMean(0.002)).settings(Settings::default());
    let saved = streamed.solve().unwrap();
    assert!(saved.report().skipped + saved.report().summed > 0.3, "{:?}", saved.report());
    for again in both(&saved) {
        assert_eq!(saved.report(), again.report());
        assert_eq!((saved.f(), saved.g()), (again.f(), again.g()));
        assert_eq!(saved.entry(7, 9), again.entry(7, 9));
        let (here, there) = (saved.map().unwrap(), again.map().unwrap());
        let largest = here.as_slice().iter().zip(there.as_slice()).map(|(p, q)| (p - q).abs()).fold(0.0, f32::max);
        assert!(largest < 1e-5, "{largest}");
    }
}

#[test]
fn divergences_survive() {
    let (x, y) = (points(7, 0.0), points(5, 1.0));
    let builders = [
        Transport::between(&x, &y).epsilon(0.1),
        Transport::between(&x, &y).weights([1.0, 0.0, 2.0, 1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 1.0, 2.0, 1.0]),
        Transport::between(&x, &y).cost(Euclidean).cost_scale(CostScale::Mean).unbalanced(1.0, 2.0).epsilon(0.1),
    ];
    for builder in builders {
        let saved = builder.divergence().unwrap();
        for again in both(&saved) {
            assert_eq!(saved.value(), again.value());
            for part in [Divergence::between, Divergence::within_x, Divergence::within_y] {
                let (saved, again): (&Transport, &Transport) = (part(&saved), part(&again));
                assert_eq!((saved.f(), saved.report()), (again.f(), again.report()));
                let is_exact = saved.report().cost_scale == 1.0;
                assert_equal(saved.plan().as_slice(), again.plan().as_slice(), is_exact);
            }
            let is_exact = saved.between().report().cost_scale == 1.0;
            assert_equal(&flat(&saved.gradient().unwrap()), &flat(&again.gradient().unwrap()), is_exact);
        }
    }
}

#[test]
fn soft_operators_survive() {
    let (values, weights) = ([3.0, -1.0, 2.0, 0.5, 2.0], [1.0, 2.0, 0.5, 1.0, 1.0]);
    let results: [Soft; 6] = [
        sinkhorn::soft_sort(values).solve().unwrap(),
        sinkhorn::soft_sort_to(values, 2).weights(weights).solve().unwrap(),
        sinkhorn::soft_rank(values).epsilon(0.1).solve().unwrap(),
        sinkhorn::soft_quantile(values, [0.5, 0.1, 0.5]).solve().unwrap(),
        sinkhorn::soft_top_k(values, 2.0).solve().unwrap(),
        sinkhorn::soft_rank(values)
            .settings(sinkhorn::core::soft::SoftSettings { standardise: false, ..Default::default() })
            .solve()
            .unwrap(),
    ];
    for saved in results {
        let cotangent: Vec<f64> = (0..saved.values().len()).map(|k| k as f64 - 1.0).collect();
        for again in both(&saved) {
            assert_eq!((saved.values(), saved.report()), (again.values(), again.report()));
            assert_eq!(saved.vjp(&cotangent).unwrap(), again.vjp(&cotangent).unwrap());
        }
    }
}

#[test]
fn a_cost_of_your_own_cannot_be_saved() {
    struct Own;
    impl<T: Real> GroundCost<T> for Own {
        fn name(&self) -> &'static str {
            "own"
        }

        fn cost(&self, x: &[T], y: &[T]) -> T {
            (x[0] - y[0]).abs()
        }
    }
    let solved = Transport::between(&[[0.0], [1.0]], &[[0.5]]).cost(Own).epsilon(0.1);
    let expected = "the cost `own` is a function of your own, which cannot be saved";
    assert_eq!(serde_json::to_string(&solved.solve().unwrap()).unwrap_err().to_string(), expected);
    let solved = Transport::between(&[[0.0], [1.0]], &[[0.5]]).cost(Own).epsilon(0.1).divergence();
    assert_eq!(serde_json::to_string(&solved.unwrap()).unwrap_err().to_string(), expected);
}

/// What reading says about a result with one value changed; a `None` takes the field away.
fn refusal<R: DeserializeOwned>(saved: &Value, place: &str, value: Option<Value>) -> String {
    let mut changed = saved.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(name.into(), value)),
        (Value::Object(fields), None) => drop(fields.remove(name).unwrap()),
        (Value::Array(entries), Some(value)) => entries[name.parse::<usize>().unwrap()] = value,
        (Value::Array(entries), None) => drop(entries.remove(name.parse::<usize>().unwrap())),
        _ => panic!("{place}"),
    }
    match serde_json::from_value::<R>(changed) {
        Ok(_) => panic!("{place} was accepted"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_was_tampered_with_is_refused_by_name() {
    let (x, y) = (points(3, 0.0), points(2, 1.0));
    let t = Transport::between(&x, &y).weights([1.0, 2.0, 1.0], [3.0, 1.0]).epsilon(0.1).solve().unwrap();
    let saved = serde_json::to_value(t).unwrap();
    let refused = |place: &str, value| refusal::<Transport>(&saved, place, value);
    let cases = [
        ("/solve/f/1", None, "f has 2 scalars where 3 are needed"),
        ("/solve/g", Some(json!([])), "g has 0 scalars where 2 are needed"),
        ("/a/0", None, "a has 2 scalars where 3 are needed"),
        ("/a/0", Some(json!(-1.0)), "a[0] is -1: no entry may be negative"),
        ("/b/0", Some(json!(1e300)), "b sums to 1e300: the sum must lie in"),
        ("/costs/points/x/0", None, "x has 5 scalars, not a multiple of the dimension 2"),
        ("/costs/points/dimension", Some(json!(0)), "dimension is 0: it must be positive"),
        ("/costs/points/dimension", Some(json!(u64::MAX)), "x has 6 scalars, not a multiple"),
        ("/costs/points/cost", Some(json!("of-mine")), "unknown variant `of-mine`"),
        ("/costs/points/cost", Some(json!({"p-norm": 0.5})), "cost is 0.5: it must lie in [1, inf]"),
        ("/rho_a", Some(json!(-1.0)), "rho_a is -1: it must be positive"),
        ("/epsilon", Some(json!({"absolute": -1.0})), "epsilon is -1: it must be positive"),
        ("/solve/report/epsilon", Some(json!(0.0)), "report.epsilon is 0: it must be positive"),
        ("/solve/report/epsilon", Some(json!(1e-300)), "epsilon is 1.000e-300: f64 resolves costs"),
        ("/solve/report/cost_scale", Some(json!(-2.0)), "report.cost_scale is -2: it must be positive"),
        ("/solve/report/status", Some(json!("fine")), "report.status is \"fine\", which no result has"),
        ("/solve/report/start/name", Some(json!("x".repeat(300))), "report.start.name is longer than 200 bytes"),
        ("/format", Some(json!(2)), "format is 2, and this version reads 1"),
        ("/solve/f", None, "missing field `f`"),
        ("/a", None, "missing field `a`"),
        ("/rho_b", None, "missing field `rho_b`"),
        ("/solve/report/objective", None, "missing field `objective`"),
        ("/solve/report/start/time", None, "missing field `time`"),
        ("/solve/f/1", Some(Value::Null), "invalid type: null"),
    ];
    for (place, value, expected) in cases {
        let message = refused(place, value);
        assert!(message.contains(expected), "{place}: {message}");
    }
}

#[test]
fn numbers_that_json_lacks_are_refused_in_bytes() {
    let t = Transport::between(&points(3, 0.0), &points(2, 1.0)).epsilon(0.1).solve().unwrap();
    let bytes = postcard::to_stdvec(&t).unwrap();
    let nan = |value: f64| {
        let at = bytes.windows(8).position(|window| window == value.to_le_bytes()).unwrap();
        let mut changed = bytes.clone();
        changed[at..at + 8].copy_from_slice(&f64::NAN.to_le_bytes());
        changed
    };
    let message = |bytes: &[u8]| {
        let mut deserializer = postcard::Deserializer::from_bytes(bytes);
        serde::Deserialize::deserialize(&mut deserializer).map(|_: Transport| ()).is_err()
    };
    assert!(message(&nan(t.f()[1])) && message(&nan(t.report().transport_cost)) && message(&nan(points(3, 0.0)[2][1])));
    // Cut short anywhere, and with any byte changed: an error or a result, and no panic.
    for len in 0..bytes.len() {
        assert!(postcard::from_bytes::<Transport>(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
        let mut changed = bytes.clone();
        changed[len] ^= 0x55;
        if let Ok(read) = postcard::from_bytes::<Transport>(&changed) {
            let _ = (read.plan(), read.gradient());
        }
    }
}

#[test]
fn divergences_and_soft_operators_are_checked() {
    let d = Transport::between(&points(3, 0.0), &points(2, 1.0)).epsilon(0.1).divergence().unwrap();
    let saved = serde_json::to_value(d).unwrap();
    let refused = |place: &str, value| refusal::<Divergence>(&saved, place, value);
    assert!(refused("/within_x/f/0", None).contains("within_x: f has 2 scalars where 3 are needed"));
    assert!(refused("/within_y/report/objective", None).contains("missing field `objective`"));
    assert!(refused("/value", Some(Value::Null)).contains("invalid type: null"));
    let matrix = json!({"matrix": {"columns": 2, "entries": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}});
    assert!(refused("/between/costs", Some(matrix)).contains("a cost matrix, which has no divergence"));

    let sorted = sinkhorn::soft_sort([3.0, -1.0, 2.0]).solve().unwrap();
    let saved = serde_json::to_value(sorted).unwrap();
    let refused = |place: &str, value| refusal::<Soft>(&saved, place, value);
    assert!(refused("/levels/0", Some(json!(3))).contains("levels is 3: it must lie in [0, m)"));
    assert!(refused("/levels/0", None).contains("values has 3 entries, and levels has 2"));
    assert!(refused("/values/0", None).contains("values has 2 entries, and levels has 3"));
    assert!(refused("/scale", Some(json!(0.0))).contains("values is 0: it must be positive"));
    assert!(refused("/tolerance", Some(json!(-1.0))).contains("tolerance is -1: it must be positive"));
    assert!(refused("/transport/solve/g/0", None).contains("g has 2 scalars where 3 are needed"));
    let ranks = serde_json::to_value(sinkhorn::soft_rank([3.0, -1.0, 2.0]).solve().unwrap()).unwrap();
    assert!(refusal::<Soft>(&ranks, "/values/0", None).contains("values has 2 entries"));
    let plane = serde_json::to_value(Transport::between(&points(3, 0.0), &points(3, 1.0)).solve().unwrap()).unwrap();
    assert!(refused("/transport", Some(plane)).contains("no values and levels on the line"));
}

#[test]
fn a_saved_result_is_a_start() -> Result<(), Error> {
    let (x, y) = (points(30, 0.0), points(20, 1.0));
    let again = both(&Transport::between(&x, &y).epsilon(0.05).solve()?)[1].clone();
    let t = Transport::between(&x, &y).epsilon(0.05).warm(&again).solve()?;
    assert!(t.report().sweeps <= 1 && t.report().start.name != "zero", "{:?}", t.report());
    let plain = Settings { acceleration: Acceleration::Plain, ..Settings::default() };
    assert!(Transport::between(&x, &y).epsilon(0.05).settings(plain).solve()?.report().sweeps > 1);
    Ok(())
}
