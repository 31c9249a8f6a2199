//! Exit codes. Scripts rely on the numbers: they are never changed, only added to. `--help` lists them
//! (`args/help.rs`).

use std::process::ExitCode;

use sinkhorn_core::Status;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Solved to the threshold; or help, or a demo in order.
    Converged = 0,
    /// A file could not be read or written, or the system refused what the program needs.
    Io = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The contents of a file are wrong, or more than memory holds.
    Data = 3,
    /// The sweeps allowed were used up. Results are written, and usable.
    NotConverged = 4,
    /// Rounding keeps the error above the threshold. Results are written, and as good as the precision allows.
    PrecisionFloor = 5,
    /// The rows of the demo, which must agree on the objective, do not.
    Disagreement = 6,
    /// Ctrl-C: 128 and the number of SIGINT, as shells have it.
    Interrupted = 130,
}

impl Exit {
    /// Of several solves: the first that did not converge.
    pub fn of_all(exits: impl IntoIterator<Item = Exit>) -> Exit {
        exits.into_iter().find(|&exit| exit != Exit::Converged).unwrap_or(Exit::Converged)
    }
}

impl From<Status> for Exit {
    fn from(status: Status) -> Self {
        match status {
            Status::Converged => Exit::Converged,
            Status::PrecisionFloor => Exit::PrecisionFloor,
            Status::Stopped => Exit::Interrupted,
            _ => Exit::NotConverged,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}
