//! How much memory divergences need.

use crate::diff::{DerivativeSettings, derivatives_len};
use crate::error::{Argument, Error};
use crate::geometry::{Geometry, Shape};
use crate::problem::Problem;
use crate::real::Real;
use crate::settings::{Settings, Storage};
use crate::workspace::{Workspace, len_for};

/// Scalars of the parts: three solves, and scratch.
pub(super) struct Parts([usize; 4]);

impl Parts {
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// `memory` is long enough.
    pub fn cut<'w, T>(&self, memory: &'w mut [T]) -> [&'w mut [T]; 4] {
        let mut rest = memory;
        self.0.map(|len| {
            let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            part
        })
    }
}

pub(super) fn len<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<Parts, Error> {
    let (argument, shape) = (Argument::Workspace, problem.shape());
    let within = |points: usize| {
        let shape = Shape { rows: points, columns: points, dimension: shape.dimension };
        len_for(shape, 0, Storage::Stream, settings.threads).ok_or(Error::TooLarge { argument })
    };
    let between = Workspace::len(problem, settings)?;
    Ok(Parts([between, within(problem.rows())?, within(problem.columns())?, 2 * problem.columns()]))
}

/// Scalars that [`sinkhorn_divergence`](crate::sinkhorn_divergence) needs: O(n + m), beside what the storage of the settings takes.
///
/// # Errors
/// Those of [`Workspace::len`].
pub fn divergence_len<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
    len(problem, settings).map(|parts| parts.total())
}

/// Scalars that [`Divergence::gradient`](crate::Divergence::gradient) needs: O(n + m).
///
/// # Errors
/// [`Error::TooLarge`].
pub fn divergence_gradient_len<T: Real>(
    problem: &Problem<'_, T>,
    settings: &DerivativeSettings<T>,
) -> Result<usize, Error> {
    let (n, m) = (problem.rows(), problem.columns());
    let dimension = match problem.geometry() {
        Geometry::Points(cloud) => cloud.dimension(),
        Geometry::Matrix(_) => 0,
    };
    let mut most = 0;
    for (rows, columns) in [(n, m), (n, n), (m, m)] {
        let len = derivatives_len(rows, columns, dimension, settings.threads);
        most = most.max(len.ok_or(Error::TooLarge { argument: Argument::Workspace })?);
    }
    Ok(most + n.max(m) * dimension.max(1))
}
