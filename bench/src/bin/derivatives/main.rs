//! What derivatives cost beside the solve that they follow, and how much memory they take.
//!
//!     cargo run --release -p sinkhorn-bench --bin derivatives
//!     cargo run --release -p sinkhorn-bench --bin derivatives -- --size 2000 --double --problem gaussians-10
//!
//! All in one process, one after the other, the least of a few repeats each, so that ratios are those of the same
//! minute.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use sinkhorn_bench::machine::{self, Machine};
use sinkhorn_bench::output::print;
use sinkhorn_bench::problems::{self, Case};
use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem, Real, Settings, Workspace,
    diff::{Cotangent, DerivativeSettings, Derivatives, Gradients, LinearReport, PlanCotangent},
    error::ErrorKind,
    solve,
    start::{Start, Zero},
};
use sinkhorn_init::Auto;
use sinkhorn_tests::data;

/// What derivatives cost beside the solve that they follow.
#[derive(Parser)]
struct Args {
    /// Points a side.
    #[arg(long, default_value_t = 5000)]
    size: usize,
    /// Epsilons, as fractions of the mean cost.
    #[arg(long, value_delimiter = ',', default_value = "0.05,0.01,0.002")]
    epsilon: Vec<f64>,
    /// Problems of the table of starts, by name.
    #[arg(long, value_delimiter = ',', default_value = "gaussians-3")]
    problem: Vec<String>,
    /// Double precision.
    #[arg(long)]
    double: bool,
    /// Threads of solve and derivatives.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Repeats.
    #[arg(long, default_value_t = 3)]
    repeat: usize,
    /// Residual of the linear system, relative to the cotangent; that of the library unless given.
    #[arg(long)]
    tolerance: Option<f64>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = if args.double { run::<f64>(&args, &Auto) } else { run::<f32>(&args, &Auto) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "derivatives: error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// A line of the table.
struct Row {
    what: &'static str,
    seconds: f64,
    iterations: Option<u32>,
    note: String,
}

fn run<T: Real>(args: &Args, auto: &dyn Start<T>) -> Result<(), String> {
    print(&format!("{}, {} threads, {}\n", Machine::this().text(), args.threads, std::any::type_name::<T>()))?;
    for name in &args.problem {
        let case = problems::named(name, args.size).ok_or_else(|| format!("no problem {name}"))?;
        for &epsilon in &args.epsilon {
            print(&format!(
                "\n{}: {} x {} points in {} dimensions, epsilon {epsilon} of the mean cost\n",
                case.name,
                case.rows(),
                case.columns(),
                case.dimension
            ))?;
            for (start_name, start) in [("auto", auto), ("zero", &Zero as &dyn Start<T>)] {
                let rows = measure(args, &case, epsilon, start).map_err(|error| error.to_string())?;
                print_rows(start_name, &rows)?;
            }
        }
    }
    if let Some(peak) = machine::peak_memory() {
        print(&format!("\npeak memory of the process, all of the above: {:.1} MB\n", peak as f64 / 1e6))?;
    }
    Ok(())
}

fn print_rows(start: &str, rows: &[Row]) -> Result<(), String> {
    let solve = rows[0].seconds;
    for Row { what, seconds, iterations, note } in rows {
        let iterations = iterations.map_or(String::new(), |count| count.to_string());
        print(&format!(
            "  {start:<5} {what:<22} {:>9.2} ms  {:>5.2} of the solve  {iterations:>5}  {note}\n",
            1e3 * seconds,
            seconds / solve
        ))?;
    }
    Ok(())
}

fn least<R>(repeat: usize, mut run: impl FnMut() -> Result<R, Error>) -> Result<(f64, R), Error> {
    let mut best: Option<(f64, R)> = None;
    for _ in 0..repeat.max(1) {
        let clock = Instant::now();
        let result = run()?;
        let seconds = clock.elapsed().as_secs_f64();
        if best.as_ref().is_none_or(|(before, _)| seconds < *before) {
            best = Some((seconds, result));
        }
    }
    // There is at least one repeat.
    best.ok_or(Error::new(sinkhorn_core::error::Argument::OUTPUT, ErrorKind::Empty))
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
    let (seconds, report) = least(args.repeat, || {
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
    let (in_f, in_g) = (to(&data::normal(random, n)), to(&data::normal(random, m)));
    let per_point = |values: Vec<f64>| values.iter().map(|v| T::constant(v / n as f64)).collect::<Vec<T>>();
    let in_map = per_point(data::normal(random, n * d));
    let (rows_of, columns_of) = (to(&data::normal(random, n)), to(&data::normal(random, m)));
    // A loss of the plan with a cotangent of rank one, as those of soft ranks are.
    let in_plan = |i: usize, start: usize, out: &mut [T]| {
        for (out, &column) in out.iter_mut().zip(&columns_of[start..]) {
            *out = rows_of[i] * column;
        }
    };
    let (mut in_x, mut in_y) = (vec![T::ZERO; n * d], vec![T::ZERO; m * d]);
    let (seconds, ()) = least(args.repeat, || {
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
        let (seconds, report) = least(args.repeat, || -> Result<LinearReport<T>, Error> {
            let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory)?;
            let mut gradients = Gradients { x: Some(&mut in_x), y: Some(&mut in_y), ..Gradients::none() };
            derivatives.vjp(&cotangent, &mut gradients)
        })?;
        let note = format!("iterations, residual {:.1e}, {}", report.residual.widen(), report.status.name());
        rows.push(Row { what, seconds, iterations: Some(report.iterations), note });
    }
    Ok(rows)
}
