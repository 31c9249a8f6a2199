//! Soft sorting, ranking, quantiles and top-k: transport of values onto a grid of levels on the line (Cuturi, Teboul
//! and Vert 2019, "Differentiable Ranks and Sorting using Optimal Transport"), differentiated implicitly.
//!
//! A new operator is a file with its function, a set of levels in `targets`, and a `Readout` of the plan.

mod kept;
mod pull_back;
mod quantile;
mod rank;
mod sort;
mod targets;
mod top_k;

pub use kept::{KeptSoft, SoftParts};
pub use quantile::soft_quantile;
pub use rank::soft_rank;
pub use sort::soft_sort;
pub use top_k::soft_top_k;

use crate::diff::means::{along_columns, along_rows};
use crate::diff::{DerivativeSettings, Derivatives, derivatives_len};
use crate::error::{Argument, Error, ErrorKind, arguments, check_workspace};
use crate::geometry::{PointCloud, Shape};
use crate::measure::{Points, Weights, check_finite_vector};
use crate::memory;
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::reduce;
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::solver::solve;
use crate::start::{Monotone, Start, Zero, sort_indices};
use crate::workspace::Workspace;

use targets::Targets;

arguments! { LEVELS "levels" VALUES "values" K "k" }

/// The start of a soft operator. The answer and its derivatives are the same; only the number of sweeps differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoftStart {
    /// The monotone potentials: exact for epsilon 0, and close for small ones.
    #[default]
    Monotone,
    /// Zero, for comparison.
    Zero,
}

/// The quantile that a level means. Under both conventions it lies between two neighbours of the sorted values, and the
/// two quantiles are less than one value apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuantileConvention {
    /// Value k of n (from 0) is the quantile at the level (k + 1/2) / n, in the middle of its share of the mass
    /// (Hazen). The default, because it is what sorted values and ranks mean here: the levels of [`soft_sort`] are
    /// these, a quantile depends on the mass alone, and the opposite values have the opposite quantiles at the opposite
    /// levels. Levels below 1 / (2 n) and above 1 - 1 / (2 n) are those of the least and the greatest value.
    #[default]
    Hazen,
    /// Value k of n (from 0) is the quantile at the level k / (n - 1): from the least at 0 to the greatest at 1, as in
    /// NumPy, R and spreadsheets. With weights, n equal shares of the mass stand for the values.
    Linear,
}

impl QuantileConvention {
    /// Returns the share of the mass at the middle of a quantile of n values.
    fn position<T: Real>(self, level: T, n: T) -> T {
        match self {
            QuantileConvention::Hazen => level,
            QuantileConvention::Linear => (level * (n - T::ONE) + T::HALF) / n,
        }
    }
}

/// The settings of soft operators: how soft they are, and how they solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftSettings<T> {
    /// The regularisation. Values are standardised to mean 0 and standard deviation 1, and so are levels; the cost is
    /// the square of their difference. Small is sharp: for n values, about 1 / n^2 tells neighbours apart.
    pub epsilon: T,
    /// Values are standardised, which makes operators equivariant to their shift and scale. Derivatives take it into
    /// account. If this is false, epsilon is in units of value times standardised level.
    pub standardise: bool,
    /// The start of the solve.
    pub start: SoftStart,
    /// The meaning of the levels of [`soft_quantile`].
    pub quantiles: QuantileConvention,
    /// The settings of the solve.
    pub solve: Settings<T>,
    /// The settings of its derivatives.
    pub differentiation: DerivativeSettings<T>,
}

impl<T: Real> Default for SoftSettings<T> {
    /// Epsilon is 0.01, values are standardised, the start is monotone, and quantiles are Hazen's.
    fn default() -> Self {
        SoftSettings {
            epsilon: T::constant(0.01),
            standardise: true,
            start: SoftStart::Monotone,
            quantiles: QuantileConvention::Hazen,
            solve: Settings::default(),
            differentiation: DerivativeSettings::default(),
        }
    }
}

/// Returns the number of scalars that a soft operator needs for n values and m levels. m is the length of the output
/// for [`soft_sort`], n for [`soft_rank`], twice the number of levels and one more for [`soft_quantile`], and 2 for
/// [`soft_top_k`]. It is O(n + m), beside what the storage of the settings takes.
///
/// # Errors
/// Bad settings, and [`ErrorKind::TooLarge`].
pub fn soft_len<T: Real>(values: usize, levels: usize, settings: &SoftSettings<T>) -> Result<usize, Error> {
    Ok(layout(values, levels, settings)?.iter().sum())
}

/// Returns the lengths of the vectors of an operator, in the order in which [`Soft::new`] names them.
fn layout<T: Real>(n: usize, m: usize, settings: &SoftSettings<T>) -> Result<[usize; 9], Error> {
    settings.solve.check()?;
    settings.differentiation.check()?;
    let shape = Shape::squared_euclidean(n, m, 1);
    let differentiation = derivatives_len(n, m, 1, settings.differentiation.threads);
    let (Some(solve), Some(differentiation)) = (settings.solve.len_of(shape), differentiation) else {
        return Err(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge));
    };
    Ok([n, n, n, m, m, m, n.max(m), differentiation, solve])
}

/// A soft operator after its solve, with the report and the derivative. It lives in the memory that was lent.
pub struct Soft<'w, T: Real> {
    /// The derivatives; or the solution and the reason, if rounding leaves nothing of the plan to differentiate.
    derivatives: Result<Derivatives<'w, T>, (Solution<'w, T>, Error)>,
    /// The settings of the derivatives.
    settings: DerivativeSettings<T>,
    /// n: standardised values.
    x: &'w [T],
    /// n: weights that sum to one.
    a: &'w [T],
    /// The sum of the weights as they were given.
    total: T,
    /// m.
    b: &'w [T],
    standardised: bool,
    scale: T,
    readout: Readout<'w, T>,
    /// n.
    in_x: &'w mut [T],
    /// m.
    in_levels: &'w mut [T],
}

/// The means that an operator reads off the plan.
enum Readout<'w, T> {
    /// The mean of the values that go to a level, sum_i P_ij x_i / sum_i P_ij. `columns` are parked indices: the level
    /// of every output.
    Values { columns: &'w [T] },
    /// The mean number, from 0, of the levels that a value goes to. It grows by `factor` with the mean of the
    /// standardised levels. `in_map` is room for n.
    Levels { factor: T, in_map: &'w mut [T] },
}

impl<'w, T: Real> Soft<'w, T> {
    /// Solves, and writes the means that are read off the plan.
    fn new(
        values: &[T],
        weights: Option<&[T]>,
        targets: &Targets<'_, T>,
        settings: &SoftSettings<T>,
        memory: &'w mut [T],
        out: &mut [T],
    ) -> Result<Self, Error> {
        if values.is_empty() {
            return Err(Error::new(Argument::VALUES, ErrorKind::Empty));
        }
        check_finite_vector(Argument::VALUES, values)?;
        if let Some(weights) = weights {
            Weights::of_length(Argument::A, weights, values.len())?;
        }
        let (n, m) = (values.len(), targets.len());

        // Weights that sum to one, standardised values, and levels.
        let layout = layout(n, m, settings)?;
        check_workspace(layout.iter().sum(), memory.len())?;
        let [x, a, in_x, y, b, in_levels, of_readout, differentiation, workspace] = memory::cut_all(memory, layout);
        let total = weights.map_or(T::count(n), reduce::sum);
        for (i, a) in a.iter_mut().enumerate() {
            *a = weights.map_or(T::ONE, |weights| weights[i]) / total;
        }
        let (center, scale, standardised) = standardise(values, a, settings.standardise, x)?;
        let mut readout = targets.write(n, y, b, of_readout);
        let (x, a, y, b): (&'w [T], &'w [T], &'w [T], &'w [T]) = (x, a, y, b);

        // Transport the values onto the levels.
        let problem = Problem::new(PointCloud::squared_euclidean(x, y, 1)?)?
            .weights(a, b)?
            .epsilon(Epsilon::Absolute(settings.epsilon))?;
        let start: &dyn Start<T> = match settings.start {
            SoftStart::Monotone => &Monotone,
            SoftStart::Zero => &Zero,
        };
        let workspace = Workspace::new(workspace, &problem, &settings.solve)?;
        let solution = solve(&problem, start, &settings.solve, workspace)?;

        // Read the output off the plan, in the units of the values.
        let threads = settings.differentiation.threads;
        match &mut readout {
            Readout::Values { columns } => {
                along_columns(&solution, threads, differentiation, x, in_levels);
                keep_values_increasing(x, a, b, in_levels);
                let (least, greatest) = range(values, a);
                for (out, column) in out.iter_mut().zip(columns.iter()) {
                    let mean = in_levels[column.to_index() as usize];
                    *out = (center + scale * mean).max(least).min(greatest);
                }
            }
            Readout::Levels { in_map, .. } => {
                in_levels.iter_mut().enumerate().for_each(|(j, number)| *number = T::count(j));
                along_rows(&solution, threads, differentiation, in_levels, out);
                keep_levels_increasing(x, in_map, T::count(m - 1), out)?;
            }
        }
        let derivatives = Derivatives::new(&solution, &settings.differentiation, differentiation)
            .map_err(|error| (solution.clone(), error));
        let settings = settings.differentiation;
        Ok(Soft { derivatives, settings, x, a, total, b, standardised, scale, readout, in_x, in_levels })
    }

    /// Returns n, the number of values.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Returns false: an operator of no values is refused.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the solution of standardised values against levels.
    pub fn solution(&self) -> &Solution<'w, T> {
        match &self.derivatives {
            Ok(derivatives) => derivatives.solution(),
            Err((solution, _)) => solution,
        }
    }

    /// Returns the report of the solve.
    pub fn report(&self) -> &Report<T> {
        self.solution().report()
    }
}

// A mean over a plan is nondecreasing along the values (of the levels that they go to) and along the levels (of the
// values that go there) for any potentials, because its derivative is a variance: the plan is exp(2 x y / epsilon)
// times what depends on x alone and on y alone. Rounding of the exponentials breaks that by as much as it is, which is
// taken out below.

/// Keeps the means of values nondecreasing in the levels and within the values, those with weight.
fn keep_values_increasing<T: Real>(x: &[T], a: &[T], b: &[T], means: &mut [T]) {
    let (mut least, greatest) = range(x, a);
    for (mean, &weight) in means.iter_mut().zip(b) {
        if weight > T::ZERO {
            least = mean.max(least).min(greatest);
        }
        *mean = least;
    }
}

/// Returns the least and the greatest of the values with weight.
fn range<T: Real>(values: &[T], weights: &[T]) -> (T, T) {
    let with_weight = values.iter().zip(weights).filter(|&(_, &weight)| weight > T::ZERO).map(|(&value, _)| value);
    with_weight.fold((T::INFINITY, -T::INFINITY), |(least, greatest), value| (value.min(least), value.max(greatest)))
}

/// Keeps the means of numbers of levels nondecreasing in the values, equal for equal values, and from 0 to `greatest`.
/// `order` is scratch for n.
fn keep_levels_increasing<T: Real>(x: &[T], order: &mut [T], greatest: T, means: &mut [T]) -> Result<(), Error> {
    sort_indices(Points::new(Argument::VALUES, x, 1)?, order);
    let value = |slot: &T| x[slot.to_index() as usize];
    let mut least = T::ZERO;
    for ties in order.chunk_by(|p, q| value(p) == value(q)) {
        for slot in ties {
            least = means[slot.to_index() as usize].max(least).min(greatest);
        }
        for slot in ties {
            means[slot.to_index() as usize] = least;
        }
    }
    Ok(())
}

/// Writes (values - mean) / deviation, or the values as they are if this is not asked for. Returns mean, deviation, and
/// whether they are those of the values.
fn standardise<T: Real>(values: &[T], a: &[T], asked: bool, out: &mut [T]) -> Result<(T, T, bool), Error> {
    if !asked {
        out.copy_from_slice(values);
        return Ok((T::ZERO, T::ONE, false));
    }
    // From the first value, and in units of the largest deviation from it: neither offset nor scale is rounded into the
    // result.
    let origin = values[0];
    let mut largest = T::ZERO;
    for &value in values {
        let deviation = (value - origin).abs();
        if !deviation.is_finite() {
            return Err(Error::new(Argument::VALUES, ErrorKind::Overflow));
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
