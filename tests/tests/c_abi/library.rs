//! Builds the libraries as a user does, and runs the tools of C.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sinkhorn_tests::process::limited;

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in a folder of the repository")
}

/// Where what this test makes is put.
pub fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// A folder with `libsinkhorn.a` and `libsinkhorn.so`, with std.
pub fn hosted() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        cargo(&["build", "--release", "-p", "sinkhorn-ffi"]);
        target().join("release")
    })
}

/// A folder with a `libsinkhorn.a` that needs neither std nor an allocator.
pub fn embedded() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let features = ["--no-default-features", "--features", "panic-handler,full"];
        let form = ["--profile", "embedded", "--crate-type", "staticlib"];
        cargo(&[&["rustc", "-p", "sinkhorn-ffi"], &features[..], &form[..]].concat());
        target().join("embedded")
    })
}

/// Where cargo builds.
pub fn target() -> &'static Path {
    scratch().parent().expect("a folder in the target directory")
}

/// Runs cargo, in this target folder.
pub fn cargo(arguments: &[&str]) {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    run(Command::new(program).args(arguments).arg("--target-dir").arg(target()).current_dir(root()));
}

/// Runs a command to its end and returns what it printed.
pub fn run(command: &mut Command) -> String {
    let output = limited(command).output().unwrap_or_else(|error| {
        panic!("{command:?} could not be run: {error}; tests/run installs what these tests need")
    });
    if output.status.code() == Some(127) {
        panic!("{command:?} is not there; tests/run installs what these tests need");
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
