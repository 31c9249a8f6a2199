//! Many problems at once.

use sinkhorn_core::{Workspace, batch::share_out};

use crate::request::Request;
use crate::{Error, Real, Settings, Transport, TransportBuilder};

/// Returns the number of threads that this machine has for this program.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Solves many problems, so many at a time, and returns their results in the order of the problems.
///
/// Problems may be of any sizes and have settings of their own, except for threads: each is solved on one. Result k
/// belongs to problem k. A problem that cannot be solved has an error, which does not know k, and the others go on. A
/// panic of your own code, an observer or a ground cost, ends the batch. No bit of a result depends on the number of
/// threads.
///
/// ```
/// use sinkhorn::{Error, Transport, solve_all};
/// let clouds = [vec![[0.0, 0.0], [1.0, 0.2]], vec![[2.0, 1.0], [3.0, 1.5]], vec![[0.5, 0.5]]];
/// let problems = clouds.iter().map(|y| Transport::between(&clouds[0], y).epsilon(0.1));
/// let solved = solve_all(problems, 2).into_iter().collect::<Result<Vec<_>, Error>>()?;
/// assert_eq!(solved.len(), 3);
/// # Ok::<(), Error>(())
/// ```
pub fn solve_all<'a, T: Real>(
    problems: impl IntoIterator<Item = TransportBuilder<'a, T>>,
    threads: usize,
) -> Vec<Result<Transport<T>, Error>> {
    let (requests, observers): (Vec<_>, Vec<_>) = problems.into_iter().map(TransportBuilder::into_parts).unzip();
    // As much memory a thread as the largest problem needs.
    let prepare = |request| {
        let problem = Request::problem(request)?;
        let settings = Settings { threads: 1, ..request.settings() };
        let len = Workspace::len(&problem, &settings)?;
        Ok::<_, Error>((request, problem, settings, len))
    };
    let prepared: Vec<_> = requests.iter().map(prepare).collect();
    let largest = prepared.iter().flatten().map(|(.., len)| *len).max().unwrap_or(0);
    let threads = threads.clamp(1, requests.len().max(1));
    let mut memory = vec![T::ZERO; largest * threads];
    let mut results: Vec<_> = prepared.iter().map(|_| None).collect();
    share_out(prepared.into_iter().zip(observers).zip(&mut results), threads, &mut memory, |item, memory| {
        let ((prepared, observer), result) = item;
        *result = Some(
            prepared
                .and_then(|(request, problem, settings, _)| request.solve_in(&problem, &settings, memory, observer)),
        );
    });
    results.into_iter().flatten().collect()
}
