//! Soft sorting, ranking, quantiles and top-k, whose results own everything.

use std::borrow::Cow;

use sinkhorn_core::diff::LinearReport;
use sinkhorn_core::soft::{self, KeptSoft, SoftSettings};

use crate::input::IntoVector;
use crate::{Error, Real, Report, Status};

/// Begins to sort values softly, in increasing order: the k-th result is the mean of the values that go to the k-th
/// level (Cuturi, Teboul and Vert 2019). A small epsilon is sharp.
///
/// ```
/// let sorted = sinkhorn::soft_sort(&[3.0_f64, -1.0, 2.0, 0.5]).epsilon(1e-3).solve()?;
/// assert!((sorted.values()[0] + 1.0).abs() < 1e-3);
///
/// // The derivative of the largest, in the values.
/// let gradient = sorted.vjp(&[0.0, 0.0, 0.0, 1.0])?;
/// assert!((gradient.values[0] - 1.0).abs() < 1e-3);
/// # Ok::<(), sinkhorn::Error>(())
/// ```
pub fn soft_sort<'a, T: Real>(values: impl IntoVector<'a, Scalar = T>) -> SoftBuilder<'a, T> {
    let values = values.into_vector();
    let operator = Operator::Sort(values.len());
    SoftBuilder::new(values, operator)
}

/// Begins to sort values softly into m of them: the means of m equal shares, in increasing order.
///
/// ```
/// let halves = sinkhorn::soft_sort_to(&[3.0_f64, -1.0, 2.0, 0.0], 2).epsilon(1e-3).solve()?;
/// assert!((halves.values()[0] + 0.5).abs() < 1e-2 && (halves.values()[1] - 2.5).abs() < 1e-2);
/// # Ok::<(), sinkhorn::Error>(())
/// ```
pub fn soft_sort_to<'a, T: Real>(values: impl IntoVector<'a, Scalar = T>, m: usize) -> SoftBuilder<'a, T> {
    SoftBuilder::new(values.into_vector(), Operator::Sort(m))
}

/// Begins to rank values softly: how many are below each of them, from 0 to n - 1.
///
/// ```
/// let ranks = sinkhorn::soft_rank(&[3.0_f64, -1.0, 2.0, 0.5]).epsilon(1e-3).solve()?;
/// assert!((ranks.values()[0] - 3.0).abs() < 1e-3);
/// # Ok::<(), sinkhorn::Error>(())
/// ```
pub fn soft_rank<'a, T: Real>(values: impl IntoVector<'a, Scalar = T>) -> SoftBuilder<'a, T> {
    SoftBuilder::new(values.into_vector(), Operator::Rank)
}

/// Begins to find soft quantiles at levels in [0, 1], in any order: 1/2 is the median.
///
/// ```
/// let quantiles = sinkhorn::soft_quantile(&[3.0_f64, -1.0, 2.0, 0.5, 7.0], &[0.5, 1.0]).epsilon(1e-3).solve()?;
/// assert!((quantiles.values()[0] - 2.0).abs() < 0.01);
/// # Ok::<(), sinkhorn::Error>(())
/// ```
pub fn soft_quantile<'a, T: Real>(
    values: impl IntoVector<'a, Scalar = T>,
    levels: impl IntoVector<'a, Scalar = T>,
) -> SoftBuilder<'a, T> {
    SoftBuilder::new(values.into_vector(), Operator::Quantile(levels.into_vector()))
}

/// Begins to select the k largest of n values softly: how much each of them is among those, from 0 to 1.
///
/// ```
/// let selected = sinkhorn::soft_top_k(&[3.0_f64, -1.0, 2.0, 0.5], 2.0).epsilon(0.1).solve()?;
/// assert!(selected.values()[0] > 0.99 && selected.values()[1] < 0.01);
/// # Ok::<(), sinkhorn::Error>(())
/// ```
pub fn soft_top_k<'a, T: Real>(values: impl IntoVector<'a, Scalar = T>, k: T) -> SoftBuilder<'a, T> {
    SoftBuilder::new(values.into_vector(), Operator::Top(k))
}

enum Operator<'a, T: Real> {
    Sort(usize),
    Rank,
    Quantile(Cow<'a, [T]>),
    Top(T),
}

/// A soft operator before its solve: [`soft_sort`], [`soft_rank`], [`soft_quantile`] and [`soft_top_k`] make one.
#[must_use = "nothing is computed before `solve` is called"]
pub struct SoftBuilder<'a, T: Real> {
    values: Cow<'a, [T]>,
    weights: Option<Cow<'a, [T]>>,
    operator: Operator<'a, T>,
    settings: SoftSettings<T>,
}

impl<'a, T: Real> SoftBuilder<'a, T> {
    fn new(values: Cow<'a, [T]>, operator: Operator<'a, T>) -> Self {
        SoftBuilder { values, weights: None, operator, settings: SoftSettings::default() }
    }

    /// Sets weights of the values. By default all weigh the same.
    pub fn weights(mut self, weights: impl IntoVector<'a, Scalar = T>) -> Self {
        self.weights = Some(weights.into_vector());
        self
    }

    /// Sets how soft the operator is. Values are standardised, so that epsilon does not depend on their scale; for n
    /// values, about 1 / n^2 tells neighbours apart. By default it is 0.01, which is soft for more than ten values.
    pub fn epsilon(mut self, epsilon: T) -> Self {
        self.settings.epsilon = epsilon;
        self
    }

    /// Sets everything else: the start, the convention of quantiles, how it solves. Epsilon is among them.
    pub fn settings(mut self, settings: SoftSettings<T>) -> Self {
        self.settings = settings;
        self
    }

    /// Solves.
    ///
    /// # Errors
    /// Every bad argument, by name and entry: no values, values that are not finite, bad weights (`a`), levels outside
    /// [0, 1], a k outside (0, n), an epsilon that is not positive, and bad settings.
    pub fn solve(self) -> Result<Soft<T>, Error> {
        let SoftBuilder { values, weights, operator, settings } = &self;
        let (weights, n) = (weights.as_deref(), values.len());
        // The lengths of the output and of the levels.
        let (outputs, levels) = match operator {
            Operator::Sort(m) => (*m, *m),
            Operator::Rank => (n, n),
            Operator::Quantile(levels) => (levels.len(), 2 * levels.len() + 1),
            Operator::Top(_) => (n, 2),
        };
        let mut memory = vec![T::ZERO; soft::soft_len(n, levels, settings)?];
        let (memory, mut out) = (&mut memory[..], vec![T::ZERO; outputs]);
        let solved = match operator {
            Operator::Sort(_) => soft::soft_sort(values, weights, settings, memory, &mut out),
            Operator::Rank => soft::soft_rank(values, weights, settings, memory, &mut out),
            Operator::Quantile(levels) => soft::soft_quantile(values, weights, levels, settings, memory, &mut out),
            Operator::Top(k) => soft::soft_top_k(values, weights, *k, settings, memory, &mut out),
        }?;
        let mut vectors = vec![T::ZERO; solved.kept_len()];
        let kept = solved.keep(&mut vectors)?;
        Ok(Soft { out, kept, vectors, count: n })
    }
}

/// The result of a soft operator, with its derivative.
#[derive(Debug, Clone)]
pub struct Soft<T: Real = f64> {
    out: Vec<T>,
    kept: KeptSoft<T>,
    vectors: Vec<T>,
    /// n.
    count: usize,
}

/// The gradient of a loss in the inputs of a soft operator.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SoftGradient<T> {
    /// In the values, n.
    pub values: Vec<T>,
    /// In their weights, n.
    pub weights: Vec<T>,
}

#[cfg(feature = "serde")]
impl<T: Real> Soft<T> {
    /// Returns what is kept of the operator, and its vectors.
    pub(crate) fn kept(&self) -> (&KeptSoft<T>, &[T]) {
        (&self.kept, &self.vectors)
    }

    /// Makes an operator of its results and of what is kept of it.
    pub(crate) fn of_parts(out: Vec<T>, kept: KeptSoft<T>, vectors: Vec<T>) -> Self {
        let count = kept.len();
        Soft { out, kept, vectors, count }
    }
}

impl<T: Real> Soft<T> {
    /// Returns the results.
    pub fn values(&self) -> &[T] {
        &self.out
    }

    /// Returns the results, and drops the rest.
    pub fn into_values(self) -> Vec<T> {
        self.out
    }

    /// Says whether the solve has converged. If not, the report says why.
    pub fn converged(&self) -> bool {
        self.report().status == Status::Converged
    }

    /// Returns the numbers of the solve.
    pub fn report(&self) -> &Report<T> {
        self.kept.report()
    }

    /// Returns the gradient of a loss in values and weights, given dL/d(result).
    ///
    /// # Errors
    /// For a length that does not fit or entries that are not finite, naming `vector`; if epsilon is so small that
    /// rounding leaves nothing of the plan, and if a derivative leaves the range.
    pub fn vjp(&self, cotangent: &[T]) -> Result<SoftGradient<T>, Error> {
        self.vjp_with_report(cotangent).map(|(gradient, _)| gradient)
    }

    /// Returns what [`Soft::vjp`] does, and how the linear system behind it was solved.
    ///
    /// # Errors
    /// Those of [`Soft::vjp`].
    pub fn vjp_with_report(&self, cotangent: &[T]) -> Result<(SoftGradient<T>, LinearReport<T>), Error> {
        let mut scratch = vec![T::ZERO; self.kept.scratch_len()?];
        let mut soft = self.kept.soft(&self.vectors, &mut scratch)?;
        let mut gradient = SoftGradient { values: vec![T::ZERO; self.count], weights: vec![T::ZERO; self.count] };
        let report = soft.vjp(cotangent, &mut gradient.values, Some(&mut gradient.weights))?;
        Ok((gradient, report))
    }
}
