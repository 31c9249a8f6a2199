//! The tables as text.

use std::fmt::Write;

use sinkhorn_bench::machine::Machine;

use crate::measure::{Bare, Cell, EPSILON};

/// The machine, and the columns of the bare rates.
pub fn opening(machine: &Machine) -> String {
    format!(
        "{}\n\nBare, in one thread / in all and how many times faster: exponentials in the L1 cache, multiply-adds in registers (an \
         addition and a multiplication each), reads of memory.\n\n{:<6}{:<10}{:>28}{:>28}{:>28}\n",
        machine.text(),
        "",
        "",
        "G exp2/s",
        "GFLOP/s",
        "GB/s",
    )
}

/// A row of them.
pub fn bare(bare: &Bare) -> String {
    let mut text = format!("{:<6}{:<10}", bare.scalar, bare.level.name());
    let column = |pick: fn(&crate::rates::Rates) -> f64| {
        let values: Vec<f64> = bare.rates.iter().map(|(_, rates)| pick(rates) / 1e9).collect();
        match values[..] {
            [one, all] => format!("{one:.2} / {all:.2} ({:.2})", all / one),
            _ => format!("{:.2}", values[0]),
        }
    };
    for cell in [column(|rates| rates.exp2), column(|rates| rates.flops), column(|rates| rates.read)] {
        let _ = write!(text, "{cell:>28}");
    }
    text + "\n"
}

/// The columns of the sweeps.
pub fn header() -> String {
    format!(
        "\nA plain sweep, epsilon {EPSILON} of the mean cost; the fastest of several, and the best bare rates measured between them. In percent \
         of the bare rates:\nexp2 (one a pair), read (what is stored, once a sweep; where it does not fit the cache), flop (2 d a pair, \
         streamed).\nFloor: in percent of the speed at which exponentials and multiply-adds one after the other (d + 1 a pair streamed, 2 \
         stored) would be all that takes time, or reading memory where that takes longer; caches count as free.\nCpu: of all threads on their cores; more by the clock, because other processes run too, is not counted in one thread. Scaling: how \
         many times faster by the clock in all threads.\n\n\
         {:<5}{:<9}{:>4}{:>7} {:<7}{:>8}{:>10}{:>10}{:>10}{:>9}{:>7}{:>7}{:>7}{:>7}{:>9}\n",
        "",
        "",
        "d",
        "n",
        "storage",
        "threads",
        "ms",
        "cpu ms",
        "Gpair/s",
        "GFLOP/s",
        "exp2",
        "read",
        "flop",
        "floor",
        "scaling",
    )
}

/// The rows of a way.
pub fn rows(cells: &[Cell]) -> String {
    let mut text = String::new();
    for cell in cells {
        let way = &cell.way;
        let _ = write!(
            text,
            "{:<5}{:<9}{:>4}{:>7} {:<7}{:>8}{:>10.3}{:>10}{:>10.3}{:>9}{:>7}{:>7}{:>7}{:>7}{:>9}",
            way.scalar,
            way.level.name(),
            way.dimension,
            way.size,
            way.storage.name(),
            cell.threads,
            1e3 * cell.taken.seconds,
            cell.taken.cpu.map_or("?".into(), |cpu| format!("{:.3}", 1e3 * cpu)),
            cell.pairs() / 1e9,
            cell.flops().map_or("-".into(), |flops| format!("{:.1}", flops / 1e9)),
            percent(cell.of_exp2()),
            percent(cell.of_read()),
            percent(cell.of_flops()),
            percent(Some(cell.of_floor())),
            scaling(cells, cell).map_or(String::new(), |scaling| format!("{scaling:.2}")),
        );
        if cell.fallbacks > 0 {
            let _ = write!(text, "  {} rows max-shifted", cell.fallbacks);
        }
        text.push('\n');
    }
    text
}

/// How many times faster than one thread.
pub fn scaling(cells: &[Cell], cell: &Cell) -> Option<f64> {
    (cell.threads > 1).then(|| cells[0].taken.seconds / cell.taken.seconds)
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| format!("{:.0}", 100.0 * share))
}
