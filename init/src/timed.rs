//! The time that a start takes.

use std::time::Instant;

use sinkhorn_core::{Error, Initializer, Real, Scratch, Started, Target};

/// Runs any start and reports the time that it took in [`Started::time`], which core cannot: it has no clock.
///
/// ```
/// use sinkhorn_core::{Initializer, Monotone, PointCloud, Problem, Settings, Workspace, solve};
/// use sinkhorn_init::Timed;
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Timed(Monotone), &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert_eq!(solution.report().start.name, "monotone");
/// assert!(solution.report().start.time.is_some());
///
/// let chosen_at_run_time: &dyn Initializer<f64> = &Monotone;
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

impl<T: Real, S: Initializer<T>> Initializer<T> for Timed<S> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// # Errors
    /// Those of the start.
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        let begin = Instant::now();
        let started = self.0.initialize(target, f, g, scratch)?;
        Ok(Started { time: Some(begin.elapsed()), ..started })
    }
}
