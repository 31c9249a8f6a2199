//! `sinkhorn demo`: every start against every acceleration on real data, and proof that all find the same answer.

mod problems;
pub mod table;

use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Workspace, solve};

use crate::args::StartName;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::{self, Acceleration};
use crate::run::SCHEMA;
use crate::scalar::{self, Scalar};

pub use problems::Data;

/// The marginal error that every row sweeps to.
pub const THRESHOLD: f64 = 1e-3;
const MAX_SWEEPS: u32 = 20_000;

/// One problem, solved in every way.
#[derive(Debug, Serialize)]
pub struct Table {
    pub name: &'static str,
    #[serde(skip)]
    pub explanation: &'static str,
    pub points: [usize; 2],
    pub dimension: usize,
    /// Relative to the mean cost.
    pub epsilon_of_mean: f64,
    pub epsilon: f64,
    pub rows: Vec<Row>,
    /// Of the objectives of all rows.
    pub objective: Agreement,
    /// Of their dual values, which err in second order only.
    pub dual_value: Agreement,
}

/// How far apart the rows are, and may be.
#[derive(Debug, Default, Serialize)]
pub struct Agreement {
    /// Largest difference between two rows.
    pub spread: f64,
    /// What the marginal errors allow that to be.
    pub tolerance: f64,
}

/// One way.
#[derive(Debug, Serialize)]
pub struct Row {
    pub start: &'static str,
    pub acceleration: &'static str,
    pub status: &'static str,
    pub sweeps: u32,
    /// Start, sweeps and the measuring of the result.
    pub seconds: f64,
    /// Dual value at the start.
    pub start_value: f64,
    pub objective: f64,
    pub dual_value: f64,
    pub marginal_error: f64,
    #[serde(skip)]
    exit: Exit,
    /// Largest minus smallest f, plus the same of g.
    #[serde(skip)]
    range: f64,
}

/// The JSON object.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    schema: u32,
    command: &'static str,
    threshold: f64,
    precision: &'static str,
    tables: &'a [Table],
}

impl<'a> Report<'a> {
    pub fn new(tables: &'a [Table]) -> Self {
        Report { schema: SCHEMA, command: "demo", threshold: THRESHOLD, precision: f64::NAME, tables }
    }
}

/// What happens on the way, for those who watch.
pub enum Event<'a> {
    Begin(&'a Data),
    Table(&'a Table),
    Row(&'a Row),
    End(&'a Table),
}

/// Solves everything. `watch` is told as it goes; its failure ends the demo.
pub fn run(quick: bool, mut watch: impl FnMut(&Event<'_>) -> Result<(), Failure>) -> Result<Vec<Table>, Failure> {
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
                let (row, epsilon) = solve_row(&problem, start, acceleration).map_err(refuse)?;
                watch(&Event::Row(&row))?;
                table.epsilon = epsilon;
                table.rows.push(row);
            }
        }
        table.compare();
        watch(&Event::End(&table))?;
        tables.push(table);
    }
    Ok(tables)
}

fn solve_row(problem: &Problem<'_, f64>, start: StartName, acceleration: Acceleration) -> Result<(Row, f64), Error> {
    let settings = scalar::settings(acceleration, Some(THRESHOLD), MAX_SWEEPS, job::available_threads());
    let mut memory = vec![0.0; Workspace::len(problem, &settings)?];
    let workspace = Workspace::new(&mut memory, problem, &settings)?;
    let start = f64::start(start, 0);
    let clock = Instant::now();
    let solution = solve(problem, start.as_ref(), &settings, workspace)?;
    let seconds = clock.elapsed().as_secs_f64();
    let report = solution.report();
    let row = Row {
        start: report.start.name,
        acceleration: settings.acceleration.name(),
        status: report.status.name(),
        sweeps: report.sweeps,
        seconds,
        start_value: report.start_value,
        objective: report.objective,
        dual_value: report.dual_value,
        marginal_error: report.marginal_error(),
        exit: Exit::from(report.status),
        range: spread(solution.f()) + spread(solution.g()),
    };
    Ok((row, report.epsilon))
}

impl Table {
    /// A plan whose marginals are off by t in L1 is optimal for problems whose value differs by at most about t/2 times the
    /// range of their potentials; two such plans differ by twice that. The dual value is off by at most t/2 times the range
    /// of the error of the potentials: allowed here is one epsilon either way.
    fn compare(&mut self) {
        let range = self.rows.iter().map(|row| row.range).fold(0.0, f64::max);
        let error = self.rows.iter().map(|row| row.marginal_error).fold(0.0, f64::max);
        let values = |pick: fn(&Row) -> f64| self.rows.iter().map(pick).collect::<Vec<_>>();
        let objective = spread(&values(|row| row.objective));
        let dual_value = spread(&values(|row| row.dual_value));
        self.objective = Agreement { spread: objective, tolerance: error * range };
        self.dual_value = Agreement { spread: dual_value, tolerance: error * self.epsilon };
    }

    fn agrees(&self) -> bool {
        // Also false where one is NaN.
        [&self.objective, &self.dual_value].iter().all(|agreement| agreement.spread <= agreement.tolerance)
    }

    /// Sweeps of the textbook's way and the row with the fewest.
    pub fn best(&self) -> Option<(u32, &Row)> {
        let best = self.rows.iter().min_by_key(|row| row.sweeps)?;
        let textbook = self.rows.iter().find(|row| row.start == "zero" && row.acceleration == "plain")?;
        Some((textbook.sweeps, best))
    }
}

/// The exit code: all rows converged, and agree.
pub fn verdict(tables: &[Table]) -> Result<Exit, Failure> {
    let unfinished =
        tables.iter().flat_map(|table| &table.rows).map(|row| row.exit).find(|&exit| exit != Exit::Converged);
    let agree = tables.iter().all(Table::agrees);
    Ok(unfinished.unwrap_or(if agree { Exit::Converged } else { Exit::Disagreement }))
}

/// Largest minus smallest.
fn spread(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
    largest - smallest
}
