//! Which files to read, and how.

use crate::input::{Column, Columns, Header, Reading, Source, source_parser};

/// How tables are read.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Input")]
pub struct ReadingArgs {
    /// Columns that hold coordinates: names, numbers from 1 and ranges, as in x,y or 1,3-5; what is a name in the
    /// header is that column, and a name with a comma is in double quotes [default: all but that of the weights, and
    /// but a first one that is called id or index, or has no name and numbers the rows]
    #[arg(long, value_name = "LIST")]
    pub columns: Option<Columns>,
    /// Column that holds the weights of the points, by name or number from 1
    #[arg(long, value_name = "COLUMN")]
    pub weights_column: Option<Column>,
    /// Whether the first line of CSV is a header: where it has no number, unless told
    #[arg(long, value_enum, default_value_t, value_name = "WHETHER")]
    pub header: Header,
}

impl ReadingArgs {
    pub fn reading(&self) -> Reading {
        Reading {
            columns: self.columns.clone(),
            weights_column: self.weights_column.clone(),
            header: self.header,
            like: None,
        }
    }
}

/// Two sets of points, weighted or not.
#[derive(Debug, Clone, clap::Args)]
pub struct PairArgs {
    /// Points on the first side: CSV, TSV, NPY, NPZ (FILE.npz:NAME) or JSON lines; - is standard input
    #[arg(value_parser = source_parser())]
    pub x: Source,
    /// Points on the second side
    #[arg(value_parser = source_parser())]
    pub y: Source,
    /// File of the weights of X, in one column; scaled to sum to one, unless --rho-x or --rho-y is given
    #[arg(long, value_name = "FILE", value_parser = source_parser())]
    #[arg(conflicts_with = "weights_column", help_heading = "Input")]
    pub weights_x: Option<Source>,
    /// File of the weights of Y, likewise [default for both: equal, and summing to one]
    #[arg(long, value_name = "FILE", value_parser = source_parser())]
    #[arg(conflicts_with = "weights_column", help_heading = "Input")]
    pub weights_y: Option<Source>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Columns of Y that hold coordinates, in the order of those of X [default: those of the same names]
    #[arg(long, value_name = "LIST", help_heading = "Input")]
    pub columns_y: Option<Columns>,
    /// Column of Y that holds weights, where it differs from that of X
    #[arg(long, value_name = "COLUMN", requires = "weights_column", help_heading = "Input")]
    pub weights_column_y: Option<Column>,
}

impl PairArgs {
    pub fn reading_y(&self) -> Reading {
        let Reading { columns, weights_column, header, like } = self.reading.reading();
        Reading {
            columns: self.columns_y.clone().or(columns),
            weights_column: self.weights_column_y.clone().or(weights_column),
            header,
            like,
        }
    }
}
