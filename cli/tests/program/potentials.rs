//! Files that are written: complete and consistent, or not at all.

use crate::support::{Folder, number, read_f8};

fn column(text: &str) -> (String, Vec<f64>) {
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    (header, lines.map(|line| line.parse().unwrap()).collect())
}

#[test]
fn csv_and_npy_hold_the_same_potentials_and_they_have_the_dual_value() {
    let folder = Folder::with_points();
    let json = folder.json("solve x.csv y.csv --potentials-x f.csv --potentials-y g.csv");
    folder.json("solve x.csv y.csv --potentials-x f.npy --potentials-y g.NPY");
    let ((f_header, f), (g_header, g)) = (column(&folder.read("f.csv")), column(&folder.read("g.csv")));
    assert_eq!((f_header.as_str(), g_header.as_str()), ("f", "g"));
    assert_eq!(f, read_f8(&folder.path("f.npy")));
    assert_eq!(g, read_f8(&folder.path("g.NPY")));
    assert_eq!((f.len(), g.len()), (5, 4));
    let (left, right) = (f.iter().sum::<f64>() / 5.0, g.iter().sum::<f64>() / 4.0);
    assert!((left - right).abs() < 1e-9, "levelled");
    assert!((left + right - number(&json, "dual_value")).abs() < 1e-9);
    assert_eq!(folder.names(), ["f.csv", "f.npy", "g.NPY", "g.csv", "x.csv", "y.csv"], "no temporary file is left");
}

#[test]
fn single_precision_potentials_are_written_in_single_precision() {
    let folder = Folder::with_points();
    folder.json("solve x.csv y.csv --precision f32 --potentials-x f.npy");
    let bytes = std::fs::read(folder.path("f.npy")).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("'<f4'"));
    assert_eq!(bytes.len() % 64, 5 * 4, "the header fills multiples of 64");
}

#[test]
fn a_file_in_the_way_is_replaced_whole() {
    let folder = Folder::with_points();
    folder.write("f.csv", "old\n".repeat(1000));
    folder.json("solve x.csv y.csv --potentials-x f.csv");
    assert_eq!(column(&folder.read("f.csv")).1.len(), 5);
}

#[cfg(unix)]
#[test]
fn written_files_have_ordinary_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_points();
    folder.json("solve x.csv y.csv --potentials-x f.csv");
    let mode = |name| std::fs::metadata(folder.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("f.csv"), mode("x.csv"));
}

#[test]
fn nothing_is_written_when_one_of_two_files_cannot_be() {
    let folder = Folder::with_points();
    folder.write("f.csv", "old\n");
    let run = folder.run("solve x.csv y.csv --potentials-x f.csv --potentials-y missing/g.csv");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(run.stderr, "sinkhorn: error: missing/g.csv: there is no folder \"missing\"\n");
    assert_eq!(folder.read("f.csv"), "old\n");
    assert_eq!(folder.names(), ["f.csv", "x.csv", "y.csv"]);

    std::fs::create_dir(folder.path("g.csv")).unwrap();
    let run = folder.run("solve x.csv y.csv --potentials-x f.csv --potentials-y g.csv");
    assert_eq!((run.code, run.stderr.as_str()), (1, "sinkhorn: error: g.csv: is a directory\n"));
    assert_eq!(folder.read("f.csv"), "old\n");
}

#[test]
fn outputs_that_make_no_sense_are_refused_before_anything_is_read() {
    let folder = Folder::with_points();
    for (arguments, message) in [
        ("--potentials-x f.txt", "--potentials-x f.txt: the name must end in .csv or .npy"),
        ("--potentials-y f", "--potentials-y f: the name must end in .csv or .npy"),
        ("--potentials-x ./x.csv", "--potentials-x ./x.csv would overwrite an input"),
        ("--potentials-x f.csv --potentials-y f.csv", "--potentials-x and --potentials-y name the same file"),
    ] {
        let run = folder.run(&format!("solve x.csv y.csv {arguments}"));
        assert_eq!((run.code, run.stderr), (2, format!("sinkhorn: error: {message}\n")));
    }
    assert_eq!(folder.names(), ["x.csv", "y.csv"]);
}
