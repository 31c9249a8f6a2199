//! Little memory: a message and a code of the list, whatever is asked for.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Instant;

use crate::support::{Folder, limited, npy};

#[test]
fn want_of_memory_is_told_with_a_code() {
    let folder = Folder::new();
    let line = |k: u32| format!("{},{}\n", f64::from(k).sin(), f64::from(k).cos());
    folder.write("many.csv", (0..60_000).map(line).collect::<String>());
    folder.write("few.csv", (0..50).map(line).collect::<String>());
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let mut told = 0;
    for kilobytes in [20_000, 22_000, 24_000, 27_000, 30_000, 50_000] {
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

/// What the page says: 64 MB and twelve times the file, equal rows included, and no more than a second and one for
/// every 10 MB, here for the smallest numbers that there are.
#[test]
fn reading_takes_the_memory_and_the_time_that_the_page_says() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|k| (k.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let digits: Vec<u8> = bytes.iter().take(10_000_000).flat_map(|byte| [b'0' + byte % 10, b'\n']).collect();
    folder.write("line.npy", npy("|u1", false, "(20000000,)", &bytes));
    folder.write("points.npy", npy("|u1", false, "(2500000, 8)", &bytes));
    folder.write("line.csv", digits);
    folder.write("one.csv", "0\n");
    folder.write("eight.csv", "0,0,0,0,0,0,0,0\n");
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    for files in ["line.npy one.csv", "points.npy eight.csv", "line.csv one.csv"] {
        // It ends when all points are read, as there is no such start. Addresses of threads that hold nothing come on
        // top.
        let line = format!("ulimit -v 444000; exec {program} solve {files} --start none.json --threads 1");
        let clock = Instant::now();
        let output = limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr, "sinkhorn: error: none.json: No such file or directory\n", "{files}");
        let seconds = clock.elapsed().as_secs_f64();
        println!("{seconds:.2} s: {files}");
        assert!(seconds < 12.0, "{files}: {seconds} s, on a machine with other work"); // 3 s
    }
}
