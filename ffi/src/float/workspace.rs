// Made by a test from ../workspace.rs: do not edit.

/// sinkhorn_workspace_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_workspace_len_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let of = |problem: &Problem<f32>| Ok(len_to_skip(problem, &settings.core()?)?.checked_add(object_len::<f32>()));
        write_len(call, problem, len, of)
    })
}
