//! The costs of a problem: a point cloud or a matrix answers what pair (i, j) costs.

pub(crate) mod cost_matrix;
mod point_cloud;

pub use crate::measure::{Points, Weights};
pub use cost_matrix::CostMatrix;
pub use point_cloud::PointCloud;

use crate::cost::BuiltIn;
use crate::memory::CopyTo;
use crate::real::Real;

/// The source of the costs of a problem.
#[derive(Clone, Copy)]
pub enum Geometry<'a, T: Real> {
    /// Two point sets and a ground cost: costs are computed when needed and never stored.
    Points(PointCloud<'a, T>),
    /// A dense matrix of the caller.
    Matrix(CostMatrix<'a, T>),
}

impl<'a, T: Real> Geometry<'a, T> {
    /// Returns the point sets and their ground cost; a matrix has none.
    pub fn cloud(&self) -> Option<&PointCloud<'a, T>> {
        match self {
            Geometry::Points(cloud) => Some(cloud),
            Geometry::Matrix(_) => None,
        }
    }

    /// Returns the number of coordinates of a point, which is 0 for a matrix.
    pub fn dimension(&self) -> usize {
        self.cloud().map_or(0, PointCloud::dimension)
    }

    /// Returns n, the number of points on the side of `a`.
    pub fn rows(&self) -> usize {
        match self {
            Geometry::Points(cloud) => cloud.x().len(),
            Geometry::Matrix(matrix) => matrix.rows(),
        }
    }

    /// Returns m, the number of points on the side of `b`.
    pub fn columns(&self) -> usize {
        match self {
            Geometry::Points(cloud) => cloud.y().len(),
            Geometry::Matrix(matrix) => matrix.columns(),
        }
    }

    /// Returns C_ij.
    ///
    /// # Panics
    /// If an index is out of range.
    pub fn cost(&self, i: usize, j: usize) -> T {
        match self {
            Geometry::Points(cloud) => cloud.cost(i, j),
            Geometry::Matrix(matrix) => matrix.cost(i, j),
        }
    }

    /// Returns the geometry of the rows and columns with these numbers. `None` stands for all of a side.
    #[cfg(feature = "support")]
    pub(crate) fn choose(self, rows: Option<&'a [T]>, columns: Option<&'a [T]>) -> Self {
        match self {
            Geometry::Points(cloud) => Geometry::Points(cloud.choose(rows, columns)),
            Geometry::Matrix(matrix) => Geometry::Matrix(matrix.choose(rows, columns)),
        }
    }

    /// Copies points or costs to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Geometry<'t, T> {
        match self {
            Geometry::Points(cloud) => Geometry::Points(cloud.copied(to)),
            Geometry::Matrix(matrix) => Geometry::Matrix(matrix.copied(to)),
        }
    }

    /// Returns the sizes that decide how much memory a solve needs.
    pub fn shape(&self) -> Shape {
        let copied = self.cloud().filter(|cloud| cloud.ground_cost().built_in() != BuiltIn::None);
        let dimension = copied.map_or(0, PointCloud::dimension);
        Shape { rows: self.rows(), columns: self.columns(), dimension }
    }
}

impl<'a, T: Real> From<PointCloud<'a, T>> for Geometry<'a, T> {
    fn from(cloud: PointCloud<'a, T>) -> Self {
        Geometry::Points(cloud)
    }
}

impl<'a, T: Real> From<CostMatrix<'a, T>> for Geometry<'a, T> {
    fn from(matrix: CostMatrix<'a, T>) -> Self {
        Geometry::Matrix(matrix)
    }
}

/// The sizes of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// n, the number of points on the side of `a`.
    pub rows: usize,
    /// m, the number of points on the side of `b`.
    pub columns: usize,
    /// The number of coordinates of a point that the solver copies, side by side with those of other points. It is the
    /// dimension under every cost of the library, and 0 for a cost of the caller and for a matrix.
    pub dimension: usize,
}

impl Shape {
    /// Returns the sizes of points of dimension `dimension` under the squared Euclidean cost, or any other that the
    /// library has.
    pub const fn squared_euclidean(rows: usize, columns: usize, dimension: usize) -> Self {
        Shape { rows, columns, dimension }
    }

    /// Returns the sizes of a cost matrix, or of points under a cost of the caller.
    pub const fn general(rows: usize, columns: usize) -> Self {
        Shape { rows, columns, dimension: 0 }
    }
}
