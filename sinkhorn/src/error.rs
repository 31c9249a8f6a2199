//! What can go wrong.

use std::fmt;

use sinkhorn_core::{
    Report, Status,
    error::{Argument, Place},
};

use crate::Real;

/// A bad call, or a solve that should have converged and did not.
///
/// `Debug` writes the message, too, so that `main` and `unwrap` show it.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// An argument is at fault. The message names it and the entry: "x[7, 1] is NaN".
    Argument(sinkhorn_core::Error),
    /// Points have another number of coordinates than those of `x`.
    Dimension {
        /// The argument at fault.
        argument: Argument,
        /// The number of coordinates of its points.
        actual: usize,
        /// The number of coordinates of the points of `x`.
        expected: usize,
    },
    /// A solve ended in another way, and [`Transport::into_converged`](crate::Transport::into_converged) was asked for.
    NotConverged {
        /// The way in which it ended.
        status: Status,
        /// The number of sweeps.
        sweeps: u32,
        /// The marginal error that was reached.
        marginal_error: f64,
    },
}

impl Error {
    /// Returns the name of the argument at fault; a solve that did not converge has none.
    pub fn argument(&self) -> Option<&'static str> {
        match self {
            Error::Argument(error) => Some(error.argument.name()),
            Error::Dimension { argument, .. } => Some(argument.name()),
            Error::NotConverged { .. } => None,
        }
    }

    /// Returns the entry at fault; not every error has one.
    pub fn place(&self) -> Option<Place> {
        match self {
            Error::Argument(error) => error.place(),
            _ => None,
        }
    }

    pub(crate) fn not_converged<T: Real>(report: &Report<T>) -> Self {
        let marginal_error = report.marginal_error().widen();
        Error::NotConverged { status: report.status, sweeps: report.sweeps, marginal_error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Argument(error) => error.fmt(f),
            Error::Dimension { argument, actual, expected } => {
                write!(f, "{argument} has {actual} coordinates a point where x has {expected}")
            }
            Error::NotConverged { status, sweeps, marginal_error } => {
                let name = status.name();
                let plural = if *sweeps == 1 { "" } else { "s" };
                write!(f, "{name} after {sweeps} sweep{plural}, with a marginal error of {marginal_error:.1e}")?;
                status.remedy().map_or(Ok(()), |remedy| write!(f, ": {remedy}"))
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<sinkhorn_core::Error> for Error {
    fn from(error: sinkhorn_core::Error) -> Self {
        Error::Argument(error)
    }
}
