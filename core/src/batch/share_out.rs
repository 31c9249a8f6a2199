/// Calls `work` with every item and a part of `memory`.
///
/// `memory` is split into `threads` equal parts. Items are handed out in their order, each as soon as a part is free,
/// so that items may take different times. Which part an item gets, and what is left in it, is not determined: `work`
/// has to write before it reads. Threads are those of the rayon pool that the caller is in; without the feature
/// `parallel` there is one.
///
/// [`solve_batch`](crate::batch::solve_batch) uses this function, which also serves for other work on many problems:
///
/// ```
/// use sinkhorn_core::{batch::share_out, PointCloud, Problem, Settings, solve, start::Monotone, Workspace};
/// let (sets, y) = ([[0.0, 1.0], [0.5, 2.0], [3.0, 3.5]], [0.2, 1.1]);
/// let settings = Settings::default();
/// let against_y = |x| Problem::new(PointCloud::squared_euclidean(x, &y, 1)?);
/// let threads = 2;
/// let mut memory = vec![0.0; threads * Workspace::len(&against_y(&sets[0])?, &settings)?];
/// let mut costs = [const { Ok(0.0) }; 3];
/// share_out(sets.iter().zip(&mut costs), threads, &mut memory, |(x, cost), memory| {
///     *cost = against_y(x).and_then(|problem| {
///         let solution = solve(&problem, &Monotone, &settings, Workspace::new(memory, &problem, &settings)?)?;
///         Ok(solution.report().transport_cost)
///     });
/// });
/// assert!(costs.iter().all(Result::is_ok));
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// `next` of `items` runs under a lock: it must not use rayon itself.
///
/// # Panics
/// If `work` does.
pub fn share_out<T, I>(items: I, threads: usize, memory: &mut [T], work: impl Fn(I::Item, &mut [T]) + Sync)
where
    T: Send,
    I: IntoIterator<Item: Send, IntoIter: Send>,
{
    let items = items.into_iter();
    let part = memory.len() / threads.max(1);
    #[cfg(feature = "parallel")]
    if threads > 1 && crate::threads::has_threads() {
        let (queue, work) = (&std::sync::Mutex::new(items), &work);
        // The lock is held for as long as it takes to find the next item. If the iterator panics, the queue is
        // poisoned, and rayon hands the panic on.
        let next = move || queue.lock().ok().and_then(|mut items| items.next());
        return rayon::scope(|scope| {
            let mut rest = memory;
            for _ in 0..threads {
                let memory = rest.split_off_mut(..part).unwrap_or_default();
                scope.spawn(move |_| {
                    while let Some(item) = next() {
                        work(item, memory);
                    }
                });
            }
        });
    }
    for item in items {
        work(item, &mut memory[..part]);
    }
}
