//! How the error falls: against the sweeps, one curve a solve; a colour a start, dashes an acceleration.

use plotters::style::{Color, RGBColor};

use super::Svg;
use super::axis::{Axis, range};
use super::canvas::{Anchor, Canvas, Drawn, Place, picture};
use super::frame::{Frame, heading, room};
use super::number::short;
use super::style::{BLUE, COLOURS, GREY, NAME, SMALL, fitted};

const WIDTH: f64 = 720.0;
const PLOT: f64 = 340.0;
const TOP: f64 = 44.0;
const BELOW: f64 = 56.0;
const LEGEND: f64 = 200.0;
const ROW: f64 = 20.0;
/// Points of a curve within a factor of ten of sweeps, at most.
const DETAIL: f64 = 150.0;
/// Decades between the errors and a threshold that is still drawn.
const FAR: f64 = 20.0;
/// Dashes and gaps in pixels of accelerations; others, and a single one, are a line without.
const DASHES: [(&str, (f64, f64)); 3] =
    [("plain", (8.0, 4.0)), ("relaxation", (2.0, 2.5)), ("adaptive-relaxation", (16.0, 4.0))];

/// One solve.
pub struct Curve<'a> {
    /// Its name in words.
    pub label: String,
    pub start: &'a str,
    pub acceleration: &'a str,
    /// After each sweep. What has no logarithm is left out.
    pub errors: &'a [f64],
}

/// The picture.
pub fn svg(title: &str, curves: &[Curve<'_>], threshold: f64) -> Svg {
    let groups = Groups::new(curves);
    let legend = groups.height();
    let bottom = TOP + PLOT.max(legend);
    let width = WIDTH + if legend > 0.0 { LEGEND } else { 0.0 };
    picture(title, &words(curves, threshold), (width, bottom + BELOW), |canvas| {
        heading(canvas, title, "", 16.0, width - 32.0)?;
        let frame = frame(curves, threshold, bottom);
        axes(canvas, &frame)?;
        line_at_threshold(canvas, &frame, threshold)?;
        for curve in curves {
            draw(canvas, &frame, curve, groups.colour(curve.start), groups.dashes(curve.acceleration))?;
        }
        if let [curve] = curves {
            sweeps(canvas, &frame, curve)?;
        }
        if curves.iter().all(|curve| points(curve.errors).is_empty()) {
            let middle = (0.5 * (frame.left + frame.right), 0.5 * (frame.top + frame.bottom));
            canvas.coloured_text("no errors to draw", middle, NAME, Anchor::Middle, GREY)?;
        }
        if legend > 0.0 { groups.legend(canvas, WIDTH + 2.0) } else { Ok(()) }
    })
}

fn frame(curves: &[Curve<'_>], threshold: f64, bottom: f64) -> Frame {
    let errors = || curves.iter().flat_map(|curve| curve.errors).copied().filter(|error| *error > 0.0);
    let (low, high) = range(errors()).unwrap_or((threshold, 1.0));
    let is_near = threshold.log10() > low.log10() - FAR && threshold.log10() < high.log10() + FAR;
    let y = Axis::powers([low, high].into_iter().chain(is_near.then_some(threshold))).padded(0.05);
    let sweeps = curves.iter().map(|curve| curve.errors.len()).max().unwrap_or(1);
    let left = 16.0 + room(&y.ticks(8));
    Frame { left, top: TOP, right: WIDTH - 20.0, bottom, x: Axis::sweeps(sweeps), y }
}

fn axes(canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
    let (x, y) = (frame.x.ticks(8), frame.y.ticks(8));
    frame.grid(canvas, (&x, &y))?;
    frame.below(canvas, &x, "sweeps")?;
    frame.beside(canvas, &y, "marginal error", room(&y) - 8.0)
}

fn line_at_threshold(canvas: &Canvas<'_>, frame: &Frame, threshold: f64) -> Drawn {
    let place = frame.y.place(threshold);
    let is_drawn = threshold > 0.0 && threshold.is_finite() && (0.0..=1.0).contains(&place);
    let name = format!("threshold {}", short(threshold));
    if is_drawn {
        let (_, y) = frame.at(1.0, threshold);
        canvas.line(&[(frame.left, y), (frame.right, y)], GREY, 1.0)?;
        canvas.coloured_text(&name, (frame.left + 6.0, y - 8.0), SMALL, Anchor::Left, GREY)
    } else {
        let name = format!("{name}, not in this picture");
        canvas.coloured_text(&name, (frame.left + 6.0, frame.bottom - 10.0), SMALL, Anchor::Left, GREY)
    }
}

/// A line, with a disc at its end: there the solve ended.
fn draw(canvas: &Canvas<'_>, frame: &Frame, curve: &Curve<'_>, colour: RGBColor, dashes: (f64, f64)) -> Drawn {
    let line: Vec<Place> = points(curve.errors).into_iter().map(|(sweep, error)| frame.at(sweep, error)).collect();
    let Some(&end) = line.last() else { return Ok(()) };
    if dashes.0 > 0.0 {
        canvas.dashes(&line, colour, 1.75, dashes)?;
    } else {
        canvas.line(&line, colour, 1.75)?;
    }
    canvas.disc(end, 3.25, colour.to_rgba())
}

/// Discs at the sweeps of the only curve, where they are few.
fn sweeps(canvas: &Canvas<'_>, frame: &Frame, curve: &Curve<'_>) -> Drawn {
    let points = points(curve.errors);
    let few = if points.len() > 30 { &[] } else { &points[..] };
    few.iter().try_for_each(|&(sweep, error)| canvas.disc(frame.at(sweep, error), 2.25, BLUE.to_rgba()))
}

/// Sweep and error; of many sweeps, those that can be told apart, and the last.
fn points(errors: &[f64]) -> Vec<(f64, f64)> {
    let mut left = f64::NEG_INFINITY;
    let mut line = Vec::new();
    let positive = |error: f64| error > 0.0 && error.is_finite();
    let end = errors.iter().rposition(|&error| positive(error));
    for (index, &error) in errors.iter().enumerate().filter(|(_, error)| positive(**error)) {
        let sweep = (index + 1) as f64;
        let place = sweep.log10() * DETAIL;
        if place >= left + 1.0 || Some(index) == end || errors.len() <= 30 {
            line.push((sweep, error));
            left = place;
        }
    }
    line
}

/// For those who do not see the picture.
fn words(curves: &[Curve<'_>], threshold: f64) -> String {
    let one = |curve: &Curve<'_>| match points(curve.errors).last() {
        Some((sweep, error)) => format!("{}: marginal error {error:.1e} after sweep {sweep}", curve.label),
        None => format!("{}: no errors", curve.label),
    };
    let mut parts: Vec<String> = curves.iter().map(one).collect();
    parts.push(format!("threshold {}", crate::terminal::threshold(threshold)));
    parts.join("; ")
}

/// What is told apart by colours, and what by dashes, in the order of the curves.
struct Groups<'a> {
    starts: Vec<&'a str>,
    accelerations: Vec<&'a str>,
}

impl<'a> Groups<'a> {
    fn new(curves: &[Curve<'a>]) -> Self {
        let mut groups = Groups { starts: Vec::new(), accelerations: Vec::new() };
        for curve in curves {
            for (names, name) in [(&mut groups.starts, curve.start), (&mut groups.accelerations, curve.acceleration)] {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        groups
    }

    /// One curve has the colour that all single things have.
    fn colour(&self, start: &str) -> RGBColor {
        let place = self.starts.iter().position(|name| *name == start).unwrap_or(0);
        if self.starts.len() < 2 { BLUE } else { COLOURS[place % COLOURS.len()] }
    }

    fn dashes(&self, acceleration: &str) -> (f64, f64) {
        let known = DASHES.iter().find(|(name, _)| *name == acceleration && self.accelerations.len() > 1);
        known.map_or((0.0, 0.0), |&(_, dashes)| dashes)
    }

    /// Names under a word, for each group that tells anything apart.
    fn blocks(&self) -> impl Iterator<Item = (&'static str, &[&'a str])> {
        let blocks = [("start", &self.starts[..]), ("acceleration", &self.accelerations[..])];
        blocks.into_iter().filter(|(_, names)| names.len() > 1)
    }

    fn height(&self) -> f64 {
        self.blocks().map(|(_, names)| ROW * (names.len() as f64 + 1.75)).sum()
    }

    fn legend(&self, canvas: &Canvas<'_>, left: f64) -> Drawn {
        let mut y = TOP + 8.0;
        for (word, names) in self.blocks() {
            canvas.coloured_text(word, (left, y), SMALL, Anchor::Left, GREY)?;
            for name in names {
                y += ROW;
                let sample = [(left, y), (left + 30.0, y)];
                match self.dashes(name) {
                    _ if word == "start" => canvas.line(&sample, self.colour(name), 2.5)?,
                    (0.0, _) => canvas.line(&sample, GREY, 1.75)?,
                    dashes => canvas.dashes(&sample, GREY, 1.75, dashes)?,
                }
                canvas.text(&fitted(name, NAME, LEGEND - 46.0), (left + 38.0, y), NAME, Anchor::Left)?;
            }
            y += 1.75 * ROW;
        }
        Ok(())
    }
}
