//! The program as its users run it: in folders of its own, with its output compared.
//!
//! `cargo test --release -p sinkhorn-cli --test program NAME` runs a file, or a test of that name.

mod bad_commands;
mod bad_input;
mod commands;
mod demo;
mod input;
mod interrupt;
mod json;
mod large;
mod limits;
#[cfg(target_os = "linux")]
mod no_threads;
mod outputs;
mod page;
mod potentials;
mod progress;
mod session;
mod solve;
mod support;
mod tables;
