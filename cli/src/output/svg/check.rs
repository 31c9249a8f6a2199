//! Pictures of anything: well-formed, finite, and with as many shapes as there are things.

use super::Grid;
use super::convergence::{self, Curve};
use super::coupling::{self, Coupling};
use super::map::{self, Map};

const NASTY: &str = "a<b>&\"'\u{1}\n]]>.csv";

/// Elements are opened and closed, values are finite, and text is escaped.
fn checked(svg: Result<String, crate::process::Failure>) -> String {
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

fn couple(x: &[f64], y: &[f64]) -> String {
    let (a, b) = (vec![1.0 / x.len() as f64; x.len()], vec![1.0 / y.len() as f64; y.len()]);
    let grid = Grid::of(x, y);
    let mut plan = vec![0.0; grid.x.count * grid.y.count];
    for (k, i) in grid.x.bins(x).into_iter().enumerate() {
        for (l, j) in grid.y.bins(y).into_iter().enumerate() {
            plan[i * grid.y.count + j] += a[k] * b[l];
        }
    }
    let (names, rows) = ((NASTY.into(), "y".into()), (x.len(), y.len()));
    checked(coupling::svg(NASTY, &Coupling { x, y, a: &a, b: &b, names, rows, grid, plan: &plan }))
}

#[test]
fn coupling_of_three_points_has_nine_blocks() {
    let svg = couple(&[0.0, 1.0, 2.5], &[-1.0, 0.0, 4.0]);
    assert_eq!(count(&svg, "rect"), 1 + 3 + 3 + 9 + 37); // sheet, bars, plan, scale
}

/// Left and right of every rectangle of a colour, sorted.
fn bars(svg: &str, colour: &str) -> Vec<(f64, f64)> {
    let number = |tag: &str, name: &str| -> f64 {
        let after = tag.split_once(&format!(" {name}=\"")).unwrap().1;
        after.split_once('"').unwrap().0.parse().unwrap()
    };
    let tags = svg.split("<rect").skip(1).map(|tag| tag.split_once("/>").unwrap().0).filter(|tag| tag.contains(colour));
    let mut bars: Vec<_> = tags.map(|tag| (number(tag, "x"), number(tag, "x") + number(tag, "width"))).collect();
    bars.sort_by(|p, q| p.0.total_cmp(&q.0));
    bars
}

#[test]
fn whole_numbers_are_drawn_without_stripes_between_them() {
    for (most, step) in [(9, 1.0), (69, 1.0), (48, 2.0), (100, 0.1), (350, 1.0), (1000, 5.0)] {
        let whole: Vec<f64> = (0..most).map(|k| f64::from(k) * step).collect();
        let svg = couple(&whole, &whole[..whole.len() / 2]);
        let bars = bars(&svg, "#0072B2");
        assert!(bars.len() >= 9 && bars.windows(2).all(|pair| pair[1].0 <= pair[0].1), "{most}: {bars:?}");
        let widths: Vec<f64> = bars.iter().map(|bar| bar.1 - bar.0).collect();
        let spread = widths.iter().copied().fold(0.0, f64::max) - widths.iter().copied().fold(f64::MAX, f64::min);
        assert!(spread <= 2.0, "{most}: in quarters of a pixel, {widths:?}");
    }
}

#[test]
fn the_line_of_no_change_is_drawn_where_it_is_in_the_picture() {
    let line = "on the dashed line nothing moves";
    assert!(couple(&[0.0, 0.3, 1.0], &[0.5, 0.9]).contains(line));
    assert!(!couple(&[0.0, 0.3, 1.0], &[50.0, 50.7]).contains(line));
}

#[test]
fn coupling_of_anything() {
    let sets: [&[f64]; 9] = [
        &[],
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
            couple(x, y);
        }
    }
    let bad = [f64::NAN, -1.0, f64::INFINITY];
    let grid = Grid::of(&bad, &bad);
    let (names, plan) = (("x".into(), "y".into()), vec![f64::NAN; grid.x.count * grid.y.count]);
    checked(coupling::svg(
        "",
        &Coupling { x: &bad, y: &bad, a: &bad, b: &bad, names, rows: (3, 3), grid, plan: &plan },
    ));
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
