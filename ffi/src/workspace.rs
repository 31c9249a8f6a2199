//! How much memory a solve needs.

use sinkhorn_core::{Real, Settings as CoreSettings, Workspace};

use crate::arguments::{Arguments, Caller};
use crate::cost::SINKHORN_COST_SQUARED_EUCLIDEAN;
use crate::error::Error;
use crate::fault::Fault;
use crate::object::object_len;
use crate::problem::{Problem, SINKHORN_SCALE_MAX};
use crate::settings::Settings;
use crate::status::{SINKHORN_OK, Status};

/// Writes to *len how many scalars (not bytes) the workspace of sinkhorn_solve_f64 and sinkhorn_solver_new_f64
/// needs. It follows from n, m, the dimension, the acceleration, the storage and the threads, as in
/// SINKHORN_WORKSPACE_LEN, with what SINKHORN_SKIPPING_LEN adds where pairs may be skipped. Without that, a workspace
/// is long enough, and all pairs are visited. The arrays of the problem are not read and may still be NULL, but cost
/// must be set where it will be.
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let of = |problem: &Problem<f64>| Ok(len_to_skip(problem, &settings.core()?)?.checked_add(object_len::<f64>()));
        write_len(call, problem, len, of)
    })
}

include!("float/workspace.rs");

/// Scalars behind the object of a solve with which pairs can be skipped: [`len_behind`], unless they are worth more.
pub(crate) fn len_to_skip<T: Real>(problem: &Problem<T>, settings: &CoreSettings<T>) -> Result<usize, Fault> {
    let shape = problem.shape()?;
    let may_skip = problem.cost.is_null()
        && problem.ground_cost == SINKHORN_COST_SQUARED_EUCLIDEAN
        && problem.cost_scale_kind != SINKHORN_SCALE_MAX;
    Ok(if may_skip { Workspace::len_of_points(shape, settings) } else { Workspace::len_of_shape(shape, settings) }?)
}

/// Scalars behind the object of a solve, without which there is none.
pub(crate) fn len_behind<T: Real>(problem: &Problem<T>, settings: &CoreSettings<T>) -> Result<usize, Fault> {
    Ok(Workspace::len_of_shape(problem.shape()?, settings)?)
}

/// Writes the length of a workspace that a problem tells, `None` for one that is too large.
pub(crate) fn write_len<T: Real>(
    call: &mut Arguments<'_>,
    problem: *const Problem<T>,
    len: *mut usize,
    of: impl FnOnce(&Problem<T>) -> Result<Option<usize>, Fault>,
) -> Result<Status, Fault> {
    let problem = call.read_struct(c"problem", problem)?;
    let place = call.place(c"len", len)?;
    *place = of(&problem)?.ok_or(Fault::too_large(c"workspace"))?;
    Ok(SINKHORN_OK)
}
