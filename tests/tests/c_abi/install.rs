//! `ffi/install` as a packager and as a project that uses the library see it.

use std::path::{Path, PathBuf};
use std::process::Command;

use sinkhorn_tests::process::limited;

use crate::library::{root, run, scratch, target};
use crate::programs::has;

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let path = scratch().join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("a folder of this test");
    }
    std::fs::create_dir_all(&path).expect("a folder of this test");
    path
}

fn install(arguments: &[&str]) -> String {
    run(Command::new(root().join("ffi/install")).args(arguments).env("CARGO_TARGET_DIR", target()))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// What the examples print, and an image that one writes.
fn check_examples(programs: &Path) {
    let data = root().join("ffi/examples/data");
    let run_example = |name: &str, arguments: &[&str]| run(Command::new(programs.join(name)).args(arguments));
    let printed = run_example("nearest_histogram", &[text(&data)]);
    assert_eq!(printed, run_example("nearest_histogram_static", &[text(&data)]));
    assert!(printed.contains("of 270"), "{printed}");
    let image = scratch().join("transferred.ppm");
    let arguments = [data.join("china.ppm"), data.join("flower.ppm"), image.clone()];
    run_example("colour_transfer", &arguments.each_ref().map(|path| text(path)));
    let (source, made) = (std::fs::read(&arguments[0]).expect("an image"), std::fs::read(&image).expect("an image"));
    assert_eq!((source.len(), &source[..2]), (made.len(), &made[..2]));
    assert!(source != made);
    run_example("batch", &[text(&data)]);
}

#[test]
fn cmake_and_make_find_what_was_installed() {
    let (first, prefix) = (folder("prefix-before"), folder("prefix"));
    install(&[text(&first)]);
    // A prefix may be moved.
    std::fs::remove_dir(&prefix).and_then(|()| std::fs::rename(&first, &prefix)).expect("a folder of this test");
    let version: Vec<&str> = env!("CARGO_PKG_VERSION").split('.').collect();
    if cfg!(target_os = "linux") {
        let library = prefix.join("lib/libsinkhorn.so");
        let dynamic = run(Command::new("readelf").arg("-d").arg(library));
        let soname = if version[0] == "0" { format!("0.{}", version[1]) } else { version[0].to_string() };
        assert!(dynamic.contains(&format!("soname: [libsinkhorn.so.{soname}]")), "{dynamic}");
    }
    if has("cmake") {
        let build = folder("examples-cmake");
        let project = root().join("ffi/examples/cmake");
        let prefix_path = format!("-DCMAKE_PREFIX_PATH={}", text(&prefix));
        run(Command::new("cmake").args(["-S", text(&project), "-B", text(&build), &prefix_path]));
        run(Command::new("cmake").args(["--build", text(&build)]));
        let tests = run(Command::new("ctest").args(["--output-on-failure", "--test-dir", text(&build)]));
        assert!(tests.contains("100% tests passed"), "{tests}");
        check_examples(&build);
    }
    if has("pkg-config") {
        let build = folder("examples");
        for file in files(&root().join("ffi/examples")).into_iter().filter(|path| !path.starts_with("data")) {
            let inside = file.strip_prefix(root().join("ffi/examples")).expect("a file of the folder");
            std::fs::create_dir_all(build.join(inside).parent().expect("a folder")).expect("a folder of this test");
            std::fs::copy(&file, build.join(inside)).expect("a copy");
        }
        let made = build.join("make");
        let mut make = Command::new("make");
        make.args(["-C", text(&made), "check"]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        run(&mut make);
        check_examples(&made);
    }
}

#[test]
fn what_was_installed_is_removed_again_and_nothing_else() {
    let prefix = folder("prefix-removed");
    std::fs::write(prefix.join("mine"), "").expect("a file");
    install(&["--libdir", "lib64", text(&prefix)]);
    assert!(prefix.join("lib64/pkgconfig/sinkhorn.pc").exists());
    install(&["--libdir", "lib64", "--uninstall", text(&prefix)]);
    assert_eq!(files(&prefix), [prefix.join("mine")]);
}

/// A project that uses both targets, with these lines between its name and its programs.
fn project(name: &str, how: &str, targets: &[&str]) -> PathBuf {
    let folder = folder(name);
    let program = "#include <sinkhorn.h>\n#include <stdio.h>\nint main(void) { puts(sinkhorn_version_string()); }\n";
    let mut lists = format!("cmake_minimum_required(VERSION 3.16)\nproject(user LANGUAGES C)\n{how}\n");
    for target in targets {
        lists +=
            &format!("add_executable(with_{target} user.c)\ntarget_link_libraries(with_{target} Sinkhorn::{target})\n");
    }
    std::fs::write(folder.join("user.c"), program).expect("a file");
    std::fs::write(folder.join("CMakeLists.txt"), lists).expect("a file");
    folder
}

/// Configures a project against what lies under a prefix.
fn configure(project: &Path, prefix: &Path) -> Command {
    let mut command = Command::new("cmake");
    command.arg("-S").arg(project).arg("-B").arg(project.join("build"));
    command.arg(format!("-DCMAKE_PREFIX_PATH={}", text(prefix)));
    command
}

/// Builds a configured project and runs its programs.
fn check_versions(project: &Path, programs: &[&str]) {
    let build = project.join("build");
    run(Command::new("cmake").args(["--build", text(&build)]));
    for program in programs {
        assert_eq!(run(&mut Command::new(build.join(format!("with_{program}")))).trim(), env!("CARGO_PKG_VERSION"));
    }
}

#[test]
fn another_project_of_cmake_builds_the_library_inside_itself() {
    if !has("cmake") {
        return;
    }
    let (root, folder) = (text(root()), text(target()));
    let fetch = format!(
        "set(SINKHORN_FOLDER \"{folder}\" CACHE PATH \"\")\ninclude(FetchContent)\n\
         FetchContent_Declare(sinkhorn SOURCE_DIR \"{root}\")\nFetchContent_MakeAvailable(sinkhorn)"
    );
    let subdirectory =
        format!("set(SINKHORN_FOLDER \"{folder}\" CACHE PATH \"\")\nadd_subdirectory(\"{root}\" sinkhorn)");
    for (name, how) in [("user-fetch", fetch), ("user-subdirectory", subdirectory)] {
        let project = project(name, &how, &["sinkhorn", "static"]);
        run(&mut configure(&project, &project));
        check_versions(&project, &["sinkhorn", "static"]);
    }
}

#[test]
fn half_an_installation_is_found_and_the_other_half_is_missed() {
    for (option, there, missing) in [("--static-only", "static", "shared"), ("--shared-only", "shared", "static")] {
        let prefix = folder(&format!("prefix-{there}"));
        install(&[option, "--locked", text(&prefix)]);
        let names: Vec<PathBuf> = files(&prefix.join("lib"));
        let is_archive = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "a");
        assert_eq!(names.iter().any(is_archive), there == "static", "{names:?}");
        for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(prefix.join("share/doc/sinkhorn").join(license).exists());
        }
        if has("pkg-config") {
            let mut command = Command::new("pkg-config");
            command.args(["--libs", "sinkhorn"]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
            let needs_system = run(&mut command).contains("-lm");
            assert_eq!(needs_system, there == "static");
        }
        if !has("cmake") {
            continue;
        }
        // Sinkhorn::sinkhorn is what there is.
        let how = format!("find_package(Sinkhorn 0.1 REQUIRED CONFIG COMPONENTS {there})");
        let user = project(&format!("user-{there}"), &how, &["sinkhorn"]);
        run(&mut configure(&user, &prefix));
        check_versions(&user, &["sinkhorn"]);
        let sentences = [
            (missing, format!("the {missing} library of Sinkhorn is not")),
            ("fast", "the components shared and static, and no fast".to_string()),
        ];
        for (component, sentence) in sentences {
            let how = format!("find_package(Sinkhorn REQUIRED CONFIG COMPONENTS {there} {component})");
            let user = project(&format!("user-{there}-{component}"), &how, &[]);
            let output = limited(&configure(&user, &prefix)).output().expect("cmake");
            let words: Vec<String> =
                String::from_utf8_lossy(&output.stderr).split_whitespace().map(String::from).collect();
            assert!(!output.status.success() && words.join(" ").contains(&sentence), "{words:?}");
        }
        // An optional component that is missing stops nobody.
        let how = format!("find_package(Sinkhorn REQUIRED CONFIG OPTIONAL_COMPONENTS {missing})");
        run(&mut configure(&project(&format!("user-{there}-optional"), &how, &["sinkhorn"]), &prefix));
    }
}

#[test]
fn wrong_options_are_refused_and_install_nothing() {
    let prefix = folder("prefix-wrong");
    let both = ["--static-only", "--shared-only", text(&prefix)];
    let unknown = ["--features", "none-such", text(&prefix)];
    for (arguments, sentence) in
        [(&both[..], "exclude each other"), (&unknown, "none-such"), (&["--target"], "a value")]
    {
        let mut command = Command::new(root().join("ffi/install"));
        let output = limited(command.args(arguments).env("CARGO_TARGET_DIR", target())).output().expect("a script");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(sentence), "{arguments:?}: {said}");
        assert_eq!(files(&prefix), Vec::<PathBuf>::new());
    }
}

/// A packaged crate is what a distribution builds from.
#[test]
fn the_packaged_crate_has_its_headers_and_licences() {
    let listed = run(Command::new(env!("CARGO")).args(["package", "-p", "sinkhorn-ffi", "--list", "--allow-dirty"]));
    for name in ["include/sinkhorn.h", "include/sinkhorn.hpp", "LICENSE-MIT", "LICENSE-APACHE", "install"] {
        assert!(listed.lines().any(|line| line == name), "{name} is not among {listed}");
    }
}
