use super::targets::Targets;
use super::{Soft, SoftSettings};
use crate::error::{Argument, Error, check_length};
use crate::real::Real;

/// Writes soft quantiles, the values at levels in [0, 1], into `out` (as many). Level 0 is the least value, 1/2 the
/// median, 1 the greatest; levels come in any order. A quantile is the mean of the values that go to a share of 1/n
/// around its level, less where the next level is nearer; equal levels have equal quantiles. Which share a level means
/// is the [`QuantileConvention`](super::QuantileConvention) of the settings. Quantiles lie within the values and do not
/// decrease with the level.
///
/// ```
/// use sinkhorn_core::soft::{SoftSettings, soft_len, soft_quantile};
/// let values = [3.0_f64, -1.0, 2.0, 0.5, 7.0];
/// let settings = SoftSettings { epsilon: 1e-3, ..SoftSettings::default() };
/// let mut memory = vec![0.0; soft_len(5, 2 * 2 + 1, &settings)?];
/// let mut quantiles = [0.0; 2];
/// soft_quantile(&values, None, &[0.5, 1.0], &settings, &mut memory, &mut quantiles)?;
/// assert!((quantiles[0] - 2.0).abs() < 0.01 && (quantiles[1] - 7.0).abs() < 0.01);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`soft_sort`](super::soft_sort), [`ErrorKind::Length`](crate::error::ErrorKind::Length) naming `output`,
/// and [`ErrorKind::Empty`](crate::error::ErrorKind::Empty) and
/// [`ErrorKind::EntryOutOfRange`](crate::error::ErrorKind::EntryOutOfRange) naming `levels`.
pub fn soft_quantile<'w, T: Real>(
    values: &[T],
    weights: Option<&[T]>,
    levels: &[T],
    settings: &SoftSettings<T>,
    memory: &'w mut [T],
    out: &mut [T],
) -> Result<Soft<'w, T>, Error> {
    let targets = Targets::quantiles(levels, settings.quantiles)?;
    check_length(Argument::OUTPUT, out, levels.len())?;
    Soft::new(values, weights, &targets, settings, memory, out)
}
