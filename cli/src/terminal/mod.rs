//! What a person reads: results, notes and warnings, progress, and numbers as words.

mod print;
mod progress;
mod style;
mod typed;
mod words;

pub use print::{
    SCHEMA, be_quiet, is_quiet, json, note, print, print_json, print_with, reader_is_gone, warn, warn_unfinished,
};
pub use progress::{Expected, Progress};
pub use style::{DOUBTFUL, GOOD, HEADING};
pub use typed::{given, remember, threshold};
pub use words::{capital, digits, digits_of_difference, lines, percent, plural, seconds, wrapped};
