//! What the page of `--report` holds.

use clap::ValueEnum;

use super::advice::Advice;
use super::summary::Summary;
use crate::args::StartName;
use crate::command::way::Row;
use crate::output::html::{self, Page};
use crate::output::svg::picture::{self, PlotKind};
use crate::process::Failure;
use crate::task::data::Data;
use crate::task::job::Method;
use crate::task::scalar::Scalar;
use crate::task::solving;
use crate::task::start;
use crate::terminal::{self, capital, digits};

pub fn html<T: Scalar>(summary: &Summary, data: &Data<T>, method: &Method, plot: String) -> Result<String, Failure> {
    let mut pictures = vec![("Marginal error against sweeps".to_owned(), plot)];
    let kind = picture::kind(PlotKind::Auto, data.x.table.columns)?;
    if let (true, Some(advice)) = (kind != PlotKind::Convergence && !summary.is_interrupted(), &summary.recommendation)
    {
        let caption = if kind == PlotKind::Map { "Where the points go" } else { "The plan, and what it couples" };
        pictures.push((caption.into(), picture_of_plan(kind, data, (method, advice), summary.threshold)?));
    }
    let json = terminal::json(summary)?;
    let row = |row: &Row| html::Row {
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
            ("cost".into(), summary.cost.clone()),
            ("threshold".into(), terminal::threshold(summary.threshold)),
            ("precision".into(), summary.precision.into()),
            ("threads".into(), summary.threads.to_string()),
            ("agreement".into(), format!("dual values differ by at most {:.1e}", summary.dual_value_spread)),
        ],
        rows: summary.rows.iter().map(row).collect(),
        pictures,
        json: &json,
    };
    Ok(html::html(&page))
}

fn picture_of_plan<T: Scalar>(
    kind: PlotKind,
    data: &Data<T>,
    (method, advice): (&Method, &Advice),
    threshold: f64,
) -> Result<String, Failure> {
    let name = StartName::from_str(&advice.start, false).unwrap_or(StartName::Auto);
    let start = start::named(name, method.seed);
    solving::solved(data, method, start.as_ref(), |solved| picture::of_solution(kind, solved, threshold))
}
