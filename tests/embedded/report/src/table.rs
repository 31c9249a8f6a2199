//! What was measured, as Markdown.

use std::fmt::Write;

use crate::boards::{Language, Target};
use crate::image::Size;
use crate::lines::Lines;

/// Everything that is on the page.
#[derive(Default)]
pub struct Measured {
    pub firmware: Vec<Firmware>,
    pub single: Vec<Single>,
}

/// A program of a single call.
pub struct Single {
    pub target: &'static Target,
    pub name: &'static str,
    pub size: Size,
}

/// The firmware of one target in one language.
pub struct Firmware {
    pub target: &'static Target,
    pub language: Language,
    pub lines: Lines,
    pub size: Size,
}

impl Firmware {
    fn name(&self) -> String {
        format!("{}, {}", self.target.name, self.language)
    }

    fn cell(&self, name: &str, key: &str) -> String {
        self.lines.number(name, key).map_or_else(String::new, grouped)
    }
}

/// The page.
pub fn page(measured: &Measured) -> String {
    let mut page = String::from(HEAD);
    sweeps(&mut page, &measured.firmware);
    totals(&mut page, &measured.firmware);
    memory(&mut page, measured);
    page
}

const HEAD: &str = "# On microcontrollers

Written by `tests/embedded/run --write`. All in `f32`, squared Euclidean cost, plain sweeps to a marginal error of
1e-3. Every board, in Rust and in C, has the bits of the host. Instructions, not cycles: QEMU counts them, and knows
no pipeline, no cache and no wait states of flash. Cortex-M3, M0 and RV32IMAC compute floats in software.
";

fn sweeps(page: &mut String, measured: &[Firmware]) {
    page.push_str("\n## Instructions a sweep, points in the plane\n\n");
    row(page, ["", "16 x 16 streamed", "with kernel", "32 x 32 streamed", "with kernel"].map(str::to_string));
    row(page, ["---"; 5].map(str::to_string));
    for one in measured {
        let cells = ["16/stream", "16/kernel", "32/stream", "32/kernel"]
            .map(|case| one.cell(&format!("solve/plane/{case}/zero"), "sweep_instructions"));
        row(page, std::iter::once(one.name()).chain(cells));
    }
}

fn totals(page: &mut String, measured: &[Firmware]) {
    page.push_str("\n## Instructions to 1e-3, start included\n\n");
    let Some(first) = measured.first() else { return };
    row(page, ["case".to_string(), "sweeps".to_string()].into_iter().chain(measured.iter().map(Firmware::name)));
    row(page, vec!["---".to_string(); 2 + measured.len()]);
    for name in first.lines.names("solve") {
        let label = [name.trim_start_matches("solve/").replace('/', ", "), first.cell(name, "sweeps")];
        row(page, label.into_iter().chain(measured.iter().map(|one| one.cell(name, "total_instructions"))));
    }
    for name in first.lines.names("in_place") {
        let label =
            ["smallest solve, bins: ".to_string() + name.trim_start_matches("in_place/"), first.cell(name, "sweeps")];
        row(page, label.into_iter().chain(measured.iter().map(|one| one.cell(name, "total_instructions"))));
        let label = ["the same, warm".to_string(), first.cell(name, "warm_sweeps")];
        row(page, label.into_iter().chain(measured.iter().map(|one| one.cell(name, "warm_instructions"))));
    }
    let label = |text: &str| [text.to_string(), String::new()];
    let worst = measured.iter().map(|one| one.cell("window", "worst_instructions"));
    row(page, label("worst tick of a sensor's loop, 24 bins, warm").into_iter().chain(worst));
    let ranks = measured.iter().map(|one| one.cell("ranks", "total_instructions"));
    row(page, label("soft ranks of 32 readings").into_iter().chain(ranks));
}

fn memory(page: &mut String, measured: &Measured) {
    page.push_str("\n## Bytes\n\n");
    row(page, ["", "flash", "static RAM"].map(str::to_string));
    row(page, ["---"; 3].map(str::to_string));
    for &Single { target, name, size: Size { flash, ram } } in &measured.single {
        row(page, [format!("{}, `c/{name}.c`", target.name), grouped(flash), grouped(ram)]);
    }
    for one in &measured.firmware {
        let Size { flash, ram } = one.size;
        row(page, [format!("{}, all jobs", one.name()), grouped(flash), grouped(ram)]);
    }
    page.push_str("\n## Bytes of stack, below the one who calls\n\n");
    let calls = ["in_place", "zero", "zero_kernel", "monotone_kernel", "gaussian_kernel"];
    let head = calls.map(|call| call.replace('_', ", "));
    row(page, std::iter::once(String::new()).chain(head));
    row(page, vec!["---".to_string(); 1 + calls.len()]);
    for one in &measured.firmware {
        let cells = calls.map(|call| one.cell(&format!("stack/call/{call}"), "stack_bytes"));
        row(page, std::iter::once(one.name()).chain(cells));
    }
}

fn row(page: &mut String, cells: impl IntoIterator<Item = String>) {
    page.push('|');
    for cell in cells {
        let _ = write!(page, " {cell} |"); // strings take everything
    }
    page.push('\n');
}

/// With a space between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }
}
