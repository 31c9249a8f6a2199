//! What the page of `--report` holds.

use clap::ValueEnum;

use super::Summary;
use super::advice::Advice;
use crate::args::StartName;
use crate::command::solve::PlotKind;
use crate::data::Data;
use crate::failure::Failure;
use crate::job::Method;
use crate::picture;
use crate::render::{self, digits};
use crate::report::{self, Page};
use crate::scalar::Scalar;
use crate::solving;

pub fn html<T: Scalar>(summary: &Summary, data: &Data<T>, method: &Method, plot: String) -> Result<String, Failure> {
    let mut pictures = vec![("Marginal error against sweeps".to_owned(), plot)];
    let kind = picture::kind(PlotKind::Auto, data.x.table.columns)?;
    if let (true, Some(advice)) = (kind != PlotKind::Convergence && !summary.is_interrupted(), &summary.recommendation)
    {
        let caption = if kind == PlotKind::Map { "Where the points go" } else { "The plan, and what it couples" };
        pictures.push((caption.into(), picture_of_plan(kind, data, (method, advice), summary.threshold)?));
    }
    let json = render::json(summary)?;
    let row = |row: &super::Row| report::Row {
        start: row.start_text(),
        acceleration: row.acceleration.into(),
        sweeps: row.sweeps,
        seconds: row.seconds,
        start_value: row.start_value,
        dual_value: row.dual_value,
        status: row.status.into(),
        recommended: summary.recommendation.as_ref().is_some_and(|advice| advice.is(row)),
    };
    let none = || match summary.is_interrupted() {
        true => "Interrupted before any way had converged.".to_owned(),
        false => "No way converged: raise --max-sweeps, --epsilon or --threshold.".to_owned(),
    };
    let page = Page {
        title: picture::names(data).title,
        command: summary.recommendation.as_ref().map_or_else(String::new, |advice| advice.command.clone()),
        recommendation: summary.recommendation.as_ref().map_or_else(none, |advice| capital(&advice.reason) + "."),
        summary: vec![
            ("x".into(), summary.points.x.text()),
            ("y".into(), summary.points.y.text()),
            ("epsilon".into(), summary.epsilon_rule.text(digits(summary.epsilon, 6))),
            ("cost".into(), summary.cost.into()),
            ("threshold".into(), render::threshold(summary.threshold)),
            ("precision".into(), summary.precision.into()),
            ("threads".into(), summary.threads.to_string()),
            ("agreement".into(), format!("dual values differ by at most {:.1e}", summary.dual_value_spread)),
        ],
        rows: summary.rows.iter().map(row).collect(),
        pictures,
        json: &json,
    };
    Ok(report::html(&page))
}

fn picture_of_plan<T: Scalar>(
    kind: PlotKind,
    data: &Data<T>,
    (method, advice): (&Method, &Advice),
    threshold: f64,
) -> Result<String, Failure> {
    let start = StartName::value_variants().iter().find(|start| start.name() == advice.start);
    let start = crate::start::named(start.copied().unwrap_or(StartName::Auto), method.seed);
    solving::solved(data, method, start.as_ref(), |solved| picture::of_solution(kind, solved, threshold))
}

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
