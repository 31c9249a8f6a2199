//! Where mass goes, and potentials and maps at new points.

use core::ffi::CStr;

use sinkhorn_core::{Error as CoreError, Real, Solution as CoreSolution};

use crate::arguments::{Arguments, Caller};
use crate::checks::product;
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::status::{SINKHORN_OK, Status};

use super::{Solution, look_at};

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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let len = product(c"map", solution.f().len(), dimension(solution)?)?;
        solution.barycentric_map(call.write(c"map", map, len)?)?;
        Ok(SINKHORN_OK)
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"x", x, count), (c"map", map, None), CoreSolution::map_at))
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"x", x, count), (c"f", f, Some(1)), CoreSolution::f_at))
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"y", y, count), (c"g", g, Some(1)), CoreSolution::g_at))
}

include!("../float/solution_map.rs");

/// Coordinates a point.
fn dimension<T: Real>(solution: &CoreSolution<'static, T>) -> Result<usize, Fault> {
    match solution.problem().geometry().dimension() {
        0 => Err(Fault::unsupported(c"cost", "a cost matrix has no points")),
        dimension => Ok(dimension),
    }
}

/// Evaluates something at `count` new points: `width` scalars for each, or as many as coordinates.
fn at<T: Real>(
    call: &mut Arguments<'_>,
    solution: *const Solution<T>,
    (points_name, points, count): (&'static CStr, *const T, usize),
    (name, out, width): (&'static CStr, *mut T, Option<usize>),
    evaluate: impl FnOnce(&CoreSolution<'static, T>, &[T], &mut [T]) -> Result<(), CoreError>,
) -> Result<Status, Fault> {
    let solution = look_at(call, solution)?;
    let d = dimension(solution)?;
    if count == 0 {
        return Err(Fault::new(c"count", FaultKind::Zero));
    }
    let points = call.read(points_name, points, product(points_name, count, d)?)?;
    let out = call.write(name, out, product(name, count, width.unwrap_or(d))?)?;
    evaluate(solution, points, out)?;
    Ok(SINKHORN_OK)
}
