//! How much memory a solve needs.

use sinkhorn_core::{Real, Settings as CoreSettings, Storage, Workspace, embedded::workspace_len, geometry::Shape};

use crate::checks::{Region, check_disjoint, read_struct};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::object::object_len;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::status::{SINKHORN_OK, Status};

/// Scalars of the workspace of sinkhorn_solve, at compile time: SINKHORN_WORKSPACE_LEN of the header. Storage
/// [`Storage::Stream`] and one thread.
pub const fn solve_len<T>(shape: Shape, memory: usize) -> Option<usize> {
    match workspace_len(shape, memory, Storage::Stream) {
        Some(len) => len.checked_add(object_len::<T>()),
        None => None,
    }
}

/// Writes to *len how many scalars (not bytes) the workspace of sinkhorn_solve_f64 and sinkhorn_solver_new_f64
/// needs. It follows from n, m, the dimension, the acceleration, the storage and the threads, as in
/// SINKHORN_WORKSPACE_LEN; the arrays of the problem are not read and may still be NULL, but cost must be set where
/// it will be.
///
/// NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
/// Returns: SINKHORN_OK, or an error, and then *len is untouched and *error says what was wrong.
/// Allocates: nothing. Threads: safe. Aliasing: *len and *error must not overlap each other or the structs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_workspace_len_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, len_of_solve)) }
}

/// sinkhorn_workspace_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_workspace_len_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, len_of_solve)) }
}

fn len_of_solve<T: Real>(problem: &Problem<T>, settings: &Settings<T>) -> Result<usize, Fault> {
    let behind = len_behind(problem, &settings.core()?)?;
    behind.checked_add(object_len::<T>()).ok_or(Fault::too_large(c"workspace"))
}

/// Scalars behind the object of a solve.
pub(crate) fn len_behind<T: Real>(problem: &Problem<T>, settings: &CoreSettings<T>) -> Result<usize, Fault> {
    Ok(Workspace::len_of_shape(problem.shape()?, settings)?)
}

/// Writes the length that `of` tells.
///
/// # Safety
/// What the header asks of the pointers.
pub(crate) unsafe fn query<T: Real>(
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    len: *mut usize,
    error: *mut Error,
    of: impl FnOnce(&Problem<T>, &Settings<T>) -> Result<usize, Fault>,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let chosen = Settings::read(c"settings", settings)?;
        let beside = Region::optional(c"settings", settings, 1)?;
        query_beside(beside, problem, len, error, |problem| of(problem, &chosen))
    }
}

/// [`query`] with settings of another kind, which have been read.
///
/// # Safety
/// What the header asks of the pointers.
pub(crate) unsafe fn query_beside<T: Real>(
    settings: Region,
    problem: *const Problem<T>,
    len: *mut usize,
    error: *mut Error,
    of: impl FnOnce(&Problem<T>) -> Result<usize, Fault>,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function; every bit pattern of the fields is valid.
    let given = unsafe { read_struct(c"problem", problem)? };
    check_disjoint(
        &[Region::required(c"len", len, 1)?, Region::optional(c"error", error, 1)?],
        &[Region::optional(c"problem", problem, 1)?, settings],
    )?;
    let required = of(&given)?;
    // SAFETY: not NULL and aligned, as checked; memory for a `usize` by contract.
    unsafe { len.write(required) };
    Ok(SINKHORN_OK)
}
