//! Pointers from C, looked at before a reference is made of them.

use core::ffi::CStr;
use core::mem::{align_of, size_of};

use sinkhorn_core::Real;

use crate::fault::{Fault, FaultKind};

/// Bytes that a call reads or writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region {
    name: &'static CStr,
    start: usize,
    bytes: usize,
}

impl Region {
    /// `len` values from a pointer; empty where it is NULL, and then of no further interest.
    ///
    /// # Errors
    /// [`FaultKind::Misaligned`], and [`ErrorKind::TooLarge`](sinkhorn_core::error::ErrorKind::TooLarge) where the
    /// bytes do not fit the address space.
    pub fn optional<T>(name: &'static CStr, pointer: *const T, len: usize) -> Result<Self, Fault> {
        if pointer.is_null() {
            return Ok(Region { name, start: 0, bytes: 0 });
        }
        if !pointer.is_aligned() {
            return Err(Fault::new(name, FaultKind::Misaligned { alignment: align_of::<T>() }));
        }
        let start = pointer.addr();
        match len.checked_mul(size_of::<T>()) {
            Some(bytes) if bytes <= isize::MAX as usize && start.checked_add(bytes).is_some() => {
                Ok(Region { name, start, bytes })
            }
            _ => Err(Fault::too_large(name)),
        }
    }

    /// The same of a pointer that must not be NULL.
    pub fn required<T>(name: &'static CStr, pointer: *const T, len: usize) -> Result<Self, Fault> {
        if pointer.is_null() { Err(Fault::new(name, FaultKind::Null)) } else { Region::optional(name, pointer, len) }
    }

    /// Memory that the library already knows.
    pub fn of_slice<T>(name: &'static CStr, values: &[T]) -> Self {
        Region { name, start: values.as_ptr().addr(), bytes: size_of_val(values) }
    }

    fn overlaps(&self, other: &Region) -> bool {
        let end = |region: &Region| region.start + region.bytes;
        self.bytes > 0 && other.bytes > 0 && self.start < end(other) && other.start < end(self)
    }
}

/// Refuses memory that is written and overlaps anything else.
pub(crate) fn check_disjoint(written: &[Region], read: &[Region]) -> Result<(), Fault> {
    let mut rest = written;
    while let Some((region, others)) = rest.split_first() {
        rest = others;
        for other in others.iter().chain(read) {
            if region.overlaps(other) {
                return Err(Fault::new(region.name, FaultKind::Aliasing { other: other.name }));
            }
        }
    }
    Ok(())
}

/// The struct at a pointer, copied, after its size and alignment were checked.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to a `T`, whose first field is its `struct_size`; every bit pattern of
/// a `T` is valid.
pub(crate) unsafe fn read_struct<T: Copy>(name: &'static CStr, pointer: *const T) -> Result<T, Fault> {
    // SAFETY: the contract of this function.
    unsafe { check_struct(name, pointer)? };
    // SAFETY: not NULL and aligned, as just checked, and a whole `T` by its size.
    Ok(unsafe { pointer.read() })
}

/// Refuses a struct that is NULL, misaligned, or of another version.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to a struct that begins with its `struct_size`.
pub(crate) unsafe fn check_struct<T>(name: &'static CStr, pointer: *const T) -> Result<(), Fault> {
    Region::required(name, pointer, 1)?;
    // SAFETY: not NULL and aligned, and the struct begins with a `usize`, by the contract of this function.
    let actual = unsafe { pointer.cast::<usize>().read() };
    let expected = size_of::<T>();
    if actual == expected {
        Ok(())
    } else {
        Err(Fault::new(name, FaultKind::StructSize { row: None, expected, actual }))
    }
}

/// `len` values as a slice; `None` where the pointer is NULL.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to `len` values that nobody writes during `'a`.
pub(crate) unsafe fn slice<'a, T>(
    name: &'static CStr,
    pointer: *const T,
    len: usize,
) -> Result<Option<&'a [T]>, Fault> {
    Region::optional(name, pointer, len)?;
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, aligned, no larger than the address space, as checked; initialised by the contract.
    Ok(Some(unsafe { core::slice::from_raw_parts(pointer, len) }))
}

/// `len` values to write; `None` where the pointer is NULL.
///
/// # Safety
/// `pointer` is NULL, misaligned, or points to `len` values that nobody else reads or writes during `'a`. What they
/// hold does not matter: memory that comes from C has some bytes, and every pattern of them is a `T`.
pub(crate) unsafe fn output<'a, T>(
    name: &'static CStr,
    pointer: *mut T,
    len: usize,
) -> Result<Option<&'a mut [T]>, Fault> {
    Region::optional(name, pointer, len)?;
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, aligned, no larger than the address space, as checked; to this call alone by the contract.
    Ok(Some(unsafe { core::slice::from_raw_parts_mut(pointer, len) }))
}

/// Writes a struct that begins with its size, where it is wanted.
///
/// # Safety
/// `pointer` is NULL or has passed [`check_struct`].
pub(crate) unsafe fn write_struct<T>(pointer: *mut T, value: T) {
    if !pointer.is_null() {
        // SAFETY: aligned and of this size, by the contract of this function.
        unsafe { pointer.write(value) };
    }
}

/// [`check_struct`] where the struct may be NULL.
///
/// # Safety
/// That of [`check_struct`].
pub(crate) unsafe fn check_optional_struct<T>(name: &'static CStr, pointer: *const T) -> Result<(), Fault> {
    // SAFETY: the contract of this function.
    if pointer.is_null() { Ok(()) } else { unsafe { check_struct(name, pointer) } }
}

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

/// What is not NULL.
pub(crate) fn required<V>(argument: &'static CStr, value: Option<V>) -> Result<V, Fault> {
    value.ok_or(Fault::new(argument, FaultKind::Null))
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
