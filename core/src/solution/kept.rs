//! A solution that outlives its workspace and its problem.

use super::Solution;
#[cfg(feature = "skipping")]
use super::listed::ListedPlan;
use crate::cost::{GroundCost, SquaredEuclidean};
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::memory::CopyTo;
use crate::real::Real;
use crate::report::Report;

/// The most vectors that a solution and its problem consist of.
const MOST_VECTORS: usize = 32;

/// A solution without its vectors. They are in memory of the caller, who owns both, with those of the problem.
///
/// [`Kept::solution`] lends the solution whenever it is wanted, at once and with the same bits. The crate `sinkhorn`
/// makes results of it that may be returned, sent and stored.
///
/// ```
/// use sinkhorn_core::cost::SquaredEuclidean;
/// use sinkhorn_core::start::Monotone;
/// use sinkhorn_core::{Error, Kept, PointCloud, Problem, Settings, Workspace, solve};
///
/// fn solved() -> Result<(Kept<f64>, Vec<f64>), Error> {
///     let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
///     let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
///     let settings = Settings::default();
///     let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
///     let solution = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
///     let mut vectors = vec![0.0; solution.kept_len()];
///     Ok((solution.keep(&mut vectors)?, vectors)) // neither x nor the workspace is needed any longer
/// }
///
/// let (kept, vectors) = solved()?;
/// let solution = kept.solution(&SquaredEuclidean, &vectors)?;
/// println!("mass from x[0] to y[1]: {}", solution.entry(0, 1));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct Kept<T: Real> {
    /// All vectors are empty.
    solution: Solution<'static, T>,
    /// The lengths of the vectors, in the order in which they are copied.
    lengths: [usize; MOST_VECTORS],
    /// The name of the ground cost; nothing for a matrix.
    cost: Option<&'static str>,
}

impl<T: Real> core::fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Kept").field("report", self.report()).finish_non_exhaustive()
    }
}

impl<T: Real> Solution<'_, T> {
    /// Returns the number of scalars that [`Solution::keep`] needs: 2 (n + m) + 2 (n + m) d + d for points and n m for
    /// a matrix, and as many as there are weights that were given. If pairs were skipped, there are about twice as
    /// many.
    pub fn kept_len(&self) -> usize {
        let mut len = 0;
        self.copied(&mut CopyTo {
            vector: &mut |vector| {
                len += vector.len();
                &[]
            },
            cost: &SquaredEuclidean,
        });
        len
    }

    /// Copies all vectors, those of the problem included, to `memory`: at least [`Solution::kept_len`] scalars. What is
    /// returned knows how to read them.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] with the length that is needed.
    pub fn keep(&self, memory: &mut [T]) -> Result<Kept<T>, Error> {
        check_workspace(self.kept_len(), memory.len())?;
        let (mut lengths, mut count, mut rest) = ([0; MOST_VECTORS], 0, memory);
        let mut vector = |vector: &[T]| -> &'static [T] {
            if let Some(to) = rest.split_off_mut(..vector.len()) {
                to.copy_from_slice(vector);
            }
            lengths[count] = vector.len();
            count += 1;
            &[]
        };
        let solution = self.copied(&mut CopyTo { vector: &mut vector, cost: &SquaredEuclidean });
        let cost = self.problem().geometry().cloud().map(|cloud| cloud.ground_cost().name());
        Ok(Kept { solution, lengths, cost })
    }

    /// Copies all vectors to other memory.
    fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Solution<'t, T> {
        Solution {
            scaled: self.scaled.copied(to),
            f_hat: to.copy(self.f_hat),
            g_hat: to.copy(self.g_hat),
            f: to.copy(self.f),
            g: to.copy(self.g),
            report: self.report,
            #[cfg(feature = "skipping")]
            listed: self.listed.as_ref().map(|listed: &ListedPlan<'_, T>| listed.copied(to)),
        }
    }
}

impl<T: Real> Kept<T> {
    /// Returns the numbers.
    pub fn report(&self) -> &Report<T> {
        &self.solution.report
    }

    /// Lends the solution. `memory` is what [`Solution::keep`] has written, and `cost` the ground cost of the problem,
    /// which a cost matrix does not look at.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] if `memory` is too short, and [`ErrorKind::Unsupported`] naming `cost` for a cost of
    /// another name.
    pub fn solution<'s>(&self, cost: &'s dyn GroundCost<T>, memory: &'s [T]) -> Result<Solution<'s, T>, Error> {
        check_workspace(self.lengths.iter().sum(), memory.len())?;
        if self.cost.is_some_and(|name| name != cost.name()) {
            return Err(Error::new(Argument::COST, ErrorKind::unsupported("it is not the one of the solve")));
        }
        let (mut lengths, mut rest) = (self.lengths.iter(), memory);
        let mut vector = |_: &[T]| {
            let len = lengths.next().copied().unwrap_or(0);
            rest.split_off(..len).unwrap_or_default()
        };
        Ok(self.solution.copied(&mut CopyTo { vector: &mut vector, cost }))
    }
}
