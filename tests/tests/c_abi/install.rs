//! `ffi/install` as a packager and as a project that uses the library see it.

use std::path::{Path, PathBuf};
use std::process::Command;

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
