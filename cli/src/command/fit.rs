//! `sinkhorn fit`: a Gaussian or a mixture of a set of points, to start from again.

use std::path::PathBuf;

use clap::{ValueEnum, value_parser};
use sinkhorn_core::{
    error::Argument,
    geometry::{Points, Weights},
};
use sinkhorn_init::{GaussianFit, MixtureFit, MixtureSettings};

use crate::args::{self, ReadingArgs};
use crate::input::{Scale, Source, source_parser};
use crate::output::{self, Format, Target};
use crate::process::{Exit, Failure, memory};
use crate::task::data::Side;
use crate::task::fit::{Fit, SavedFit};
use crate::task::rehearsal;
use crate::terminal::{self, Progress, SCHEMA};

/// Fit a Gaussian or a mixture of Gaussians to points, for --start
///
/// Prints JSON: mean and covariance, or shares, means and covariances. Where one side of many problems stays the same,
/// fitting it once saves time.
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn fit y.csv --output y.json && sinkhorn solve x.csv y.csv --start ,y.json",
    "sinkhorn fit x.csv --kind mixture --components 8 --output x.json",
    "sinkhorn fit x.csv --kind mixture --components auto",
]))]
pub struct Args {
    /// Points: CSV, TSV, NPY, NPZ or JSON lines; - is standard input
    #[arg(value_parser = source_parser())]
    points: Source,
    /// What to fit
    #[arg(long, value_enum, default_value_t = Kind::Gaussian)]
    kind: Kind,
    /// Components of a mixture at most, 1 to 64; auto lets the Bayesian information criterion choose, up to 6 [default:
    /// 24]
    #[arg(long, value_name = "K|auto", value_parser = components)]
    components: Option<Components>,
    /// Of the random choices of a mixture
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = value_parser!(u64))]
    seed: u64,
    #[command(flatten)]
    reading: ReadingArgs,
    /// File of the weights of the points, in one column
    #[arg(long, value_name = "FILE", value_parser = source_parser())]
    #[arg(conflicts_with = "weights_column", help_heading = "Input")]
    weights: Option<Source>,
    /// Writes to a file instead of standard output; .json
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Mean and covariance
    Gaussian,
    /// Several of both, with their shares of the mass
    Mixture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Components {
    Auto,
    AtMost(usize),
}

fn components(text: &str) -> Result<Components, String> {
    match text.parse() {
        _ if text == "auto" => Ok(Components::Auto),
        Ok(count @ 1..=64) => Ok(Components::AtMost(count)),
        _ => Err("it must be a number from 1 to 64, or auto".into()),
    }
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    if args.components.is_some() && args.kind != Kind::Mixture {
        return Err(Failure::usage("--components needs --kind mixture"));
    }
    let target = Target::of("--output", args.output.as_ref(), &[Format::Json])?;
    output::check([target.as_ref()], &mut std::iter::once(&args.points).chain(&args.weights))?;
    let side: Side<f64> = Side::read(&args.points, args.weights.as_ref(), &args.reading.reading(), Scale::ToOne)?;
    side.tell_left_out();
    let (rows, dimension) = (side.table.rows, side.table.columns);
    if memory::reserve(&mut Vec::<f64>::new(), dimension.saturating_mul(dimension)).is_err() {
        let name = side.name();
        return Err(Failure::data(format!(
            "{name}: there is not enough memory for a covariance of {dimension} columns"
        )));
    }
    let expected = rehearsal::of_rows(rows, |count| {
        let _ = side.thinned(count).map(|side| fitted(args, &side));
    });
    let progress = Progress::of_unknown(rows as f64 * dimension as f64 * 20.0, "fitting", expected);
    let (fit, note) = fitted(args, &side).map_err(|error| Failure::data(format!("{}: {error}", side.name())))?;
    drop(progress);
    let saved = SavedFit {
        schema: SCHEMA,
        command: "fit".into(),
        file: side.name().into(),
        points: rows,
        dimension,
        note: note.map(Into::into),
        fit,
    };
    let text = terminal::json(&saved)?;
    match &target {
        Some(target) => output::commit([Some(output::stage(target, |writer| writer.write_all(text.as_bytes()))?)])?,
        None => terminal::print(&text)?,
    }
    Ok(Exit::Converged)
}

fn fitted(args: &Args, side: &Side<f64>) -> Result<(Fit, Option<&'static str>), sinkhorn_core::Error> {
    let table = &side.table;
    let points = Points::new(Argument::X, &table.values, table.columns)?;
    let weights = match &side.weights {
        Some(weights) => Weights::new(Argument::A, weights)?,
        None => Weights::uniform(Argument::A, table.rows)?,
    };
    match args.kind {
        Kind::Gaussian => Ok((Fit::Gaussian(GaussianFit::of(points, weights)?), None)),
        Kind::Mixture => {
            let settings = MixtureSettings { seed: args.seed, ..MixtureSettings::default() };
            let settings = match args.components {
                None => settings,
                Some(Components::Auto) => MixtureSettings { components: None, ..settings },
                Some(Components::AtMost(count)) => MixtureSettings { components: Some(count), ..settings },
            };
            let (fit, note) = MixtureFit::of(points, weights, &settings)?;
            Ok((Fit::Mixture(fit), note))
        }
    }
}
