//! What was wrong with a call, and the border that no panic crosses.

use core::ffi::c_char;
use core::fmt::{self, Write};

use crate::fault::Fault;
use crate::status::Status;

/// Bytes of a message, the final NUL among them.
pub const SINKHORN_MESSAGE_LEN: usize = 192;

/// What was wrong with a call. Written whole by a function that returns a negative status, and left alone
/// otherwise; need not be initialised. Its layout never changes.
#[repr(C)]
pub struct Error {
    /// The status that the function returned.
    pub status: Status,
    /// The parameter or field at fault, for example "x": static, never NULL, "" where none is.
    pub argument: *const c_char,
    /// The entry at fault, counted from 0: the entry of a vector, the row of a matrix, the number of a point.
    /// SIZE_MAX where none is.
    pub row: usize,
    /// The column of a matrix or the coordinate of a point. SIZE_MAX where none is.
    pub column: usize,
    /// The number at fault; for SINKHORN_ERROR_WORKSPACE, SINKHORN_ERROR_STRUCT_SIZE and
    /// SINKHORN_ERROR_BELOW_RESOLUTION the one that is needed; 0 where there is none.
    pub value: f64,
    /// One line in English, without a newline, NUL-terminated. Ends in "..." where it was cut. No more than the
    /// argument in builds without messages.
    pub message: [c_char; SINKHORN_MESSAGE_LEN],
}

impl Error {
    fn of(fault: &Fault) -> Self {
        let mut message = Message { bytes: [0; SINKHORN_MESSAGE_LEN], len: 0 };
        // The only failure is a full buffer, which the message then shows.
        let _ = if cfg!(feature = "messages") {
            write!(message, "{fault}")
        } else {
            message.write_str(fault.argument.to_str().unwrap_or(""))
        };
        Error {
            status: fault.status(),
            argument: fault.argument.as_ptr(),
            row: fault.place().map_or(usize::MAX, |place| place.row),
            column: fault.place().and_then(|place| place.column).unwrap_or(usize::MAX),
            value: fault.value(),
            message: message.bytes,
        }
    }
}

/// Text into a fixed buffer, cut where it is full.
struct Message {
    bytes: [c_char; SINKHORN_MESSAGE_LEN],
    len: usize,
}

impl fmt::Write for Message {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const ROOM: usize = SINKHORN_MESSAGE_LEN - 1;
        for byte in text.bytes() {
            match self.bytes[..ROOM].get_mut(self.len) {
                Some(place) => *place = byte as c_char,
                None => {
                    self.bytes[ROOM - 3..ROOM].fill(b'.' as c_char);
                    return Err(fmt::Error);
                }
            }
            self.len += 1;
        }
        Ok(())
    }
}

/// What `body` returns; `None` where it panics.
pub(crate) fn caught<R>(body: impl FnOnce() -> R) -> Option<R> {
    #[cfg(feature = "std")]
    return std::panic::catch_unwind(core::panic::AssertUnwindSafe(body)).ok();
    #[cfg(not(feature = "std"))]
    return Some(body());
}

/// Writes a fault; apart, because its message would be on the stack of every call.
///
/// # Safety
/// `error` may be written.
#[cold]
#[inline(never)]
pub(crate) unsafe fn tell(error: *mut Error, fault: &Fault) {
    // SAFETY: the contract of this function.
    unsafe { error.write(Error::of(fault)) }
}

#[cfg(test)]
mod tests {
    use core::ffi::CStr;
    use std::string::{String, ToString};

    use sinkhorn_core::error::ErrorKind;

    use super::*;
    use crate::arguments::Caller;
    use crate::fault::FaultKind;
    use crate::status::SINKHORN_ERROR_INTERNAL;

    fn message(record: &Error) -> String {
        // SAFETY: a message is NUL-terminated.
        unsafe { CStr::from_ptr(record.message.as_ptr()) }.to_str().expect("ASCII").to_string()
    }

    #[test]
    fn a_long_message_is_cut_and_terminated() {
        let reason = "a reason that is far too long for a message ".repeat(SINKHORN_MESSAGE_LEN / 20);
        let kind = ErrorKind::Unsupported { reason: reason.leak() };
        let record = Error::of(&Fault::core(c"epsilon", kind));
        let text = message(&record);
        assert_eq!(text.len(), SINKHORN_MESSAGE_LEN - 1);
        assert!(text.starts_with("epsilon: a reason that") && text.ends_with("..."), "{text}");
        assert_eq!((record.row, record.column), (usize::MAX, usize::MAX));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_panic_becomes_a_status() {
        let mut record = Error::of(&Fault::new(c"n", FaultKind::Zero));
        // SAFETY: `record` is an `Error`.
        let caller = unsafe { Caller::trust(&mut record) };
        let status = caller.guard(|| panic!("on purpose: this test shows that it is caught"));
        assert_eq!((status, record.status), (SINKHORN_ERROR_INTERNAL, SINKHORN_ERROR_INTERNAL));
        assert!(message(&record).contains("defect"));
    }
}
