//! The gradient of a divergence: those of its three terms.

use super::{Divergence, divergence_gradient_len};
use crate::diff::{DerivativeSettings, Derivatives, Gradients, check_results};
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::real::Real;
use crate::solution::Solution;

impl<T: Real> Divergence<'_, T> {
    /// Returns the number of scalars with which [`Divergence::gradient`] skips the pairs that the solves skipped: it is
    /// [`divergence_gradient_len`], or 2 max(n, m) more.
    ///
    /// # Errors
    /// Bad settings, and [`ErrorKind::TooLarge`].
    pub fn gradient_len(&self, settings: &DerivativeSettings<T>) -> Result<usize, Error> {
        let solutions = [&self.between, &self.within_x, &self.within_y];
        let more = solutions.map(|solution| Derivatives::room_for_lists(solution.problem()));
        let more = more.into_iter().fold(0, usize::max);
        self.least_gradient_len(settings).map(|least| least + more)
    }

    fn least_gradient_len(&self, settings: &DerivativeSettings<T>) -> Result<usize, Error> {
        settings.check()?;
        let problem = &self.between.scaled.problem;
        let (n, m, d) = (problem.rows(), problem.columns(), problem.geometry().dimension());
        divergence_gradient_len(n, m, d, settings.threads).ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))
    }

    /// Writes the gradient of the divergence, by the envelope theorem: those of the three terms
    /// ([`Derivatives::objective`]). `memory`, whose contents do not matter, holds at least [`divergence_gradient_len`]
    /// scalars. The gradient in `cost` is that in the costs between the measures.
    ///
    /// # Errors
    /// Those of [`Derivatives::new`] and [`Derivatives::objective`], and [`ErrorKind::Overflow`] naming the gradient
    /// (`x`, `y`, `a`, `b`, `cost`, `epsilon`) that leaves the range of the scalar: what was written is not to be used
    /// then.
    pub fn gradient(
        &self,
        settings: &DerivativeSettings<T>,
        memory: &mut [T],
        gradients: &mut Gradients<'_, T>,
    ) -> Result<(), Error> {
        let problem = &self.between.scaled.problem;
        check_workspace(self.least_gradient_len(settings)?, memory.len())?;
        // The end is room for a gradient within a measure.
        let len_of_spare = problem.rows().max(problem.columns()) * problem.geometry().dimension().max(1);
        let skips = memory.len() >= self.gradient_len(settings)?;
        let (memory, spare) = memory.split_at_mut(memory.len() - len_of_spare);
        differentiate(&self.between, settings, memory, skips)?.objective(gradients)?;
        let mut in_epsilon = T::ZERO;
        let wants_epsilon = gradients.epsilon.is_some();
        for (solution, in_points, in_weights) in [
            (&self.within_x, gradients.x.as_deref_mut(), gradients.a.as_deref_mut()),
            (&self.within_y, gradients.y.as_deref_mut(), gradients.b.as_deref_mut()),
        ] {
            in_epsilon +=
                subtract(solution, settings, ([&mut *memory, spare], skips), in_points, in_weights, wants_epsilon)?;
        }
        // The term epsilon/2 (total_a - total_b)^2.
        let difference = problem.a().total() - problem.b().total();
        let excess = self.between.report().epsilon * difference;
        if let Some(total) = &mut gradients.epsilon {
            **total += T::HALF * (difference * difference - in_epsilon);
        }
        for (out, excess) in [(&mut gradients.a, excess), (&mut gradients.b, -excess)] {
            out.iter_mut().flat_map(|out| out.iter_mut()).for_each(|value| *value += excess);
        }
        // Refuse a gradient that is not finite, and name it.
        let mut written = gradients.written().into_iter();
        written.try_for_each(|(argument, values)| check_results(argument, [values]))
    }
}

/// Subtracts half of the gradient of a symmetric term, which is that of its first side: both sides move at once and
/// have the same gradient. Returns the gradient in epsilon, if it is wanted.
fn subtract<T: Real>(
    solution: &Solution<'_, T>,
    settings: &DerivativeSettings<T>,
    ([memory, spare], skips): ([&mut [T]; 2], bool),
    in_points: Option<&mut [T]>,
    in_weights: Option<&mut [T]>,
    wants_epsilon: bool,
) -> Result<T, Error> {
    if in_points.is_none() && in_weights.is_none() && !wants_epsilon {
        return Ok(T::ZERO);
    }
    let mut derivatives = differentiate(solution, settings, memory, skips)?;
    for (out, is_points) in [(in_points, true), (in_weights, false)] {
        let Some(out) = out else { continue };
        let own = &mut spare[..out.len()];
        let (x, a) = if is_points { (Some(&mut *own), None) } else { (None, Some(&mut *own)) };
        derivatives.objective(&mut Gradients { x, a, ..Gradients::none() })?;
        out.iter_mut().zip(own.iter()).for_each(|(out, &own)| *out -= own);
    }
    let mut in_epsilon = T::ZERO;
    if wants_epsilon {
        derivatives.objective(&mut Gradients { epsilon: Some(&mut in_epsilon), ..Gradients::none() })?;
    }
    Ok(in_epsilon)
}

/// Returns the derivatives of a solution. Whether there is room to skip pairs depends on `skips` alone.
fn differentiate<'d, T: Real>(
    solution: &Solution<'d, T>,
    settings: &DerivativeSettings<T>,
    memory: &'d mut [T],
    skips: bool,
) -> Result<Derivatives<'d, T>, Error> {
    let problem = solution.problem();
    let unused = if skips { 0 } else { Derivatives::room_for_lists(problem) };
    let len = Derivatives::len(problem, settings)? - unused;
    Derivatives::new(solution, settings, &mut memory[..len])
}
