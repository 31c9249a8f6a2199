//! Solving in every way, and giving up on those that are slow.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sinkhorn_core::{
    Acceleration, Error, Problem, Settings, Workspace,
    error::{Argument, ErrorKind},
};

use super::job::Job;
use super::summary::LeftOut;
use crate::args::{self, StartName};
use crate::command::way::{Effort, Row};
use crate::process::Failure;
use crate::task::explain::{Subject, explain};
use crate::task::scalar::Scalar;
use crate::task::solving;
use crate::task::start;
use crate::terminal::{Expected, Progress};

/// Start and acceleration, by number.
type Place = (usize, usize);

/// Rows are timed again if they take at most this many times as long as the fastest: so often, and for no longer than
/// so many seconds.
const NEAR: f64 = 1.5;
const ROUNDS: usize = 3;
const ROUNDS_SECONDS: f64 = 3.0;

/// The rows that are known so far. Another thread may conclude with them.
#[derive(Default)]
pub struct Found(Mutex<Known>);

/// Rows with their places, and starts that do not apply.
type Known = (Vec<(Place, Row)>, Vec<LeftOut>);

impl Found {
    /// Rows by start and acceleration, and starts that do not apply.
    pub fn sorted(&self) -> (Vec<Row>, Vec<LeftOut>) {
        let (mut rows, left_out) = self.lock().clone();
        rows.sort_by_key(|(place, _)| *place);
        (rows.into_iter().map(|(_, row)| row).collect(), left_out)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds all rows; one is expected to take so long.
pub fn try_all<T: Scalar>(
    job: &Job,
    problem: &Problem<'_, T>,
    subject: &Subject<'_>,
    expected: Option<Expected>,
    found: &Found,
) -> Result<(), Failure> {
    let pairs = problem.rows() as f64 * problem.columns() as f64;
    let ways = (job.starts.len() * job.accelerations.len()) as f64;
    let progress = Progress::of_items(ways as usize, "ways tried", pairs > 1e5, expected.map(|one| one.times(ways)));
    let mut len = 0;
    for &acceleration in &job.accelerations {
        let needed = Workspace::len(problem, &job.settings(acceleration)).map_err(|error| explain(error, subject))?;
        len = len.max(needed);
    }
    let mut memory = solving::zeros(len)?;
    let mut fastest = f64::INFINITY;
    for place in order(job) {
        let start = args::name(job.starts[place.0]);
        match job.try_one(problem, &mut memory, place, job.patience * fastest + 1.0) {
            Ok(row) => {
                if row.is_converged() {
                    fastest = fastest.min(row.seconds);
                }
                // Auto reports the start that it chose; the table is of what can be typed.
                found.lock().0.push((place, Row { start, ..row }));
            }
            Err(Error { argument: Argument::START, kind: ErrorKind::Unsupported { reason } }) => {
                let (_, left_out) = &mut *found.lock();
                if left_out.iter().all(|other: &LeftOut| other.start != start) {
                    left_out.push(LeftOut { start, reason });
                }
            }
            Err(error) => return Err(explain(error, subject)),
        }
        progress.item(1.0 / ways);
    }
    let mut rows = found.lock().0.clone();
    look_again(job, problem, &mut memory, &mut rows).map_err(|error| explain(error, subject))?;
    found.lock().0 = rows;
    Ok(())
}

/// Rows near the fastest are timed again, in turns, so that what the machine did meanwhile is shared by all of them.
fn look_again<T: Scalar>(
    job: &Job,
    problem: &Problem<'_, T>,
    memory: &mut [T],
    rows: &mut [(Place, Row)],
) -> Result<(), Error> {
    let clock = Instant::now();
    for _ in 0..ROUNDS {
        let converged = rows.iter().filter(|(_, row)| row.is_converged()).map(|(_, row)| row.seconds);
        let fastest = converged.fold(f64::INFINITY, f64::min);
        for (place, row) in rows.iter_mut().filter(|(_, row)| row.is_converged() && row.seconds < NEAR * fastest) {
            if clock.elapsed().as_secs_f64() > ROUNDS_SECONDS {
                return Ok(());
            }
            let again = job.try_one(problem, memory, *place, f64::INFINITY)?;
            if again.is_converged() {
                row.seconds = row.seconds.min(again.seconds);
            }
        }
    }
    Ok(())
}

/// Places in the table, in the order of trying: what is likely to be fast comes first, so that it is known early what
/// is slow.
fn order(job: &Job) -> Vec<Place> {
    let places = (0..job.starts.len()).flat_map(|s| (0..job.accelerations.len()).map(move |a| (s, a)));
    let mut places: Vec<_> = places.collect();
    places.sort_by_key(|&(s, a)| {
        (!matches!(job.accelerations[a], Acceleration::Auto { .. }), job.starts[s] != StartName::Auto)
    });
    places
}

impl Job {
    fn settings<T: Scalar>(&self, acceleration: Acceleration<f64>) -> Settings<T> {
        Settings { acceleration, ..self.method.settings }.cast()
    }

    fn try_one<T: Scalar>(
        &self,
        problem: &Problem<'_, T>,
        memory: &mut [T],
        place: Place,
        patience: f64,
    ) -> Result<Row, Error> {
        let settings = self.settings(self.accelerations[place.1]);
        let start = start::named(self.starts[place.0], self.method.seed);
        Row::of(problem, start.as_ref(), &settings, memory, Effort { patience, ..Effort::SEVERAL })
    }
}
