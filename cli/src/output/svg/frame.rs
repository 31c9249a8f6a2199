//! A rectangle with an axis below and one on its left.

use super::axis::{Axis, Tick};
use super::canvas::{Anchor, Canvas, Drawn, Place};
use super::style::{GREY, GRID, NAME, SMALL, TITLE, fitted};

/// A rectangle of a picture, in pixels, and what it shows.
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub x: Axis,
    pub y: Axis,
}

impl Frame {
    /// Where a pair of values is.
    pub fn at(&self, x: f64, y: f64) -> Place {
        (self.across(self.x.place(x)), self.up(self.y.place(y)))
    }

    /// Light lines at the ticks; to be drawn first.
    pub fn grid(&self, canvas: &Canvas<'_>, ticks: (&[Tick], &[Tick])) -> Drawn {
        for tick in ticks.0 {
            let x = self.across(tick.place);
            canvas.line(&[(x, self.top), (x, self.bottom)], GRID, 1.0)?;
        }
        for tick in ticks.1 {
            let y = self.up(tick.place);
            canvas.line(&[(self.left, y), (self.right, y)], GRID, 1.0)?;
        }
        Ok(())
    }

    /// The axis below: a line, ticks, their labels, and a name.
    pub fn below(&self, canvas: &Canvas<'_>, ticks: &[Tick], name: &str) -> Drawn {
        canvas.line(&[(self.left, self.bottom), (self.right, self.bottom)], GREY, 1.0)?;
        for tick in ticks {
            let x = self.across(tick.place);
            canvas.line(&[(x, self.bottom), (x, self.bottom + 4.0)], GREY, 1.0)?;
            canvas.text(&tick.label, (x, self.bottom + 14.0), SMALL, Anchor::Middle)?;
        }
        let name = fitted(name, NAME, self.right - self.left);
        canvas.text(&name, (0.5 * (self.left + self.right), self.bottom + 36.0), NAME, Anchor::Middle)
    }

    /// The axis on the left; its name is `away` from it.
    pub fn beside(&self, canvas: &Canvas<'_>, ticks: &[Tick], name: &str, away: f64) -> Drawn {
        canvas.line(&[(self.left, self.top), (self.left, self.bottom)], GREY, 1.0)?;
        for tick in ticks {
            let y = self.up(tick.place);
            canvas.line(&[(self.left - 4.0, y), (self.left, y)], GREY, 1.0)?;
            canvas.text(&tick.label, (self.left - 8.0, y), SMALL, Anchor::Right)?;
        }
        let name = fitted(name, NAME, self.bottom - self.top);
        canvas.turned_text(&name, (self.left - away, 0.5 * (self.top + self.bottom)), NAME)
    }

    pub fn across(&self, place: f64) -> f64 {
        self.left + place * (self.right - self.left)
    }

    pub fn up(&self, place: f64) -> f64 {
        self.bottom - place * (self.bottom - self.top)
    }
}

/// The line above all, with a smaller one under it.
pub fn heading(canvas: &Canvas<'_>, title: &str, note: &str, left: f64, width: f64) -> Drawn {
    canvas.text(&fitted(title, TITLE, width), (left, 22.0), TITLE, Anchor::Left)?;
    canvas.coloured_text(&fitted(note, SMALL, width), (left, 42.0), SMALL, Anchor::Left, GREY)
}

/// The room that labels on the left take, with their ticks and a name.
pub fn room(ticks: &[Tick]) -> f64 {
    let widest = ticks.iter().map(|tick| super::style::width(&tick.label, SMALL)).fold(0.0, f64::max);
    (widest + 40.0).max(64.0)
}
