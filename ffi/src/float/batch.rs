// Made by a test from ../batch.rs: do not edit.

/// sinkhorn_batch_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_batch_len_f32(
    problems: *const Problem<f32>,
    count: usize,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let problems = call.read_structs(c"problems", problems, at_least_one(count)?)?;
        let place = call.place(c"len", len)?;
        [*place, _] = Plan::new(&problems, count, &settings)?.lens()?;
        Ok(SINKHORN_OK)
    })
}

/// sinkhorn_solve_batch_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_batch_f32(
    problems: *const Problem<f32>,
    count: usize,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    f: *mut f32,
    g: *mut f32,
    reports: *mut Report<f32>,
    errors: *mut Error,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let problems = call.read_structs(c"problems", problems, at_least_one(count)?)?;
        let plan = Plan::new(&problems, count, &settings)?;
        let memory = plan.memory(call, workspace, workspace_len)?;
        let (n, m) = plan.totals;
        call.declare(c"f", f, n, Access::Write)?;
        call.declare(c"g", g, m, Access::Write)?;
        let reports = call.write_structs(c"reports", reports, count)?;
        call.declare(c"errors", errors, count, Access::Write)?;
        // Each problem reads its start before it writes its potentials, to the same place if that is asked for.
        for (name, start, out, len) in [(c"start_f", settings.start_f, f, n), (c"start_g", settings.start_g, g, m)] {
            settings.check_potential(name, start)?;
            if !ptr::eq(start, out) {
                call.declare(name, start, len, Access::Read)?;
            }
        }
        plan.check_arrays(call, &problems)?;

        let (mut rows, mut columns) = (0, 0);
        let items = reports.enumerate().map(|(k, report)| {
            let problem = problems.get(k);
            let start_f = place(settings.start_f.cast_mut(), rows).cast_const();
            let start_g = place(settings.start_g.cast_mut(), columns).cast_const();
            let settings = Settings { start_f, start_g, ..settings };
            let (f, g) = (place(f, rows), place(g, columns));
            rows += problem.map_or(0, |problem| problem.n);
            columns += problem.map_or(0, |problem| problem.m);
            Item { caller: call.caller_with(place(errors, k)), problem, settings, f, g, report }
        });
        share_out(Sent(items), plan.threads, memory, |item, memory| item.0.solve(&plan.settings, memory));
        Ok(SINKHORN_OK)
    })
}
