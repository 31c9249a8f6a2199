//! Points in the order in which loops read their coordinates.

use core::ops::Range;

use crate::float::Float;
use crate::memory::CopyTo;
use crate::real::Real;

/// The number of rows whose coordinates lie side by side. x is kept as d lines of the first GROUP points, then as d
/// lines of the next. The last group is as wide as there are points left.
pub(crate) const GROUP: usize = 4;

/// The number of columns whose coordinates lie side by side. y is kept as d lines of the first PANEL points, then as d
/// lines of the next. The last panel is as wide as there are points left.
pub(crate) const PANEL: usize = 64;

/// The points of both sides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackedPoints<'a, T> {
    /// n x d, in groups.
    pub x: &'a [T],
    /// m x d, in panels.
    pub y: &'a [T],
    /// d: what to add to x before it is compared with y, because each side is centred by its own mean.
    pub delta: &'a [T],
    pub dimension: usize,
    pub rows: usize,
    pub columns: usize,
}

/// Some points side by side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Panel<'a, T> {
    /// d x width.
    pub values: &'a [T],
    pub width: usize,
}

impl<'a, T> Panel<'a, T> {
    #[inline(always)]
    fn new(values: &'a [T], count: usize, d: usize, start: usize, most: usize) -> Self {
        let width = most.min(count - start);
        Panel { values: &values[start * d..(start + width) * d], width }
    }
}

impl<T: Real> PackedPoints<'_, T> {
    /// Copies them to other memory.
    pub fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> PackedPoints<'t, T> {
        let PackedPoints { x, y, delta, dimension, rows, columns } = *self;
        PackedPoints { x: to.copy(x), y: to.copy(y), delta: to.copy(delta), dimension, rows, columns }
    }
}

impl<'a, T: Copy> PackedPoints<'a, T> {
    /// Returns the panel that begins at column `start`.
    #[inline(always)]
    pub fn panel(&self, start: usize) -> Panel<'a, T> {
        Panel::new(self.y, self.columns, self.dimension, start, PANEL)
    }

    /// Returns the group that begins at row `start`.
    #[inline(always)]
    pub fn group(&self, start: usize) -> Panel<'a, T> {
        Panel::new(self.x, self.rows, self.dimension, start, GROUP)
    }

    /// Calls `visit` with the panels of `count` columns from `start` on: a panel from its first such column on, and
    /// which of the columns lie in it.
    #[inline(always)]
    pub fn each_panel(&self, start: usize, count: usize, mut visit: impl FnMut(Panel<'a, T>, Range<usize>)) {
        let mut at = 0;
        while at < count {
            // The first column may lie inside its panel, if pairs are skipped.
            let inside = if cfg!(feature = "skipping") { (start + at) % PANEL } else { 0 };
            let Panel { values, width } = self.panel(start + at - inside);
            let own = at..count.min(at + width - inside);
            at = own.end;
            visit(Panel { values: &values[inside..], width }, own);
        }
    }

    /// Returns coordinate k of x_i, not shifted by delta.
    #[inline(always)]
    pub fn x(&self, i: usize, k: usize) -> T {
        let group = self.group(i - i % GROUP);
        group.values[k * group.width + i % GROUP]
    }

    /// Returns coordinate k of y_j.
    #[inline]
    pub fn y(&self, j: usize, k: usize) -> T {
        let panel = self.panel(j - j % PANEL);
        panel.values[k * panel.width + j % PANEL]
    }
}

/// The place of a tile: where it begins, and the potentials of its rows and columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TileAt<'b, T> {
    /// The first row.
    pub i: usize,
    /// The first column: a multiple of [`PANEL`].
    pub start: usize,
    /// F of the rows.
    pub f: &'b [T],
    /// G of the columns.
    pub g: &'b [T],
}

/// Some blocks of columns, in ascending order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColumnList<'l, T> {
    /// The numbers of the blocks, parked as [`from_index`](crate::float::Internal::from_index) does.
    pub blocks: &'l [T],
    /// The number of columns of a block; the last one of all may have fewer.
    pub width: usize,
    /// The number of all columns.
    pub columns: usize,
}

impl<T: Float> ColumnList<'_, T> {
    /// Returns the ranges of neighbouring columns.
    #[inline(always)]
    pub fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let mut at = 0;
        core::iter::from_fn(move || {
            let first = self.blocks.get(at)?.to_index() as usize;
            let mut count = 1;
            while self.blocks.get(at + count).is_some_and(|next| next.to_index() as usize == first + count) {
                count += 1;
            }
            at += count;
            Some(first * self.width..((first + count) * self.width).min(self.columns))
        })
    }

    /// Returns the number of columns in the list.
    #[cfg(feature = "skipping")]
    pub fn len(&self) -> usize {
        self.runs().map(|run| run.len()).sum()
    }
}
