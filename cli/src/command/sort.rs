//! `sinkhorn sort`: soft sorting, ranks, quantiles and top-k of a column.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use sinkhorn_core::{
    Acceleration, Error, Report, Settings, Solution,
    error::{Argument, ErrorKind},
    geometry::Shape,
    soft::{QuantileConvention, SoftSettings, soft_len, soft_quantile, soft_rank, soft_sort, soft_top_k},
};

use crate::args::{self, NumericsArgs, ReadingArgs};
use crate::input::{self, Reading, Scale, Source, source_parser};
use crate::output::{self, Rows, Target, status};
use crate::process::{Exit, Failure};
use crate::task::data::Side;
use crate::task::job;
use crate::task::merge::spread;
use crate::task::rehearsal::{self, Tried};
use crate::task::scalar::{Scalar, in_precision};
use crate::task::solving;
use crate::terminal::{self, Expected, Progress, SCHEMA};

/// Soft sorting, ranks, quantiles and top-k of a column of values
///
/// Values are transported onto levels of the line; epsilon says how soft that is: 0.01 for values that are scaled to a
/// standard deviation of 1, less is sharper. Time grows with the square of the number of values. Prints CSV, in
/// increasing order; with --ranks and --top in the order of the file, with ranks from 0 (Cuturi, Teboul and Vert 2019).
#[derive(Debug, clap::Args)]
#[command(after_help = args::examples(&[
    "sinkhorn sort values.csv",
    "sinkhorn sort people.csv --columns age --ranks",
    "sinkhorn sort people.csv --columns age --weights-column w --quantiles 0.25,0.5,0.75",
    "seq 10 | shuf | sinkhorn sort - --epsilon 0.001",
]))]
pub struct Args {
    /// Values, in one column: CSV, TSV, NPY, NPZ or JSON lines; - is standard input
    #[arg(value_parser = source_parser())]
    values: Source,
    /// Soft ranks: how many values are below each, ties at their mean; with weights, the mean of the equal parts of the
    /// mass that a value is in
    #[arg(long, group = "operator")]
    ranks: bool,
    /// Soft quantiles at levels from 0 to 1
    #[arg(long, value_name = "LEVELS", value_delimiter = ',', group = "operator")]
    #[arg(value_parser = args::share, allow_negative_numbers = true)]
    quantiles: Option<Vec<f64>>,
    /// Says which quantile a level means: hazen, value k of n (from 0) at (k + 1/2) / n; linear, at k / (n - 1), as
    /// NumPy and spreadsheets have it
    #[arg(long, value_name = "NAME", requires = "quantiles", default_value = "hazen")]
    convention: Convention,
    /// How much each value is among the K largest, from 0 to 1; more than 0 and less than the number of values, whole
    /// or not
    #[arg(long, value_name = "K", group = "operator", value_parser = args::positive, allow_negative_numbers = true)]
    top: Option<f64>,
    /// How soft: in units of squared standard deviations of the values
    #[arg(long, value_name = "VALUE", value_parser = args::positive, allow_negative_numbers = true)]
    #[arg(default_value_t = 0.01)]
    epsilon: f64,
    #[command(flatten)]
    reading: ReadingArgs,
    /// File of the weights of the values, in one column
    #[arg(long, value_name = "FILE", value_parser = source_parser())]
    #[arg(conflicts_with = "weights_column", help_heading = "Input")]
    weights: Option<Source>,
    #[command(flatten)]
    numerics: NumericsArgs,
    /// Writes to a file instead of standard output; .csv or .npy
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Prints one JSON object instead of CSV
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// A convention says what levels mean.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Convention {
    Hazen,
    Linear,
}

impl From<Convention> for QuantileConvention {
    fn from(convention: Convention) -> Self {
        match convention {
            Convention::Hazen => QuantileConvention::Hazen,
            Convention::Linear => QuantileConvention::Linear,
        }
    }
}

/// What is computed.
enum Operator {
    Sorted,
    Ranks,
    Quantiles(Vec<f64>),
    Top(f64),
}

struct Job {
    values: Source,
    weights: Option<Source>,
    reading: Reading,
    operator: Operator,
    convention: Convention,
    epsilon: f64,
    settings: Settings<f64>,
    output: Option<Target>,
    json: bool,
}

/// The JSON object.
#[derive(Debug, Serialize)]
struct Summary {
    schema: u32,
    command: &'static str,
    operator: &'static str,
    status: String,
    sweeps: u32,
    marginal_error: f64,
    threshold: f64,
    epsilon: f64,
    precision: &'static str,
    file: String,
    /// Of quantiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<Vec<f64>>,
    values: Vec<f64>,
}

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let operator = match (&args.quantiles, args.top) {
        (Some(levels), _) => Operator::Quantiles(levels.clone()),
        (_, Some(k)) => Operator::Top(k),
        _ if args.ranks => Operator::Ranks,
        _ => Operator::Sorted,
    };
    let job = Job {
        values: args.values.clone(),
        weights: args.weights.clone(),
        reading: args.reading.reading(),
        operator,
        convention: args.convention,
        epsilon: args.epsilon,
        settings: Settings { acceleration: Acceleration::Anderson { memory: 10 }, ..job::settings(&args.numerics) },
        output: Target::of("--output", args.output.as_ref(), output::NUMBERS)?,
        json: args.json,
    };
    output::check([job.output.as_ref()], &mut std::iter::once(&job.values).chain(&job.weights))?;
    in_precision!(args.numerics.precision, run_in(&job))
}

fn run_in<T: Scalar>(job: &Job) -> Result<Exit, Failure> {
    let side: Side<T> = Side::read(&job.values, job.weights.as_ref(), &job.reading, Scale::ToOne)?;
    if side.table.columns != 1 {
        let (name, columns) = (side.name(), side.table.columns);
        return Err(Failure::data(format!(
            "{name}: {columns} columns where values have one; choose it with --columns"
        )));
    }
    side.tell_left_out();
    input::check_rounding(&side.table, &side.table)?;
    // A quantile is as wide as a value of so many, and quantiles are few.
    let side = if matches!(job.operator, Operator::Quantiles(_)) { side } else { side.merged() };
    let side = &side;
    let values = &side.table.values;
    let settings = SoftSettings {
        epsilon: T::constant(job.epsilon),
        quantiles: job.convention.into(),
        solve: job.settings.cast(),
        ..SoftSettings::default()
    };
    let refuse = |error| refuse(error, job, side.name());
    let levels = job.operator.levels(side.rows());
    let mut memory = solving::zeros(soft_len(values.len(), levels, &settings).map_err(refuse)?)?;
    let pairs = values.len() as f64 * levels as f64;
    let progress = Progress::of_unknown(pairs, "sorting", expected(job, side, &settings));
    let (out, report) = apply(&job.operator, side, &settings, &mut memory).map_err(refuse)?;
    drop(progress);

    let names = job.operator.names();
    let with_levels: Vec<T>;
    let rows = match &job.operator {
        Operator::Quantiles(levels) => {
            with_levels = levels.iter().zip(&out).flat_map(|(&level, &value)| [T::constant(level), value]).collect();
            Rows { names: &names, values: &with_levels, is_vector: false }
        }
        _ => Rows { names: &names, values: &out, is_vector: true },
    };
    let staged = job.output.as_ref().map(|target| rows.stage(target)).transpose()?;
    output::commit([staged])?;
    let exit = Exit::from(report.status);
    if job.json {
        let summary = Summary {
            schema: SCHEMA,
            command: "sort",
            operator: job.operator.name(),
            status: status(report.status),
            sweeps: report.sweeps,
            marginal_error: report.marginal_error().widen(),
            threshold: job.settings.threshold,
            epsilon: job.epsilon,
            precision: T::NAME,
            levels: match &job.operator {
                Operator::Quantiles(levels) => Some(levels.clone()),
                _ => None,
            },
            file: side.name().into(),
            values: out.iter().map(|value| value.widen()).collect(),
        };
        terminal::print_json(&summary)?;
    } else {
        if exit != Exit::Converged {
            terminal::warn_unfinished(report.status.name(), report.sweeps, report.marginal_error().widen());
        }
        if job.output.is_none() {
            terminal::print_with(|stdout| rows.write_csv(stdout))?;
        }
    }
    Ok(exit)
}

/// How long it takes, tried with some of the values.
fn expected<T: Scalar>(job: &Job, side: &Side<T>, settings: &SoftSettings<T>) -> Option<Expected> {
    let shape =
        |side: &Side<T>| Shape { rows: side.table.rows, columns: job.operator.levels(side.rows()), dimension: 1 };
    let all = shape(side);
    let settings = SoftSettings { solve: rehearsal::short(settings.solve, all), ..*settings };
    rehearsal::of_side(all.rows as f64 * all.columns as f64, side, |side| {
        let shape = shape(side);
        let clock = Instant::now();
        let mut memory = vec![T::ZERO; soft_len(shape.rows, shape.columns, &settings)?];
        let (_, report) = apply(&job.operator, side, &settings, &mut memory)?;
        Ok((shape.rows as f64 * shape.columns as f64, Tried::new(clock, &[&report], &job.settings)))
    })
}

/// What the operator makes of every row of the file.
fn apply<T: Scalar>(
    operator: &Operator,
    side: &Side<T>,
    settings: &SoftSettings<T>,
    memory: &mut [T],
) -> Result<(Vec<T>, Report<T>), Error> {
    let (values, weights, rows) = (&side.table.values[..], side.weights.as_deref(), side.rows());
    let of_rows = |count: usize| vec![T::ZERO; count];
    match operator {
        Operator::Sorted => {
            let mut out = of_rows(rows);
            let soft = soft_sort(values, weights, settings, memory, &mut out)?;
            Ok((out, *soft.report()))
        }
        Operator::Ranks if side.merge.is_some() => {
            let soft = soft_sort(values, weights, settings, memory, &mut of_rows(rows))?;
            let ranks = ranks(values, rows, soft.solution())?;
            Ok((spread(side.merge.as_ref(), &ranks, 1).into_owned(), *soft.report()))
        }
        Operator::Ranks => {
            let mut out = of_rows(rows);
            let soft = soft_rank(values, weights, settings, memory, &mut out)?;
            Ok((out, *soft.report()))
        }
        Operator::Quantiles(levels) => {
            let levels: Vec<T> = levels.iter().map(|&level| T::constant(level)).collect();
            let mut out = of_rows(levels.len());
            let soft = soft_quantile(values, weights, &levels, settings, memory, &mut out)?;
            Ok((out, *soft.report()))
        }
        Operator::Top(k) => {
            // The same share of the mass.
            let k = if side.merge.is_some() { k * values.len() as f64 / rows as f64 } else { *k };
            let mut out = of_rows(values.len());
            let soft = soft_top_k(values, weights, T::constant(k), settings, memory, &mut out)?;
            // Shares, which rounding takes a little beyond their ends.
            out.iter_mut().for_each(|share| *share = share.max(T::ZERO).min(T::ONE));
            Ok((spread(side.merge.as_ref(), &out, 1).into_owned(), *soft.report()))
        }
    }
}

/// Ranks of values that stand for so many rows, of the plan between the values and a level a row: the mean of the
/// levels, as the levels are counted.
fn ranks<T: Scalar>(values: &[T], rows: usize, plan: &Solution<'_, T>) -> Result<Vec<T>, Error> {
    let mut ranks = vec![T::ZERO; values.len()];
    plan.barycentric_map(&mut ranks)?;
    // Levels are at (j + 1/2) / n, and then standardised.
    let n = rows as f64;
    let deviation = ((1.0 - 1.0 / (n * n)) / 12.0).sqrt();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&p, &q| values[p].widen().total_cmp(&values[q].widen()));
    // They do not decrease with the value, but for rounding.
    let mut least = 0.0_f64;
    for value in order {
        least = (ranks[value].widen() * deviation * n + 0.5 * (n - 1.0)).max(least).min(n - 1.0);
        ranks[value] = T::constant(least);
    }
    Ok(ranks)
}

fn refuse(error: Error, job: &Job, name: &str) -> Failure {
    match (error.kind, error.argument) {
        (ErrorKind::OutOfRange { range, .. }, Argument::K) => {
            Failure::usage(format!("--top must lie in {range}, n being the number of values"))
        }
        (ErrorKind::EntryOutOfRange { range, .. }, Argument::LEVELS) => {
            Failure::usage(format!("--quantiles: levels must lie in {range}"))
        }
        (_, Argument::EPSILON | Argument::COST) => Failure::data(format!(
            "{name}: the values, their weights or --epsilon {} leave the range of numbers: {error}",
            terminal::given(job.epsilon)
        )),
        _ => Failure::data(format!("{name}: {error}")),
    }
}

impl Operator {
    fn name(&self) -> &'static str {
        match self {
            Operator::Sorted => "sorted",
            Operator::Ranks => "rank",
            Operator::Quantiles(_) => "quantile",
            Operator::Top(_) => "among_top",
        }
    }

    /// What the values are transported onto: see [`soft_len`].
    fn levels(&self, n: usize) -> usize {
        match self {
            Operator::Sorted | Operator::Ranks => n,
            Operator::Quantiles(levels) => 2 * levels.len() + 1,
            Operator::Top(_) => 2,
        }
    }

    /// The header.
    fn names(&self) -> Vec<String> {
        match self {
            Operator::Quantiles(_) => vec!["level".into(), "quantile".into()],
            other => vec![other.name().into()],
        }
    }
}
