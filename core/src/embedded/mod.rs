//! Solves without an allocator: workspaces of fixed size, and the smallest solve.
//!
//! [`FixedWorkspace`] is the memory of a solve in a static variable or on the stack. [`InPlace`] is the smallest solve:
//! it overwrites a cost matrix. [`workspace_len`] is the length of any other workspace, as a constant.

mod fixed;
mod in_place;
#[cfg(feature = "nalgebra")]
mod matrix;

pub use crate::workspace::workspace_len;
pub use fixed::{FixedKernel, FixedWorkspace};
pub use in_place::{InPlace, InPlaceReport};
#[cfg(feature = "nalgebra")]
pub use matrix::{FixedSolution, solve_matrix};
