// Made by a test from ../soft.rs: do not edit.

/// sinkhorn_soft_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_len_f32(
    n: usize,
    m: usize,
    settings: *const SoftSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let place = call.place(c"len", len)?;
        check_count(c"n", n)?;
        check_count(c"m", m)?;
        let len = soft_len(n, m, &settings)?.checked_add(large_object_len::<f32>());
        *place = len.ok_or(Fault::too_large(c"workspace"))?;
        Ok(SINKHORN_OK)
    })
}

/// sinkhorn_soft_sort_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_sort_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    sorted: *mut f32,
    m: usize,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        check_count(c"m", m)?;
        let lent = lend(call, (workspace, workspace_len), (n, m), &settings)?;
        let sorted = call.write(c"sorted", sorted, m)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_sort(values, weights, &settings, memory, sorted)
        })
    })
}

/// sinkhorn_soft_rank_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_rank_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    ranks: *mut f32,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let lent = lend(call, (workspace, workspace_len), (n, n), &settings)?;
        let ranks = call.write(c"ranks", ranks, n)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results
            .of_operator(lent, inputs, |(values, weights), memory| soft_rank(values, weights, &settings, memory, ranks))
    })
}

/// sinkhorn_soft_quantile_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_quantile_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    levels: *const f32,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    quantiles: *mut f32,
    count: usize,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let levels = call.read(c"levels", levels, count)?;
        check_count(c"count", count)?;
        let m = count.checked_mul(2).and_then(|twice| twice.checked_add(1)).ok_or(Fault::too_large(c"levels"))?;
        let lent = lend(call, (workspace, workspace_len), (n, m), &settings)?;
        let quantiles = call.write(c"quantiles", quantiles, count)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_quantile(values, weights, levels, &settings, memory, quantiles)
        })
    })
}

/// sinkhorn_soft_top_k_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_top_k_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    k: f32,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    chosen: *mut f32,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let lent = lend(call, (workspace, workspace_len), (n, 2), &settings)?;
        let chosen = call.write(c"chosen", chosen, n)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_top_k(values, weights, k, &settings, memory, chosen)
        })
    })
}

/// sinkhorn_soft_vjp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_vjp_f32(
    soft: *mut Soft<f32>,
    cotangent: *const f32,
    outputs: usize,
    in_values: *mut f32,
    in_weights: *mut f32,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let soft = call.claim(soft)?;
        let n = soft.get().len();
        let cotangent = call.read(c"cotangent", cotangent, outputs)?;
        let in_values = call.write(c"in_values", in_values, n)?;
        let in_weights = call.write_optional(c"in_weights", in_weights, n)?;
        let report = call.write_struct_optional(c"report", report)?;
        let found = soft.into_mut().vjp(cotangent, in_values, in_weights);
        let found = found.map_err(|error| match (error.argument, error.kind) {
            (Argument::VECTOR, kind @ ErrorKind::Length { .. }) => Fault::core(c"outputs", kind),
            (Argument::VECTOR, kind) => Fault::core(c"cotangent", kind),
            _ => Fault::from(error),
        })?;
        Ok(tell(report, found))
    })
}
