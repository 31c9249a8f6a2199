//! The table of starts is what single solves find, and its files are whole.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sinkhorn_bench::{problems, starts};
use sinkhorn_core::{Acceleration, Epsilon, Error, Settings, Storage, error::ErrorKind, settings::Annealing};
use sinkhorn_tests::process::limited;
use sinkhorn_tests::solve_owned;

const SIZE: usize = 60;
const ACCELERATIONS: [&str; 4] = ["plain", "annealing", "relaxation", "anderson"];

fn starts(arguments: &[&str]) -> Output {
    limited(Command::new(env!("CARGO_BIN_EXE_starts")).args(arguments)).output().expect("the program")
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("the file")).expect("JSON")
}

/// The settings that the table says it took.
fn settings(acceleration: &str, start: &str, epsilon: f64, table: &Value) -> Settings<f64> {
    let annealing = &table["parameters"]["annealing"];
    let after_start = annealing["first_from_other_starts"].as_f64().unwrap();
    let annealing = Annealing {
        first: if start == "zero" { 1.0 / epsilon } else { after_start },
        factor: annealing["factor"].as_f64().unwrap(),
        sweeps: annealing["sweeps"].as_u64().unwrap() as u32,
    };
    match acceleration {
        "plain" => Settings::plain(),
        "annealing" => Settings { annealing: Some(annealing), ..Settings::plain() },
        "relaxation" => Settings { acceleration: Acceleration::AdaptiveRelaxation, ..Settings::default() },
        _ => Settings { acceleration: Acceleration::Anderson { memory: 10 }, ..Settings::default() },
    }
}

#[test]
fn sweeps_are_those_of_single_solves() {
    let folder = tempfile::tempdir().unwrap();
    let (file, plots) = (folder.path().join("table.json"), folder.path().join("plots"));
    let names = ["line-uniform", "moons"];
    let output = starts(&[
        "--size",
        &SIZE.to_string(),
        "--problem",
        names[0],
        "--problem",
        names[1],
        "--storage",
        "kernel",
        "--epsilon",
        "0.05",
        "--json",
        file.to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = json(&file);
    assert_eq!(table["schema"], 1);
    let runs = table["runs"].as_array().unwrap();
    assert_eq!(runs.len(), names.len() * starts::all().len() * ACCELERATIONS.len());
    assert_eq!(table["times"]["runs"].as_array().unwrap().len(), runs.len());

    let mut rows = runs.iter();
    for name in names {
        let case = problems::named(name, SIZE).unwrap();
        let problem = case.problem(Epsilon::OfMean(0.05)).unwrap();
        for start in starts::all() {
            for acceleration in ACCELERATIONS {
                let run = rows.next().unwrap();
                assert_eq!([&run["problem"], &run["start"], &run["acceleration"]], [name, start.name, acceleration]);
                let expected = settings(acceleration, start.name, 0.05, &table);
                for (index, threshold) in [1e-3, 1e-6].into_iter().enumerate() {
                    let settings = Settings { threshold, max_sweeps: 5000, storage: Storage::Kernel, ..expected };
                    match solve_owned(&problem, start.start.as_ref(), &settings) {
                        Ok(solved) => {
                            let reached = &run["reached"][index];
                            assert_eq!(reached["sweeps"], solved.report.sweeps, "{run}");
                            assert_eq!(reached["status"], solved.report.status.name(), "{run}");
                            assert_eq!(run["does_not_apply"], Value::Null);
                        }
                        Err(Error { kind: ErrorKind::Unsupported { reason, .. }, .. }) => {
                            assert_eq!(run["does_not_apply"], reason)
                        }
                        Err(error) => panic!("{run}: {error}"),
                    }
                }
            }
        }
        let picture = fs::read_to_string(plots.join(name).with_extension("svg")).unwrap();
        assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"));
        assert!(picture.matches("<polyline").count() > 10 && !picture.contains("NaN"));
        assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
    }
    let files = |path: &Path| fs::read_dir(path).unwrap().count();
    assert_eq!((files(folder.path()), files(&plots)), (2, names.len()), "temporary files are gone");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Each start alone") && !text.contains("NaN"), "{text}");
}

#[test]
fn a_run_that_is_given_up_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.json");
    let arguments = "--size 60 --problem moons --epsilon 0.002 --start zero --max-sweeps 3 --json";
    let mut arguments: Vec<&str> = arguments.split(' ').collect();
    arguments.push(file.to_str().unwrap());
    let output = starts(&arguments);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains(" >3 "));
    for run in json(&file)["runs"].as_array().unwrap() {
        for reached in run["reached"].as_array().unwrap() {
            assert_eq!((&reached["sweeps"], &reached["status"]), (&Value::Null, &Value::from("sweep limit")));
        }
    }
}

#[test]
fn the_headline_has_its_rows_and_means() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("headline.json");
    let arguments = "--headline --size 60 --storage kernel --problem line-uniform --problem moons --epsilon 0.05 --epsilon 0.02 --json";
    let mut arguments: Vec<&str> = arguments.split(' ').collect();
    arguments.push(file.to_str().unwrap());
    let output = starts(&arguments);
    assert!(output.status.success());
    let table = json(&file);
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let ways = row["ways"].as_array().unwrap();
        assert_eq!((ways.len(), &ways[0]["start"], &ways[1]["start"]), (3, &Value::from("zero"), &Value::from("zero")));
        assert!(ways.iter().all(|way| way["status"] == "converged"));
    }
    let text = String::from_utf8(output.stdout).unwrap();
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
