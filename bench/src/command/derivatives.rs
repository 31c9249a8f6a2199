//! What derivatives cost beside the solve that they follow, and how much memory they take.
//!
//!     cargo run --release -p sinkhorn-bench -- derivatives
//!     cargo run --release -p sinkhorn-bench -- derivatives --size 2000 --precision f64 --problem gaussians-10
//!
//! All in one process, one after the other, the least of a few repeats each, so that ratios are those of the same
//! minute.

use std::num::NonZeroUsize;

use sinkhorn_bench::machine;
use sinkhorn_bench::problems::{self, Case, normal};
use sinkhorn_bench::starts;
use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem, Real, Settings, Workspace,
    diff::{Cotangent, DerivativeSettings, Derivatives, Gradients, LinearReport, PlanCotangent},
    solve,
    start::Start,
};
use sinkhorn_tests::data;

use super::{Outcome, repeated};
use crate::args::{Precision, TableArgs, in_precision};
use crate::table::{Cell, Tables, print};

/// What derivatives cost beside the solve that they follow.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Points a side.
    #[arg(long, default_value_t = 5000)]
    size: usize,
    /// Epsilons, as fractions of the mean cost.
    #[arg(long, value_delimiter = ',', default_value = "0.05,0.01,0.002")]
    epsilon: Vec<f64>,
    /// Problems of the table of starts, by name.
    #[arg(long, value_delimiter = ',', default_value = "gaussians-3")]
    problem: Vec<String>,
    /// Precision of solve and derivatives.
    #[arg(long, value_enum, default_value_t = Precision::F32)]
    precision: Precision,
    /// Threads of solve and derivatives.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Repeats.
    #[arg(long, default_value = "3")]
    repeat: NonZeroUsize,
    /// Residual of the linear system, relative to the cotangent; that of the library unless given.
    #[arg(long)]
    tolerance: Option<f64>,
    #[command(flatten)]
    table: TableArgs,
}

pub fn run(args: &Args) -> Outcome {
    in_precision!(args.precision, run_in(args))
}

/// A line of the table.
struct Row {
    what: &'static str,
    /// One a repeat.
    seconds: Vec<f64>,
    iterations: Option<u32>,
    note: String,
}

fn run_in<T: Real>(args: &Args) -> Outcome {
    let what = format!("{} threads, {}: times beside that of the solve.", args.threads, T::NAME);
    let mut tables = Tables::begin(&args.table, &what)?;
    for name in &args.problem {
        let case = problems::named(name, args.size).ok_or_else(|| format!("no problem {name}"))?;
        for &epsilon in &args.epsilon {
            let (n, m, d) = (case.rows(), case.columns(), case.dimension);
            let title = format!("{name}: {n} x {m} points in {d} dimensions, epsilon {epsilon} of the mean cost");
            tables.table(&title, "start|gradient of           |       ms|/ solve|iterations|note")?;
            for start in ["auto", "zero"].into_iter().filter_map(starts::named::<T>) {
                let rows = measure(args, &case, epsilon, start.start.as_ref())?;
                let least = |row: &Row| row.seconds.iter().copied().fold(f64::INFINITY, f64::min);
                for row @ Row { what, iterations, note, .. } in &rows {
                    let iterations = Cell::number(iterations.map(f64::from), 0);
                    let (ms, share) =
                        (Cell::number(1e3 * least(row), 2), Cell::number(least(row) / least(&rows[0]), 2));
                    tables.row([Cell::of(start.name), Cell::of(*what), ms, share, iterations, Cell::of(note)])?;
                }
            }
        }
    }
    if let Some(peak) = machine::peak_memory() {
        print(&format!("\nPeak memory of the process, all of the above: {:.1} MB\n", peak as f64 / 1e6))?;
    }
    tables.end()
}

fn measure<T: Real>(args: &Args, case: &Case, epsilon: f64, start: &dyn Start<T>) -> Result<Vec<Row>, Error> {
    let to = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>();
    let (x, y, d) = (to(&case.x), to(&case.y), case.dimension);
    let (n, m) = (case.rows(), case.columns());
    let (a, b) = (case.a.as_deref().map(to), case.b.as_deref().map(to));
    let mut problem =
        Problem::new(PointCloud::squared_euclidean(&x, &y, d)?)?.epsilon(Epsilon::OfMean(T::constant(epsilon)))?;
    if let Some(a) = &a {
        problem = problem.weights_a(a)?;
    }
    if let Some(b) = &b {
        problem = problem.weights_b(b)?;
    }
    let settings = Settings { threads: args.threads, ..Settings::default() };
    let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings)?];
    let (seconds, report) = repeated(args.repeat, || {
        let solution = solve(&problem, start, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
        Ok(*solution.report())
    })?;
    let solution = solve(&problem, start, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
    let mut rows = vec![Row {
        what: "solve",
        seconds,
        iterations: Some(report.sweeps),
        note: format!("sweeps from {}, {}", report.start.name, report.status.name()),
    }];

    let defaults = DerivativeSettings::default();
    let differentiation = DerivativeSettings {
        threads: args.threads,
        tolerance: args.tolerance.map_or(defaults.tolerance, T::constant),
        ..defaults
    };
    let len = Derivatives::len(&problem, &differentiation)?;
    let mut memory = vec![T::ZERO; len];
    let random = &mut data::generator(7);
    let (in_f, in_g): (Vec<T>, Vec<T>) = (normal(random, n), normal(random, m));
    let in_map: Vec<T> = data::normal(random, n * d).iter().map(|value| T::constant(value / n as f64)).collect();
    let (rows_of, columns_of): (Vec<T>, Vec<T>) = (normal(random, n), normal(random, m));
    // A loss of the plan with a cotangent of rank one, as those of soft ranks are.
    let in_plan = |i: usize, start: usize, out: &mut [T]| {
        for (out, &column) in out.iter_mut().zip(&columns_of[start..]) {
            *out = rows_of[i] * column;
        }
    };
    let (mut in_x, mut in_y) = (vec![T::ZERO; n * d], vec![T::ZERO; m * d]);
    let (seconds, ()) = repeated(args.repeat, || {
        let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory)?;
        derivatives.objective(&mut Gradients { x: Some(&mut in_x), y: Some(&mut in_y), ..Gradients::none() })
    })?;
    let note = format!("envelope; workspace {:.2} MB", (len * size_of::<T>()) as f64 / 1e6);
    rows.push(Row { what: "objective in x, y", seconds, iterations: None, note });

    let losses: [(&str, Cotangent<'_, T>); 3] = [
        ("map in x, y", Cotangent { map: Some(&in_map), ..Cotangent::none() }),
        ("potentials in x, y", Cotangent { f: Some(&in_f), g: Some(&in_g), ..Cotangent::none() }),
        ("plan in x, y", Cotangent { plan: Some(PlanCotangent::Rows(&in_plan)), ..Cotangent::none() }),
    ];
    for (what, cotangent) in losses {
        let (seconds, report) = repeated(args.repeat, || -> Result<LinearReport<T>, Error> {
            let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory)?;
            let mut gradients = Gradients { x: Some(&mut in_x), y: Some(&mut in_y), ..Gradients::none() };
            derivatives.vjp(&cotangent, &mut gradients)
        })?;
        let note = format!("iterations, residual {:.1e}, {}", report.residual.widen(), report.status.name());
        rows.push(Row { what, seconds, iterations: Some(report.iterations), note });
    }
    Ok(rows)
}
