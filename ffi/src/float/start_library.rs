// Made by a test from ../start/library.rs: do not edit.

/// sinkhorn_start_monotone_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_monotone_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, |_| Monotone) }
}

/// sinkhorn_start_dual_sort_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_dual_sort_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, dual_sort) }
}

/// sinkhorn_start_gaussian_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_gaussian_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, |_| Gaussian(GaussianForm::Entropic)) }
}

/// sinkhorn_start_gaussian_unregularised_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_gaussian_unregularised_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, |_| Gaussian(GaussianForm::Unregularised)) }
}

/// sinkhorn_start_mixture_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_mixture_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, mixture) }
}

/// sinkhorn_start_cells_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_cells_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, cells) }
}

/// sinkhorn_start_coarse_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_coarse_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, coarse) }
}

/// sinkhorn_start_subsample_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_subsample_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, subsample) }
}

/// sinkhorn_start_auto_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_auto_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, auto) }
}
