//! The C interface: what `include/sinkhorn.h` declares, and nothing else.
//!
//! 1. `problem` (with `cost`), `settings` and `report` are the structs of the header; each begins with its own size,
//!    and all zeros are its defaults. 2. The calls, a file each: `workspace`, `solve` and `in_place`, `solution` (plan,
//!    maps), `derivatives`, `divergence`, `soft`, `batch`, `start`. 3. What a call leaves is an `object` in the
//!    caller's memory, and its handle the address. 4. `arguments` makes references of pointers, and refuses those that
//!    none may be made of; a `fault` is what can be wrong, and `error` tells C about it and keeps panics on this side.
//!
//! A new ground cost is a choice in `cost`, a new start a function in `start/library`.
//!
//! A new function gets its place in one of these files, or a file of its own, for `f64`, with its body. Then
//! `SINKHORN_UPDATE_HEADER=1 cargo test -p sinkhorn-tests --test c_abi` writes the one for `f32` into `float`, where
//! the file includes it, and both into the header. Public documentation becomes the header's: it is written for C.
#![no_std]
#![expect(clippy::missing_safety_doc, reason = "the header states what pointers must be, in the terms of C")]

#[cfg(any(feature = "std", test))]
extern crate std;

// In the order of the header.
mod workspace;

mod solve;

mod in_place;

mod solution;

mod derivatives;

mod divergence;

mod soft;

mod batch;

mod start;

mod status;
mod version;

mod cost;
mod error;
mod problem;
mod report;
mod settings;

mod arguments;
mod checks;
mod fault;
mod object;

pub use batch::*;
pub use cost::*;
pub use derivatives::*;
pub use divergence::*;
pub use error::*;
pub use in_place::*;
pub use problem::*;
pub use report::*;
pub use settings::*;
pub use soft::*;
pub use solution::*;
pub use solve::*;
pub use start::*;
pub use status::*;
pub use version::*;
pub use workspace::*;

/// Nothing can be printed and nobody can be told: stop here, where a debugger shows it.
#[cfg(all(feature = "panic-handler", not(feature = "std"), not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
