// Made by a test from ../solve.rs: do not edit.

/// sinkhorn_solve_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    solution: *mut *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (mut solver, (solution, report)) = begin(caller, problem, settings, (workspace, workspace_len), |call| {
            let solution = call.place_optional(c"solution", solution)?;
            Ok((solution, call.write_struct_optional(c"report", report)?))
        })?;
        if run_solver(&mut solver) == SINKHORN_ERROR_INFEASIBLE {
            return Err(Fault::core(c"cost", ErrorKind::Infeasible { place: None }));
        }
        hand_over(solver, solution, report)
    })
}

/// sinkhorn_solver_new_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_new_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    solver: *mut *mut Solver<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let memory = (workspace, workspace_len);
        let (begun, place) = begin(caller, problem, settings, memory, |call| call.place(c"solver", solver))?;
        *place = begun.unlock();
        Ok(SINKHORN_OK)
    })
}

/// sinkhorn_solver_step_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_step_f32(solver: *mut Solver<f32>) -> Status {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.guard(|| {
        let mut solver = caller.claim(solver)?.lock();
        let status = solver.value().step().map_or(SINKHORN_RUNNING, of_solve);
        solver.unlock();
        Ok(status)
    })
}

/// sinkhorn_solver_run_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_run_f32(solver: *mut Solver<f32>) -> Status {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.guard(|| {
        let mut solver = caller.claim(solver)?.lock();
        let status = run_solver(&mut solver);
        solver.unlock();
        Ok(status)
    })
}

/// sinkhorn_solver_progress_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_progress_f32(
    solver: *const Solver<f32>,
    sweeps: *mut u32,
    epsilon: *mut f32,
    marginal_error: *mut f32,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(ptr::null_mut()) }.call(|call| {
        let solver = call.object(solver)?;
        let sweeps = call.place_optional(c"sweeps", sweeps)?;
        let epsilon = call.place_optional(c"epsilon", epsilon)?;
        let marginal_error = call.place_optional(c"marginal_error", marginal_error)?;
        put(sweeps, solver.sweeps());
        put(epsilon, solver.epsilon());
        put(marginal_error, solver.marginal_error().min(f32::MAX));
        Ok(SINKHORN_OK)
    })
}

/// sinkhorn_solver_finish_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_finish_f32(
    solver: *mut Solver<f32>,
    solution: *mut *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (solver, solution, report) = declare_end(caller, solver, solution, report)?;
        hand_over(solver.lock(), solution, report)
    })
}
