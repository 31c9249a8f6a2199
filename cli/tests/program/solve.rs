//! Solves that succeed: every kind of file gives the same number, and the options do what they say.

use std::process::Stdio;

use crate::support::{Folder, digits, f4, f8, npy, number};

const X: [f64; 10] = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.25];

fn objective(folder: &Folder, arguments: &str) -> f64 {
    number(&folder.json(arguments), "objective")
}

/// The value by log-domain sweeps, written out.
fn reference(x: &[[f64; 2]], y: &[[f64; 2]], a: &[f64], b: &[f64], epsilon: f64) -> f64 {
    let cost = |i: usize, j: usize| (x[i][0] - y[j][0]).powi(2) + (x[i][1] - y[j][1]).powi(2);
    let (mut f, mut g) = (vec![0.0; a.len()], vec![0.0; b.len()]);
    for _ in 0..5000 {
        for i in 0..a.len() {
            f[i] = -epsilon * (0..b.len()).map(|j| b[j] * ((g[j] - cost(i, j)) / epsilon).exp()).sum::<f64>().ln();
        }
        for j in 0..b.len() {
            g[j] = -epsilon * (0..a.len()).map(|i| a[i] * ((f[i] - cost(i, j)) / epsilon).exp()).sum::<f64>().ln();
        }
    }
    let left: f64 = a.iter().zip(&f).map(|(weight, value)| weight * value).sum();
    let right: f64 = b.iter().zip(&g).map(|(weight, value)| weight * value).sum();
    left + right
}

#[test]
fn the_objective_is_that_of_a_reference() {
    let folder = Folder::with_points();
    let x = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.25]];
    let y = [[2.0, 0.0], [2.0, 1.0], [3.0, 0.5], [2.5, 0.25]];
    let value = objective(&folder, "solve x.csv y.csv --epsilon 0.5 --threshold 1e-10");
    assert!((value - reference(&x, &y, &[0.2; 5], &[0.25; 4], 0.5)).abs() < 1e-9);

    folder.write("a.csv", "1\n2\n3\n0\n4\n");
    folder.write("b.csv", "weight\n1\n1\n1\n5\n");
    let weighted = "solve x.csv y.csv --epsilon 0.5 --threshold 1e-10 --weights-x a.csv --weights-y b.csv";
    let value = objective(&folder, weighted);
    let expected = reference(&x, &y, &[0.1, 0.2, 0.3, 0.0, 0.4], &[0.125, 0.125, 0.125, 0.625], 0.5);
    assert!((value - expected).abs() < 1e-9);
}

#[test]
fn every_kind_of_file_gives_the_same_number() {
    let folder = Folder::with_points();
    let expected = objective(&folder, "solve x.csv y.csv");

    let csv = folder.read("x.csv");
    folder.write("header.csv", format!("first,second\n{csv}"));
    folder.write("quoted.csv", format!("\"a; b\",\"c\"\r\n{}", csv.replace('\n', "\r\n")));
    folder.write("mark.csv", format!("\u{feff}{csv}"));
    folder.write("comments.csv", format!("# made by hand\n\n{csv}# the end\n\n"));
    folder.write("semicolons.csv", csv.replace(',', ";"));
    folder.write("tabs.tsv", csv.replace(',', "\t"));
    folder.write("blanks.txt", csv.replace(',', "   "));
    folder.write("scientific.csv", "0e0,0\n+1,0\n0,1.0e+00\n1,1\n 5E-1 , .25 ");
    folder.write("f8.npy", npy("<f8", false, "(5, 2)", &f8(&X)));
    folder.write("f4.npy", npy("<f4", false, "(5, 2)", &f4(&X.map(|value| value as f32))));
    let transposed: Vec<f64> = (0..10).map(|k| X[(k % 5) * 2 + k / 5]).collect();
    folder.write("fortran.npy", npy("<f8", true, "(5, 2)", &f8(&transposed)));
    let swapped: Vec<u8> = X.iter().flat_map(|value| value.to_be_bytes()).collect();
    folder.write("big-endian.npy", npy(">f8", false, "(5, 2)", &swapped));
    folder.write("no-extension", npy("<f8", false, "(5, 2)", &f8(&X)));
    for name in folder.names().iter().filter(|name| *name != "y.csv") {
        assert_eq!(objective(&folder, &format!("solve {name} y.csv")), expected, "{name}");
    }
    assert_eq!(folder.json("solve header.csv y.csv")["points"]["x"]["header"], true);
    assert_eq!(folder.json("solve x.csv y.csv")["points"]["x"]["header"], false);
}

#[test]
fn integer_arrays_and_arrays_with_one_axis_are_read() {
    let folder = Folder::new();
    folder.write("x.csv", "3\n1\n2\n");
    folder.write("y.csv", "5\n250\n");
    folder.write("x.npy", npy("<f8", false, "(3,)", &f8(&[3.0, 1.0, 2.0])));
    folder.write("y.npy", npy("|u1", false, "(2,)", &[5, 250]));
    folder.write("y8.npy", npy("<i8", false, "(2, 1)", &[5_i64.to_le_bytes(), 250_i64.to_le_bytes()].concat()));
    let expected = objective(&folder, "solve x.csv y.csv");
    for pair in ["x.npy y.npy", "x.npy y8.npy", "x.npy y.csv"] {
        assert_eq!(objective(&folder, &format!("solve {pair}")), expected, "{pair}");
    }
    assert_eq!(folder.json("solve x.npy y.npy")["points"]["x"]["dimension"], 1);
}

#[test]
fn json_holds_what_the_text_says() {
    let folder = Folder::with_points();
    let json =
        folder.json("solve x.csv y.csv --epsilon-of-mean 0.1 --acceleration relaxation --relaxation-factor 1.25");
    assert_eq!(json["schema"], 1);
    assert_eq!(json["command"], "solve");
    assert_eq!(json["status"], "converged");
    assert_eq!(json["start"], "gaussian");
    assert_eq!(json["acceleration"], serde_json::json!({ "name": "relaxation", "factor": 1.25 }));
    assert_eq!(json["epsilon_rule"], serde_json::json!({ "of_mean": 0.1 }));
    assert_eq!(json["precision"], "f64");
    assert_eq!(json["threshold"], 1e-6);
    assert_eq!(json["rho"]["x"], serde_json::Value::Null);
    assert_eq!(json["points"]["y"]["points"], 4);
    assert!(number(&json, "marginal_error.x") <= 1e-6);
    assert!(number(&json, "start_value") <= number(&json, "dual_value") + 1e-9);
    assert!(number(&json, "transport_cost") <= number(&json, "objective"));
    assert!(number(&json, "seconds.reading") >= 0.0 && number(&json, "seconds.solving") > 0.0);

    let text = folder.run("solve x.csv y.csv --epsilon-of-mean 0.1").stdout;
    let objective = format!("{:.8}", number(&json, "objective"));
    assert!(text.contains(&format!("objective         {}", &objective[..7])), "{text}");
    for line in ["status            converged, threshold 1e-6", "start             gaussian", "(0.1 of the mean cost)"]
    {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn every_start_and_acceleration_finds_the_same_answer() {
    let folder = Folder::new();
    folder.write("x.csv", "0\n1\n3\n4\n8\n");
    folder.write("y.csv", "2\n2.5\n7\n");
    let expected = objective(&folder, "solve x.csv y.csv --start zero --acceleration plain");
    for start in ["auto", "zero", "monotone", "gaussian", "gaussian-unregularised"] {
        for acceleration in ["plain", "relaxation --relaxation-factor 1.3", "anderson --memory 3"] {
            let arguments = format!("solve x.csv y.csv --start {start} --acceleration {acceleration}");
            let json = folder.json(&arguments);
            assert!((number(&json, "objective") - expected).abs() < 1e-4, "{arguments}");
            assert_eq!(json["start"], if start == "auto" { "monotone" } else { start });
        }
    }
}

#[test]
fn single_precision_agrees_with_double() {
    let folder = Folder::with_points();
    let double = objective(&folder, "solve x.csv y.csv");
    let json = folder.json("solve x.csv y.csv --precision f32");
    assert_eq!(json["precision"], "f32");
    assert_eq!(json["threshold"], 1e-3);
    assert!((number(&json, "objective") / double - 1.0).abs() < 1e-2);
}

#[test]
fn weights_are_scaled_unless_a_marginal_is_relaxed() {
    let folder = Folder::with_points();
    folder.write("a.csv", "2\n2\n2\n2\n2\n");
    let plain = folder.json("solve x.csv y.csv");
    let weighted = folder.json("solve x.csv y.csv --weights-x a.csv");
    assert!((number(&plain, "objective") - number(&weighted, "objective")).abs() < 1e-6);
    assert!((number(&weighted, "mass") - 1.0).abs() < 1e-9);

    let relaxed = folder.json("solve x.csv y.csv --weights-x a.csv --rho-x 50 --rho-y 50");
    assert!(number(&relaxed, "mass") > 1.0, "{relaxed}");
    assert_eq!(relaxed["rho"]["y"], 50.0);
}

#[test]
fn a_solve_that_does_not_converge_says_so_and_still_prints() {
    let folder = Folder::with_points();
    let run = folder.run("solve x.csv y.csv --max-sweeps 1 --threshold 1e-12 --start zero --potentials-x f.csv --json");
    assert_eq!((run.code, run.stderr.as_str()), (4, ""));
    assert!(run.stdout.contains("\"status\": \"sweep_limit\""));
    assert_eq!(folder.read("f.csv").lines().count(), 6);

    let run = folder.run("solve x.csv y.csv --precision f32 --threshold 1e-30");
    assert_eq!(run.code, 5);
    assert!(run.stdout.contains("precision floor, threshold 1e-30"), "{}", run.stdout);
}

#[test]
fn the_digits_that_come_with_the_program_can_be_solved() {
    let folder = Folder::new();
    for name in ["digits-0-4.csv", "digits-5-9.csv"] {
        let text = std::fs::read_to_string(digits(name)).unwrap();
        folder.write(name, text.lines().step_by(20).collect::<Vec<_>>().join("\n"));
    }
    let json = folder.json("solve digits-0-4.csv digits-5-9.csv --threshold 1e-3");
    assert_eq!(json["points"]["x"]["dimension"], 64);
}

#[test]
fn the_parts_of_the_digits_are_what_their_source_says() {
    let read = |name| std::fs::read_to_string(digits(name)).unwrap();
    let (all, mut low, mut high) = (read("digits.csv"), String::new(), String::new());
    for line in all.lines() {
        let (pixels, label) = line.rsplit_once(',').unwrap();
        let part = if label.parse::<u8>().unwrap() <= 4 { &mut low } else { &mut high };
        *part += &format!("{pixels}\n");
    }
    assert!(low == read("digits-0-4.csv") && high == read("digits-5-9.csv"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::with_points();
    for arguments in ["solve x.csv y.csv", "solve --help", "--version"] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = crate::support::finished(child);
        assert_eq!(output.status.code(), Some(0), "{arguments}");
        assert!(output.stderr.is_empty(), "{arguments}");
    }
}

#[test]
fn threads_change_no_digit() {
    let folder = Folder::new();
    let points = |shift: f64| {
        (0..300)
            .map(|i| format!("{},{}\n", shift + (f64::from(i) * 0.7).sin(), (f64::from(i) * 1.3).cos()))
            .collect::<String>()
    };
    folder.write("p.csv", points(0.0));
    folder.write("q.csv", points(0.5));
    let potentials = |threads: u32| {
        let run = folder.run(&format!("solve p.csv q.csv --threads {threads} --potentials-x f{threads}.csv"));
        assert_eq!(run.code, 0, "{}", run.stderr);
        folder.read(&format!("f{threads}.csv"))
    };
    let one = potentials(1);
    assert!(one.lines().count() >= 300);
    assert_eq!(one, potentials(2));
    assert_eq!(one, potentials(7));
}

#[test]
fn help_documents_starts_weights_and_exit_codes() {
    let run = Folder::new().run("solve --help");
    assert_eq!(run.code, 0);
    for text in ["The best of those that apply, by its dual value", "scaled to sum to one", "Exit codes:"] {
        assert!(run.stdout.contains(text), "{text}");
    }
}

#[test]
fn every_start_says_its_name_and_what_it_cost() {
    let folder = Folder::new();
    let points = |count: usize, shift: f64| {
        let line = |i: usize| format!("{},{}\n", shift + (i as f64 * 0.7).sin(), (i as f64 * 1.3).cos());
        (0..count).map(line).collect::<String>()
    };
    folder.write("p.csv", points(150, 0.0));
    folder.write("q.csv", points(140, 0.5));
    let mut objectives = Vec::new();
    for start in ["auto", "zero", "gaussian", "gaussian-unregularised", "mixture", "coarse", "subsample"] {
        let run = folder.run(&format!("solve p.csv q.csv --json --seed 7 --start {start}"));
        assert_eq!(run.code, 0, "{start}: {}", run.stderr);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let name = json["start"].as_str().unwrap();
        assert!(name == start || start == "auto", "{start}: {name}");
        let pairs = json["start_pairs"].as_u64().unwrap();
        assert_eq!(pairs > 0, ["auto", "coarse", "subsample"].contains(&start), "{start}: {pairs}");
        let seconds = &json["seconds"];
        assert!(seconds["start"].as_f64().unwrap() <= seconds["solving"].as_f64().unwrap(), "{start}");
        objectives.push(json["objective"].as_f64().unwrap());
        let again = folder.run(&format!("solve p.csv q.csv --json --seed 7 --start {start}"));
        let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!(json["objective"], again["objective"], "{start}: the same seed gives the same bits");
    }
    assert!(objectives.iter().all(|value| (value - objectives[0]).abs() < 1e-4), "{objectives:?}");
    // One that is not for these points is refused by name.
    let run = folder.run("solve p.csv q.csv --start dual-sort");
    assert!(run.code != 0 && run.stderr.contains("dual-sort needs points of dimension 1"), "{}", run.stderr);
}

#[test]
fn a_solve_that_ends_at_the_limit_says_what_to_try() {
    let folder = Folder::new();
    folder.write("x.csv", "0\n1\n2\n7\n");
    folder.write("y.csv", "0.5\n1.5\n4\n6\n");
    let run = folder.run("solve x.csv y.csv --epsilon 0.001 --start zero --max-sweeps 1");
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stdout.contains("what to try") && run.stdout.contains("--max-sweeps"), "{}", run.stdout);
    let run = folder.run("solve x.csv y.csv --epsilon 1");
    assert!(run.code == 0 && !run.stdout.contains("what to try"), "{}", run.stdout);
}
