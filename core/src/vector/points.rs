//! Points in the order in which loops read their coordinates.

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
