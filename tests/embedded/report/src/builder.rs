use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::boards::{Language, Target};
use crate::emulator::{Outcome, Run, watch};

/// Reserved for the stack by the linker of C programs: what is left of the smallest RAM.
pub const C_STACK: u32 = 6 << 10;

/// Builds firmware. `EMBEDDED_RUSTC`, where it is set, is the compiler for bare metal.
pub struct Builder {
    /// The folder of this workspace.
    here: PathBuf,
    /// Where everything that is built goes.
    out: PathBuf,
}

/// The programs of a target.
pub struct Images {
    rust: PathBuf,
    c: PathBuf,
    /// The programs of a single call, by their names: `c/in_place.c`, `c/solve.c`.
    pub single: Vec<(&'static str, PathBuf)>,
}

impl Images {
    pub fn jobs(&self, language: Language) -> &Path {
        match language {
            Language::Rust => &self.rust,
            Language::C => &self.c,
        }
    }
}

impl Builder {
    pub fn new() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let out = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("target"), PathBuf::from);
        Builder { here, out }
    }

    /// Whether the page for firmware has a program as it is compiled here.
    pub fn page_shows(&self, source: &str) -> Result<(), String> {
        let read = |path: PathBuf| std::fs::read_to_string(&path).map_err(|error| format!("{path:?}: {error}"));
        let page = read(self.here.join("../../core/FIRMWARE.md"))?;
        let program = read(self.here.join("c").join(source))?;
        if page.contains(program.trim_end()) { Ok(()) } else { Err("it shows something else".to_string()) }
    }

    /// All programs of a target.
    pub fn images(&self, target: &Target) -> Result<Images, String> {
        // Side by side: much of either is one crate on one processor.
        let (rust, library) = thread::scope(|scope| {
            let rust = scope.spawn(|| self.firmware(target));
            let library = self.library(target);
            (rust.join().expect("no panic"), library)
        });
        let (rust, library) = (rust?, library?);
        let job_sources = [
            "jobs.c",
            "data.c",
            "job_solve.c",
            "job_in_place.c",
            "job_window.c",
            "job_ranks.c",
            "job_bad_input.c",
            "job_stack.c",
            "board.c",
        ];
        Ok(Images {
            rust,
            c: self.c_program(target, "jobs", &job_sources, &library)?,
            single: ["in_place", "solve"]
                .into_iter()
                .map(|name| {
                    let sources = [&format!("{name}.c"), "board.c"];
                    Ok((name, self.c_program(target, name, &sources, &library)?))
                })
                .collect::<Result<_, String>>()?,
        })
    }

    fn firmware(&self, target: &Target) -> Result<PathBuf, String> {
        let out = self.out.join("firmware");
        let mut cargo = self.cargo(&self.here, &out);
        cargo.args(["build", "--quiet", "--release", "-p", "firmware", "--target", target.triple]);
        if !target.roomy {
            cargo.arg("--no-default-features");
        }
        succeed(&mut cargo)?;
        Ok(out.join(target.triple).join("release/firmware"))
    }

    /// The C library without `std`.
    fn library(&self, target: &Target) -> Result<PathBuf, String> {
        let out = self.out.join("library");
        let mut cargo = self.cargo(&self.here.join("../.."), &out);
        cargo.args(["rustc", "--quiet", "-p", "sinkhorn-ffi", "--no-default-features", "--features", "panic-handler"]);
        cargo.args(["--profile", "embedded", "--crate-type", "staticlib", "--target", target.triple]);
        succeed(&mut cargo)?;
        Ok(out.join(target.triple).join("embedded/libsinkhorn.a"))
    }

    /// Links C sources with the library and picolibc, which brings the start-up code.
    fn c_program(&self, target: &Target, name: &str, sources: &[&str], library: &Path) -> Result<PathBuf, String> {
        let folder = self.out.join("c").join(target.triple);
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let image = folder.join(format!("{name}.elf"));
        let mut gcc = Command::new(format!("{}gcc", target.tools));
        gcc.args(["--specs=picolibc.specs", "--oslib=semihost", "--crt0=hosted", "-DPICOLIBC_INTEGER_PRINTF_SCANF"])
            .args(target.machine_flags)
            .args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections"])
            .arg(format!("-D{}", target.define))
            .args(if target.roomy { None } else { Some("-DWITHOUT_RANKS") })
            .arg("-I")
            .arg(self.here.join("../../include"))
            .args(sources.iter().map(|source| self.here.join("c").join(source)))
            .arg(library)
            .args(["-Tpicolibc.ld", "-Wl,--gc-sections", "-Wl,--no-warn-execstack"]);
        for (symbol, value) in [
            ("__flash", target.flash.origin),
            ("__flash_size", target.flash.size),
            ("__ram", target.ram.origin),
            ("__ram_size", target.ram.size),
            ("__stack_size", C_STACK),
        ] {
            gcc.arg(format!("-Wl,--defsym={symbol}={value:#x}"));
        }
        succeed(gcc.arg("-o").arg(&image))?;
        Ok(image)
    }

    fn cargo(&self, folder: &Path, out: &Path) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(folder).env("CARGO_TARGET_DIR", out);
        if let Some(rustc) = std::env::var_os("EMBEDDED_RUSTC") {
            cargo.env("RUSTC", rustc);
        }
        cargo
    }
}

/// How long a build may take, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Runs a command; what it has to say where it fails.
pub fn succeed(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_owned();
    let name = Path::new(&name).file_name().unwrap_or(OsStr::new("command")).to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let Run { outcome, output, errors } = watch(child, PATIENCE);
    if outcome == Outcome::Ended(0) {
        return Ok(output);
    }
    let first: Vec<&str> = errors.trim().lines().take(20).collect();
    Err(format!("{name}: {outcome:?}\n{}", first.join("\n")))
}
