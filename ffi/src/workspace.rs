//! How much memory a solve needs.

use sinkhorn_core::{Argument, Error as CoreError, Initializer, workspace_len};

use crate::checks::{Region, check_disjoint, read_struct};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::start::{Gaussian, Scalar};
use crate::status::{SINKHORN_OK, Status};

/// Writes to *len how many scalars (not bytes) the workspace of a solve needs. It follows from n, m, the dimension and
/// the acceleration, as in SINKHORN_WORKSPACE_LEN; the arrays of the problem are not read and may still be NULL, but
/// cost must be set where it will be.
///
/// NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
/// Returns: SINKHORN_OK, or an error (EMPTY, NOT_POSITIVE, OUT_OF_RANGE, TOO_LARGE, UNSUPPORTED, NULL_POINTER,
/// STRUCT_SIZE, MISALIGNED, ALIASING), and then *len is untouched and *error says what was wrong.
/// Allocates: nothing. Threads: safe. Aliasing: *len and *error must not overlap each other or the structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_workspace_len_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error)) }
}

/// sinkhorn_workspace_len_f64 in float; the number of scalars is the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_workspace_len_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error)) }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn query<T: Scalar>(
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    len: *mut usize,
    error: *mut Error,
) -> Result<Status, Fault>
where
    Gaussian: Initializer<T>,
{
    // SAFETY: the contract of this function; every bit pattern of the fields is valid.
    let (shape, chosen) = unsafe { (read_struct(c"problem", problem)?.shape()?, Settings::read(settings)?) };
    check_disjoint(
        &[Region::required(c"len", len, 1)?, Region::optional(c"error", error, 1)?],
        &[Region::optional(c"problem", problem, 1)?, Region::optional(c"settings", settings, 1)?],
    )?;
    let chosen = chosen.core()?;
    let required = workspace_len(shape, chosen.acceleration.memory(), chosen.storage)
        .ok_or(CoreError::TooLarge { argument: Argument::Workspace })?;
    // SAFETY: not NULL and aligned, as checked; memory for a `usize` by contract.
    unsafe { len.write(required) };
    Ok(SINKHORN_OK)
}
