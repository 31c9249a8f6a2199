//! What the firmware does, for any machine: a host runs the same code and must get the same bits.
//!
//! A job is a file. It gets [`Memory`] and a [`Recorder`], records what it found, and fails where that is wrong in
//! itself; whether the bits are those of the host is for the one who compares the records. `c/jobs.c` does the same
//! through the C interface, under the same names.
#![no_std]

mod bad_input;
mod hash;
mod in_place;
mod lengths;
mod memory;
mod points;
#[cfg(feature = "ranks")]
mod ranks;
mod record;
mod solve;
mod stack;
mod window;

pub use memory::Memory;
pub use record::{Field, Recorder, write_line};

/// Why a job failed.
#[derive(Debug)]
pub enum Failure {
    /// The library refused what it should have taken.
    Refused(sinkhorn_core::Error),
    /// It did not do what it should.
    Wrong(&'static str),
}

impl From<sinkhorn_core::Error> for Failure {
    fn from(error: sinkhorn_core::Error) -> Self {
        Failure::Refused(error)
    }
}

/// Runs one job.
pub type Job = fn(&mut Memory, &mut dyn Recorder) -> Result<(), Failure>;

/// All jobs, by name.
pub const JOBS: &[(&str, Job)] = &[
    ("solve", solve::run),
    ("in_place", in_place::run),
    ("window", window::run),
    ("lengths", lengths::run),
    #[cfg(feature = "ranks")]
    ("ranks", ranks::run),
    ("bad_input", bad_input::run),
    ("each", stack::run),
];
