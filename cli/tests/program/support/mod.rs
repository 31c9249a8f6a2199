//! Runs the program on files in a folder of its own.

#![allow(dead_code)] // every test program uses its part

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A folder that goes away with its value; the program runs in it, so that messages hold bare file names.
pub struct Folder(tempfile::TempDir);

/// What a run left.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    /// With `x.csv` (5 points) and `y.csv` (4 points) of dimension 2.
    pub fn with_points() -> Self {
        let folder = Folder::new();
        folder.write("x.csv", "0,0\n1,0\n0,1\n1,1\n0.5,0.25\n");
        folder.write("y.csv", "2,0\n2,1\n3,0.5\n2.5,0.25\n");
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), contents).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Names of all files, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = program();
        command.current_dir(self.0.path()).args(arguments.split_whitespace());
        command
    }

    pub fn run(&self, arguments: &str) -> Run {
        Run::of(limited(&mut self.command(arguments)))
    }

    /// With these bytes on standard input.
    pub fn run_with(&self, input: &[u8], arguments: &str) -> Run {
        let pipes = || Stdio::piped();
        let mut child = self.command(arguments).stdin(pipes()).stdout(pipes()).stderr(pipes()).spawn().unwrap();
        // The program may end before it has read everything.
        let _ = child.stdin.take().unwrap().write_all(input);
        Run::of(finished(child))
    }

    /// The JSON object of a solve that converged.
    pub fn json(&self, arguments: &str) -> serde_json::Value {
        let run = self.run(&format!("{arguments} --json"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments}");
        serde_json::from_str(&run.stdout).unwrap()
    }
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// No program of a test runs longer: one that never ends would keep the tests from ending.
const LIMIT: Duration = Duration::from_secs(300);

/// The output of a program, which is killed at its time limit.
pub fn limited(command: &mut Command) -> Output {
    finished(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// The output of a program that has begun.
pub fn finished(child: Child) -> Output {
    let id = child.id().to_string();
    let (done, is_done) = mpsc::channel::<()>();
    let watcher = std::thread::spawn(move || {
        if is_done.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    watcher.join().unwrap();
    output
}

/// Runs in a terminal of its own, for so many seconds at most; what appears there.
pub fn in_a_terminal(folder: &Folder, seconds: u32, arguments: &str, redirect: &str) -> Option<String> {
    if !has("script") {
        return None;
    }
    let program = env!("CARGO_BIN_EXE_sinkhorn");
    let line = format!("stty columns 100 && timeout --foreground {seconds} {program} {arguments} {redirect}");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").env("SHELL", "/bin/sh").stdin(Stdio::null());
    command.env_remove("NO_COLOR").current_dir(folder.path(""));
    let output = limited(&mut command);
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sinkhorn"))
}

/// The number at a path of keys, `seconds.reading` say.
pub fn number(value: &serde_json::Value, path: &str) -> f64 {
    let found = path.split('.').fold(value, |value, key| &value[key]);
    found.as_f64().unwrap_or_else(|| panic!("{path} is {found}"))
}

/// An array as NumPy saves it: `descr` is `<f8`, `shape` is `(3, 2)`.
pub fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// An archive as NumPy saves it, of arrays by name.
pub fn npz(method: CompressionMethod, arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let files: Vec<_> = arrays.iter().map(|(name, bytes)| (format!("{name}.npy"), bytes.as_slice())).collect();
    zip(method, &files)
}

/// An archive of files by name.
pub fn zip(method: CompressionMethod, files: &[(String, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The bytes of an `<f8` array.
pub fn f8(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The bytes of an `<f4` array.
pub fn f4(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The numbers of an `<f8` array as this program writes it.
pub fn read_f8(path: &Path) -> Vec<f64> {
    let bytes = std::fs::read(path).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert!(std::str::from_utf8(&bytes[10..start]).unwrap().contains("'<f8'"));
    bytes[start..].chunks_exact(8).map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap())).collect()
}

/// The digits that come with the program.
pub fn digits(name: &str) -> String {
    format!("{}/data/digits/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// `./tests/run` says what the machine lacks, and that the tests with it did not run.
pub fn has(tool: &str) -> bool {
    !std::env::var("SINKHORN_TESTS_WITHOUT").unwrap_or_default().split(' ').any(|missing| missing == tool)
}
