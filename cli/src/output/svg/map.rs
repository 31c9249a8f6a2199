//! Transport in the plane: the points of both sides, and an arrow from points of the first to where they go on average.

use plotters::style::{Color, RGBColor};

use super::Svg;
use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Drawn, Place, picture};
use super::frame::{Frame, heading, room};
use super::style::{BLUE, NAME, ORANGE, fitted, width};

/// Points of a side that are drawn, at most.
const POINTS: usize = 2000;
/// Arrows that are drawn, at most.
const ARROWS: usize = 400;
const PLOT: f64 = 560.0;
/// The height of the plot is between these parts of its width, whatever the points.
const FLAT: f64 = 0.45;
const TALL: f64 = 1.1;
const TOP: f64 = 64.0;
/// Below the title, for a note.
const NOTE: f64 = 20.0;
const BELOW: f64 = 56.0;
const SHAFT: RGBColor = RGBColor(150, 150, 150);
const POINT: RGBColor = RGBColor(70, 70, 70);
const HEAD: f64 = 6.5;

/// Two sets of points in the plane, one point after the other, and the image of each of the first.
pub struct Map<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub images: &'a [f64],
    pub names: (String, String),
    pub axes: (String, String),
}

/// The picture.
pub fn svg(title: &str, map: &Map<'_>) -> Svg {
    let (x, y) = (points(map.x), points(map.y));
    let arrows: Vec<(Place, Place)> = x.iter().copied().zip(points(map.images)).collect();
    let (drawn_x, drawn_y, drawn_arrows) = (chosen(&x, POINTS), chosen(&y, POINTS), chosen(&arrows, ARROWS));
    let all = || drawn_x.iter().chain(&drawn_y).copied().chain(drawn_arrows.iter().map(|(_, image)| *image));
    let all = || all().filter(|(across, up)| across.is_finite() && up.is_finite());
    let note = note([(drawn_x.len(), x.len()), (drawn_y.len(), y.len()), (drawn_arrows.len(), arrows.len())]);
    let top = if note.is_empty() { TOP } else { TOP + NOTE };
    let frame = frame(top, all().map(|place| place.0), all().map(|place| place.1));
    let size = (frame.right + 24.0, frame.bottom + BELOW);
    let what = format!("{} points of {} and {} points of {}", x.len(), map.names.0, y.len(), map.names.1);
    picture(title, &what, size, |canvas| {
        heading(canvas, title, &note, 16.0, size.0 - 32.0)?;
        legend(canvas, &map.names, top - 20.0, size.0)?;
        axes(canvas, &frame, &map.axes)?;
        scatter(canvas, &frame, &drawn_y, ORANGE)?;
        draw_arrows(canvas, &frame, &drawn_arrows)?;
        scatter(canvas, &frame, &drawn_x, BLUE)
    })
}

fn points(flat: &[f64]) -> Vec<Place> {
    flat.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// So many at most, evenly spaced.
fn chosen<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let count = all.len().min(most);
    (0..count).map(|k| all[k * all.len() / count]).collect()
}

/// What is not all drawn.
fn note([x, y, arrows]: [(usize, usize); 3]) -> String {
    let part = |(drawn, all): (usize, usize), what: &str| (drawn < all).then(|| format!("{drawn} of {all} {what}"));
    let parts = [part(x, "points of x"), part(y, "points of y"), part(arrows, "arrows")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("Drawn: {}, evenly chosen", parts.join(", ")) }
}

/// One scale for both axes; as high as the points need, within limits.
fn frame(top: f64, across: impl Iterator<Item = f64>, up: impl Iterator<Item = f64>) -> Frame {
    let (x, y) = (Axis::real(across).padded(0.05), Axis::real(up).padded(0.05));
    let (wide, high) = (x.span(), y.span());
    let ratio = (high / wide).clamp(FLAT, TALL);
    // As much as both need: one of the two is then wider than its points.
    let (x, y) = (x.stretched(wide.max(high / ratio)), y.stretched(high.max(wide * ratio)));
    let left = 16.0 + room(&y.ticks(6));
    Frame { left, top, right: left + PLOT, bottom: top + PLOT * ratio, x, y }
}

fn axes(canvas: &Canvas<'_>, frame: &Frame, names: &(String, String)) -> Drawn {
    let (x, y) = (frame.x.ticks(6), frame.y.ticks(6));
    frame.grid(canvas, (&x, &y))?;
    frame.below(canvas, &x, &names.0)?;
    frame.beside(canvas, &y, &names.1, room(&y) - 8.0)
}

fn legend(canvas: &Canvas<'_>, (x, y): &(String, String), height: f64, whole: f64) -> Drawn {
    let words = "x to its mean image";
    let room = 0.5 * (whole - 32.0 - width(words, NAME) - 42.0 - 4.0 * 20.0);
    let mut left = 16.0;
    for (name, colour) in [(x, BLUE), (y, ORANGE)] {
        let name = fitted(name, NAME, room);
        canvas.disc((left + 5.0, height), 4.0, colour.to_rgba())?;
        canvas.text(&name, (left + 16.0, height), NAME, Anchor::Left)?;
        left += 40.0 + width(&name, NAME);
    }
    pointer(canvas, (left, height), (left + 30.0, height), HEAD)?;
    canvas.text(words, (left + 38.0, height), NAME, Anchor::Left)
}

/// Smaller the more they are, and never so dense that none can be seen through.
fn scatter(canvas: &Canvas<'_>, frame: &Frame, points: &[Place], colour: RGBColor) -> Drawn {
    let radius = (9.0 / (points.len().max(1) as f64).powf(0.25)).clamp(1.5, 5.0);
    let finite = points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    finite.copied().try_for_each(|(x, y)| canvas.disc(frame.at(x, y), radius, colour.mix(0.75)))
}

/// Heads are smaller the more there are, like points.
fn draw_arrows(canvas: &Canvas<'_>, frame: &Frame, arrows: &[(Place, Place)]) -> Drawn {
    let head = (13.0 / (arrows.len().max(1) as f64).powf(0.2)).min(HEAD);
    for (from, to) in arrows {
        if [from.0, from.1, to.0, to.1].iter().all(|value| value.is_finite()) {
            pointer(canvas, frame.at(from.0, from.1), frame.at(to.0, to.1), head)?;
        }
    }
    Ok(())
}

/// A line with a head, both within its length. Where there is no length, nothing.
fn pointer(canvas: &Canvas<'_>, from: Place, to: Place, head: f64) -> Drawn {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy);
    if length < 1.0 {
        return Ok(());
    }
    let (dx, dy) = (dx / length, dy / length);
    let head = head.min(0.4 * length);
    let neck = (to.0 - head * dx, to.1 - head * dy);
    let half = 0.36 * head;
    canvas.line(&[from, neck], SHAFT, 0.75)?;
    canvas.shape(&[to, (neck.0 - half * dy, neck.1 + half * dx), (neck.0 + half * dy, neck.1 - half * dx)], POINT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_even_and_bounded() {
        let all: Vec<usize> = (0..10_000).collect();
        let some = chosen(&all, 400);
        assert_eq!((some.len(), some[0], some[1], some[399]), (400, 0, 25, 9975));
        assert_eq!(chosen(&all[..3], 400), [0, 1, 2]);
        assert!(chosen::<usize>(&[], 400).is_empty());
    }

    #[test]
    fn what_is_left_out_is_said() {
        assert_eq!(note([(3, 3), (4, 4), (3, 3)]), "");
        let text = note([(2000, 5000), (4, 4), (400, 5000)]);
        assert_eq!(text, "Drawn: 2000 of 5000 points of x, 400 of 5000 arrows, evenly chosen");
    }

    #[test]
    fn one_scale_for_both_axes() {
        for high in [0.01, 1.0, 100.0] {
            let frame = frame(TOP, [0.0, 1.0].into_iter(), [0.0, high].into_iter());
            let (x, y) = (frame.x.span() / (frame.right - frame.left), frame.y.span() / (frame.bottom - frame.top));
            assert!((x / y - 1.0).abs() < 1e-9, "{high}");
        }
    }
}
