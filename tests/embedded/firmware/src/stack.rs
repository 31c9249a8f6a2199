//! How deep the stack was: unused memory is painted, and what has lost its paint was used.

const PAINT: u32 = 0x5ac3_5ac3;
/// What is painted at most, in bytes: boards with megabytes need not be painted whole.
const DEPTH: usize = 16 << 10;
/// What the functions here may use themselves.
const MARGIN: usize = 128;

unsafe extern "C" {
    /// The end of static memory, and the top of the stack, from the linker.
    static __ebss: u32;
    static _stack_start: u32;
}

/// Paints below the caller, as far as there is memory.
#[inline(never)]
pub fn paint() {
    let here = 0_u32;
    let top = (&raw const here as usize - MARGIN) & !3;
    for address in (lowest(top)..top).step_by(4) {
        // SAFETY: between static memory and the stack in use, where nothing is.
        unsafe { core::ptr::write_volatile(address as *mut u32, PAINT) };
    }
}

/// Bytes of the stack that are in use where it is called.
#[inline(never)]
pub fn depth() -> u32 {
    let here = 0_u32;
    (&raw const _stack_start as usize - &raw const here as usize) as u32
}

/// Bytes of the stack that have been used since, or before, from its top; `None` where all that was painted has been.
#[inline(never)]
pub fn high_water() -> Option<u32> {
    let here = 0_u32;
    let top = (&raw const here as usize - MARGIN) & !3;
    let bottom = lowest(top);
    let used = (bottom..top).step_by(4).find(|&address| {
        // SAFETY: as above.
        unsafe { core::ptr::read_volatile(address as *const u32) != PAINT }
    });
    let used = used.unwrap_or(top);
    (used > bottom).then_some((&raw const _stack_start as usize - used) as u32)
}

fn lowest(top: usize) -> usize {
    (top - DEPTH).max(&raw const __ebss as usize)
}
