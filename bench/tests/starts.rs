//! The table of starts is what single solves find, and its files are whole.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use sinkhorn_bench::{problems, starts};
use sinkhorn_core::{Acceleration, Epsilon, Error, Settings, Storage, error::ErrorKind, settings::Annealing};
use sinkhorn_tests::process::limited;
use sinkhorn_tests::solve_owned;

const SIZE: usize = 60;
const ACCELERATIONS: [&str; 4] = ["plain", "annealing", "relaxation", "anderson"];

fn starts(arguments: &[&str]) -> Output {
    limited(Command::new(env!("CARGO_BIN_EXE_sinkhorn-bench")).arg("starts").args(arguments))
        .output()
        .expect("the program")
}

/// Runs the command, and returns what it prints and the tables that it writes.
fn tables(arguments: &str, more: &[&str]) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tables.json");
    let mut arguments: Vec<&str> = arguments.split(' ').chain(more.iter().copied()).collect();
    arguments.extend(["--json", file.to_str().unwrap()]);
    let output = starts(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "temporary files are gone");
    let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!((&document["schema"], &document["command"][0]), (&Value::from(2), &Value::from("starts")));
    (String::from_utf8(output.stdout).unwrap(), document["tables"].as_array().unwrap().clone())
}

fn rows(table: &Value) -> &[Value] {
    table["rows"].as_array().unwrap()
}

/// The settings that the table says it takes.
fn settings(acceleration: &str, start: &str, epsilon: f64) -> Settings<f64> {
    let first = if start == "zero" { 1.0 / epsilon } else { 8.0 };
    match acceleration {
        "plain" => Settings::plain(),
        "annealing" => Settings { annealing: Some(Annealing { first, factor: 0.5, sweeps: 2 }), ..Settings::plain() },
        "relaxation" => Settings { acceleration: Acceleration::AdaptiveRelaxation, ..Settings::default() },
        _ => Settings { acceleration: Acceleration::Anderson { memory: 10 }, ..Settings::default() },
    }
}

#[test]
fn sweeps_are_those_of_single_solves() {
    let plots = tempfile::tempdir().unwrap();
    let names = ["line-uniform", "moons"];
    let arguments = "--size 60 --problem line-uniform --problem moons --storage kernel --epsilon 0.05 --plots";
    let (text, tables) = tables(arguments, &[plots.path().to_str().unwrap()]);
    assert!(text.contains("Each start alone") && !text.contains("NaN"), "{text}");
    assert_eq!(tables.len(), names.len() + 1);
    for (name, table) in names.into_iter().zip(&tables) {
        assert!(table["title"].as_str().unwrap().starts_with(&format!("{name}, epsilon 0.05: ")), "{table}");
        let case = problems::named(name, SIZE).unwrap();
        let problem = case.problem(Epsilon::OfMean(0.05)).unwrap();
        let mut rows = rows(table).iter();
        for threshold in [1e-3, 1e-6] {
            for start in starts::all() {
                let row = rows.next().unwrap();
                assert_eq!((&row["start"], &row["to"]), (&Value::from(start.name), &Value::from(threshold)));
                for acceleration in ACCELERATIONS {
                    let wanted = settings(acceleration, start.name, 0.05);
                    let settings = Settings { threshold, max_sweeps: 5000, storage: Storage::Kernel, ..wanted };
                    let found = &row[acceleration];
                    match solve_owned(&problem, start.start.as_ref(), &settings) {
                        Ok(solved) => {
                            assert_eq!(found["sweeps"], solved.report.sweeps, "{row}");
                            assert_eq!(found["status"], solved.report.status.name(), "{row}");
                        }
                        Err(Error { kind: ErrorKind::Unsupported { reason, .. }, .. }) => {
                            assert_eq!(found["does_not_apply"], reason)
                        }
                        Err(error) => panic!("{row}: {error}"),
                    }
                }
            }
        }
        assert_eq!(rows.next(), None);
        let picture = fs::read_to_string(plots.path().join(name).with_extension("svg")).unwrap();
        assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"));
        assert!(picture.matches("<polyline").count() > 10 && !picture.contains("NaN"));
        assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
    }
    assert_eq!(fs::read_dir(plots.path()).unwrap().count(), names.len(), "temporary files are gone");
}

#[test]
fn a_run_that_is_given_up_says_so() {
    let (text, tables) = tables("--size 60 --problem moons --epsilon 0.002 --start zero --max-sweeps 3", &[]);
    assert!(text.contains(" >3 "), "{text}");
    for row in rows(&tables[0]) {
        for run in ACCELERATIONS.map(|acceleration| &row[acceleration]) {
            assert_eq!((&run["sweeps"], &run["status"]), (&Value::Null, &Value::from("sweep limit")));
        }
    }
}

#[test]
fn the_headline_has_its_rows_and_means() {
    let arguments = "--headline --size 60 --storage kernel --problem line-uniform --problem moons --epsilon 0.05 --epsilon \
                     0.02 --format markdown";
    let (text, tables) = tables(arguments, &[]);
    assert_eq!(tables.len(), 2, "rows and means");
    assert_eq!((rows(&tables[0]).len(), rows(&tables[1]).len()), (4, 4));
    for row in rows(&tables[0]) {
        let ways = ["plain", "Anderson", "start"].map(|way| &row[way]);
        assert_eq!([&ways[0]["start"], &ways[1]["start"]], ["zero", "zero"]);
        assert!(ways.iter().all(|way| way["status"] == "converged"), "{row}");
    }
    assert!(text.contains("\n| moons | 0.02 | "), "Markdown: {text}");
    assert!(text.contains("Geometric means") && text.contains("Worst") && !text.contains("NaN"), "{text}");
}

#[test]
fn bad_names_are_answered_with_the_known_ones() {
    for (option, known) in [("--problem", "moons"), ("--start", "gaussian"), ("--acceleration", "anderson")] {
        let output = starts(&[option, "no-such-name"]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(message.contains("no-such-name") && message.contains(known), "{message}");
    }
    for arguments in [["--epsilon", "0"], ["--size", "0"], ["--max-sweeps", "-1"], ["--epsilon", "NaN"]] {
        assert_eq!(starts(&arguments).status.code(), Some(2), "{arguments:?}");
    }
}
