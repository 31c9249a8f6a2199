//! Time of many small solves, one after another in one workspace.

use std::time::Instant;

use serde_json::{Value, json};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Settings, Status, Workspace, solve};

use crate::args::BatchArgs;
use crate::files;
use crate::scalar::Scalar;
use crate::{summary, used};

/// Problems of equal size, row-major one after another.
struct Batch<T> {
    x: Vec<T>,
    y: Vec<T>,
    epsilons: Vec<T>,
    rows: usize,
    columns: usize,
    dimension: usize,
}

/// Potentials of all problems and what the solves took.
struct Solved<T> {
    f: Vec<T>,
    g: Vec<T>,
    converged: usize,
    sweeps: Vec<u32>,
}

pub fn run<T: Scalar>(args: &BatchArgs) -> Result<Value, String> {
    let ([_, rows, dimension], x) = files::read_axes::<T, 3>(&args.common.x)?;
    let ([_, columns, _], y) = files::read_axes::<T, 3>(&args.common.y)?;
    let ([count], epsilons) = files::read_axes::<T, 1>(&args.epsilons)?;
    let batch = Batch { x, y, epsilons, rows, columns, dimension };
    let settings = args.how.settings::<T>(&args.common);
    let mut seconds = Vec::new();
    let mut last = None;
    for _ in 0..args.common.repeat.get() {
        let clock = Instant::now();
        let solved = solve_all(&batch, args, &settings).map_err(|error| error.to_string())?;
        seconds.push(clock.elapsed().as_secs_f64());
        last = Some(solved);
    }
    let Some(solved) = last else { return Err("no repeats".into()) };
    if let Some(folder) = &args.potentials {
        files::write_potentials(folder, &[count], &solved.f, &solved.g)?;
    }
    Ok(json!({
        "seconds": summary(seconds),
        "settings": used(&settings),
        "converged": solved.converged,
        "iterations": solved.sweeps.iter().max(),
        "iterations_mean": solved.sweeps.iter().map(|&sweeps| f64::from(sweeps)).sum::<f64>() / count as f64,
    }))
}

fn solve_all<T: Scalar>(batch: &Batch<T>, args: &BatchArgs, settings: &Settings<T>) -> Result<Solved<T>, Error> {
    let &Batch { rows, columns, dimension, .. } = batch;
    let start = T::start(args.how.start);
    let mut memory = Vec::new();
    let mut solved = Solved { f: Vec::new(), g: Vec::new(), converged: 0, sweeps: Vec::new() };
    let points = batch.x.chunks_exact(rows * dimension).zip(batch.y.chunks_exact(columns * dimension));
    for ((x, y), &epsilon) in points.zip(&batch.epsilons) {
        let problem =
            Problem::new(PointCloud::squared_euclidean(x, y, dimension)?)?.epsilon(Epsilon::Absolute(epsilon))?;
        memory.resize(Workspace::len(&problem, settings)?, T::ZERO);
        let workspace = Workspace::new(&mut memory, &problem, settings)?;
        let solution = solve(&problem, start.as_ref(), settings, workspace)?;
        solved.f.extend_from_slice(solution.f());
        solved.g.extend_from_slice(solution.g());
        solved.converged += usize::from(solution.report().status == Status::Converged);
        solved.sweeps.push(solution.report().sweeps);
    }
    Ok(solved)
}
