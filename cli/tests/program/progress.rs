//! The line of progress, and the one that says how long it will take where there is no terminal.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{Folder, has, in_a_terminal};

/// `count` points of the plane as CSV.
fn points(count: usize, shift: f64) -> String {
    let line = |i: usize| format!("{},{}\n", shift + (i as f64 * 0.7).sin(), (i as f64 * 1.3).cos());
    (0..count).map(line).collect()
}

#[test]
fn progress_is_for_terminals_and_on_standard_error() {
    let folder = Folder::new();
    folder.write("p.csv", points(1500, 0.0));
    folder.write("q.csv", points(1500, 0.5));
    let solve =
        "solve p.csv q.csv --acceleration plain --start zero --epsilon-of-mean 0.001 --threshold 1e-9 --max-sweeps 300";
    let Some(seen) = in_a_terminal(&folder, 200, solve, "> out.txt") else { return };
    for text in ["sweep ", "error ", " of 1e-9", " left"] {
        assert!(seen.contains(text), "{text:?} in {seen:?}");
    }
    let out = folder.read("out.txt");
    assert!(out.contains("objective") && !out.contains("left") && !out.contains('\u{1b}'), "{out}");
    let run = folder.run(solve);
    assert_eq!((run.code, run.stderr.as_str()), (4, ""), "none where there is no terminal");
}

#[test]
fn what_is_left_is_told_from_the_beginning() {
    if !has("script") {
        return;
    }
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sets")).unwrap();
    for (name, count, shift) in [("p", 30_000, 0.0), ("q", 30_000, 0.5)] {
        folder.write(&format!("{name}.csv"), points(count, shift));
        folder.write(&format!("sets/{name}.csv"), points(count, shift));
    }
    folder.write("v.csv", (0..60_000).map(|k| format!("{}\n", f64::from(k).sin())).collect::<String>());
    for (arguments, what) in [
        ("solve p.csv q.csv --start mixture", "starting potentials ["),
        ("solve p.csv q.csv", "starting potentials ["),
        ("divergence p.csv q.csv", "three solves, "),
        ("sort v.csv", "sorting, "),
        ("batch sets", "0 of 1 pairs ["),
    ] {
        let seen = in_a_terminal(&folder, 4, arguments, "> /dev/null").unwrap();
        let lines: Vec<&str> = seen.split(['\r', '\n']).filter(|line| line.contains(what)).collect();
        let is_told = |line: &&str| line.contains(" left") || line.contains("longer than expected");
        assert!(!lines.is_empty() && lines.iter().all(is_told), "{arguments}: {seen:?}");
        assert!(!seen.contains("about 0"), "{arguments}: {seen:?}");
    }
}

/// One line, and no more.
#[test]
fn without_a_terminal_minutes_of_work_are_announced() {
    let folder = Folder::new();
    folder.write("p.csv", points(500_000, 0.0));
    folder.write("q.csv", points(500_000, 0.5));
    let commands = [
        "solve p.csv q.csv --skipping off", // half a minute otherwise
        "divergence p.csv q.csv --skipping off",
        "match p.csv q.csv --skipping off",
        "sort p.csv --columns 1",
    ];
    for command in commands {
        let mut timeout = Command::new("timeout");
        timeout.args(["--signal=KILL", "120", env!("CARGO_BIN_EXE_sinkhorn")]).args(command.split(' '));
        timeout.stdout(Stdio::null()).stderr(Stdio::piped()).current_dir(folder.path(""));
        let mut child = timeout.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
        let told = line.strip_prefix("sinkhorn: note: this takes ").unwrap_or_else(|| panic!("{command}: {line:?}"));
        assert!(told.starts_with("about ") || told.starts_with("more than "), "{command}: {line:?}");
    }
}
