//! Objects that live in the caller's memory: what a handle points to.
//!
//! An object lies at the beginning of the memory that was lent, with what it works on behind it. Its tag says what
//! it is, so that a stale handle is detected. It holds the ground cost, to which the object's own geometry points, and
//! therefore never moves.

use core::ffi::CStr;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, align_of, forget, size_of};

use sinkhorn_core::{Error as CoreError, Real, error::ErrorKind};

use crate::cost::GroundCost;
use crate::divergence::Divergence;
use crate::fault::{Fault, FaultKind};
use crate::settings::Observers;
use crate::soft::Soft;
use crate::solution::Solution;
use crate::solve::Solver;

/// The type of a handle in the header, and the value behind it.
pub(crate) trait Handle {
    type Scalar: Real;
    type Value: 'static;

    /// The parameter that has such handles.
    const NAME: &'static CStr;
    /// Unlikely to be found in memory that holds something else.
    const TAG: u32;
}

/// The object itself. A solver becomes a solution in its place, and the head stays as it is.
#[repr(C)]
pub(crate) struct Object<H: Handle> {
    head: Head<H::Scalar>,
    value: H::Value,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct Head<T> {
    /// That of the kind of object; 0 while the object is locked.
    tag: u32,
    /// Bytes of a scalar.
    scalar: u32,
    /// Where the memory begins and ends that was lent.
    memory: (usize, usize),
    cost: GroundCost<T>,
    observers: Observers<T>,
}

/// Words and scalars that the objects of solves take, at most, whatever the compiler makes of them; beside 8 bytes
/// to align them.
pub(crate) const OBJECT_WORDS: usize = 190;
pub(crate) const OBJECT_SCALARS: usize = 60;

/// The same of a divergence and of soft operators.
pub(crate) const LARGE_OBJECT_WORDS: usize = 370;
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

/// Memory that was lent for an object, and is still as it was.
pub(crate) struct Lent<T: 'static> {
    memory: &'static mut [T],
    object: usize,
}

impl<T> Lent<T> {
    /// Takes memory whose first scalars are for an object.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] if there are less than `total`.
    pub fn new(memory: &'static mut [T], object: usize, total: usize) -> Result<Self, Fault> {
        if memory.len() < total {
            let kind = ErrorKind::Workspace { required: total, actual: memory.len() };
            return Err(Fault::core(c"workspace", kind));
        }
        Ok(Lent { memory, object })
    }

    /// Begins an object, which is locked and has no value yet. Returns the scalars behind it, too.
    pub fn begin<H: Handle<Scalar = T>>(
        self,
        cost: GroundCost<T>,
        observers: Observers<T>,
    ) -> (Empty<H>, &'static mut [T]) {
        const { assert!(align_of::<Object<H>>() <= 8) };
        let ends = self.memory.as_ptr_range();
        let (own, behind) = self.memory.split_at_mut(self.object);
        let start = own.as_mut_ptr().cast::<u8>();
        let object = start.wrapping_add(start.addr().next_multiple_of(8) - start.addr()).cast::<Object<H>>();
        let memory = (ends.start.addr(), ends.end.addr());
        // SAFETY: an object fits in its scalars with 8 bytes to align it, as `fits` asserts of all kinds of them; what
        // is there before may be anything.
        let before = unsafe {
            let head = (&raw mut (*object).head).cast::<MaybeUninit<Head<T>>>();
            let before = head.read();
            (*head).write(Head { tag: 0, scalar: size_of::<T>() as u32, memory, cost, observers });
            before
        };
        (Empty { object, before }, behind)
    }
}

/// An object that was begun, and has no value yet.
pub(crate) struct Empty<H: Handle> {
    object: *mut Object<H>,
    before: MaybeUninit<Head<H::Scalar>>,
}

impl<H: Handle> Empty<H> {
    /// The ground cost, for a geometry that lives as long as the object.
    pub fn ground_cost(&self) -> &'static GroundCost<H::Scalar> {
        // SAFETY: written when the object was begun, and never again.
        unsafe { &(*self.object).head.cost }
    }

    /// Gives memory back as it was, an object that lived there included, because of a fault that was found before
    /// anything else was written.
    pub fn undo(&self, fault: Fault) -> Fault {
        // SAFETY: the memory of a head, which was saved from here.
        unsafe { (&raw mut (*self.object).head).cast::<MaybeUninit<Head<H::Scalar>>>().write(self.before) };
        fault
    }

    /// Gives the object its value, if there is one, and leaves it locked. The value is copied from where it is, because
    /// a move may be two copies, and stacks are small.
    pub fn fill(&self, value: Result<H::Value, CoreError>) -> Result<Locked<H>, CoreError> {
        match &value {
            // SAFETY: room for the value, as for the head. The copy is the only one: the original is forgotten.
            Ok(made) => unsafe { (&raw mut (*self.object).value).copy_from_nonoverlapping(made, 1) },
            Err(error) => return Err(*error),
        }
        forget(value);
        Ok(Locked(self.object))
    }
}

/// An object whose handle is none for the time being: what is called meanwhile cannot reach it.
pub(crate) struct Locked<H: Handle>(*mut Object<H>);

impl<H: Handle> Locked<H> {
    pub fn value(&mut self) -> &mut H::Value {
        // SAFETY: a locked object has its value, and is reached through this alone.
        unsafe { &mut (*self.0).value }
    }

    pub fn observers(&self) -> Observers<H::Scalar> {
        // SAFETY: written when the object was begun, and never again.
        unsafe { (*self.0).head.observers }
    }

    /// Makes an object of another kind in the place of this one, of its value.
    ///
    /// # Safety
    /// The new value does not refer to the old one, over which it is written, and an object of it fits there.
    pub unsafe fn replace<G: Handle<Scalar = H::Scalar>>(
        self,
        make: impl FnOnce(&'static mut H::Value) -> G::Value,
    ) -> Locked<G> {
        let object = self.0.cast::<Object<G>>();
        // SAFETY: a locked object has its value, to which nothing refers any more when the new one is written, by the
        // contract of this function.
        unsafe {
            let made = make(&mut (*self.0).value);
            (&raw mut (*object).value).write(made);
        }
        Locked(object)
    }

    /// Makes the handle one.
    pub fn unlock(self) -> *mut H {
        // SAFETY: an object, with its value.
        unsafe { (&raw mut (*self.0).head.tag).write(H::TAG) };
        self.0.cast()
    }
}

/// An object of the caller, for one call to work on.
pub(crate) struct Claim<'a, H: Handle> {
    object: *mut Object<H>,
    keeps: PhantomData<&'a mut H::Value>,
}

impl<'a, H: Handle> Claim<'a, H> {
    /// Checks a handle.
    ///
    /// # Safety
    /// `handle` is NULL, misaligned, or an address that may be read as far as an object of this kind goes. During `'a`
    /// nobody else changes the object.
    pub unsafe fn new(handle: *mut H) -> Result<Self, Fault> {
        let object = handle.cast::<Object<H>>();
        if object.is_null() {
            return Err(Fault::new(H::NAME, FaultKind::Null));
        }
        if !object.is_aligned() {
            return Err(Fault::new(H::NAME, FaultKind::Misaligned { alignment: align_of::<Object<H>>() }));
        }
        // SAFETY: not NULL and aligned; readable by the contract of this function.
        let (tag, scalar, (start, _)) = unsafe {
            let head = &raw const (*object).head;
            ((&raw const (*head).tag).read(), (&raw const (*head).scalar).read(), (&raw const (*head).memory).read())
        };
        // A copy of an object is none: what it points to is the other's.
        let is_here = start.checked_next_multiple_of(8) == Some(object.addr());
        if tag == H::TAG && scalar as usize == size_of::<H::Scalar>() && is_here {
            Ok(Claim { object, keeps: PhantomData })
        } else {
            Err(Fault::new(H::NAME, FaultKind::Handle))
        }
    }

    /// Where the memory begins and ends that the object lives in.
    pub fn memory(&self) -> (usize, usize) {
        // SAFETY: an object, as was checked.
        unsafe { (*self.object).head.memory }
    }

    pub fn get(&self) -> &H::Value {
        // SAFETY: an object with this tag has such a value.
        unsafe { &(*self.object).value }
    }

    pub fn into_ref(self) -> &'a H::Value {
        // SAFETY: as `get`; nobody changes the object during `'a`.
        unsafe { &(*self.object).value }
    }

    pub fn into_mut(self) -> &'a mut H::Value {
        // SAFETY: as `get`; nobody else uses the object during `'a`.
        unsafe { &mut (*self.object).value }
    }

    /// Makes the handle none for as long as something is done that calls functions of the caller.
    pub fn lock(self) -> Locked<H> {
        // SAFETY: an object, as was checked.
        unsafe { (&raw mut (*self.object).head.tag).write(0) };
        Locked(self.object)
    }
}

/// Objects fit where their memory says so, and a solution fits where its solver was.
const fn fits<T: Real>() -> bool {
    let small = object_len::<T>() * size_of::<T>() - 8;
    let large = large_object_len::<T>() * size_of::<T>() - 8;
    size_of::<Object<Solver<T>>>() <= small
        && size_of::<Object<Solution<T>>>() <= small
        && size_of::<Object<Divergence<T>>>() <= large
        && size_of::<Object<Soft<T>>>() <= large
}

const _: () = assert!(fits::<f64>() && fits::<f32>(), "objects are larger than the header says");

#[cfg(test)]
mod tests {
    use super::*;

    /// What the bounds could be: `cargo test -p sinkhorn-ffi objects_are_not -- --nocapture`.
    #[test]
    fn objects_are_not_far_below_their_bounds() {
        let solver = size_of::<Object<Solver<f64>>>();
        let solution = size_of::<Object<Solution<f64>>>();
        let divergence = size_of::<Object<Divergence<f64>>>();
        let soft = size_of::<Object<Soft<f64>>>();
        std::println!("bytes: solver {solver}, solution {solution}, divergence {divergence}, soft {soft}");
        assert!(2 * solver.max(solution) >= object_len::<f64>() * 8);
        assert!(2 * divergence.max(soft) >= large_object_len::<f64>() * 8);
    }
}
