//! The start from coarse to fine, with memory of its own.

use sinkhorn_core::{
    Error, Real,
    cells::Cells,
    start::{Start, StartMemory, StartReport, Target},
};

/// Starts from the potentials between cells of points, cells of cells, and so on: from coarse to fine.
///
/// This is [`Cells`] of `sinkhorn-core`, which says what it does, with memory of its own: about 30 scalars a point,
/// while it runs. It takes points under any cost that accepts points between the data, and any number of them. It pays
/// for thousands of points in few dimensions, where it leaves a few sweeps at any epsilon.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, Workspace};
/// use sinkhorn_init::CellsStart;
///
/// let x: Vec<f64> = (0..4000).map(|k| (k as f64 * 0.7).sin()).collect(); // 2 000 points of the plane
/// let y: Vec<f64> = (0..4000).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let workspace = Workspace::new(&mut memory, &problem, &settings)?;
/// let solution = solve(&problem, &CellsStart, &settings, workspace)?;
/// assert_eq!(solution.report().start.name, "cells");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct CellsStart;

impl<T: Real> Start<T> for CellsStart {
    /// # Errors
    /// Those of [`Cells::fit`].
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let mut memory = vec![T::ZERO; Cells::len(target)?];
        Cells::fit(target, &mut memory)?.write_potentials(target, out)
    }
}
