// Made by a test from ../divergence.rs: do not edit.

/// sinkhorn_divergence_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_len_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        write_len(call, problem, len, |problem| {
            Ok(divergence_len_of_shape(problem.shape()?, &settings.core()?)?.checked_add(large_object_len::<f32>()))
        })
    })
}

/// sinkhorn_divergence_new_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_new_f32(
    problem: *const Problem<f32>,
    cost_within_x: *const f32,
    cost_within_y: *const f32,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    value: *mut f32,
    divergence: *mut *const Divergence<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let given = call.read_struct(c"problem", problem)?;
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let chosen = settings.core()?;
        let required = divergence_len_of_shape(given.shape()?, &chosen)?;
        let lent = call.lend(workspace, workspace_len, large_object_len::<f32>(), required)?;
        let value = call.place_optional(c"value", value)?;
        let divergence = call.place_optional(c"divergence", divergence)?;
        let arrays = given.arrays(call)?;
        let within_x = costs_within(call, &given, c"cost_within_x", cost_within_x, given.n)?;
        let within_y = costs_within(call, &given, c"cost_within_y", cost_within_y, given.m)?;
        let potentials = settings.potentials(call, given.n, given.m)?;

        let (empty, memory) = lent.begin::<Divergence<f32>>(given.ground_cost()?, Observers::NONE);
        let problem = given.core(&arrays, empty.ground_cost()).map_err(|fault| empty.undo(fault))?;
        let found = with_start(&settings, potentials, |start| match within_x.zip(within_y) {
            None => Ok(sinkhorn_divergence(&problem, start, &chosen, memory)?),
            Some((x, y)) => Ok(sinkhorn_divergence_between(&problem, [x, y], start, &chosen, memory)?),
        });
        let found = found.map_err(|fault| match fault.kind {
            // The totals are compared before anything is written.
            FaultKind::Core(ErrorKind::UnequalMass { .. }) => empty.undo(fault),
            _ => fault,
        })?;
        let statuses = found.reports().map(|report| of_solve(report.status));
        put(value, found.value());
        let handle = empty.fill(Ok(found))?.unlock();
        put(divergence, handle);
        Ok(statuses.into_iter().find(|&status| status != SINKHORN_OK).unwrap_or(SINKHORN_OK))
    })
}

/// sinkhorn_divergence_report_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_report_f32(
    divergence: *const Divergence<f32>,
    term: Term,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let divergence = call.object(divergence)?;
        let mut out = call.write_struct(c"report", report)?;
        let [between, within_x, within_y] = divergence.reports();
        let report = match term {
            SINKHORN_TERM_BETWEEN => between,
            SINKHORN_TERM_WITHIN_X => within_x,
            SINKHORN_TERM_WITHIN_Y => within_y,
            value => return Err(Fault::new(c"term", FaultKind::Choice { value })),
        };
        out.write(&Report::new(report));
        Ok(of_solve(report.status))
    })
}

/// sinkhorn_divergence_gradient_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_len_f32(
    problem: *const Problem<f32>,
    settings: *const DerivativeSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| write_len_of_derivatives(call, problem, settings, len, divergence_gradient_len))
}

/// sinkhorn_divergence_gradient_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_f32(
    divergence: *const Divergence<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    gradients: *const Gradients<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let divergence = call.object(divergence)?;
        for term in [divergence.between(), divergence.within_x(), divergence.within_y()] {
            keep_arrays(call, term.problem())?;
        }
        let settings = DerivativeSettings::read(call, c"settings", settings)?;
        let memory = call.write(c"workspace", workspace, workspace_len)?;
        let mut gradients = Gradients::read(call, gradients, Sizes::of(divergence.between()))?;
        divergence.gradient(&settings, memory, &mut gradients)?;
        Ok(SINKHORN_OK)
    })
}
