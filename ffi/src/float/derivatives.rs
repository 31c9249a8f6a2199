// Made by a test from ../derivatives/mod.rs: do not edit.

/// sinkhorn_derivatives_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_derivatives_len_f32(
    problem: *const Problem<f32>,
    settings: *const DerivativeSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| write_len_of_derivatives(call, problem, settings, len, derivatives_len))
}

/// sinkhorn_objective_gradient_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_gradient_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    gradients: *const Gradients<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        on.derivatives()?.objective(&mut gradients).map_err(|error| on.named(error))?;
        Ok(SINKHORN_OK)
    })
}

/// sinkhorn_vjp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_vjp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    cotangent: *const Cotangent<f32>,
    gradients: *const Gradients<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let given = call.read_struct(c"cotangent", cotangent)?;
        let (f, g) = (call.read_optional(c"f", given.f, on.sizes.n)?, call.read_optional(c"g", given.g, on.sizes.m)?);
        let plan = call.read_optional(c"plan", given.plan, on.sizes.cells(c"plan", given.plan)?)?;
        let map = call.read_optional(c"map", given.map, on.sizes.points(c"map", given.map, on.sizes.n)?)?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        let rows = given.plan_rows.map(|function| Rows { function, data: given.plan_rows_data });
        let rows = rows.as_ref().map(|rows| move |i: usize, first: usize, row: &mut [f32]| rows.write(i, first, row));
        let plan = match (plan, &rows) {
            (Some(_), Some(_)) => {
                let reason = "give the cotangent of the plan as plan or as plan_rows, not both";
                return Err(Fault::unsupported(c"plan_rows", reason));
            }
            (Some(values), None) => Some(PlanCotangent::Matrix(values)),
            (None, rows) => rows.as_ref().map(|rows| PlanCotangent::Rows(rows)),
        };
        on.rows = rows.is_some();
        let found = on.derivatives()?.vjp(&CoreCotangent { f, g, plan, map }, &mut gradients);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
}

/// sinkhorn_jvp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_jvp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    tangent: *const Tangent<f32>,
    changes: *const Changes<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let tangent = Tangent::read(call, tangent, on.sizes)?;
        let mut changes = Changes::read(call, changes, on.sizes)?;
        let found = on.derivatives()?.jvp(&tangent, &mut changes);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
}

/// sinkhorn_objective_hvp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_hvp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    tangent: *const Tangent<f32>,
    gradients: *const Gradients<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let tangent = Tangent::read(call, tangent, on.sizes)?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        let found = on.derivatives()?.objective_hessian(&tangent, &mut gradients);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
}
