//! The memory of divergences: three solves, and scratch.

use crate::diff::derivatives_len;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::Shape;
use crate::memory;
use crate::real::Real;
use crate::settings::{Settings, Storage};
use crate::workspace::{Workspace, len_for};

/// Returns the lengths of the parts: the solves between the measures, within x and within y, and scratch.
pub(super) fn layout<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<[usize; 4], Error> {
    let too_large = Error::new(Argument::WORKSPACE, ErrorKind::TooLarge);
    let within = |points: usize| {
        let shape = Shape { rows: points, columns: points, dimension: shape.dimension };
        len_for(shape, 0, Storage::Stream, settings.threads).ok_or(too_large)
    };
    let between = Workspace::len_of_shape(shape, settings)?;
    let parts = [between, within(shape.rows)?, within(shape.columns)?, 2 * shape.columns];
    memory::total(&[&parts]).map(|_| parts).ok_or(too_large)
}

/// Returns the number of scalars that [`sinkhorn_divergence`](crate::divergence::sinkhorn_divergence) needs for a
/// problem of this [shape](crate::Problem::shape): O(n + m), beside what the storage of the settings takes.
///
/// # Errors
/// Those of [`Workspace::len`].
pub fn divergence_len<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
    Ok(layout(shape, settings)?.iter().sum())
}

/// Returns the number of scalars that [`Divergence::gradient`](crate::divergence::Divergence::gradient) needs for
/// points of a dimension (0: cost matrices) on a number of threads: the largest [`derivatives_len`] of the three
/// problems, and max(n, m) max(d, 1). It is `None` on overflow.
pub const fn divergence_gradient_len(rows: usize, columns: usize, dimension: usize, threads: usize) -> Option<usize> {
    let between = derivatives_len(rows, columns, dimension, threads);
    let within_x = derivatives_len(rows, rows, dimension, threads);
    let within_y = derivatives_len(columns, columns, dimension, threads);
    let (Some(between), Some(within_x), Some(within_y)) = (between, within_x, within_y) else { return None };
    let within = if within_x > within_y { within_x } else { within_y };
    let most = if between > within { between } else { within };
    let points = if rows > columns { rows } else { columns };
    match points.checked_mul(if dimension > 0 { dimension } else { 1 }) {
        Some(spare) => most.checked_add(spare),
        None => None,
    }
}
