//! How long work will take: it is tried with some of the points, and the time scaled up.

use std::time::Instant;

use sinkhorn_core::{
    Error, Problem, Report, Settings, Skipping, Status, Workspace,
    cost::GroundCost,
    divergence::{divergence_len, sinkhorn_divergence},
    geometry::Shape,
    solve,
    start::Start,
};

use super::data::{Data, Side, problem};
use super::job::Question;
use super::scalar::Scalar;
use super::start;
use crate::args::StartName;
use crate::terminal::{self, Expected};

/// Pairs of points, each with [`COORDINATES`] at most, whose solve is over before anybody wonders.
const LONG: f64 = 1e8;
const COORDINATES: f64 = 16.0;
/// Coordinates beyond which a start takes longer the more there are, however few the points: it is not tried.
const WIDE: usize = 64;
/// So many pairs are tried, and so many sweeps at most.
pub const PAIRS: f64 = 1e6;
const SWEEPS: u32 = 300;
/// From so many pairs on, sweeps may skip most of them. That shows with more points only: so many pairs are tried.
const MANY: f64 = 2e9;
const MANY_TRIED: f64 = 4e7;
const FEW_SWEEPS: u32 = 60;
/// More coordinates leave nothing to skip.
const FEW: usize = 5;
/// Rows of a file that are tried where work grows with the rows; a part of all.
const ROWS: usize = 4000;
const PART: usize = 10;

/// What a try took.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    seconds: f64,
    /// Of these, the start.
    start: f64,
    is_least: bool,
    /// Sweeps skipped pairs.
    skips: bool,
}

impl Tried {
    /// With these reports, the first of which has the start.
    pub fn new<T: Scalar>(clock: Instant, reports: &[&Report<T>], settings: &Settings<f64>) -> Self {
        let start = reports.first().and_then(|report| report.start.time).unwrap_or_default();
        let is_least =
            settings.max_sweeps > FEW_SWEEPS && reports.iter().any(|report| report.status == Status::SweepLimit);
        let skips = reports.iter().any(|report| report.skipped + report.summed > T::ZERO);
        Tried { seconds: clock.elapsed().as_secs_f64(), start: start.as_secs_f64(), is_least, skips }
    }

    /// Of which only that is known, and whether sweeps were used up.
    pub fn of_status(clock: Instant, is_given_up: bool, settings: &Settings<f64>) -> Self {
        let is_least = is_given_up && settings.max_sweeps > SWEEPS;
        Tried { seconds: clock.elapsed().as_secs_f64(), start: 0.0, is_least, skips: false }
    }
}

/// A solve.
pub fn of_solve<T: Scalar>(data: &Data<T>, wanted: &Settings<f64>, start: &dyn Start<T>) -> Option<Expected> {
    let ((settings, tries), zero) = (settings(data, wanted), zero(data.x.table.columns));
    let start = zero.as_deref().unwrap_or(start);
    of_pairs((data.pairs(), tries), [&data.x, &data.y], data.cost.as_ref(), &data.question, |problem| {
        let clock = Instant::now();
        let mut memory = vec![T::ZERO; Workspace::len(problem, &settings)?];
        let solution = solve(problem, start, &settings, Workspace::new(&mut memory, problem, &settings)?)?;
        Ok(Tried::new(clock, &[solution.report()], wanted))
    })
}

/// A divergence.
pub fn of_divergence<T: Scalar>(data: &Data<T>, wanted: &Settings<f64>, start: &dyn Start<T>) -> Option<Expected> {
    let ((settings, tries), zero) = (settings(data, wanted), zero(data.x.table.columns));
    let start = zero.as_deref().unwrap_or(start);
    of_pairs((data.pairs(), tries), [&data.x, &data.y], data.cost.as_ref(), &data.question, |problem| {
        let clock = Instant::now();
        let mut memory = vec![T::ZERO; divergence_len(problem, &settings)?];
        let divergence = sinkhorn_divergence(problem, start, &settings, &mut memory)?;
        Ok(Tried::new(clock, &divergence.reports(), wanted))
    })
}

/// What is tried in place of a start, where that takes long for few points as well.
pub fn zero<T: Scalar>(columns: usize) -> Option<Box<dyn Start<T>>> {
    (columns > WIDE).then(|| start::named(StartName::Zero, 0))
}

/// As the whole will be solved, but not to its end if that is far; and how many pairs are tried.
fn settings<T: Scalar>(data: &Data<T>, wanted: &Settings<f64>) -> (Settings<T>, f64) {
    let shape = Shape { rows: data.x.table.rows, columns: data.y.table.rows, dimension: data.x.table.columns };
    let settings = short(wanted.cast(), shape);
    (settings, if skips(&settings, shape) { MANY_TRIED } else { PAIRS })
}

/// Settings of a try, for work of this shape.
pub fn short<T: Scalar>(settings: Settings<T>, shape: Shape) -> Settings<T> {
    let settings = Settings { storage: settings.storage_for(shape), ..settings };
    if skips(&settings, shape) {
        return Settings { max_sweeps: settings.max_sweeps.min(FEW_SWEEPS), skipping: Skipping::On, ..settings };
    }
    Settings { max_sweeps: settings.max_sweeps.min(SWEEPS), ..settings }
}

/// Says whether sweeps may skip so many pairs that it matters.
fn skips<T: Scalar>(settings: &Settings<T>, shape: Shape) -> bool {
    let pairs = shape.rows as f64 * shape.columns as f64;
    settings.skipping != Skipping::Off && pairs >= MANY && shape.dimension <= FEW
}

/// Work over so many pairs in all, tried with so many, of points of two sides. None where it is short, or nobody wants
/// to know.
pub fn of_pairs<T: Scalar>(
    (pairs, tries): (f64, f64),
    [x, y]: [&Side<T>; 2],
    cost: &dyn GroundCost<T>,
    question: &Question,
    mut attempt: impl FnMut(&Problem<'_, T>) -> Result<Tried, Error>,
) -> Option<Expected> {
    of_some((pairs, tries), x.table.columns, |count| {
        let (x, y) = (x.thinned(count)?, y.thinned(count)?);
        let problem = problem(&x, &y, cost, question).ok()?;
        Some((x.table.rows as f64 * y.table.rows as f64, attempt(&problem).ok()?))
    })
}

/// The same of one side, whose pairs the try tells.
pub fn of_side<T: Scalar>(
    pairs: f64,
    side: &Side<T>,
    mut attempt: impl FnMut(&Side<T>) -> Result<(f64, Tried), Error>,
) -> Option<Expected> {
    of_some((pairs, PAIRS), side.table.columns, |count| attempt(&side.thinned(count)?).ok())
}

/// Tries it with some points, and tells their pairs and the time. What is wrong, the whole will tell.
fn of_some(
    (pairs, tries): (f64, f64),
    columns: usize,
    mut with: impl FnMut(usize) -> Option<(f64, Tried)>,
) -> Option<Expected> {
    let effort = (columns as f64 / COORDINATES).max(1.0);
    if pairs * effort < LONG || terminal::is_quiet() {
        return None;
    }
    let count = (tries / effort).sqrt().max(100.0) as usize;
    let (fewer, before) = with(count / 2)?;
    let (some, tried) = with(count)?;
    // Starts grow with the points, or with their square, or as anything between; and so do sweeps that skip pairs.
    let grown = |now: f64, before: f64| {
        let growth = (now / before).ln() / (some / fewer).ln();
        (pairs / some).powf(if growth.is_nan() { 1.0 } else { growth.clamp(0.5, 1.0) })
    };
    let (sweeps, sweeps_before) = (tried.seconds - tried.start, before.seconds - before.start);
    let factor = if tried.skips { grown(sweeps, sweeps_before) } else { pairs / some };
    let seconds = tried.start * grown(tried.start, before.start) + sweeps * factor;
    Some(Expected { seconds, is_least: tried.is_least || columns > WIDE })
}

/// Work that grows with the rows, tried with a number of them.
pub fn of_rows(rows: usize, attempt: impl FnOnce(usize)) -> Option<Expected> {
    if rows < PART * ROWS || terminal::is_quiet() {
        return None;
    }
    let clock = Instant::now();
    attempt(ROWS);
    Some(Expected { seconds: clock.elapsed().as_secs_f64() * rows as f64 / ROWS as f64, is_least: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts take a millisecond a hundred points, sweeps a microsecond a pair.
    fn tried(count: usize) -> Option<(f64, Tried)> {
        let pairs = (count * count) as f64;
        let start = 1e-5 * count as f64;
        Some((pairs, Tried { seconds: start + 1e-6 * pairs, start, is_least: false, skips: false }))
    }

    #[test]
    fn starts_and_sweeps_are_scaled_as_they_grow() {
        let expected = of_some((1e10, PAIRS), 2, tried).unwrap();
        assert!((expected.seconds - (1.0 + 1e4)).abs() < 0.1, "{expected:?}");
        assert!(!expected.is_least);
        let skipping = |count| {
            let (pairs, tried) = tried(count)?;
            Some((pairs, Tried { seconds: tried.start + 1e-3 * pairs.sqrt(), skips: true, ..tried }))
        };
        let expected = of_some((1e10, PAIRS), 2, skipping).unwrap();
        assert!((expected.seconds - (1.0 + 1e2)).abs() < 0.1, "{expected:?}");
        assert!(of_some((1e10, PAIRS), 100, tried).unwrap().is_least, "no start is tried");
        assert!(of_some((1e6, PAIRS), 2, tried).is_none(), "it is over soon");
        assert!(of_some((1e10, PAIRS), 2, |_| None).is_none(), "what is wrong the whole will tell");
    }
}
