//! What is printed about a solve, as text and as JSON.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sinkhorn_core::{Acceleration, Epsilon};

use super::plan::Kept;
use crate::args;
use crate::process::Exit;
use crate::task::data::Side;
use crate::task::job::{Method, Question};
use crate::task::scalar::Scalar;
use crate::task::solving::Solved;
use crate::terminal::{DOUBTFUL, GOOD, SCHEMA, digits, given, lines, plural, seconds, threshold};

/// Everything that is printed about a solve. Infinite rho, an exact marginal, is `null` in JSON.
#[derive(Debug, Serialize)]
pub struct Summary {
    pub schema: u32,
    pub command: &'static str,
    pub status: String,
    pub objective: f64,
    pub transport_cost: f64,
    pub primal_value: f64,
    /// The relative difference of the totals that was taken out of the second weights.
    pub rescaled: f64,
    pub dual_value: f64,
    pub start_value: f64,
    pub mass: f64,
    pub sweeps: u32,
    pub marginal_error: Sides<f64>,
    pub threshold: f64,
    pub cost: String,
    pub epsilon: f64,
    pub epsilon_rule: EpsilonRule,
    pub rho: Sides<f64>,
    pub start: &'static str,
    /// Costs of pairs that the start evaluated, its c-transform apart.
    pub start_pairs: u64,
    /// Anything the start has to say.
    pub start_note: Option<&'static str>,
    #[serde(serialize_with = "acceleration_as_json")]
    pub acceleration: Acceleration<f64>,
    pub precision: &'static str,
    pub storage: &'static str,
    /// The shares of the pairs that sweeps skipped, and summed up by series; and a bound on what that changes in either
    /// marginal.
    pub skipped: f64,
    pub summed: f64,
    pub certificate: f64,
    pub points: Sides<Input>,
    /// What the file of --plan has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Kept>,
    pub row_fallbacks: u32,
    pub column_fallbacks: u32,
    pub rejections: u32,
    pub seconds: Seconds,
    #[serde(skip)]
    pub exit: Exit,
}

/// The same of both sides.
#[derive(Debug, Serialize)]
pub struct Sides<V> {
    pub x: V,
    pub y: V,
}

/// How epsilon was asked for.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EpsilonRule {
    Absolute(f64),
    OfMean(f64),
    OfStd(f64),
    /// Of the cost between the nearest rows of a file, as `sinkhorn match` has it.
    OfNearest(f64),
}

/// A file of points.
#[derive(Debug, Serialize)]
pub struct Input {
    pub file: String,
    pub points: usize,
    pub dimension: usize,
    pub header: bool,
    /// How many rows differ from each other, if not all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub different: Option<usize>,
    /// Where the weights came from, if there were any.
    pub weights: Option<String>,
    /// The columns that were asked for, and that of the weights.
    #[serde(skip)]
    pub picked: Option<String>,
    #[serde(skip)]
    pub weights_column: Option<String>,
}

/// Wall-clock time.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Seconds {
    pub reading: f64,
    /// Start included.
    pub solving: f64,
    /// The start alone, without the c-transform that completes it.
    pub start: f64,
}

impl Input {
    pub fn of<T: Scalar>(side: &Side<T>) -> Self {
        let table = &side.table;
        Input {
            file: table.name.clone(),
            points: side.rows(),
            dimension: table.columns,
            header: table.has_header(),
            different: side.merge.as_ref().map(|_| table.rows),
            weights: side.is_weighted.then(|| side.weights_name().into()),
            picked: table.picked.clone(),
            weights_column: table.weights_column.clone(),
        }
    }

    /// As a line.
    pub fn text(&self) -> String {
        let mut text = self.file.clone();
        if let Some(picked) = &self.picked {
            text += &format!(" ({picked})");
        }
        text += &format!(", {} of dimension {}", plural(self.points, "point"), self.dimension);
        if self.header {
            text += ", one header line";
        }
        if let Some(different) = self.different {
            text += &format!(", {different} different");
        }
        if let Some(weights) = self.weights_column.as_ref().or(self.weights.as_ref()) {
            text += &format!(", weighted by {weights}");
        }
        text
    }
}

impl EpsilonRule {
    pub fn of(epsilon: Epsilon<f64>) -> Self {
        match epsilon {
            Epsilon::OfMean(fraction) => EpsilonRule::OfMean(fraction),
            Epsilon::OfStd(fraction) => EpsilonRule::OfStd(fraction),
            Epsilon::Absolute(value) => EpsilonRule::Absolute(value),
            _ => EpsilonRule::Absolute(f64::NAN),
        }
    }

    /// The value, and where it came from.
    pub fn text(&self, value: String) -> String {
        match self {
            EpsilonRule::Absolute(value) => given(*value),
            EpsilonRule::OfMean(fraction) => format!("{value} ({} of the mean cost)", given(*fraction)),
            EpsilonRule::OfNearest(fraction) => format!("{value} ({fraction} of the cost between near rows of a file)"),
            EpsilonRule::OfStd(fraction) => {
                format!("{value} ({} of the standard deviation of the cost)", given(*fraction))
            }
        }
    }
}

/// Writes an acceleration as its name and its parameter.
fn acceleration_as_json<S: Serializer>(acceleration: &Acceleration<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("name", &acceleration.name().replace('-', "_"))?;
    match acceleration {
        Acceleration::Relaxation { factor } => map.serialize_entry("factor", factor)?,
        Acceleration::Auto { memory } | Acceleration::Anderson { memory } => map.serialize_entry("memory", memory)?,
        _ => {}
    }
    map.end()
}

fn acceleration_text(acceleration: &Acceleration<f64>) -> String {
    let name = acceleration.name();
    match acceleration {
        Acceleration::Relaxation { factor } => format!("{name}, factor {factor}"),
        Acceleration::Auto { memory } | Acceleration::Anderson { memory } => format!("{name}, memory {memory}"),
        _ => name.into(),
    }
}

impl Summary {
    /// Of a solve that has ended.
    pub fn new<T: Scalar>(command: &'static str, solved: &Solved<'_, T>, method: &Method, reading: f64) -> Self {
        let (data, report) = (solved.data, solved.solution.report());
        let Question { epsilon, rho_x, rho_y, cost, .. } = data.question;
        Summary {
            schema: SCHEMA,
            command,
            status: status(report.status),
            objective: report.objective.widen(),
            transport_cost: report.transport_cost.widen(),
            primal_value: report.primal_value.widen(),
            rescaled: report.rescaled.widen(),
            dual_value: report.dual_value.widen(),
            start_value: report.start_value.widen(),
            mass: report.mass.widen(),
            sweeps: report.sweeps,
            marginal_error: Sides { x: report.row_error.widen(), y: report.column_error.widen() },
            threshold: method.settings.threshold,
            cost: args::name(cost),
            epsilon: given_epsilon(epsilon, report.epsilon),
            epsilon_rule: EpsilonRule::of(epsilon),
            rho: Sides { x: rho_x, y: rho_y },
            start: report.start.name,
            start_pairs: report.start.pairs,
            start_note: report.start.note,
            acceleration: method.settings.acceleration,
            precision: T::NAME,
            storage: report.storage,
            skipped: report.skipped.widen(),
            summed: report.summed.widen(),
            certificate: report.certificate.widen(),
            points: Sides { x: Input::of(&data.x), y: Input::of(&data.y) },
            plan: None,
            row_fallbacks: report.row_fallbacks,
            column_fallbacks: report.column_fallbacks,
            rejections: report.rejections,
            seconds: Seconds {
                reading,
                solving: solved.seconds,
                start: report.start.time.unwrap_or_default().as_secs_f64(),
            },
            exit: Exit::from(report.status),
        }
    }

    /// What to try if the solve did not converge.
    fn remedy(&self) -> Option<&'static str> {
        match self.exit {
            Exit::NotConverged => Some(
                "a larger --max-sweeps; if that does not help, --anneal-from, another --start or a larger --epsilon",
            ),
            Exit::PrecisionFloor if self.precision == "f32" => Some("--precision f64, or a larger --epsilon"),
            Exit::PrecisionFloor => Some("a larger --epsilon"),
            _ => None,
        }
    }

    /// One line a number.
    pub fn text(&self) -> String {
        let number = |value| digits(value, if self.precision == "f32" { 7 } else { 9 });
        let style = if self.exit == Exit::Converged { GOOD } else { DOUBTFUL };
        let status = self.status.replace('_', " ");
        let mut list = vec![
            ("objective", number(self.objective)),
            ("transport cost", number(self.transport_cost)),
            ("primal value", number(self.primal_value)),
            ("status", format!("{style}{status}{style:#}, threshold {}", threshold(self.threshold))),
            ("sweeps", self.sweeps.to_string()),
        ];
        if let Some(remedy) = self.remedy() {
            list.push(("what to try", remedy.into()));
        }
        list.extend([
            // What a relaxed marginal is off by is no error: the condition of optimality is measured then.
            (
                if self.rho.x.is_finite() { "residual x" } else { "marginal error x" },
                format!("{:.2e}", self.marginal_error.x),
            ),
            (
                if self.rho.y.is_finite() { "residual y" } else { "marginal error y" },
                format!("{:.2e}", self.marginal_error.y),
            ),
            ("epsilon", self.epsilon_rule.text(number(self.epsilon))),
            ("cost", self.cost.clone()),
        ]);
        if self.rho.x.is_finite() || self.rho.y.is_finite() {
            let rho = |rho: f64| if rho.is_finite() { given(rho) } else { "exact".into() };
            let (x, y, mass) = (rho(self.rho.x), rho(self.rho.y), number(self.mass));
            list.push(("rho", format!("x {x}, y {y}, mass transported {mass}")));
        }
        list.push(("start", format!("{}, dual value {}", self.start, number(self.start_value))));
        if self.rescaled != 0.0 {
            list.push(("totals of weights", format!("y rescaled by {:.1e} to that of x", -self.rescaled)));
        }
        if let Some(note) = self.start_note {
            list.push(("start, note", note.into()));
        }
        if let Some(plan) = &self.plan {
            list.push(("plan", plan.text()));
        }
        let Seconds { reading, solving, start } = self.seconds;
        list.extend([
            ("acceleration", acceleration_text(&self.acceleration)),
            ("precision", self.precision.into()),
            ("x", self.points.x.text()),
            ("y", self.points.y.text()),
            ("time, reading", seconds(reading)),
            ("time, solving", format!("{}, of which the start {}", seconds(solving), seconds(start))),
        ]);
        lines(list)
    }
}

/// The epsilon of a solve: that of the user, if it was given as a number, else what came of it.
pub fn given_epsilon<T: Scalar>(asked: Epsilon<f64>, used: T) -> f64 {
    if let Epsilon::Absolute(value) = asked { value } else { used.widen() }
}

/// As JSON has it.
pub fn status(status: sinkhorn_core::Status) -> String {
    status.name().replace(' ', "_")
}
