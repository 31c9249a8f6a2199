use super::{Divergence, divergence_gradient_len};
use crate::diff::{DerivativeSettings, Derivatives, Gradients};
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::real::Real;
use crate::solution::Solution;

impl<T: Real> Divergence<'_, T> {
    /// The gradient of the divergence, by the envelope theorem: those of the three terms ([`Derivatives::objective`]). `memory`, whose contents
    /// do not matter, holds at least [`divergence_gradient_len`] scalars. In `cost`: with respect to the costs between the measures.
    ///
    /// # Errors
    /// Those of [`Derivatives::new`] and [`Derivatives::objective`], and [`ErrorKind::Overflow`] naming the gradient (`x`,
    /// `y`, `a`, `b`, `cost`, `epsilon`) that leaves the range of the scalar: what was written is not to be used then.
    pub fn gradient(
        &self,
        settings: &DerivativeSettings<T>,
        memory: &mut [T],
        gradients: &mut Gradients<'_, T>,
    ) -> Result<(), Error> {
        let problem = &self.between.prepared.problem;
        let dimension = problem.geometry().dimension();
        settings.check()?;
        let argument = Argument::WORKSPACE;
        let required = divergence_gradient_len(problem.rows(), problem.columns(), dimension, settings.threads)
            .ok_or(Error::new(argument, ErrorKind::TooLarge))?;
        check_workspace(required, memory.len())?;
        Derivatives::new(&self.between, settings, memory)?.objective(gradients)?;
        let own = [
            (&self.within_x, gradients.x.as_deref_mut(), gradients.a.as_deref_mut()),
            (&self.within_y, gradients.y.as_deref_mut(), gradients.b.as_deref_mut()),
        ];
        let mut in_epsilon = T::ZERO;
        let wants_epsilon = gradients.epsilon.is_some();
        for (solution, in_points, in_weights) in own {
            in_epsilon += subtract(solution, settings, memory, in_points, in_weights, wants_epsilon)?;
        }
        if let Some(total) = &mut gradients.epsilon {
            let difference = problem.a().total() - problem.b().total();
            **total += T::HALF * (difference * difference - in_epsilon);
        }
        if let Some(in_a) = &mut gradients.a {
            let excess = self.between.report().epsilon * (problem.a().total() - problem.b().total());
            in_a.iter_mut().for_each(|value| *value += excess);
        }
        if let Some(in_b) = &mut gradients.b {
            let excess = self.between.report().epsilon * (problem.a().total() - problem.b().total());
            in_b.iter_mut().for_each(|value| *value -= excess);
        }
        check_results(gradients)
    }
}

/// Refuses a gradient that is not finite, naming it.
fn check_results<T: Real>(gradients: &Gradients<'_, T>) -> Result<(), Error> {
    let Gradients { x, y, a, b, cost, epsilon } = gradients;
    let of_epsilon = epsilon.as_deref().map(core::slice::from_ref);
    for (argument, values) in [
        (Argument::X, x.as_deref()),
        (Argument::Y, y.as_deref()),
        (Argument::A, a.as_deref()),
        (Argument::B, b.as_deref()),
        (Argument::COST, cost.as_deref()),
        (Argument::EPSILON, of_epsilon),
    ] {
        if values.into_iter().flatten().any(|value| !value.is_finite()) {
            return Err(Error::new(argument, ErrorKind::Overflow));
        }
    }
    Ok(())
}

/// Subtracts half of the gradient of a symmetric term: what its first side has, for both sides are moved at once and have the same. Returns that in
/// epsilon, where it is wanted.
fn subtract<T: Real>(
    solution: &Solution<'_, T>,
    settings: &DerivativeSettings<T>,
    memory: &mut [T],
    in_points: Option<&mut [T]>,
    in_weights: Option<&mut [T]>,
    wants_epsilon: bool,
) -> Result<T, Error> {
    if in_points.is_none() && in_weights.is_none() && !wants_epsilon {
        return Ok(T::ZERO);
    }
    let len = Derivatives::len(&solution.prepared.problem, settings)?;
    let (memory, spare) = memory.split_at_mut(len);
    let mut derivatives = Derivatives::new(solution, settings, memory)?;
    if let Some(out) = in_points {
        let spare = &mut spare[..out.len()];
        derivatives.objective(&mut Gradients { x: Some(spare), ..Gradients::none() })?;
        out.iter_mut().zip(spare.iter()).for_each(|(out, &own)| *out -= own);
    }
    if let Some(out) = in_weights {
        let spare = &mut spare[..out.len()];
        derivatives.objective(&mut Gradients { a: Some(spare), ..Gradients::none() })?;
        out.iter_mut().zip(spare.iter()).for_each(|(out, &own)| *out -= own);
    }
    let mut in_epsilon = T::ZERO;
    if wants_epsilon {
        derivatives.objective(&mut Gradients { epsilon: Some(&mut in_epsilon), ..Gradients::none() })?;
    }
    Ok(in_epsilon)
}
