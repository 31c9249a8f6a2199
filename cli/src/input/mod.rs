//! Files into tables of numbers. What a file is, its first bytes say, not its name.
//!
//! Everything is read as a stream: beside the numbers, only buffers are in memory. An NPZ archive on standard input is
//! the exception, as its list of contents comes last.

mod columns;
mod csv;
mod json;
mod json_row;
mod lines;
mod npy;
mod npz;
mod read;
mod records;
mod request;
mod rounding;
mod rows;
mod separator;
mod source;
mod table;
mod weights;

pub use columns::{Column, Columns, Header, Reading, listed};
pub use read::{parse, read};
pub use source::{Source, source_parser};
pub use table::{Sign, Table, check_dimensions, check_names, check_rounding};
pub use weights::{Scale, column_weights, weights};
