//! Everything that can be wrong with a file or an option: the exit code, the message with its place, and nothing written.

mod support;

use support::{Folder, f8, npy};

/// Runs a solve of `bad` against the good `y.csv`, both potentials asked for.
fn refused(folder: &Folder, arguments: &str, code: i32, message: &str) {
    let before = folder.names();
    let run = folder.run(&format!("solve {arguments} --potentials-x out-f.csv --potentials-y out-g.npy"));
    assert_eq!(run.stderr, format!("sinkhorn: error: {message}\n"), "{arguments}");
    assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{arguments}");
    assert_eq!(folder.names(), before, "{arguments}");
}

#[test]
fn text_that_is_not_a_table_of_numbers() {
    let folder = Folder::with_points();
    for (contents, message) in [
        ("1,2\n3,4\n5,abc\n", "bad.csv:3:2: \"abc\" is not a number"),
        ("a,b\n1,2\n3,\n", "bad.csv:3:2: the field is empty where a number is needed"),
        ("# one\n\n1,2\n\n# two\n3,x\n", "bad.csv:6:2: \"x\" is not a number"),
        ("a,b\r\n1,2\r\n\r\n3,x\r\n", "bad.csv:4:2: \"x\" is not a number"),
        ("1,2\nnan,4\n", "bad.csv:2:1: NaN is not a finite number"),
        ("NaN,2\n3,4\n", "bad.csv:1:1: NaN is not a finite number"),
        ("1,2\n3,-inf\n", "bad.csv:2:2: -inf is not a finite number"),
        ("1,2\n3,1e999\n", "bad.csv:2:2: inf is not a finite number"),
        ("1,2\n3,4\n5\n", "bad.csv:3: 1 field, where line 1 has 2"),
        ("x,y\n1,2,3\n", "bad.csv:2: 3 fields, where line 1 has 2"),
        ("1,2\n3,4,\n", "bad.csv:2: 3 fields, where line 1 has 2"),
        ("1,oops\n3,4\n", "bad.csv:1:2: \"oops\" is not a number"),
        ("1.5;2\n3,5;4\n", "bad.csv:2:1: \"3,5\" is not a number"),
        ("1  2\n3  four\n", "bad.csv:2:2: \"four\" is not a number"),
        ("", "bad.csv: the file is empty"),
        ("\n\n", "bad.csv: the file has no data"),
        ("# nothing\n", "bad.csv: the file has no data"),
        ("a,b\n", "bad.csv: no numbers below the header in line 1"),
    ] {
        folder.write("bad.csv", contents);
        refused(&folder, "bad.csv y.csv", 3, message);
    }
    refused(&folder, "y.csv bad.csv", 3, "bad.csv: no numbers below the header in line 1");
}

#[test]
fn bytes_that_are_no_table_at_all() {
    let folder = Folder::with_points();
    folder.write("bad.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    refused(&folder, "bad.csv y.csv", 3, "bad.csv: neither CSV nor NPY: byte 8 is zero");
    folder.write("bad.csv", b"1,2\n\xff\xfe,3\n");
    refused(&folder, "bad.csv y.csv", 3, "bad.csv:2:1: \"\u{fffd}\u{fffd}\" is not a number");
    folder.write("bad.npy", "1,2\n");
    refused(&folder, "bad.npy y.csv", 3, "bad.npy: not an NPY file: its first bytes are not those of NumPy's format");
}

#[test]
fn arrays_that_cannot_be_points() {
    let folder = Folder::with_points();
    let four = f8(&[1.0, 2.0, 3.0, 4.0]);
    for (bytes, message) in [
        (npy("<f8", false, "(2, 2)", &f8(&[1.0, 2.0, f64::NAN, 4.0])), "bad.npy[1, 0]: NaN is not a finite number"),
        (npy("<f8", true, "(2, 2)", &f8(&[1.0, 2.0, f64::INFINITY, 4.0])), "bad.npy[0, 1]: inf is not a finite number"),
        (npy("<f8", false, "(3,)", &f8(&[1.0, 2.0, f64::NAN])), "bad.npy[2]: NaN is not a finite number"),
        (npy("<f8", false, "(2, 1, 2)", &four), "bad.npy: the array has 3 axes where one or two are needed"),
        (npy("<f8", false, "()", &four[..8]), "bad.npy: the array has 0 axes where one or two are needed"),
        (npy("<f8", false, "(0, 2)", &[]), "bad.npy: the array has no entries (shape [0, 2])"),
        (npy("<f8", false, "(3, 2)", &four), "bad.npy: cut short: 32 bytes of data where shape [3, 2] needs 48 bytes"),
        (
            npy("<f8", false, "(4000000000, 1000000)", &four),
            "bad.npy: cut short: 32 bytes of data where shape [4000000000, 1000000] needs 32000000000000000 bytes",
        ),
        (
            npy("<c16", false, "(2,)", &four),
            "bad.npy: entries of type '<c16' where numbers of 1 to 8 bytes are needed (f4, f8, integers)",
        ),
        (
            npy("<U2", false, "(4,)", &four),
            "bad.npy: entries of type '<U2' where numbers of 1 to 8 bytes are needed (f4, f8, integers)",
        ),
        (b"\x93NUMPY".to_vec(), "bad.npy: damaged NPY header, or not an array of numbers"),
        (b"\x93NUMPY\x01\x00\xff\xff".to_vec(), "bad.npy: damaged NPY header, or not an array of numbers"),
    ] {
        folder.write("bad.npy", bytes);
        refused(&folder, "bad.npy y.csv", 3, message);
    }
    folder.write("bad.npy", npy("<f8", false, "(", &four));
    let run = folder.run("solve bad.npy y.csv");
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("sinkhorn: error: bad.npy: damaged NPY header: "), "{}", run.stderr);
}

#[test]
fn sides_that_do_not_fit_each_other() {
    let folder = Folder::with_points();
    folder.write("bad.csv", "1,2,3\n4,5,6\n");
    refused(
        &folder,
        "bad.csv y.csv",
        3,
        "bad.csv holds points of dimension 3 and y.csv of dimension 2: they must agree",
    );
}

#[test]
fn weights_that_are_none() {
    let folder = Folder::with_points();
    for (contents, message) in [
        ("w\n1\n1\n-0.5\n1\n1\n", "w.csv:4:1: -0.5 is negative: a weight must not be"),
        ("1\n1\nnan\n1\n1\n", "w.csv:3:1: NaN is not a finite number"),
        ("1\n1\n1\n", "w.csv: 3 weights, but x.csv holds 5 points"),
        ("1,1\n1,1\n1,1\n1,1\n1,1\n", "w.csv: 2 columns where weights have one"),
        ("0\n0\n0\n0\n0\n", "w.csv: all weights are zero: there is no mass to transport"),
        ("1e308\n1e308\n1e308\n1\n1\n", "w.csv: the sum of the weights is too large"),
        ("", "w.csv: the file is empty"),
    ] {
        folder.write("w.csv", contents);
        refused(&folder, "x.csv y.csv --weights-x w.csv", 3, message);
    }
    folder.write("w.npy", npy("<f8", false, "(4,)", &f8(&[1.0, 1.0, 1.0, -2.0])));
    refused(&folder, "x.csv y.csv --weights-y w.npy", 3, "w.npy[3]: -2 is negative: a weight must not be");
}

#[test]
fn files_that_cannot_be_read() {
    let folder = Folder::with_points();
    refused(&folder, "missing.csv y.csv", 1, "missing.csv: No such file or directory");
    refused(&folder, "x.csv y.csv --weights-y missing.npy", 1, "missing.npy: No such file or directory");
    refused(&folder, "x.csv .", 1, ".: Is a directory");
}

#[test]
fn numbers_that_the_precision_cannot_hold() {
    let folder = Folder::with_points();
    folder.write("big.csv", "1,2\n3,1e39\n");
    refused(&folder, "big.csv y.csv --precision f32", 3, "big.csv:2:2: 1e39 is too large for f32");
    folder.write("big.csv", "1,2\n3,1e30\n");
    refused(
        &folder,
        "big.csv y.csv --precision f32",
        3,
        "the squared distances between big.csv and y.csv leave the range of f32: scale the data, or use --precision f64",
    );
    refused(
        &folder,
        "x.csv y.csv --precision f32 --epsilon 1e-60",
        3,
        "--epsilon 1e-60 is too small for these costs in f32",
    );
}

#[test]
fn epsilon_relative_to_costs_that_are_all_the_same() {
    let folder = Folder::new();
    folder.write("p.csv", "1,2\n1,2\n");
    let message = "--epsilon-of-std 0.05: the cost is the same for every pair of points, so a fraction of it means \
                   nothing; give --epsilon";
    refused(&folder, "p.csv p.csv", 3, message);
    assert_eq!(folder.run("solve p.csv p.csv --epsilon 1").code, 0);
}

#[test]
fn a_start_that_does_not_apply() {
    let folder = Folder::with_points();
    refused(&folder, "x.csv y.csv --start monotone", 2, "--start: monotone needs points of dimension 1");
}

#[test]
fn options_that_are_wrong() {
    let folder = Folder::with_points();
    for (arguments, message) in [
        ("--epsilon 0", "invalid value '0' for '--epsilon <VALUE>': it must be positive"),
        ("--epsilon -1", "invalid value '-1' for '--epsilon <VALUE>': it must be positive"),
        ("--epsilon nan", "invalid value 'nan' for '--epsilon <VALUE>': it must be positive"),
        ("--epsilon inf", "invalid value 'inf' for '--epsilon <VALUE>': it must be finite"),
        ("--epsilon much", "invalid value 'much' for '--epsilon <VALUE>': it is not a number"),
        ("--epsilon 1 --epsilon-of-mean 1", "the argument '--epsilon <VALUE>' cannot be used with"),
        ("--threshold 0", "invalid value '0' for '--threshold <T>': it must be positive"),
        ("--threads 0", "invalid value '0' for '--threads <N>'"),
        ("--max-sweeps 0", "invalid value '0' for '--max-sweeps <N>'"),
        ("--rho-x -1", "invalid value '-1' for '--rho-x <R>': it must be positive"),
        ("--acceleration relaxation --relaxation-factor 2", "it must be at least 1 and less than 2"),
        ("--relaxation-factor 1.5", "--relaxation-factor needs --acceleration relaxation"),
        ("--acceleration plain --memory 5", "--memory needs --acceleration anderson"),
        ("--memory 1", "invalid value '1' for '--memory <K>'"),
        ("--start guess", "invalid value 'guess' for '--start <START>'"),
        ("--precision f16", "invalid value 'f16' for '--precision <PRECISION>'"),
        ("--nonsense", "unexpected argument '--nonsense' found"),
    ] {
        let run = folder.run(&format!("solve x.csv y.csv {arguments}"));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments}");
        assert!(run.stderr.starts_with("sinkhorn: error: "), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments}: {}", run.stderr);
    }
    assert_eq!(folder.run("solve x.csv").code, 2);
    assert_eq!(folder.run("").code, 2);
}
