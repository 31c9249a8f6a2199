//! Time of a solve: from points in memory to the report, workspace included.

use serde_json::{Value, json};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Real, Report, Settings, Workspace, solve};
use sinkhorn_init::Timed;

use super::args::SolveArgs;
use super::files;
use super::{summary, used};
use crate::command::{Outcome, repeated};

pub fn run<T: Real>(args: &SolveArgs) -> Outcome<Value> {
    let ([_, d], x) = files::read_axes::<T, 2>(&args.common.x)?;
    let ([_, _], y) = files::read_axes::<T, 2>(&args.common.y)?;
    let settings = args.how.settings::<T>(&args.common);
    let (seconds, (report, f, g)) = repeated(args.common.repeat, || once(args, &settings, &x, &y, d))?;
    if let Some(folder) = &args.how.potentials {
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

fn once<T: Real>(args: &SolveArgs, settings: &Settings<T>, x: &[T], y: &[T], d: usize) -> Result<Solved<T>, Error> {
    let problem =
        Problem::new(PointCloud::squared_euclidean(x, y, d)?)?.epsilon(Epsilon::Absolute(T::constant(args.epsilon)))?;
    let mut memory = vec![T::ZERO; Workspace::len(&problem, settings)?];
    let workspace = Workspace::new(&mut memory, &problem, settings)?;
    let solution = solve(&problem, &Timed(args.how.start().start.as_ref()), settings, workspace)?;
    Ok((*solution.report(), solution.f().to_vec(), solution.g().to_vec()))
}
