//! A bad call, as this side sees it: the core's errors, and those that only C can make.

use core::ffi::CStr;
use core::fmt::{self, Write};

use sinkhorn_core::{Error as CoreError, Place};

use crate::status::*;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    Core(CoreError),
    /// An error of the core about what has another name in C.
    Named {
        argument: &'static CStr,
        error: CoreError,
    },
    Null {
        argument: &'static CStr,
    },
    StructSize {
        argument: &'static CStr,
        /// Of an array of structs.
        row: Option<usize>,
        expected: usize,
        actual: usize,
    },
    Misaligned {
        argument: &'static CStr,
        alignment: usize,
    },
    Aliasing {
        argument: &'static CStr,
        other: &'static CStr,
    },
    Zero {
        argument: &'static CStr,
    },
    TooLarge {
        argument: &'static CStr,
    },
    Choice {
        argument: &'static CStr,
        value: i32,
    },
    /// What came out is not finite.
    Result {
        argument: &'static CStr,
    },
    Unsupported {
        argument: &'static CStr,
        reason: &'static str,
    },
    Index {
        argument: &'static CStr,
        index: usize,
        len: usize,
    },
    AtMost {
        argument: &'static CStr,
        value: usize,
        most: usize,
    },
    /// Not an object, no longer one, or one of another kind.
    Handle {
        argument: &'static CStr,
    },
    /// What the caller's own start returned.
    Start {
        status: Status,
    },
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "panics end the program there"))]
    Internal,
}

impl From<CoreError> for Fault {
    fn from(error: CoreError) -> Self {
        Fault::Core(error)
    }
}

impl Fault {
    pub fn status(&self) -> Status {
        match self {
            Fault::Core(error) | Fault::Named { error, .. } => match error {
                CoreError::Empty { .. } => SINKHORN_ERROR_EMPTY,
                CoreError::NotFinite { .. } => SINKHORN_ERROR_NOT_FINITE,
                CoreError::Negative { .. } => SINKHORN_ERROR_NEGATIVE,
                CoreError::NotPositive { .. } => SINKHORN_ERROR_NOT_POSITIVE,
                CoreError::OutOfRange { .. } | CoreError::EntryOutOfRange { .. } => SINKHORN_ERROR_OUT_OF_RANGE,
                CoreError::Length { .. } => SINKHORN_ERROR_LENGTH,
                CoreError::Ragged { .. } => SINKHORN_ERROR_RAGGED,
                CoreError::NoMass { .. } => SINKHORN_ERROR_NO_MASS,
                CoreError::UnequalMass { .. } => SINKHORN_ERROR_UNEQUAL_MASS,
                CoreError::Overflow { .. }
                | CoreError::TooFar { .. }
                | CoreError::CostTooLarge { .. }
                | CoreError::Total { .. } => SINKHORN_ERROR_OVERFLOW,
                CoreError::Infeasible { .. } => SINKHORN_ERROR_INFEASIBLE,
                CoreError::BelowResolution { .. } => SINKHORN_ERROR_BELOW_RESOLUTION,
                CoreError::Workspace { .. } => SINKHORN_ERROR_WORKSPACE,
                CoreError::TooLarge { .. } => SINKHORN_ERROR_TOO_LARGE,
                CoreError::Unsupported { .. } => SINKHORN_ERROR_UNSUPPORTED,
                _ => SINKHORN_ERROR_INTERNAL,
            },
            Fault::Null { .. } => SINKHORN_ERROR_NULL_POINTER,
            Fault::StructSize { .. } => SINKHORN_ERROR_STRUCT_SIZE,
            Fault::Misaligned { .. } => SINKHORN_ERROR_MISALIGNED,
            Fault::Aliasing { .. } => SINKHORN_ERROR_ALIASING,
            Fault::Zero { .. } => SINKHORN_ERROR_EMPTY,
            Fault::TooLarge { .. } => SINKHORN_ERROR_TOO_LARGE,
            Fault::Choice { .. } | Fault::Index { .. } | Fault::AtMost { .. } => SINKHORN_ERROR_OUT_OF_RANGE,
            Fault::Handle { .. } => SINKHORN_ERROR_HANDLE,
            Fault::Start { status } => *status,
            Fault::Result { .. } => SINKHORN_ERROR_OVERFLOW,
            Fault::Unsupported { .. } => SINKHORN_ERROR_UNSUPPORTED,
            Fault::Internal => SINKHORN_ERROR_INTERNAL,
        }
    }

    pub fn argument(&self) -> &'static CStr {
        match *self {
            Fault::Core(error) => error.argument().c_name(),
            Fault::Named { argument, .. }
            | Fault::Null { argument }
            | Fault::StructSize { argument, .. }
            | Fault::Misaligned { argument, .. }
            | Fault::Aliasing { argument, .. }
            | Fault::Zero { argument }
            | Fault::TooLarge { argument }
            | Fault::Choice { argument, .. }
            | Fault::Index { argument, .. }
            | Fault::AtMost { argument, .. }
            | Fault::Handle { argument }
            | Fault::Result { argument }
            | Fault::Unsupported { argument, .. } => argument,
            Fault::Start { .. } => c"start",
            Fault::Internal => c"",
        }
    }

    pub fn place(&self) -> Option<Place> {
        match *self {
            Fault::Core(error) | Fault::Named { error, .. } => error.place(),
            Fault::StructSize { row: Some(row), .. } => Some(Place { row, column: None }),
            _ => None,
        }
    }

    pub fn value(&self) -> f64 {
        match *self {
            Fault::Core(error) | Fault::Named { error, .. } => match error {
                CoreError::NotFinite { value, .. }
                | CoreError::Negative { value, .. }
                | CoreError::NotPositive { value, .. }
                | CoreError::OutOfRange { value, .. }
                | CoreError::CostTooLarge { value, .. }
                | CoreError::Total { value, .. }
                | CoreError::EntryOutOfRange { value, .. } => value,
                CoreError::UnequalMass { b, .. } => b,
                CoreError::BelowResolution { least, .. } => least,
                CoreError::Workspace { required, .. } => count(required),
                CoreError::Length { expected, .. } => count(expected),
                _ => 0.0,
            },
            Fault::StructSize { expected, .. } => count(expected),
            Fault::Choice { value, .. } | Fault::Start { status: value } => {
                let size = count(value.unsigned_abs() as usize);
                if value < 0 { -size } else { size }
            }
            Fault::Index { index, .. } => count(index),
            Fault::AtMost { value, .. } => count(value),
            _ => 0.0,
        }
    }
}

/// A count in `f64`, without an instruction in double precision where these are software.
fn count(value: usize) -> f64 {
    if usize::BITS > 32 || value == 0 {
        return value as f64;
    }
    let leading = 63 - (value as u64).leading_zeros();
    let fraction = ((value as u64) << (52 - leading)) & ((1 << 52) - 1);
    f64::from_bits((u64::from(leading + 1023) << 52) | fraction)
}

/// Passes on what is written but for its first bytes.
struct Without<'f, 'b> {
    left: usize,
    f: &'f mut fmt::Formatter<'b>,
}

impl fmt::Write for Without<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let skipped = self.left.min(text.len());
        self.left -= skipped;
        self.f.write_str(text.get(skipped..).unwrap_or(text))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Fault::Core(error) = self {
            return write!(f, "{error}");
        }
        let argument = words(self.argument());
        match *self {
            Fault::Core(_) => Ok(()),
            Fault::Named { error, .. } => {
                // Messages of the core begin with the name of the argument.
                f.write_str(argument)?;
                write!(Without { left: error.argument().name().len(), f }, "{error}")
            }
            Fault::Null { .. } => write!(f, "{argument} is NULL"),
            Fault::StructSize { row: Some(row), expected, actual, .. } => {
                write!(f, "{argument}[{row}]: struct_size is {actual} where this library has {expected}")
            }
            Fault::StructSize { expected, actual, .. } => {
                write!(f, "{argument}: struct_size is {actual} where this library has {expected}")
            }
            Fault::Misaligned { alignment, .. } => {
                write!(f, "{argument}: the address is not a multiple of {alignment}")
            }
            Fault::Aliasing { other, .. } => write!(f, "{argument} overlaps {}", words(other)),
            Fault::Zero { .. } => write!(f, "{argument} is 0"),
            Fault::TooLarge { .. } => write!(f, "{argument} is too large to be addressed"),
            Fault::Choice { value, .. } => write!(f, "{argument} is {value}, which is none of its choices"),
            Fault::Index { index, len, .. } => write!(f, "{argument} is {index}: it must be less than {len}"),
            Fault::AtMost { value, most, .. } => write!(f, "{argument} is {value}: it must be at most {most}"),
            Fault::Handle { .. } => {
                write!(f, "{argument} is not, or no longer, an object of that kind")
            }
            Fault::Start { status } => write!(f, "{argument} returned {status}"),
            Fault::Result { .. } => {
                write!(
                    f,
                    "{argument}: it, or what a function of yours returned, is too extreme: a result is not finite"
                )
            }
            Fault::Unsupported { reason, .. } => write!(f, "{argument}: {reason}"),
            Fault::Internal => f.write_str("the library met a defect of its own; please report it"),
        }
    }
}

fn words(name: &'static CStr) -> &'static str {
    name.to_str().unwrap_or("")
}
