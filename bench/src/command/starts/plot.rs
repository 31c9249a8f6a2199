//! A picture a problem: the marginal error against the sweeps, a panel an epsilon, a colour a start; plain sweeps
//! dashed, Anderson solid.

use std::fmt::Display;

use plotters::coord::Shift;
use plotters::prelude::*;
use sinkhorn_bench::problems::Case;
use sinkhorn_bench::starts;

use super::accelerate::Acceleration;
use super::args::Plan;
use super::measure::{Run, THRESHOLDS};

const PANEL: (u32, u32) = (430, 400);
const TITLE: u32 = 40;
const LEGEND_ROW: u32 = 24;
/// The width of an entry of the legend.
const ENTRY: u32 = 182;
const FONT: &str = "sans-serif";
const GREY: RGBColor = RGBColor(110, 110, 110);
/// Points of a line within a factor of ten of sweeps, at most.
const DETAIL: f64 = 120.0;

/// Told apart also by those who see fewer colours (Okabe and Ito), as far as these go.
const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(140, 86, 75),
    RGBColor(130, 130, 130),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The picture. Runs that are not drawn, or whose start does not apply, are left out.
pub fn svg(plan: &Plan, case: &Case, runs: &[Run]) -> Result<String, String> {
    let mut text = String::new();
    draw(&mut text, plan, case, runs).map_err(|error| format!("{}: the plot: {error}", case.name))?;
    Ok(text)
}

fn draw(text: &mut String, plan: &Plan, case: &Case, runs: &[Run]) -> Result<(), Box<dyn std::error::Error>> {
    // Auto would cover the start that it chose.
    let is_drawn = |run: &&Run| run.acceleration.is_drawn() && run.outcome.is_ok() && run.start != "auto";
    let drawn: Vec<&Run> = runs.iter().filter(is_drawn).collect();
    let is_drawn = |name: &&str| drawn.iter().any(|run| run.start == *name);
    let names: Vec<&str> = plan.starts.iter().map(|start| start.name).filter(is_drawn).collect();
    let columns = plan.epsilons.len().max(2); // room for the title
    let width = PANEL.0 * columns as u32;
    let entries_a_row = ((width - 10) / ENTRY) as usize;
    let legend = LEGEND_ROW * (names.len() + 2).div_ceil(entries_a_row) as u32 + 12;
    let root = SVGBackend::with_string(text, (width, TITLE + PANEL.1 + legend)).into_drawing_area();
    root.fill(&WHITE)?;
    let (top, rest) = root.split_vertically(TITLE);
    let (middle, bottom) = rest.split_vertically(PANEL.1);
    let title = format!("{}: {}, {} x {}", case.name, case.what, case.rows(), case.columns());
    top.draw(&Text::new(title, (20, 14), (FONT, 20)))?;
    let sweeps = drawn.iter().filter_map(|run| Some(run.outcome.as_ref().ok()?.errors.len())).max().unwrap_or(1);
    for (area, &epsilon) in middle.split_evenly((1, plan.epsilons.len())).iter().zip(&plan.epsilons) {
        let runs = drawn.iter().copied().filter(|run| run.epsilon == epsilon);
        panel(area, epsilon, sweeps.max(10) as f64, runs)?;
    }
    draw_legend(&bottom, &names, entries_a_row)?;
    root.present()?;
    Ok(())
}

fn panel<'r>(
    area: &Area<'_>,
    epsilon: f64,
    sweeps: f64,
    runs: impl Iterator<Item = &'r Run>,
) -> Result<(), Box<dyn std::error::Error>> {
    let [loose, tight] = THRESHOLDS;
    let mut chart = ChartBuilder::on(area)
        .caption(format!("epsilon = {epsilon} of the mean cost"), (FONT, 16))
        .margin(8)
        .margin_right(18)
        .x_label_area_size(38)
        .y_label_area_size(58)
        .build_cartesian_2d((1.0..sweeps * 1.1).log_scale(), (0.5 * tight..2.0).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .x_labels(6)
        .y_labels(8)
        .x_label_formatter(&|sweep| format!("{sweep:.0}"))
        .y_label_formatter(&|error| format!("{error:.0e}"))
        .x_desc("sweeps")
        .y_desc("marginal error")
        .label_style((FONT, 13))
        .axis_desc_style((FONT, 14))
        .draw()?;
    for threshold in [loose, tight] {
        chart.draw_series(LineSeries::new([(1.0, threshold), (sweeps * 1.1, threshold)], GREY.mix(0.6)))?;
    }
    for run in runs {
        let Ok(outcome) = &run.outcome else { continue };
        let colour = colour(run.start);
        let line = thinned(&outcome.errors);
        if run.acceleration == Acceleration::Plain {
            chart.draw_series(DashedLineSeries::new(line, 5, 5, colour.stroke_width(2)))?;
        } else {
            chart.draw_series(LineSeries::new(line, colour.stroke_width(2)))?;
        }
    }
    Ok(())
}

fn draw_legend(area: &Area<'_>, names: &[&str], entries_a_row: usize) -> Result<(), Box<dyn std::error::Error>> {
    let place = |entry: usize| {
        let (row, column) = (entry / entries_a_row, entry % entries_a_row);
        (50 + (ENTRY as usize * column) as i32, 10 + (LEGEND_ROW as usize * row) as i32)
    };
    let label = |entry: usize, name: &dyn Display| {
        let (x, y) = place(entry);
        area.draw(&Text::new(name.to_string(), (x + 34, y - 7), (FONT, 14)))
    };
    let line = |entry: usize, from: i32, to: i32, style: ShapeStyle| {
        let (x, y) = place(entry);
        area.draw(&PathElement::new([(x + from, y), (x + to, y)], style))
    };
    for (entry, name) in names.iter().enumerate() {
        line(entry, 0, 26, colour(name).stroke_width(3))?;
        label(entry, name)?;
    }
    let (plain, anderson) = (names.len(), names.len() + 1);
    for from in [0, 9, 18] {
        line(plain, from, from + 6, GREY.stroke_width(2))?;
    }
    label(plain, &"plain sweeps")?;
    line(anderson, 0, 26, GREY.stroke_width(2))?;
    label(anderson, &"with Anderson")?;
    Ok(())
}

/// The same in every picture, whatever was left out.
fn colour(start: &str) -> RGBColor {
    let place = starts::names().iter().position(|other| *other == start).unwrap_or(0);
    COLOURS[place % COLOURS.len()]
}

/// Sweep and error; of many sweeps, those that can be told apart.
fn thinned(errors: &[f64]) -> Vec<(f64, f64)> {
    let mut last = f64::NEG_INFINITY;
    let mut line = Vec::new();
    for (index, &error) in errors.iter().enumerate() {
        let sweep = (index + 1) as f64;
        let place = sweep.log10() * DETAIL;
        if place >= last + 1.0 || index + 1 == errors.len() {
            line.push((sweep, error));
            last = place;
        }
    }
    line
}
