//! Where mass goes, and potentials and maps at new points.

use sinkhorn_core::{Real, Solution as CoreSolution};

use crate::checks::{Region, product, required, slice};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::status::{SINKHORN_OK, Status};

use super::{Solution, get, one_output};

/// map (n x dimension, row-major) = the barycentric projection of every x_i: the mean of the y_j that it is sent
/// to, sum_j P_ij y_j / sum_j P_ij. A point without weight goes where one of infinitesimal weight would. Points
/// only. NULL: never solution and map. y so far apart that a mean of them leaves the range are
/// SINKHORN_ERROR_OVERFLOW; what precedes it has been written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_f64(
    solution: *const Solution<f64>,
    map: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || barycentric_map(solution, map, error)) }
}

/// sinkhorn_solution_map_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_f32(
    solution: *const Solution<f32>,
    map: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || barycentric_map(solution, map, error)) }
}

/// map (count x dimension) = the same at new points x (count x dimension), with the weights b_j exp((g_j - c(x,
/// y_j)) / epsilon) (Pooladian and Niles-Weed 2021). Points only, count not 0, one thread (several may share out
/// the points). NULL: never solution, x and map. A point so far away that its costs are infinite is
/// SINKHORN_ERROR_OVERFLOW, as are y so far apart that a mean of them leaves the range; what precedes it has been
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_at_f64(
    solution: *const Solution<f64>,
    x: *const f64,
    count: usize,
    map: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || map_at(solution, x, count, map, error)) }
}

/// sinkhorn_solution_map_at_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_at_f32(
    solution: *const Solution<f32>,
    x: *const f32,
    count: usize,
    map: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || map_at(solution, x, count, map, error)) }
}

/// f (count) at new points x (count x dimension): -tau_a epsilon log sum_j b_j exp((g_j - c(x, y_j)) / epsilon),
/// tau_a = rho_a / (rho_a + epsilon) and 1 where balanced. At the points of the problem it is f. Points only. NULL:
/// never solution, x and f. Far points: as sinkhorn_solution_map_at_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_at_f64(
    solution: *const Solution<f64>,
    x: *const f64,
    count: usize,
    f: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || f_at(solution, x, count, f, error)) }
}

/// sinkhorn_solution_f_at_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_at_f32(
    solution: *const Solution<f32>,
    x: *const f32,
    count: usize,
    f: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || f_at(solution, x, count, f, error)) }
}

/// g (count) at new points y (count x dimension), as sinkhorn_solution_f_at_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_at_f64(
    solution: *const Solution<f64>,
    y: *const f64,
    count: usize,
    g: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || g_at(solution, y, count, g, error)) }
}

/// sinkhorn_solution_g_at_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_at_f32(
    solution: *const Solution<f32>,
    y: *const f32,
    count: usize,
    g: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || g_at(solution, y, count, g, error)) }
}
/// Coordinates a point.
fn dimension<T: Real>(solution: &CoreSolution<'static, T>) -> Result<usize, Fault> {
    match solution.problem().geometry().dimension() {
        0 => Err(Fault::unsupported(c"cost", "a cost matrix has no points")),
        dimension => Ok(dimension),
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn barycentric_map<T: Real>(
    handle: *const Solution<T>,
    map: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let len = product(c"map", solution.f().len(), dimension(solution)?)?;
        solution.barycentric_map(one_output(handle, solution, (c"map", map, len), &[], error)?)?;
        Ok(SINKHORN_OK)
    }
}

/// Evaluates something at new points: `width` scalars for each, or as many as coordinates.
///
/// # Safety
/// What the header asks of the pointers.
unsafe fn at<T: Real>(
    handle: *const Solution<T>,
    (point_name, points, count): (&'static core::ffi::CStr, *const T, usize),
    (name, out, width): (&'static core::ffi::CStr, *mut T, Option<usize>),
    error: *mut Error,
    evaluate: impl FnOnce(&CoreSolution<'static, T>, &[T], &mut [T]) -> Result<(), sinkhorn_core::Error>,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let d = dimension(solution)?;
        if count == 0 {
            return Err(Fault::new(c"count", FaultKind::Zero));
        }
        let (point_len, len) = (product(point_name, count, d)?, product(name, count, width.unwrap_or(d))?);
        let read = [Region::required(point_name, points, point_len)?];
        let out = one_output(handle, solution, (name, out, len), &read, error)?;
        evaluate(solution, required(point_name, slice(point_name, points, point_len)?)?, out)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn map_at<T: Real>(
    handle: *const Solution<T>,
    x: *const T,
    count: usize,
    map: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe { at(handle, (c"x", x, count), (c"map", map, None), error, |solution, x, out| solution.map_at(x, out)) }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn f_at<T: Real>(
    handle: *const Solution<T>,
    x: *const T,
    count: usize,
    f: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe { at(handle, (c"x", x, count), (c"f", f, Some(1)), error, |solution, x, out| solution.f_at(x, out)) }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn g_at<T: Real>(
    handle: *const Solution<T>,
    y: *const T,
    count: usize,
    g: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe { at(handle, (c"y", y, count), (c"g", g, Some(1)), error, |solution, y, out| solution.g_at(y, out)) }
}
