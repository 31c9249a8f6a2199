//! The demo on every eighth image, one epsilon a problem: all rows converge, agree, and the starts are worth their
//! name.

use crate::support::{Folder, number};

#[test]
fn every_row_converges_and_all_agree() {
    let json = Folder::new().json("demo --quick");
    assert_eq!((&json["schema"], &json["command"]), (&1.into(), &"demo".into()));
    let tables = json["tables"].as_array().unwrap();
    assert_eq!(tables.iter().map(|table| table["rows"].as_array().unwrap().len()).collect::<Vec<_>>(), [9, 9]);
    for table in tables {
        for value in ["objective", "dual_value"] {
            let agreement = &table[value];
            assert!(number(agreement, "spread") <= number(agreement, "tolerance"), "{value} of {table}");
        }
        let rows = table["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["status"] == "converged" && number(row, "marginal_error") <= 1e-3));
        let row = |start: &str| rows.iter().find(|row| row["start"] == start && row["acceleration"] == "plain");
        let zero = row("zero").unwrap();
        for start in ["gaussian", "monotone"].into_iter().filter_map(row) {
            assert!(number(start, "start_value") > number(zero, "start_value"), "{table}");
            assert!(number(start, "sweeps") < number(zero, "sweeps"), "{table}");
        }
    }
}

#[test]
fn the_text_has_a_line_a_row_and_a_ratio() {
    let run = Folder::new().run("demo --quick");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.starts_with("UCI handwritten digits, 8 x 8 pixels: 113 images of 0 to 4 against 112 of 5 to 9.")
    );
    let rows = ["zero", "gaussian", "gaussian-unregularised", "monotone"];
    let is_row = |line: &&str| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.len() > 6 && rows.contains(&words[0]) && words[2].parse::<u32>().is_ok()
    };
    assert_eq!(run.stdout.lines().filter(is_row).count(), 18, "{}", run.stdout);
    assert!(run.stdout.trim_end().ends_with("times fewer."));
    assert!(!run.stdout.contains("DISAGREE"));
}
