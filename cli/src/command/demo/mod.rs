//! `sinkhorn demo`: every start against every acceleration on real data, and proof that all find the same answer.

mod problems;
mod table;
mod text;

use serde::Serialize;
use sinkhorn_core::{Acceleration, Epsilon, Error, PointCloud, Problem, Settings, Workspace};

use crate::args::{self, NumericsArgs, Precision, SkippingName, StorageName};
use crate::process::{Exit, Failure, interrupt};
use crate::task::job;
use crate::task::solving;
use crate::task::start;
use crate::terminal::{self, SCHEMA};

use super::way::{Effort, Row};
use problems::Data;
use table::{Agreement, THRESHOLD, Table};
use text::Event;

/// Every start against every acceleration on real handwritten digits (UCI, 901 images of 0 to 4 against 896 of 5 to 9)
#[derive(Debug, clap::Args)]
#[command(after_help = examples())]
pub struct Args {
    /// Prints one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Takes every eighth image, and one epsilon; for tests
    #[arg(long, hide = true)]
    quick: bool,
}

fn examples() -> String {
    args::examples(&["sinkhorn demo", "sinkhorn demo --json"]) + "\n  6    rows disagree on the objective"
}

/// The sweeps after which a row is given up.
const MAX_SWEEPS: u32 = 20_000;

/// The JSON object.
#[derive(Debug, Serialize)]
struct Report<'a> {
    schema: u32,
    command: &'static str,
    threshold: f64,
    precision: &'static str,
    tables: &'a [Table],
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut outcome = Ok(Exit::Interrupted);
    // What was found is printed already.
    interrupt::or_else(|| outcome = run_all(args), || Ok(Exit::Interrupted));
    outcome
}

fn run_all(args: &Args) -> Result<Exit, Failure> {
    let tables = if args.json {
        let tables = solve_all(args.quick, |_| Ok(()))?;
        let report = Report {
            schema: SCHEMA,
            command: "demo",
            threshold: THRESHOLD,
            precision: <f64 as sinkhorn_core::Float>::NAME,
            tables: &tables,
        };
        terminal::print_json(&report)?;
        tables
    } else {
        // Rows are printed as they are found.
        let tables = solve_all(args.quick, |event| terminal::print(&text::text(event)))?;
        if !terminal::reader_is_gone() {
            terminal::print(&text::closing(&tables))?;
        }
        tables
    };
    Ok(verdict(&tables))
}

/// Solves everything. `watch` is told as it goes; its failure ends the demo.
fn solve_all(quick: bool, mut watch: impl FnMut(&Event<'_>) -> Result<(), Failure>) -> Result<Vec<Table>, Failure> {
    let data = Data::load(quick)?;
    watch(&Event::Begin(&data))?;
    let mut tables = Vec::new();
    for case in data.cases() {
        let refuse = |error: Error| Failure::data(format!("demo, {}: {error}", case.name));
        let mut table = Table {
            name: case.name,
            explanation: case.explanation,
            points: [case.x.len() / case.dimension, case.y.len() / case.dimension],
            dimension: case.dimension,
            epsilon_of_mean: case.epsilon,
            epsilon: 0.0,
            rows: Vec::new(),
            objective: Agreement::default(),
            dual_value: Agreement::default(),
        };
        let problem = PointCloud::squared_euclidean(case.x, case.y, case.dimension)
            .and_then(Problem::new)
            .and_then(|problem| problem.epsilon(Epsilon::OfMean(case.epsilon)))
            .map_err(refuse)?;
        watch(&Event::Table(&table))?;
        for &start in case.starts {
            for &acceleration in case.accelerations {
                let settings = settings(acceleration);
                let start = start::named::<f64>(start, 0);
                let mut memory = solving::zeros(Workspace::len(&problem, &settings).map_err(refuse)?)?;
                let row = Row::of(&problem, start.as_ref(), &settings, &mut memory, Effort::ONCE).map_err(refuse)?;
                watch(&Event::Row(&row))?;
                if terminal::reader_is_gone() {
                    return Ok(Vec::new());
                }
                table.epsilon = row.epsilon;
                table.rows.push(row);
            }
        }
        table.compare();
        watch(&Event::End(&table))?;
        tables.push(table);
    }
    Ok(tables)
}

fn settings(acceleration: Acceleration<f64>) -> Settings<f64> {
    let numerics = NumericsArgs {
        threshold: Some(THRESHOLD),
        max_sweeps: MAX_SWEEPS,
        threads: None,
        precision: Precision::F64,
        storage: StorageName::Auto,
        skipping: SkippingName::Auto,
    };
    Settings { acceleration, ..job::settings(&numerics) }
}

/// The exit code: all rows converged, and agree.
fn verdict(tables: &[Table]) -> Exit {
    let of_rows = Exit::of_all(tables.iter().flat_map(|table| &table.rows).map(|row| row.exit));
    match of_rows {
        Exit::Converged if !tables.iter().all(Table::agrees) => Exit::Disagreement,
        exit => exit,
    }
}
