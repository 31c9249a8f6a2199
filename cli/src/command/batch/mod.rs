//! `sinkhorn batch`: distances between many sets of points.

mod job;
mod pairs;
mod text;

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{
    Epsilon, Error, Problem, Settings, Solver, Storage, Workspace,
    batch::share_out,
    cost::GroundCost,
    divergence::sinkhorn_divergence,
    error::{Argument, ErrorKind},
    geometry::Shape,
};

use crate::args::{self, ChosenStart, MethodArgs, NumericsArgs, ProblemArgs, ReadingArgs, StartName};
use crate::input::{self, Scale};
use crate::output::{self, EpsilonRule, Target, status};
use crate::process::{Exit, Failure, interrupt};
use crate::task::data::{Side, ground_cost, part, problem};
use crate::task::explain::{Subject, explain};
use crate::task::job::{Method, Question};
use crate::task::rehearsal::{self, Tried};
use crate::task::scalar::{Scalar, in_precision};
use crate::task::solving;
use crate::task::start;
use crate::terminal::{self, Progress, SCHEMA, plural};

use job::{Found, Job, Measure};
use pairs::{Layout, Pairs};

/// Distances between many sets of points: a list of pairs of files, or all pairs of a folder
///
/// A folder gives a matrix: a row and a column for each of its files that ends in .csv, .tsv, .txt, .npy, .jsonl or
/// .ndjson (no others), in the order of their names. A list has two file names a line, separated by a comma and
/// relative to it, and gives a line a pair. Every pair has the same epsilon: a relative one is the mean over the pairs,
/// those of a set and itself apart. Pairs are solved side by side.
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn batch samples/",
    "sinkhorn batch samples/ --measure transport-cost --epsilon 0.1 --output matrix.npy",
    "sinkhorn batch pairs.csv --json",
]))]
pub struct Args {
    /// A list of pairs (- is standard input), or a folder
    input: PathBuf,
    /// What to compute of each pair
    #[arg(long, value_enum, default_value_t = Measure::Divergence)]
    measure: Measure,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    problem: ProblemArgs,
    #[command(flatten)]
    method: MethodArgs,
    #[command(flatten)]
    numerics: NumericsArgs,
    /// Writes to a file instead of standard output; .csv or .npy (numbers alone)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Prints one JSON object instead of CSV
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// The JSON object.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    schema: u32,
    command: &'static str,
    status: &'static str,
    measure: Measure,
    epsilon: f64,
    epsilon_rule: EpsilonRule,
    cost: String,
    precision: &'static str,
    threshold: f64,
    pairs: &'a [Found],
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let output = Target::of("--output", args.output.as_ref(), output::NUMBERS)?;
    let ChosenStart::Named(start) = args.method.start else {
        return Err(Failure::usage("--start: fits in files are of two sides, and a batch has many; give a name"));
    };
    let mut job = Job {
        input: args.input.clone(),
        pairs: Pairs::find(&args.input, args.measure != Measure::Divergence)?, // zero of a set and itself
        measure: args.measure,
        reading: args.reading.reading(),
        question: Question::new(&args.problem, args.numerics.precision)?,
        method: Method::new(&args.method, &args.numerics)?,
        start,
        output,
        json: args.json,
    };
    output::check([job.output.as_ref()], &mut job.pairs.files.iter().chain(&job.pairs.list_file))?;
    if let (Layout::Matrix, Some(target)) = (job.pairs.layout, &job.output)
        && target.lies_in(&args.input)
    {
        return Err(Failure::usage(
            "--output lies in the folder of the points, and would be one of them the next time",
        ));
    }
    if job.pairs.layout == Layout::Matrix && job.question.rho_x != job.question.rho_y {
        return Err(Failure::usage("a matrix of all pairs is symmetric: --rho-x and --rho-y must be the same"));
    }
    if job.measure == Measure::Divergence {
        job.question.check_divergence()?;
    }
    in_precision!(job.question.precision, run_in(&mut job))
}

fn run_in<T: Scalar>(job: &mut Job) -> Result<Exit, Failure> {
    let scale = if job.question.is_relaxed() { Scale::Keep } else { Scale::ToOne };
    let mut sides: Vec<Side<T>> = Vec::new();
    let mut reading = job.reading.clone();
    let mut no_points = Vec::new();
    for (k, file) in job.pairs.files.iter().enumerate() {
        let side = match Side::<T>::read(file, None, &reading, scale) {
            Err(failure) if job.pairs.may_be_words(k) && failure.exit() == Exit::Data => {
                no_points.push((k, failure));
                continue;
            }
            side => side?,
        };
        // Columns are those of the same names, whatever their order in a file.
        reading.like = reading.like.or_else(|| side.table.names.clone());
        sides.push(if job.start == StartName::DualSort { side } else { side.merged() });
    }
    for (k, failure) in no_points.into_iter().rev() {
        job.pairs.leave_out(k, failure)?;
    }
    job.pairs.tell_left_out(&job.input);
    let job = &*job;
    if let Some(first) = sides.iter().find(|side| side.table.left_out.is_some()) {
        first.tell_left_out();
        let others = sides.iter().filter(|side| side.table.left_out.is_some()).count() - 1;
        if others > 0 {
            terminal::note(&format!("so are those of {}", plural(others, "other file")));
        }
    }
    for &(i, j) in &job.pairs.list {
        if job.reading.columns.is_none() {
            input::check_names(&sides[i].table, &sides[j].table)?;
        }
        input::check_dimensions(&sides[i].table, &sides[j].table)?;
        input::check_rounding(&sides[i].table, &sides[j].table)?;
    }
    let cost = ground_cost::<T>(&job.question)?;
    let cost = cost.as_ref();
    let epsilon = common_epsilon(job, &sides, cost)?;
    let question = Question { epsilon: Epsilon::Absolute(epsilon), ..job.question };
    solve_all(job, &sides, cost, &question, epsilon)
}

/// Writes and prints what was found.
fn conclude<T: Scalar>(job: &Job, epsilon: f64, found: &[Found]) -> Result<Exit, Failure> {
    let is_complete = found.len() == job.pairs.list.len();
    let exit = if is_complete { Exit::of_all(found.iter().map(|found| found.exit)) } else { Exit::Interrupted };
    let late = found.iter().filter(|found| found.exit != Exit::Converged).count();
    let staged = job.output.as_ref().map(|target| text::stage(target, job, found)).transpose()?;
    output::commit([staged])?;
    if job.json {
        let summary = Summary {
            schema: SCHEMA,
            command: "batch",
            status: match late {
                _ if !is_complete => "interrupted",
                0 => "converged",
                _ => "not_all_converged",
            },
            measure: job.measure,
            epsilon,
            epsilon_rule: EpsilonRule::of(job.question.epsilon),
            cost: args::name(job.question.cost),
            precision: T::NAME,
            threshold: job.method.settings.threshold,
            pairs: found,
        };
        terminal::print_json(&summary)?;
        return Ok(exit);
    }
    if late > 0 {
        let where_from = if job.pairs.layout == Layout::List { "the column status" } else { "--json" };
        terminal::warn(&format!("{late} of {} pairs did not converge; {where_from} says which", found.len()));
    }
    if job.output.is_none() {
        terminal::print_with(|stdout| text::write_csv(stdout, job, found))?;
    }
    Ok(exit)
}

/// The epsilon of all pairs.
fn common_epsilon<T: Scalar>(job: &Job, sides: &[Side<T>], cost: &dyn GroundCost<T>) -> Result<f64, Failure> {
    if let Epsilon::Absolute(value) = job.question.epsilon {
        return Ok(value);
    }
    let settings = Settings { threads: job.method.settings.threads, ..Settings::plain() };
    let own = |i: usize, j: usize| -> Result<f64, Error> {
        let problem = problem(&sides[i], &sides[j], cost, &job.question)?;
        let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings)?];
        let workspace = Workspace::new(&mut memory, &problem, &settings)?;
        match Solver::without_start(&problem, &settings, workspace) {
            // The cost is the same for every pair of points, which may be so of other pairs as well.
            Err(Error { argument: Argument::EPSILON, kind: ErrorKind::Unsupported { .. } })
                if !job.question.is_relaxed() =>
            {
                Ok(0.0)
            }
            solver => Ok(solver?.epsilon().widen()),
        }
    };
    // A set against itself costs less than others, and the diagonal is not what a matrix is made for.
    let mut others: Vec<_> = job.pairs.list.iter().filter(|(i, j)| i != j).collect();
    if others.is_empty() {
        others = job.pairs.list.iter().collect();
    }
    let mut total = 0.0;
    for &&(i, j) in &others {
        total += own(i, j).map_err(|error| explain(error, &Subject::of(&sides[i], &sides[j], &job.question)))?;
    }
    // Where it is so of all pairs, every epsilon gives the same plans.
    Ok(if total == 0.0 { part(job.question.epsilon) } else { total / others.len() as f64 })
}

/// Solves every pair, several at a time, and concludes; on Ctrl-C with the pairs that are solved.
fn solve_all<T: Scalar>(
    job: &Job,
    sides: &[Side<T>],
    cost: &dyn GroundCost<T>,
    question: &Question,
    epsilon: f64,
) -> Result<Exit, Failure> {
    let list = &job.pairs.list;
    let at_once = job.method.settings.threads.min(list.len()).max(1);
    let mut settings: Settings<T> = job.method.settings.cast();
    settings.threads = (job.method.settings.threads / at_once).max(1);
    if let Storage::Auto { scalars } = settings.storage {
        settings.storage = Storage::Auto { scalars: scalars / at_once };
    }
    let refuse = |&(i, j): &(usize, usize), error| explain(error, &Subject::of(&sides[i], &sides[j], question));
    let (mut len, mut pairs) = (0, 0.0);
    for pair in list {
        let problem = problem(&sides[pair.0], &sides[pair.1], cost, question).map_err(|error| refuse(pair, error))?;
        len = len.max(job.measure.len(&problem, &settings).map_err(|error| refuse(pair, error))?);
        pairs += problem.rows() as f64 * problem.columns() as f64;
    }
    let visits = |&(i, j): &(usize, usize)| sides[i].table.rows as f64 * sides[j].table.rows as f64;
    let expected = list.iter().max_by(|p, q| visits(p).total_cmp(&visits(q))).and_then(|&(i, j)| {
        let shape =
            Shape { rows: sides[i].table.rows, columns: sides[j].table.rows, dimension: sides[i].table.columns };
        let settings = rehearsal::short(settings, shape);
        rehearsal::of_pairs((pairs, rehearsal::PAIRS), [&sides[i], &sides[j]], cost, question, |problem| {
            let clock = Instant::now();
            let mut memory = vec![T::ZERO; job.measure.len(problem, &settings)?];
            let zero = rehearsal::zero(sides[i].table.columns);
            let start = zero.unwrap_or_else(|| start::named(job.start, job.method.seed));
            let found = solve_one(job.measure, problem, start.as_ref(), &settings, &mut memory)?;
            Ok(Tried::of_status(clock, found.exit == Exit::NotConverged, &job.method.settings))
        })
    });
    let expected = expected.map(|expected| expected.times(1.0 / at_once as f64));
    let progress = Progress::of_items(list.len(), "pairs", pairs > 1e6, expected);
    let mut memory = solving::zeros(len.saturating_mul(at_once))?;
    let results: Vec<OnceLock<Result<Found, Error>>> = list.iter().map(|_| OnceLock::new()).collect();
    let solve_all = || {
        share_out(list.iter().zip(&results), at_once, &mut memory, |(&(i, j), result), memory| {
            let solved = problem(&sides[i], &sides[j], cost, question).and_then(|problem| {
                let start = start::named(job.start, job.method.seed);
                solve_one(job.measure, &problem, start.as_ref(), &settings, memory)
            });
            let name = |k: usize| sides[k].name().to_owned();
            let _ = result.set(solved.map(|found| Found { x: name(i), y: name(j), pair: (i, j), ..found }));
            progress.item(visits(&(i, j)) / pairs);
        })
    };
    let found = || -> Result<Vec<Found>, Failure> {
        let solved = list.iter().zip(&results).filter_map(|(pair, result)| Some((pair, result.get()?.clone())));
        solved.map(|(pair, result)| result.map_err(|error| refuse(pair, error))).collect()
    };
    interrupt::or_else(solve_all, || found().and_then(|found| conclude::<T>(job, epsilon, &found)));
    drop(progress);
    conclude::<T>(job, epsilon, &found()?)
}

fn solve_one<T: Scalar>(
    measure: Measure,
    problem: &Problem<'_, T>,
    start: &dyn sinkhorn_core::start::Start<T>,
    settings: &Settings<T>,
    memory: &mut [T],
) -> Result<Found, Error> {
    let found = |value: T, report: &sinkhorn_core::Report<T>| Found {
        x: String::new(),
        y: String::new(),
        value: value.widen(),
        status: status(report.status),
        sweeps: report.sweeps,
        marginal_error: report.marginal_error().widen(),
        start: report.start.name,
        exit: Exit::from(report.status),
        pair: (0, 0),
    };
    if measure == Measure::Divergence {
        let divergence = sinkhorn_divergence(problem, start, settings, memory)?;
        let reports = divergence.reports();
        let unfinished = reports.into_iter().find(|report| Exit::from(report.status) != Exit::Converged);
        return Ok(found(divergence.value(), unfinished.unwrap_or(reports[0])));
    }
    let solution = solving::solve(problem, start, settings, memory, &mut |_| std::ops::ControlFlow::Continue(()))?;
    let report = solution.report();
    Ok(found(if measure == Measure::Objective { report.objective } else { report.transport_cost }, report))
}
