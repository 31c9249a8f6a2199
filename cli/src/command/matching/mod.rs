//! `sinkhorn match`: where each point of X belongs in Y.

mod neighbours;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::value_parser;
use serde::Serialize;
use sinkhorn_core::{Epsilon, Status};

use crate::args::{self, TaskArgs};
use crate::output::{self, EpsilonRule, Format, Rows, Staged, Summary, Target};
use crate::process::{Exit, Failure};
use crate::task::data::Loaded;
use crate::task::job::{Method, Task};
use crate::task::merge::{point, share};
use crate::task::scalar::{Scalar, in_precision};
use crate::task::solving::{self, Solved};
use crate::terminal::{self, Progress};

/// The rows of Y that each row of X goes to, or the point between them
///
/// Prints CSV: x_row,y_row,share, the likeliest row of Y first; rows are counted from 0, headers and comments apart,
/// and share is that of the mass of the row of X. With --image: the mean of where the mass of a row goes, a row a
/// point. A row without mass has no match, and the image that a little mass would have. Without an epsilon it is so
/// small that the nearest rows of a file are told apart.
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn match x.csv y.csv",
    "sinkhorn match x.csv y.csv --top 3 --output matches.csv",
    "sinkhorn match x.csv y.csv --image --output images.npy",
]))]
pub struct Args {
    #[command(flatten)]
    task: TaskArgs,
    /// Rows of Y for each row of X
    #[arg(long, value_name = "K", default_value_t = 1)]
    #[arg(value_parser = value_parser!(u32).range(1..), help_heading = "Output")]
    top: u32,
    /// The barycentric image of every row of X instead
    #[arg(long, conflicts_with = "top", help_heading = "Output")]
    image: bool,
    /// Writes to a file instead of standard output; .csv or .npy
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Prints one JSON object instead of CSV
    #[arg(long, help_heading = "Output")]
    json: bool,
}

struct Job {
    task: Task,
    /// `None` for images.
    top: Option<usize>,
    output: Option<Target>,
    json: bool,
}

/// One row of X and one of Y.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Match {
    x_row: usize,
    y_row: usize,
    share: f64,
}

/// What was found.
enum Found<T> {
    Matches(Vec<Match>),
    Images { names: Vec<String>, values: Vec<T> },
}

/// The JSON object.
#[derive(Debug, Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    solve: &'a Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<&'a [Match]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Vec<Vec<f64>>>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job {
        task: Task::new(&args.task)?,
        top: (!args.image).then_some(args.top as usize),
        output: Target::of("--output", args.output.as_ref(), output::NUMBERS)?,
        json: args.json,
    };
    output::check([job.output.as_ref()], &mut job.task.sources().iter())?;
    in_precision!(job.task.question.precision, run_in(&job))
}

/// The marginal error up to which a match with an epsilon of its own is as good as any.
const NEAR: f64 = 1e-3;
/// An epsilon of its own that rounding keeps from converging is made so many times as large, so often.
const TIMES: f64 = 10.0;
const LARGER: u32 = 3;

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let Loaded { mut data, start, seconds } = Loaded::<T>::read(&job.task)?;
    let mut own_epsilon = if data.question.is_default_epsilon { neighbours::epsilon(&data) } else { None };
    let mut method = job.task.method.clone();
    for tries in (0..=LARGER).rev() {
        let mut is_near = false;
        if let Some(epsilon) = own_epsilon {
            data.question.epsilon = Epsilon::Absolute(epsilon);
        }
        let exit = solving::solved(&data, &method, start.as_ref(), |solved| {
            let report = solved.solution.report();
            let is_too_small = report.status == Status::PrecisionFloor && own_epsilon.is_some();
            if is_too_small && tries > 0 {
                is_near = method.is_default_threshold && report.marginal_error().widen() <= NEAR;
                Ok(None)
            } else {
                conclude(job, &method, solved, own_epsilon.is_some(), seconds).map(Some)
            }
        })?;
        if let Some(exit) = exit {
            return Ok(exit);
        }
        // Beside a point far away rounding leaves errors that do not matter to a match; larger ones do.
        if is_near {
            (method.settings.threshold, method.is_default_threshold) = (NEAR, false);
        } else {
            own_epsilon = own_epsilon.map(|epsilon| TIMES * epsilon);
        }
    }
    Ok(Exit::PrecisionFloor)
}

/// Writes and prints what was found.
fn conclude<T: Scalar>(
    job: &Job,
    method: &Method,
    solved: &Solved<'_, T>,
    is_own: bool,
    seconds: f64,
) -> Result<Exit, Failure> {
    let mut summary = Summary::new("match", solved, method, seconds);
    if is_own {
        summary.epsilon_rule = EpsilonRule::OfNearest(neighbours::FRACTION);
    }
    let found = match job.top {
        Some(top) => Found::Matches(matches(solved, top)?),
        None => Found::Images { names: solved.image_names(), values: solved.images_of_rows()? },
    };
    let staged = job.output.as_ref().map(|target| found.stage(target)).transpose()?;
    output::commit([staged])?;
    if job.json {
        terminal::print_json(&found.report(&summary))?;
        return Ok(summary.exit);
    }
    if summary.exit != Exit::Converged {
        let error = solved.solution.report().marginal_error().widen();
        terminal::warn_unfinished(&summary.status, summary.sweeps, error);
    }
    if job.output.is_none() {
        terminal::print_with(|stdout| found.write_csv(stdout))?;
    }
    Ok(summary.exit)
}

fn matches<T: Scalar>(solved: &Solved<'_, T>, top: usize) -> Result<Vec<Match>, Failure> {
    let (x, y) = (&solved.data.x, &solved.data.y);
    let (n, m) = (x.rows(), y.rows());
    let progress = Progress::of_items(n, "rows matched", x.table.rows as f64 * m as f64 > 1e8, None);
    let top = top.min(m);
    let mut row = vec![T::ZERO; y.table.rows];
    // Rows of X that are one point have the same matches.
    let mut of_point: Vec<Option<Vec<(usize, f64)>>> = vec![None; x.table.rows];
    let mut found = Vec::new();
    for x_row in 0..n {
        progress.item(1.0 / n as f64);
        let (of_x, part) = point(x.merge.as_ref(), x_row);
        if x.merge.is_some() && part == T::ZERO {
            continue; // without mass
        }
        let best = match &mut of_point[of_x] {
            Some(best) => best,
            none => {
                // It has the length that is asked for.
                let _ = solved.solution.row(of_x, &mut row);
                none.insert(largest(&share(y.merge.as_ref(), &row, 1), top))
            }
        };
        solving::reserve(&mut found, best.len())?;
        found.extend(best.iter().map(|&(y_row, share)| Match { x_row, y_row, share }));
        if x.merge.is_none() {
            of_point[of_x] = None; // nobody asks again
        }
    }
    Ok(found)
}

/// The largest entries with their places, the first of equal ones first, as shares of all.
fn largest<T: Scalar>(masses: &[T], count: usize) -> Vec<(usize, f64)> {
    let total: f64 = masses.iter().map(|mass| mass.widen()).sum();
    let mut best: Vec<(usize, f64)> = Vec::with_capacity(count.min(64) + 1);
    for (place, mass) in masses.iter().map(|mass| mass.widen()).enumerate() {
        if mass > 0.0 && (best.len() < count || best.last().is_some_and(|last| mass > last.1)) {
            let at = best.partition_point(|&(_, other)| other >= mass);
            best.insert(at, (place, mass));
            best.truncate(count);
        }
    }
    best.iter_mut().for_each(|(_, mass)| *mass /= total);
    best
}

impl<T: Scalar> Found<T> {
    fn write_csv(&self, writer: &mut dyn Write) -> io::Result<()> {
        match self {
            Found::Matches(matches) => {
                writeln!(writer, "x_row,y_row,share")?;
                matches.iter().try_for_each(|Match { x_row, y_row, share }| {
                    // The last digits of a share are those of the threshold, not of the plan.
                    writeln!(writer, "{x_row},{y_row},{share:.6}")
                })
            }
            Found::Images { names, values } => Rows::matrix(names, values).write_csv(writer),
        }
    }

    fn stage(&self, target: &Target) -> Result<Staged, Failure> {
        match self {
            Found::Matches(matches) if target.format() == Format::Npy => {
                let row = |found: &Match| [found.x_row as f64, found.y_row as f64, found.share];
                let values: Vec<f64> = matches.iter().flat_map(row).collect();
                Rows::matrix(&["x_row", "y_row", "share"].map(String::from), &values).stage(target)
            }
            Found::Matches(_) => output::stage(target, |writer| self.write_csv(writer)),
            Found::Images { names, values } => Rows::matrix(names, values).stage(target),
        }
    }

    fn report<'a>(&'a self, solve: &'a Summary) -> Report<'a> {
        match self {
            Found::Matches(matches) => Report { solve, matches: Some(matches), images: None },
            Found::Images { names, values } => {
                let row = |row: &[T]| row.iter().map(|value| value.widen()).collect();
                let images = values.chunks_exact(names.len()).map(row).collect();
                Report { solve, matches: None, images: Some(images) }
            }
        }
    }
}
