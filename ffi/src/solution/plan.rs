//! The plan: entries, rows, and as an operator.

use sinkhorn_core::Real;

use crate::checks::{Region, index, output, product, required, slice};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::status::{SINKHORN_OK, Status};

use super::{Solution, check_outputs, get, one_output};

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
/// # Safety
/// What the header asks of the pointers.
unsafe fn plan_entry<T: Real>(
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
unsafe fn plan_row<T: Real>(
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
unsafe fn whole_plan<T: Real>(handle: *const Solution<T>, plan: *mut T, error: *mut Error) -> Result<Status, Fault> {
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
unsafe fn largest_in_row<T: Real>(
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
            return Err(Fault::new(c"count", FaultKind::Zero));
        }
        if count > m {
            return Err(Fault::new(c"count", FaultKind::AtMost { value: count, most: m }));
        }
        let columns = required(c"columns", output(c"columns", columns, count)?)?;
        solution.largest_in_row(i, columns, required(c"entries", output(c"entries", entries, count)?)?)?;
        Ok(SINKHORN_OK)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn apply<T: Real>(
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
unsafe fn apply_transposed<T: Real>(
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
