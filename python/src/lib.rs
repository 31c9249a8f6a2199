//! The compiled part of the Python package `sinkhorn`.
//!
//! It takes C-contiguous arrays of `float32` or `float64`, and nothing else: the package in `sinkhorn/` makes them of
//! what users have. A bad argument is a `ValueError` with the words of the solver.

mod divergence;
mod error;
mod input;
mod run;
mod soft;
mod solved;

/// The module `sinkhorn._sinkhorn`.
#[pyo3::pymodule]
mod _sinkhorn {
    #[pymodule_export]
    use crate::divergence::{Divergence, divergence};
    #[pymodule_export]
    use crate::soft::{Soft, soft};
    #[pymodule_export]
    use crate::solved::{Solved, solve};
}
