//! `sinkhorn compare`: every start with every acceleration on the user's own points, and which to take.

mod advice;
pub mod page;
pub mod text;
mod trials;
mod typed;
pub mod way;

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use crate::args::{
    self, AccelerationName, ChosenStart, MethodArgs, NumericsArgs, PairArgs, Precision, ProblemArgs, StartName,
};
use crate::beside::Names;
use crate::data::Data;
use crate::exit::Exit;
use crate::explain::explain;
use crate::failure::Failure;
use crate::interrupt;
use crate::job::{Acceleration, Method, Pair, Question};
use crate::output::{self, Format, Target};
use crate::picture;
use crate::plot::convergence;
use crate::rehearsal;
use crate::render::{self, SCHEMA};
use crate::scalar::{self, Scalar};
use crate::summary::{EpsilonRule, Input, Sides};

use advice::Advice;
use trials::{Found, try_all};
use typed::typed;
use way::Row;

/// Which start and acceleration are fastest on your points
///
/// Solves the problem in every way that applies, prints a line each, and recommends one that is no more than a tenth
/// slower than the fastest, with its command line: the defaults, where they are. Short solves are timed several times;
/// a way that takes --patience times as long as the fastest so far is given up.
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn compare x.csv y.csv",
    "sinkhorn compare x.csv y.csv --epsilon-of-mean 0.01 --threshold 1e-3 --report report.html",
    "sinkhorn compare x.csv y.csv --starts auto,gaussian,zero --accelerations plain,anderson --plot convergence.svg",
]))]
pub struct Args {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    problem: ProblemArgs,
    /// Starts to try [default: all that apply]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", help_heading = "Method")]
    starts: Option<Vec<StartName>>,
    /// Accelerations to try [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", help_heading = "Method")]
    accelerations: Option<Vec<AccelerationName>>,
    /// Of the starts that draw points: mixture and subsample
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Method")]
    seed: u64,
    /// Gives a way up that takes this many times as long as the fastest so far, and a second
    #[arg(long, value_name = "TIMES", default_value_t = 10.0, value_parser = args::multiple)]
    #[arg(allow_negative_numbers = true, help_heading = "Method")]
    patience: f64,
    #[command(flatten)]
    numerics: NumericsArgs,
    /// Draws the marginal errors against the sweeps; .svg
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    plot: Option<PathBuf>,
    /// Writes a page with the table, the recommendation and the pictures, which needs no network; .html
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    report: Option<PathBuf>,
    /// Prints one JSON object instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

struct Job {
    pair: Pair,
    question: Question,
    /// Start and acceleration apart.
    method: Method,
    starts: Vec<StartName>,
    accelerations: Vec<Acceleration>,
    patience: f64,
    plot: Option<Target>,
    report: Option<Target>,
    json: bool,
    /// What a user types to solve this problem, method apart.
    command: Vec<String>,
}

/// The JSON object.
#[derive(Debug, Serialize)]
pub struct Summary {
    schema: u32,
    command: &'static str,
    pub status: &'static str,
    pub epsilon: f64,
    pub epsilon_rule: EpsilonRule,
    cost: &'static str,
    pub threshold: f64,
    precision: &'static str,
    threads: usize,
    /// As many as were to be tried, those included that do not apply.
    ways: usize,
    points: Sides<Input>,
    pub rows: Vec<Row>,
    /// Largest difference between the dual values of rows that converged: they have found the same.
    pub dual_value_spread: f64,
    /// Starts that do not apply, and why.
    pub left_out: Vec<LeftOut>,
    pub recommendation: Option<Advice>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    start: &'static str,
    reason: &'static str,
}

impl Summary {
    /// Whether Ctrl-C has left ways untried.
    pub fn is_interrupted(&self) -> bool {
        self.status == "interrupted"
    }
}

impl Job {
    fn new(args: &Args) -> Result<Self, Failure> {
        let starts = args.starts.clone().unwrap_or_else(|| {
            // The paper's algorithm is a yardstick for one dimension, and never faster than `monotone`.
            StartName::value_variants().iter().copied().filter(|&start| start != StartName::DualSort).collect()
        });
        let names = args.accelerations.clone();
        let names = names.unwrap_or_else(|| AccelerationName::value_variants().to_vec());
        let defaults = |acceleration| MethodArgs {
            start: ChosenStart::Named(StartName::Auto),
            seed: args.seed,
            acceleration,
            relaxation_factor: None,
            memory: None,
            anneal_from: None,
        };
        let method = Method::new(&defaults(AccelerationName::Anderson), &args.numerics)?;
        let accelerations =
            names.into_iter().map(|name| Ok(Method::new(&defaults(name), &args.numerics)?.acceleration));
        let job = Job {
            pair: Pair::new(&args.pair)?,
            question: Question::new(&args.problem, args.numerics.precision)?,
            method,
            starts: without_repetition(starts),
            accelerations: without_repetition(accelerations.collect::<Result<Vec<_>, Failure>>()?),
            patience: args.patience,
            plot: Target::of("--plot", args.plot.as_ref(), &[Format::Svg])?,
            report: Target::of("--report", args.report.as_ref(), &[Format::Html])?,
            json: args.json,
            command: typed(args),
        };
        output::check([job.plot.as_ref(), job.report.as_ref()], &mut job.pair.sources())?;
        Ok(job)
    }
}

fn without_repetition<V: PartialEq>(values: Vec<V>) -> Vec<V> {
    values.into_iter().fold(Vec::new(), |mut kept, value| {
        if !kept.contains(&value) {
            kept.push(value);
        }
        kept
    })
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job::new(args)?;
    match job.question.precision {
        Precision::F64 => run_in::<f64>(&job),
        Precision::F32 => run_in::<f32>(&job),
    }
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let hardest = if job.starts.contains(&StartName::DualSort) { StartName::DualSort } else { StartName::Auto };
    let data = Data::<T>::read(&job.pair, &job.question)?.merged(&ChosenStart::Named(hardest));
    let subject = data.subject(&job.method);
    let problem = data.problem().map_err(|error| explain(error, &subject))?;
    let expected =
        rehearsal::of_solve(&data, &job.method, crate::start::named(StartName::Auto, job.method.seed).as_ref());
    let (found, mut outcome) = (Found::default(), Ok(()));
    interrupt::or_else(
        || outcome = try_all(job, &problem, &subject, expected, &found),
        || conclude(job, &data, &found, true),
    );
    outcome?;
    conclude(job, &data, &found, false)
}

/// Writes and prints what was found.
fn conclude<T: Scalar>(job: &Job, data: &Data<T>, found: &Found, is_interrupted: bool) -> Result<Exit, Failure> {
    let (rows, left_out) = found.sorted();
    match &left_out[..] {
        [first, ..] if rows.is_empty() && !is_interrupted => {
            return Err(Failure::usage(format!("--starts: none applies: {}", first.reason)));
        }
        _ => {}
    }
    let recommendation = Advice::of(&rows, &job.command);
    let threshold = scalar::threshold::<T>(&job.method);
    let converged = rows.iter().filter(|row| row.is_converged()).map(|row| row.dual_value);
    let summary = Summary {
        schema: SCHEMA,
        command: "compare",
        status: match &recommendation {
            _ if is_interrupted => "interrupted",
            Some(_) => "complete",
            None => "none_converged",
        },
        epsilon: rows.first().map_or(f64::NAN, |row| row.epsilon),
        epsilon_rule: EpsilonRule::of(job.question.epsilon),
        cost: job.question.cost.name(),
        threshold,
        precision: T::NAME,
        threads: job.method.threads,
        ways: job.starts.len() * job.accelerations.len(),
        points: Sides { x: Input::of(&data.x), y: Input::of(&data.y) },
        dual_value_spread: way::spread(converged).max(0.0), // of none: 0
        recommendation,
        rows,
        left_out,
    };

    let plot = convergence_svg(&summary, &picture::names(data))?;
    let stage = |target, text: &str| output::stage(target, |writer| writer.write_all(text.as_bytes()));
    let picture = job.plot.as_ref().map(|target| stage(target, &plot)).transpose()?;
    let page = match &job.report {
        Some(target) => Some(stage(target, &page::html(&summary, data, &job.method, plot)?)?),
        None => None,
    };
    output::commit([picture, page])?;
    if job.json {
        render::print_json(&summary)?
    } else {
        render::print(&text::text(&summary))?
    }
    Ok(match (&summary.recommendation, is_interrupted) {
        (_, true) => Exit::Interrupted,
        (Some(_), _) => Exit::Converged,
        (None, _) => Exit::NotConverged,
    })
}

fn convergence_svg(summary: &Summary, names: &Names) -> Result<String, Failure> {
    // Auto would cover the start that it chose.
    let is_covered = |row: &&Row| {
        let is_it = |other: &Row| (other.start, other.acceleration) == (row.chosen_start, row.acceleration);
        row.start != row.chosen_start && summary.rows.iter().any(is_it)
    };
    let curves: Vec<_> = summary
        .rows
        .iter()
        .filter(|row| !is_covered(row))
        .map(|row| convergence::Curve {
            label: format!("{}, {}", row.start, row.acceleration),
            start: row.start,
            acceleration: row.acceleration,
            errors: &row.errors,
        })
        .collect();
    let title = picture::title(names, summary.epsilon);
    convergence::svg(&title, &curves, summary.threshold)
}
