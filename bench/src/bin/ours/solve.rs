//! Time of a solve: from points in memory to the report, workspace included.

use std::time::Instant;

use serde_json::{Value, json};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Report, Settings, Workspace, solve};

use crate::args::SolveArgs;
use crate::files;
use crate::scalar::Scalar;
use crate::{summary, used};

pub fn run<T: Scalar>(args: &SolveArgs) -> Result<Value, String> {
    let ([_, d], x) = files::read_axes::<T, 2>(&args.common.x)?;
    let ([_, _], y) = files::read_axes::<T, 2>(&args.common.y)?;
    let settings = args.how.settings::<T>(&args.common);
    let mut seconds = Vec::new();
    let mut last = None;
    for _ in 0..args.common.repeat.get() {
        let clock = Instant::now();
        let solved = once(args, &settings, &x, &y, d).map_err(|error| error.to_string())?;
        seconds.push(clock.elapsed().as_secs_f64());
        last = Some(solved);
    }
    let Some((report, f, g)) = last else { return Err("no repeats".into()) };
    if let Some(folder) = &args.potentials {
        files::write_potentials(folder, &[], &f, &g)?;
    }
    Ok(json!({
        "seconds": summary(seconds),
        "settings": used(&settings),
        "status": report.status.name(),
        "iterations": report.sweeps,
        "marginal_errors": [report.row_error.widen(), report.column_error.widen()],
        "objective": report.objective.widen(),
        "dual_value": report.dual_value.widen(),
        "transport_cost": report.transport_cost.widen(),
        "storage": report.storage,
        "start": report.start.name,
        "start_seconds": report.start.time.map(|time| time.as_secs_f64()),
    }))
}

/// A report, f and g.
type Solved<T> = (Report<T>, Vec<T>, Vec<T>);

fn once<T: Scalar>(args: &SolveArgs, settings: &Settings<T>, x: &[T], y: &[T], d: usize) -> Result<Solved<T>, Error> {
    let problem =
        Problem::new(PointCloud::squared_euclidean(x, y, d)?)?.epsilon(Epsilon::Absolute(T::constant(args.epsilon)))?;
    let mut memory = vec![T::ZERO; Workspace::len(&problem, settings)?];
    let workspace = Workspace::new(&mut memory, &problem, settings)?;
    let solution = solve(&problem, T::start(args.how.start).as_ref(), settings, workspace)?;
    Ok((*solution.report(), solution.f().to_vec(), solution.g().to_vec()))
}
