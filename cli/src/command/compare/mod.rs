//! `sinkhorn compare`: every start with every acceleration on the user's own points, and which to take.

mod advice;
pub mod page;
pub mod text;
pub mod way;

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use serde::Serialize;
use sinkhorn_core::{Argument, Error, Problem, Settings, Workspace};

use crate::args::{
    self, AccelerationName, EpsilonArgs, MethodArgs, NumericsArgs, PairArgs, Precision, ProblemArgs, Start, StartName,
};
use crate::data::Data;
use crate::exit::Exit;
use crate::explain::{Subject, explain};
use crate::failure::Failure;
use crate::interrupt;
use crate::job::{Acceleration, Method, Pair, Question};
use crate::output::{self, Format, Target};
use crate::picture;
use crate::plot::convergence;
use crate::progress::Progress;
use crate::render::{self, SCHEMA};
use crate::scalar::{self, Scalar};
use crate::solving;
use crate::summary::{EpsilonRule, Input, Sides};

use advice::Advice;
use way::{Effort, Row};

/// Which start and acceleration are fastest on your points
///
/// Solves the problem in every way that applies, prints a line each, and recommends one that is no more than a tenth slower than the fastest, with its
/// command line: the defaults, where they are. Short solves are timed several times; a way that takes --patience times as long as the fastest so far is
/// given up.
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
    #[arg(long, value_name = "TIMES", default_value_t = 10.0, value_parser = args::multiple, allow_negative_numbers = true, help_heading = "Method")]
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
    /// With the first of the starts and accelerations.
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

#[derive(Debug, Serialize)]
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
            start: Start::Named(StartName::Auto),
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

    fn settings<T: Scalar>(&self, acceleration: Acceleration) -> Settings<T> {
        scalar::settings(&Method { acceleration, ..self.method.clone() })
    }

    fn try_one<T: Scalar>(
        &self,
        problem: &Problem<'_, T>,
        memory: &mut [T],
        place: Place,
        patience: f64,
    ) -> Result<Row, Error> {
        let settings = self.settings(self.accelerations[place.1]);
        let start = T::named(self.starts[place.0], self.method.seed);
        Row::of(problem, start.as_ref(), &settings, memory, Effort { patience, ..Effort::SEVERAL })
    }
}

/// Start and acceleration, by number.
type Place = (usize, usize);

/// Of rows that are timed again: up to this times the time of the fastest, so often, and for no longer than so many seconds.
const NEAR: f64 = 1.5;
const ROUNDS: usize = 3;
const ROUNDS_SECONDS: f64 = 3.0;

fn without_repetition<V: PartialEq>(values: Vec<V>) -> Vec<V> {
    values.into_iter().fold(Vec::new(), |mut kept, value| {
        if !kept.contains(&value) {
            kept.push(value);
        }
        kept
    })
}

/// The options that say what the problem is, as `sinkhorn solve` takes them.
fn typed(args: &Args) -> Vec<String> {
    let Args { pair, problem, numerics, .. } = args;
    let EpsilonArgs { epsilon, epsilon_of_mean, epsilon_of_std } = problem.epsilon;
    let mut words = Vec::new();
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([name.to_owned(), value]);
        }
    };
    option("--weights-x", pair.weights_x.as_ref().map(|source| source.typed()));
    option("--weights-y", pair.weights_y.as_ref().map(|source| source.typed()));
    option("--columns", pair.reading.columns.as_ref().map(ToString::to_string));
    option("--weights-column", pair.reading.weights_column.as_ref().map(ToString::to_string));
    option("--columns-y", pair.columns_y.as_ref().map(ToString::to_string));
    option("--weights-column-y", pair.weights_column_y.as_ref().map(ToString::to_string));
    option("--header", named(pair.reading.header));
    option("--cost", named(problem.cost));
    let number = |value: Option<f64>| value.map(|value| value.to_string());
    option("--p", number(problem.p));
    option("--epsilon", number(epsilon));
    option("--epsilon-of-mean", number(epsilon_of_mean));
    option("--epsilon-of-std", number(epsilon_of_std));
    option("--rho-x", number(problem.rho_x));
    option("--rho-y", number(problem.rho_y));
    option("--threshold", number(numerics.threshold));
    option("--precision", named(numerics.precision));
    option("--storage", named(numerics.storage));
    let whole = |value: u32, default: u32| (value != default).then(|| value.to_string());
    option("--max-sweeps", whole(numerics.max_sweeps, args::MAX_SWEEPS));
    option("--threads", numerics.threads.map(|threads| threads.to_string()));
    option("--seed", (args.seed != 0).then(|| args.seed.to_string()));
    let files = [pair.x.typed(), pair.y.typed()];
    if files.iter().any(|file| file.starts_with('-') && file != "-") {
        words.push("--".into());
        words.extend(files);
    } else {
        words.splice(0..0, files);
    }
    words
}

/// As it is typed, unless it is the first and so the default.
fn named<V: ValueEnum + PartialEq>(value: V) -> Option<String> {
    let is_default = V::value_variants().first() == Some(&value);
    value.to_possible_value().filter(|_| !is_default).map(|name| name.get_name().to_owned())
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job::new(args)?;
    match job.question.precision {
        Precision::F64 => run_in::<f64>(&job),
        Precision::F32 => run_in::<f32>(&job),
    }
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let data: Data<T> = Data::read(&job.pair, &job.question)?;
    let subject = data.subject(&job.method);
    let problem = data.problem().map_err(|error| explain(error, &subject))?;
    let (rows, left_out) = try_all(job, &problem, &subject)?;
    // Asked once, so that all that is said of this run agrees.
    let is_interrupted = interrupt::is_requested();
    match &left_out[..] {
        [first, ..] if rows.is_empty() && !is_interrupted => {
            return Err(Failure::usage(format!("--starts: none applies: {}", first.reason)));
        }
        _ => {}
    }
    let threshold = scalar::threshold::<T>(&job.method);
    let converged = rows.iter().filter(|row| row.is_converged()).map(|row| row.dual_value);
    let summary = Summary {
        schema: SCHEMA,
        command: "compare",
        status: match Advice::of(&rows, &job.command) {
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
        recommendation: Advice::of(&rows, &job.command),
        rows,
        left_out,
    };

    let plot = convergence_svg(&summary)?;
    let stage = |target, text: &str| output::stage(target, |writer| writer.write_all(text.as_bytes()));
    let picture = job.plot.as_ref().map(|target| stage(target, &plot)).transpose()?;
    let page = match &job.report {
        Some(target) => Some(stage(target, &page::html(&summary, &data, &job.method, plot)?)?),
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

/// All rows, by start and acceleration.
fn try_all<T: Scalar>(
    job: &Job,
    problem: &Problem<'_, T>,
    subject: &Subject<'_>,
) -> Result<(Vec<Row>, Vec<LeftOut>), Failure> {
    let _ready = interrupt::ready();
    let pairs = problem.rows() as f64 * problem.columns() as f64;
    let progress = Progress::of_items(job.starts.len() * job.accelerations.len(), "ways tried", pairs > 1e5);
    let mut len = 0;
    for &acceleration in &job.accelerations {
        let needed = Workspace::len(problem, &job.settings(acceleration)).map_err(|error| explain(error, subject))?;
        len = len.max(needed);
    }
    let mut memory = solving::zeros(len)?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    let mut fastest = f64::INFINITY;
    for place in order(job) {
        let start = job.starts[place.0];
        if interrupt::is_requested() {
            break;
        }
        match job.try_one(problem, &mut memory, place, job.patience * fastest + 1.0) {
            Ok(row) => {
                if row.is_converged() {
                    fastest = fastest.min(row.seconds);
                }
                // Auto reports the start that it chose; the table is of what can be typed.
                rows.push((place, Row { start: start.name(), ..row }));
            }
            Err(Error::Unsupported { argument: Argument::Start, reason }) => {
                if left_out.iter().all(|other: &LeftOut| other.start != start.name()) {
                    left_out.push(LeftOut { start: start.name(), reason });
                }
            }
            Err(error) => return Err(explain(error, subject)),
        }
        progress.item();
    }
    look_again(job, problem, &mut memory, &mut rows).map_err(|error| explain(error, subject))?;
    rows.sort_by_key(|(place, _)| *place);
    Ok((rows.into_iter().map(|(_, row)| row).collect(), left_out))
}

/// Rows near the fastest are timed again, in turns, so that what the machine did meanwhile is shared by all of them.
fn look_again<T: Scalar>(
    job: &Job,
    problem: &Problem<'_, T>,
    memory: &mut [T],
    rows: &mut [(Place, Row)],
) -> Result<(), Error> {
    let clock = Instant::now();
    for _ in 0..ROUNDS {
        let converged = rows.iter().filter(|(_, row)| row.is_converged()).map(|(_, row)| row.seconds);
        let fastest = converged.fold(f64::INFINITY, f64::min);
        for (place, row) in rows.iter_mut().filter(|(_, row)| row.is_converged() && row.seconds < NEAR * fastest) {
            if clock.elapsed().as_secs_f64() > ROUNDS_SECONDS || interrupt::is_requested() {
                return Ok(());
            }
            let again = job.try_one(problem, memory, *place, f64::INFINITY)?;
            if again.is_converged() {
                row.seconds = row.seconds.min(again.seconds);
            }
        }
    }
    Ok(())
}

/// Places in the table, in the order of trying: what is likely to be fast comes first, so that it is known early what is slow.
fn order(job: &Job) -> Vec<Place> {
    let places = (0..job.starts.len()).flat_map(|s| (0..job.accelerations.len()).map(move |a| (s, a)));
    let mut places: Vec<_> = places.collect();
    places.sort_by_key(|&(s, a)| {
        (!matches!(job.accelerations[a], Acceleration::Anderson { .. }), job.starts[s] != StartName::Auto)
    });
    places
}

fn convergence_svg(summary: &Summary) -> Result<String, Failure> {
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
    let title = picture::title(&summary.points.x.file, &summary.points.y.file, summary.epsilon);
    convergence::svg(&title, &curves, summary.threshold)
}
