use crate::cost::{GroundCost, SquaredEuclidean};
use crate::error::{Argument, Error};
use crate::measure::Points;
use crate::memory::CopyTo;
use crate::real::Real;

/// Two point sets of the same dimension and a ground cost.
#[derive(Clone, Copy)]
pub struct PointCloud<'a, T: Real> {
    x: Points<'a, T>,
    y: Points<'a, T>,
    cost: &'a dyn GroundCost<T>,
}

impl<'a, T: Real> PointCloud<'a, T> {
    /// Reads points from `x` and `y`, which hold them one after the other (row-major, n x dimension and m x dimension).
    ///
    /// # Errors
    /// Those of [`Points::new`], naming `x` or `y`.
    pub fn new(x: &'a [T], y: &'a [T], dimension: usize, cost: &'a dyn GroundCost<T>) -> Result<Self, Error> {
        let x = Points::new(Argument::X, x, dimension)?;
        let y = Points::new(Argument::Y, y, dimension)?;
        Ok(PointCloud { x, y, cost })
    }

    /// Reads points under the cost |x - y|^2.
    ///
    /// # Errors
    /// Those of [`PointCloud::new`].
    pub fn squared_euclidean(x: &'a [T], y: &'a [T], dimension: usize) -> Result<Self, Error> {
        PointCloud::new(x, y, dimension, &SquaredEuclidean)
    }

    /// Returns the points with these numbers. `None` stands for all of a side.
    #[cfg(feature = "support")]
    pub(crate) fn choose(self, rows: Option<&'a [T]>, columns: Option<&'a [T]>) -> Self {
        PointCloud { x: self.x.choose(rows), y: self.y.choose(columns), ..self }
    }

    /// Pairs point sets of the same dimension.
    #[cfg(feature = "skipping")]
    pub(crate) fn of(x: Points<'a, T>, y: Points<'a, T>, cost: &'a dyn GroundCost<T>) -> Self {
        PointCloud { x, y, cost }
    }

    /// Copies the points to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> PointCloud<'t, T> {
        PointCloud { x: self.x.copied(to), y: self.y.copied(to), cost: to.cost }
    }

    /// Writes c(x_i, y_j) for consecutive j from `start` on.
    #[cfg(feature = "costs")]
    pub(crate) fn cost_row(&self, i: usize, start: usize, out: &mut [T]) {
        match self.y.side_by_side(start, start + out.len()) {
            Some(ys) => self.cost.row(self.x.point(i), ys, out),
            None => out.iter_mut().enumerate().for_each(|(k, value)| *value = self.cost(i, start + k)),
        }
    }

    /// Returns the points on the side of `a`.
    pub fn x(&self) -> Points<'a, T> {
        self.x
    }

    /// Returns the points on the side of `b`.
    pub fn y(&self) -> Points<'a, T> {
        self.y
    }

    /// Returns the number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.x.dimension()
    }

    /// Returns the ground cost.
    pub fn ground_cost(&self) -> &'a dyn GroundCost<T> {
        self.cost
    }

    /// Returns c(x_i, y_j).
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn cost(&self, i: usize, j: usize) -> T {
        self.cost.cost(self.x.point(i), self.y.point(j))
    }
}
