//! Pictures of a solve.

use sinkhorn_core::Solution;

use crate::command::solve::PlotKind;
use crate::data::{Data, Side};
use crate::failure::Failure;
use crate::output::column_names;
use crate::plot::{convergence, coupling, map};
use crate::render::digits;
use crate::scalar::Scalar;
use crate::solving::Solved;

/// Bins a side of a coupling.
const CELLS: usize = 96;

/// What is drawn of points of a dimension; refuses what cannot be.
pub fn kind(asked: PlotKind, dimension: usize) -> Result<PlotKind, Failure> {
    let needs = |wanted, found: PlotKind| {
        if dimension == wanted {
            return Ok(found);
        }
        let name = if found == PlotKind::Map { "map" } else { "coupling" };
        let message = format!("--plot-kind {name} needs points of dimension {wanted}, and these have {dimension}");
        Err(Failure::usage(message))
    };
    match asked {
        PlotKind::Auto => Ok(match dimension {
            1 => PlotKind::Coupling,
            2 => PlotKind::Map,
            _ => PlotKind::Convergence,
        }),
        PlotKind::Coupling => needs(1, asked),
        PlotKind::Map => needs(2, asked),
        PlotKind::Convergence => Ok(asked),
    }
}

/// The picture.
pub fn of_solution<T: Scalar>(kind: PlotKind, solved: &Solved<'_, T>, threshold: f64) -> Result<String, Failure> {
    let Solved { data, solution, errors, .. } = solved;
    let report = solution.report();
    let title = title(data.x.name(), data.y.name(), report.epsilon.widen());
    match kind {
        PlotKind::Coupling => of_coupling(&title, data, solution),
        PlotKind::Map => of_map(&title, solved),
        PlotKind::Auto | PlotKind::Convergence => {
            let curve = convergence::Curve {
                label: format!("{}, {} sweeps", report.start.name, report.sweeps),
                start: report.start.name,
                acceleration: "",
                errors,
            };
            convergence::svg(&title, &[curve], threshold)
        }
    }
}

/// Above a picture of one problem.
pub fn title(x: &str, y: &str, epsilon: f64) -> String {
    format!("{} to {}, epsilon {}", short(x), short(y), digits(epsilon, 4))
}

/// A file without its folder.
fn short(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// The file, and the column where it has a name.
fn axis<T: Scalar>(side: &Side<T>) -> String {
    let file = short(side.name());
    match side.table.names.as_deref() {
        Some([name, ..]) => format!("{name} ({file})"),
        _ => file.into(),
    }
}

fn of_map<T: Scalar>(title: &str, solved: &Solved<'_, T>) -> Result<String, Failure> {
    let (data, images) = (solved.data, solved.images()?);
    let axes = column_names(data.x.table.names.as_ref(), 2);
    map::svg(
        title,
        &map::Map {
            x: &widened(&data.x.table.values),
            y: &widened(&data.y.table.values),
            images: &widened(&images),
            names: (short(data.x.name()).into(), short(data.y.name()).into()),
            axes: (axes[0].clone(), axes[1].clone()),
        },
    )
}

fn of_coupling<T: Scalar>(title: &str, data: &Data<T>, solution: &Solution<'_, T>) -> Result<String, Failure> {
    let (x, y) = (widened(&data.x.table.values), widened(&data.y.table.values));
    let (rows, columns) = (coupling::bins(&x, CELLS), coupling::bins(&y, CELLS));
    let mut plan = vec![0.0; CELLS * CELLS];
    let mut row = vec![T::ZERO; y.len()];
    for (i, &cell) in rows.iter().enumerate() {
        solution.row(i, &mut row).map_err(|error| Failure::data(format!("--plot: {error}")))?;
        for (&mass, &column) in row.iter().zip(&columns) {
            plan[cell * CELLS + column] += mass.widen();
        }
    }
    let weights = |weights: &Option<Vec<T>>, count: usize| match weights {
        Some(weights) => widened(weights),
        None => vec![1.0 / count as f64; count],
    };
    coupling::svg(
        title,
        &coupling::Coupling {
            a: &weights(&data.x.weights, x.len()),
            b: &weights(&data.y.weights, y.len()),
            x: &x,
            y: &y,
            names: (axis(&data.x), axis(&data.y)),
            cells: CELLS,
            plan: &plan,
        },
    )
}

fn widened<T: Scalar>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| value.widen()).collect()
}
