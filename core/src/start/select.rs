use super::{Start, StartMemory, StartReport, Target, Zero};
use crate::error::Error;
use crate::real::Real;

/// Starts from the candidate whose potentials have the largest dual value; zero is always among the candidates.
///
/// The dual value is a lower bound of the answer. [`Target::dual_value`] estimates it at the price of a small share of
/// a sweep. Candidates that are not defined for the problem, or that overflow, are passed over. The report has the name
/// of the one that was chosen, and the cost of all of them together. The chosen one is run again, so that no memory is
/// needed beyond the solver's: make fits before (`sinkhorn_init::Auto` does).
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, start::{FixedGaussianStart, Monotone, Select}, Workspace};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let workspace = Workspace::new(&mut memory, &problem, &settings)?;
/// let gaussian = FixedGaussianStart::<1>::default();
/// let solution = solve(&problem, &Select::new(&[&Monotone, &gaussian]), &settings, workspace)?;
/// assert_eq!(solution.report().start.name, "monotone");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Select<'c, T> {
    candidates: &'c [&'c dyn Start<T>],
}

impl<'c, T: Real> Select<'c, T> {
    /// Chooses among zero and these. If several are worth the same, the first of them is taken.
    pub const fn new(candidates: &'c [&'c dyn Start<T>]) -> Self {
        Select { candidates }
    }
}

impl<T: Real> Start<T> for Select<'_, T> {
    /// # Errors
    /// Those of the candidates, except for [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) and
    /// [`ErrorKind::Overflow`](crate::error::ErrorKind::Overflow).
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        if self.candidates.is_empty() {
            return Zero.write_potentials(target, out);
        }
        let mut chosen: (&dyn Start<T>, T) = (&Zero, -T::INFINITY);
        let mut present = None;
        let mut pairs = 0_u64;
        let zero: &dyn Start<T> = &Zero;
        for &candidate in core::iter::once(&zero).chain(self.candidates) {
            present = None;
            let started = match candidate.write_potentials(target, out) {
                Ok(started) => started,
                Err(error) if error.is_unsuited_start() => continue,
                Err(error) => return Err(error),
            };
            let value = target.dual_value(started.wrote, out);
            pairs = pairs.saturating_add(started.pairs).saturating_add(target.dual_value_pairs(started.wrote));
            if value.is_finite() && value > chosen.1 {
                chosen = (candidate, value);
                present = Some(started);
            }
        }
        // The potentials are those of the last candidate. If another was chosen, it is run again.
        if let Some(started) = present {
            return Ok(started.pairs(pairs));
        }
        let started = chosen.0.write_potentials(target, out)?;
        Ok(started.pairs(pairs.saturating_add(started.pairs)))
    }
}
