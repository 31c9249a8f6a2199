//! Input that is good: every format gives the same answer, and columns are those that were asked for.

use crate::support::{Folder, f8, limited, npy, npz, number};
use zip::CompressionMethod;

const X: [f64; 10] = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.25];

fn objective(folder: &Folder, arguments: &str) -> f64 {
    number(&folder.json(arguments), "objective")
}

/// The points of `x.csv`, by column.
fn transposed() -> Vec<f64> {
    (0..10).map(|k| X[(k % 5) * 2 + k / 5]).collect()
}

fn rows(begin: &str, separator: &str, end: &str) -> String {
    X.chunks(2).map(|row| format!("{begin}{}{separator}{}{end}", row[0], row[1])).collect()
}

/// Files with the points of `x.csv`.
fn same_points() -> Vec<(&'static str, Vec<u8>)> {
    let csv = rows("", ",", "\n");
    let array = npy("<f8", false, "(5, 2)", &f8(&X));
    let fortran = npy("<f8", true, "(5, 2)", &f8(&transposed()));
    vec![
        ("comments.csv", format!("# one\n\n{}  \n# two", rows("", ",", "\n# more\n")).into()),
        ("mark.csv", format!("\u{feff}# one\r\n\"p\",\"q\"\r\n{}", rows("", ",", "\r\n")).into()),
        ("returns.csv", rows("", ",", "\r").into()),
        ("quoted.csv", format!("\"a\n\"\"1\"\"\";b\n{}", rows("\"", "\";\"", "\"\n")).into()),
        ("blanks.txt", rows("  ", "   ", " \n").into()),
        ("arrays.jsonl", rows("[", ", ", "]\n").into()),
        ("blanks.jsonl", format!("\u{feff}\n{}", rows(" [ ", " , ", " ] \r\n\r\n")).into()),
        ("objects.jsonl", rows("{\"x\": ", ", \"y\": ", "}\n").into()),
        ("document.json", format!("[\n{}]\n", rows("[", ",", "],")).replace(",]", "]").into()),
        ("objects.json", format!("[{}]", rows("{\"x\": ", ", \"y\": ", "},\n")).replace(",\n]", "]").into()),
        ("array.npy", array.clone()),
        ("fortran.npy", fortran.clone()),
        ("stored.npz", npz(CompressionMethod::Stored, &[("x", array.clone())])),
        ("deflated.npz", npz(CompressionMethod::Deflated, &[("x", fortran.clone())])),
        ("plain.csv", csv.into()),
    ]
}

#[test]
fn every_format_gives_the_same_answer() {
    let folder = Folder::with_points();
    let expected = objective(&folder, "solve x.csv y.csv");
    for (name, bytes) in same_points() {
        folder.write(name, &bytes);
        assert_eq!(objective(&folder, &format!("solve {name} y.csv")), expected, "{name}");
        let run = folder.run_with(&bytes, "solve - y.csv --json");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{name}");
        let value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(number(&value, "objective"), expected, "{name} on standard input");
        assert_eq!(value["points"]["x"]["file"], "standard input");
    }
}

#[test]
fn an_archive_of_several_arrays_is_asked_for_one() {
    let folder = Folder::with_points();
    let expected = objective(&folder, "solve x.csv y.csv");
    let other = npy("<f8", false, "(1,)", &f8(&[7.0]));
    let y: Vec<f64> = vec![2.0, 0.0, 2.0, 1.0, 3.0, 0.5, 2.5, 0.25];
    let y = npy("<f8", false, "(4, 2)", &f8(&y));
    let x = npy("<f8", true, "(5, 2)", &f8(&transposed()));
    folder.write("all.NPZ", npz(CompressionMethod::Deflated, &[("x", x), ("other", other), ("a:b", y)]));
    assert_eq!(objective(&folder, "solve all.NPZ:x all.NPZ:a:b"), expected);
    // A file of that very name comes first.
    folder.write("all.npz:x", rows("", ",", "\n"));
    assert_eq!(objective(&folder, "solve all.npz:x y.csv"), expected);
}

#[test]
fn truth_values_are_zeros_and_ones() {
    let folder = Folder::with_points();
    folder.write("p.csv", "1,0\n0,1\n1,1\n");
    folder.write("p.npy", npy("|b1", false, "(3, 2)", &[1, 0, 0, 1, 1, 1]));
    assert_eq!(objective(&folder, "solve p.npy y.csv"), objective(&folder, "solve p.csv y.csv"));
}

/// Files with columns `id`, `y`, `w`, `x`, where `id` is text if that can be.
fn with_more_columns(folder: &Folder) {
    for (name, points) in [("x", &X[..]), ("y", &[2.0, 0.0, 2.0, 1.0, 3.0, 0.5, 2.5, 0.25])] {
        let rows = || points.chunks(2).enumerate();
        let lines = |line: &dyn Fn(usize, f64, f64) -> String| -> String {
            rows().map(|(i, row)| line(i + 1, row[0], row[1]) + "\n").collect()
        };
        let csv = lines(&|i, x, y| format!("point {i},{y},{i},{x}"));
        folder.write(&format!("{name}-bare.csv"), &csv);
        folder.write(&format!("{name}-named.csv"), format!("id,y,w,x\n{csv}"));
        folder.write(&format!("{name}-numbered.csv"), format!("0,1,2,3\n{csv}"));
        let json = lines(&|i, x, y| format!("{{\"id\": null, \"y\": {y}, \"w\": {i}, \"x\": {x}}}"));
        folder.write(&format!("{name}-named.jsonl"), json);
        let array: Vec<f64> = rows().flat_map(|(i, row)| [f64::NAN, row[1], i as f64 + 1.0, row[0]]).collect();
        let by_column: Vec<f64> = (0..4).flat_map(|k| array.iter().skip(k).step_by(4).copied()).collect();
        let shape = format!("({}, 4)", array.len() / 4);
        folder.write(&format!("{name}-fortran.npy"), npy("<f8", true, &shape, &f8(&by_column)));
        folder.write(&format!("{name}-bare.npy"), npy("<f8", false, &shape, &f8(&array)));
        folder.write(&format!("{name}-w.csv"), lines(&|i, _, _| i.to_string()));
        folder.write(&format!("{name}-xyw.csv"), lines(&|i, x, y| format!("{x} {i} {y}")));
    }
}

#[test]
fn columns_are_chosen_by_name_number_and_range() {
    let folder = Folder::with_points();
    with_more_columns(&folder);
    let expected = objective(&folder, "solve x.csv y.csv");
    for (kind, columns) in [
        ("named.csv", "x,y"),
        ("named.csv", "4,2"),
        ("named.csv", "x,2-2"),
        ("named.jsonl", "x,y"),
        ("named.jsonl", "4,y"),
        ("bare.csv", "4,2"),
        ("bare.csv --header no", "4,2"),
        ("bare.npy", "4,2"),
        ("fortran.npy", "4,2-2"),
        ("numbered.csv --header yes", "3,1"),
    ] {
        let (kind, header) = kind.split_once(' ').unwrap_or((kind, ""));
        let arguments = format!("solve x-{kind} y-{kind} --columns {columns} {header}");
        assert_eq!(objective(&folder, &arguments), expected, "{arguments}");
    }
    let run = folder.json("solve x-named.csv y-named.csv --columns 2-4");
    assert_eq!(
        (run["points"]["x"]["dimension"].as_u64(), run["points"]["x"]["header"].as_bool()),
        (Some(3), Some(true))
    );
}

#[test]
fn a_column_of_weights_is_as_good_as_a_file() {
    let folder = Folder::with_points();
    with_more_columns(&folder);
    let files = "--weights-x x-w.csv --weights-y y-w.csv";
    for relaxed in ["", "--rho-x 2 --rho-y 3"] {
        let expected = objective(&folder, &format!("solve x.csv y.csv {files} {relaxed}"));
        for (kind, options) in [
            ("named.csv", "--columns x,y --weights-column w"),
            ("named.jsonl", "--columns x,y --weights-column 3"),
            ("bare.npy", "--columns 4,2 --weights-column 3"),
            ("fortran.npy", "--columns 4,2 --weights-column 3"),
            ("xyw.csv", "--weights-column 2"),
        ] {
            let arguments = format!("solve x-{kind} y-{kind} {options} {relaxed}");
            assert_eq!(objective(&folder, &arguments), expected, "{arguments}");
        }
    }
}

#[test]
fn a_header_is_found_or_forced() {
    let folder = Folder::with_points();
    folder.write("years.csv", "2001,2002\n0,0\n1,0\n0,1\n1,1\n0.5,0.25\n");
    let points = |options: &str| {
        let run = folder.run(&format!("solve years.csv x.csv --columns 1,2 --epsilon 1e6 {options} --json -q"));
        let run: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        ["x", "y"].map(|side| run["points"][side]["points"].as_u64().unwrap())
    };
    assert_eq!(points(""), [6, 5]);
    assert_eq!(points("--header no"), [6, 5]);
    assert_eq!(points("--header yes"), [5, 4]);
    folder.write("named.csv", "p,q\n1,2\n");
    let run = folder.run("solve named.csv x.csv --header no");
    assert_eq!((run.code, run.stderr.as_str()), (3, "sinkhorn: error: named.csv:1:1: \"p\" is not a number\n"));
}

#[test]
fn long_tables_are_read_to_their_end() {
    let folder = Folder::new();
    let numbers = |k: usize| format!("{},{}\r\n", k % 97, (k * k) % 89);
    // Short rows first: what is still to come is misjudged.
    let text: String = (0..40_000).map(|k| if k < 20_000 { "1,2\n".into() } else { numbers(k) }).collect();
    folder.write("long.csv", &text);
    folder.write("y.csv", "1,2\n");
    let run = folder.json("solve long.csv y.csv --epsilon 100");
    assert_eq!(run["points"]["x"]["points"], 40_000);
    folder.write("long.csv", text + "1,x\n");
    assert_eq!(folder.run("solve long.csv y.csv").stderr, "sinkhorn: error: long.csv:40001:2: \"x\" is not a number\n");
}

#[cfg(unix)]
#[test]
fn names_need_not_be_unicode() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with_points();
    let name = std::ffi::OsStr::from_bytes(b"x\xff.csv");
    if std::fs::write(folder.path("").join(name), "1,2\n").is_err() {
        return; // some file systems refuse such names
    }
    let output = limited(folder.command("solve y.csv").arg(name));
    assert_eq!(output.status.code(), Some(0));
}

/// An address may begin with #: where the first column is not chosen, such a row is no comment.
#[test]
fn rows_that_begin_with_a_number_sign_are_kept_where_they_may_be_data() {
    let folder = Folder::new();
    folder.write("p.csv", "# made by hand\naddress,x,y\n#1 Main Street,1,2\n2 Main Street,3,4\n#3 Main Street,7,7\n");
    folder.write("q.csv", "x,y\n1,2\n# not now: 5,5\n3,4\n");
    let json = folder.json("solve p.csv q.csv --columns x,y --epsilon 1");
    assert_eq!((&json["points"]["x"]["points"], &json["points"]["y"]["points"]), (&3.into(), &2.into()));
    // Without a header the first of them might be taken for a comment as well; it is not left out without a word.
    folder.write("p.csv", "#1 Main Street,1,2\n#3 Main Street,7,7\n2 Main Street,3,4\n");
    let run = folder.run("solve p.csv q.csv --columns 2,3");
    let what = "a line like a row begins with #: make it no comment with quotes around the first field, or remove it";
    assert_eq!((run.code, run.stderr), (3, format!("sinkhorn: error: p.csv:2: {what}\n")));
    // What looks like neither is refused, not left out.
    folder.write("p.csv", "address,x,y\n# two fields,1\n2 Main Street,3,4\n");
    let run = folder.run("solve p.csv q.csv --columns x,y");
    assert_eq!((run.code, run.stderr.as_str()), (3, "sinkhorn: error: p.csv:2: 2 fields, where line 1 has 3\n"));
}

#[test]
fn the_columns_of_the_second_file_can_have_other_names() {
    let folder = Folder::new();
    folder.write("p.csv", "east,north,people\n1,2,3\n3,4,1\n");
    folder.write("q.csv", "room,latitude,longitude\n2,2,1\n2,4,3\n");
    let options = "--columns east,north --columns-y longitude,latitude";
    let plain = folder.json(&format!("solve p.csv q.csv {options} --epsilon 0.01"));
    assert!(number(&plain, "transport_cost").abs() < 1e-9, "the same points: {plain}");
    let weighted = folder
        .json(&format!("solve p.csv q.csv {options} --weights-column people --weights-column-y room --epsilon 0.01"));
    assert!((number(&weighted, "transport_cost") - 0.25 * 8.0).abs() < 1e-3, "a quarter moves by (2, 2): {weighted}");
}
