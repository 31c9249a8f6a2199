//! Errors, in the names that Python users know.

use std::fmt;

use pyo3::PyErr;
use pyo3::exceptions::PyValueError;
use sinkhorn::Error;
use sinkhorn::core::error::ErrorKind;

/// Returns what the package calls an argument of the solver.
fn name(argument: &'static str) -> &'static str {
    match argument {
        "x" => "X_a",
        "y" => "X_b",
        "points" => "X",
        "cost" => "M",
        "epsilon" => "reg",
        "rho_a" => "unbalanced[0]",
        "rho_b" => "unbalanced[1]",
        "threshold" => "tol",
        "max_sweeps" => "max_iter",
        other => other,
    }
}

/// A fault, said of an argument by its name in Python.
struct Fault(ErrorKind, &'static str);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(self.1, f)
    }
}

/// Makes a `ValueError`.
pub fn value_error(error: Error) -> PyErr {
    PyValueError::new_err(match error {
        Error::Argument(error) => Fault(error.kind, name(error.argument.name())).to_string(),
        Error::Dimension { argument, actual, expected } => {
            format!("{} has {actual} coordinates a point where X_a has {expected}", name(argument.name()))
        }
        other => other.to_string(),
    })
}

/// Makes a `ValueError` of an error of the core.
pub fn core_error(error: sinkhorn::core::Error) -> PyErr {
    value_error(error.into())
}
