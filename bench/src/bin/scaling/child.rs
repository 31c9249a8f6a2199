//! A process for every measurement, so that its peak of memory is its own.

use std::env;
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde::de::DeserializeOwned;

use crate::args::{Args, Only};

/// What this program prints when it is asked for one measurement.
pub fn run<T: DeserializeOwned>(args: &Args, only: Only, size: usize) -> Result<T, String> {
    let what = only.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let failed = |error: &dyn std::fmt::Display| format!("{what} of {size}: {error}");
    let output = env::current_exe()
        .and_then(|program| {
            Command::new(program)
                .args(["--only", &what, "--size", &size.to_string(), "--solve-max", &args.solve_max.to_string()])
                .stderr(Stdio::inherit())
                .output()
        })
        .map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))
}
