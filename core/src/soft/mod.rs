//! Soft sorting, ranking, quantiles and top-k: transport of values onto a grid of levels on the line (Cuturi, Teboul and Vert 2019, "Differentiable
//! Ranks and Sorting using Optimal Transport"), differentiated implicitly.
//!
//! A new operator is a file that says what its levels are and what is read off the plan.

mod pull_back;
mod quantile;
mod rank;
mod sort;
mod targets;
mod top_k;

pub use quantile::soft_quantile;
pub use rank::soft_rank;
pub use sort::soft_sort;
pub use top_k::soft_top_k;

use crate::diff::{DerivativeSettings, Derivatives, derivatives_len};
use crate::error::{Argument, Error, Place};
use crate::geometry::{PointCloud, Shape};
use crate::initial::{Initializer, Monotone, Zero};
use crate::measure::{Weights, check_finite_vector};
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::reduce;
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::{Solution, check_length};
use crate::solver::solve;
use crate::workspace::{Workspace, len_for};

use targets::Targets;

/// What soft operators start from. The answer and its derivatives are the same; only the sweeps differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoftStart {
    /// The monotone potentials: exact for epsilon 0, and close for small ones.
    #[default]
    Monotone,
    /// Zero: for comparison.
    Zero,
}

/// How soft to be, and how to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftSettings<T> {
    /// The regularisation: values are standardised to mean 0 and standard deviation 1, and so are levels; the cost is the square of their
    /// difference. Small is sharp: for n values, about 1 / n^2 tells neighbours apart.
    pub epsilon: T,
    /// Whether values are standardised, which makes operators equivariant to their shift and scale (and derivatives know of it). Otherwise epsilon
    /// is in units of value times standardised level.
    pub standardise: bool,
    /// What the solve begins from.
    pub start: SoftStart,
    /// The solve.
    pub solve: Settings<T>,
    /// Its derivatives.
    pub differentiation: DerivativeSettings<T>,
}

impl<T: Real> Default for SoftSettings<T> {
    /// Epsilon 0.01, standardised, from the monotone potentials.
    fn default() -> Self {
        SoftSettings {
            epsilon: T::constant(0.01),
            standardise: true,
            start: SoftStart::Monotone,
            solve: Settings::default(),
            differentiation: DerivativeSettings::default(),
        }
    }
}

/// Scalars that a soft operator needs for n values and m levels: m is the length of the output for [`soft_sort`], n for [`soft_rank`], twice the
/// number of levels and one more for [`soft_quantile`], and 2 for [`soft_top_k`]. O(n + m), beside what the storage of the settings takes.
///
/// # Errors
/// Bad settings, and [`Error::TooLarge`].
pub fn soft_len<T: Real>(values: usize, levels: usize, settings: &SoftSettings<T>) -> Result<usize, Error> {
    settings.solve.check()?;
    settings.differentiation.check()?;
    let argument = Argument::Workspace;
    let shape = Shape::squared_euclidean(values, levels, 1);
    let Settings { acceleration, threads, .. } = settings.solve;
    let solve = len_for(shape, acceleration.memory(), settings.solve.storage_for(shape), threads);
    let differentiation = derivatives_len(values, levels, 1, settings.differentiation.threads);
    match (solve, differentiation) {
        (Some(solve), Some(differentiation)) => Ok(4 * values + 3 * levels + solve + differentiation),
        _ => Err(Error::TooLarge { argument }),
    }
}

/// A soft operator after its solve: for its derivative, and to see how it went. Lives in the memory that was lent.
pub struct Soft<'w, T: Real> {
    derivatives: Derivatives<'w, T>,
    /// n: standardised values.
    x: &'w [T],
    /// n: weights that sum to one.
    a: &'w [T],
    /// The sum of the weights as they were given.
    total: T,
    /// m.
    b: &'w [T],
    standardised: bool,
    mean: T,
    scale: T,
    reads: Reads<T>,
    /// n.
    in_x: &'w mut [T],
    /// n.
    in_map: &'w mut [T],
    /// m.
    in_levels: &'w mut [T],
}

/// What an operator reads off the plan.
#[derive(Debug, Clone, Copy)]
enum Reads<T> {
    /// Of a level the mean of the values that go there, sum_i P_ij x_i / b_j: of the levels from `first` on, each `stride` after the one before.
    Values { first: usize, stride: usize },
    /// Of a value the mean of the levels that it goes to, T_i, as factor T_i + constant.
    Levels { factor: T, constant: T },
}

impl<'w, T: Real> Soft<'w, T> {
    /// Solves, and writes what is read off.
    fn new(
        values: &[T],
        weights: Option<&[T]>,
        targets: &Targets<'_, T>,
        settings: &SoftSettings<T>,
        memory: &'w mut [T],
        out: &mut [T],
    ) -> Result<Self, Error> {
        if values.is_empty() {
            return Err(Error::Empty { argument: Argument::Values });
        }
        check_finite_vector(Argument::Values, values)?;
        if let Some(weights) = weights {
            check_length(Argument::A, weights, values.len())?;
            Weights::new(Argument::A, weights)?;
        }
        let (n, m) = (values.len(), targets.len());
        let required = soft_len(n, m, settings)?;
        if memory.len() < required {
            return Err(Error::Workspace { required, actual: memory.len() });
        }
        let mut rest = memory;
        let mut take = |len: usize| {
            let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            part
        };
        let (x, a, in_x, in_map) = (take(n), take(n), take(n), take(n));
        let (y, b, in_levels) = (take(m), take(m), take(m));
        let differentiation = take(derivatives_len(n, m, 1, settings.differentiation.threads).unwrap_or(0));
        let total = weights.map_or(T::count(n), reduce::sum);
        for (i, a) in a.iter_mut().enumerate() {
            *a = weights.map_or(T::ONE, |weights| weights[i]) / total;
        }
        let (mean, scale, standardised) = standardise(values, a, settings.standardise, x)?;
        let reads = targets.write(n, y, b);
        let (x, a, y, b): (&'w [T], &'w [T], &'w [T], &'w [T]) = (x, a, y, b);

        let problem = Problem::new(PointCloud::squared_euclidean(x, y, 1)?)?
            .weights(a, b)?
            .epsilon(Epsilon::Absolute(settings.epsilon))?;
        let start: &dyn Initializer<T> = match settings.start {
            SoftStart::Monotone => &Monotone,
            SoftStart::Zero => &Zero,
        };
        let workspace = Workspace::new(rest, &problem, &settings.solve)?;
        let solution = solve(&problem, start, &settings.solve, workspace)?;
        let derivatives = Derivatives::new(&solution, &settings.differentiation, differentiation)?;
        let mut soft = Soft { derivatives, x, a, total, b, standardised, mean, scale, reads, in_x, in_map, in_levels };
        soft.read(y, out);
        Ok(soft)
    }

    fn read(&mut self, y: &[T], out: &mut [T]) {
        match self.reads {
            Reads::Values { first, stride } => {
                let means = self.derivatives.column_means(self.x);
                for (out, &mean) in out.iter_mut().zip(means[first..].iter().step_by(stride)) {
                    *out = self.mean + self.scale * mean;
                }
            }
            Reads::Levels { factor, constant } => {
                let means = self.derivatives.row_means(y);
                for (out, &mean) in out.iter_mut().zip(means) {
                    *out = factor * mean + constant;
                }
            }
        }
    }

    /// n, the number of values.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Never true: no values are an error.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What was solved: standardised values against levels.
    pub fn solution(&self) -> &Solution<'w, T> {
        self.derivatives.solution()
    }

    /// How the solve went.
    pub fn report(&self) -> &Report<T> {
        self.derivatives.solution().report()
    }
}

/// (values - mean) / deviation into `out`; values as they are, where not asked for. Returns mean, deviation, and whether they are those of the values.
fn standardise<T: Real>(values: &[T], a: &[T], asked: bool, out: &mut [T]) -> Result<(T, T, bool), Error> {
    if !asked {
        out.copy_from_slice(values);
        return Ok((T::ZERO, T::ONE, false));
    }
    // From the first value, and in units of the largest deviation from it: neither offset nor scale is rounded into the result.
    let origin = values[0];
    let mut largest = T::ZERO;
    for (row, &value) in values.iter().enumerate() {
        let deviation = (value - origin).abs();
        if !deviation.is_finite() {
            let place = Place { row, column: None };
            return Err(Error::NotFinite { argument: Argument::Values, place, value: deviation.widen() });
        }
        largest = largest.max(deviation);
    }
    let unit = if largest > T::ZERO { largest } else { T::ONE };
    out.iter_mut().zip(values).for_each(|(out, &value)| *out = (value - origin) / unit);
    let mean = reduce::dot(a, out);
    out.iter_mut().for_each(|value| *value -= mean);
    let deviation = reduce::sum_of(out.len(), &|i| a[i] * out[i] * out[i]).sqrt();
    if deviation == T::ZERO {
        // One value has all the weight, or all are the same: there is no scale to tell.
        out.iter_mut().for_each(|value| *value *= unit);
        return Ok((origin + unit * mean, T::ONE, false));
    }
    out.iter_mut().for_each(|value| *value /= deviation);
    Ok((origin + unit * mean, unit * deviation, true))
}
