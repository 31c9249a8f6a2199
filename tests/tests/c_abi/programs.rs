//! The programs of `tests/c` and `tests/cpp`, and the examples of `ffi`: compiled without a warning by two compilers,
//! linked to either library, run plainly, with sanitizers, and under valgrind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use sinkhorn_core::{
    SimdLevel, Storage,
    diff::derivatives_len,
    divergence::{divergence_gradient_len, divergence_len_of_shape},
    embedded::workspace_len,
    geometry::Shape,
    soft::soft_len,
};
use sinkhorn_tests::golden;
use sinkhorn_tests::process::limited;

use crate::library::{cargo, embedded, hosted, root, run, scratch, target};
use crate::rust_twin;

const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];
const SYSTEM: [&str; 3] = ["-lpthread", "-ldl", "-lm"];

/// How a program is built, and so how it is run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Plain,
    /// Address and undefined behaviour.
    Sanitized,
    Valgrind,
}

/// Whether a tool is to be used: all are, but for those that `tests/run` could not get, and then it says so.
pub fn has(tool: &str) -> bool {
    !std::env::var("SINKHORN_TESTS_WITHOUT").unwrap_or_default().split(' ').any(|missing| missing == tool)
}

/// The compilers of C, or of C++.
fn compilers(source: &str) -> Vec<&'static str> {
    let both = if is_cpp(source) { ["g++", "clang++"] } else { ["gcc", "clang"] };
    both.into_iter().filter(|compiler| has(compiler)).collect()
}

fn is_cpp(source: &str) -> bool {
    source.ends_with(".cpp")
}

/// Compiles and links; the name of what comes out tells all of it.
fn build(compiler: &str, standard: &str, sources: &[&str], library: &Path, mode: Mode, flags: &[&str]) -> PathBuf {
    let stem = Path::new(sources[0]).file_stem().expect("a file").to_string_lossy().into_owned();
    let kind = library.parent().and_then(Path::file_name).expect("a folder").to_string_lossy();
    let program = scratch().join(format!("{stem}-{compiler}-{standard}-{kind}-{mode:?}"));
    let mut command = Command::new(compiler);
    command.arg(format!("-std={standard}")).args(STRICT).arg("-O1").args(flags);
    command.arg("-I").arg(root().join("include")).arg("-o").arg(&program);
    if mode == Mode::Sanitized {
        command.args(["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]);
    }
    if standard.starts_with("c++") {
        command.args(["-x", "c++"]);
    }
    command.args(sources.iter().map(|source| root().join(source))).args(["-x", "none"]).arg(library).args(SYSTEM);
    run(&mut command);
    if mode == Mode::Sanitized {
        assert!(run(Command::new("nm").arg(&program)).contains("__asan_init"), "{program:?} has no sanitizer");
    }
    program
}

/// Runs a program and returns what it printed; under valgrind, where it was built for that.
fn output(program: &Path, arguments: &[&str], mode: Mode) -> String {
    if mode != Mode::Valgrind {
        return run(Command::new(program).args(arguments).env("ASAN_OPTIONS", "detect_stack_use_after_return=1"));
    }
    let log = program.with_extension("valgrind");
    let mut command = Command::new("valgrind");
    command.args(["--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite"]);
    command.arg(format!("--log-file={}", log.display())).arg(program).args(arguments);
    let text = run(&mut command);
    let summary = std::fs::read_to_string(&log).expect("a log");
    assert!(summary.contains("ERROR SUMMARY: 0 errors"), "{summary}");
    text
}

fn hosted_library() -> PathBuf {
    hosted().join("libsinkhorn.a")
}

fn embedded_library() -> PathBuf {
    embedded().join("libsinkhorn.a")
}

/// Builds with both compilers, in every mode, and runs; `check` sees what was printed each time.
fn everywhere(standard: &str, sources: &[&str], arguments: &[&str], flags: &[&str], check: &dyn Fn(&str)) {
    let library = hosted_library();
    let mut runs = 0;
    for compiler in compilers(sources[0]) {
        for mode in [Mode::Plain, Mode::Sanitized, Mode::Valgrind] {
            // One compiler is enough where the other's program is the same to valgrind.
            if mode == Mode::Valgrind && (!has("valgrind") || compiler.starts_with("clang")) {
                continue;
            }
            check(&output(&build(compiler, standard, sources, &library, mode, flags), arguments, mode));
            runs += 1;
        }
    }
    assert!(runs > 0, "no compiler");
}

/// What the test programs end with.
fn no_failures(text: &str) {
    let last = text.lines().last().unwrap_or_default();
    assert!(last.ends_with(", 0 failures") && !last.starts_with("0 "), "{text}");
}

/// Builds against the library without std and without an allocator.
fn embedded_program(source: &str) -> PathBuf {
    build("gcc", "c99", &[source], &embedded_library(), Mode::Plain, &[])
}

#[test]
fn the_example_reaches_the_golden_values() {
    let golden = golden::load();
    let case = golden.cases.iter().find(|case| case.name == "trig_7x5_sqeuclid_eps0.1").expect("a golden case");
    let check = |text: &str| {
        for (scalar, tolerance) in [("f64", 1e-9), ("f32", 1e-4)] {
            let line = text.lines().find(|line| line.starts_with(scalar)).expect("a line for each scalar");
            let value: f64 = line.rsplit(' ').next().expect("words").parse().expect("a number at the end");
            assert!((value - case.objective).abs() <= tolerance, "{line}, not {}", case.objective);
        }
    };
    everywhere("c99", &["tests/c/solve.c"], &[], &[], &check);
    check(&output(&embedded_program("tests/c/solve.c"), &[], Mode::Plain));
}

#[test]
fn bad_calls_are_refused_and_write_nothing() {
    everywhere("c99", &["tests/c/bad_input.c"], &[], &[], &no_failures);
    no_failures(&output(&embedded_program("tests/c/bad_input.c"), &[], Mode::Plain));
}

#[test]
fn statuses_and_choices_have_the_numbers_they_always_had() {
    everywhere("c99", &["tests/c/statuses.c"], &[], &[], &no_failures);
}

#[test]
fn mistakes_are_refused() {
    everywhere("c99", &["tests/c/misuse.c"], &[], &[], &no_failures);
}

#[test]
fn structs_of_earlier_and_later_versions_are_taken() {
    everywhere("c99", &["tests/c/struct_sizes.c"], &[], &[], &no_failures);
    no_failures(&output(&embedded_program("tests/c/struct_sizes.c"), &[], Mode::Plain));
}

#[test]
fn the_smallest_solve_does_what_the_header_says() {
    everywhere("c99", &["tests/c/in_place.c"], &[], &[], &no_failures);
}

#[test]
fn pairs_that_are_skipped_change_no_answer() {
    // The library does the work, whatever the program is compiled with.
    for (compiler, standard, source) in
        [("gcc", "c99", "tests/c/skipping.c"), ("g++", "c++17", "tests/cpp/skipping.cpp")]
    {
        let program = build(compiler, standard, &[source], &hosted_library(), Mode::Sanitized, &STRICTER);
        no_failures(&output(&program, &[], Mode::Sanitized));
    }
}

#[test]
fn threads_may_do_what_the_header_says() {
    everywhere("c99", &["tests/c/threads.c"], &[], &["-pthread"], &no_failures);
}

#[test]
fn macros_functions_and_the_core_agree_on_lengths() {
    let text = output(
        &build("gcc", "c99", &["tests/c/workspace_len.c"], &hosted_library(), Mode::Plain, &[]),
        &[],
        Mode::Plain,
    );
    let (mut lines, mut small) = (0, None);
    for line in text.lines() {
        let numbers: Vec<usize> = line.split(' ').map(|word| word.parse().expect("numbers")).collect();
        let [n, m, d, memory, solve64, solve32, derivatives, divergence64, gradient, soft64] = numbers[..] else {
            panic!("{line}")
        };
        let shape = Shape::squared_euclidean(n, m, d);
        let acceleration = match memory {
            0 => sinkhorn_core::Acceleration::Plain,
            memory => sinkhorn_core::Acceleration::Anderson { memory },
        };
        let settings = sinkhorn_core::Settings { acceleration, ..sinkhorn_core::Settings::<f64>::default() };
        let soft = sinkhorn_core::soft::SoftSettings { solve: settings, ..Default::default() };
        let core = workspace_len(shape, memory, Storage::Stream).expect("a length");
        let objects = [solve64 - core, solve32 - core];
        assert_eq!(*small.get_or_insert(objects), objects, "{line}");
        assert_eq!(derivatives_len(n, m, d, 1), Some(derivatives), "{line}");
        assert_eq!(divergence_gradient_len(n, m, d, 1), Some(gradient), "{line}");
        // What objects take is the same everywhere.
        let large = divergence64 - divergence_len_of_shape(shape, &settings).expect("a length");
        assert_eq!(soft64 - soft_len(n, m, &soft).expect("a length"), large, "{line}");
        assert!(large < 2 * objects[0] + 8, "{line}");
        lines += 1;
    }
    assert!(lines >= 300, "{lines} lines");
}

#[test]
fn c_and_rust_find_the_same_bits() {
    let source = ["tests/c/bits.c"];
    let text = output(&build("gcc", "c99", &source, &hosted_library(), Mode::Plain, &[]), &["10", "1"], Mode::Plain);
    assert_eq!(text.lines().collect::<Vec<_>>(), rust_twin::lines(10, true, SimdLevel::Best), "with std");
    let text = output(&embedded_program(source[0]), &["8", "0"], Mode::Plain);
    let expected = rust_twin::lines(8, false, SimdLevel::Portable);
    assert_eq!(text.lines().collect::<Vec<_>>(), expected, "without std");
    // What valgrind lets a program see of the processor has narrower vectors: the same bits.
    let expected = rust_twin::lines(3, true, SimdLevel::Best);
    everywhere("c99", &source, &["3", "1"], &[], &|text| assert_eq!(text.lines().collect::<Vec<_>>(), expected));
}

#[test]
fn what_needs_an_allocator_says_so_where_there_is_none() {
    let text = output(&embedded_program("tests/c/bits.c"), &["9", "1"], Mode::Plain);
    assert!(text.contains("start: gaussian has dimensions 1 to 8"), "{text}");
    assert!(text.contains("start: this start needs an allocator"), "{text}");
}

#[test]
fn the_header_compiles_twice_as_c_and_as_cpp() {
    let sources = ["tests/c/double_include_a.c", "tests/c/double_include_b.c"];
    for standard in ["c99", "c11", "c17", "c++11", "c++17", "c++20"] {
        let compilers = if standard.starts_with("c++") { ["g++", "clang++"] } else { ["gcc", "clang"] };
        for compiler in compilers.into_iter().filter(|compiler| has(compiler)) {
            output(&build(compiler, standard, &sources, &hosted_library(), Mode::Plain, &[]), &[], Mode::Plain);
        }
    }
}

/// The flags of the C++ header's own tests: what the strictest of its users compile with.
const STRICTER: [&str; 2] = ["-Wconversion", "-Wshadow"];

#[test]
fn the_cpp_header_does_what_it_says() {
    for standard in ["c++17", "c++20"] {
        everywhere(standard, &["tests/cpp/solve.cpp"], &[], &STRICTER, &no_failures);
    }
}

#[test]
fn the_cpp_header_tells_what_is_wrong() {
    everywhere("c++17", &["tests/cpp/errors.cpp"], &[], &STRICTER, &no_failures);
}

#[test]
fn choices_of_the_cpp_header_have_the_numbers_of_c() {
    let source = "tests/cpp/choices.cpp";
    everywhere("c++17", &[source], &[], &STRICTER, &no_failures);
    // What functions of the C++ header set by themselves has no name there.
    let without = ["COST_P_NORM", "COST_CUSTOM", "SCALE_GIVEN", "EPSILON_"];
    let text = std::fs::read_to_string(root().join(source)).expect("a file");
    let header = std::fs::read_to_string(root().join("include/sinkhorn.h")).expect("a header");
    // Numbers in order after the last struct: choices and statuses.
    let (_, constants) = header.split_once("#define SINKHORN_TERM_BETWEEN").expect("the first choice");
    let names = constants.lines().filter_map(|line| line.strip_prefix("#define SINKHORN_")?.split(' ').next());
    for name in names.filter(|name| !without.iter().any(|without| name.starts_with(without))) {
        assert!(text.contains(&format!(", {name})")), "{name} has no line in {source}");
    }
}

#[test]
fn the_cpp_header_works_without_exceptions() {
    let flags = [&STRICTER[..], &["-fno-exceptions"]].concat();
    let source = ["tests/cpp/no_exceptions.cpp"];
    everywhere("c++17", &source, &[], &flags, &no_failures);
    // A value that is not there ends the program, which says why.
    let program = build("g++", "c++17", &source, &hosted_library(), Mode::Plain, &flags);
    let result = limited(Command::new(program).arg("abort")).output().expect("a program");
    let said = String::from_utf8_lossy(&result.stderr);
    assert!(!result.status.success() && said.contains("sinkhorn: n is 0"), "{said}");
}

#[test]
fn the_cpp_header_may_be_in_two_files_of_a_program() {
    let sources = ["tests/cpp/two_units_a.cpp", "tests/cpp/two_units_b.cpp"];
    everywhere("c++17", &sources, &[], &STRICTER, &no_failures);
}

/// Where Debian puts the headers of Eigen.
const EIGEN: [&str; 2] = ["-isystem", "/usr/include/eigen3"];

/// Builds with both compilers and standards, and runs; the first once more under the sanitizers.
fn with_both_standards(source: &str, flags: &[&str]) {
    let library = hosted_library();
    let compilers = compilers(source);
    for (compiler, standard) in compilers.iter().flat_map(|compiler| [(compiler, "c++17"), (compiler, "c++20")]) {
        no_failures(&output(&build(compiler, standard, &[source], &library, Mode::Plain, flags), &[], Mode::Plain));
    }
    let mode = Mode::Sanitized;
    no_failures(&output(&build(compilers[0], "c++17", &[source], &library, mode, flags), &[], mode));
}

#[test]
fn the_cpp_header_takes_matrices_of_eigen() {
    if has("eigen") {
        with_both_standards("tests/cpp/eigen.cpp", &[&STRICTER[..], &EIGEN].concat());
    }
}

#[test]
fn the_cpp_header_takes_mdspans() {
    with_both_standards("tests/cpp/mdspan.cpp", &STRICTER);
}

/// Each case is the line of an `#if` with what the compiler has to say.
#[test]
fn calls_that_must_not_compile_do_not() {
    if !has("eigen") {
        return;
    }
    let source = root().join("tests/cpp/does_not_compile.cpp");
    let text = std::fs::read_to_string(&source).expect("a file");
    let numbered = text.lines().enumerate().map(|(k, line)| (k + 1, line));
    let cases: Vec<_> =
        numbered.filter_map(|(k, line)| Some((k, line.strip_prefix("#if CASE == __LINE__  // ")?))).collect();
    assert!(cases.len() >= 25, "{} cases", cases.len());
    for (compiler, standard) in compilers("a.cpp").into_iter().zip(["c++17", "c++20"]) {
        // The headers are read once.
        let folder = scratch().join(format!("headers-{compiler}"));
        std::fs::create_dir_all(&folder).expect("a folder for results");
        let headers = folder.join("headers.hpp");
        std::fs::write(&headers, "#include <Eigen/Core>\n#include \"sinkhorn.hpp\"\n").expect("a folder");
        let command = || {
            let mut command = Command::new(compiler);
            command.arg(format!("-std={standard}")).args(STRICT).args(EIGEN).arg("-I").arg(root().join("include"));
            command
        };
        let compiled = folder.join(if compiler == "g++" { "headers.hpp.gch" } else { "headers.hpp.pch" });
        run(command().args(["-x", "c++-header"]).arg(&headers).arg("-o").arg(compiled));
        let compile = |case: usize| {
            let mut command = command();
            command.args(["-fsyntax-only", "-include"]).arg(&headers).arg(format!("-DCASE={case}")).arg(&source);
            command
        };
        run(&mut compile(0));
        for &(line, message) in &cases {
            let result = limited(&compile(line)).output().expect("a compiler");
            let said = String::from_utf8_lossy(&result.stderr);
            assert!(!result.status.success() && said.contains(message), "{compiler}, line {line}: {said}");
        }
    }
}

/// The blocks of a page that begin with this line and have a main, as files.
fn examples(page: &str, fence: &str) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(root().join(page)).expect("a page");
    let blocks = text.split(fence).skip(1).filter_map(|rest| rest.split_once("```"));
    let sources = blocks.map(|(source, _)| source).filter(|source| source.contains("int main"));
    let (stem, extension) = (page.replace(['/', '.'], "-"), fence.trim_start_matches("```").trim());
    let written = sources.enumerate().map(|(k, source)| {
        let path = scratch().join(format!("{stem}-{k}.{extension}"));
        std::fs::write(&path, source).expect("a folder for results");
        path
    });
    written.collect()
}

#[test]
fn the_examples_of_the_pages_compile_without_a_warning_and_converge() {
    let pages = [("README.md", "```c\n", 1), ("ffi/README.md", "```c\n", 1), ("ffi/README.md", "```cpp\n", 4)];
    // The book includes the programs of these pages, and has none of its own.
    for entry in std::fs::read_dir(root().join("docs")).expect("a folder") {
        let path = entry.expect("a file").path();
        let text =
            if path.extension().is_some_and(|it| it == "md") { std::fs::read_to_string(&path) } else { continue };
        assert!(!text.expect("a page").contains("```c\n"), "{}: who compiles this?", path.display());
    }
    for (page, fence, count) in pages {
        let examples = examples(page, fence);
        assert_eq!(examples.len(), count, "{page}");
        for path in examples {
            let source = std::fs::read_to_string(&path).expect("an example");
            if source.contains("<Eigen") && !has("eigen") {
                continue;
            }
            let standard = if fence.contains("cpp") { "c++17" } else { "c99" };
            // What asks its results has no need of exceptions.
            let flags: &[&str] = if source.contains(".error()") { &["-fno-exceptions"] } else { &EIGEN };
            let check = |text: &str| assert!(text.contains("converged"), "{page}: {text}");
            everywhere(standard, &[path.to_str().expect("UTF-8")], &[], flags, &check);
        }
    }
}

#[test]
fn the_command_line_c_and_cpp_find_the_same_bits() {
    cargo(&["build", "--release", "-p", "sinkhorn-cli"]);
    // Without the rows that are equal to others, which the command line solves as one.
    let files = ["china.csv", "flower.csv"].map(|file| {
        let text = std::fs::read_to_string(root().join("bench/data/colours").join(file)).expect("colours");
        let mut seen = BTreeSet::new();
        let rows: Vec<&str> = text.lines().filter(|line| seen.insert(*line)).collect();
        let path = scratch().join(file);
        std::fs::write(&path, rows.join("\n") + "\n").expect("a file");
        path
    });
    let files = files.each_ref().map(|path| path.to_str().expect("UTF-8"));
    let potentials = ["x", "y"].map(|side| scratch().join(format!("potentials_{side}.csv")));
    let mut command = Command::new(target().join("release/sinkhorn"));
    command.arg("solve").args(files);
    for (option, path) in ["--potentials-x", "--potentials-y"].into_iter().zip(&potentials) {
        command.arg(option).arg(path);
    }
    run(&mut command);
    let mut expected = vec![];
    for path in &potentials {
        let text = std::fs::read_to_string(path).expect("potentials");
        expected.extend(text.lines().skip(1).map(|value| value.parse::<f64>().expect("a number").to_bits()));
    }
    let source = ["tests/cpp/same_bits.cpp"];
    let program = build("g++", "c++17", &source, &hosted_library(), Mode::Plain, &[]);
    let found = output(&program, &files, Mode::Plain);
    let found: Vec<u64> = found.lines().map(|bits| u64::from_str_radix(bits, 16).expect("bits")).collect();
    assert!(found.len() > 1000 && found == expected, "{} and {} potentials", found.len(), expected.len());
}

/// The page's first program, with everything that the page shows later put into it in that order.
#[test]
fn all_that_the_page_shows_runs_in_a_row() {
    let page = std::fs::read_to_string(root().join("ffi/README.md")).expect("a page");
    let blocks: Vec<&str> =
        page.split("```c\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block).collect();
    let (first, others) = blocks.split_first().expect("a program");
    let (before, body) = first.split_once("int main(void)").expect("a main");
    let (body, end) = body.rsplit_once("return 0;").expect("its end");
    let (functions, statements): (Vec<&str>, Vec<&str>) = others
        .iter()
        .partition(|block| block.lines().next().is_some_and(|line| line.starts_with("static") && !line.contains('[')));
    assert!(functions.len() == 1 && statements.len() >= 10, "{} and {}", functions.len(), statements.len());
    let source = [
        "#include <math.h>\n#include <stdlib.h>\n#include <string.h>\n",
        before,
        "static int fail(const sinkhorn_error *error) { return puts(error->message), 1; }\n",
        &functions.concat(),
        "int main(void)",
        body,
        &statements.concat(),
        "\nreturn 0;",
        end,
    ];
    let path = scratch().join("page.c");
    std::fs::write(&path, source.concat()).expect("a folder for results");
    let flags = ["-Wno-misleading-indentation"];
    let program = build("gcc", "c99", &[path.to_str().expect("UTF-8")], &hosted_library(), Mode::Sanitized, &flags);
    // The memory of the page is not given back.
    let text = run(Command::new(program).env("ASAN_OPTIONS", "detect_leaks=0"));
    assert!(text.contains("a[2] is -0.25: no entry may be negative") && text.contains("ranks 3.00"), "{text}");
}
