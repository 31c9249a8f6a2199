//! What is computed of many pairs, and what was found.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;
use sinkhorn_core::{Error, Problem, Settings, Workspace, divergence::divergence_len};

use super::pairs::Pairs;
use crate::args::{self, StartName};
use crate::input::Reading;
use crate::output::Target;
use crate::process::Exit;
use crate::task::job::{Method, Question};
use crate::task::scalar::Scalar;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// The Sinkhorn divergence: zero for equal sets
    Divergence,
    /// The regularised objective of `sinkhorn solve`
    Objective,
    /// What the plan costs to carry out, <C, P>
    TransportCost,
}

impl Measure {
    /// The name of its column.
    pub fn column(self) -> String {
        args::name(self).replace('-', "_")
    }

    /// The memory that it takes.
    pub fn len<T: Scalar>(self, problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
        match self {
            Measure::Divergence => divergence_len(problem, settings),
            Measure::Objective | Measure::TransportCost => Workspace::len(problem, settings),
        }
    }
}

/// What is to be done.
pub struct Job {
    pub input: PathBuf,
    pub pairs: Pairs,
    pub measure: Measure,
    pub reading: Reading,
    pub question: Question,
    pub method: Method,
    pub start: StartName,
    pub output: Option<Target>,
    pub json: bool,
}

/// A pair after its solve.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    pub x: String,
    pub y: String,
    pub value: f64,
    pub status: String,
    pub sweeps: u32,
    pub marginal_error: f64,
    pub start: &'static str,
    #[serde(skip)]
    pub exit: Exit,
    /// By the numbers of the files.
    #[serde(skip)]
    pub pair: (usize, usize),
}
