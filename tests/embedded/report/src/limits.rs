//! What the library promises of small machines.

use std::path::Path;

use crate::boards::{Language, Target};
use crate::checks::Checks;
use crate::image::{self, Size};
use crate::lines::Lines;

/// The target that speed and flash are promised for.
const REFERENCE: &str = "thumbv7em-none-eabihf";

/// Instructions of a sweep over 16 x 16 points in the plane.
const SWEEP_WITH_KERNEL: u64 = 5_000;
const SWEEP_STREAMED: u64 = 20_000;

/// The same by formula, for n points a side in dimension d: those of `core/FIRMWARE.md`.
const fn kernel(n: u64) -> u64 {
    10 * n * n + 120 * n + 400
}

const fn streamed(n: u64, d: u64) -> u64 {
    (56 + 4 * d) * n * n + 120 * n + 400
}

/// Bytes of stack that a solve takes below the one who calls it; other processors than the reference need some more.
const STACK: u64 = (3 << 10) + 256;
const STACK_ELSEWHERE: u64 = STACK + (STACK >> 3);

/// The same with the Gaussian start, which has matrices there.
const STACK_OF_GAUSSIAN: u64 = 4 << 10;

/// Bytes of flash of the programs of a single call, start-up code and C library included.
const FLASH: [(&str, u64); 2] = [("in_place", 24 << 10), ("solve", 62 << 10)];

/// Of the firmware that runs all jobs.
pub fn of_lines(target: &Target, language: Language, lines: &Lines, checks: &mut Checks) {
    let mut limit = |result: &str, key: &str, most: u64| {
        let name = format!("{} {language} {result} {key}", target.name);
        match lines.number(result, key) {
            Some(number) => checks.at_most(&name, number, most),
            None => checks.fail(&name, "it was not printed"),
        }
    };
    if target.triple == REFERENCE {
        limit("solve/plane/16/kernel/zero", "sweep_instructions", SWEEP_WITH_KERNEL);
        limit("solve/plane/16/stream/zero", "sweep_instructions", SWEEP_STREAMED);
        for (shape, d) in [("line", 1), ("plane", 2)] {
            for n in [16, 32] {
                let name = |storage| format!("solve/{shape}/{n}/{storage}/zero");
                limit(&name("kernel"), "sweep_instructions", kernel(n));
                limit(&name("kernel"), "worst_instructions", kernel(n) + streamed(n, d));
                limit(&name("stream"), "worst_instructions", streamed(n, d));
            }
        }
    }
    for call in ["in_place", "zero", "zero_kernel", "monotone_kernel"] {
        let most = if target.triple == REFERENCE { STACK } else { STACK_ELSEWHERE };
        limit(&format!("stack/call/{call}"), "stack_bytes", most);
    }
    limit("stack/call/gaussian_kernel", "stack_bytes", STACK_OF_GAUSSIAN);
}

/// Of a C program of a single call.
pub fn of_single(target: &Target, program: &str, image: &Path, size: Size, checks: &mut Checks) {
    let name = format!("{} {program}.c", target.name);
    for (_, limit) in FLASH.iter().filter(|(of, _)| *of == program && target.triple == REFERENCE) {
        checks.at_most(&format!("{name} flash bytes"), size.flash, *limit);
    }
    let Some(symbols) = checks.take(&format!("{name} symbols"), image::symbols(target, image)) else { return };
    let none = |unwanted: fn(&str) -> bool| {
        let found: Vec<&str> = symbols.iter().map(String::as_str).filter(|symbol| unwanted(symbol)).collect();
        if found.is_empty() { Ok(()) } else { Err(format!("{} are linked: {}", found.len(), found.join(", "))) }
    };
    checks.take(&format!("{name} allocates nothing"), none(image::allocates));
    checks.take(&format!("{name} computes nothing in f64"), none(image::emulates_f64));
    if program == "in_place" {
        checks.take(&format!("{name} cannot panic"), none(image::panics));
    }
}
