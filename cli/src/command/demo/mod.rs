//! `sinkhorn demo`: every start against every acceleration on real data, and proof that all find the same answer.

mod problems;
mod text;

use serde::Serialize;
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Workspace};

use crate::args::{self, StartName};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::job::{self, Acceleration, Method};
use crate::render::{self, SCHEMA};
use crate::scalar;
use crate::solving;

use super::compare::way::{Effort, Row, spread};
use problems::Data;

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

/// The marginal error that every row sweeps to.
const THRESHOLD: f64 = 1e-3;
const MAX_SWEEPS: u32 = 20_000;

/// One problem, solved in every way.
#[derive(Debug, Serialize)]
struct Table {
    name: &'static str,
    #[serde(skip)]
    explanation: &'static str,
    points: [usize; 2],
    dimension: usize,
    /// Relative to the mean cost.
    epsilon_of_mean: f64,
    epsilon: f64,
    rows: Vec<Row>,
    /// Of the objectives of all rows.
    objective: Agreement,
    /// Of their dual values, which err in second order only.
    dual_value: Agreement,
}

/// How far apart the rows are, and may be.
#[derive(Debug, Default, Serialize)]
struct Agreement {
    /// Largest difference between two rows.
    spread: f64,
    /// What the marginal errors allow that to be.
    tolerance: f64,
}

/// The JSON object.
#[derive(Debug, Serialize)]
struct Report<'a> {
    schema: u32,
    command: &'static str,
    threshold: f64,
    precision: &'static str,
    tables: &'a [Table],
}

/// What happens on the way, for those who watch.
enum Event<'a> {
    Begin(&'a Data),
    Table(&'a Table),
    Row(&'a Row),
    End(&'a Table),
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
        render::print_json(&report)?;
        tables
    } else {
        // Rows are printed as they are found.
        let tables = solve_all(args.quick, |event| render::print(&text::text(event)))?;
        if !render::reader_is_gone() {
            render::print(&text::closing(&tables))?;
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
                let settings = scalar::settings(&method(acceleration));
                let start = crate::start::named::<f64>(start, 0);
                let mut memory = solving::zeros(Workspace::len(&problem, &settings).map_err(refuse)?)?;
                let row = Row::of(&problem, start.as_ref(), &settings, &mut memory, Effort::ONCE).map_err(refuse)?;
                watch(&Event::Row(&row))?;
                if render::reader_is_gone() {
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

fn method(acceleration: Acceleration) -> Method {
    Method {
        start: args::ChosenStart::Named(StartName::Auto),
        seed: 0,
        acceleration,
        anneal_from: None,
        threshold: Some(THRESHOLD),
        max_sweeps: MAX_SWEEPS,
        threads: job::available_threads(),
        storage: args::StorageName::Auto,
    }
}

impl Table {
    /// A plan whose marginals are off by t in L1 is optimal for problems whose value differs by at most about t/2 times
    /// the range of their potentials; two such plans differ by twice that. The dual value is off by at most t/2 times
    /// the range of the error of the potentials: allowed here is one epsilon either way.
    fn compare(&mut self) {
        let range = self.rows.iter().map(|row| row.range).fold(0.0, f64::max);
        let error = self.rows.iter().map(|row| row.marginal_error).fold(0.0, f64::max);
        let objective = spread(self.rows.iter().map(|row| row.objective));
        let dual_value = spread(self.rows.iter().map(|row| row.dual_value));
        self.objective = Agreement { spread: objective, tolerance: error * range };
        self.dual_value = Agreement { spread: dual_value, tolerance: error * self.epsilon };
    }

    fn agrees(&self) -> bool {
        // Also false where one is NaN.
        [&self.objective, &self.dual_value].iter().all(|agreement| agreement.spread <= agreement.tolerance)
    }

    /// Sweeps of the textbook's way and the row with the fewest.
    fn best(&self) -> Option<(u32, &Row)> {
        let best = self.rows.iter().min_by_key(|row| row.sweeps)?;
        let textbook = self.rows.iter().find(|row| row.start == "zero" && row.acceleration == "plain")?;
        Some((textbook.sweeps, best))
    }
}

/// The exit code: all rows converged, and agree.
fn verdict(tables: &[Table]) -> Exit {
    let of_rows = Exit::of_all(tables.iter().flat_map(|table| &table.rows).map(|row| row.exit));
    match of_rows {
        Exit::Converged if !tables.iter().all(Table::agrees) => Exit::Disagreement,
        exit => exit,
    }
}
