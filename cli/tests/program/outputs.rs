//! Files and standard output: complete, or untouched.
#![cfg(unix)]

use std::process::{Command, Stdio};

use crate::support::{Folder, finished, limited, npy, read_f8};

#[test]
fn a_full_disk_is_reported_and_leaves_nothing() {
    let folder = Folder::with_points();
    std::os::unix::fs::symlink("/dev/full", folder.path("full.csv")).unwrap();
    let run = folder.run("solve x.csv y.csv --potentials-x full.csv --potentials-y g.csv");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    assert_eq!(run.stderr, "sinkhorn: error: full.csv: No space left on device\n");
    assert_eq!(folder.names(), ["full.csv", "x.csv", "y.csv"]);

    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    for arguments in ["solve x.csv y.csv", "match x.csv y.csv", "man", "--help"] {
        let output = finished(
            folder.command(arguments).stdout(full.try_clone().unwrap()).stderr(Stdio::piped()).spawn().unwrap(),
        );
        assert_eq!(output.status.code(), Some(1), "{arguments}");
        let message = "sinkhorn: error: standard output: No space left on device\n";
        assert_eq!(String::from_utf8(output.stderr).unwrap(), message, "{arguments}");
    }
}

/// A limit on the size of files is a disk that fills up half-way.
#[test]
fn a_file_that_cannot_be_finished_goes_away() {
    let folder = Folder::new();
    let points: String = (0..3000).map(|k| format!("{}\n", f64::from(k).sin())).collect();
    folder.write("p.csv", &points);
    folder.write("f.csv", "old\n");
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let line = format!("trap '' XFSZ; ulimit -f 8; exec {program} solve p.csv p.csv --epsilon 1 --potentials-x f.csv");
    let output = limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "sinkhorn: error: f.csv: File too large\n");
    assert_eq!((folder.names(), folder.read("f.csv")), (vec!["f.csv".into(), "p.csv".into()], "old\n".into()));
}

#[test]
fn links_stay_links() {
    let folder = Folder::with_points();
    folder.write("real.csv", "old\n");
    std::os::unix::fs::symlink("real.csv", folder.path("link.csv")).unwrap();
    folder.json("solve x.csv y.csv --potentials-x link.csv");
    assert!(folder.path("link.csv").is_symlink());
    assert_eq!(folder.read("real.csv").lines().count(), 6);
}

#[test]
fn readers_that_go_away_are_no_error() {
    let folder = Folder::new();
    let points: String = (0..4000).map(|k| format!("{}\n", f64::from(k).sin())).collect();
    folder.write("p.csv", points);
    for arguments in ["match p.csv p.csv --epsilon 1", "sort p.csv", "completions bash", "man solve"] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = finished(child);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{arguments}");
    }
}

#[test]
fn a_sparse_plan_has_the_mass_of_its_rows() {
    let folder = Folder::with_points();
    folder.json("solve x.csv y.csv --plan all.csv --plan-share 0 --epsilon 0.5");
    folder.json("solve x.csv y.csv --plan few.csv --plan-share 0.2 --epsilon 0.5 -q");
    folder.json("solve x.csv y.csv --plan few.npy --plan-share 0.2 --epsilon 0.5 -q");
    let read = |name: &str| -> Vec<(usize, usize, f64)> {
        let text = folder.read(name);
        let (header, rows) = text.split_once('\n').unwrap();
        assert_eq!(header, "x_row,y_row,mass");
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[0].parse().unwrap(), fields[1].parse().unwrap(), fields[2].parse().unwrap())
        };
        rows.lines().map(row).collect()
    };
    let (all, few) = (read("all.csv"), read("few.csv"));
    assert_eq!(all.len(), 20);
    for i in 0..5 {
        let mass: f64 = all.iter().filter(|entry| entry.0 == i).map(|entry| entry.2).sum();
        assert!((mass - 0.2).abs() < 1e-6, "row {i}: {mass}");
    }
    let kept: Vec<_> = all.iter().copied().filter(|entry| entry.2 >= 0.2 * 0.2).collect();
    assert_eq!(few, kept);
    assert!(few.len() < all.len());
    let numbers = read_f8(&folder.path("few.npy"));
    assert_eq!(numbers, few.iter().flat_map(|&(x, y, mass)| [x as f64, y as f64, mass]).collect::<Vec<_>>());
}

#[test]
fn images_lie_between_the_points_that_mass_goes_to() {
    let folder = Folder::with_points();
    folder.write("y.npy", npy("<f8", false, "(2, 2)", &crate::support::f8(&[2.0, 0.0, 4.0, 1.0])));
    folder.json("solve x.csv y.npy --map images.csv --epsilon 0.3");
    let text = folder.read("images.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("x1,x2"));
    for line in lines {
        let image: Vec<f64> = line.split(',').map(|field| field.parse().unwrap()).collect();
        assert!((2.0..=4.0).contains(&image[0]) && (image[1] - (image[0] - 2.0) / 2.0).abs() < 1e-9, "{line}");
    }
    let run = folder.run("match x.csv y.npy --image --epsilon 0.3");
    assert_eq!(run.stdout, text, "match has the same images");
}

#[test]
fn pictures_are_drawn_for_every_dimension() {
    let folder = Folder::with_points();
    folder.write("line.csv", "0\n1\n3\n");
    folder.write("space.csv", "0,0,1\n1,0,0\n2,2,2\n");
    for (arguments, part) in [
        ("x.csv y.csv", "x.csv to y.csv"),
        ("x.csv y.csv --plot-kind convergence", "marginal error"),
        ("line.csv line.csv", "line.csv"),
        ("space.csv space.csv", "marginal error"),
    ] {
        folder.json(&format!("solve {arguments} --plot plot.svg"));
        let svg = folder.read("plot.svg");
        assert!(svg.contains("<svg") && svg.contains(part) && svg.trim_end().ends_with("</svg>"), "{arguments}: {svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{arguments}");
    }
    let run = folder.run("solve x.csv y.csv --plot plot.svg --plot-kind coupling");
    let message = "sinkhorn: error: --plot-kind coupling needs points of dimension 1, and these have 2\n";
    assert_eq!((run.code, run.stderr.as_str()), (2, message));
}

#[test]
fn a_private_file_stays_private_and_a_protected_one_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with_points();
    let set = |name: &str, mode| std::fs::set_permissions(folder.path(name), PermissionsExt::from_mode(mode)).unwrap();
    folder.write("secret.csv", "old\n");
    set("secret.csv", 0o600);
    folder.json("solve x.csv y.csv --potentials-x secret.csv");
    assert_eq!(std::fs::metadata(folder.path("secret.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.read("secret.csv").lines().count(), 6);

    folder.write("protected.csv", "old\n");
    set("protected.csv", 0o444);
    let is_root = std::fs::File::options().append(true).open(folder.path("protected.csv")).is_ok();
    let run = folder.run("solve x.csv y.csv --potentials-x protected.csv");
    let expected = if is_root { (0, "") } else { (1, "sinkhorn: error: protected.csv: Permission denied\n") };
    assert_eq!((run.code, run.stderr.as_str()), expected, "only root may write to anything");
}

#[test]
fn a_link_to_nothing_yet_is_written_through() {
    let folder = Folder::with_points();
    std::os::unix::fs::symlink("new.csv", folder.path("link.csv")).unwrap();
    folder.json("solve x.csv y.csv --potentials-x link.csv");
    assert!(folder.path("link.csv").is_symlink());
    assert_eq!(folder.read("new.csv").lines().count(), 6);
}

#[test]
fn a_file_that_the_shell_reads_from_is_an_input_too() {
    let folder = Folder::with_points();
    let before = folder.read("x.csv");
    let input = std::fs::File::open(folder.path("x.csv")).unwrap();
    let output =
        finished(folder.command("solve - y.csv --map x.csv").stdin(input).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "sinkhorn: error: --map x.csv would overwrite an input\n");
    assert_eq!(folder.read("x.csv"), before);
}

#[test]
fn the_end_of_memory_is_no_crash() {
    let folder = Folder::new();
    let points: String = (0..20_000).map(|k| format!("{}\n", f64::from(k).sin())).collect();
    folder.write("p.csv", points);
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let line = format!(
        "ulimit -v 1000000; exec {program} solve p.csv p.csv --storage kernel --threads 1 --potentials-x f.csv"
    );
    let output = limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")));
    let message = "sinkhorn: error: there is not enough memory for 3.21 GB (--storage stream keeps no kernel)\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
    assert_eq!((output.status.code(), folder.names()), (Some(3), vec!["p.csv".to_owned()]));
}

/// Wherever memory grows with the number of pairs.
#[test]
fn no_command_crashes_for_want_of_memory() {
    let folder = Folder::new();
    let points: String = (0..12_000).map(|k| format!("{}\n", f64::from(k).sin())).collect();
    folder.write("p.csv", points);
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    for arguments in [
        "compare p.csv p.csv --storage kernel --starts zero",
        "match p.csv p.csv --top 12000 --epsilon 1",
        "sort p.csv --storage kernel",
        "divergence p.csv p.csv --storage kernel",
    ] {
        let line = format!("ulimit -v 600000; exec {program} {arguments} --threads 1");
        let output = limited(Command::new("sh").args(["-c", &line]).current_dir(folder.path("")));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{arguments}: {stderr}");
        // On a busy machine a note says before that it takes long.
        let last = stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("sinkhorn: error: there is not enough memory for "), "{arguments}: {stderr}");
    }
}

#[test]
fn fits_to_start_from_are_inputs_too() {
    let folder = Folder::with_points();
    folder.run("fit x.csv --output x.json");
    std::fs::rename(folder.path("x.json"), folder.path("fit.csv")).unwrap();
    let before = folder.read("fit.csv");
    let run = folder.run("solve x.csv y.csv --start fit.csv, --potentials-x fit.csv");
    let message = "sinkhorn: error: --potentials-x fit.csv would overwrite an input\n";
    assert_eq!((run.code, run.stderr.as_str(), folder.read("fit.csv")), (2, message, before));
}
