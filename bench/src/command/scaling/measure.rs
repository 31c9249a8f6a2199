//! What one process measures.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sinkhorn_bench::machine::{self, Machine};
use sinkhorn_bench::sweeper::{self, Sweeper, Taken};
use sinkhorn_core::cost::{Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Settings, SimdLevel, Skipping, Solver, Storage, Workspace};
use sinkhorn_init::{Auto, Timed};
use sinkhorn_tests::data;

/// The marginal error at which solves end.
pub const THRESHOLD: f32 = 1e-3;
/// Sweeps are repeated for so long, and twice at least.
const PATIENCE: Duration = Duration::from_millis(500);

/// Plain sweeps.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sweep {
    pub threads: usize,
    /// By the least of them.
    pub taken: Taken,
    pub workspace_bytes: usize,
    /// Rows that left the safe range.
    pub row_fallbacks: u32,
}

/// All sweeps of a size.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sweeps {
    /// By number of threads.
    pub sweeps: Vec<Sweep>,
    /// Of the process, points and program included; none where the system does not say.
    pub peak_bytes: Option<u64>,
}

/// The points, and epsilon as a share of the mean cost.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Data {
    /// Points of the unit cube, and normal ones around its corner, instead of two Gaussians
    #[arg(long)]
    pub corner: bool,
    /// The number of coordinates of a point
    #[arg(long, value_name = "D", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub dimension: u32,
    /// Epsilon as a share of the mean cost
    #[arg(long, value_name = "SHARE", default_value = "0.01")]
    pub epsilon: f32,
    /// The ground cost
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Cost::SquaredEuclidean)]
    pub cost: Cost,
    /// All sweeps visit all pairs
    #[arg(long)]
    pub dense: bool,
}

/// A ground cost.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Cost {
    SquaredEuclidean,
    Euclidean,
    Manhattan,
    ThirdNorm,
}

impl Cost {
    fn ground_cost(self) -> Result<Box<dyn GroundCost<f32>>, Error> {
        Ok(match self {
            Cost::SquaredEuclidean => Box::new(SquaredEuclidean),
            Cost::Euclidean => Box::new(Euclidean),
            Cost::Manhattan => Box::new(Manhattan),
            Cost::ThirdNorm => Box::new(PNorm::new(3.0)?),
        })
    }
}

/// A solve from `Auto` with Anderson, in all threads.
#[derive(Debug, Serialize, Deserialize)]
pub struct Solve {
    pub workspace_bytes: usize,
    pub start: String,
    /// Of the start alone.
    pub start_seconds: f64,
    /// Of completing it by the other potential.
    pub completion_seconds: f64,
    pub sweeps: u32,
    /// The shares of all pairs that a sweep visited one by one, and summed up by series.
    pub visited: f32,
    pub summed: f32,
    /// The pairs that the start and all sweeps visited one by one, over all pairs.
    pub equivalents: f64,
    pub certificate: f32,
    pub sweep_seconds: f64,
    /// Of measuring the result.
    pub finish_seconds: f64,
    /// Rows that left the safe range.
    pub row_fallbacks: u32,
    pub marginal_error: f32,
    pub status: String,
    /// Of the process, points and program included; none where the system does not say.
    pub peak_bytes: Option<u64>,
}

/// Times a sweep, one thread after the other.
pub fn sweeps(size: usize, data: &Data) -> Result<Sweeps, Error> {
    let ((x, y), cost) = (points(size, data), data.cost.ground_cost()?);
    let problem = problem(&x, &y, &*cost, data)?;
    let mut sweeps = Vec::new();
    for threads in Machine::this().threads() {
        let settings = sweeper::settings(Storage::Stream, SimdLevel::Best, threads);
        let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
        let workspace_bytes = size_of_val(&memory[..]);
        let mut sweeper = Sweeper::new(&problem, &settings, &mut memory)?;
        let (mut taken, clock) = (sweeper.round()?, Instant::now());
        loop {
            taken = taken.min(sweeper.round()?);
            if clock.elapsed() >= PATIENCE {
                break;
            }
        }
        sweeps.push(Sweep { threads, taken, workspace_bytes, row_fallbacks: sweeper.fallbacks() });
    }
    Ok(Sweeps { sweeps, peak_bytes: machine::peak_memory() })
}

/// Solves.
pub fn run_solve(size: usize, data: &Data) -> Result<Solve, Error> {
    let ((x, y), cost) = (points(size, data), data.cost.ground_cost()?);
    let problem = problem(&x, &y, &*cost, data)?;
    let skipping = if data.dense { Skipping::Off } else { Skipping::Auto };
    let settings = Settings { threshold: THRESHOLD, threads: Machine::this().cores, skipping, ..Settings::default() };
    let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
    let workspace_bytes = size_of_val(&memory[..]);
    let workspace = Workspace::new(&mut memory, &problem, &settings)?;
    let mut solver = Solver::without_start(&problem, &settings, workspace)?;
    let mut clock = Instant::now();
    let mut lap = || std::mem::replace(&mut clock, Instant::now()).elapsed().as_secs_f64();
    solver.start(&Timed(Auto))?;
    let started = lap();
    solver.run();
    let sweep_seconds = lap();
    let report = *solver.finish().report();
    let finish_seconds = lap();
    let visited = 1.0 - report.skipped - report.summed;
    // The completion of the start is a sweep, too.
    let sweeps = f64::from(visited) * f64::from(report.sweeps + 1);
    let equivalents = report.start.pairs as f64 / (size as f64 * size as f64) + sweeps;
    let start_seconds = report.start.time.unwrap_or_default().as_secs_f64();
    Ok(Solve {
        workspace_bytes,
        start: report.start.name.into(),
        start_seconds,
        completion_seconds: started - start_seconds,
        sweeps: report.sweeps,
        visited,
        summed: report.summed,
        equivalents,
        certificate: report.certificate,
        sweep_seconds,
        finish_seconds,
        row_fallbacks: report.row_fallbacks,
        marginal_error: report.marginal_error(),
        status: report.status.name().into(),
        peak_bytes: machine::peak_memory(),
    })
}

/// Two Gaussians of different means and covariances; or a cube, and a Gaussian around its corner.
fn points(size: usize, data: &Data) -> (Vec<f32>, Vec<f32>) {
    let (mut generator, d) = (data::generator(0), data.dimension as usize);
    if data.corner {
        let x = data::single(&data::uniform(&mut generator, size * d));
        let y = data::single(&data::normal(&mut generator, size * d)).into_iter().map(|y| 1.0 + 0.3 * y).collect();
        return (x, y);
    }
    let x = data::single(&data::normal(&mut generator, size * d));
    let mut y = data::single(&data::normal(&mut generator, size * d));
    for point in y.chunks_exact_mut(d) {
        let first = point[0];
        for (k, value) in point.iter_mut().enumerate() {
            *value = match k % 3 {
                0 => 1.0 + 0.5 * *value,
                1 => 1.0 + *value + 0.5 * first,
                _ => 1.0 + 2.0 * *value,
            };
        }
    }
    (x, y)
}

fn problem<'p>(
    x: &'p [f32],
    y: &'p [f32],
    cost: &'p dyn GroundCost<f32>,
    data: &Data,
) -> Result<Problem<'p, f32>, Error> {
    let cloud = PointCloud::new(x, y, data.dimension as usize, cost)?;
    Problem::new(cloud)?.epsilon(Epsilon::OfMean(data.epsilon))
}
