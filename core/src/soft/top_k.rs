use super::targets::Targets;
use super::{Soft, SoftSettings};
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::real::Real;

/// Selects the k largest of n values softly: writes for every value how much it is among them, from 0 to 1, into `out`
/// (n). The entries sum to k, as far as the solve has converged, and do not decrease with the value; k need not be
/// whole. With weights, the share that is selected is k / n of their sum.
///
/// ```
/// use sinkhorn_core::soft::{SoftSettings, soft_len, soft_top_k};
/// let values = [3.0_f64, -1.0, 2.0, 0.5];
/// let settings = SoftSettings { epsilon: 0.1, ..SoftSettings::default() };
/// let mut memory = vec![0.0; soft_len(4, 2, &settings)?];
/// let mut selected = [0.0; 4];
/// soft_top_k(&values, None, 2.0, &settings, &mut memory, &mut selected)?;
/// assert!(selected[0] > 0.99 && selected[2] > 0.99 && selected[1] < 0.01);
/// assert!((selected.iter().sum::<f64>() - 2.0).abs() < 1e-5);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`soft_rank`](super::soft_rank), and [`ErrorKind::OutOfRange`] naming `k` unless 0 < k < n.
pub fn soft_top_k<'w, T: Real>(
    values: &[T],
    weights: Option<&[T]>,
    k: T,
    settings: &SoftSettings<T>,
    memory: &'w mut [T],
    out: &mut [T],
) -> Result<Soft<'w, T>, Error> {
    if values.is_empty() {
        return Err(Error::new(Argument::VALUES, ErrorKind::Empty));
    }
    let n = T::count(values.len());
    if !(k > T::ZERO && k < n) {
        return Err(Error::new(Argument::K, ErrorKind::OutOfRange { value: k.widen(), range: "(0, n)" }));
    }
    check_length(Argument::OUTPUT, out, values.len())?;
    Soft::new(values, weights, &Targets::Top(k / n), settings, memory, out)
}
