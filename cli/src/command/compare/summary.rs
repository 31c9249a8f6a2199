//! What was found.

use serde::Serialize;

use super::advice::Advice;
use crate::command::way::Row;
use crate::output::{EpsilonRule, Input, Sides};

/// The JSON object.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub schema: u32,
    pub command: &'static str,
    pub status: &'static str,
    pub epsilon: f64,
    pub epsilon_rule: EpsilonRule,
    pub cost: String,
    pub threshold: f64,
    pub precision: &'static str,
    pub threads: usize,
    /// As many as were to be tried, those included that do not apply.
    pub ways: usize,
    pub points: Sides<Input>,
    pub rows: Vec<Row>,
    /// Largest difference between the dual values of rows that converged: they have found the same.
    pub dual_value_spread: f64,
    /// Starts that do not apply, and why.
    pub left_out: Vec<LeftOut>,
    pub recommendation: Option<Advice>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LeftOut {
    pub start: String,
    pub reason: &'static str,
}

impl Summary {
    /// Whether Ctrl-C has left ways untried.
    pub fn is_interrupted(&self) -> bool {
        self.status == "interrupted"
    }
}
