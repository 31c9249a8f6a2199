//! `sinkhorn compare`: every start with every acceleration on the user's own points, and which to take.

mod advice;
mod args;
mod job;
mod page;
mod summary;
mod text;
mod trials;
mod typed;

use crate::args::{ChosenStart, StartName};
use crate::output::svg::{convergence, picture};
use crate::output::{self, EpsilonRule, Input, Names, Sides};
use crate::process::{Exit, Failure, interrupt};
use crate::task::data::Data;
use crate::task::explain::{Subject, explain};
use crate::task::scalar::{Scalar, in_precision};
use crate::task::{rehearsal, start};
use crate::terminal::{self, SCHEMA};

use super::way::{Row, spread};
use advice::Advice;
use job::Job;
use summary::Summary;
use trials::{Found, try_all};

pub use args::Args;

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let job = Job::new(args)?;
    in_precision!(job.question.precision, run_in(&job))
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let hardest = if job.starts.contains(&StartName::DualSort) { StartName::DualSort } else { StartName::Auto };
    let data = Data::<T>::read(&job.pair, &job.question)?.merged(&ChosenStart::Named(hardest));
    let subject = Subject::of_data(&data, &job.method);
    let problem = data.problem().map_err(|error| explain(error, &subject))?;
    let expected =
        rehearsal::of_solve(&data, &job.method.settings, start::named(StartName::Auto, job.method.seed).as_ref());
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
        cost: crate::args::name(job.question.cost),
        threshold: job.method.settings.threshold,
        precision: T::NAME,
        threads: job.method.settings.threads,
        ways: job.starts.len() * job.accelerations.len(),
        points: Sides { x: Input::of(&data.x), y: Input::of(&data.y) },
        dual_value_spread: spread(converged).max(0.0), // of none: 0
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
        terminal::print_json(&summary)?
    } else {
        terminal::print(&text::text(&summary))?
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
        let is_it = |other: &Row| (other.start.as_str(), other.acceleration) == (row.chosen_start, row.acceleration);
        row.start != row.chosen_start && summary.rows.iter().any(is_it)
    };
    let curves: Vec<_> = summary
        .rows
        .iter()
        .filter(|row| !is_covered(row))
        .map(|row| convergence::Curve {
            label: format!("{}, {}", row.start, row.acceleration),
            start: &row.start,
            acceleration: row.acceleration,
            errors: &row.errors,
        })
        .collect();
    let title = picture::title(names, summary.epsilon);
    convergence::svg(&title, &curves, summary.threshold)
}
