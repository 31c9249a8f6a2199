//! A soft operator that outlives the memory of its solve.

use super::{Readout, Soft};
use crate::cost::SquaredEuclidean;
use crate::diff::{DerivativeSettings, Derivatives};
use crate::error::{Argument, Error, ErrorKind, check_positive, check_workspace};
use crate::memory;
use crate::real::Real;
use crate::report::Report;
use crate::solution::{Kept, Solution};

/// A soft operator without its vectors. They are in memory of the caller, who owns both, and who lends scratch for
/// derivatives.
///
/// ```
/// use sinkhorn_core::soft::{SoftSettings, soft_len, soft_rank};
/// let (values, settings) = ([3.0_f64, -1.0, 2.0, 0.5], SoftSettings::default());
/// let (mut memory, mut ranks) = (vec![0.0; soft_len(4, 4, &settings)?], [0.0; 4]);
/// let soft = soft_rank(&values, None, &settings, &mut memory, &mut ranks)?;
/// let mut vectors = vec![0.0; soft.kept_len()];
/// let kept = soft.keep(&mut vectors)?;
///
/// let (mut scratch, mut in_values) = (vec![0.0; kept.scratch_len()?], [0.0; 4]);
/// kept.soft(&vectors, &mut scratch)?.vjp(&[1.0, 0.0, 0.0, 0.0], &mut in_values, None)?;
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct KeptSoft<T: Real> {
    solution: Kept<T>,
    settings: DerivativeSettings<T>,
    /// n, m, and the number of outputs that are read off levels.
    sizes: [usize; 3],
    total: T,
    standardised: bool,
    scale: T,
    /// This belongs to [`Readout::Levels`].
    factor: Option<T>,
}

impl<T: Real> Soft<'_, T> {
    /// Returns the number of scalars that [`Soft::keep`] needs.
    pub fn kept_len(&self) -> usize {
        self.solution().kept_len() + self.columns().len()
    }

    /// Copies all vectors to `memory`: at least [`Soft::kept_len`] scalars. What is returned knows how to read them.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] with the length that is needed.
    pub fn keep(&self, memory: &mut [T]) -> Result<KeptSoft<T>, Error> {
        check_workspace(self.kept_len(), memory.len())?;
        let columns = self.columns();
        let (head, rest) = memory.split_at_mut(columns.len());
        head.copy_from_slice(columns);
        let factor = match &self.readout {
            Readout::Values { .. } => None,
            Readout::Levels { factor, .. } => Some(*factor),
        };
        Ok(KeptSoft {
            solution: self.solution().keep(rest)?,
            settings: self.settings,
            sizes: [self.x.len(), self.b.len(), columns.len()],
            total: self.total,
            standardised: self.standardised,
            scale: self.scale,
            factor,
        })
    }

    /// Returns the levels that outputs are read off, if they are values.
    fn columns(&self) -> &[T] {
        match &self.readout {
            Readout::Values { columns } => columns,
            Readout::Levels { .. } => &[],
        }
    }
}

/// The parts of a soft operator beside the solution of values against levels: to save one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftParts<T> {
    /// The sum of the weights as they were given.
    pub total: T,
    /// Values are standardised.
    pub standardised: bool,
    /// The standard deviation of the values, or 1.
    pub scale: T,
    /// The factor by which an output grows with the mean of the levels that a value goes to. `None` if outputs are
    /// values.
    pub factor: Option<T>,
    /// The settings of the derivatives.
    pub differentiation: DerivativeSettings<T>,
}

impl<T: Real> KeptSoft<T> {
    /// Returns the report of the solve.
    pub fn report(&self) -> &Report<T> {
        self.solution.report()
    }

    /// Returns n, the number of values.
    #[allow(clippy::len_without_is_empty)] // an operator of no values is refused
    pub fn len(&self) -> usize {
        self.sizes[0]
    }

    /// Returns what the operator consists of, the solution of its values against its levels, and the number of the
    /// level that each output is read off. `vectors` is what [`Soft::keep`] has written.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] if it is too short.
    pub fn parts<'v>(
        &self,
        vectors: &'v [T],
    ) -> Result<(SoftParts<T>, Solution<'v, T>, impl Iterator<Item = u32> + use<'v, T>), Error> {
        let KeptSoft { settings, total, standardised, scale, factor, .. } = *self;
        let parts = SoftParts { total, standardised, scale, factor, differentiation: settings };
        check_workspace(self.sizes[2], vectors.len())?;
        let (columns, rest) = vectors.split_at(self.sizes[2]);
        let solution = self.solution.solution(&SquaredEuclidean, rest)?;
        Ok((parts, solution, columns.iter().map(|column| column.to_index())))
    }

    /// Makes an operator again of its parts, and copies all vectors to `memory`: at least as many scalars as the
    /// solution needs ([`Solution::kept_len`]), and one for each of `columns`.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`]; [`ErrorKind::NotPositive`] and [`ErrorKind::OutOfRange`] for a part that no operator
    /// has; [`ErrorKind::Unsupported`] for a solution that is not on the line.
    pub fn restore(
        parts: &SoftParts<T>,
        solution: &Solution<'_, T>,
        columns: &[u32],
        memory: &mut [T],
    ) -> Result<Self, Error> {
        let SoftParts { total, standardised, scale, factor, differentiation } = *parts;
        let problem = solution.problem();
        let is_on_the_line = problem.geometry().cloud().is_some_and(|cloud| {
            cloud.dimension() == 1 && cloud.ground_cost().is_squared_euclidean() && !problem.b().is_uniform()
        });
        if !is_on_the_line || problem.a().is_uniform() {
            return Err(Error::unsupported(Argument::VALUES, "these are no values and levels on the line"));
        }
        check_positive(Argument::A, total)?;
        check_positive(Argument::VALUES, scale)?;
        if let Some(factor) = factor {
            check_positive(Argument::LEVELS, factor)?;
        }
        differentiation.check()?;
        check_workspace(solution.kept_len() + columns.len(), memory.len())?;
        let (head, rest) = memory.split_at_mut(columns.len());
        for (to, &column) in head.iter_mut().zip(columns) {
            if column as usize >= problem.columns() {
                let kind = ErrorKind::OutOfRange { value: f64::from(column), range: "[0, m)" };
                return Err(Error::new(Argument::LEVELS, kind));
            }
            *to = T::from_index(column);
        }
        let sizes = [problem.rows(), problem.columns(), columns.len()];
        Ok(KeptSoft {
            solution: solution.keep(rest)?,
            settings: differentiation,
            sizes,
            total,
            standardised,
            scale,
            factor,
        })
    }

    /// Returns the number of scalars of scratch that [`KeptSoft::soft`] needs.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`].
    pub fn scratch_len(&self) -> Result<usize, Error> {
        Ok(self.layout()?.iter().sum())
    }

    /// Returns the lengths of the vectors of scratch.
    fn layout(&self) -> Result<[usize; 4], Error> {
        let [n, m, _] = self.sizes;
        let derivatives = crate::diff::derivatives_len(n, m, 1, self.settings.threads);
        let derivatives = derivatives.ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))?;
        Ok([n, m, n, derivatives])
    }

    /// Lends the operator. `vectors` is what [`Soft::keep`] has written, and `scratch` holds at least
    /// [`KeptSoft::scratch_len`] scalars, whose contents do not matter.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] if one of them is too short.
    pub fn soft<'w>(&self, vectors: &'w [T], scratch: &'w mut [T]) -> Result<Soft<'w, T>, Error> {
        let layout = self.layout()?;
        check_workspace(layout.iter().sum(), scratch.len())?;
        let [in_x, in_levels, in_map, memory] = memory::cut_all(scratch, layout);
        let columns = vectors.get(..self.sizes[2]).unwrap_or_default();
        let rest = vectors.get(self.sizes[2]..).unwrap_or_default();
        let solution = self.solution.solution(&SquaredEuclidean, rest)?;
        let problem = *solution.problem();
        Ok(Soft {
            derivatives: Derivatives::new(&solution, &self.settings, memory).map_err(|error| (solution, error)),
            settings: self.settings,
            x: problem.geometry().cloud().map_or(&[], |cloud| cloud.x().data()),
            a: problem.a().values().unwrap_or_default(),
            total: self.total,
            b: problem.b().values().unwrap_or_default(),
            standardised: self.standardised,
            scale: self.scale,
            readout: match self.factor {
                Some(factor) => Readout::Levels { factor, in_map },
                None => Readout::Values { columns },
            },
            in_x,
            in_levels,
        })
    }
}
