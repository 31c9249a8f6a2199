use core::iter::FusedIterator;

use crate::error::{Argument, Error, ErrorKind};
use crate::problem::Problem;
use crate::real::Real;

/// The rows of two arrays that hold the potentials of all problems of a batch, one problem after the other.
///
/// It is an iterator over (f, g), which can be the outputs of [`solve_batch`](crate::batch::solve_batch).
///
/// ```
/// use sinkhorn_core::batch::{PotentialRows, batch_len, solve_batch};
/// use sinkhorn_core::{Error, PointCloud, Problem, Settings, start::Monotone};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problems = [
///     Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?,
///     Problem::new(PointCloud::squared_euclidean(&y, &y, 1)?)?,
/// ];
/// let settings = Settings::default();
/// let mut memory = vec![0.0; batch_len(&problems, &settings)?];
/// let (mut f, mut g, mut reports) = ([0.0; 3 + 2], [0.0; 2 + 2], [None; 2]);
/// let outputs = PotentialRows::new(&problems, &mut f, &mut g)?.zip(&mut reports);
/// solve_batch(&problems, |_| Monotone, &settings, &mut memory, outputs, |((f, g), report), solved| {
///     *report = Some(solved.map(|solution| {
///         f.copy_from_slice(solution.f());
///         g.copy_from_slice(solution.g());
///         *solution.report()
///     }));
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub struct PotentialRows<'s, 'a, T: Real> {
    problems: core::slice::Iter<'s, Problem<'a, T>>,
    f: &'s mut [T],
    g: &'s mut [T],
}

impl<'s, 'a, T: Real> PotentialRows<'s, 'a, T> {
    /// Takes two arrays: `f` has as many scalars as all problems together have rows, and `g` as many as they have
    /// columns.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] naming `f` or `g`.
    pub fn new(problems: &'s [Problem<'a, T>], f: &'s mut [T], g: &'s mut [T]) -> Result<Self, Error> {
        let total = |argument, size: fn(&Problem<'a, T>) -> usize, actual| {
            let add = |sum: usize, problem| sum.checked_add(size(problem));
            match problems.iter().try_fold(0, add) {
                Some(expected) if expected == actual => Ok(()),
                Some(expected) => Err(Error::new(argument, ErrorKind::Length { expected, actual })),
                None => Err(Error::new(argument, ErrorKind::TooLarge)),
            }
        };
        total(Argument::F, Problem::rows, f.len())?;
        total(Argument::G, Problem::columns, g.len())?;
        Ok(PotentialRows { problems: problems.iter(), f, g })
    }
}

impl<'s, T: Real> Iterator for PotentialRows<'s, '_, T> {
    type Item = (&'s mut [T], &'s mut [T]);

    fn next(&mut self) -> Option<Self::Item> {
        let problem = self.problems.next()?;
        // The lengths of both arrays are the sums, so that there is enough of both.
        Some((self.f.split_off_mut(..problem.rows())?, self.g.split_off_mut(..problem.columns())?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.problems.size_hint()
    }
}

impl<T: Real> core::fmt::Debug for PotentialRows<'_, '_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PotentialRows").field("problems", &self.problems.len()).finish_non_exhaustive()
    }
}

impl<T: Real> ExactSizeIterator for PotentialRows<'_, '_, T> {}

impl<T: Real> FusedIterator for PotentialRows<'_, '_, T> {}
