use super::targets::Targets;
use super::{Soft, SoftSettings};
use crate::error::{Argument, Error, check_length};
use crate::real::Real;

/// Ranks softly: writes for every value how many are below it, from 0 to n - 1, into `out` (n). Ties get the mean of
/// their ranks. With weights, the mass in increasing order is cut into n equal parts, ranked 0 to n - 1, and a value
/// gets the mean of the parts that it is in. Ranks do not decrease with the value, and equal values have equal ranks,
/// converged or not.
///
/// ```
/// use sinkhorn_core::soft::{SoftSettings, soft_len, soft_rank};
/// let values = [3.0_f64, -1.0, 2.0, 0.5];
/// let settings = SoftSettings { epsilon: 1e-3, ..SoftSettings::default() };
/// let mut memory = vec![0.0; soft_len(4, 4, &settings)?];
/// let mut ranks = [0.0; 4];
/// soft_rank(&values, None, &settings, &mut memory, &mut ranks)?;
/// for (rank, expected) in ranks.into_iter().zip([3.0, 0.0, 2.0, 1.0]) {
///     assert!((rank - expected).abs() < 1e-3);
/// }
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`soft_sort`](super::soft_sort), and [`ErrorKind::Length`](crate::error::ErrorKind::Length) naming
/// `output`.
pub fn soft_rank<'w, T: Real>(
    values: &[T],
    weights: Option<&[T]>,
    settings: &SoftSettings<T>,
    memory: &'w mut [T],
    out: &mut [T],
) -> Result<Soft<'w, T>, Error> {
    check_length(Argument::OUTPUT, out, values.len())?;
    Soft::new(values, weights, &Targets::Ranks(values.len()), settings, memory, out)
}
