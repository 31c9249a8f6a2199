//! Pictures of anything: well-formed, finite, and with as many shapes as there are things.

use super::convergence::{self, Curve};
use super::coupling::{self, Coupling, bins};
use super::map::{self, Map};

const NASTY: &str = "a<b>&\"'\u{1}\n]]>.csv";

/// Elements are opened and closed, values are finite, and text is escaped.
fn checked(svg: Result<String, crate::failure::Failure>) -> String {
    let svg = svg.map_err(|failure| failure.to_string()).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""), "{svg:.200}");
    assert!(svg.contains(" viewBox=\"0 0 ") && svg.contains(" role=\"img\"") && svg.contains("<title>"));
    assert!(svg.trim_end().ends_with("</svg>"));
    let (mut open, mut rest) = (Vec::new(), svg.as_str());
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>') && is_escaped(before), "{before}");
        let (tag, after) = after.split_once('>').unwrap();
        assert!(is_escaped(tag) && tag.matches('"').count() % 2 == 0, "{tag}");
        assert!(!tag.contains("NaN") && !tag.contains("inf") && !tag.contains("2147483647"), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
        rest = after;
    }
    assert!(open.is_empty());
    svg
}

fn is_escaped(text: &str) -> bool {
    let entities = ["amp;", "lt;", "gt;", "quot;", "apos;"];
    let is_entity = |(at, _): (usize, &str)| entities.iter().any(|entity| text[at + 1..].starts_with(entity));
    text.match_indices('&').all(is_entity) && !text.contains(|c: char| c.is_control() && c != '\n')
}

fn count(svg: &str, element: &str) -> usize {
    svg.matches(&format!("<{element} ")).count()
}

fn curve<'a>(start: &'a str, acceleration: &'a str, errors: &'a [f64]) -> Curve<'a> {
    Curve { label: format!("{start}, {acceleration} {NASTY}"), start, acceleration, errors }
}

#[test]
fn convergence_of_one_has_no_legend() {
    let errors: Vec<f64> = (1..=20).map(|k| 0.5f64.powi(k)).collect();
    let svg = checked(convergence::svg(NASTY, &[curve("zero", "plain", &errors)], 1e-6));
    assert_eq!(count(&svg, "circle"), 21); // one a sweep, and one more at the end
    assert!(svg.contains("threshold 10⁻⁶") && svg.contains("sweeps") && !svg.contains("acceleration"));
}

#[test]
fn convergence_of_many_has_one() {
    let errors: Vec<f64> = (1..=5000).map(|k| 1.0 / f64::from(k)).collect();
    let starts = ["zero", "gaussian", "mixture", "coarse", "subsample", "auto", NASTY, "file"];
    let pairs = starts.iter().flat_map(|start| ["plain", "relaxation", "anderson", "auto"].map(|name| (*start, name)));
    let curves: Vec<Curve<'_>> = pairs.map(|(start, name)| curve(start, name, &errors)).collect();
    let svg = checked(convergence::svg("compare", &curves, 1e-3));
    assert_eq!(count(&svg, "circle"), 32);
    assert!(svg.contains("acceleration") && svg.contains("gaussian") && svg.contains("a&lt;b"));
}

#[test]
fn convergence_of_anything() {
    let inf = f64::INFINITY;
    let cases: [&[f64]; 9] = [
        &[],
        &[0.0],
        &[inf, inf],
        &[1e-3; 50],
        &[1e300, 1e-300],
        &[5e-324, f64::MAX],
        &[f64::NAN, 1.0],
        &[-1.0, 0.1],
        &[inf, 1.0, 0.0, 1e-3],
    ];
    for errors in cases {
        for threshold in [1e-6, 0.0, -1.0, 1e-300, 1e300, inf, f64::NAN, 5e-324] {
            checked(convergence::svg("t", &[curve("zero", "plain", errors)], threshold));
            checked(convergence::svg("t", &[curve("zero", "plain", errors), curve("b", "c", &[0.1])], threshold));
        }
    }
    let svg = checked(convergence::svg("t", &[], 1e-6));
    assert!(svg.contains("no errors to draw"));
}

fn couple(x: &[f64], y: &[f64], cells: usize) -> String {
    let (a, b) = (vec![1.0 / x.len() as f64; x.len()], vec![1.0 / y.len() as f64; y.len()]);
    let mut plan = vec![0.0; cells * cells];
    for (k, i) in bins(x, cells).into_iter().enumerate() {
        for (l, j) in bins(y, cells).into_iter().enumerate() {
            plan[i * cells + j] += a[k] * b[l];
        }
    }
    let names = (NASTY.into(), "y".into());
    checked(coupling::svg(NASTY, &Coupling { x, y, a: &a, b: &b, names, cells, plan: &plan }))
}

#[test]
fn coupling_of_three_points_has_nine_blocks() {
    let svg = couple(&[0.0, 1.0, 2.5], &[-1.0, 0.0, 4.0], 50);
    assert_eq!(count(&svg, "rect"), 1 + 3 + 3 + 9 + 37); // sheet, bars, plan, scale
}

#[test]
fn coupling_of_anything() {
    let sets: [&[f64]; 8] = [
        &[1.0],
        &[2.0; 5],
        &[0.0, 1e300],
        &[-1e308, 1e308],
        &[1e-310, 2e-310],
        &[5e-324, 0.0],
        &[1.0, 1.0 + 1e-16],
        &[f64::NAN, 1.0, f64::INFINITY],
    ];
    for x in sets {
        for y in sets {
            couple(x, y, 8);
        }
    }
    couple(&[], &[], 8);
    couple(&[1.0, 2.0], &[3.0], 1);
    let names = ("x".into(), "y".into());
    checked(coupling::svg("", &Coupling { x: &[1.0], y: &[], a: &[], b: &[], names, cells: 0, plan: &[] }));
    let (bad, names) = ([f64::NAN, -1.0, f64::INFINITY], ("x".into(), "y".into()));
    checked(coupling::svg("", &Coupling { x: &bad, y: &bad, a: &bad, b: &bad, names, cells: 3, plan: &bad }));
}

fn mapped(x: &[f64], y: &[f64], images: &[f64]) -> String {
    let map = Map { x, y, images, names: (NASTY.into(), "y".into()), axes: ("1".into(), NASTY.into()) };
    checked(map::svg(NASTY, &map))
}

#[test]
fn map_of_many_draws_some() {
    let many: Vec<f64> = (0..12_000).map(|k| f64::from(k).sin() * 3.0).collect();
    let moved: Vec<f64> = many.iter().map(|value| value + 5.0).collect();
    let svg = mapped(&many, &many[..20], &moved);
    assert_eq!(count(&svg, "circle"), 2000 + 10 + 2);
    assert_eq!(count(&svg, "polygon"), 400 + 1);
    assert!(svg.contains("Drawn: 2000 of 6000 points of x, 400 of 6000 arrows, evenly chosen"));
}

#[test]
fn map_of_anything() {
    let sets: [&[f64]; 8] = [
        &[],
        &[1.0, 2.0],
        &[3.0; 8],
        &[0.0, 1e300, 1e300, 0.0],
        &[-1e308, -1e308, 1e308, 1e308],
        &[1e-310, 0.0],
        &[f64::NAN, 1.0, f64::INFINITY, 2.0],
        &[0.0, 0.0, 1.0, 1e9],
    ];
    for x in sets {
        for y in sets {
            mapped(x, y, y);
        }
    }
}
