//! The arguments of a call, as a C program gives them: each is declared once, checked, and only then a reference.
//!
//! The unsafe code of this crate is here and in `object`. It rests on one promise, that a [`Caller`] keeps to the
//! header, and on what is checked here: no pointer that becomes a reference is NULL or misaligned, and nothing that is
//! written overlaps anything else of the same call.

use core::ffi::CStr;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, align_of, size_of};
use core::slice;

use crate::error::{Error, caught, tell};
use crate::fault::{Fault, FaultKind};
use crate::object::{Claim, Handle, Lent};
use crate::status::{SINKHORN_ERROR_MISALIGNED, Status};

/// A C program that keeps to the header for `'a`.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    error: *mut Error,
    keeps: PhantomData<&'a ()>,
}

impl<'a> Caller<'a> {
    /// Trusts the caller of a function of the header, which may give a place for its error.
    ///
    /// # Safety
    /// Of all pointers that the call gives to this caller and its [`Arguments`], each is NULL, misaligned, or points to
    /// memory of the length and type that are said with it. During `'a` nobody writes to what is read, and nobody else
    /// reads or writes what is written. Memory comes from C: it has some bytes, and every pattern of them is a value.
    pub unsafe fn trust(error: *mut Error) -> Self {
        Caller { error, keeps: PhantomData }
    }

    /// Runs the body of a call, which declares its arguments. A fault is told to the caller, and a panic becomes one.
    pub fn call(self, body: impl FnOnce(&mut Arguments<'a>) -> Result<Status, Fault>) -> Status {
        self.guard(|| body(&mut self.arguments()))
    }

    /// Runs the body of a call that declares its arguments apart, because their list would be on the stack of a solve.
    pub fn guard(self, body: impl FnOnce() -> Result<Status, Fault>) -> Status {
        if !self.error.is_aligned() {
            return SINKHORN_ERROR_MISALIGNED;
        }
        caught(body).unwrap_or(Err(Fault::new(c"", FaultKind::Internal))).unwrap_or_else(|fault| {
            if !self.error.is_null() {
                // SAFETY: not NULL and aligned, as just checked; memory for an `Error`, by the promise of the caller.
                unsafe { tell(self.error, &fault) };
            }
            fault.status()
        })
    }

    /// Begins the list of arguments with the place for the error.
    pub fn arguments(self) -> Arguments<'a> {
        let start = self.error.addr();
        let end = if start == 0 { 0 } else { start.saturating_add(size_of::<Error>()) };
        // Only the first is written: the list is on the stack of small parts.
        let mut regions = [const { MaybeUninit::uninit() }; MOST];
        regions[0].write(Region { name: c"error", start, end, access: Access::Write });
        Arguments { caller: self, regions, len: 1 }
    }

    /// Takes an object to work on it alone.
    pub fn claim<H: Handle>(self, handle: *mut H) -> Result<Claim<'a, H>, Fault> {
        // SAFETY: a handle of the caller, which nobody else uses during `'a`.
        unsafe { Claim::new(handle) }
    }

    /// Looks at an object that others may look at, too.
    pub fn object<H: Handle>(self, handle: *const H) -> Result<&'a H::Value, Fault> {
        let claim = self.claim(handle.cast_mut())?;
        Ok(claim.into_ref())
    }
}

/// The most arguments of a call, structs and what they point to included.
const MOST: usize = 24;

/// What a call does with memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Memory of an argument.
#[derive(Debug, Clone, Copy)]
struct Region {
    name: &'static CStr,
    start: usize,
    end: usize,
    access: Access,
}

/// The arguments of a call so far.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a> {
    caller: Caller<'a>,
    /// The first `len` are there.
    regions: [MaybeUninit<Region>; MOST],
    len: usize,
}

impl<'a> Arguments<'a> {
    /// Declares `len` values that are read, if there are any.
    pub fn read_optional<V>(
        &mut self,
        name: &'static CStr,
        pointer: *const V,
        len: usize,
    ) -> Result<Option<&'a [V]>, Fault> {
        let given = self.declare(name, pointer, len, Access::Read)?;
        // SAFETY: not NULL, aligned, and apart from what is written, as just checked; the rest is the caller's promise.
        Ok(given.then(|| unsafe { slice::from_raw_parts(pointer, len) }))
    }

    /// Declares `len` values that are read.
    pub fn read<V>(&mut self, name: &'static CStr, pointer: *const V, len: usize) -> Result<&'a [V], Fault> {
        self.read_optional(name, pointer, len)?.ok_or(Fault::new(name, FaultKind::Null))
    }

    /// Declares `len` values that are written, if they are wanted.
    pub fn write_optional<V>(
        &mut self,
        name: &'static CStr,
        pointer: *mut V,
        len: usize,
    ) -> Result<Option<&'a mut [V]>, Fault> {
        let wanted = self.declare(name, pointer, len, Access::Write)?;
        // SAFETY: not NULL, aligned, and apart from all other arguments, as just checked; the rest is the caller's
        // promise.
        Ok(wanted.then(|| unsafe { slice::from_raw_parts_mut(pointer, len) }))
    }

    /// Declares `len` values that are written.
    pub fn write<V>(&mut self, name: &'static CStr, pointer: *mut V, len: usize) -> Result<&'a mut [V], Fault> {
        self.write_optional(name, pointer, len)?.ok_or(Fault::new(name, FaultKind::Null))
    }

    /// Declares one value that is written, if it is wanted.
    pub fn place_optional<V>(&mut self, name: &'static CStr, pointer: *mut V) -> Result<Option<&'a mut V>, Fault> {
        self.declare(name, pointer, 1, Access::Write)?;
        // SAFETY: NULL, or aligned and apart from all other arguments, as just checked; the rest is the caller's
        // promise.
        Ok(unsafe { pointer.as_mut() })
    }

    /// Declares one value that is written.
    pub fn place<V>(&mut self, name: &'static CStr, pointer: *mut V) -> Result<&'a mut V, Fault> {
        self.place_optional(name, pointer)?.ok_or(Fault::new(name, FaultKind::Null))
    }

    /// Declares memory that the library already knows, such as the arrays of a solved problem.
    pub fn keep<V>(&mut self, name: &'static CStr, values: &[V]) -> Result<(), Fault> {
        self.declare(name, values.as_ptr(), values.len(), Access::Read).map(|_| ())
    }

    /// Declares a struct that is read, and copies it to zeros, which are left alone by NULL.
    pub fn copy_struct<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *const S,
        copy: &mut S,
    ) -> Result<(), Fault> {
        // SAFETY: a struct of this version.
        unsafe { self.copy_version(name, pointer.cast(), const { Version::of::<S>() }, (&raw mut *copy).cast()) }
    }

    /// Declares a struct that is read, and copies it.
    ///
    /// # Safety
    /// `copy` is a struct of the known version.
    #[inline(never)]
    unsafe fn copy_version(
        &mut self,
        name: &'static CStr,
        pointer: *const u8,
        known: Version,
        copy: *mut u8,
    ) -> Result<(), Fault> {
        if pointer.is_null() {
            return Ok(());
        }
        let size = self.declare_versions(name, pointer, 1, known, Access::Read)?;
        // SAFETY: a struct of this size, as was just checked, and one of the known one.
        unsafe { copy_version(name, None, (pointer, size), (copy, known.layout.size)) }
    }

    /// Declares a struct that is read, and returns a copy: of zeros for NULL.
    pub fn read_struct_or_zeros<S: Struct>(&mut self, name: &'static CStr, pointer: *const S) -> Result<S, Fault> {
        let mut copy = S::zeros();
        self.copy_struct(name, pointer, &mut copy)?;
        Ok(copy)
    }

    /// Declares a struct that is read, and returns a copy.
    pub fn read_struct<S: Struct>(&mut self, name: &'static CStr, pointer: *const S) -> Result<S, Fault> {
        self.read_structs(name, pointer, 1)?.get(0)
    }

    /// Declares an array of structs that are read, one at least. They lie as far apart as the first one says that it
    /// is long.
    pub fn read_structs<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *const S,
        count: usize,
    ) -> Result<Structs<'a, S>, Fault> {
        self.declare_structs(name, pointer.cast_mut(), count, Access::Read)
    }

    /// Declares a struct that is written, if it is wanted.
    pub fn write_struct_optional<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *mut S,
    ) -> Result<Option<Output<'a, S>>, Fault> {
        if pointer.is_null() { Ok(None) } else { self.write_struct(name, pointer).map(Some) }
    }

    /// Declares a struct that is written.
    pub fn write_struct<S: Struct>(&mut self, name: &'static CStr, pointer: *mut S) -> Result<Output<'a, S>, Fault> {
        Ok(self.declare_structs(name, pointer, 1, Access::Write)?.output(0))
    }

    /// Declares an array of structs that are written. The first one says how long they are.
    pub fn write_structs<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *mut S,
        count: usize,
    ) -> Result<impl Iterator<Item = Output<'a, S>> + use<'a, S>, Fault> {
        let structs = self.declare_structs(name, pointer, count, Access::Write)?;
        Ok((0..count).map(move |index| structs.output(index)))
    }

    /// Declares a struct that is read, and written at the end.
    pub fn update_struct<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *mut S,
    ) -> Result<(S, Output<'a, S>), Fault> {
        let structs = self.declare_structs(name, pointer, 1, Access::Write)?;
        Ok((structs.get(0)?, structs.output(0)))
    }

    /// Declares an object that is only looked at, with the memory it lives in.
    pub fn object<H: Handle>(&mut self, handle: *const H) -> Result<&'a H::Value, Fault> {
        let claim = self.caller.claim(handle.cast_mut())?;
        self.declare_bytes(H::NAME, claim.memory(), Access::Read)?;
        Ok(claim.into_ref())
    }

    /// Declares an object that is changed, with the memory it lives in.
    pub fn claim<H: Handle>(&mut self, handle: *mut H) -> Result<Claim<'a, H>, Fault> {
        let claim = self.caller.claim(handle)?;
        self.declare_bytes(H::NAME, claim.memory(), Access::Write)?;
        Ok(claim)
    }

    /// The same caller, with another place for an error.
    pub fn caller_with(&self, error: *mut Error) -> Caller<'a> {
        Caller { error, ..self.caller }
    }

    fn declare_structs<S: Struct>(
        &mut self,
        name: &'static CStr,
        pointer: *mut S,
        count: usize,
        access: Access,
    ) -> Result<Structs<'a, S>, Fault> {
        let pointer = pointer.cast::<u8>();
        let size = self.declare_versions(name, pointer, count, const { Version::of::<S>() }, access)?;
        Ok(Structs { name, pointer, size, count, keeps: PhantomData })
    }

    /// Adds structs to the list, and returns how long the first one says that they are.
    #[inline(never)]
    fn declare_versions(
        &mut self,
        name: &'static CStr,
        pointer: *const u8,
        count: usize,
        known: Version,
        access: Access,
    ) -> Result<usize, Fault> {
        if pointer.is_null() {
            return Err(Fault::new(name, FaultKind::Null));
        }
        if !pointer.addr().is_multiple_of(known.layout.align) {
            return Err(Fault::new(name, FaultKind::Misaligned { alignment: known.layout.align }));
        }
        // SAFETY: not NULL and aligned, as just checked. There is a struct, which begins with its size.
        let size = unsafe { pointer.cast::<usize>().read() };
        if size < known.least || size > LARGEST_STRUCT || !size.is_multiple_of(known.layout.align) {
            let row = (count > 1 && access == Access::Read).then_some(0);
            return Err(Fault::new(name, FaultKind::StructSize { row, expected: known.layout.size, actual: size }));
        }
        let bytes = size.checked_mul(count).ok_or(Fault::too_large(name))?;
        self.declare(name, pointer, bytes, access)?;
        Ok(size)
    }

    /// Adds memory to the list; false for NULL, which is of no further interest.
    pub fn declare<V>(
        &mut self,
        name: &'static CStr,
        pointer: *const V,
        len: usize,
        access: Access,
    ) -> Result<bool, Fault> {
        self.declare_values(name, pointer.addr(), len, const { Layout::of::<V>() }, access)
    }

    #[inline(never)]
    fn declare_values(
        &mut self,
        name: &'static CStr,
        start: usize,
        len: usize,
        layout: Layout,
        access: Access,
    ) -> Result<bool, Fault> {
        if start == 0 {
            return Ok(false);
        }
        let ends = region(name, start, len, layout)?;
        self.declare_bytes(name, ends, access)?;
        Ok(true)
    }

    /// Adds memory to the list.
    fn declare_bytes(
        &mut self,
        name: &'static CStr,
        (start, end): (usize, usize),
        access: Access,
    ) -> Result<(), Fault> {
        let region = Region { name, start, end, access };
        if start == end {
            return Ok(());
        }
        self.check_disjoint(&region)?;
        self.regions.get_mut(self.len).ok_or(Fault::new(c"", FaultKind::Internal))?.write(region);
        self.len += 1;
        Ok(())
    }

    /// Refuses memory that overlaps what was declared before, if one of the two is written.
    fn check_disjoint(&self, region: &Region) -> Result<(), Fault> {
        for (index, earlier) in self.regions.iter().take(self.len).enumerate() {
            // SAFETY: the first `len` are there.
            let earlier = unsafe { earlier.assume_init_ref() };
            let (written, other) = match (earlier.access, region.access) {
                (Access::Read, Access::Read) => continue,
                // The place for the error is named last, although it was declared first.
                (Access::Write, Access::Write) if index == 0 => (region, earlier),
                (Access::Write, _) => (earlier, region),
                (Access::Read, Access::Write) => (region, earlier),
            };
            if region.start < earlier.end && earlier.start < region.end {
                return Err(Fault::new(written.name, FaultKind::Aliasing { other: other.name }));
            }
        }
        Ok(())
    }
}

impl Arguments<'static> {
    /// Declares memory for an object: `object` scalars, and `required` ones behind them.
    ///
    /// # Errors
    /// One that tells the length that is needed, among others.
    pub fn lend<T>(&mut self, pointer: *mut T, len: usize, object: usize, required: usize) -> Result<Lent<T>, Fault> {
        let total = object.checked_add(required).ok_or(Fault::too_large(c"workspace"))?;
        let memory = self.write(c"workspace", pointer, len)?;
        Lent::new(memory, object, total)
    }
}

/// Size and alignment of a type: functions that are given them are compiled once for all types.
#[derive(Clone, Copy)]
struct Layout {
    size: usize,
    align: usize,
}

impl Layout {
    const fn of<V>() -> Self {
        Layout { size: size_of::<V>(), align: align_of::<V>() }
    }
}

/// A struct as this version has it, and the least of it that is accepted.
#[derive(Clone, Copy)]
struct Version {
    layout: Layout,
    least: usize,
}

impl Version {
    const fn of<S: Struct>() -> Self {
        Version { layout: Layout::of::<S>(), least: S::LEAST }
    }
}

/// The addresses where `len` values begin and end.
fn region(name: &'static CStr, start: usize, len: usize, layout: Layout) -> Result<(usize, usize), Fault> {
    if !start.is_multiple_of(layout.align) {
        return Err(Fault::new(name, FaultKind::Misaligned { alignment: layout.align }));
    }
    let bytes = len.checked_mul(layout.size).filter(|&bytes| bytes <= isize::MAX as usize);
    let end = bytes.and_then(|bytes| start.checked_add(bytes));
    end.map(|end| (start, end)).ok_or(Fault::too_large(name))
}

/// A struct of the header.
///
/// A field is only ever added at the end, and not in the place of padding, which programs leave as it is.
///
/// # Safety
/// The struct is `repr(C)` and begins with its `struct_size`. Every pattern of bytes is a value, zeros included.
pub(crate) unsafe trait Struct: Copy + 'static {
    /// The least size that is accepted.
    const LEAST: usize;

    /// All zeros but for the size: the defaults.
    fn zeros() -> Self {
        let mut zeros = MaybeUninit::<Self>::zeroed();
        // SAFETY: a struct begins with its size, and is a value when it is zero elsewhere.
        unsafe {
            zeros.as_mut_ptr().cast::<usize>().write(size_of::<Self>());
            zeros.assume_init()
        }
    }
}

/// No struct of any version is larger: a larger size is none.
const LARGEST_STRUCT: usize = 1024;

/// Says of structs what the first field is that a program may lack.
macro_rules! structs {
    ($($name:ident before $field:ident),*) => {$(
        // SAFETY: `repr(C)`, with its size first; sizes, numbers, pointers and optional functions are values whatever
        // their bytes are.
        unsafe impl<T: sinkhorn_core::Real> $crate::arguments::Struct for $name<T> {
            const LEAST: usize = core::mem::offset_of!($name<T>, $field).next_multiple_of(align_of::<$name<T>>());
        }
    )*};
}
pub(crate) use structs;

/// Structs of the caller, which may be of an earlier or later version.
pub(crate) struct Structs<'a, S> {
    name: &'static CStr,
    pointer: *mut u8,
    size: usize,
    count: usize,
    keeps: PhantomData<&'a S>,
}

impl<'a, S: Struct> Structs<'a, S> {
    /// Returns a copy of a struct. What an earlier version lacks is zero; what a later one has beyond this must be.
    pub fn get(&self, index: usize) -> Result<S, Fault> {
        let mut copy = S::zeros();
        let (row, from) = ((self.count > 1).then_some(index), self.output(index).pointer);
        // SAFETY: `count` structs of `size` bytes, as was checked when they were declared, which the caller promises to
        // be there; the bytes of a struct are a value, wherever they end.
        unsafe { copy_version(self.name, row, (from, self.size), ((&raw mut copy).cast(), size_of::<S>()))? };
        Ok(copy)
    }

    fn output(&self, index: usize) -> Output<'a, S> {
        Output { pointer: self.pointer.wrapping_add(index * self.size), size: self.size, keeps: PhantomData }
    }
}

/// Copies a struct of another version, and of another size, to one of this version.
///
/// # Safety
/// Both are as long as is said with them, and may be read and written. Every pattern of bytes is a value of the second.
#[inline(never)]
unsafe fn copy_version(
    name: &'static CStr,
    row: Option<usize>,
    (from, size): (*const u8, usize),
    (to, expected): (*mut u8, usize),
) -> Result<(), Fault> {
    let known = size.min(expected);
    // SAFETY: as many bytes of both, by the contract of this function.
    let (actual, beyond) = unsafe {
        to.copy_from_nonoverlapping(from, known);
        (to.cast::<usize>().read(), slice::from_raw_parts(from.add(known), size - known))
    };
    if actual != size {
        Err(Fault::new(name, FaultKind::StructSize { row, expected, actual }))
    } else if beyond.iter().any(|&byte| byte != 0) {
        Err(Fault::new(name, FaultKind::Later { row, expected, actual }))
    } else {
        Ok(())
    }
}

/// A struct of the caller that is written.
pub(crate) struct Output<'a, S> {
    pointer: *mut u8,
    size: usize,
    keeps: PhantomData<&'a mut S>,
}

// SAFETY: it is all there is to the memory of one struct, as `&mut S` is.
unsafe impl<S: Struct> Send for Output<'_, S> {}

impl<S: Struct> Output<'_, S> {
    /// Writes as much of a struct as the caller has room for, and zeros to what this version does not know.
    pub fn write(&mut self, value: &S) {
        const HEAD: usize = size_of::<usize>();
        let known = self.size.min(size_of::<S>());
        // SAFETY: `size` bytes of the caller, as was checked when the struct was declared, of which this is the only
        // user; they begin with their own size, to which the struct is aligned.
        unsafe {
            let value = (&raw const *value).cast::<u8>();
            self.pointer.cast::<usize>().write(self.size);
            self.pointer.add(HEAD).copy_from_nonoverlapping(value.add(HEAD), known - HEAD);
            self.pointer.add(known).write_bytes(0, self.size - known);
        }
    }
}

/// Writes a value, if it is wanted.
pub(crate) fn put<V>(place: Option<&mut V>, value: V) {
    if let Some(place) = place {
        *place = value;
    }
}

/// Writes a struct, if it is wanted.
pub(crate) fn put_struct<S: Struct>(place: Option<Output<'_, S>>, value: &S) {
    if let Some(mut place) = place {
        place.write(value);
    }
}
