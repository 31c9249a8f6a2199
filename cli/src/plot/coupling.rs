//! Transport on a line: the plan, with the two distributions that it couples along its sides.

use super::Svg;
use super::axis::{Axis, range};
use super::canvas::{Anchor, Canvas, Drawn, picture};
use super::frame::{Frame, heading, room};
use super::number::short;
use super::style::{BLUE, GREY, ORANGE, SMALL, fitted, ramp};

const PLAN: f64 = 420.0;
const SIDE: f64 = 96.0;
const GAP: f64 = 10.0;
const TOP: f64 = 56.0;
const BELOW: f64 = 56.0;
/// Colours of the ramp that are drawn: more are not told apart.
const SHADES: f64 = 48.0;
/// A cell with less than this part of the fullest one is left white.
const FAINT: f64 = 1e-4;
/// The side of a cell that stands alone, at most.
const ALONE: f64 = 12.0;

/// Two weighted sets of numbers, and how much goes from where to where.
pub struct Coupling<'a> {
    pub x: &'a [f64],
    pub y: &'a [f64],
    /// Weights of `x`.
    pub a: &'a [f64],
    /// Weights of `y`.
    pub b: &'a [f64],
    pub names: (String, String),
    /// Each side is cut into so many equal [`bins`].
    pub cells: usize,
    /// Mass between two bins, a row a bin of `x`.
    pub plan: &'a [f64],
}

/// The cell of each value, of so many between the least and the greatest; the middle one of all where they are equal.
pub fn bins(values: &[f64], cells: usize) -> Vec<usize> {
    // As on the axis; the little more is against rounding where values are all equal.
    let axis = Axis::real(values.iter().copied());
    let cell = |value: &f64| (axis.place(*value) * cells as f64 + 1e-9) as usize;
    values.iter().map(|value| cell(value).min(cells.saturating_sub(1))).collect()
}

/// The picture.
pub fn svg(title: &str, coupling: &Coupling<'_>) -> Svg {
    let sides = (Side::new(coupling.x, coupling.a, coupling.cells), Side::new(coupling.y, coupling.b, coupling.cells));
    let left = 16.0 + room(&sides.1.axis.ticks(6));
    let size = (left + SIDE + GAP + PLAN + 24.0, TOP + PLAN + GAP + SIDE + BELOW);
    picture(title, &words(coupling), size, |canvas| {
        let note = format!("{} and {} points, {} cells a side", coupling.x.len(), coupling.y.len(), coupling.cells);
        heading(canvas, title, &note, 16.0, size.0 - 32.0)?;
        let frame = Frame {
            left: left + SIDE + GAP,
            top: TOP,
            right: left + SIDE + GAP + PLAN,
            bottom: TOP + PLAN,
            x: sides.0.axis,
            y: sides.1.axis,
        };
        axes(canvas, &frame, &coupling.names)?;
        histograms(canvas, &frame, &sides)?;
        let plan = Plan::new(coupling, &sides);
        plan.draw(canvas, &frame)?;
        plan.scale(canvas, left, frame.bottom + GAP)
    })
}

/// Ticks go through the histograms into the plan; axes are on the outer sides.
fn axes(canvas: &Canvas<'_>, frame: &Frame, names: &(String, String)) -> Drawn {
    let (x, y) = (frame.x.ticks(7), frame.y.ticks(7));
    frame.grid(canvas, (&x, &y))?;
    let below = Frame { top: frame.bottom + GAP, bottom: frame.bottom + GAP + SIDE, ..*frame };
    let beside = Frame { left: frame.left - GAP - SIDE, right: frame.left - GAP, ..*frame };
    below.grid(canvas, (&x, &[]))?;
    beside.grid(canvas, (&[], &y))?;
    below.below(canvas, &x, &names.0)?;
    beside.beside(canvas, &y, &names.1, room(&y) - 8.0)?;
    let corners =
        [(frame.left, frame.top), (frame.right, frame.top), (frame.right, frame.bottom), (frame.left, frame.bottom)];
    canvas.line(&[corners[0], corners[1], corners[2], corners[3], corners[0]], GREY, 1.0)
}

/// From the axes towards the plan, each as high as there is room.
fn histograms(canvas: &Canvas<'_>, frame: &Frame, (x, y): &(Side, Side)) -> Drawn {
    let (below, beside) = (frame.bottom + GAP + SIDE, frame.left - GAP - SIDE);
    let (width, height) = (PLAN / x.mass.len() as f64, PLAN / y.mass.len() as f64);
    let (seam_x, seam_y) = (x.seam(), y.seam());
    for (cell, height) in x.heights() {
        let (from, to) = x.extent(cell);
        let (from, to) = (frame.left + from * width, frame.left + to * width + seam_x);
        canvas.block((from, below), (to, below - height * SIDE), BLUE)?;
    }
    for (cell, width) in y.heights() {
        let (from, to) = y.extent(cell);
        let (from, to) = (frame.bottom - from * height, frame.bottom - to * height - seam_y);
        canvas.block((beside, from), (beside + width * SIDE, to), ORANGE)?;
    }
    Ok(())
}

/// One of the two distributions, in cells.
struct Side {
    axis: Axis,
    mass: Vec<f64>,
    /// Cells are drawn so many times as wide as they are.
    spread: f64,
}

impl Side {
    fn new(values: &[f64], weights: &[f64], cells: usize) -> Self {
        let mut mass = vec![0.0; cells.max(1)];
        for (cell, weight) in bins(values, cells).into_iter().zip(weights) {
            if weight.is_finite() && *weight > 0.0 {
                mass[cell] += weight;
            }
        }
        let spread = spread(&mass);
        Side { axis: Axis::real(values.iter().copied()), mass, spread }
    }

    /// Cells with any mass, and how much as a part of the greatest.
    fn heights(&self) -> impl Iterator<Item = (usize, f64)> {
        let most = self.mass.iter().copied().fold(0.0, f64::max);
        self.mass.iter().enumerate().filter(|(_, mass)| **mass > 0.0).map(move |(cell, mass)| (cell, mass / most))
    }

    /// Renderers leave light seams between blocks that only touch, so neighbours are drawn a hair wider, in pixels.
    fn seam(&self) -> f64 {
        if self.spread > 1.0 { 0.0 } else { 0.25 }
    }

    /// Where a cell is drawn, in cells.
    fn extent(&self, cell: usize) -> (f64, f64) {
        let middle = cell as f64 + 0.5;
        let count = self.mass.len() as f64;
        // Within the sides, and as wide there as elsewhere.
        let low = (middle - 0.5 * self.spread).clamp(0.0, (count - self.spread).max(0.0));
        (low, low + self.spread)
    }
}

/// A few points far apart would be specks: their cells are drawn wider, as far as none meets the next.
fn spread(mass: &[f64]) -> f64 {
    let full: Vec<usize> = (0..mass.len()).filter(|&cell| mass[cell] > 0.0).collect();
    let nearest = full.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(mass.len());
    (ALONE * mass.len() as f64 / PLAN).min(nearest as f64 - 1.0).max(1.0)
}

struct Plan<'a> {
    cells: usize,
    mass: &'a [f64],
    most: f64,
    sides: &'a (Side, Side),
}

impl<'a> Plan<'a> {
    fn new(coupling: &Coupling<'a>, sides: &'a (Side, Side)) -> Self {
        let (_, most) = range(coupling.plan.iter().copied()).unwrap_or((0.0, 0.0));
        Plan { cells: coupling.cells, mass: coupling.plan, most, sides }
    }

    /// Columns of blocks, equal neighbours as one: a plan of many cells is then still a small file.
    fn draw(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        if !(self.most > 0.0) {
            return Ok(());
        }
        let cell = PLAN / self.cells as f64;
        let seam = (self.sides.0.seam(), self.sides.1.seam());
        for (x, column) in self.mass.chunks(self.cells).take(self.cells).enumerate() {
            let (left, right) = self.sides.0.extent(x);
            for (shade, first, last) in runs(column, |mass| self.shade(mass), self.sides.1.spread <= 1.0) {
                let (low, high) = (self.sides.1.extent(first).0, self.sides.1.extent(last).1);
                let from = (frame.left + left * cell, frame.bottom - low * cell);
                let to = (frame.left + right * cell + seam.0, frame.bottom - high * cell - seam.1);
                canvas.block(from, to, ramp(f64::from(shade) / SHADES))?;
            }
        }
        Ok(())
    }

    /// One of the [`SHADES`]: by the square root, so that thin parts are seen beside thick ones.
    fn shade(&self, mass: f64) -> Option<u8> {
        let part = mass / self.most;
        (part >= FAINT).then(|| (part.sqrt() * SHADES).round() as u8)
    }

    /// What the shades mean, in the corner between the histograms.
    fn scale(&self, canvas: &Canvas<'_>, left: f64, top: f64) -> Drawn {
        if !(self.most > 0.0) {
            return Ok(());
        }
        let (low, high, right) = (top + SIDE, top + 22.0, left + 12.0);
        let at = |part: f64| low - part.sqrt() * (low - high);
        // Whole pixels: no seams.
        let steps = (0.5 * (low - high)) as u32;
        for step in 0..steps {
            let from = low - 2.0 * f64::from(step);
            canvas.block((left, from), (right, from - 2.0), ramp(f64::from(step + 1) / f64::from(steps)))?;
        }
        canvas.coloured_text("mass in a cell (sqrt)", (left, top + 8.0), SMALL, Anchor::Left, GREY)?;
        for part in [0.0, 0.25, 1.0] {
            let y = at(part);
            canvas.line(&[(right, y), (right + 4.0, y)], GREY, 1.0)?;
            let value = fitted(&short(part * self.most), SMALL, SIDE - 22.0);
            canvas.coloured_text(&value, (right + 8.0, y), SMALL, Anchor::Left, GREY)?;
        }
        Ok(())
    }
}

/// Shade, first and last cell of each stretch of one shade; or of each cell, where they are not to be joined.
fn runs(column: &[f64], shade: impl Fn(f64) -> Option<u8>, are_joined: bool) -> Vec<(u8, usize, usize)> {
    let mut runs: Vec<(u8, usize, usize)> = Vec::new();
    for (cell, mass) in column.iter().enumerate() {
        let Some(shade) = shade(*mass) else { continue };
        match runs.last_mut() {
            Some((same, _, last)) if are_joined && *same == shade && *last + 1 == cell => *last = cell,
            _ => runs.push((shade, cell, cell)),
        }
    }
    runs
}

/// For those who do not see the picture.
fn words(coupling: &Coupling<'_>) -> String {
    let extent = |values: &[f64]| match range(values.iter().copied()) {
        Some((low, high)) => format!("{} points from {} to {}", values.len(), short(low), short(high)),
        None => "no points".into(),
    };
    let (x, y) = &coupling.names;
    format!("The plan between {x}, {}, and {y}, {}", extent(coupling.x), extent(coupling.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_equal_and_the_greatest_value_is_in_the_last() {
        assert_eq!(bins(&[0.0, 0.24, 0.25, 0.5, 1.0], 4), [0, 0, 1, 2, 3]);
        assert_eq!(bins(&[7.0; 3], 5), [2; 3]);
        assert_eq!(bins(&[0.3; 3], 8), [4; 3]);
        assert_eq!(bins(&[-1e308, 0.0, 1e308], 10), [0, 5, 9]);
        assert!(bins(&[], 5).is_empty());
        assert_eq!(bins(&[f64::NAN, 0.0, 1.0, f64::INFINITY], 2), [0, 0, 1, 1]);
    }

    #[test]
    fn neighbours_of_one_shade_are_one_run() {
        let shade = |mass: f64| (mass > 0.0).then_some(mass as u8);
        let column = [1.0, 1.0, 0.0, 1.0, 2.0, 2.0];
        assert_eq!(runs(&column, shade, true), [(1, 0, 1), (1, 3, 3), (2, 4, 5)]);
        assert_eq!(runs(&column, shade, false).len(), 5);
    }

    #[test]
    fn cells_far_apart_are_drawn_wider() {
        let mut mass = vec![0.0; 100];
        (mass[0], mass[50], mass[99]) = (1.0, 1.0, 1.0);
        assert!(spread(&mass) > 2.0);
        mass[51] = 1.0;
        assert_eq!(spread(&mass), 1.0);
    }
}
