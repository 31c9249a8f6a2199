//! The inputs of a problem, as places for derivatives and as directions.

use crate::cost::Smoothness;
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::measure::{check_finite, check_finite_vector};
use crate::real::Real;
use crate::reduce::is_finite;

use super::conditional::Conditional;

/// The places to which the derivatives of a number with respect to the inputs of a problem are written. Those without a
/// place are not computed.
///
/// A derivative in a weight moves that entry alone. The totals of a balanced problem must stay equal, so its
/// derivatives hold along changes with sum da_i = sum db_j: a constant that is added to all of `a` and taken from all
/// of `b` would change nothing.
#[derive(Debug)]
pub struct Gradients<'g, T> {
    /// In x, n x d row-major.
    pub x: Option<&'g mut [T]>,
    /// In y, m x d row-major.
    pub y: Option<&'g mut [T]>,
    /// In the weights a, n.
    pub a: Option<&'g mut [T]>,
    /// In the weights b, m.
    pub b: Option<&'g mut [T]>,
    /// In the costs as they are given (not scaled), n x m row-major for any storage order of a matrix; of points, as if
    /// pairs had costs of their own.
    pub cost: Option<&'g mut [T]>,
    /// In epsilon, in units of (scaled) cost.
    pub epsilon: Option<&'g mut T>,
}

impl<T: Real> Gradients<'_, T> {
    /// Asks for nothing: fill in what you want.
    pub const fn none() -> Self {
        Gradients { x: None, y: None, a: None, b: None, cost: None, epsilon: None }
    }

    pub(super) fn has_points(&self) -> bool {
        self.x.is_some() || self.y.is_some()
    }

    /// Returns what has been written, by argument.
    pub(crate) fn written(&self) -> [(Argument, Option<&[T]>); 6] {
        let Gradients { x, y, a, b, cost, epsilon } = self;
        let vectors = [(Argument::X, x), (Argument::Y, y), (Argument::A, a), (Argument::B, b), (Argument::COST, cost)];
        let [x, y, a, b, cost] = vectors.map(|(argument, values)| (argument, values.as_deref()));
        [x, y, a, b, cost, (Argument::EPSILON, epsilon.as_deref().map(core::slice::from_ref))]
    }

    /// Refuses derivatives that are not finite, for which the argument is to blame.
    pub(super) fn check_results(&self, argument: Argument) -> Result<(), Error> {
        check_results(argument, self.written().map(|(_, values)| values))
    }

    /// Checks the lengths, and that derivatives in the points can be had if they are asked for.
    pub(super) fn check(&self, plan: &Conditional<'_, T>, required: Smoothness) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        let Gradients { x, y, a, b, cost, .. } = self;
        check_len(Argument::A, a.as_deref(), n)?;
        check_len(Argument::B, b.as_deref(), m)?;
        check_len(Argument::COST, cost.as_deref(), n.saturating_mul(m))?;
        if !self.has_points() {
            return Ok(());
        }
        let d = plan.dimension_of_differentiable_points(required)?;
        check_len(Argument::X, x.as_deref(), n * d)?;
        check_len(Argument::Y, y.as_deref(), m * d)
    }

    /// Adds `factor` times a gradient of c(x_i, y_j), or a change of it, on both sides.
    pub(super) fn add(&mut self, (i, j): (usize, usize), factor: T, [in_x, in_y]: &[&mut [T]; 2]) {
        let d = in_x.len();
        if let Some(out) = &mut self.x {
            add_times(&mut out[i * d..(i + 1) * d], factor, in_x);
        }
        if let Some(out) = &mut self.y {
            add_times(&mut out[j * d..(j + 1) * d], factor, in_y);
        }
    }
}

/// Adds a multiple of a vector.
pub(super) fn add_times<T: Real>(out: &mut [T], factor: T, values: &[T]) {
    for (out, &value) in out.iter_mut().zip(values) {
        *out += factor * value;
    }
}

/// Checks the length of a vector, if it is there.
pub(super) fn check_len<T>(argument: Argument, values: Option<&[T]>, expected: usize) -> Result<(), Error> {
    values.map_or(Ok(()), |values| check_length(argument, values, expected))
}

/// Checks length and entries of an input, if it is there: of a vector, or of a matrix of so many columns.
pub(super) fn check_input<T: Real>(
    argument: Argument,
    values: Option<&[T]>,
    expected: usize,
    columns: Option<usize>,
) -> Result<(), Error> {
    check_len(argument, values, expected)?;
    match (values, columns) {
        (Some(values), Some(columns)) => check_finite(argument, values, columns),
        (Some(values), None) => check_finite_vector(argument, values),
        (None, _) => Ok(()),
    }
}

/// Refuses results that are not finite, for which the argument is to blame.
pub(crate) fn check_results<'v, T: Real>(
    argument: Argument,
    results: impl IntoIterator<Item = Option<&'v [T]>>,
) -> Result<(), Error> {
    let mut written = results.into_iter().flatten();
    if written.all(is_finite) { Ok(()) } else { Err(Error::new(argument, ErrorKind::Overflow)) }
}

/// A direction in which the inputs of a problem change. An input that is left out stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct Tangent<'t, T> {
    /// dx, n x d row-major.
    pub x: Option<&'t [T]>,
    /// dy, m x d row-major.
    pub y: Option<&'t [T]>,
    /// da, n. The totals of a balanced problem must stay equal: sum da_i = sum db_j. Otherwise the difference is taken
    /// out and reported.
    pub a: Option<&'t [T]>,
    /// db, m.
    pub b: Option<&'t [T]>,
    /// dC, n x m row-major, not scaled.
    pub cost: Option<&'t [T]>,
    /// d epsilon, in units of (scaled) cost.
    pub epsilon: T,
}

impl<T: Real> Tangent<'_, T> {
    /// Changes nothing: fill in what changes.
    pub const fn none() -> Self {
        Tangent { x: None, y: None, a: None, b: None, cost: None, epsilon: T::ZERO }
    }

    pub(super) fn has_points(&self) -> bool {
        self.x.is_some() || self.y.is_some()
    }

    pub(super) fn da(&self, i: usize) -> T {
        self.a.map_or(T::ZERO, |a| a[i])
    }

    pub(super) fn db(&self, j: usize) -> T {
        self.b.map_or(T::ZERO, |b| b[j])
    }

    pub(super) fn check(&self, plan: &Conditional<'_, T>) -> Result<(), Error> {
        let (n, m) = (plan.f.len(), plan.g.len());
        check_input(Argument::A, self.a, n, None)?;
        check_input(Argument::B, self.b, m, None)?;
        check_input(Argument::COST, self.cost, n.saturating_mul(m), Some(m))?;
        if !self.epsilon.is_finite() {
            let range = "(-inf, inf)";
            return Err(Error::new(Argument::EPSILON, ErrorKind::OutOfRange { value: self.epsilon.widen(), range }));
        }
        if !self.has_points() {
            return Ok(());
        }
        let d = plan.dimension_of_differentiable_points(Smoothness::Gradient)?;
        check_input(Argument::X, self.x, n * d, Some(d))?;
        check_input(Argument::Y, self.y, m * d, Some(d))
    }
}
