// Made by a test from ../in_place.rs: do not edit.

/// sinkhorn_solve_in_place_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_in_place_f32(problem: *mut InPlace<f32>, error: *mut Error) -> Status {
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (mut given, mut out, job) = declare(caller, problem)?;
        let InPlaceReport { status, sweeps, marginal_error } = job.solve()?;
        (given.sweeps, given.marginal_error) = (sweeps, marginal_error);
        out.write(&given);
        Ok(match status {
            CoreStatus::Converged => SINKHORN_OK,
            CoreStatus::SweepLimit => SINKHORN_SWEEP_LIMIT,
            _ => SINKHORN_PRECISION_FLOOR,
        })
    })
}
