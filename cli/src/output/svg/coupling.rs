//! Transport on a line: the plan, with the two distributions that it couples along its sides.

use super::axis::{Axis, range};
use super::canvas::{Anchor, Canvas, Drawn, picture};
use super::frame::{Frame, heading, room};
use super::number::short;
use super::style::{BLUE, GREY, ORANGE, SMALL, fitted, ramp};
use super::{Cells, Grid, Svg};

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
    /// Rows of both files, where equal ones are one value.
    pub rows: (usize, usize),
    pub grid: Grid,
    /// Mass between two cells, a row a cell of `x`.
    pub plan: &'a [f64],
}

/// The picture.
pub fn svg(title: &str, coupling: &Coupling<'_>) -> Svg {
    let (grid, axes_of) = (&coupling.grid, coupling.grid.axes());
    let sides =
        (Side::new(coupling.x, coupling.a, grid.x, axes_of.0), Side::new(coupling.y, coupling.b, grid.y, axes_of.1));
    let left = 16.0 + room(&sides.1.axis.ticks(6));
    let size = (left + SIDE + GAP + PLAN + 24.0, TOP + PLAN + GAP + SIDE + BELOW);
    picture(title, &words(coupling), size, |canvas| {
        let frame = Frame {
            left: left + SIDE + GAP,
            top: TOP,
            right: left + SIDE + GAP + PLAN,
            bottom: TOP + PLAN,
            x: sides.0.axis,
            y: sides.1.axis,
        };
        heading(canvas, title, &note(coupling, &frame), 16.0, size.0 - 32.0)?;
        axes(canvas, &frame, &coupling.names)?;
        histograms(canvas, &frame, &sides)?;
        let plan = Plan::new(coupling, &sides);
        plan.draw(canvas, &frame)?;
        if let Some((low, high)) = unmoved(&frame) {
            canvas.dashes(&[frame.at(low, low), frame.at(high, high)], GREY, 1.0, (5.0, 5.0))?;
        }
        plan.scale(canvas, left, frame.bottom + GAP)
    })
}

fn note(coupling: &Coupling<'_>, frame: &Frame) -> String {
    let (n, m) = coupling.rows;
    let (x, y) = (short(coupling.grid.x.width), short(coupling.grid.y.width));
    let cells = if x == y { format!("cells of {x}") } else { format!("cells of {x} by {y}") };
    let line = if unmoved(frame).is_some() { "; on the dashed line nothing moves" } else { "" };
    format!("{n} and {m} points, {cells}{line}")
}

/// From where to where x and y of the same value are in the picture.
fn unmoved(frame: &Frame) -> Option<(f64, f64)> {
    let ((a, b), (c, d)) = (frame.x.ends(), frame.y.ends());
    let (low, high) = (a.max(c), b.min(d));
    (low < high).then_some((low, high))
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
    for (cell, height) in x.heights() {
        let (from, to) = x.extent(cell);
        let (from, to) = (frame.across(from), frame.across(to) + x.seam());
        canvas.block((from, below), (to, below - height * SIDE), BLUE)?;
    }
    for (cell, width) in y.heights() {
        let (from, to) = y.extent(cell);
        let (from, to) = (frame.up(from), frame.up(to) - y.seam());
        canvas.block((beside, from), (beside + width * SIDE, to), ORANGE)?;
    }
    Ok(())
}

/// One of the two distributions, in cells.
struct Side {
    axis: Axis,
    cells: Cells,
    mass: Vec<f64>,
    /// Cells are drawn so many times as wide as they are.
    spread: f64,
}

impl Side {
    fn new(values: &[f64], weights: &[f64], cells: Cells, axis: Axis) -> Self {
        let mut mass = vec![0.0; cells.count.max(1)];
        for (cell, weight) in cells.bins(values).into_iter().zip(weights) {
            if weight.is_finite() && *weight > 0.0 {
                mass[cell] += weight;
            }
        }
        let spread = spread(&mass, PLAN * cells.width / axis.span());
        Side { axis, cells, mass, spread }
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

    /// Where a cell is drawn, as places on the axis.
    fn extent(&self, cell: usize) -> (f64, f64) {
        let middle = cell as f64 + 0.5;
        let count = self.mass.len() as f64;
        // Within the sides, and as wide there as elsewhere.
        let low = (middle - 0.5 * self.spread).clamp(0.0, (count - self.spread).max(0.0));
        let place = |cells: f64| self.axis.place(self.cells.edge(cells));
        (place(low), place(low + self.spread))
    }
}

/// A few points far apart would be specks: their cells, of so many pixels, are drawn wider, as far as none meets the
/// next.
fn spread(mass: &[f64], pixels: f64) -> f64 {
    let full: Vec<usize> = (0..mass.len()).filter(|&cell| mass[cell] > 0.0).collect();
    let nearest = full.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(mass.len());
    (ALONE / pixels).min(nearest as f64 - 1.0).max(1.0)
}

struct Plan<'a> {
    mass: &'a [f64],
    most: f64,
    sides: &'a (Side, Side),
}

impl<'a> Plan<'a> {
    fn new(coupling: &Coupling<'a>, sides: &'a (Side, Side)) -> Self {
        let (_, most) = range(coupling.plan.iter().copied()).unwrap_or((0.0, 0.0));
        Plan { mass: coupling.plan, most, sides }
    }

    /// Columns of blocks, equal neighbours as one: a plan of many cells is then still a small file.
    fn draw(&self, canvas: &Canvas<'_>, frame: &Frame) -> Drawn {
        if !(self.most > 0.0) {
            return Ok(());
        }
        let (of_x, of_y) = self.sides;
        for (x, column) in self.mass.chunks(of_y.cells.count).take(of_x.cells.count).enumerate() {
            let (left, right) = of_x.extent(x);
            for (shade, first, last) in runs(column, |mass| self.shade(mass), of_y.spread <= 1.0) {
                let (low, high) = (of_y.extent(first).0, of_y.extent(last).1);
                let from = (frame.across(left), frame.up(low));
                let to = (frame.across(right) + of_x.seam(), frame.up(high) - of_y.seam());
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
        canvas.coloured_text("mass in a cell", (left, top + 8.0), SMALL, Anchor::Left, GREY)?;
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
        assert!(spread(&mass, 4.2) > 2.0);
        mass[51] = 1.0;
        assert_eq!(spread(&mass, 4.2), 1.0);
    }
}
