//! Solves many problems in one call, side by side.

mod potentials;
mod share_out;

pub use potentials::PotentialRows;
pub use share_out::share_out;

use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::problem::Problem;
use crate::real::Real;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::solver::solve;
use crate::start::Start;
use crate::workspace::Workspace;

/// Returns the number of scalars that [`solve_batch`] needs: [`Settings::threads`] workspaces of the problem that needs
/// most, but no more workspaces than problems, and one without the feature `parallel`.
///
/// # Errors
/// Those of [`Settings::check`], and [`ErrorKind::TooLarge`] if the number does not fit.
pub fn batch_len<T: Real>(problems: &[Problem<'_, T>], settings: &Settings<T>) -> Result<usize, Error> {
    settings.check()?;
    let each = serial(settings);
    let mut largest = 0;
    for problem in problems {
        largest = largest.max(Workspace::len(problem, &each)?);
    }
    let argument = Argument::WORKSPACE;
    largest.checked_mul(at_once(problems.len(), settings)).ok_or(Error::new(argument, ErrorKind::TooLarge))
}

/// Solves many problems of any sizes, [`Settings::threads`] of them at a time.
///
/// Each is solved on one thread, in memory that is used again: nothing is allocated for a problem, and no bit of an
/// answer depends on the number of threads.
///
/// The k-th problem begins from `start(k)`: `|_| Zero` for all alike, `|k| Given::g(&before[k])` for warm starts. Its
/// solution is handed to `write` with the k-th of `outputs`, on the thread that solved it. An output may be anything to
/// write to: `&mut results` is a slice of them, `f.chunks_exact_mut(n).zip(&mut reports)` are rows of an array, and
/// [`PotentialRows`] are rows of different lengths. A problem that cannot be solved hands over its error, and the
/// others go on.
///
/// One geometry under many weights:
///
/// ```
/// use sinkhorn_core::{batch::{batch_len, solve_batch}, PointCloud, Problem, Settings, start::Zero};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let cloud = PointCloud::squared_euclidean(&x, &y, 1)?;
/// let weights = [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]];
/// let mut problems = Vec::new();
/// for a in &weights {
///     problems.push(Problem::new(cloud)?.weights_a(a)?);
/// }
/// let settings = Settings { threads: 2, ..Settings::default() };
/// let mut memory = vec![0.0; batch_len(&problems, &settings)?];
/// let mut costs = vec![Ok(0.0); problems.len()];
/// solve_batch(&problems, |_| Zero, &settings, &mut memory, &mut costs, |cost, solved| {
///     *cost = solved.map(|solution| solution.report().transport_cost);
/// })?;
/// for (k, cost) in costs.into_iter().enumerate() {
///     println!("{k}: {}", cost?);
/// }
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`Settings::check`]; [`ErrorKind::Length`] naming `output` if there are fewer or more outputs than
/// problems; [`ErrorKind::Workspace`] with the length of [`batch_len`]. Nothing is solved then. Errors of a problem go
/// to `write`.
///
/// # Panics
/// If `start` or `write` does.
pub fn solve_batch<T: Real, S: Start<T>, O>(
    problems: &[Problem<'_, T>],
    start: impl Fn(usize) -> S + Sync,
    settings: &Settings<T>,
    memory: &mut [T],
    outputs: O,
    write: impl Fn(O::Item, Result<Solution<'_, T>, Error>) + Sync,
) -> Result<(), Error>
where
    O: IntoIterator<Item: Send, IntoIter: ExactSizeIterator + Send>,
{
    let outputs = outputs.into_iter();
    let (expected, actual) = (problems.len(), outputs.len());
    if actual != expected {
        return Err(Error::new(Argument::OUTPUT, ErrorKind::Length { expected, actual }));
    }
    let required = batch_len(problems, settings)?;
    check_workspace(required, memory.len())?;
    let (threads, each) = (at_once(problems.len(), settings), serial(settings));
    share_out(
        problems.iter().enumerate().zip(outputs),
        threads,
        &mut memory[..required],
        |((k, problem), output), memory| {
            let solved = Workspace::new(memory, problem, &each)
                .and_then(|workspace| solve(problem, &start(k), &each, workspace));
            write(output, solved);
        },
    );
    Ok(())
}

/// Returns the number of problems that are solved at a time.
fn at_once<T>(problems: usize, settings: &Settings<T>) -> usize {
    let threads = if cfg!(feature = "parallel") { settings.threads } else { 1 };
    threads.min(problems)
}

/// Returns the settings of each problem.
fn serial<T: Real>(settings: &Settings<T>) -> Settings<T> {
    Settings { threads: 1, ..*settings }
}
