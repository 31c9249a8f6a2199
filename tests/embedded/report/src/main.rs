//! Runs the jobs here and, in firmware of Rust and of C, on every emulated board; compares bits; holds the library to
//! its limits.
//!
//! `report [--write FILE]` writes what was measured as a page of Markdown. `../run` finds the compilers and calls it.

mod boards;
mod builder;
mod checks;
mod emulator;
mod host;
mod image;
mod limits;
mod lines;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use boards::{Language, TARGETS, Target};
use builder::{Builder, Images};
use checks::Checks;
use emulator::{Emulator, Outcome};
use lines::Lines;
use table::{Firmware, Measured, Single};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let page = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--write", file] => Some(PathBuf::from(file)),
        _ => {
            eprintln!("usage: report [--write FILE]");
            return ExitCode::from(2);
        }
    };
    let mut checks = Checks::default();
    let mut measured = Measured::default();
    let builder = Builder::new();
    checks.take("FIRMWARE.md shows in_place.c", builder.page_shows("in_place.c"));
    if let Some(expected) = checks.take("host jobs", host::run()) {
        for target in TARGETS {
            if let Some(images) = checks.take(&format!("{} builds", target.triple), builder.images(target)) {
                measure(target, &images, &expected, &mut checks, &mut measured);
            }
        }
    }
    if let Some(page) = page {
        let written = if measured.firmware.len() == 2 * TARGETS.len() {
            std::fs::write(&page, table::page(&measured)).map_err(|error| error.to_string())
        } else {
            Err("not every target was measured".to_string())
        };
        checks.take("page is written", written);
    }
    println!("{} passed, {} failed", checks.passed, checks.failed);
    if checks.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Everything about the firmware of one target.
fn measure(target: &'static Target, images: &Images, expected: &Lines, checks: &mut Checks, measured: &mut Measured) {
    for language in [Language::Rust, Language::C] {
        let image = images.jobs(language);
        let mut first = None;
        for board in target.boards {
            let name = format!("{} {language}", board.name);
            let emulator = Emulator { target, board };
            let lines = emulator.run(image, "jobs").lines();
            if let Some(lines) = checks.take(&format!("{name} jobs"), lines) {
                checks.take(&format!("{name} bits"), lines.compare(expected, target.left_out(language)));
                first.get_or_insert(lines);
            }
            modes(&name, &emulator, image, checks);
        }
        if let Some(lines) = first {
            limits::of_lines(target, language, &lines, checks);
            if let Some(size) = checks.take(&format!("{} {language} size", target.triple), image::size(target, image)) {
                measured.firmware.push(Firmware { target, language, lines, size });
            }
        }
    }
    for (name, image) in &images.single {
        for board in target.boards {
            let ended = Emulator { target, board }.run(image, "").expect(|outcome| *outcome == Outcome::Ended(0));
            checks.take(&format!("{} {name}.c", board.name), ended);
        }
        if let Some(size) = checks.take(&format!("{} {name}.c size", target.triple), image::size(target, image)) {
            measured.single.push(Single { target, name, size });
            limits::of_single(target, name, image, size, checks);
        }
    }
}

/// Firmware that fails must be seen to.
fn modes(name: &str, emulator: &Emulator, image: &Path, checks: &mut Checks) {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Ended(code) if *code != 0);
    checks.take(&format!("{name} fail"), emulator.run(image, "fail").expect(failed));
    checks.take(&format!("{name} fault"), emulator.run(image, "fault").expect(failed));
    checks.take(&format!("{name} hang"), emulator.run(image, "hang").expect(|outcome| *outcome == Outcome::TimedOut));
}
