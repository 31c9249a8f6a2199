//! A bad call, as this side sees it: the core's errors, and those that only C can make.

use core::ffi::CStr;
use core::fmt;

use sinkhorn_core::{
    Error as CoreError,
    error::{ErrorKind, Place},
};

use crate::status::*;

/// A bad call: the parameter or field at fault, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fault {
    /// Its name in C; empty if none is at fault.
    pub argument: &'static CStr,
    pub kind: FaultKind,
}

/// What is wrong with an argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FaultKind {
    /// The core refuses it.
    Core(ErrorKind),
    Null,
    StructSize {
        /// Of an array of structs.
        row: Option<usize>,
        expected: usize,
        actual: usize,
    },
    /// A struct of a later version has something where this library knows nothing.
    Later {
        row: Option<usize>,
        expected: usize,
        actual: usize,
    },
    Misaligned {
        alignment: usize,
    },
    Aliasing {
        other: &'static CStr,
    },
    Zero,
    /// A number is none of the choices.
    Choice {
        value: i32,
    },
    /// What came out is not finite.
    Result,
    Index {
        index: usize,
        len: usize,
    },
    AtMost {
        value: usize,
        most: usize,
    },
    /// Not an object, no longer one, or one of another kind.
    Handle,
    /// The caller's own start returned this.
    Start {
        status: Status,
    },
    #[cfg_attr(not(feature = "std"), allow(dead_code, reason = "panics end the program there"))]
    Internal,
}

impl From<CoreError> for Fault {
    fn from(error: CoreError) -> Self {
        Fault::core(error.argument.c_name(), error.kind)
    }
}

impl Fault {
    pub const fn new(argument: &'static CStr, kind: FaultKind) -> Self {
        Fault { argument, kind }
    }

    /// Makes a fault of what is wrong for the core, about an argument that has this name in C.
    pub const fn core(argument: &'static CStr, kind: ErrorKind) -> Self {
        Fault::new(argument, FaultKind::Core(kind))
    }

    pub const fn too_large(argument: &'static CStr) -> Self {
        Fault::core(argument, ErrorKind::TooLarge)
    }

    pub const fn unsupported(argument: &'static CStr, reason: &'static str) -> Self {
        Fault::core(argument, ErrorKind::unsupported(reason))
    }

    pub fn status(&self) -> Status {
        match self.kind {
            FaultKind::Core(kind) => status_of(kind),
            FaultKind::Null => SINKHORN_ERROR_NULL_POINTER,
            FaultKind::StructSize { .. } | FaultKind::Later { .. } => SINKHORN_ERROR_STRUCT_SIZE,
            FaultKind::Misaligned { .. } => SINKHORN_ERROR_MISALIGNED,
            FaultKind::Aliasing { .. } => SINKHORN_ERROR_ALIASING,
            FaultKind::Zero => SINKHORN_ERROR_EMPTY,
            FaultKind::Choice { .. } | FaultKind::Index { .. } | FaultKind::AtMost { .. } => {
                SINKHORN_ERROR_OUT_OF_RANGE
            }
            FaultKind::Handle => SINKHORN_ERROR_HANDLE,
            FaultKind::Start { status } => status,
            FaultKind::Result => SINKHORN_ERROR_OVERFLOW,
            FaultKind::Internal => SINKHORN_ERROR_INTERNAL,
        }
    }

    pub fn place(&self) -> Option<Place> {
        match self.kind {
            FaultKind::Core(kind) => kind.place(),
            FaultKind::StructSize { row, .. } | FaultKind::Later { row, .. } => row.map(Place::entry),
            _ => None,
        }
    }

    pub fn value(&self) -> f64 {
        match self.kind {
            FaultKind::Core(kind) => value_of(kind),
            FaultKind::StructSize { expected, .. } | FaultKind::Later { expected, .. } => count(expected),
            FaultKind::Choice { value } | FaultKind::Start { status: value } => {
                let size = count(value.unsigned_abs() as usize);
                if value < 0 { -size } else { size }
            }
            FaultKind::Index { index, .. } => count(index),
            FaultKind::AtMost { value, .. } => count(value),
            _ => 0.0,
        }
    }
}

fn status_of(kind: ErrorKind) -> Status {
    match kind {
        ErrorKind::Empty => SINKHORN_ERROR_EMPTY,
        ErrorKind::NotFinite { .. } => SINKHORN_ERROR_NOT_FINITE,
        ErrorKind::Negative { .. } => SINKHORN_ERROR_NEGATIVE,
        ErrorKind::NotPositive { .. } => SINKHORN_ERROR_NOT_POSITIVE,
        ErrorKind::OutOfRange { .. } | ErrorKind::EntryOutOfRange { .. } => SINKHORN_ERROR_OUT_OF_RANGE,
        ErrorKind::Length { .. } => SINKHORN_ERROR_LENGTH,
        ErrorKind::Ragged { .. } => SINKHORN_ERROR_RAGGED,
        ErrorKind::NoMass => SINKHORN_ERROR_NO_MASS,
        ErrorKind::UnequalMass { .. } => SINKHORN_ERROR_UNEQUAL_MASS,
        ErrorKind::Overflow | ErrorKind::TooFar { .. } | ErrorKind::CostTooLarge { .. } | ErrorKind::Total { .. } => {
            SINKHORN_ERROR_OVERFLOW
        }
        ErrorKind::Infeasible { .. } => SINKHORN_ERROR_INFEASIBLE,
        ErrorKind::BelowResolution { .. } => SINKHORN_ERROR_BELOW_RESOLUTION,
        ErrorKind::Workspace { .. } => SINKHORN_ERROR_WORKSPACE,
        ErrorKind::TooLarge => SINKHORN_ERROR_TOO_LARGE,
        ErrorKind::Unsupported { .. } => SINKHORN_ERROR_UNSUPPORTED,
        _ => SINKHORN_ERROR_INTERNAL,
    }
}

fn value_of(kind: ErrorKind) -> f64 {
    match kind {
        ErrorKind::NotFinite { value, .. }
        | ErrorKind::Negative { value, .. }
        | ErrorKind::NotPositive { value }
        | ErrorKind::OutOfRange { value, .. }
        | ErrorKind::CostTooLarge { value, .. }
        | ErrorKind::Total { value, .. }
        | ErrorKind::EntryOutOfRange { value, .. }
        | ErrorKind::UnequalMass { b: value, .. }
        | ErrorKind::BelowResolution { least: value, .. } => value,
        ErrorKind::Workspace { required: size, .. } | ErrorKind::Length { expected: size, .. } => count(size),
        _ => 0.0,
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |name: &'static CStr| name.to_str().unwrap_or("");
        let argument = words(self.argument);
        match self.kind {
            FaultKind::Core(kind) => kind.write(argument, f),
            FaultKind::Null => write!(f, "{argument} is NULL"),
            FaultKind::StructSize { row, expected, actual } | FaultKind::Later { row, expected, actual } => {
                f.write_str(argument)?;
                if let Some(row) = row {
                    write!(f, "[{row}]")?;
                }
                write!(f, ": struct_size is {actual} where this library has {expected}")?;
                if matches!(self.kind, FaultKind::Later { .. }) {
                    f.write_str(", and a field is set that it does not know")?;
                }
                Ok(())
            }
            FaultKind::Misaligned { alignment } => {
                write!(f, "{argument}: the address is not a multiple of {alignment}")
            }
            FaultKind::Aliasing { other } => write!(f, "{argument} overlaps {}", words(other)),
            FaultKind::Zero => write!(f, "{argument} is 0"),
            FaultKind::Choice { value } => write!(f, "{argument} is {value}, which is none of its choices"),
            FaultKind::Index { index, len } => write!(f, "{argument} is {index}: it must be less than {len}"),
            FaultKind::AtMost { value, most } => write!(f, "{argument} is {value}: it must be at most {most}"),
            FaultKind::Handle => write!(f, "{argument} is not, or no longer, an object of that kind"),
            FaultKind::Start { status } => write!(f, "{argument} returned {status}"),
            FaultKind::Result => write!(
                f,
                "{argument}: it, or what a function of yours returned, is too extreme: a result is not finite"
            ),
            FaultKind::Internal => f.write_str("the library met a defect of its own; please report it"),
        }
    }
}
