//! Ctrl-C, and colours in a terminal.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, finished, in_a_terminal};

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
    // What a background job of a script ignores, its children ignore as well, and would wait for ever.
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_sinkhorn")]).current_dir(folder.path(""));
    command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(signal: &str, child: &Child) {
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
}

/// Ctrl-C after a while, and what is printed then; later, where the machine is slow and the program was not ready.
fn interrupted(folder: &Folder, arguments: &str) -> serde_json::Value {
    for seconds in [0.5, 2.0, 8.0, 30.0] {
        let child = start(folder, arguments);
        std::thread::sleep(Duration::from_secs_f64(seconds));
        send("-INT", &child);
        let output = finished(child);
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.stdout.is_empty() {
            continue; // not yet sweeping
        }
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert_eq!(stderr, "sinkhorn: ending with what there is; once more ends at once\n");
        return serde_json::from_slice(&output.stdout).unwrap();
    }
    panic!("{arguments}: nothing was printed however long it had");
}

#[test]
fn a_solve_ends_with_the_potentials_it_has() {
    let folder = folder();
    let outputs = "--potentials-x f.csv --plot curve.svg --plot-kind convergence --json";
    let json = interrupted(&folder, &format!("solve p.csv q.csv {ENDLESS} {outputs}"));
    assert_eq!(json["status"], "stopped");
    assert!(json["sweeps"].as_u64().unwrap() > 0);
    assert_eq!(folder.read("f.csv").lines().count(), 1501);
    assert_eq!(folder.names(), ["curve.svg", "f.csv", "p.csv", "q.csv"]);
}

/// Whether it has opened a file to write to, which has no name yet or one of its own.
fn has_begun_a_file(folder: &Folder, child: &Child) -> bool {
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.id()));
    let mut targets = open.into_iter().flatten().filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let is_nameless =
        targets.any(|target| target.starts_with(folder.path("")) && target.to_string_lossy().ends_with("(deleted)"));
    is_nameless || folder.names().iter().any(|name| name.starts_with(".sinkhorn"))
}

/// Nothing of a file is left even where a program cannot tidy up, if the system has files without a name.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_is_killed_leaves_no_temporary_file() {
    let folder = folder();
    let mut child = start(&folder, "solve p.csv q.csv --epsilon-of-mean 0.05 --plan plan.csv --plan-mass 1");
    while !has_begun_a_file(&folder, &child) {
        assert_eq!(child.try_wait().unwrap(), None, "it ends after the file that it writes has begun");
        std::thread::sleep(Duration::from_millis(2));
    }
    let has_names = folder.names().iter().any(|name| name.starts_with(".sinkhorn"));
    send("-KILL", &child);
    finished(child);
    if !has_names {
        assert_eq!(folder.names(), ["p.csv", "q.csv"]);
    }
}

/// As a scheduler does; and what a closed terminal sends is the same to the program.
#[test]
fn a_program_that_is_told_to_end_leaves_no_half_of_a_file() {
    let folder = folder();
    let mut child =
        start(&folder, "solve p.csv q.csv --epsilon-of-mean 0.05 --plan plan.csv --plan-mass 1 --map map.csv");
    while !has_begun_a_file(&folder, &child) {
        assert_eq!(child.try_wait().unwrap(), None, "it ends after the file that it writes has begun");
        std::thread::sleep(Duration::from_millis(2));
    }
    send("-TERM", &child);
    let output = finished(child);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    assert_eq!(folder.names(), ["p.csv", "q.csv"]);
}

#[test]
fn a_batch_ends_with_the_pairs_that_it_has_finished() {
    let folder = folder();
    folder.write("one.csv", "1,2\n");
    folder.write("list.csv", "one.csv,p.csv\np.csv,q.csv\nq.csv,p.csv\n");
    let endless = ENDLESS.replace("--epsilon-of-mean", "--epsilon");
    let json = interrupted(
        &folder,
        &format!("batch list.csv --measure objective {endless} --threads 1 --json --output out.csv"),
    );
    assert_eq!((&json["status"], json["pairs"].as_array().unwrap().len()), (&"interrupted".into(), 1), "{json}");
    let out = folder.read("out.csv");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines.len() == 2 && lines[1].starts_with("one.csv,p.csv,"), "{out}");
}

/// A start has no sweeps to end after: 120 000 points take minutes in it.
#[test]
fn a_program_in_a_start_ends_at_once() {
    let folder = Folder::new();
    folder.write("p.csv", points(60_000, 0.0));
    folder.write("q.csv", points(60_000, 0.5));
    let mut child = start(&folder, "solve p.csv q.csv --start mixture --threads 1");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(child.try_wait().unwrap(), None, "it is still in its start");
    send("-INT", &child);
    let clock = std::time::Instant::now();
    let output = finished(child);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
    assert!(clock.elapsed() < Duration::from_secs(10), "{:?}", clock.elapsed());
}

#[test]
fn a_comparison_recommends_what_it_has_found() {
    let folder = folder();
    // The first way converges at once; the second never does.
    let ways = "--accelerations anderson,plain --starts zero --patience 1000000000 --max-sweeps 4000000000";
    let json =
        interrupted(&folder, &format!("compare p.csv q.csv {ways} --epsilon-of-mean 0.001 --threshold 1e-12 --json"));
    assert_eq!(json["status"], "interrupted");
    let rows = json["rows"].as_array().unwrap();
    assert!(rows.len() < 3 && json["ways"] == 2, "{json}");
    match json["recommendation"]["acceleration"].as_str() {
        Some(chosen) => {
            let row = rows.iter().find(|row| row["acceleration"] == chosen).unwrap();
            assert_eq!((chosen, &row["status"]), ("anderson", &"converged".into()), "{json}");
        }
        None => assert!(rows.iter().all(|row| row["status"] == "interrupted"), "{json}"),
    }
}

/// The rows that it has printed are all that there is to give.
#[test]
fn a_demo_ends_at_once() {
    let mut child = start(&Folder::new(), "demo");
    std::thread::sleep(Duration::from_millis(400));
    if child.try_wait().unwrap().is_some() {
        return; // a fast machine
    }
    send("-INT", &child);
    let clock = std::time::Instant::now();
    let output = finished(child);
    assert!(clock.elapsed() < Duration::from_secs(2), "{:?}", clock.elapsed());
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("UCI handwritten digits"));
}

/// A start that takes long is not waited for: what is found by then is told.
#[test]
fn a_comparison_in_a_start_ends_at_once_with_the_rows_before() {
    let folder = Folder::new();
    folder.write("p.csv", points(20_000, 0.0));
    folder.write("q.csv", points(20_000, 0.5));
    for seconds in [2.5, 5.0, 10.0, 20.0, 40.0] {
        let ways = "--starts zero,mixture --accelerations plain --epsilon 10 --threads 1 --threshold 0.1 --json";
        let child = start(&folder, &format!("compare p.csv q.csv {ways}"));
        std::thread::sleep(Duration::from_secs_f64(seconds));
        send("-INT", &child);
        let clock = std::time::Instant::now();
        let output = finished(child);
        assert!(clock.elapsed() < Duration::from_secs(2), "{:?}", clock.elapsed());
        assert_eq!(output.status.code(), Some(130));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        if json["rows"].as_array().is_some_and(|rows| !rows.is_empty()) {
            assert_eq!((&json["status"], &json["rows"][0]["start"]), (&"interrupted".into(), &"zero".into()), "{json}");
            return;
        }
    }
    panic!("no row was found however long it had");
}

/// Sweeps of seconds are told as such, at once.
#[test]
fn how_long_ending_takes_is_told() {
    let folder = Folder::new();
    let (mut count, mut seconds) = (30_000, 2.0);
    for _ in 0..8 {
        folder.write("p.csv", points(count, 0.0));
        folder.write("q.csv", points(count / 2, 0.5));
        let options =
            "--start zero --acceleration plain --epsilon 0.001 --storage stream --skipping off --threads 1 --json";
        let child = start(&folder, &format!("solve p.csv q.csv {options}"));
        std::thread::sleep(Duration::from_secs_f64(seconds));
        send("-INT", &child);
        let output = finished(child);
        assert_eq!(output.status.code(), Some(130));
        let stderr = String::from_utf8_lossy(&output.stderr);
        if stderr.contains("sinkhorn: ending with what there is, in about ") {
            assert!(!output.stdout.is_empty());
            return;
        }
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        match json["sweeps"].as_u64() {
            Some(2..) => count *= 2, // its sweeps are shorter than the seconds that are told
            _ => seconds *= 2.0,     // in its first sweep it does not know yet
        }
    }
    panic!("no time was told however long it had and however many points");
}

/// `nohup` has a program go on when its terminal is closed.
#[test]
fn a_signal_that_the_parent_ignores_stays_ignored() {
    let folder = folder();
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let solve =
        "solve p.csv q.csv --epsilon-of-mean 0.01 --acceleration plain --start zero --threshold 1e-12 --max-sweeps 300";
    let line = format!("trap '' HUP; exec {program} {solve}");
    let child =
        Command::new("sh").args(["-c", &line]).current_dir(folder.path("")).stdout(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    send("-HUP", &child);
    let output = finished(child);
    assert!(matches!(output.status.code(), Some(0 | 4)), "{:?}", output.status);
    assert!(String::from_utf8_lossy(&output.stdout).contains("objective"));
}

#[test]
fn colours_are_for_terminals_and_follow_no_color() {
    let folder = Folder::with_points();
    let Some(seen) = in_a_terminal(&folder, 200, "solve x.csv y.csv", "") else { return };
    assert!(seen.contains("\u{1b}[32mconverged"), "{seen:?}");
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let plain =
        in_a_terminal(&folder, 200, "solve x.csv y.csv", &format!("; NO_COLOR=1 {program} solve x.csv nowhere.csv"));
    let plain = plain.unwrap_or_default();
    let (_, error) = plain.split_once("sinkhorn: ").unwrap();
    assert!(error.starts_with("error: nowhere.csv"), "{error:?}");
}
