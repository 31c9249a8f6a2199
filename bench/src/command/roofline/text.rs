//! The rows of the tables. Rates and speeds are per second.

use super::measure::{Bare, Cell, EPSILON};
use super::rates::Rates;
use crate::table;

/// What the bare rates are.
pub const BARE: &str = "Bare, in one thread / in all and how many times faster: exponentials in the L1 cache, multiply-adds in \
                        registers (an addition and a multiplication each), reads of memory.";

pub const BARE_COLUMNS: &str =
    "scalar|    level|                  G exp2/s|                   GFLOP/s|                      GB/s";

pub const SWEEP_COLUMNS: &str = "scalar|    level|   d|     n|storage|threads|       ms|   cpu ms| Gpair/s| GFLOP/s| exp2| \
                                 read| flop|floor|scaling|max-shifted";

/// What the sweeps are.
pub fn sweeps() -> String {
    format!(
        "A plain sweep, epsilon {EPSILON} of the mean cost; the fastest of several, and the best bare rates measured between \
         them. In percent of the bare rates:\nexp2 (one a pair), read (what is stored, once a sweep; if it does not fit the \
         cache), flop (2 d a pair, streamed).\nFloor: in percent of the speed at which exponentials and multiply-adds one \
         after the other (d + 1 a pair streamed, 2 stored) would be all that takes time, or reading memory if that takes \
         longer; caches count as free.\nCpu: of all threads on their cores; more by the clock, because other processes run \
         too, is not counted in one thread. Scaling: how many times faster by the clock in all threads. Max-shifted: rows."
    )
}

/// A row of the bare rates.
pub fn bare(bare: &Bare) -> Vec<table::Cell> {
    let cell = |pick: fn(&Rates) -> f64| {
        let values: Vec<f64> = bare.rates.iter().map(|(_, rates)| pick(rates) / 1e9).collect();
        let shown = match values[..] {
            [one, all] => format!("{one:.2} / {all:.2} ({:.2})", all / one),
            _ => format!("{:.2}", values[0]),
        };
        table::Cell::new(shown, values)
    };
    let (exp2, flops, read) = (cell(|rates| rates.exp2), cell(|rates| rates.flops), cell(|rates| rates.read));
    vec![table::Cell::of(bare.scalar), table::Cell::of(bare.level.name()), exp2, flops, read]
}

/// The rows of a way.
pub fn rows(cells: &[Cell]) -> Vec<Vec<table::Cell>> {
    let giga = |value: f64| value / 1e9;
    let percent = |share: Option<f64>| table::Cell::number(share.map(|share| 100.0 * share), 0);
    let row = |cell: &Cell| {
        let way = &cell.way;
        let scaling = (cell.threads > 1).then(|| cells[0].taken.seconds / cell.taken.seconds);
        vec![
            table::Cell::of(way.scalar),
            table::Cell::of(way.level.name()),
            table::Cell::of(way.dimension),
            table::Cell::of(way.size),
            table::Cell::of(way.storage.name()),
            table::Cell::of(cell.threads),
            table::Cell::number(1e3 * cell.taken.seconds, 3),
            table::Cell::number(cell.taken.cpu.map(|cpu| 1e3 * cpu), 3),
            table::Cell::number(giga(cell.pairs()), 3),
            table::Cell::number(cell.flops().map(giga), 1),
            percent(cell.of_exp2()),
            percent(cell.of_read()),
            percent(cell.of_flops()),
            percent(Some(cell.of_floor())),
            table::Cell::number(scaling, 2),
            table::Cell::of(cell.fallbacks),
        ]
    };
    cells.iter().map(row).collect()
}
