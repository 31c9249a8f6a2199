//! Numbers from C, looked at.

use core::ffi::CStr;

use sinkhorn_core::Real;

use crate::fault::{Fault, FaultKind};

/// Refuses results that are not finite, which are the argument's fault.
pub(crate) fn check_finite<'v, T: Real>(
    argument: &'static CStr,
    values: impl IntoIterator<Item = &'v T>,
) -> Result<(), Fault> {
    if values.into_iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(Fault::new(argument, FaultKind::Result))
    }
}

/// An index that is in range.
pub(crate) fn index(argument: &'static CStr, index: usize, len: usize) -> Result<usize, Fault> {
    if index < len { Ok(index) } else { Err(Fault::new(argument, FaultKind::Index { index, len })) }
}

/// A number of points, 1 to 2^32 - 1.
pub(crate) fn count(argument: &'static CStr, size: usize) -> Result<usize, Fault> {
    match size {
        0 => Err(Fault::new(argument, FaultKind::Zero)),
        size if u32::try_from(size).is_err() => Err(Fault::too_large(argument)),
        size => Ok(size),
    }
}

/// n m, or the fault that names the matrix.
pub(crate) fn product(argument: &'static CStr, n: usize, m: usize) -> Result<usize, Fault> {
    n.checked_mul(m).ok_or(Fault::too_large(argument))
}

/// A number, or its default if it is zero.
pub(crate) fn or<V: PartialEq + Default>(value: V, default: V) -> V {
    if value == V::default() { default } else { value }
}

/// Refuses arguments that are set and would not be read: whoever set them believes that they are.
pub(crate) fn check_unused<const N: usize>(
    arguments: [(&'static CStr, bool); N],
    reason: &'static str,
) -> Result<(), Fault> {
    match arguments.into_iter().find(|(_, set)| *set) {
        Some((argument, _)) => Err(Fault::unsupported(argument, reason)),
        None => Ok(()),
    }
}
