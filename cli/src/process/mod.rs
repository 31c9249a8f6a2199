//! How the program ends, and what it has of the system: exit codes, failures, Ctrl-C, memory.

mod exit;
mod failure;
pub mod interrupt;
pub mod memory;

pub use exit::Exit;
pub use failure::Failure;
