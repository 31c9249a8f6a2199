//! Makes a solve: files, start, sweeps, files. The summary is what both text and JSON are rendered from.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Report, Solution, Workspace, solve};

use crate::args::Precision;
use crate::exit::Exit;
use crate::explain::explain;
use crate::failure::Failure;
use crate::input::{self, Scale, Sign, Table};
use crate::job::{Acceleration, Job};
use crate::output;
use crate::scalar::{self, Scalar};

/// The layout of the JSON objects; raised when a field changes its meaning or goes.
pub const SCHEMA: u32 = 1;

/// Everything that is printed about a solve. Infinite rho, an exact marginal, is `null` in JSON.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub schema: u32,
    pub command: &'static str,
    pub status: String,
    pub objective: f64,
    pub transport_cost: f64,
    pub dual_value: f64,
    pub start_value: f64,
    pub mass: f64,
    pub sweeps: u32,
    pub marginal_error: Sides<f64>,
    pub threshold: f64,
    pub epsilon: f64,
    pub epsilon_rule: EpsilonRule,
    pub rho: Sides<f64>,
    pub start: &'static str,
    /// Costs of pairs that the start evaluated, its c-transform apart.
    pub start_pairs: u64,
    /// Anything the start has to say.
    pub start_note: Option<&'static str>,
    pub acceleration: AccelerationUsed,
    pub precision: &'static str,
    pub points: Sides<Input>,
    pub row_fallbacks: u32,
    pub column_fallbacks: u32,
    pub rejections: u32,
    pub seconds: Seconds,
    #[serde(skip)]
    pub exit: Exit,
}

/// The same of both sides.
#[derive(Debug, Serialize)]
pub struct Sides<V> {
    pub x: V,
    pub y: V,
}

/// How epsilon was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EpsilonRule {
    Absolute(f64),
    OfMean(f64),
    OfStd(f64),
}

/// The acceleration and its parameter.
#[derive(Debug, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum AccelerationUsed {
    Plain,
    Relaxation { factor: f64 },
    Anderson { memory: usize },
}

/// A file of points.
#[derive(Debug, Serialize)]
pub struct Input {
    pub file: String,
    pub points: usize,
    pub dimension: usize,
    pub header: bool,
    pub weights: Option<String>,
}

/// Wall-clock time.
#[derive(Debug, Serialize)]
pub struct Seconds {
    pub reading: f64,
    /// Start included.
    pub solving: f64,
    /// The start alone, without the c-transform that completes it.
    pub start: f64,
}

/// Does what the job says.
pub fn run(job: &Job) -> Result<Summary, Failure> {
    match job.precision {
        Precision::F64 => run_in::<f64>(job),
        Precision::F32 => run_in::<f32>(job),
    }
}

fn run_in<T: Scalar>(job: &Job) -> Result<Summary, Failure> {
    let clock = Instant::now();
    let x: Table<T> = input::read(&job.x, Sign::Any)?;
    let y: Table<T> = input::read(&job.y, Sign::Any)?;
    input::check_dimensions(&x, &y)?;
    let scale = if job.is_relaxed() { Scale::Keep } else { Scale::ToOne };
    let weights = |path: &Option<_>, table| path.as_deref().map(|path| input::weights(path, table, scale)).transpose();
    let (a, b) = (weights(&job.weights_x, &x)?, weights(&job.weights_y, &y)?);
    let reading = clock.elapsed().as_secs_f64();

    let clock = Instant::now();
    let mut memory = Vec::new();
    let solution =
        solve_in(job, &x, &y, a.as_deref(), b.as_deref(), &mut memory).map_err(|error| explain(error, job))?;
    let solving = clock.elapsed().as_secs_f64();
    let start = solution.report().start.time.unwrap_or_default().as_secs_f64();

    let f = job.potentials_x.as_ref().map(|target| output::stage(target, "f", solution.f())).transpose()?;
    let g = job.potentials_y.as_ref().map(|target| output::stage(target, "g", solution.g())).transpose()?;
    for staged in [f, g].into_iter().flatten() {
        staged.commit()?;
    }
    Ok(summary(job, solution.report(), &x, &y, Seconds { reading, solving, start }))
}

fn solve_in<'a, T: Scalar>(
    job: &Job,
    x: &'a Table<T>,
    y: &'a Table<T>,
    a: Option<&'a [T]>,
    b: Option<&'a [T]>,
    memory: &'a mut Vec<T>,
) -> Result<Solution<'a, T>, Error> {
    let mut problem = Problem::new(PointCloud::squared_euclidean(&x.values, &y.values, x.columns)?)?
        .epsilon(scalar::epsilon(job.epsilon))?
        .unbalanced(T::constant(job.rho_x), T::constant(job.rho_y))?;
    if let Some(a) = a {
        problem = problem.weights_a(a)?;
    }
    if let Some(b) = b {
        problem = problem.weights_b(b)?;
    }
    let settings = scalar::settings(job.acceleration, job.threshold, job.max_sweeps, job.threads);
    memory.resize(Workspace::len(&problem, &settings)?, T::ZERO);
    let workspace = Workspace::new(memory, &problem, &settings)?;
    solve(&problem, T::start(job.start, job.seed).as_ref(), &settings, workspace)
}

/// The number as people write it: 1e-3, not the decimals of the nearest `f32`.
fn threshold<T: Scalar>(job: &Job) -> f64 {
    let default = T::DEFAULT_THRESHOLD;
    job.threshold.unwrap_or_else(|| default.to_string().parse().unwrap_or_else(|_| default.widen()))
}

fn summary<T: Scalar>(job: &Job, report: &Report<T>, x: &Table<T>, y: &Table<T>, seconds: Seconds) -> Summary {
    let input = |table: &Table<T>, weights: Option<&Path>| Input {
        file: table.name.clone(),
        points: table.rows,
        dimension: table.columns,
        header: table.header,
        weights: weights.map(|path| path.display().to_string()),
    };
    Summary {
        schema: SCHEMA,
        command: "solve",
        status: report.status.name().replace(' ', "_"),
        objective: report.objective.widen(),
        transport_cost: report.transport_cost.widen(),
        dual_value: report.dual_value.widen(),
        start_value: report.start_value.widen(),
        mass: report.mass.widen(),
        sweeps: report.sweeps,
        marginal_error: Sides { x: report.row_error.widen(), y: report.column_error.widen() },
        threshold: threshold::<T>(job),
        epsilon: report.epsilon.widen(),
        epsilon_rule: match job.epsilon {
            Epsilon::OfMean(fraction) => EpsilonRule::OfMean(fraction),
            Epsilon::OfStd(fraction) => EpsilonRule::OfStd(fraction),
            _ => EpsilonRule::Absolute(report.epsilon.widen()),
        },
        rho: Sides { x: job.rho_x, y: job.rho_y },
        start: report.start.name,
        start_pairs: report.start.pairs,
        start_note: report.start.note,
        acceleration: match job.acceleration {
            Acceleration::Plain => AccelerationUsed::Plain,
            Acceleration::Relaxation { factor } => AccelerationUsed::Relaxation { factor },
            Acceleration::Anderson { memory } => AccelerationUsed::Anderson { memory },
        },
        precision: T::NAME,
        points: Sides { x: input(x, job.weights_x.as_deref()), y: input(y, job.weights_y.as_deref()) },
        row_fallbacks: report.row_fallbacks,
        column_fallbacks: report.column_fallbacks,
        rejections: report.rejections,
        seconds,
        exit: Exit::from(report.status),
    }
}
