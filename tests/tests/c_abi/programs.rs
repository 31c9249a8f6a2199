//! The programs of `tests/c`, compiled without a warning and linked to either library.

use std::path::PathBuf;
use std::process::Command;

use sinkhorn_core::{Shape, SimdLevel, Storage, workspace_len};
use sinkhorn_tests::golden;

use crate::library::{embedded, hosted, root, run, scratch};
use crate::rust_twin;

const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Compiles and links; `name` tells the results of two tests apart.
fn build(compiler: &str, standard: &str, sources: &[&str], link: &[&str], name: &str) -> PathBuf {
    let (program, folder) = (scratch().join(name), root().join("tests/c"));
    let mut command = Command::new(compiler);
    command.arg(standard).args(STRICT).arg("-O1").arg("-I").arg(root().join("include")).arg("-o").arg(&program);
    if compiler == "c++" {
        command.args(["-x", "c++"]);
    }
    command.args(sources.iter().map(|source| folder.join(source))).args(["-x", "none"]);
    run(command.args(link));
    program
}

/// With std, from the static library, which lends its name to the tests of the results.
fn hosted_program(source: &str) -> PathBuf {
    let library = hosted().join("libsinkhorn.a");
    let link = [library.to_str().expect("UTF-8"), "-lpthread", "-ldl", "-lm"];
    build("cc", "-std=c99", &[source], &link, &format!("{}_hosted", source.trim_end_matches(".c")))
}

/// Without std and without an allocator.
fn embedded_program(source: &str) -> PathBuf {
    let library = embedded().join("libsinkhorn.a");
    let link = [library.to_str().expect("UTF-8"), "-lm"];
    build("cc", "-std=c99", &[source], &link, &format!("{}_embedded", source.trim_end_matches(".c")))
}

#[test]
fn the_example_reaches_the_golden_values() {
    let golden = golden::load();
    let case = golden.cases.iter().find(|case| case.name == "trig_7x5_sqeuclid_eps0.1").expect("a golden case");
    for program in [hosted_program("solve.c"), embedded_program("solve.c")] {
        let text = run(&mut Command::new(program));
        for (scalar, tolerance) in [("f64", 1e-9), ("f32", 1e-4)] {
            let line = text.lines().find(|line| line.starts_with(scalar)).expect("a line for each scalar");
            let value: f64 = line.rsplit(' ').next().expect("words").parse().expect("a number at the end");
            assert!((value - case.objective).abs() <= tolerance, "{line}, not {}", case.objective);
        }
    }
}

#[test]
fn bad_calls_are_refused_and_write_nothing() {
    for program in [hosted_program("bad_input.c"), embedded_program("bad_input.c")] {
        let text = run(&mut Command::new(program));
        assert!(text.contains("bad calls, 0 failures"), "{text}");
    }
}

#[test]
fn macro_function_and_const_fn_agree_on_the_workspace() {
    let text = run(&mut Command::new(hosted_program("workspace_len.c")));
    let mut lines = 0;
    for line in text.lines() {
        let numbers: Vec<usize> = line.split(' ').map(|word| word.parse().expect("numbers")).collect();
        let [n, m, d, memory, len] = numbers[..] else { panic!("{line}") };
        assert_eq!(workspace_len(Shape::squared_euclidean(n, m, d), memory, Storage::Stream), Some(len), "{line}");
        lines += 1;
    }
    assert_eq!(lines, 10 * 10 * 6 * 5);
}

#[test]
fn c_and_rust_find_the_same_bits() {
    let text = run(Command::new(hosted_program("bits.c")).arg("10"));
    assert_eq!(text.lines().collect::<Vec<_>>(), rust_twin::lines(10, SimdLevel::Best), "with std");
    let text = run(Command::new(embedded_program("bits.c")).arg("8"));
    assert_eq!(text.lines().collect::<Vec<_>>(), rust_twin::lines(8, SimdLevel::Portable), "without an allocator");
}

#[test]
fn beyond_eight_dimensions_the_gaussian_start_needs_an_allocator() {
    let text = run(Command::new(embedded_program("bits.c")).arg("9"));
    assert!(text.contains("start: gaussian has dimensions 1 to 8"), "{text}");
}

#[test]
fn the_header_compiles_twice_as_c_and_as_cpp() {
    let sources = ["double_include_a.c", "double_include_b.c"];
    let folder = hosted().to_str().expect("UTF-8");
    let search = format!("-Wl,-rpath,{folder}");
    let link = ["-L", folder, &search, "-Wl,-Bdynamic", "-lsinkhorn"];
    for (compiler, standard) in [("cc", "-std=c99"), ("cc", "-std=c11"), ("c++", "-std=c++11"), ("c++", "-std=c++17")] {
        let name = format!("double_include{standard}");
        run(&mut Command::new(build(compiler, standard, &sources, &link, &name)));
    }
}

#[test]
fn the_example_of_the_readme_compiles_without_a_warning_and_converges() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let (_, rest) = readme.split_once("```c\n").expect("a C example");
    let (source, _) = rest.split_once("```").expect("its end");
    let path = scratch().join("readme.c");
    std::fs::write(&path, source).expect("a folder for results");
    let library = hosted().join("libsinkhorn.a");
    let link = [library.to_str().expect("UTF-8"), "-lpthread", "-ldl", "-lm"];
    let program = build("cc", "-std=c99", &[path.to_str().expect("UTF-8")], &link, "readme");
    let text = run(&mut Command::new(program));
    assert!(text.starts_with("converged: "), "{text}");
}
