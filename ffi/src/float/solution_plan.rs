// Made by a test from ../solution/plan.rs: do not edit.

/// sinkhorn_solution_entry_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_entry_f32(
    solution: *const Solution<f32>,
    i: usize,
    j: usize,
    entry: *mut f32,
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

/// sinkhorn_solution_row_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_row_f32(
    solution: *const Solution<f32>,
    i: usize,
    row: *mut f32,
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

/// sinkhorn_solution_plan_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_plan_f32(
    solution: *const Solution<f32>,
    plan: *mut f32,
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

/// sinkhorn_solution_apply_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_f32(
    solution: *const Solution<f32>,
    vector: *const f32,
    product: *mut f32,
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

/// sinkhorn_solution_apply_transposed_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_apply_transposed_f32(
    solution: *const Solution<f32>,
    vector: *const f32,
    product: *mut f32,
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
