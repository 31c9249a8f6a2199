//! Time of many small solves in one call, from points in memory to the potentials of all.

use serde_json::{Value, json};
use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem, Real, Report, Settings, Status,
    batch::{PotentialRows, batch_len, solve_batch},
};
use sinkhorn_init::Timed;

use super::args::BatchArgs;
use super::files;
use super::{summary, used};
use crate::command::{Outcome, repeated};

/// Problems of equal size, row-major one after another.
struct Batch<T> {
    x: Vec<T>,
    y: Vec<T>,
    epsilons: Vec<T>,
    rows: usize,
    columns: usize,
    dimension: usize,
}

/// The same of what was found.
struct Solved<T> {
    f: Vec<T>,
    g: Vec<T>,
    reports: Vec<Report<T>>,
}

pub fn run<T: Real>(args: &BatchArgs) -> Outcome<Value> {
    let ([_, rows, dimension], x) = files::read_axes::<T, 3>(&args.common.x)?;
    let ([_, columns, _], y) = files::read_axes::<T, 3>(&args.common.y)?;
    let ([count], epsilons) = files::read_axes::<T, 1>(&args.epsilons)?;
    let batch = Batch { x, y, epsilons, rows, columns, dimension };
    let settings = args.how.settings::<T>(&args.common);
    let (seconds, Solved { f, g, reports }) = repeated(args.common.repeat, || solve_all(&batch, args, &settings))?;
    if let Some(folder) = &args.how.potentials {
        files::write_potentials(folder, &[count], &f, &g)?;
    }
    let sweeps = reports.iter().map(|report| report.sweeps);
    Ok(json!({
        "seconds": summary(seconds),
        "settings": used(&settings),
        "converged": reports.iter().filter(|report| report.status == Status::Converged).count(),
        "iterations": sweeps.clone().max(),
        "iterations_mean": f64::from(sweeps.sum::<u32>()) / count as f64,
    }))
}

fn solve_all<T: Real>(batch: &Batch<T>, args: &BatchArgs, settings: &Settings<T>) -> Result<Solved<T>, Error> {
    let &Batch { rows, columns, dimension, .. } = batch;
    let points = batch.x.chunks_exact(rows * dimension).zip(batch.y.chunks_exact(columns * dimension));
    let problems: Vec<_> = points
        .zip(&batch.epsilons)
        .map(|((x, y), &epsilon)| {
            Problem::new(PointCloud::squared_euclidean(x, y, dimension)?)?.epsilon(Epsilon::Absolute(epsilon))
        })
        .collect::<Result<_, _>>()?;
    let named = args.how.start();
    let start = Timed(named.start.as_ref());
    let mut memory = vec![T::ZERO; batch_len(&problems, settings)?];
    let (mut f, mut g) = (vec![T::ZERO; problems.len() * rows], vec![T::ZERO; problems.len() * columns]);
    let mut reports = vec![None; problems.len()];
    let outputs = PotentialRows::new(&problems, &mut f, &mut g)?.zip(&mut reports);
    solve_batch(
        &problems,
        |_| &start,
        settings,
        &mut memory,
        outputs,
        |((f, g), report), solved| {
            *report = Some(solved.map(|solution| {
                f.copy_from_slice(solution.f());
                g.copy_from_slice(solution.g());
                *solution.report()
            }));
        },
    )?;
    Ok(Solved { f, g, reports: reports.into_iter().flatten().collect::<Result<_, _>>()? })
}
