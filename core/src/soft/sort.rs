use super::targets::Targets;
use super::{Soft, SoftSettings};
use crate::error::{Argument, Error, ErrorKind};
use crate::real::Real;

/// Sorts softly: writes values in increasing order into `out`, which has any length m. The k-th is the mean of the
/// values that go to the k-th of m levels. With m = n and small epsilon they are the sorted values; with a smaller m,
/// the means of m equal shares of them. Values need no order, and weights need not sum to anything. The output lies
/// within the values and does not decrease, converged or not.
///
/// ```
/// use sinkhorn_core::soft::{SoftSettings, soft_len, soft_sort};
/// let values = [3.0_f64, -1.0, 2.0, 0.5];
/// let settings = SoftSettings { epsilon: 1e-3, ..SoftSettings::default() };
/// let mut memory = vec![0.0; soft_len(4, 4, &settings)?];
/// let mut sorted = [0.0; 4];
/// let mut soft = soft_sort(&values, None, &settings, &mut memory, &mut sorted)?;
/// assert!((sorted[0] + 1.0).abs() < 1e-3 && (sorted[3] - 3.0).abs() < 1e-3);
///
/// // The derivative of the largest.
/// let mut in_values = [0.0; 4];
/// soft.vjp(&[0.0, 0.0, 0.0, 1.0], &mut in_values, None)?;
/// assert!((in_values[0] - 1.0).abs() < 1e-3);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Empty`], [`ErrorKind::NotFinite`], and [`ErrorKind::Overflow`] for their spread, naming `values`; those
/// of weights naming `a`; [`ErrorKind::Workspace`] with the length that is needed ([`soft_len`](super::soft_len)); and
/// bad settings.
pub fn soft_sort<'w, T: Real>(
    values: &[T],
    weights: Option<&[T]>,
    settings: &SoftSettings<T>,
    memory: &'w mut [T],
    out: &mut [T],
) -> Result<Soft<'w, T>, Error> {
    if out.is_empty() && !values.is_empty() {
        return Err(Error::new(Argument::OUTPUT, ErrorKind::Empty));
    }
    Soft::new(values, weights, &Targets::Sorted(out.len()), settings, memory, out)
}
