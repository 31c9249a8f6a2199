//! Little memory: a message and a code of the list, whatever is asked for.
#![cfg(target_os = "linux")]

use std::process::Command;

use crate::support::{Folder, limited};

#[test]
fn want_of_memory_is_told_with_a_code() {
    let folder = Folder::new();
    let line = |k: u32| format!("{},{}\n", f64::from(k).sin(), f64::from(k).cos());
    folder.write("many.csv", (0..60_000).map(line).collect::<String>());
    folder.write("few.csv", (0..50).map(line).collect::<String>());
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let mut told = 0;
    for kilobytes in [12_000, 14_000, 16_000, 18_000, 20_000, 24_000, 30_000, 50_000] {
        for arguments in [
            "solve many.csv few.csv --max-sweeps 1",
            "solve many.csv few.csv --max-sweeps 1 --start mixture",
            "divergence few.csv few.csv",
            "match few.csv many.csv --max-sweeps 1 --epsilon 1 --top 1000",
            "compare few.csv few.csv --starts auto --accelerations auto",
            "fit many.csv",
        ] {
            let line = format!("ulimit -v {kilobytes}; exec {program} {arguments}");
            let output = limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")));
            let stderr = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0 | 4) => {}
                Some(127) => assert!(stderr.contains("shared librar"), "{kilobytes}: {arguments}: {stderr}"),
                Some(3) => {
                    told += 1;
                    assert_eq!(stderr.lines().count(), 1, "{kilobytes}: {arguments}: {stderr}");
                    assert!(stderr.contains("there is not enough memory"), "{kilobytes}: {arguments}: {stderr}");
                }
                code => panic!("{kilobytes}: {arguments}: {code:?}: {stderr}"),
            }
        }
    }
    assert!(told > 0, "the limits hold");
}
