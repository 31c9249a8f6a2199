//! What can be wrong with the commands besides `solve`: the exit code, the message, and nothing written. `bad_input.rs`
//! has the files.

use crate::support::Folder;

/// With points, a list, sets and fits to go wrong with.
fn folder() -> Folder {
    let folder = Folder::with_points();
    folder.write("line.csv", "v,w\n1,1\n2,0\n4,2\n");
    for name in ["empty-set", "one-set", "mixed-set"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    folder.write("one-set/a.csv", "1,2\n");
    folder.write("one-set/notes.md", "not points");
    folder.write("mixed-set/a.csv", "1,2\n");
    folder.write("mixed-set/b.csv", "1\n");
    folder.write("three.csv", "x.csv,y.csv\n# a comment\nx.csv,y.csv,line.csv\n");
    folder.write("missing.csv", "x.csv,y.csv\nx.csv,nowhere.csv\n");
    folder.write("pairs.csv", "x.csv,y.csv\ny.csv,x.csv\n");
    folder.write("none.csv", "# no pairs\n\n");
    folder.write("binary.csv", b"\xff\xfe\x00");
    folder.write("same.csv", "1,2\n1,2\n1,2\n");
    for (name, text) in [
        ("not.json", "1,2\n"),
        ("other.json", r#"{"schema": 1, "command": "solve"}"#),
        (
            "new.json",
            r#"{"schema": 2, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "gaussian", "fit": {"mean": [0, 0], "covariance": [1, 0, 0, 1]}}"#,
        ),
        (
            "claims.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 3, "note": null, "kind": "gaussian", "fit": {"mean": [0, 0], "covariance": [1, 0, 0, 1]}}"#,
        ),
        (
            "far.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "gaussian", "fit": {"mean": [1e200, 0], "covariance": [1, 0, 0, 1]}}"#,
        ),
        (
            "line.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 1, "note": null, "kind": "gaussian", "fit": {"mean": [0], "covariance": [1]}}"#,
        ),
        (
            "short.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "gaussian", "fit": {"mean": [0, 0], "covariance": [1, 0, 0]}}"#,
        ),
        (
            "negative.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "gaussian", "fit": {"mean": [0, 0], "covariance": [-1, 0, 0, 1]}}"#,
        ),
        (
            "good.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "gaussian", "fit": {"mean": [0, 0], "covariance": [1, 0, 0, 1]}}"#,
        ),
        (
            "mixture.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "mixture", "fit": {"shares": [1], "means": [0, 0], "covariances": [1, 0, 0, 1]}}"#,
        ),
        (
            "massless.json",
            r#"{"schema": 1, "command": "fit", "file": "x.csv", "points": 5, "dimension": 2, "note": null, "kind": "mixture", "fit": {"shares": [0], "means": [0, 0], "covariances": [1, 0, 0, 1]}}"#,
        ),
    ] {
        folder.write(name, text);
    }
    folder
}

/// Everything, as deep as it is.
fn contents(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    for name in ["empty-set", "one-set", "mixed-set"] {
        names.extend(std::fs::read_dir(folder.path(name)).unwrap().map(|entry| format!("{:?}", entry.unwrap().path())));
    }
    names
}

#[test]
fn every_mistake_has_its_code_and_message_and_writes_nothing() {
    let folder = folder();
    let before = contents(&folder);
    for (arguments, code, message) in [
        ("divergence x.csv nowhere.csv", 1, "nowhere.csv: No such file or directory"),
        ("divergence x.csv y.csv --gradient-x g.txt", 2, "--gradient-x g.txt: the name must end in .csv or .npy"),
        ("divergence x.csv y.csv --gradient-x x.csv", 2, "--gradient-x x.csv would overwrite an input"),
        (
            "divergence x.csv y.csv --gradient-x empty-set/nowhere/g.csv",
            1,
            "empty-set/nowhere/g.csv: there is no folder \"empty-set/nowhere\"",
        ),
        (
            "divergence x.csv line.csv --gradient-x g.csv --columns 1,3",
            3,
            "x.csv: --columns: there is no column 3: the last one is 2",
        ),
        ("compare x.csv y.csv --report page.pdf", 2, "--report page.pdf: the name must end in .html"),
        ("compare x.csv y.csv --plot x.svg --report y.csv", 2, "--report y.csv: the name must end in .html"),
        ("compare x.csv y.csv --p 2", 2, "--p needs --cost p-norm"),
        ("match x.csv y.csv --output y.csv", 2, "--output y.csv would overwrite an input"),
        (
            "match x.csv line.csv --weights-column w",
            3,
            "x.csv: --weights-column: there is no column \"w\": the columns have no names, only numbers",
        ),
        ("match - -", 2, "X and Y are both standard input"),
        ("sort x.csv", 3, "x.csv: 2 columns where values have one; choose it with --columns"),
        ("sort line.csv --columns v --top 3", 2, "--top must lie in (0, n), n being the number of values"),
        ("sort line.csv --columns v --output line.csv", 2, "--output line.csv would overwrite an input"),
        ("sort line.csv --columns v --weights x.csv", 3, "x.csv: 2 columns where weights have one"),
        ("fit x.csv --components 3", 2, "--components needs --kind mixture"),
        ("fit x.csv --output x.txt", 2, "--output x.txt: the name must end in .json"),
        ("fit nowhere.csv --output f.json", 1, "nowhere.csv: No such file or directory"),
        ("batch nowhere", 1, "nowhere: No such file or directory"),
        ("batch empty-set", 3, "empty-set: 0 files of points where two or more are needed"),
        ("batch one-set --output m.csv", 3, "one-set: 1 file of points where two or more are needed"),
        (
            "batch mixed-set --output m.csv",
            3,
            "mixed-set/a.csv holds points of dimension 2 and mixed-set/b.csv of dimension 1: they must agree",
        ),
        (
            "batch three.csv --output m.csv",
            3,
            "three.csv:3: 3 fields where two file names, separated by a comma, are needed",
        ),
        ("batch missing.csv --output m.csv", 1, "missing.csv:2: nowhere.csv: No such file or directory"),
        ("batch none.csv", 3, "none.csv: the list has no pairs"),
        ("batch pairs.csv --output pairs.csv", 2, "--output pairs.csv would overwrite an input"),
        ("batch pairs.csv --rho-x 1", 2, "a divergence needs the same --rho-x and --rho-y"),
        (
            "batch mixed-set --output mixed-set/m.csv",
            2,
            "--output lies in the folder of the points, and would be one of them the next time",
        ),
        ("divergence x.csv y.csv --rho-x 1 --rho-y 2", 2, "a divergence needs the same --rho-x and --rho-y"),
        (
            "compare x.csv y.csv --starts monotone,dual-sort --report r.html",
            2,
            "--starts: none applies: monotone needs points of dimension 1",
        ),
        ("batch binary.csv", 3, "binary.csv: not a list of files: it is not UTF-8"),
        ("batch mixed-set --rho-x 1", 2, "a matrix of all pairs is symmetric: --rho-x and --rho-y must be the same"),
        (
            "batch three.csv --start good.json",
            2,
            "--start: fits in files are of two sides, and a batch has many; give a name",
        ),
        ("batch pairs.csv --output x.csv", 2, "--output x.csv would overwrite an input"),
        (
            "solve x.csv y.csv --start not.json --plan p.csv",
            3,
            "not.json: not a fit as `sinkhorn fit` writes it: invalid type: integer `1`, expected an object with schema, command, file, points, dimension, kind and fit at line 1 column 1",
        ),
        (
            "solve x.csv y.csv --start other.json",
            3,
            "other.json: not a fit as `sinkhorn fit` writes it: missing field `file` at line 1 column 33",
        ),
        ("solve x.csv y.csv --start new.json", 3, "new.json: schema 2, where this program reads 1"),
        ("solve x.csv y.csv --start ,line.json", 3, "line.json: a fit of points of dimension 1, where these have 2"),
        (
            "solve x.csv y.csv --start short.json",
            3,
            "short.json: a damaged fit: covariance has 3 scalars where 4 are needed",
        ),
        (
            "solve x.csv y.csv --start negative.json",
            3,
            "negative.json: a damaged fit: covariance[0, 0] is -1: no entry may be negative",
        ),
        (
            "solve x.csv y.csv --start massless.json",
            3,
            "massless.json: a damaged fit: shares sums to zero: there is no mass to transport",
        ),
        ("solve x.csv y.csv --start claims.json", 3, "claims.json: a damaged fit: dimension 3, and a mean of 2"),
        (
            "solve x.csv y.csv --start far.json",
            3,
            "--start: the potentials between these fits leave the range of f64: are they of x.csv and y.csv?",
        ),
        ("solve x.csv y.csv --start nowhere.json", 1, "nowhere.json: No such file or directory"),
        (
            "solve x.csv y.csv --start good.json,mixture.json",
            2,
            "--start: one file holds a Gaussian and the other a mixture: they must be of one kind",
        ),
        (
            "solve x.csv y.csv --start good.json --cost euclidean",
            2,
            "--start: gaussian needs points under the squared Euclidean cost",
        ),
        ("solve x.csv y.csv --plot p.png", 2, "--plot p.png: the name must end in .svg"),
        ("solve x.csv y.csv --plan p.csv --map p.csv", 2, "--plan and --map name the same file"),
        ("man guess", 2, "there is no command \"guess\""),
        ("man --output nowhere", 1, "nowhere/sinkhorn.1: there is no folder \"nowhere\""),
    ] {
        let run = folder.run(arguments);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (code, format!("sinkhorn: error: {message}\n").as_str()),
            "{arguments}"
        );
        assert_eq!((run.stdout.as_str(), contents(&folder)), ("", before.clone()), "{arguments}");
    }
}

#[test]
fn clap_names_the_option_and_what_it_takes() {
    let folder = folder();
    for (arguments, message) in [
        ("divergence x.csv", "the following required arguments were not provided:\n  <Y>"),
        ("compare x.csv y.csv --starts guess", "invalid value 'guess' for '--starts <LIST>'"),
        (
            "compare x.csv y.csv --patience 0.5",
            "invalid value '0.5' for '--patience <TIMES>': it must lie between 1 and 1e9",
        ),
        ("match x.csv y.csv --top 0", "invalid value '0' for '--top <K>'"),
        ("match x.csv y.csv --top 2 --image", "cannot be used with"),
        ("sort line.csv --ranks --top 1", "cannot be used with"),
        ("sort line.csv --quantiles 2", "invalid value '2' for '--quantiles <LEVELS>': it must lie between 0 and 1"),
        (
            "sort line.csv --convention linear",
            "the following required arguments were not provided:\n  --quantiles <LEVELS>",
        ),
        ("sort line.csv --epsilon 0", "invalid value '0' for '--epsilon <VALUE>': it must be positive"),
        (
            "fit x.csv --components 65",
            "invalid value '65' for '--components <K|auto>': it must be a number from 1 to 64, or auto",
        ),
        ("fit x.csv --kind normal", "invalid value 'normal' for '--kind <KIND>'"),
        ("batch x.csv --measure length", "invalid value 'length' for '--measure <MEASURE>'"),
        ("solve x.csv y.csv --start ,", "invalid value ',' for '--start <NAME|FILE,FILE>'"),
        (
            "solve x.csv y.csv --anneal-from 0",
            "invalid value '0' for '--anneal-from <MULTIPLE>': it must lie between 1 and 1e9",
        ),
        (
            "solve x.csv y.csv --plan-share 2",
            "invalid value '2' for '--plan-share <SHARE>': it must lie between 0 and 1",
        ),
        ("solve x.csv y.csv --cost p-norm --p 0.5", "invalid value '0.5' for '--p <P>': it must be at least 1"),
        ("solve x.csv y.csv --cost hamming", "invalid value 'hamming' for '--cost <NAME>'"),
        ("completions csh", "invalid value 'csh' for '<SHELL>'"),
        ("sovle x.csv y.csv", "a similar subcommand exists: 'solve'"),
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments}");
        assert!(
            run.stderr.starts_with("sinkhorn: error: ") && run.stderr.contains(message),
            "{arguments}: {}",
            run.stderr
        );
    }
}
