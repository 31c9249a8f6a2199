//! What a user saves who changes nothing but the start: whole calls of `solve`, to a marginal error of 1e-3.
//!
//! Runs that are compared are interleaved, and of three the fastest counts (of one, where one takes two seconds), since
//! machines are noisy. The workspace is allocated and touched before.

use std::time::Instant;

use serde_json::json;
use sinkhorn_bench::problems::Case;
use sinkhorn_bench::starts::{self, NamedStart};
use sinkhorn_core::{Epsilon, Error, Problem, Report, Settings, Status, Workspace, solve};
use sinkhorn_init::Timed;

use super::accelerate::Acceleration;
use super::args::{Args, Plan};
use super::measure::THRESHOLDS;
use super::text::{milliseconds, sweeps};
use crate::command::Outcome;
use crate::table::{Cell, Tables, print};

const THRESHOLD: f64 = THRESHOLDS[0];
const ROUNDS: usize = 3;
/// A run that takes longer is not repeated.
const LONG: f64 = 2.0;

/// A problem at an epsilon.
struct Row<'a> {
    case: &'a Case,
    /// As a fraction of the mean cost.
    epsilon: f64,
    /// Zero with plain sweeps, zero with Anderson, the recommended start with Anderson.
    ways: [Way; 3],
}

/// A start with an acceleration.
struct Way {
    report: Report<f64>,
    /// Of the fastest run, start included.
    seconds: f64,
    /// The start's own part of it.
    start_seconds: f64,
    /// Runs made.
    runs: usize,
}

pub fn run(args: &Args, plan: &Plan) -> Outcome {
    let what = format!(
        "Sweeps and milliseconds (start included) to a marginal error of {THRESHOLD:e}. f64, size {}, storage {}, one \
         thread; epsilon as a fraction of the mean cost.\nPlain and Anderson are from zero, start is the recommended one \
         with Anderson. Then come how many times fewer sweeps and less time it takes than they do.",
        plan.size,
        plan.storage.name()
    );
    let mut tables = Tables::begin(&args.table, &what)?;
    let ways = "  plain|       ms|Anderson|Anderson ms|  start| start ms";
    let fewer = "plain / start|in time|Anderson / start|Anderson in time|        chosen|  own ms|pairs / n m";
    tables.table("", &format!("problem         |  eps|{ways}|{fewer}"))?;
    let mut rows = Vec::new();
    for case in &plan.cases {
        for &epsilon in &plan.epsilons {
            let row = row(plan, case, epsilon).map_err(|error| format!("{}: {error}", case.name))?;
            tables.row(row.cells(plan.max_sweeps))?;
            rows.push(row);
        }
    }
    means(&mut tables, plan, &rows)?;
    // The row where the start pays least against zero with the same acceleration.
    let factors = rows.iter().map(|row| (row, row.ways[2].seconds / row.ways[1].seconds));
    if let Some((row, value)) = factors.max_by(|(_, one), (_, other)| one.total_cmp(other)) {
        let (name, epsilon) = (row.case.name, row.epsilon);
        print(&format!("\nWorst: {value:.2} times the time of zero with Anderson, on {name} at epsilon {epsilon}.\n"))?;
    }
    tables.end()
}

fn means(tables: &mut Tables, plan: &Plan, rows: &[Row<'_>]) -> Outcome {
    let title = "Geometric means over the problems: how many times fewer sweeps, and less time";
    tables.table(title, "against       |  eps| sweeps|   time|problems|lower bounds")?;
    for &epsilon in &plan.epsilons {
        for (way, name) in [(0, "zero, plain"), (1, "zero, Anderson")] {
            let at = rows.iter().filter(|row| row.epsilon == epsilon);
            let ratios: Vec<[Ratio; 2]> = at.filter_map(|row| row.ratios(way)).collect();
            let [sweeps, time] =
                [0, 1].map(|k| Cell::number(geometric_mean(ratios.iter().map(|pair| pair[k].value)), 2));
            let bounds = ratios.iter().filter(|pair| pair[0].at_least).count();
            tables.row([Cell::of(name), Cell::of(epsilon), sweeps, time, Cell::of(ratios.len()), Cell::of(bounds)])?;
        }
    }
    Ok(())
}

fn geometric_mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value.ln(), count + 1.0));
    f64::exp(sum / count)
}

/// Runs the three ways in turn.
fn row<'a>(plan: &Plan, case: &'a Case, epsilon: f64) -> Result<Row<'a>, Error> {
    let problem = case.problem(Epsilon::OfMean(epsilon))?;
    let zero = starts::named("zero").expect("a name of the list");
    // What a user takes who knows nothing of the problem.
    let start = starts::named("auto").expect("a name of the list");
    let ways = [(&zero, Acceleration::Plain), (&zero, Acceleration::Anderson), (&start, Acceleration::Anderson)];
    let mut best: [Option<Way>; 3] = [None, None, None];
    for round in 0..ROUNDS {
        for (best, &(start, acceleration)) in best.iter_mut().zip(&ways) {
            if best.as_ref().is_some_and(|best| best.seconds >= LONG) {
                continue;
            }
            let run = once(plan, &problem, epsilon, start, acceleration)?;
            *best = match best.take() {
                Some(before) if before.seconds <= run.seconds => Some(Way { runs: round + 1, ..before }),
                _ => Some(Way { runs: round + 1, ..run }),
            };
        }
    }
    Ok(Row { case, epsilon, ways: best.map(|way| way.expect("at least one round")) })
}

fn once(
    plan: &Plan,
    problem: &Problem<'_, f64>,
    epsilon: f64,
    start: &NamedStart<f64>,
    acceleration: Acceleration,
) -> Result<Way, Error> {
    let settings = Settings {
        threshold: THRESHOLD,
        max_sweeps: plan.max_sweeps,
        storage: plan.storage,
        ..acceleration.settings(start.name, epsilon)
    };
    let mut memory = vec![f64::NAN; Workspace::len(problem, &settings)?];
    let workspace = Workspace::new(&mut memory, problem, &settings)?;
    let start = Timed(start.start.as_ref());
    let clock = Instant::now();
    let solution = solve(problem, &start, &settings, workspace)?;
    let seconds = clock.elapsed().as_secs_f64();
    let report = *solution.report();
    let start_seconds = report.start.time.unwrap_or_default().as_secs_f64();
    Ok(Way { report, seconds, start_seconds, runs: 1 })
}

/// How many times less, or at least how many times.
#[derive(Clone, Copy)]
struct Ratio {
    value: f64,
    /// The larger one was given up before its end.
    at_least: bool,
}

impl Way {
    fn converged(&self) -> bool {
        self.report.status == Status::Converged
    }
}

impl Row<'_> {
    /// Of sweeps and of times, the recommended start against the way of this number; none where it was given up itself.
    fn ratios(&self, way: usize) -> Option<[Ratio; 2]> {
        let (slow, fast) = (&self.ways[way], &self.ways[2]);
        let ratio = |value| Ratio { value, at_least: !slow.converged() };
        fast.converged().then(|| {
            [ratio(f64::from(slow.report.sweeps) / f64::from(fast.report.sweeps)), ratio(slow.seconds / fast.seconds)]
        })
    }

    /// As a row of the table.
    fn cells(&self, most: u32) -> Vec<Cell> {
        let mut cells = vec![Cell::of(self.case.name), Cell::of(self.epsilon)];
        for Way { report, seconds, runs, .. } in &self.ways {
            let reached = (report.status == Status::Converged).then_some(report.sweeps);
            let value = json!({ "sweeps": reached, "status": report.status.name(), "start": report.start.name });
            cells.push(Cell::new(sweeps(reached, report.status.name(), most), value));
            cells.push(Cell::new(milliseconds(*seconds), json!({ "seconds": seconds, "runs": runs })));
        }
        for way in [0, 1] {
            let shown =
                |Ratio { value, at_least }| Cell::new(format!("{}{value:.2}", if at_least { ">" } else { "" }), value);
            cells.extend(self.ratios(way).map_or_else(|| [(); 2].map(|()| Cell::new("?", ())), |pair| pair.map(shown)));
        }
        let Way { report, start_seconds, .. } = &self.ways[2];
        // Pairs that the start visited, as a multiple of all.
        let pairs = report.start.pairs as f64 / (self.case.rows() as f64 * self.case.columns() as f64);
        let own = Cell::new(milliseconds(*start_seconds), start_seconds);
        cells.extend([Cell::of(report.start.name), own, Cell::number(pairs, 3)]);
        cells
    }
}
