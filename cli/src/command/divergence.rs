//! `sinkhorn divergence`: how far apart two sets of points are, without what the entropy adds.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{
    Report,
    diff::Gradients,
    divergence::{divergence_len, sinkhorn_divergence},
};

use crate::args::{self, TaskArgs};
use crate::output::{self, EpsilonRule, Input, Rows, Sides, Target, given_epsilon, status};
use crate::process::{Exit, Failure};
use crate::task::data::Loaded;
use crate::task::explain::{Subject, explain};
use crate::task::job::Task;
use crate::task::merge;
use crate::task::rehearsal;
use crate::task::scalar::{Scalar, in_precision};
use crate::task::solving;
use crate::terminal::{self, Progress, SCHEMA, digits, digits_of_difference, lines, plural, seconds, threshold};

/// How far apart two sets of points are: the Sinkhorn divergence
///
/// S(X, Y) = OT(X, Y) - OT(X, X) / 2 - OT(Y, Y) / 2, where OT is the objective of `sinkhorn solve`, all with one
/// epsilon: zero for equal sets, positive for others, in units of cost (Feydy et al. 2019). With relaxed marginals
/// epsilon / 2 times the squared difference of the total weights is added (Sejourne et al. 2019).
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn divergence x.csv y.csv",
    "sinkhorn divergence x.csv y.csv --epsilon-of-mean 0.05 --gradient-x towards-y.csv",
    "sinkhorn divergence x.csv y.csv --cost euclidean --json",
]))]
pub struct Args {
    #[command(flatten)]
    task: TaskArgs,
    /// Writes the gradient in the points of X: against it they move towards Y; .csv or .npy
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    gradient_x: Option<PathBuf>,
    /// Prints one JSON object instead of text
    #[arg(long, help_heading = "Output")]
    json: bool,
}

struct Job {
    task: Task,
    gradient_x: Option<Target>,
    json: bool,
}

/// The JSON object.
#[derive(Debug, Serialize)]
struct Summary {
    schema: u32,
    command: &'static str,
    status: String,
    divergence: f64,
    /// Its terms.
    between: Term,
    within_x: Term,
    within_y: Term,
    /// epsilon / 2 (difference of the total weights)^2; zero unless marginals are relaxed.
    mass_term: f64,
    epsilon: f64,
    epsilon_rule: EpsilonRule,
    cost: String,
    threshold: f64,
    precision: &'static str,
    points: Sides<Input>,
    seconds: Seconds,
}

/// One of three solves.
#[derive(Debug, Serialize)]
struct Term {
    dual_value: f64,
    status: String,
    sweeps: u32,
    marginal_error: f64,
    start: &'static str,
}

#[derive(Debug, Serialize)]
struct Seconds {
    reading: f64,
    solving: f64,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job {
        task: Task::new(&args.task)?,
        gradient_x: Target::of("--gradient-x", args.gradient_x.as_ref(), output::NUMBERS)?,
        json: args.json,
    };
    output::check([job.gradient_x.as_ref()], &mut job.task.sources().iter())?;
    job.task.question.check_divergence()?;
    in_precision!(job.task.question.precision, run_in(&job))
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let Loaded { data, start, seconds: reading } = Loaded::<T>::read(&job.task)?;
    let Task { question, method, .. } = &job.task;

    let subject = Subject::of_data(&data, method);
    let refuse = |error| explain(error, &subject);
    let problem = data.problem().map_err(refuse)?;
    let settings = method.settings.cast();
    let mut memory = solving::zeros(divergence_len(&problem, &settings).map_err(refuse)?)?;
    let expected = rehearsal::of_divergence(&data, &method.settings, start.as_ref());
    let clock = Instant::now();
    let progress = Progress::of_unknown(data.pairs(), "three solves", expected);
    let divergence = sinkhorn_divergence(&problem, start.as_ref(), &settings, &mut memory).map_err(refuse)?;
    let solving = clock.elapsed().as_secs_f64();
    let gradient = match &job.gradient_x {
        Some(target) => {
            let differentiation =
                sinkhorn_core::diff::DerivativeSettings { threads: method.settings.threads, ..Default::default() };
            let (n, d) = (data.x.table.rows, data.x.table.columns);
            let len = divergence.gradient_len(&differentiation).map_err(refuse)?;
            let mut memory = solving::zeros(len)?;
            let mut in_x = vec![T::ZERO; n * d];
            let wanted = &mut Gradients { x: Some(&mut in_x), ..Gradients::none() };
            divergence.gradient(&differentiation, &mut memory, wanted).map_err(refuse)?;
            let names = data.x.table.column_names();
            Some(Rows::matrix(&names, &merge::share(data.x.merge.as_ref(), &in_x, d)).stage(target)?)
        }
        None => None,
    };
    drop(progress);
    output::commit([gradient])?;

    let [between, within_x, within_y] = divergence.reports();
    let exit = Exit::of_all([between, within_x, within_y].map(|report| Exit::from(report.status)));
    let unfinished = [between, within_x, within_y].into_iter().find(|report| Exit::from(report.status) == exit);
    let summary = Summary {
        schema: SCHEMA,
        command: "divergence",
        status: status(unfinished.unwrap_or(between).status),
        divergence: divergence.value().widen(),
        between: Term::of(between),
        within_x: Term::of(within_x),
        within_y: Term::of(within_y),
        mass_term: if question.is_relaxed() {
            let totals = problem.a().total().widen() - problem.b().total().widen();
            0.5 * between.epsilon.widen() * totals * totals
        } else {
            0.0
        },
        epsilon: given_epsilon(question.epsilon, between.epsilon),
        epsilon_rule: EpsilonRule::of(question.epsilon),
        cost: args::name(question.cost),
        threshold: method.settings.threshold,
        precision: T::NAME,
        points: Sides { x: Input::of(&data.x), y: Input::of(&data.y) },
        seconds: Seconds { reading, solving },
    };
    if job.json {
        terminal::print_json(&summary)?
    } else {
        terminal::print(&text(&summary))?
    }
    Ok(exit)
}

impl Term {
    fn of<T: Scalar>(report: &Report<T>) -> Self {
        Term {
            dual_value: report.dual_value.widen(),
            status: status(report.status),
            sweeps: report.sweeps,
            marginal_error: report.marginal_error().widen(),
            start: report.start.name,
        }
    }

    fn text(&self, number: &dyn Fn(f64) -> String) -> String {
        let Term { dual_value, status, sweeps, .. } = self;
        let sweeps = plural(*sweeps as usize, "sweep");
        format!("{}, {} after {sweeps}", number(*dual_value), status.replace('_', " "))
    }
}

fn text(summary: &Summary) -> String {
    let count = if summary.precision == "f32" { 7 } else { 9 };
    let number = |value| digits(value, count);
    let mut list = vec![
        ("divergence", digits_of_difference(summary.divergence, summary.between.dual_value, count)),
        ("x to y", summary.between.text(&number)),
        ("x to x", summary.within_x.text(&number)),
        ("y to y", summary.within_y.text(&number)),
    ];
    if summary.mass_term != 0.0 {
        list.push(("mass term", number(summary.mass_term)));
    }
    list.extend([
        ("threshold", threshold(summary.threshold)),
        ("epsilon", summary.epsilon_rule.text(number(summary.epsilon))),
        ("cost", summary.cost.clone()),
        ("start", summary.between.start.into()),
        ("precision", summary.precision.into()),
        ("x", summary.points.x.text()),
        ("y", summary.points.y.text()),
        ("time, reading", seconds(summary.seconds.reading)),
        ("time, solving", seconds(summary.seconds.solving)),
    ]);
    lines(list)
}
