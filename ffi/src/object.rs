//! Objects that live in the caller's memory: what a handle points to.
//!
//! An object lies at the beginning of the memory that was lent, with what it works on behind it. Its tag says what
//! it is, so that a handle that is none any more is refused; it holds the ground cost, to which the object's own
//! geometry points, and therefore never moves.

use core::ffi::CStr;
use core::mem::{align_of, size_of};
use core::ptr;

use sinkhorn_core::{Error as CoreError, Real, Solution, Solver, divergence::Divergence, error::ErrorKind, soft::Soft};

use crate::checks::Region;
use crate::cost::GroundCost;
use crate::fault::{Fault, FaultKind};
use crate::settings::Observers;

/// What can be an object.
pub(crate) trait Kind {
    /// Unlikely to be found in memory that holds something else.
    const TAG: u32;
}

impl<T: Real> Kind for Solver<'static, T> {
    const TAG: u32 = 0x5350_1f01;
}

impl<T: Real> Kind for Solution<'static, T> {
    const TAG: u32 = 0x5350_1f02;
}

impl<T: Real> Kind for Divergence<'static, T> {
    const TAG: u32 = 0x5350_1f03;
}

impl<T: Real> Kind for Soft<'static, T> {
    const TAG: u32 = 0x5350_1f04;
}

/// The object itself. `repr(C)`: a solver becomes a solution in its place, and the ground cost stays where it is.
#[repr(C)]
pub(crate) struct Object<T: Real, V> {
    tag: u32,
    scalar: u32,
    /// Address and scalars of the memory that was lent.
    memory: (usize, usize),
    pub cost: GroundCost<T>,
    pub observers: Observers<T>,
    pub value: V,
}

/// Words and scalars that the objects of solves take, at most, whatever the compiler makes of them; beside 8 bytes
/// to align them.
pub(crate) const OBJECT_WORDS: usize = 190;
pub(crate) const OBJECT_SCALARS: usize = 60;

/// The same of a divergence and of soft operators.
pub(crate) const LARGE_OBJECT_WORDS: usize = 268;
pub(crate) const LARGE_OBJECT_SCALARS: usize = 100;

/// Scalars in front of what a solve needs.
pub(crate) const fn object_len<T>() -> usize {
    len_of::<T>(OBJECT_WORDS, OBJECT_SCALARS)
}

/// Scalars in front of what a divergence or a soft operator needs.
pub(crate) const fn large_object_len<T>() -> usize {
    len_of::<T>(LARGE_OBJECT_WORDS, LARGE_OBJECT_SCALARS)
}

const fn len_of<T>(words: usize, scalars: usize) -> usize {
    (words * size_of::<usize>() + 8).div_ceil(size_of::<T>()) + scalars
}

/// Memory that was lent for an object, looked at but not touched.
pub(crate) struct Lent<T> {
    pointer: *mut T,
    len: usize,
    object: usize,
}

impl<T: Real> Lent<T> {
    /// # Errors
    /// [`FaultKind::Null`], [`FaultKind::Misaligned`], [`ErrorKind::TooLarge`], and a fault that tells the length that
    /// is needed: `object` scalars and `required` ones behind them.
    pub fn new(pointer: *mut T, len: usize, object: usize, required: usize) -> Result<Self, Fault> {
        Region::required(c"workspace", pointer, len)?;
        let total = object.checked_add(required).ok_or(Fault::too_large(c"workspace"))?;
        if len < total {
            return Err(Fault::core(c"workspace", ErrorKind::Workspace { required: total, actual: len }));
        }
        Ok(Lent { pointer, len, object })
    }

    pub fn region(&self) -> Region {
        Region::required(c"workspace", self.pointer, self.len)
            .unwrap_or_else(|_| Region::of_slice::<T>(c"workspace", &[]))
    }

    /// Begins an object: what was there before is none any more. Returns the object, whose value is not there yet,
    /// and the scalars behind it.
    ///
    /// # Safety
    /// The memory is as long as was said, and the caller's to write, until the object is no longer used.
    pub unsafe fn begin<V: Kind>(
        &self,
        cost: GroundCost<T>,
        observers: Observers<T>,
    ) -> (*mut Object<T, V>, &'static mut [T]) {
        const { assert!(align_of::<Object<T, V>>() <= 8) };
        let object = self.place();
        // SAFETY: the object fits in front of the scalars, as its users assert; aligned by `place`.
        unsafe {
            let object = object.cast::<Object<T, V>>();
            (&raw mut (*object).tag).write(0);
            (&raw mut (*object).scalar).write(size_of::<T>() as u32);
            (&raw mut (*object).memory).write((self.pointer.addr(), self.len));
            (&raw mut (*object).cost).write(cost);
            (&raw mut (*object).observers).write(observers);
            let behind = core::slice::from_raw_parts_mut(self.pointer.add(self.object), self.len - self.object);
            (object, behind)
        }
    }

    /// The first address that is a multiple of 8.
    fn place(&self) -> *mut u8 {
        let start = self.pointer.cast::<u8>();
        start.wrapping_add(start.addr().next_multiple_of(8) - start.addr())
    }
}

impl<T: Real, V: Kind> Object<T, V> {
    /// Completes an object that was begun.
    ///
    /// # Safety
    /// `this` comes from [`Lent::begin`] or was an object.
    pub unsafe fn complete(this: *mut Self, value: V) {
        // SAFETY: the contract of this function.
        unsafe {
            (&raw mut (*this).value).write(value);
            Self::unlock(this);
        }
    }

    /// Gives an object its value, if there is one, and leaves it locked. The value is copied from where it is, because
    /// a move may be two copies, and stacks are small.
    ///
    /// # Safety
    /// That of [`Object::complete`].
    pub unsafe fn fill(this: *mut Self, value: Result<V, CoreError>) -> Result<(), Fault> {
        match &value {
            // SAFETY: the contract of this function. What has been copied is forgotten.
            Ok(made) => unsafe { ptr::copy_nonoverlapping(made, &raw mut (*this).value, 1) },
            Err(error) => return Err((*error).into()),
        }
        core::mem::forget(value);
        Ok(())
    }

    /// The ground cost, for a geometry that lives as long as the object.
    ///
    /// # Safety
    /// `this` comes from [`Lent::begin`].
    pub unsafe fn ground_cost(this: *const Self) -> &'static GroundCost<T> {
        // SAFETY: written by `begin`, and never again.
        unsafe { &(*this).cost }
    }

    /// Makes an object none for as long as something is done to it: what is called meanwhile cannot reach it
    /// through its handle.
    ///
    /// # Safety
    /// `this` has passed [`Object::check`].
    pub unsafe fn lock(this: *mut Self) {
        // SAFETY: the contract of this function.
        unsafe { (&raw mut (*this).tag).write(0) }
    }

    /// Makes it one again.
    ///
    /// # Safety
    /// `this` was locked, and has its value.
    pub unsafe fn unlock(this: *mut Self) {
        // SAFETY: the contract of this function.
        unsafe { (&raw mut (*this).tag).write(V::TAG) }
    }

    /// Whether a handle is one.
    ///
    /// # Safety
    /// `this` is NULL, misaligned, or an address that may be read as far as an object of this kind goes.
    pub unsafe fn check(argument: &'static CStr, this: *const Self) -> Result<(), Fault> {
        Region::required(argument, this, 1)?;
        // SAFETY: not NULL and aligned; readable by the contract.
        let (tag, scalar, (start, _)) = unsafe {
            ((&raw const (*this).tag).read(), (&raw const (*this).scalar).read(), (&raw const (*this).memory).read())
        };
        // A copy of an object is none: what it points to is the other's.
        let is_here = start.checked_next_multiple_of(8) == Some(this.addr());
        if tag == V::TAG && scalar as usize == size_of::<T>() && is_here {
            Ok(())
        } else {
            Err(Fault::new(argument, FaultKind::Handle))
        }
    }

    /// The value behind a handle.
    ///
    /// # Safety
    /// That of [`Object::check`], and nobody writes to the object during `'a`.
    pub unsafe fn get<'a>(argument: &'static CStr, this: *const Self) -> Result<&'a V, Fault> {
        // SAFETY: the contract of this function; an object with this tag has such a value.
        unsafe {
            Self::check(argument, this)?;
            Ok(&(*this).value)
        }
    }

    /// The memory that the object lives in, under the object's name.
    ///
    /// # Safety
    /// `this` has passed [`Object::check`].
    pub unsafe fn region(name: &'static CStr, this: *const Self) -> Region {
        // SAFETY: the contract of this function.
        let (start, len) = unsafe { (&raw const (*this).memory).read() };
        let pointer = ptr::without_provenance::<T>(start);
        Region::optional(name, pointer, len).unwrap_or_else(|_| Region::of_slice::<T>(name, &[]))
    }
}

/// Objects fit where their memory says so, and a solution fits where its solver was.
const fn fits<T: Real>() -> bool {
    let small = object_len::<T>() * size_of::<T>() - 8;
    let large = large_object_len::<T>() * size_of::<T>() - 8;
    size_of::<Object<T, Solver<'static, T>>>() <= small
        && size_of::<Object<T, Solution<'static, T>>>() <= small
        && size_of::<Object<T, Divergence<'static, T>>>() <= large
        && size_of::<Object<T, Soft<'static, T>>>() <= large
}

const _: () = assert!(fits::<f64>() && fits::<f32>(), "objects are larger than the header says");

#[cfg(test)]
mod tests {
    use super::*;

    /// What the bounds could be: `cargo test -p sinkhorn-ffi objects_are_not -- --nocapture`.
    #[test]
    fn objects_are_not_far_below_their_bounds() {
        let solver = size_of::<Object<f64, Solver<'static, f64>>>();
        let solution = size_of::<Object<f64, Solution<'static, f64>>>();
        let divergence = size_of::<Object<f64, Divergence<'static, f64>>>();
        let soft = size_of::<Object<f64, Soft<'static, f64>>>();
        std::println!("bytes: solver {solver}, solution {solution}, divergence {divergence}, soft {soft}");
        assert!(2 * solver.max(solution) >= object_len::<f64>() * 8);
        assert!(2 * divergence.max(soft) >= large_object_len::<f64>() * 8);
    }
}
