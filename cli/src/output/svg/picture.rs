//! Pictures of a solve.

use clap::ValueEnum;
use sinkhorn_core::Solution;

use super::{Grid, convergence, coupling, map};
use crate::output::{Names, Parts};
use crate::process::Failure;
use crate::task::data::Data;
use crate::task::scalar::Scalar;
use crate::task::solving::Solved;
use crate::terminal::digits;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlotKind {
    /// The coupling in dimension 1, the map in dimension 2, otherwise convergence
    Auto,
    /// Marginal error against sweeps
    Convergence,
    /// The plan between two distributions on the line, with both of them
    Coupling,
    /// Points of the plane, and where they go
    Map,
}

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
    let names = names(data);
    let title = title(&names, report.epsilon.widen());
    match kind {
        PlotKind::Coupling => of_coupling(&title, names, data, solution),
        PlotKind::Map => of_map(&title, names, solved),
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

/// What the sides are called.
pub fn names<T: Scalar>(data: &Data<T>) -> Names {
    crate::output::names(&Parts::of(&data.x), &Parts::of(&data.y))
}

/// Above a picture of one problem.
pub fn title(names: &Names, epsilon: f64) -> String {
    format!("{}, epsilon {}", names.title, digits(epsilon, 4))
}

fn of_map<T: Scalar>(title: &str, names: Names, solved: &Solved<'_, T>) -> Result<String, Failure> {
    let (data, images) = (solved.data, solved.images()?);
    let axes = data.x.table.column_names();
    let axes_y = data.y.table.names.as_ref().unwrap_or(&axes);
    let axis = |k: usize| if axes[k] == axes_y[k] { axes[k].clone() } else { format!("{}, {}", axes[k], axes_y[k]) };
    map::svg(
        title,
        &map::Map {
            x: &widened(&data.x.table.values),
            y: &widened(&data.y.table.values),
            images: &widened(&images),
            names: (names.x, names.y),
            axes: (axis(0), axis(1)),
        },
    )
}

fn of_coupling<T: Scalar>(
    title: &str,
    names: Names,
    data: &Data<T>,
    solution: &Solution<'_, T>,
) -> Result<String, Failure> {
    let (x, y) = (widened(&data.x.table.values), widened(&data.y.table.values));
    let weights = |weights: &Option<Vec<T>>, count: usize| match weights {
        Some(weights) => widened(weights),
        None => vec![1.0 / count as f64; count],
    };
    let (a, b) = (weights(&data.x.weights, x.len()), weights(&data.y.weights, y.len()));
    // Values without mass are not drawn, and need no room.
    let drawn = |values: &[f64], weights: &[f64]| -> Vec<f64> {
        values.iter().zip(weights).filter(|(_, weight)| **weight > 0.0).map(|(value, _)| *value).collect()
    };
    let grid = Grid::of(&drawn(&x, &a), &drawn(&y, &b));
    let (rows, columns) = (grid.x.bins(&x), grid.y.bins(&y));
    let mut plan = vec![0.0; grid.x.count * grid.y.count];
    let mut row = vec![T::ZERO; y.len()];
    for (i, &cell) in rows.iter().enumerate() {
        solution.row(i, &mut row).map_err(|error| Failure::data(format!("--plot: {error}")))?;
        for (&mass, &column) in row.iter().zip(&columns) {
            plan[cell * grid.y.count + column] += mass.widen();
        }
    }
    coupling::svg(
        title,
        &coupling::Coupling {
            a: &a,
            b: &b,
            x: &x,
            y: &y,
            names: (names.axis_x, names.axis_y),
            rows: (data.x.rows(), data.y.rows()),
            grid,
            plan: &plan,
        },
    )
}

fn widened<T: Scalar>(values: &[T]) -> Vec<f64> {
    values.iter().map(|value| value.widen()).collect()
}
