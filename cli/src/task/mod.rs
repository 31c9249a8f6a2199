//! What is to be done, its data in memory, and the solve itself.
//!
//! Typed arguments become a checked [`job`]; files become [`data`], where equal rows are one point ([`merge`]); a
//! [`start`] may come from a [`fit`]; [`rehearsal`] says how long a solve will take, and [`solving`] solves. What the
//! solver refuses is [`explain`]ed in terms of files and options.

pub mod data;
pub mod explain;
pub mod fit;
pub mod job;
pub mod merge;
pub mod rehearsal;
pub mod scalar;
pub mod solving;
pub mod start;
