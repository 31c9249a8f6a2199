//! Pictures of a run, as SVG text: how it converged, and what it transports where.
//!
//! Layout is in CSS pixels and done here, on [`axis`] and [`frame`]; plotters writes the shapes, on [`canvas`].

pub mod convergence;
pub mod coupling;
pub mod map;
pub mod picture;

mod axis;
mod canvas;
mod cells;
mod frame;
mod number;
mod style;

use crate::process::Failure;

pub use cells::{Cells, Grid};

/// A finished picture, or why there is none.
pub type Svg = Result<String, Failure>;

#[cfg(test)]
mod check;
