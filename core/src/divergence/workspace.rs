//! The memory of divergences: three solves, and scratch.

use crate::diff::derivatives_len;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::{Geometry, Shape};
use crate::measure::Weights;
use crate::memory;
use crate::problem::Problem;
use crate::real::Real;
use crate::settings::{Acceleration, Settings, Storage};
use crate::workspace::{Workspace, len_for};

/// Returns the settings of the solves within the measures. Averaged updates have no accelerator and no stored kernel.
pub(super) fn settings_within<T: Real>(settings: &Settings<T>) -> Settings<T> {
    Settings { acceleration: Acceleration::Plain, annealing: None, storage: Storage::Stream, ..*settings }
}

/// Returns the lengths of the parts for every problem of this shape: the solves between the measures, within x and
/// within y, and scratch.
pub(super) fn layout_of_shape<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<[usize; 4], Error> {
    let within = |points: usize| {
        let shape = Shape { rows: points, columns: points, dimension: shape.dimension };
        len_for(shape, 0, Storage::Stream, settings.threads).ok_or(too_large())
    };
    let between = Workspace::len_of_shape(shape, settings)?;
    total([between, within(shape.rows)?, within(shape.columns)?, 2 * shape.columns])
}

/// Returns the lengths of the parts for a problem and the geometries within its measures. They are those of its shape,
/// or more if pairs can be skipped.
pub(super) fn layout<T: Real>(
    problem: &Problem<'_, T>,
    within: &[Geometry<'_, T>; 2],
    settings: &Settings<T>,
) -> Result<[usize; 4], Error> {
    let [between, within_x, within_y, spare] = layout_of_shape(problem.shape(), settings)?;
    let more = |len: usize, geometry: Geometry<'_, T>, weights: Weights<'_, T>| {
        // A geometry of another size is refused later.
        if [geometry.rows(), geometry.columns()] != [weights.len(); 2] {
            return Ok(len);
        }
        let problem = Problem::new(geometry)?.weights_of_both(weights)?;
        Workspace::len(&problem, &settings_within(settings)).map(|more| more.max(len))
    };
    let between = between.max(Workspace::len(problem, settings)?);
    let [x, y] = *within;
    total([between, more(within_x, x, problem.a())?, more(within_y, y, problem.b())?, spare])
}

fn total(parts: [usize; 4]) -> Result<[usize; 4], Error> {
    memory::total(&[&parts]).map(|_| parts).ok_or(too_large())
}

fn too_large() -> Error {
    Error::new(Argument::WORKSPACE, ErrorKind::TooLarge)
}

/// Returns the number of scalars that [`sinkhorn_divergence`](crate::divergence::sinkhorn_divergence) needs for a
/// problem: O(n + m), beside what the storage of the settings takes. It is [`divergence_len_of_shape`], or more if
/// pairs can be skipped.
///
/// # Errors
/// Those of [`Workspace::len`].
pub fn divergence_len<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
    let parts = match super::within(problem) {
        Ok(within) => layout(problem, &within, settings)?,
        // A matrix has no points whose pairs could be skipped.
        Err(_) => layout_of_shape(problem.shape(), settings)?,
    };
    Ok(parts.iter().sum())
}

/// Returns the number of scalars that suffices for every problem of this [shape](crate::Problem::shape). In this
/// memory, pairs are not skipped.
///
/// # Errors
/// Those of [`Workspace::len`].
pub fn divergence_len_of_shape<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
    Ok(layout_of_shape(shape, settings)?.iter().sum())
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
