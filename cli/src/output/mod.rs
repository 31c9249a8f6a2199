//! What a run leaves behind: files, the summary of a solve, pictures, a page.

mod beside;
mod files;
pub mod html;
mod nameless;
mod numbers;
mod plan;
mod summary;
pub mod svg;

pub use beside::{Names, Parts, names};
pub use files::{Format, NUMBERS, Staged, Target, check, commit, stage};
pub use numbers::{Rows, as_io};
pub use plan::{Keep, Kept, SparsePlan};
pub use summary::{EpsilonRule, Input, Sides, Summary, given_epsilon, status};
