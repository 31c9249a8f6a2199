//! What a solve leaves: numbers and potentials here, the plan without storing it in [`plan`], maps and potentials
//! at new points in [`map`].

// In the order of the header.
mod plan;

mod map;

pub use map::*;
pub use plan::*;

use core::ffi::c_char;

use sinkhorn_core::{Real, Solution as CoreSolution};

use crate::checks::{Region, check_disjoint, check_optional_struct, output, required, write_struct};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::object::Object;
use crate::problem::regions_of;
use crate::report::Report;
use crate::status::{SINKHORN_OK, Status, of_solve};

/// A solved problem. Lives at the beginning of the workspace, and is gone when that is used for something else.
///
/// Its functions only read it, so that several threads may call them at once. They return SINKHORN_OK, or an error,
/// and then nothing was written (but where a function says so) and *error says what was wrong. error may be NULL;
/// outputs must not overlap inputs, *error, the workspace or the arrays of the problem. None allocates.
pub struct Solution<T: Real>(Object<T, CoreSolution<'static, T>>);

/// f (n), in units of cost, in the workspace: valid as long as the solution. Balanced potentials, which are free up
/// to a constant, have sum a_i f_i = sum b_j g_j. NULL where solution is NULL or no solution.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_f64(solution: *const Solution<f64>) -> *const f64 {
    // SAFETY: what the header asks of the pointer.
    unsafe { get(solution) }.map_or(core::ptr::null(), |solution| solution.f().as_ptr())
}

/// sinkhorn_solution_f_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_f32(solution: *const Solution<f32>) -> *const f32 {
    // SAFETY: what the header asks of the pointer.
    unsafe { get(solution) }.map_or(core::ptr::null(), |solution| solution.f().as_ptr())
}

/// g (m), as f.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_f64(solution: *const Solution<f64>) -> *const f64 {
    // SAFETY: what the header asks of the pointer.
    unsafe { get(solution) }.map_or(core::ptr::null(), |solution| solution.g().as_ptr())
}

/// sinkhorn_solution_g_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_f32(solution: *const Solution<f32>) -> *const f32 {
    // SAFETY: what the header asks of the pointer.
    unsafe { get(solution) }.map_or(core::ptr::null(), |solution| solution.g().as_ptr())
}

/// The numbers of the solve. NULL: never solution and report. Returns: the status of the solve, or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_report_f64(
    solution: *const Solution<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || numbers(solution, report, error)) }
}

/// sinkhorn_solution_report_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_report_f32(
    solution: *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || numbers(solution, report, error)) }
}

/// What the start has to say, a fit that failed and what was done instead, say: one line in English, cut to len
/// bytes with its NUL; "" mostly.
/// NULL: never solution and text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_start_note_f64(
    solution: *const Solution<f64>,
    text: *mut c_char,
    len: usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || start_note(solution, text, len, error)) }
}

/// sinkhorn_solution_start_note_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_start_note_f32(
    solution: *const Solution<f32>,
    text: *mut c_char,
    len: usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || start_note(solution, text, len, error)) }
}
/// The solution behind a handle.
///
/// # Safety
/// What the header asks of the pointer; nobody writes to the workspace during `'a`.
pub(crate) unsafe fn get<'a, T: Real>(solution: *const Solution<T>) -> Result<&'a CoreSolution<'static, T>, Fault> {
    // SAFETY: the contract of this function.
    unsafe { Object::get(c"solution", solution.cast::<Object<T, CoreSolution<'static, T>>>()) }
}

/// Refuses outputs that overlap each other, what the solution reads, or `read`.
///
/// # Safety
/// `solution` has passed [`get`].
pub(crate) unsafe fn check_outputs<T: Real>(
    handle: *const Solution<T>,
    solution: &CoreSolution<'static, T>,
    written: &[Region],
    read: &[Region],
) -> Result<(), Fault> {
    // SAFETY: the contract of this function.
    let workspace = unsafe { Object::region(c"solution", handle.cast::<Object<T, CoreSolution<'static, T>>>()) };
    check_disjoint(written, read)?;
    for region in written {
        check_disjoint(&[*region], &regions_of(solution))?;
        check_disjoint(&[*region], &[workspace])?;
    }
    Ok(())
}

/// One output, checked: NULL is refused.
///
/// # Safety
/// What the header asks of the pointers.
unsafe fn one_output<'a, T: Real>(
    handle: *const Solution<T>,
    solution: &CoreSolution<'static, T>,
    (name, pointer, len): (&'static core::ffi::CStr, *mut T, usize),
    read: &[Region],
    error: *mut Error,
) -> Result<&'a mut [T], Fault> {
    let written = [Region::required(name, pointer, len)?, Region::optional(c"error", error, 1)?];
    // SAFETY: the contract of this function; the output overlaps nothing, as checked.
    unsafe {
        check_outputs(handle, solution, &written, read)?;
        required(name, output(name, pointer, len)?)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn numbers<T: Real>(
    handle: *const Solution<T>,
    report: *mut Report<T>,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let written = [Region::required(c"report", report, 1)?, Region::optional(c"error", error, 1)?];
        check_optional_struct(c"report", report)?;
        check_outputs(handle, solution, &written, &[])?;
        write_struct(report, Report::new(solution.report()));
        Ok(of_solve(solution.report().status))
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn start_note<T: Real>(
    handle: *const Solution<T>,
    text: *mut c_char,
    len: usize,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let written = [Region::required(c"text", text, len)?, Region::optional(c"error", error, 1)?];
        check_outputs(handle, solution, &written, &[])?;
        let Some((last, bytes)) = required(c"text", output(c"text", text, len)?)?.split_last_mut() else {
            return Err(Fault::new(c"len", FaultKind::Zero));
        };
        let note = solution.report().start.note.unwrap_or("");
        bytes.fill(0);
        for (byte, &letter) in bytes.iter_mut().zip(note.as_bytes()) {
            *byte = letter as c_char;
        }
        *last = 0;
        Ok(SINKHORN_OK)
    }
}
