//! What the commands besides `solve` compute.

use crate::support::{Folder, digits, f8, limited, npy, number, read_f8};

/// `count` points of the plane.
fn points(count: usize, shift: f64) -> String {
    let line = |i: usize| format!("{},{}\n", shift + (i as f64 * 0.7).sin(), (i as f64 * 1.3).cos());
    (0..count).map(line).collect()
}

fn numbers(text: &str, column: usize) -> Vec<f64> {
    text.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_divergence_is_the_objective_without_those_within() {
    let folder = Folder::with_points();
    let json = folder.json("divergence x.csv y.csv --epsilon 0.4");
    let objective = |files: &str| number(&folder.json(&format!("solve {files} --epsilon 0.4")), "dual_value");
    let expected = objective("x.csv y.csv") - 0.5 * (objective("x.csv x.csv") + objective("y.csv y.csv"));
    assert!((number(&json, "divergence") - expected).abs() < 1e-5, "{json} against {expected}");
    assert!(number(&folder.json("divergence x.csv x.csv --epsilon 0.4"), "divergence").abs() < 1e-9);

    // Relaxed, of other totals: with the term of the masses.
    folder.write("w.csv", "1\n2\n1\n1\n1\n");
    let json = folder.json("divergence x.csv y.csv --epsilon 0.4 --weights-x w.csv --rho-x 2 --rho-y 2");
    let term = |name: &str| number(&json, &format!("{name}.dual_value"));
    let expected = term("between") - 0.5 * (term("within_x") + term("within_y")) + number(&json, "mass_term");
    assert!((number(&json, "mass_term") - 0.2 * 25.0).abs() < 1e-9, "{json}");
    assert!((number(&json, "divergence") - expected).abs() < 1e-9, "{json}");
}

/// A part of a cost of zero is no epsilon, and none is needed.
#[test]
fn sets_of_one_point_alone_are_at_no_distance() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sets")).unwrap();
    for name in ["a.csv", "sets/a.csv", "sets/b.csv"] {
        folder.write(name, "v\n1\n1\n1\n");
    }
    assert_eq!(folder.json("divergence a.csv a.csv")["divergence"], 0.0);
    assert_eq!(folder.json("solve a.csv a.csv")["objective"], 0.0);
    assert_eq!(folder.json("solve a.csv a.csv --epsilon-of-mean 0.1 --precision f32")["transport_cost"], 0.0);
    assert_eq!(folder.json("match a.csv a.csv")["matches"].as_array().unwrap().len(), 3);
    assert!(folder.json("compare a.csv a.csv")["rows"].as_array().unwrap().iter().all(|row| row["dual_value"] == 0.0));
    for measure in ["divergence", "objective"] {
        let pairs = folder.json(&format!("batch sets --measure {measure}"));
        assert!(pairs["pairs"].as_array().unwrap().iter().all(|pair| pair["value"] == 0.0), "{pairs}");
    }
}

#[test]
fn numbers_are_printed_as_they_were_typed() {
    let folder = Folder::with_points();
    let solve = "solve x.csv y.csv --threshold 0.010 --epsilon-of-mean 1e-1 --rho-x 1e3 --rho-y inf --precision f32";
    let text = folder.run(solve).stdout;
    for typed in ["threshold 0.010\n", "(1e-1 of the mean cost)", "rho               x 1e3, y exact"] {
        assert!(text.contains(typed), "{typed} in {text}");
    }
    let text = folder.run("divergence x.csv y.csv --threshold 0.00001 --epsilon 0.30").stdout;
    assert!(text.contains("threshold         0.00001\n") && text.contains("epsilon           0.30\n"), "{text}");
    let json = folder.run("solve x.csv y.csv --epsilon 0.3 --precision f32 --json").stdout;
    assert!(json.contains("\"epsilon\": 0.3,"), "{json}");
    let text = folder.run("compare x.csv y.csv --threshold 1.0e-3 --epsilon 1e-1 --starts auto").stdout;
    assert!(text.ends_with("\n  sinkhorn solve x.csv y.csv --epsilon 1e-1 --threshold 1.0e-3\n"), "{text}");
    let message = folder.run("solve x.csv y.csv --epsilon 0.0000000000000000001").stderr;
    assert!(message.contains("--epsilon 0.0000000000000000001 is too small"), "{message}");
}

#[test]
fn what_is_printed_fits_into_120_columns() {
    let folder = Folder::new();
    let line = |k: u32| format!("{},{},{}\n", f64::from(k).sin(), f64::from(k).cos(), 1 + k % 3);
    let text: String = (0..60).map(line).collect();
    folder.write("points-of-x.csv", format!("east,north,people\n{text}"));
    folder.write("points-of-y.csv", format!("east,north,people\n{}", text.replace("0.", "0.1")));
    let pair = "points-of-x.csv points-of-y.csv --columns east,north --weights-column people";
    for command in [
        format!("solve {pair}"),
        format!("solve {pair} --rho-x 1.2345678901 --rho-y 2.3456789012 --plan plan.csv"),
        format!("divergence {pair}"),
        format!("compare {pair}"),
        format!("compare {pair} --precision f32 --threshold 1e-30"),
        format!("compare {pair} --epsilon 0.00001 --max-sweeps 3"),
        "demo --quick".into(),
    ] {
        let stdout = folder.run(&command).stdout;
        let is_command = |line: &&str| line.starts_with("  sinkhorn "); // to be copied as one line
        for line in stdout.lines().filter(|line| !is_command(line)) {
            assert!(line.chars().count() <= 120, "{command}: {} columns: {line}", line.chars().count());
        }
        assert!(stdout.lines().count() > 3, "{command}: {stdout}");
    }
}

#[test]
fn the_gradient_of_a_divergence_is_its_slope() {
    let folder = Folder::with_points();
    let options = "--epsilon 0.4 --threshold 1e-10 --cost euclidean";
    folder.json(&format!("divergence x.csv y.csv {options} --gradient-x gradient.npy"));
    let gradient = read_f8(&folder.path("gradient.npy"));
    let points = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.25];
    for k in [0, 3, 9] {
        let value = |step: f64| {
            let mut moved = points;
            moved[k] += step;
            folder.write("moved.npy", npy("<f8", false, "(5, 2)", &f8(&moved)));
            number(&folder.json(&format!("divergence moved.npy y.csv {options}")), "divergence")
        };
        let slope = (value(1e-4) - value(-1e-4)) / 2e-4;
        assert!((gradient[k] - slope).abs() < 1e-5, "{k}: {} against {slope}", gradient[k]);
    }
}

#[test]
fn comparison_recommends_what_is_as_fast_as_the_best_of_its_table() {
    let folder = Folder::new();
    folder.write("p.csv", points(300, 0.0));
    folder.write("q.csv", points(280, 0.5));
    folder.write("line.csv", (0..200).map(|k| format!("{}\n", f64::from(k).sin())).collect::<String>());
    for arguments in
        ["p.csv q.csv --epsilon-of-mean 0.02", "line.csv line.csv --threshold 1e-4", "p.csv q.csv --cost manhattan"]
    {
        let json = folder.json(&format!("compare {arguments}"));
        let rows = json["rows"].as_array().unwrap();
        let converged: Vec<_> = rows.iter().filter(|row| row["status"] == "converged").collect();
        let fastest = converged.iter().map(|row| number(row, "seconds")).fold(f64::INFINITY, f64::min);
        let advice = &json["recommendation"];
        let is_it = |row: &&&serde_json::Value| {
            row["start"] == advice["start"] && row["acceleration"] == advice["acceleration"]
        };
        let chosen = converged.iter().find(is_it).unwrap();
        assert!(number(chosen, "seconds") <= (1.1 * fastest).max(0.05), "{arguments}: {advice}, fastest {fastest}");
        assert!(number(&json, "dual_value_spread") < 1e-6 * number(chosen, "dual_value").abs().max(1.0), "{arguments}");

        // The command that it prints solves the same problem.
        let command = advice["command"].as_str().unwrap().strip_prefix("sinkhorn ").unwrap().to_owned();
        let solved = folder.json(&command);
        assert_eq!(solved["epsilon"], json["epsilon"], "{command}");
        assert!((number(&solved, "dual_value") - number(chosen, "dual_value")).abs() < 1e-6, "{command}");
        if advice["start"] != "auto" {
            assert_eq!(solved["start"], advice["start"]);
        }
    }
}

#[test]
fn a_recommended_command_can_be_typed_whatever_files_are_called() {
    let folder = Folder::with_points();
    for name in ["-dash.csv", "it's $HOME.csv", "a\tb.csv"] {
        folder.write(name, folder.read("x.csv"));
        let mut command = folder.command("compare --starts zero --accelerations plain --json --");
        let output = limited(command.args([name, "y.csv"]));
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let line = json["recommendation"]["command"].as_str().unwrap();
        let program = env!("CARGO_BIN_EXE_sinkhorn");
        let line = format!("{program} {} --threads 1", line.strip_prefix("sinkhorn ").unwrap());
        let line = if name.starts_with('-') { line.replace(" --threads 1", "") } else { line };
        let output = limited(std::process::Command::new("bash").args(["-c", &line]).current_dir(folder.path("")));
        assert_eq!(output.status.code(), Some(0), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_recommended_command_solves_what_its_row_did() {
    let folder = Folder::new();
    folder.write("p.csv", points(300, 0.0));
    folder.write("q.csv", points(280, 0.5));
    let options = "--max-sweeps 123456 --seed 5 --threads 1 --cost manhattan --epsilon-of-mean 0.05 --threshold 1e-5 --precision f32";
    let json = folder.json(&format!("compare p.csv q.csv --starts subsample --accelerations plain {options}"));
    let command = json["recommendation"]["command"].as_str().unwrap().strip_prefix("sinkhorn ").unwrap();
    for option in ["--max-sweeps 123456", "--seed 5", "--threads 1", "--start subsample", "--acceleration plain"] {
        assert!(command.contains(option), "{command}");
    }
    let solved = folder.json(command);
    assert_eq!(solved["sweeps"], json["rows"][0]["sweeps"], "{command}");
    assert_eq!(solved["dual_value"], json["rows"][0]["dual_value"], "{command}: the same bits");
}

/// What is typed without options is what solve does: the recommendation is of that row.
#[test]
fn the_defaults_of_a_comparison_are_those_of_a_solve() {
    let folder = Folder::new();
    folder.write("p.csv", points(300, 0.0));
    folder.write("q.csv", points(280, 0.5));
    let json = folder.json("compare p.csv q.csv");
    let solved = folder.json("solve p.csv q.csv");
    let advice = &json["recommendation"];
    assert_eq!((&advice["start"], &advice["acceleration"]), (&"auto".into(), &"auto".into()), "of milliseconds");
    assert_eq!((&advice["command"], &advice["sweeps"]), (&"sinkhorn solve p.csv q.csv".into(), &solved["sweeps"]));
}

#[test]
fn comparison_leaves_out_what_does_not_apply_and_says_why() {
    let folder = Folder::with_points();
    let json = folder.json("compare x.csv y.csv --cost euclidean");
    let left_out: Vec<_> =
        json["left_out"].as_array().unwrap().iter().map(|row| row["start"].as_str().unwrap()).collect();
    assert_eq!(left_out, ["monotone", "gaussian", "gaussian-unregularised", "mixture"]);
    let run = folder.run("compare x.csv y.csv --max-sweeps 1 --threshold 1e-12 --epsilon-of-mean 0.001 --starts zero");
    assert_eq!((run.code, run.stderr.as_str()), (4, ""));
    assert!(run.stdout.contains("No way converged: raise --max-sweeps"), "{}", run.stdout);
}

#[test]
fn matches_of_a_shuffled_set_are_the_shuffle() {
    let folder = Folder::new();
    let lines: Vec<String> = points(60, 0.0).lines().map(Into::into).collect();
    let place = |i: usize| (i * 37) % 60;
    let mut shuffled = vec![String::new(); 60];
    (0..60).for_each(|i| shuffled[place(i)].clone_from(&lines[i]));
    folder.write("p.csv", lines.join("\n"));
    folder.write("q.csv", shuffled.join("\n"));
    let run = folder.run("match p.csv q.csv --epsilon-of-mean 0.0005");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.lines().next(), Some("x_row,y_row,share"));
    let found = numbers(&run.stdout, 1);
    assert_eq!(found, (0..60).map(|i| place(i) as f64).collect::<Vec<_>>());
    assert!(numbers(&run.stdout, 2).iter().all(|share| *share > 0.5 && *share <= 1.0));

    folder.run("match p.csv q.csv --epsilon-of-mean 0.0005 --output m.npy");
    let written = read_f8(&folder.path("m.npy"));
    assert_eq!(written.iter().skip(1).step_by(3).copied().collect::<Vec<_>>(), found);
}

/// Neighbours on the line are as near as chance makes them; nearly all are told apart.
#[test]
fn rows_on_the_line_find_themselves() {
    let folder = Folder::new();
    // Uniform numbers by a linear congruence, and what is exponential and heavy-tailed of them.
    let uniform = |k: u32| f64::from(k.wrapping_mul(2_891_336_453).wrapping_add(k * k) >> 4) / f64::from(1 << 28);
    let uniform = |k: u32| (uniform(k + 1) + 1e-9).min(1.0);
    let sets: [(&str, &dyn Fn(u32) -> f64); 3] =
        [("uniform", &uniform), ("exponential", &|k| -uniform(k).ln()), ("pareto", &|k| uniform(k).powf(-1.0 / 1.2))];
    for (name, value) in sets {
        let mut lines: Vec<String> = (0..1000).map(|k| format!("{:.17}\n", value(k))).collect();
        folder.write("x.csv", lines.concat());
        let run = folder.run("match x.csv x.csv");
        lines.sort();
        lines.dedup();
        assert_eq!((run.code, run.stderr.as_str(), lines.len()), (0, "", 1000), "{name}");
        let found = numbers(&run.stdout, 1).into_iter().zip(0..).filter(|(y, x)| *y == f64::from(*x)).count();
        assert!(found >= 990, "{name}: {found} of 1000");
    }
}

#[test]
fn matches_come_in_the_order_of_their_shares_and_rows_without_mass_have_none() {
    let folder = Folder::with_points();
    folder.write("w.csv", "1\n1\n0\n1\n1\n");
    let json = folder.json("match x.csv y.csv --weights-x w.csv --top 9");
    let matches = json["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 4 * 4, "no more than there are, and none for the third row");
    for row in matches.chunks(4) {
        let shares: Vec<f64> = row.iter().map(|entry| number(entry, "share")).collect();
        assert!(shares.is_sorted_by(|p, q| p >= q), "{shares:?}");
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_match_that_does_not_converge_is_printed_with_a_warning() {
    let folder = Folder::with_points();
    let run = folder.run("match x.csv y.csv --max-sweeps 1 --threshold 1e-12 --start zero --acceleration plain");
    assert_eq!((run.code, run.stdout.lines().count()), (4, 6));
    assert!(run.stderr.starts_with("sinkhorn: warning: sweep limit after 1 sweep,"), "{}", run.stderr);
}

#[test]
fn soft_operators_are_hard_ones_where_epsilon_is_small() {
    let folder = Folder::new();
    folder.write("v.csv", "name,v,w\na,3,1\nb,-1,1\nc,2,2\nd,0.5,1\n");
    let soft = |options: &str| folder.run(&format!("sort v.csv --columns v --epsilon 0.0005 {options}"));
    let close = |found: Vec<f64>, expected: &[f64]| {
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(|(p, q)| (p - q).abs() < 0.02),
            "{found:?}"
        );
    };
    let sorted = soft("");
    assert_eq!((sorted.code, sorted.stdout.lines().next()), (0, Some("sorted")));
    close(numbers(&sorted.stdout, 0), &[-1.0, 0.5, 2.0, 3.0]);
    close(numbers(&soft("--ranks").stdout, 0), &[3.0, 0.0, 2.0, 1.0]);
    close(numbers(&soft("--top 1").stdout, 0), &[1.0, 0.0, 0.0, 0.0]);
    let quantiles = soft("--quantiles 0,1").stdout;
    assert_eq!(quantiles.lines().next(), Some("level,quantile"));
    close(numbers(&quantiles, 1), &[-1.0, 3.0]);
    // In the order that is asked for, and as NumPy has them.
    let mixed = soft("--quantiles 1,0.5,1 --convention linear").stdout;
    close(numbers(&mixed, 1), &[3.0, 1.25, 3.0]);
    let weighted = folder.json("sort v.csv --columns v --weights-column w --ranks --epsilon 0.0005");
    let ranks: Vec<f64> = weighted["values"].as_array().unwrap().iter().map(|rank| rank.as_f64().unwrap()).collect();
    close(ranks, &[3.0, 0.0, 1.875, 0.75]); // the mean of the quarters of the mass that a value covers
    let run = folder.run_with(b"3\n1\n2\n", "sort -");
    assert_eq!((run.code, run.stdout.lines().count()), (0, 4));
}

/// Equal values are one with their weights together; what is computed is what it is of all rows.
#[test]
fn soft_operators_of_equal_values_are_those_of_nearly_equal_ones() {
    let folder = Folder::new();
    let value = |k: u32| f64::from(k * k % 17);
    folder.write("equal.csv", (0..300).map(|k| format!("{}\n", value(k))).collect::<String>());
    // So far apart that they are not equal, and no further.
    folder.write("near.csv", (0..300).map(|k| format!("{:e}\n", value(k) + 1e-9 * f64::from(k))).collect::<String>());
    for options in ["", "--ranks", "--top 40", "--quantiles 0.1,0.5,0.9", "--ranks --epsilon 0.1"] {
        let sort = |name: &str| numbers(&folder.run(&format!("sort {name} {options} --threshold 1e-10")).stdout, 0);
        let (equal, near) = (sort("equal.csv"), sort("near.csv"));
        assert_eq!(equal.len(), near.len());
        let largest = equal.iter().zip(&near).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max);
        assert!(largest < 1e-5, "{options}: {largest}");
    }
}

/// A column of 200 000 grey values is a problem of 256.
#[test]
fn many_rows_of_few_values_take_no_time() {
    let folder = Folder::new();
    let column = |rate: f64| -> String {
        let grey = |k: u32| (255.0 * (f64::from(k) * rate).sin().abs()) as u8;
        (0..200_000).map(|k| format!("{}\n", grey(k))).collect()
    };
    std::fs::create_dir(folder.path("sets")).unwrap();
    for (name, rate) in [("sets/p.csv", 0.7), ("sets/q.csv", 1.3)] {
        folder.write(name, column(rate));
    }
    let pair = "sets/p.csv sets/q.csv";
    let ways = "--starts auto --accelerations auto";
    for command in [
        format!("solve {pair}"),
        format!("divergence {pair}"),
        format!("compare {pair} {ways}"),
        "batch sets".into(),
        format!("match {pair} --output m.csv --epsilon-of-mean 0.01"),
        "sort sets/p.csv --output sorted.csv --epsilon 0.1".into(),
        "sort sets/p.csv --ranks --output ranks.csv --epsilon 0.1".into(),
        "sort sets/p.csv --top 1000 --output top.csv".into(),
        "sort sets/p.csv --quantiles 0.1,0.9 --output quantiles.csv".into(),
    ] {
        let clock = std::time::Instant::now();
        let run = folder.run(&command);
        assert_eq!(run.code, 0, "{command}: {}", run.stderr);
        let seconds = clock.elapsed().as_secs_f64();
        println!("{seconds:.2} s: {command}");
        assert!(seconds < 20.0, "{command}: {seconds} s; hours where every row is a point");
    }
    assert_eq!(folder.read("ranks.csv").lines().count(), 200_001);
}

#[test]
fn saved_fits_start_as_fresh_ones_do() {
    let folder = Folder::new();
    folder.write("p.csv", points(150, 0.0));
    folder.write("q.csv", points(140, 0.5));
    for (kind, name) in [("gaussian", "gaussian"), ("mixture --seed 3", "mixture")] {
        for side in ["p", "q"] {
            let run = folder.run(&format!("fit {side}.csv --kind {kind} --output {side}.json"));
            assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
        }
        let fresh = folder.json(&format!("solve p.csv q.csv --seed 3 --start {name}"));
        for saved in ["p.json,q.json", ",q.json", "p.json"] {
            let again = folder.json(&format!("solve p.csv q.csv --seed 3 --start {saved}"));
            assert_eq!((&again["start"], &again["sweeps"]), (&fresh["start"], &fresh["sweeps"]), "{saved}");
            assert_eq!(again["objective"], fresh["objective"], "{saved}: the same bits");
        }
    }
    let printed = folder.run("fit p.csv").stdout;
    folder.run("fit p.csv --output again.json");
    assert_eq!(printed, folder.read("again.json"));
}

#[test]
fn a_batch_has_the_values_of_single_solves() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sets")).unwrap();
    for (name, count, shift) in [("a", 40, 0.0), ("b", 50, 0.4), ("c", 45, 1.0)] {
        folder.write(&format!("sets/{name}.csv"), points(count, shift));
    }
    folder.write("sets/notes.md", "not points");
    for (measure, command, field) in [
        ("divergence", "divergence", "divergence"),
        ("objective", "solve", "objective"),
        ("transport-cost", "solve", "transport_cost"),
    ] {
        let run = folder.run(&format!("batch sets --measure {measure} --epsilon 0.2 --threshold 1e-9"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let rows: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(rows[0], [&measure.replace('-', "_"), "a.csv", "b.csv", "c.csv"]);
        for (i, x) in ["a", "b", "c"].iter().enumerate() {
            assert_eq!(rows[i + 1][0], format!("{x}.csv"));
            for (j, y) in ["a", "b", "c"].iter().enumerate() {
                let single =
                    folder.json(&format!("{command} sets/{x}.csv sets/{y}.csv --epsilon 0.2 --threshold 1e-9"));
                let value: f64 = rows[i + 1][j + 1].parse().unwrap();
                assert!((value - number(&single, field)).abs() < 1e-7, "{measure} {x} {y}: {value} against {single}");
            }
        }
    }
    folder.run("batch sets --epsilon 0.2 --output m.npy");
    assert_eq!(read_f8(&folder.path("m.npy")).len(), 9);
}

#[test]
fn a_list_has_a_line_a_pair_and_one_epsilon_for_all() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sets")).unwrap();
    folder.write("sets/a.csv", points(40, 0.0));
    folder.write("sets/b.csv", points(50, 0.4));
    folder.write("sets/list.csv", "# pairs\na.csv, b.csv\n\nb.csv,a.csv\na.csv,a.csv\n");
    let json = folder.json("batch sets/list.csv --measure objective --epsilon-of-mean 0.05 --threads 3");
    let pairs = json["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 3);
    assert!((number(&pairs[0], "value") - number(&pairs[1], "value")).abs() < 1e-5);
    let epsilon = |files: &str| number(&folder.json(&format!("solve {files} --epsilon-of-mean 0.05")), "epsilon");
    let expected = 0.5 * (epsilon("sets/a.csv sets/b.csv") + epsilon("sets/b.csv sets/a.csv"));
    assert!((number(&json, "epsilon") / expected - 1.0).abs() < 1e-12, "pairs of a set and itself apart");
    let one = folder.json("batch sets/list.csv --measure objective --epsilon-of-mean 0.05 --threads 1");
    assert_eq!(one["pairs"], json["pairs"], "threads change no bit");
}

#[test]
fn completions_are_scripts_that_shells_accept() {
    let folder = Folder::new();
    let bash = folder.run("completions bash").stdout;
    folder.write("complete.bash", &bash);
    let ask = "source ./complete.bash; COMP_WORDS=(sinkhorn di); COMP_CWORD=1; _sinkhorn sinkhorn di sinkhorn; echo ${COMPREPLY[@]}";
    let output = limited(std::process::Command::new("bash").args(["-c", ask]).current_dir(folder.path("")));
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "divergence");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = folder.run(&format!("completions {shell}")).stdout;
        assert!(script.contains("divergence") && script.contains("epsilon-of-mean"), "{shell}");
    }
}

#[test]
fn manual_pages_have_what_help_has() {
    let folder = Folder::new();
    let page = folder.run("man solve").stdout;
    for text in
        [".TH sinkhorn-solve 1", ".SH NAME", ".SH SYNOPSIS", "\\-\\-epsilon\\-of\\-mean", "Exit codes:", "Examples:"]
    {
        assert!(page.contains(text), "{text} in {page}");
    }
    std::fs::create_dir(folder.path("man1")).unwrap();
    assert_eq!(folder.run("man --output man1").code, 0);
    let mut names: Vec<_> = std::fs::read_dir(folder.path("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected =
        ["-batch", "-compare", "-completions", "-demo", "-divergence", "-fit", "-man", "-match", "-solve", "-sort", ""];
    assert_eq!(names, expected.map(|name| format!("sinkhorn{name}.1")));
    assert_eq!(std::fs::read_to_string(folder.path("man1/sinkhorn-solve.1")).unwrap(), page);
    let run = folder.run("man --output nowhere");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(folder.run("man guess").stderr, "sinkhorn: error: there is no command \"guess\"\n");
}

#[test]
fn every_cost_solves_and_annealing_changes_the_sweeps_alone() {
    let folder = Folder::with_points();
    for cost in ["squared-euclidean", "euclidean", "manhattan", "p-norm", "p-norm --p inf", "cosine"] {
        let plain = folder.json(&format!("solve x.csv y.csv --cost {cost} --epsilon-of-mean 0.05"));
        let options = "--anneal-from 20 --acceleration adaptive-relaxation --storage stream";
        let annealed = folder.json(&format!("solve x.csv y.csv --cost {cost} --epsilon-of-mean 0.05 {options}"));
        assert_eq!(plain["cost"], cost.split(' ').next().unwrap());
        assert!((number(&plain, "dual_value") - number(&annealed, "dual_value")).abs() < 1e-6, "{cost}");
        assert_eq!(annealed["storage"], "stream");
    }
    let digits = format!("solve {} {}", digits("digits-0-4.csv"), digits("digits-5-9.csv"));
    let manhattan = folder.json(&format!("{digits} --cost manhattan --threshold 1e-2"));
    assert_eq!(manhattan["points"]["x"]["dimension"], 64);
}
