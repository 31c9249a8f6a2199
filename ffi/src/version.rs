//! Which library this is. The numbers come from the manifest.

use core::ffi::{CStr, c_char};

const TEXT: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(text) => text,
    Err(_) => panic!("a version has no NUL"),
};

const NUMBER: u32 = part(env!("CARGO_PKG_VERSION_MAJOR")) << 16
    | part(env!("CARGO_PKG_VERSION_MINOR")) << 8
    | part(env!("CARGO_PKG_VERSION_PATCH"));

const fn part(digits: &str) -> u32 {
    match u32::from_str_radix(digits, 10) {
        Ok(value) if value < 256 => value,
        _ => panic!("a part of the version does not fit 8 bits"),
    }
}

/// The version of the library that runs, as major << 16 | minor << 8 | patch. SINKHORN_VERSION is that of the
/// header.
///
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub extern "C" fn sinkhorn_version() -> u32 {
    NUMBER
}

/// The same as text, "major.minor.patch": static, never NULL.
///
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub extern "C" fn sinkhorn_version_string() -> *const c_char {
    TEXT.as_ptr()
}
