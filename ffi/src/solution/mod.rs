//! What a solve leaves: numbers and potentials here, the plan without storing it in [`plan`], maps and potentials
//! at new points in [`map`].

// In the order of the header.
mod plan;

mod map;

pub use map::*;
pub use plan::*;

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::ptr;

use sinkhorn_core::{Real, Solution as CoreSolution};

use crate::arguments::{Arguments, Caller};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::object::Handle;
use crate::problem::keep_arrays;
use crate::report::Report;
use crate::status::{SINKHORN_OK, Status, of_solve};

/// A solved problem. Lives at the beginning of the workspace, and is gone when that is used for something else.
///
/// Its functions only read it, so that several threads may call them at once. They return SINKHORN_OK, or an error,
/// and then nothing was written (but where a function says so) and *error says what was wrong. error may be NULL;
/// outputs must not overlap inputs, *error, the workspace or the arrays of the problem. None allocates.
pub struct Solution<T: Real>(PhantomData<T>);

impl<T: Real> Handle for Solution<T> {
    type Scalar = T;
    type Value = CoreSolution<'static, T>;

    const NAME: &'static CStr = c"solution";
    const TAG: u32 = 0x5350_1f02;
}

/// f (n), in units of cost, in the workspace: valid as long as the solution. Balanced potentials, which are free up
/// to a constant, have sum a_i f_i = sum b_j g_j. NULL where solution is NULL or no solution.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_f64(solution: *const Solution<f64>) -> *const f64 {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.object(solution).map_or(ptr::null(), |solution| solution.f().as_ptr())
}

/// g (m), as f.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_f64(solution: *const Solution<f64>) -> *const f64 {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.object(solution).map_or(ptr::null(), |solution| solution.g().as_ptr())
}

/// The numbers of the solve. NULL: never solution and report. Returns: the status of the solve, or an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_report_f64(
    solution: *const Solution<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        call.write_struct(c"report", report)?.write(&Report::new(solution.report()));
        Ok(of_solve(solution.report().status))
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let text = call.write(c"text", text, len)?;
        let (last, text) = text.split_last_mut().ok_or(Fault::new(c"len", FaultKind::Zero))?;
        let note = solution.report().start.note.unwrap_or("").bytes().chain(core::iter::repeat(0));
        text.iter_mut().zip(note).for_each(|(place, letter)| *place = letter as c_char);
        *last = 0;
        Ok(SINKHORN_OK)
    })
}

include!("../float/solution.rs");

/// Declares a solution that is looked at, and what it reads.
pub(crate) fn look_at<'a, T: Real>(
    call: &mut Arguments<'a>,
    solution: *const Solution<T>,
) -> Result<&'a CoreSolution<'static, T>, Fault> {
    let solution = call.object(solution)?;
    keep_arrays(call, solution.problem())?;
    Ok(solution)
}
