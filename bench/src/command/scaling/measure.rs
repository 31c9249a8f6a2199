//! What one process measures.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use sinkhorn_bench::machine::{self, Machine};
use sinkhorn_bench::sweeper::{self, Sweeper, Taken};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Settings, SimdLevel, Solver, Storage, Workspace};
use sinkhorn_init::{Auto, Timed};
use sinkhorn_tests::data;

/// Coordinates of a point.
pub const DIMENSION: usize = 3;
/// Of the mean cost.
pub const EPSILON: f32 = 0.01;
/// Of full solves.
pub const THRESHOLD: f32 = 1e-3;
/// Of the others.
const FEW_SWEEPS: u32 = 3;
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
pub fn sweeps(size: usize) -> Result<Sweeps, Error> {
    let (x, y) = points(size);
    let problem = problem(&x, &y)?;
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

/// Solves, to the end or for a few sweeps.
pub fn run_solve(size: usize, to_the_end: bool) -> Result<Solve, Error> {
    let (x, y) = points(size);
    let problem = problem(&x, &y)?;
    let defaults = Settings { threshold: THRESHOLD, threads: Machine::this().cores, ..Settings::default() };
    let max_sweeps = if to_the_end { defaults.max_sweeps } else { FEW_SWEEPS };
    let settings = Settings { max_sweeps, ..defaults };
    let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
    let workspace_bytes = size_of_val(&memory[..]);
    let mut solver = Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
    let mut clock = Instant::now();
    let mut lap = || std::mem::replace(&mut clock, Instant::now()).elapsed().as_secs_f64();
    solver.start(&Timed(Auto))?;
    let started = lap();
    solver.run();
    let sweep_seconds = lap();
    let report = *solver.finish().report();
    let finish_seconds = lap();
    let start_seconds = report.start.time.unwrap_or_default().as_secs_f64();
    Ok(Solve {
        workspace_bytes,
        start: report.start.name.into(),
        start_seconds,
        completion_seconds: started - start_seconds,
        sweeps: report.sweeps,
        sweep_seconds,
        finish_seconds,
        row_fallbacks: report.row_fallbacks,
        marginal_error: report.marginal_error(),
        status: report.status.name().into(),
        peak_bytes: machine::peak_memory(),
    })
}

/// Two Gaussians of different means and covariances.
fn points(size: usize) -> (Vec<f32>, Vec<f32>) {
    let mut generator = data::generator(0);
    let x = data::single(&data::normal(&mut generator, size * DIMENSION));
    let mut y = data::single(&data::normal(&mut generator, size * DIMENSION));
    for [first, second, third] in y.as_chunks_mut().0 {
        (*first, *second, *third) = (1.0 + 0.5 * *first, 1.0 + *second + 0.5 * *first, 1.0 + 2.0 * *third);
    }
    (x, y)
}

fn problem<'p>(x: &'p [f32], y: &'p [f32]) -> Result<Problem<'p, f32>, Error> {
    Problem::new(PointCloud::squared_euclidean(x, y, DIMENSION)?)?.epsilon(Epsilon::OfMean(EPSILON))
}
