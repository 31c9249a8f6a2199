//! Want of memory ends the program with a message and a code, where the standard library would abort it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::TryReserveError;
use std::io::Write;

use super::exit::Exit;
use super::interrupt;

/// The system's memory; a request that it refuses is the last thing that happens, unless somebody is ready for that.
pub struct Memory;

thread_local! {
    /// Whether this thread takes no for an answer: see [`reserve`].
    static IS_READY: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: every call is handed on to the system's allocator as it is, and its answer given back.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, handed on.
        checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, handed on.
        checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise, handed on.
        checked(unsafe { System.realloc(place, layout, size) }, size)
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, handed on.
        unsafe { System.dealloc(place, layout) }
    }
}

fn checked(place: *mut u8, size: usize) -> *mut u8 {
    if place.is_null() && !IS_READY.try_with(Cell::get).unwrap_or(false) {
        give_up(size);
    }
    place
}

/// Nothing here asks for memory.
fn give_up(size: usize) {
    let megabytes = size as f64 / 1e6;
    let hint = "ulimit -a tells what the system allows";
    let _ = writeln!(
        std::io::stderr(),
        "sinkhorn: error: there is not enough memory: {megabytes:.1} MB more are needed ({hint})"
    );
    interrupt::remove_unfinished();
    #[cfg(unix)]
    signal_hook::low_level::exit(Exit::Data as i32);
}

/// Makes room for so many more, if there is memory for them.
pub fn reserve<V>(values: &mut Vec<V>, more: usize) -> Result<(), TryReserveError> {
    ready(|| values.try_reserve(more))
}

/// Likewise, and for no more than these.
pub fn reserve_exact<V>(values: &mut Vec<V>, more: usize) -> Result<(), TryReserveError> {
    ready(|| values.try_reserve_exact(more))
}

fn ready<R>(ask: impl FnOnce() -> R) -> R {
    let before = IS_READY.replace(true);
    let answer = ask();
    IS_READY.set(before);
    answer
}
