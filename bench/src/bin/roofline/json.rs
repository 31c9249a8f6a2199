//! The tables as JSON. Rates and speeds are per second; shares are of one.

use serde_json::{Value, json};
use sinkhorn_bench::machine::Machine;

use crate::measure::{Bare, Cell, EPSILON};

/// Raised when a field changes its meaning or goes away.
const SCHEMA: u32 = 1;

/// `seconds` is what it all took.
pub fn table(machine: &Machine, bare: &[Bare], cells: &[Cell], seconds: f64) -> Value {
    json!({
        "schema": SCHEMA,
        "command": "roofline",
        "version": env!("CARGO_PKG_VERSION"),
        "machine": machine,
        "epsilon_of_mean": EPSILON,
        "bare": bare.iter().map(|bare| json!({
            "scalar": bare.scalar,
            "level": bare.level.name(),
            "rates": bare.rates.iter().map(|(threads, rates)| json!({ "threads": threads, "rates": rates })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sweeps": cells.iter().map(sweep).collect::<Vec<_>>(),
        "total_seconds": seconds,
    })
}

fn sweep(cell: &Cell) -> Value {
    let way = &cell.way;
    json!({
        "scalar": way.scalar,
        "level": way.level.name(),
        "dimension": way.dimension,
        "size": way.size,
        "storage": way.storage.name(),
        "threads": cell.threads,
        "rounds": cell.rounds,
        "seconds": cell.taken.seconds,
        "cpu_seconds": cell.taken.cpu,
        "pairs": cell.pairs(),
        "flops": cell.flops(),
        "bare": cell.bare,
        "of_exp2": cell.of_exp2(),
        "of_read": cell.of_read(),
        "of_flops": cell.of_flops(),
        "of_floor": cell.of_floor(),
        "row_fallbacks": cell.fallbacks,
    })
}
