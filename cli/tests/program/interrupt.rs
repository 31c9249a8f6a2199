//! Ctrl-C and the line of progress.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Folder;

/// `count` points of the plane as CSV.
fn points(count: usize, shift: f64) -> String {
    let line = |i: usize| format!("{},{}\n", shift + (i as f64 * 0.7).sin(), (i as f64 * 1.3).cos());
    (0..count).map(line).collect()
}

/// With `p.csv` and `q.csv`, whose solve to a threshold of 1e-15 does not end.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("p.csv", points(1500, 0.0));
    folder.write("q.csv", points(1500, 0.5));
    folder
}

const ENDLESS: &str =
    "--acceleration plain --start zero --epsilon-of-mean 0.00001 --threshold 1e-15 --max-sweeps 4000000000";

fn start(folder: &Folder, arguments: &str) -> Child {
    folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_solve_ends_with_the_potentials_it_has() {
    let folder = folder();
    let child = start(
        &folder,
        &format!("solve p.csv q.csv {ENDLESS} --potentials-x f.csv --plot curve.svg --plot-kind convergence --json"),
    );
    std::thread::sleep(Duration::from_millis(700));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["status"], "stopped");
    assert!(json["sweeps"].as_u64().unwrap() > 0);
    assert_eq!(folder.read("f.csv").lines().count(), 1501);
    assert_eq!(folder.names(), ["curve.svg", "f.csv", "p.csv", "q.csv"]);
}

/// As a scheduler does; and what a closed terminal sends is the same to the program.
#[test]
fn a_program_that_is_told_to_end_leaves_no_half_of_a_file() {
    let folder = folder();
    for milliseconds in [100, 200, 300, 400, 500, 600, 700, 900] {
        let child =
            start(&folder, "solve p.csv q.csv --epsilon-of-mean 0.05 --plan plan.csv --plan-share 0 --map map.csv");
        std::thread::sleep(Duration::from_millis(milliseconds));
        let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(status.success() || output.status.success(), "it had ended by itself");
        let names = folder.names();
        assert!(names.iter().all(|name| !name.starts_with(".sinkhorn")), "{names:?}");
        let _ = (std::fs::remove_file(folder.path("plan.csv")), std::fs::remove_file(folder.path("map.csv")));
    }
}

#[test]
fn a_batch_ends_with_nothing_written() {
    let folder = folder();
    folder.write("list.csv", "p.csv,q.csv\nq.csv,p.csv\n");
    let child = start(
        &folder,
        "batch list.csv --measure objective --acceleration plain --start zero --epsilon 0.00001 --threshold 1e-15 --max-sweeps 20000 --output out.csv",
    );
    std::thread::sleep(Duration::from_millis(700));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
    assert_eq!(folder.names(), ["list.csv", "p.csv", "q.csv"]);
}

#[test]
fn a_comparison_recommends_what_it_has_found() {
    let folder = folder();
    let arguments = "compare p.csv q.csv --accelerations anderson,plain --starts auto,zero --patience 1000000 --epsilon-of-mean 0.0003 --threshold 1e-13 --max-sweeps 4000000000 --json";
    let child = start(&folder, arguments);
    std::thread::sleep(Duration::from_millis(2500));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["status"], "interrupted");
}

/// Runs in a terminal of its own; what appears there.
fn in_a_terminal(folder: &Folder, arguments: &str, redirect: &str) -> String {
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let line = format!("stty columns 100 && {program} {arguments} {redirect}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env("SHELL", "/bin/sh").stdin(Stdio::null());
    command.env_remove("NO_COLOR").current_dir(folder.path(""));
    let output = command.output().expect("script, of bsdutils, which every Debian has");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn progress_is_for_terminals_and_on_standard_error() {
    let folder = folder();
    let solve =
        "solve p.csv q.csv --acceleration plain --start zero --epsilon-of-mean 0.001 --threshold 1e-9 --max-sweeps 300";
    let seen = in_a_terminal(&folder, solve, "> out.txt");
    for text in ["sweep ", "error ", " of 1e-9", " left"] {
        assert!(seen.contains(text), "{text:?} in {seen:?}");
    }
    let out = folder.read("out.txt");
    assert!(out.contains("objective") && !out.contains("left") && !out.contains('\u{1b}'), "{out}");
    let run = folder.run(solve);
    assert_eq!((run.code, run.stderr.as_str()), (4, ""), "none where there is no terminal");
}

#[test]
fn colours_are_for_terminals_and_follow_no_color() {
    let folder = Folder::with_points();
    let seen = in_a_terminal(&folder, "solve x.csv y.csv", "");
    assert!(seen.contains("\u{1b}[32mconverged"), "{seen:?}");
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let plain = in_a_terminal(&folder, "solve x.csv y.csv", &format!("; NO_COLOR=1 {program} solve x.csv nowhere.csv"));
    let (_, error) = plain.split_once("sinkhorn: ").unwrap();
    assert!(error.starts_with("error: nowhere.csv"), "{error:?}");
}
