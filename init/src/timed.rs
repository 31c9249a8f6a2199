//! The time that a start takes.

use std::time::Instant;

use sinkhorn_core::{
    Error, Real,
    start::{Start, StartMemory, StartReport, Target},
};

/// Runs any start and reports the time that it took in [`StartReport::time`], which core cannot: it has no clock.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, start::{Monotone, Start}, Workspace};
/// use sinkhorn_init::Timed;
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Timed(Monotone), &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert_eq!(solution.report().start.name, "monotone");
/// assert!(solution.report().start.time.is_some());
///
/// let chosen_at_run_time: &dyn Start<f64> = &Monotone;
/// let solution =
///     solve(&problem, &Timed(chosen_at_run_time), &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert!(solution.report().start.time.is_some());
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Timed<S>(
    /// The start.
    pub S,
);

impl<T: Real, S: Start<T>> Start<T> for Timed<S> {
    /// # Errors
    /// Those of the start.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let begin = Instant::now();
        let started = self.0.write_potentials(target, out)?;
        Ok(StartReport { time: Some(begin.elapsed()), ..started })
    }
}
