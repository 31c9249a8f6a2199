// Made by a test from ../solution/mod.rs: do not edit.

/// sinkhorn_solution_f_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_f_f32(solution: *const Solution<f32>) -> *const f32 {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.object(solution).map_or(ptr::null(), |solution| solution.f().as_ptr())
}

/// sinkhorn_solution_g_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_g_f32(solution: *const Solution<f32>) -> *const f32 {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.object(solution).map_or(ptr::null(), |solution| solution.g().as_ptr())
}

/// sinkhorn_solution_report_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_report_f32(
    solution: *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        call.write_struct(c"report", report)?.write(&Report::new(solution.report()));
        Ok(of_solve(solution.report().status))
    })
}

/// sinkhorn_solution_start_note_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solution_start_note_f32(
    solution: *const Solution<f32>,
    text: *mut c_char,
    len: usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let solution = look_at(call, solution)?;
        let text = call.write(c"text", text, len)?;
        let (last, text) = text.split_last_mut().ok_or(Fault::new(c"len", FaultKind::Zero))?;
        let note = solution.report().start.note.unwrap_or("").bytes().chain(core::iter::repeat(0));
        text.iter_mut().zip(note).for_each(|(place, letter)| *place = letter as c_char);
        *last = 0;
        Ok(SINKHORN_OK)
    })
}
