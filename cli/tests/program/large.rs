//! Many points in little memory.
#![cfg(unix)]

use std::fmt::Write as _;
use std::process::Command;

use crate::support::{Folder, limited};

/// 100 000 points of dimension 3, as CSV, against 2 000: a kernel would take 1.6 GB, and this has 300 MB of addresses,
/// the program's own included.
#[test]
fn a_solve_of_many_points_takes_memory_in_proportion_to_them() {
    let folder = Folder::new();
    let write = |name: &str, count: u32| {
        let mut text = String::from("east,north,height\n");
        for k in 0..count {
            let t = f64::from(k);
            let _ = writeln!(text, "{:.6},{:.6},{:.6}", (t * 0.7).sin(), (t * 1.3).cos(), (t * 0.01).sin());
        }
        folder.write(name, text);
    };
    write("many.csv", 100_000);
    write("few.csv", 2_000);
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let limited = |arguments: &str| {
        let line = format!("ulimit -v 300000; exec {program} {arguments}");
        limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")))
    };
    let output = limited("solve many.csv few.csv --threads 1 --threshold 1e-3 --json --potentials-x f.npy");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["points"]["x"]["points"], &json["storage"]), (&100_000.into(), &"stream".into()));
    let output = limited("solve many.csv few.csv --threads 1 --storage kernel");
    let message = "sinkhorn: error: there is not enough memory for 1.61 GB (--storage stream keeps no kernel)\n";
    let found = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(found, (Some(3), message.into()), "the limit holds");
}
