// Made by a test from ../solution/map.rs: do not edit.

/// sinkhorn_solution_map_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_f32(
    solution: *const Solution<f32>,
    map: *mut f32,
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

/// sinkhorn_solution_map_at_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_map_at_f32(
    solution: *const Solution<f32>,
    x: *const f32,
    count: usize,
    map: *mut f32,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"x", x, count), (c"map", map, None), CoreSolution::map_at))
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"x", x, count), (c"f", f, Some(1)), CoreSolution::f_at))
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| at(call, solution, (c"y", y, count), (c"g", g, Some(1)), CoreSolution::g_at))
}
