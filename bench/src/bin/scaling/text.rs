//! The table as text.

use std::fmt::Write;

use sinkhorn_bench::machine::Machine;

use crate::measure::{DIMENSION, EPSILON, Sweep, THRESHOLD};
use crate::{Row, TARGET_BYTES, TARGET_SIZE};

/// The machine, what the numbers are, and the columns.
pub fn opening(machine: &Machine) -> String {
    format!(
        "{}\n\nTwo Gaussians in {DIMENSION} dimensions, f32, costs streamed, epsilon {EPSILON} of the mean cost.\nSweep: plain, the fastest of several, in one thread without what other \
         processes take; growth: its time / n^2, relative to that of the first n; scaling: by the clock. Solve: from Auto with Anderson, in all threads, to a marginal error of {THRESHOLD:e}, or \
         three sweeps (*): ms of the start, of completing it, of the sweeps, of measuring the result.\nMB (10^6 bytes): the workspace for all threads, and the peak of the process, points and program included.\n\n\
         {:>7}{:>36}{:>23}{:>17}{:>79}\n{:>7}{:>12}{:>12}{:>12}{:>11}{:>12}{:>9}{:>8}{:>12}{:>9}{:>10}{:>10}{:>10}{:>10}{:>9}{:>9}\n",
        machine.text(),
        "",
        "sweep, ms",
        "growth",
        "MB",
        "solve",
        "n",
        "1 thread",
        "all",
        "scaling",
        "1 thread",
        "all",
        "space",
        "peak",
        "start",
        "sweeps",
        "start ms",
        "complete",
        "sweep",
        "finish",
        "space",
        "peak",
    )
}

/// A row; `first` is that of the smallest size.
pub fn row(row: &Row, first: &Row) -> String {
    let (one, all) = (row.one(), row.all());
    let mut text = format!(
        "{:>7}{:>12.3}{:>12.3}{:>12.2}{:>11.2}{:>12.2}{:>9.2}{:>8}{:>12}{:>9}{:>10.1}{:>10.1}{:>10.1}{:>10.1}{:>9.2}{:>9}",
        row.size,
        1e3 * one.taken.alone(one.threads),
        1e3 * all.taken.seconds,
        one.taken.seconds / all.taken.seconds,
        growth((row, one), (first, first.one())),
        growth((row, all), (first, first.all())),
        all.workspace_bytes as f64 / 1e6,
        megabytes(row.sweeps.peak_bytes),
        row.solve.start,
        format!("{}{}", row.solve.sweeps, if row.to_the_end { "" } else { "*" }),
        1e3 * row.solve.start_seconds,
        1e3 * row.solve.completion_seconds,
        1e3 * row.solve.sweep_seconds,
        1e3 * row.solve.finish_seconds,
        row.solve.workspace_bytes as f64 / 1e6,
        megabytes(row.solve.peak_bytes),
    );
    if row.to_the_end && row.solve.status != "converged" {
        let _ = write!(text, "  {}", row.solve.status);
    }
    let fallbacks: u32 = row.sweeps.sweeps.iter().map(|sweep| sweep.row_fallbacks).sum();
    let fallbacks = fallbacks + row.solve.row_fallbacks;
    if fallbacks > 0 {
        let _ = write!(text, "  {fallbacks} rows max-shifted");
    }
    text + "\n"
}

/// Whether the memory of the largest size is what it should be.
pub fn target(rows: &[Row]) -> String {
    let Some(row) = rows.iter().find(|row| row.size == TARGET_SIZE) else { return String::new() };
    let goal = TARGET_BYTES as f64 / 1e6;
    match row.peak_bytes() {
        None => format!("\nPeak memory of n = {TARGET_SIZE}: not measured (wanted: under {goal:.0} MB).\n"),
        Some(bytes) => {
            let verdict = if bytes < TARGET_BYTES { "as wanted" } else { "MISSED" };
            format!(
                "\nPeak memory of n = {TARGET_SIZE}: {:.1} MB, under {goal:.0} MB: {verdict}.\n",
                bytes as f64 / 1e6
            )
        }
    }
}

/// Of time / n^2.
fn growth(present: (&Row, &Sweep), first: (&Row, &Sweep)) -> f64 {
    let value = |(row, sweep): (&Row, &Sweep)| sweep.taken.alone(sweep.threads) / (row.size as f64 * row.size as f64);
    value(present) / value(first)
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or("?".into(), |bytes| format!("{:.1}", bytes as f64 / 1e6))
}
