//! What is to be tried.

use clap::ValueEnum;
use sinkhorn_core::{Acceleration, Settings};

use super::args::Args;
use super::typed::typed;
use crate::args::{AccelerationName, ChosenStart, StartName};
use crate::output::{self, Format, Target};
use crate::process::Failure;
use crate::task::job::{self, Method, Pair, Question};

/// Of the rehearsal and of the solve behind the picture of a plan.
const ANDERSON: Acceleration<f64> = Acceleration::Anderson { memory: 10 };

/// What is to be done.
pub struct Job {
    pub pair: Pair,
    pub question: Question,
    /// Start and acceleration apart.
    pub method: Method,
    pub starts: Vec<StartName>,
    pub accelerations: Vec<Acceleration<f64>>,
    pub patience: f64,
    pub plot: Option<Target>,
    pub report: Option<Target>,
    pub json: bool,
    /// What a user types to solve this problem, method apart.
    pub command: Vec<String>,
}

impl Job {
    pub fn new(args: &Args) -> Result<Self, Failure> {
        let starts = args.starts.clone().unwrap_or_else(|| {
            // The paper's algorithm is a yardstick for one dimension, and never faster than `monotone`.
            StartName::value_variants().iter().copied().filter(|&start| start != StartName::DualSort).collect()
        });
        let names = args.accelerations.clone();
        let names = names.unwrap_or_else(|| AccelerationName::value_variants().to_vec());
        let method = Method {
            start: ChosenStart::Named(StartName::Auto),
            seed: args.seed,
            settings: Settings { acceleration: ANDERSON, ..job::settings(&args.numerics) },
            is_default_threshold: args.numerics.threshold.is_none(),
        };
        let accelerations = names.into_iter().map(|name| job::acceleration(name, None, None)).collect();
        let job = Job {
            pair: Pair::new(&args.pair)?,
            question: Question::new(&args.problem, args.numerics.precision)?,
            method,
            starts: without_repetition(starts),
            accelerations: without_repetition(accelerations),
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
