//! How much memory divergences need.

use crate::diff::derivatives_len;
use crate::error::{Argument, Error, ErrorKind};
use crate::geometry::Shape;
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

pub(super) fn len<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<Parts, Error> {
    let argument = Argument::WORKSPACE;
    let within = |points: usize| {
        let shape = Shape { rows: points, columns: points, dimension: shape.dimension };
        len_for(shape, 0, Storage::Stream, settings.threads).ok_or(Error::new(argument, ErrorKind::TooLarge))
    };
    let between = Workspace::len_of_shape(shape, settings)?;
    let parts = [between, within(shape.rows)?, within(shape.columns)?, 2 * shape.columns];
    match parts.iter().try_fold(0, |total: usize, &len| total.checked_add(len)) {
        Some(_) => Ok(Parts(parts)),
        None => Err(Error::new(argument, ErrorKind::TooLarge)),
    }
}

/// Scalars that [`sinkhorn_divergence`](crate::sinkhorn_divergence) needs for a problem of this [shape](crate::Problem::shape): O(n + m), beside what the
/// storage of the settings takes.
///
/// # Errors
/// Those of [`Workspace::len`].
pub fn divergence_len<T: Real>(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
    len(shape, settings).map(|parts| parts.total())
}

/// Scalars that [`Divergence::gradient`](crate::Divergence::gradient) needs for points of a dimension (0: cost matrices) on a number of threads: the largest
/// [`derivatives_len`] of the three problems, and max(n, m) max(d, 1). `None` on overflow.
pub const fn divergence_gradient_len(rows: usize, columns: usize, dimension: usize, threads: usize) -> Option<usize> {
    let sizes = [(rows, columns), (rows, rows), (columns, columns)];
    let (mut most, mut k) = (0, 0);
    while k < sizes.len() {
        match derivatives_len(sizes[k].0, sizes[k].1, dimension, threads) {
            Some(len) if len > most => most = len,
            Some(_) => {}
            None => return None,
        }
        k += 1;
    }
    let points = if rows > columns { rows } else { columns };
    match points.checked_mul(if dimension > 0 { dimension } else { 1 }) {
        Some(spare) => most.checked_add(spare),
        None => None,
    }
}
