//! `sinkhorn solve`: transport between the points of two files.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;

use crate::args::{self, MethodArgs, NumericsArgs, PairArgs, Precision, ProblemArgs};
use crate::data::Data;
use crate::exit::Exit;
use crate::explain::explain;
use crate::failure::Failure;
use crate::job::{Method, Pair, Question};
use crate::output::{self, Format, Rows, Target, column_names};
use crate::picture;
use crate::plan::SparsePlan;
use crate::render;
use crate::scalar::{self, Scalar};
use crate::solving;
use crate::start;
use crate::summary::Summary;

/// Transport between the points of two files
///
/// One point a row; a single column, or an NPY array with one axis, holds points of dimension 1. The objective is <C, P> + epsilon KL(P | a b^T)
/// over all plans P that carry the weights a of X to the weights b of Y; potentials are in units of cost, and
/// P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon). The objective is that of a plan whose marginals are off by the error that is printed; the dual value errs
/// in second order only, and is the better number where they differ.
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn solve x.csv y.csv",
    "sinkhorn solve x.csv y.csv --epsilon-of-mean 0.01 --json",
    "sinkhorn solve x.csv y.csv --columns age,income --weights-column w --plan plan.csv",
    "sinkhorn solve points.npz:x points.npz:y --map images.npy --plot map.svg",
    "zcat x.csv.gz | sinkhorn solve - y.csv --rho-x 10 --rho-y 10",
]))]
pub struct Args {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    problem: ProblemArgs,
    #[command(flatten)]
    method: MethodArgs,
    #[command(flatten)]
    numerics: NumericsArgs,
    #[command(flatten)]
    outputs: OutputArgs,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
struct OutputArgs {
    /// Writes the potential of every point of X, in units of cost; .csv or .npy
    #[arg(long, value_name = "FILE")]
    potentials_x: Option<PathBuf>,
    /// Writes the potential of every point of Y
    #[arg(long, value_name = "FILE")]
    potentials_y: Option<PathBuf>,
    /// Writes the plan as a list of x_row,y_row,mass (rows from 0), without small entries; .csv or .npy
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Entries below this share of the mass of their row are left out
    #[arg(long, value_name = "SHARE", value_parser = args::share, default_value_t = 0.01, allow_negative_numbers = true, requires = "plan")]
    plan_share: f64,
    /// Writes the barycentric image of every point of X: the mean of where its mass goes (without mass, where a little would go); .csv or .npy
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Draws a picture; .svg
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// What to draw
    #[arg(long, value_enum, default_value_t = PlotKind::Auto, value_name = "KIND", requires = "plot")]
    plot_kind: PlotKind,
    /// Prints one JSON object instead of text
    #[arg(long)]
    json: bool,
}

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

/// What is to be done.
struct Job {
    pair: Pair,
    question: Question,
    method: Method,
    potentials_x: Option<Target>,
    potentials_y: Option<Target>,
    plan: Option<Target>,
    plan_share: f64,
    map: Option<Target>,
    plot: Option<Target>,
    plot_kind: PlotKind,
    json: bool,
}

impl Job {
    fn new(args: &Args) -> Result<Self, Failure> {
        let outputs = &args.outputs;
        let numbers = |option, path: &Option<PathBuf>| Target::of(option, path.as_ref(), output::NUMBERS);
        let job = Job {
            pair: Pair::new(&args.pair)?,
            question: Question::new(&args.problem, args.numerics.precision)?,
            method: Method::new(&args.method, &args.numerics)?,
            potentials_x: numbers("--potentials-x", &outputs.potentials_x)?,
            potentials_y: numbers("--potentials-y", &outputs.potentials_y)?,
            plan: numbers("--plan", &outputs.plan)?,
            plan_share: outputs.plan_share,
            map: numbers("--map", &outputs.map)?,
            plot: Target::of("--plot", outputs.plot.as_ref(), &[Format::Svg])?,
            plot_kind: outputs.plot_kind,
            json: outputs.json,
        };
        let targets = [&job.potentials_x, &job.potentials_y, &job.plan, &job.map, &job.plot];
        output::check(targets.map(Option::as_ref), &mut job.pair.sources())?;
        Ok(job)
    }
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job::new(args)?;
    match job.question.precision {
        Precision::F64 => run_in::<f64>(&job),
        Precision::F32 => run_in::<f32>(&job),
    }
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let clock = Instant::now();
    let data: Data<T> = Data::read(&job.pair, &job.question)?;
    let kind = picture::kind(job.plot_kind, data.x.table.columns)?;
    let start = start::start::<T>(&job.method, data.x.table.columns)?;
    let reading = clock.elapsed().as_secs_f64();

    let subject = data.subject(&job.method);
    let refuse = |error| explain(error, &subject);
    let clock = Instant::now();
    let problem = data.problem().map_err(refuse)?;
    let (settings, threshold) = (scalar::settings(&job.method), scalar::threshold::<T>(&job.method));
    let mut memory = solving::memory(&problem, &settings, &subject)?;
    let mut errors = Vec::new();
    let solution =
        solving::watched(&problem, start.as_ref(), &settings, &mut memory, (threshold, &mut errors)).map_err(refuse)?;
    let solving = clock.elapsed().as_secs_f64();
    let summary = Summary::new("solve", &data, &job.method, solution.report(), (reading, solving));

    let column = |name: &str, values: &[T], target: &Option<Target>| {
        let stage = |target| Rows::column(&[name.into()], values).stage(target);
        target.as_ref().map(stage).transpose()
    };
    let f = column("f", solution.f(), &job.potentials_x)?;
    let g = column("g", solution.g(), &job.potentials_y)?;
    let plan = job.plan.as_ref().map(|target| SparsePlan::of(&solution, job.plan_share).stage(target)).transpose()?;
    let map = match &job.map {
        Some(target) => {
            let mut images = vec![T::ZERO; data.x.table.values.len()];
            solution.barycentric_map(&mut images).map_err(refuse)?;
            let names = column_names(data.y.table.names.as_ref(), data.y.table.columns);
            Some(Rows::matrix(&names, &images).stage(target)?)
        }
        None => None,
    };
    let plot = match &job.plot {
        Some(target) => {
            let svg = picture::of_solution(kind, &data, &solution, &errors, summary.threshold)?;
            Some(output::stage(target, |writer| writer.write_all(svg.as_bytes()))?)
        }
        None => None,
    };
    output::commit([f, g, plan, map, plot])?;
    if job.json {
        render::print_json(&summary)?
    } else {
        render::print(&summary.text())?
    }
    Ok(summary.exit)
}
