//! Everything that can be wrong with a file or an option: the exit code, the message with its place, and nothing
//! written.

use crate::support::{Folder, f8, npy, npz};
use zip::CompressionMethod;

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
        ("1,oops\n3,4\n", "bad.csv:1:2: \"oops\" is not a number: if this line is a header, --header yes says so"),
        (
            "1.5;2\n3,5;4\n",
            "bad.csv:2:1: \"3,5\" is not a number: write decimal points, as tr , . < FILE | sinkhorn ... - does on the way",
        ),
        ("1  2\n3  four\n", "bad.csv:2:2: \"four\" is not a number"),
        ("1,2\r\r3,x\r", "bad.csv:3:2: \"x\" is not a number"),
        ("\u{feff}# one\r\n\r\n1,2\r\n3,x", "bad.csv:4:2: \"x\" is not a number"),
        ("\"a\r\nb\",c\r\n1,2\r\n\r\n# two\r\n3,x\r\n", "bad.csv:6:2: \"x\" is not a number"),
        (
            "\n\"a\nb\";c\n1,5;2\n",
            "bad.csv:4:1: \"1,5\" is not a number: write decimal points, as tr , . < FILE | sinkhorn ... - does on the way",
        ),
        ("1,2\n\"\n\n3\",\"4\n4\"\n5,6\n", "bad.csv:2:2: \"4\\n4\" is not a number"),
        ("1,2\n# two\n3,\"4\n5,6\n", "bad.csv:3:2: the quote that opens this field is never closed"),
        ("\"1\n", "bad.csv:1:1: the quote that opens this field is never closed"),
        (
            "5\" pipe,1\n3,x\n",
            "bad.csv:1:1: \"5\\\" pipe\" is not a number: if this line is a header, --header yes says so",
        ),
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
    refused(&folder, "bad.csv y.csv", 3, "bad.csv: neither CSV, JSON lines, NPY nor NPZ: byte 8 is zero");
    folder.write("bad.csv", b"\xef\xbb\xbf1,2\r\n3,\0\n");
    refused(&folder, "bad.csv y.csv", 3, "bad.csv: neither CSV, JSON lines, NPY nor NPZ: byte 10 is zero");
    for text in [b"\xff\xfe1\0,\x002\0", b"\xfe\xff\x001\0,\x002"] {
        folder.write("bad.csv", text);
        refused(&folder, "bad.csv y.csv", 3, "bad.csv: the text is UTF-16: save it as UTF-8");
    }
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
            "bad.npy: entries of type '<c16' where f4, f8, booleans or integers of 1 to 8 bytes are needed",
        ),
        (
            npy("<U2", false, "(4,)", &four),
            "bad.npy: entries of type '<U2' where f4, f8, booleans or integers of 1 to 8 bytes are needed",
        ),
        (npy("|b1", false, "(2,)", b"\x01"), "bad.npy: cut short: 1 bytes of data where shape [2] needs 2 bytes"),
        (
            npy("<f8", false, "(10000000000, 10000000000)", &four),
            "bad.npy: the shape in the NPY header needs more than memory holds",
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
fn streams_that_end_too_soon() {
    let folder = Folder::with_points();
    let four = f8(&[1.0, 2.0, 3.0, 4.0]);
    for (bytes, message) in [
        (vec![], "the file is empty"),
        (b"1,2\n3,x\n".to_vec(), "2:2: \"x\" is not a number"),
        (npy("<f8", false, "(3, 2)", &four), "cut short: 4 entries where shape [3, 2] needs 6"),
        (npy("<f8", true, "(3, 2)", &four[..30]), "cut short: 3 entries where shape [3, 2] needs 6"),
        (
            npy("<f8", false, "(4000000000, 1000000)", &four),
            "cut short: 4 entries where shape [4000000000, 1000000] needs 4000000000000000",
        ),
        (npy("<f8", true, "(4000000000, 1000000)", &four), "there is not enough memory for the numbers"),
    ] {
        let run = folder.run_with(&bytes, "solve - y.csv");
        let separator = if message.starts_with("2:") { ":" } else { ": " };
        assert_eq!(run.stderr, format!("sinkhorn: error: standard input{separator}{message}\n"));
        assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    }
    refused(&folder, "- -", 2, "X and Y are both standard input");
    refused(&folder, "x.csv - --weights-x -", 2, "Y and --weights-x are both standard input");
}

#[test]
fn archives_without_the_array() {
    let folder = Folder::with_points();
    let array = || npy("<f8", false, "(2, 2)", &f8(&[1.0, 2.0, 3.0, f64::NAN]));
    folder.write("two.npz", npz(CompressionMethod::Deflated, &[("a", array()), ("b", array())]));
    let several = "two.npz: there are several arrays in the archive, \"a\", \"b\": choose one as FILE.npz:NAME";
    refused(&folder, "two.npz y.csv", 3, several);
    let missing = "two.npz:c: there is no array \"c\" in the archive, but \"a\", \"b\"";
    refused(&folder, "two.npz:c y.csv", 3, missing);
    refused(&folder, "two.npz:b y.csv", 3, "two.npz:b[1, 1]: NaN is not a finite number");
    refused(&folder, "one.npz:b y.csv", 1, "one.npz: No such file or directory");
    folder.write("none.npz", npz(CompressionMethod::Stored, &[]));
    refused(&folder, "none.npz y.csv", 3, "none.npz: there are no arrays in the archive");
    folder.write("bad.npz", npz(CompressionMethod::Stored, &[("a", b"1,2\n".to_vec())]));
    refused(&folder, "bad.npz y.csv", 3, "bad.npz: this part of the archive is not an NPY file");
    let no_archive = "not an NPZ archive: its first bytes are not those of a zip file";
    for bytes in [b"1,2\n".to_vec(), array(), b"PK".to_vec()] {
        folder.write("bad.NPZ", bytes);
        refused(&folder, "bad.NPZ y.csv", 3, &format!("bad.NPZ: {no_archive}"));
        refused(&folder, "bad.NPZ:a y.csv", 3, &format!("bad.NPZ:a: {no_archive}"));
    }
}

#[test]
fn archives_that_are_damaged() {
    let folder = Folder::with_points();
    let array = npy("<f8", false, "(2, 2)", &f8(&[1.0, 2.0, 3.0, 4.0]));
    let stored = npz(CompressionMethod::Stored, &[("a", array.clone())]);
    let deflated = npz(CompressionMethod::Deflated, &[("a", array)]);
    let central = |bytes: &[u8]| bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();

    let mut encrypted = stored.clone();
    encrypted[6] |= 1;
    encrypted[central(&stored) + 8] |= 1;
    let mut flipped = stored.clone();
    flipped[central(&stored) - 1] ^= 1; // the last byte of the data
    let mut endless = deflated.clone();
    let size = central(&deflated) + 24;
    endless[size..size + 4].copy_from_slice(&4_000_000_000_u32.to_le_bytes());
    let mut scrambled = deflated.clone();
    scrambled[40..80].fill(0xff);
    for (bytes, message) in [
        (encrypted, "the archive is encrypted"),
        (flipped, "damaged archive: "),
        (endless, "damaged archive: it claims more than there is"),
        (scrambled, "damaged archive: "),
        (deflated[..deflated.len() - 30].to_vec(), "damaged archive: "),
    ] {
        folder.write("bad.npz", bytes);
        let run = folder.run("solve bad.npz y.csv");
        assert_eq!((run.code, run.stdout.as_str()), (3, ""));
        let expected = format!("sinkhorn: error: bad.npz: {message}");
        assert!(run.stderr.starts_with(&expected) && run.stderr.lines().count() == 1, "{}", run.stderr);
    }
}

#[test]
fn json_that_is_no_table() {
    let folder = Folder::with_points();
    let line = "a line must be one JSON array or object";
    for (contents, message) in [
        ("[1,2]\n\n[3,null]\n", "bad.json:3:2: null is not a number"),
        ("[1,2]\n[3,\"x\"]\n", "bad.json:2:2: \"x\" is not a number"),
        ("[1,2]\n[3]\n", "bad.json:2: 1 entry, where line 1 has 2"),
        ("[1,2]\n[3,[4]]\n", "bad.json:2:2: an array is not a number"),
        ("[1,2]\n{\"a\":1}\n", "bad.json:2: an object, where line 1 is an array"),
        ("{\"a\":1}\n[1]\n", "bad.json:2: an array, where line 1 is an object"),
        ("{\"a\":1,\"b\":2}\n{\"b\":3}\n", "bad.json:2: \"a\" is missing"),
        ("{\"a\":1}\n{\"a\":3,\"c\":1}\n", "bad.json:2: \"c\" is there, which line 1 has not"),
        ("{\"a\":1,\"a\":2}\n", "bad.json:1: \"a\" is there twice"),
        ("{\"a\":1}\n{\"a\":false}\n", "bad.json:2: \"a\": false is not a number"),
        ("[]\n", "bad.json:1: there are no numbers"),
        ("[[1,2],[3,null]]", "bad.json[1, 1]: null is not a number"),
        ("[[1,2],[3]]", "bad.json[1]: 1 entry, where row [0] has 2"),
        ("[{\"a\":1},\n{\"a\":\"b\"}]", "bad.json[1]: \"a\": \"b\" is not a number"),
        ("[[1,2],\n[3,4]", "bad.json: damaged JSON: EOF while parsing a list at line 3 column 0"),
        ("[[1,2]]\n[[3,4]]\n", "bad.json: damaged JSON: trailing characters at line 2 column 1"),
        ("[1,2]\n[3,0\0]\n", "bad.json: neither CSV, JSON lines, NPY nor NPZ: byte 10 is zero"),
    ] {
        folder.write("bad.json", contents);
        refused(&folder, "bad.json y.csv", 3, message);
    }
    for (contents, message) in [
        ("[1,2]\n[3,NaN]\n", "expected value at column 4"),
        ("[1,2]\n[3,1e999]\n", "number out of range at column 8"),
        ("[1,2]\n3,4\n", "invalid type: integer `3`, expected an array of numbers, or an object of them at column 1"),
        ("[1,2]\n[3,4] 5\n", "trailing characters at column 7"),
        ("{\n\"a\": 1\n}\n", "EOF while parsing an object"),
    ] {
        folder.write("bad.json", contents);
        let number = if contents.starts_with('{') { 1 } else { 2 };
        refused(&folder, "bad.json y.csv", 3, &format!("bad.json:{number}: {line}: {message}"));
    }
}

#[test]
fn columns_that_are_not_there() {
    let folder = Folder::with_points();
    folder.write("p.csv", "x,y,y,label\n1,2,3,a\n4,5,6,b\n");
    folder.write("w.csv", "w\n1\n2\n");
    folder.write("a.npy", npy("<f8", false, "(2, 2)", &f8(&[1.0, 2.0, 3.0, 4.0])));
    folder.write("many.csv", "a,b,c,d,e,f,g,h,i,j,k,l\n1,2,3,4,5,6,7,8,9,10,11,12\n");
    let names = "\"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", \"i\", \"j\" and 2 more";
    let unnamed = "there is no column \"x\": the columns have no names, only numbers";
    for (arguments, message) in [
        ("p.csv --columns x,z", "p.csv: --columns: there is no column \"z\", but \"x\", \"y\", \"y\", \"label\""),
        ("p.csv --columns y", "p.csv: --columns: columns 2 and 3 are both called \"y\": give a number"),
        ("p.csv --weights-column y", "p.csv: --weights-column: columns 2 and 3 are both called \"y\": give a number"),
        ("p.csv --columns 1,5", "p.csv: --columns: there is no column 5: the last one is 4"),
        ("p.csv --columns 3-7", "p.csv: --columns: there are no columns 3-7: the last one is 4"),
        ("p.csv --columns 1-3,x", "p.csv: --columns: column 1 is chosen twice"),
        ("p.csv --columns 1,4", "p.csv:2:4: \"a\" is not a number"),
        (
            "p.csv --columns 1 --weights-column label",
            "p.csv:2:4: \"a\" is not a number, as the --weights-column must be",
        ),
        ("p.csv --columns x --header no", &format!("p.csv: --columns: {unnamed}")),
        ("x.csv --columns x", &format!("x.csv: --columns: {unnamed}")),
        ("a.npy --columns x", &format!("a.npy: --columns: {unnamed}")),
        ("a.npy --weights-column 3", "a.npy: --weights-column: there is no column 3: the last one is 2"),
        ("w.csv --weights-column w", "w.csv: no coordinates: the only column is that of the weights"),
        ("many.csv --columns z", &format!("many.csv: --columns: there is no column \"z\", but {names}")),
        ("x.csv --header yes --columns 1 --weights-column 2", "x.csv:2:2: -1 is negative: a weight must not be"),
        ("zero.csv --weights-column 3", "zero.csv: all weights are zero: there is no mass to transport"),
    ] {
        folder.write("x.csv", "0,0\n1,-1\n");
        folder.write("zero.csv", "1,2,0\n3,4,0\n");
        folder.write("three.csv", "1,2,3\n3,4,5\n");
        let (file, options) = arguments.split_once(' ').unwrap();
        let second = if file == "zero.csv" { "three.csv" } else { file };
        refused(&folder, &format!("{file} {second} {options}"), 3, message);
    }
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
        "the costs between big.csv and y.csv leave the range of f32: point 1 of big.csv is far from all others; scale the data, or use --precision f64",
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
    let message = "the default, --epsilon-of-std 0.05: the cost is the same for every pair of points, so a fraction of it means \
                   nothing; give --epsilon";
    folder.write("q.csv", "4,2\n");
    refused(&folder, "p.csv q.csv", 3, message);
    assert_eq!(folder.run("solve p.csv q.csv --epsilon 1").code, 0);
    assert_eq!(folder.run("solve p.csv p.csv").code, 0, "where it is zero, any does");
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
        ("--acceleration plain --memory 5", "--memory needs --acceleration auto or anderson"),
        ("--memory 1", "invalid value '1' for '--memory <K>'"),
        ("--start guess", "invalid value 'guess' for '--start <NAME|FILE,FILE>'"),
        ("--precision f16", "invalid value 'f16' for '--precision <PRECISION>'"),
        ("--columns 1,,2", "invalid value '1,,2' for '--columns <LIST>': a column is missing"),
        ("--columns 5-2", "invalid value '5-2' for '--columns <LIST>': 5-2: a range goes from low to high"),
        ("--columns 0", "invalid value '0' for '--columns <LIST>': columns are counted from 1"),
        ("--weights-column 0", "invalid value '0' for '--weights-column <COLUMN>': columns are counted from 1"),
        ("--weights-column 1 --weights-y y.csv", "cannot be used with"),
        ("--header maybe", "invalid value 'maybe' for '--header <WHETHER>'"),
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

/// Rounded to single precision these are other points: the answer would be about them.
#[test]
fn points_that_single_precision_cannot_tell_apart() {
    let folder = Folder::new();
    folder.write("p.csv", "id,v\n1,100000001.5\n2,100000003\n3,100000002\n");
    let message = "p.csv: \"v\": numbers from 100000001.5 to 100000003.0 cannot be told apart in f32: subtract an offset or \
                   scale them, or use --precision f64";
    refused(&folder, "p.csv p.csv --columns v --precision f32", 3, message);
    let run = folder.run("sort p.csv --columns v --precision f32");
    assert_eq!((run.code, run.stderr), (3, format!("sinkhorn: error: {message}\n")));
    assert_eq!(folder.run("solve p.csv p.csv --columns v").code, 0);
    // One point a side, which are two in double precision.
    folder.write("one.csv", "16777216\n");
    folder.write("other.csv", "16777217\n");
    let message = "one.csv and other.csv: coordinate 1: numbers from 16777216.0 to 16777217.0 cannot be told apart in f32: \
                   subtract an offset or scale them, or use --precision f64";
    refused(&folder, "one.csv other.csv --precision f32 --epsilon 1", 3, message);
    // Nothing is lost of whole numbers that single precision has, wherever they are, nor of a column that is constant.
    folder.write("p.csv", "16777216,1e9\n16777218,1e9\n16777220,1e9\n");
    assert_eq!(folder.run("solve p.csv p.csv --precision f32").code, 0);
}

#[test]
fn files_of_other_kinds_are_known_by_name() {
    let folder = Folder::with_points();
    for (contents, message) in [
        (&b"\x1f\x8b\x08\0"[..], "bad.csv: compressed with gzip: unpack it on the way, zcat FILE | sinkhorn ... -"),
        (b"PAR1\x15\x04", "bad.csv: a Parquet file: save it as CSV or NPY"),
        (b"\x89HDF\r\n", "bad.csv: an HDF5 file: save its arrays as NPY"),
    ] {
        folder.write("bad.csv", contents);
        refused(&folder, "bad.csv y.csv", 3, message);
    }
}
