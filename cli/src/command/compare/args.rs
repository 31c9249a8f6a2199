//! The options.

use std::path::PathBuf;

use crate::args::{self, AccelerationName, NumericsArgs, PairArgs, ProblemArgs, StartName};

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
    pub pair: PairArgs,
    #[command(flatten)]
    pub problem: ProblemArgs,
    /// Starts to try [default: all that apply]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", help_heading = "Method")]
    pub starts: Option<Vec<StartName>>,
    /// Accelerations to try [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", help_heading = "Method")]
    pub accelerations: Option<Vec<AccelerationName>>,
    /// Of the starts that draw points: mixture and subsample
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Method")]
    pub seed: u64,
    /// Gives a way up that takes this many times as long as the fastest so far, and a second
    #[arg(long, value_name = "TIMES", default_value_t = 10.0, value_parser = args::multiple)]
    #[arg(allow_negative_numbers = true, help_heading = "Method")]
    pub patience: f64,
    #[command(flatten)]
    pub numerics: NumericsArgs,
    /// Draws the marginal errors against the sweeps; .svg
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub plot: Option<PathBuf>,
    /// Writes a page with the table, the recommendation and the pictures, which needs no network; .html
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub report: Option<PathBuf>,
    /// Prints one JSON object instead of text
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}
