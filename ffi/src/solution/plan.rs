//! The plan: entries, rows, and as an operator.

use crate::arguments::Caller;
use crate::checks::{index, product as cells};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::status::{SINKHORN_OK, Status};

use super::{Solution, look_at};

/// *entry = P_ij, for i < n and j < m, in O(dimension). NULL: never solution and entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_entry_f64(
    solution: *const Solution<f64>,
    i: usize,
    j: usize,
    entry: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let entry = call.place(c"entry", entry)?;
        let (i, j) = (index(c"i", i, solution.f().len())?, index(c"j", j, solution.g().len())?);
        *entry = solution.entry(i, j);
        Ok(SINKHORN_OK)
    })
}

/// row (m) = row i of the plan, for i < n. NULL: never solution and row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_row_f64(
    solution: *const Solution<f64>,
    i: usize,
    row: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let row = call.write(c"row", row, solution.g().len())?;
        solution.row(index(c"i", i, solution.f().len())?, row)?;
        Ok(SINKHORN_OK)
    })
}

/// plan (n x m, row-major) = the whole plan. NULL: never solution and plan.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_plan_f64(
    solution: *const Solution<f64>,
    plan: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let cells = cells(c"plan", solution.f().len(), solution.g().len())?;
        solution.plan(call.write(c"plan", plan, cells)?)?;
        Ok(SINKHORN_OK)
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let columns = call.write(c"columns", columns, count)?;
        let entries = call.write(c"entries", entries, count)?;
        let (i, m) = (index(c"i", i, solution.f().len())?, solution.g().len());
        match count {
            0 => return Err(Fault::new(c"count", FaultKind::Zero)),
            value if value > m => return Err(Fault::new(c"count", FaultKind::AtMost { value, most: m })),
            _ => solution.largest_in_row(i, columns, entries)?,
        };
        Ok(SINKHORN_OK)
    })
}

/// product (n) = P v, for vector (m, finite). One exponential a pair. NULL: never solution, vector and product.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_f64(
    solution: *const Solution<f64>,
    vector: *const f64,
    product: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let vector = call.read(c"vector", vector, solution.g().len())?;
        solution.apply(vector, call.write(c"product", product, solution.f().len())?)?;
        Ok(SINKHORN_OK)
    })
}

/// product (m) = P^T w, for vector (n, finite). One exponential a pair. NULL: never solution, vector and product.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_transposed_f64(
    solution: *const Solution<f64>,
    vector: *const f64,
    product: *mut f64,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let vector = call.read(c"vector", vector, solution.f().len())?;
        solution.apply_transposed(vector, call.write(c"product", product, solution.g().len())?)?;
        Ok(SINKHORN_OK)
    })
}

include!("../float/solution_plan.rs");
