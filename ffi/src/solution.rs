//! What a solve leaves: potentials, the plan without storing it, maps, and potentials at new points.

use core::ffi::c_char;

use sinkhorn_core::{Real, Solution as CoreSolution};

use crate::checks::{
    Region, check_disjoint, check_optional_struct, index, output, product, required, slice, write_struct,
};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::object::Object;
use crate::problem::regions_of;
use crate::report::Report;
use crate::scalar::Scalar;
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

/// *entry = P_ij, for i < n and j < m, in O(dimension). NULL: never solution and entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_entry_f64(
    solution: *const Solution<f64>,
    i: usize,
    j: usize,
    entry: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || plan_entry(solution, (i, j), entry, error)) }
}

/// sinkhorn_solution_entry_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_entry_f32(
    solution: *const Solution<f32>,
    i: usize,
    j: usize,
    entry: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || plan_entry(solution, (i, j), entry, error)) }
}

/// row (m) = row i of the plan, for i < n. NULL: never solution and row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_row_f64(
    solution: *const Solution<f64>,
    i: usize,
    row: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || plan_row(solution, i, row, error)) }
}

/// sinkhorn_solution_row_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_row_f32(
    solution: *const Solution<f32>,
    i: usize,
    row: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || plan_row(solution, i, row, error)) }
}

/// plan (n x m, row-major) = the whole plan. NULL: never solution and plan.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_plan_f64(
    solution: *const Solution<f64>,
    plan: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || whole_plan(solution, plan, error)) }
}

/// sinkhorn_solution_plan_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_plan_f32(
    solution: *const Solution<f32>,
    plan: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || whole_plan(solution, plan, error)) }
}

/// The largest entries of row i, largest first, ties in the order of columns: columns (count) and entries (count).
/// 1 <= count <= m.
/// NULL: never solution, columns and entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_largest_in_row_f64(
    solution: *const Solution<f64>,
    i: usize,
    count: usize,
    columns: *mut usize,
    entries: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || largest_in_row(solution, i, count, columns, entries, error)) }
}

/// sinkhorn_solution_largest_in_row_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_largest_in_row_f32(
    solution: *const Solution<f32>,
    i: usize,
    count: usize,
    columns: *mut usize,
    entries: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || largest_in_row(solution, i, count, columns, entries, error)) }
}

/// product (n) = P v, for vector (m, finite). One exponential a pair. NULL: never solution, vector and product.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_f64(
    solution: *const Solution<f64>,
    vector: *const f64,
    product: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || apply(solution, vector, product, error)) }
}

/// sinkhorn_solution_apply_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_f32(
    solution: *const Solution<f32>,
    vector: *const f32,
    product: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || apply(solution, vector, product, error)) }
}

/// product (m) = P^T w, for vector (n, finite). One exponential a pair. NULL: never solution, vector and product.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_transposed_f64(
    solution: *const Solution<f64>,
    vector: *const f64,
    product: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || apply_transposed(solution, vector, product, error)) }
}

/// sinkhorn_solution_apply_transposed_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_transposed_f32(
    solution: *const Solution<f32>,
    vector: *const f32,
    product: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || apply_transposed(solution, vector, product, error)) }
}

/// map (n x dimension, row-major) = the barycentric projection of every x_i: the mean of the y_j that it is sent
/// to, sum_j P_ij y_j / sum_j P_ij. A point without weight goes where one of infinitesimal weight would. Points
/// only. NULL: never solution and map.
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
/// SINKHORN_ERROR_OVERFLOW; what precedes it has been written.
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

/// The solution behind a handle.
///
/// # Safety
/// What the header asks of the pointer; nobody writes to the workspace during `'a`.
pub(crate) unsafe fn get<'a, T: Scalar>(solution: *const Solution<T>) -> Result<&'a CoreSolution<'static, T>, Fault> {
    // SAFETY: the contract of this function.
    unsafe { Object::get(c"solution", solution.cast::<Object<T, CoreSolution<'static, T>>>()) }
}

/// Refuses outputs that overlap each other, what the solution reads, or `read`.
///
/// # Safety
/// `solution` has passed [`get`].
pub(crate) unsafe fn check_outputs<T: Scalar>(
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
unsafe fn one_output<'a, T: Scalar>(
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
unsafe fn numbers<T: Scalar>(
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
unsafe fn start_note<T: Scalar>(
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
            return Err(Fault::Zero { argument: c"len" });
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

/// # Safety
/// What the header asks of the pointers.
unsafe fn plan_entry<T: Scalar>(
    handle: *const Solution<T>,
    (i, j): (usize, usize),
    entry: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let out = one_output(handle, solution, (c"entry", entry, 1), &[], error)?;
        let (i, j) = (index(c"i", i, solution.f().len())?, index(c"j", j, solution.g().len())?);
        out[0] = solution.entry(i, j);
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn plan_row<T: Scalar>(
    handle: *const Solution<T>,
    i: usize,
    row: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let out = one_output(handle, solution, (c"row", row, solution.g().len()), &[], error)?;
        solution.row(index(c"i", i, solution.f().len())?, out)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn whole_plan<T: Scalar>(handle: *const Solution<T>, plan: *mut T, error: *mut Error) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let cells = product(c"plan", solution.f().len(), solution.g().len())?;
        solution.plan(one_output(handle, solution, (c"plan", plan, cells), &[], error)?)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn largest_in_row<T: Scalar>(
    handle: *const Solution<T>,
    i: usize,
    count: usize,
    columns: *mut usize,
    entries: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let (n, m) = (solution.f().len(), solution.g().len());
        let written = [
            Region::required(c"columns", columns, count)?,
            Region::required(c"entries", entries, count)?,
            Region::optional(c"error", error, 1)?,
        ];
        check_outputs(handle, solution, &written, &[])?;
        index(c"i", i, n)?;
        if count == 0 {
            return Err(Fault::Zero { argument: c"count" });
        }
        if count > m {
            return Err(Fault::AtMost { argument: c"count", value: count, most: m });
        }
        let columns = required(c"columns", output(c"columns", columns, count)?)?;
        solution.largest_in_row(i, columns, required(c"entries", output(c"entries", entries, count)?)?)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn apply<T: Scalar>(
    handle: *const Solution<T>,
    vector: *const T,
    out: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let (n, m) = (solution.f().len(), solution.g().len());
        let read = [Region::required(c"vector", vector, m)?];
        let out = one_output(handle, solution, (c"product", out, n), &read, error)?;
        solution.apply(required(c"vector", slice(c"vector", vector, m)?)?, out)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn apply_transposed<T: Scalar>(
    handle: *const Solution<T>,
    vector: *const T,
    out: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let solution = get(handle)?;
        let (n, m) = (solution.f().len(), solution.g().len());
        let read = [Region::required(c"vector", vector, n)?];
        let out = one_output(handle, solution, (c"product", out, m), &read, error)?;
        solution.apply_transposed(required(c"vector", slice(c"vector", vector, n)?)?, out)?;
        Ok(SINKHORN_OK)
    }
}

/// Coordinates a point.
fn dimension<T: Scalar>(solution: &CoreSolution<'static, T>) -> Result<usize, Fault> {
    match solution.problem().geometry() {
        sinkhorn_core::Geometry::Points(cloud) => Ok(cloud.dimension()),
        _ => Err(Fault::Unsupported { argument: c"cost", reason: "a cost matrix has no points" }),
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn barycentric_map<T: Scalar>(
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
unsafe fn at<T: Scalar>(
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
            return Err(Fault::Zero { argument: c"count" });
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
unsafe fn map_at<T: Scalar>(
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
unsafe fn f_at<T: Scalar>(
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
unsafe fn g_at<T: Scalar>(
    handle: *const Solution<T>,
    y: *const T,
    count: usize,
    g: *mut T,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe { at(handle, (c"y", y, count), (c"g", g, Some(1)), error, |solution, y, out| solution.g_at(y, out)) }
}
