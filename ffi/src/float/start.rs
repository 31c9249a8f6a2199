// Made by a test from ../start/mod.rs: do not edit.

/// sinkhorn_target_n_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_n_f32(target: *const Target<f32>) -> usize {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0, |target| target.n)
}

/// sinkhorn_target_m_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_m_f32(target: *const Target<f32>) -> usize {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0, |target| target.m)
}

/// sinkhorn_target_epsilon_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_epsilon_f32(target: *const Target<f32>) -> f32 {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.epsilon)
}

/// sinkhorn_target_cost_scale_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_cost_scale_f32(target: *const Target<f32>) -> f32 {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.cost_scale)
}
