//! `sinkhorn solve`: transport between the points of two files.

use std::path::PathBuf;

use crate::args::{self, TaskArgs};
use crate::output::svg::picture::{self, PlotKind};
use crate::output::{self, Format, Keep, Kept, Rows, SparsePlan, Summary, Target};
use crate::process::{Exit, Failure};
use crate::task::data::{Loaded, Side};
use crate::task::job::Task;
use crate::task::merge::spread;
use crate::task::scalar::{Scalar, in_precision};
use crate::task::solving::{self, Solved};
use crate::terminal;

/// Transport between the points of two files
///
/// One point a row; a single column, or an NPY array with one axis, holds points of dimension 1. The objective is <C,
/// P> + epsilon KL(P | a b^T) over all plans P that carry the weights a of X to the weights b of Y; potentials are in
/// units of cost, and P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon). The objective is that of a plan whose marginals
/// are off by the error that is printed; the dual value errs in second order only, and is the better number where they
/// differ.
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
    task: TaskArgs,
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
    /// The largest entries of each row are written, until they hold this share of its mass
    #[arg(long, value_name = "SHARE", value_parser = args::share, default_value_t = 0.999)]
    #[arg(allow_negative_numbers = true, requires = "plan")]
    plan_mass: f64,
    /// Entries of at least this share of the mass of their row are written instead: where mass is spread over many
    /// rows, few or none
    #[arg(long, value_name = "SHARE", value_parser = args::share, allow_negative_numbers = true)]
    #[arg(requires = "plan", conflicts_with = "plan_mass")]
    plan_share: Option<f64>,
    /// Writes the barycentric image of every point of X: the mean of where its mass goes (without mass, where a little
    /// would go); .csv or .npy
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

/// What is to be done.
struct Job {
    task: Task,
    potentials_x: Option<Target>,
    potentials_y: Option<Target>,
    plan: Option<Target>,
    keep: Keep,
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
            task: Task::new(&args.task)?,
            potentials_x: numbers("--potentials-x", &outputs.potentials_x)?,
            potentials_y: numbers("--potentials-y", &outputs.potentials_y)?,
            plan: numbers("--plan", &outputs.plan)?,
            keep: outputs.plan_share.map_or(Keep::Mass(outputs.plan_mass), Keep::Share),
            map: numbers("--map", &outputs.map)?,
            plot: Target::of("--plot", outputs.plot.as_ref(), &[Format::Svg])?,
            plot_kind: outputs.plot_kind,
            json: outputs.json,
        };
        let targets = [&job.potentials_x, &job.potentials_y, &job.plan, &job.map, &job.plot];
        output::check(targets.map(Option::as_ref), &mut job.task.sources().iter())?;
        Ok(job)
    }
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job::new(args)?;
    in_precision!(job.task.question.precision, run_in(&job))
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let Loaded { data, start, seconds } = Loaded::<T>::read(&job.task)?;
    let kind = picture::kind(job.plot_kind, data.x.table.columns)?;
    let summary = solving::solved(&data, &job.task.method, start.as_ref(), |solved| {
        let mut summary = Summary::new("solve", solved, &job.task.method, seconds);
        summary.plan = job.write(solved, kind, summary.threshold)?;
        Ok(summary)
    })?;
    if let Some(plan) = &summary.plan {
        plan.warn();
    }
    if job.json {
        terminal::print_json(&summary)?;
    } else {
        terminal::print(&summary.text())?;
    }
    Ok(summary.exit)
}

impl Job {
    /// All files, or none. Tells what the plan in a file has of all.
    fn write<T: Scalar>(
        &self,
        solved: &Solved<'_, T>,
        kind: PlotKind,
        threshold: f64,
    ) -> Result<Option<Kept>, Failure> {
        let (solution, data) = (&solved.solution, solved.data);
        let column = |name: &str, side: &Side<T>, values: &[T], target: &Target| {
            Rows::column(&[name.into()], &spread(side.merge.as_ref(), values, 1)).stage(target)
        };
        let f = self.potentials_x.as_ref().map(|target| column("f", &data.x, solution.f(), target)).transpose()?;
        let g = self.potentials_y.as_ref().map(|target| column("g", &data.y, solution.g(), target)).transpose()?;
        let plan = |target| SparsePlan::of(solved, self.keep).stage(target);
        let (plan, kept) = self.plan.as_ref().map(plan).transpose()?.unzip();
        let map = |target| Rows::matrix(&solved.image_names(), &solved.images_of_rows()?).stage(target);
        let map = self.map.as_ref().map(map).transpose()?;
        let plot = |target| {
            let svg = picture::of_solution(kind, solved, threshold)?;
            output::stage(target, |writer| writer.write_all(svg.as_bytes()))
        };
        let plot = self.plot.as_ref().map(plot).transpose()?;
        output::commit([f, g, plan, map, plot])?;
        Ok(kept)
    }
}
