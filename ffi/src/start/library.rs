//! The library's own starts.

use core::ffi::c_void;

use sinkhorn_core::{
    Real,
    start::{GaussianForm, Monotone, Side, Start, StartMemory, StartReport, Target as CoreTarget},
};

use crate::checks::{Region, check_disjoint};
use crate::error::caught;
use crate::fault::Fault;
use crate::status::{SINKHORN_ERROR_INTERNAL, SINKHORN_ERROR_MISALIGNED, SINKHORN_ERROR_NULL_POINTER};

use super::choices::{Gaussian, Options, auto, coarse, dual_sort, mixture, subsample};
use super::{SINKHORN_WROTE_BOTH, SINKHORN_WROTE_F, SINKHORN_WROTE_G, Target, WroteWhat};

/// The exact dual of unregularised transport on the line, in O(n + m) beside sorting. Points of dimension 1, and a
/// cost convex in x - y.
///
/// As every start of the library: target, f and g are those that a start is called with, data is not read.
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_monotone_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Monotone) }
}

/// sinkhorn_start_monotone_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_monotone_f32(
    target: *mut Target<f32>,
    f: *mut f32,
    g: *mut f32,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Monotone) }
}

/// DualSort of Thornton and Cuturi (2022), algorithm 1; start_size passes, 100 unless set; zero is kept where it is
/// worth more by its dual value. Points of dimension 1, a cost convex in x - y, n = m, equal weights. The yardstick:
/// sinkhorn_start_monotone_f64 gets there sooner and for any weights.
///
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_dual_sort_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, dual_sort) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, dual_sort) }
}

/// Entropic transport between Gaussians fitted to both sides, in closed form. Points under the squared Euclidean
/// cost.
///
/// Allocates: nothing up to dimension 8; beyond that it does, and a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_gaussian_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Gaussian(GaussianForm::Entropic)) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Gaussian(GaussianForm::Entropic)) }
}

/// The same with unregularised transport between the Gaussians, as Thornton and Cuturi (2022) have it.
///
/// Allocates and threads: as sinkhorn_start_gaussian_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_gaussian_unregularised_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    let form = GaussianForm::Unregularised;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Gaussian(form)) }
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
    let form = GaussianForm::Unregularised;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_| Gaussian(form)) }
}

/// Entropic transport between Gaussian mixtures fitted to both sides, of at most start_size components (24 unless
/// set), from start_seed. Points under the squared Euclidean cost.
///
/// Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_mixture_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, mixture) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, mixture) }
}

/// The problem solved between start_size representatives a side (sqrt(n m) / 8 unless set), extended to all points.
/// Points under any cost.
///
/// Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_coarse_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, coarse) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, coarse) }
}

/// The problem solved between start_size points a side drawn from start_seed (sqrt(n m) / 8 unless set), extended
/// to all. Points or a matrix.
///
/// Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_subsample_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, subsample) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, subsample) }
}

/// The start for those who do not want to choose one: of zero, monotone, Gaussian, coarse and subsample tries what
/// applies and is cheap, and takes what is worth most. Any problem.
///
/// Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_auto_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, auto) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, auto) }
}

/// Runs a start of the library for C.
///
/// # Safety
/// `target` is NULL or what a start was called with, and `f` and `g` are NULL or n and m scalars.
unsafe fn library<T: Real, S: Start<T>>(
    target: *mut Target<T>,
    f: *mut T,
    g: *mut T,
    start: impl FnOnce(Options) -> S,
) -> WroteWhat {
    if target.is_null() || f.is_null() || g.is_null() {
        return SINKHORN_ERROR_NULL_POINTER;
    }
    if !(target.is_aligned() && f.is_aligned() && g.is_aligned()) {
        return SINKHORN_ERROR_MISALIGNED;
    }
    // SAFETY: made by `Start::write_potentials`, whose call this is in.
    let (n, m) = unsafe { ((*target).n, (*target).m) };
    let both = Region::required(c"f", f, n).and_then(|f| check_disjoint(&[f], &[Region::required(c"g", g, m)?]));
    if let Err(fault) = both {
        return fault.status();
    }
    // SAFETY: made by `Start::write_potentials`, whose call this is in; nobody else holds a reference to it.
    let target = unsafe { &mut *target };
    // SAFETY: n and m scalars, by contract; the other two are what `Start::write_potentials` put there, and live as
    // long.
    let (f, g, problem, [rows, columns]) = unsafe {
        (
            core::slice::from_raw_parts_mut(f, target.n),
            core::slice::from_raw_parts_mut(g, target.m),
            &*target.target.cast::<CoreTarget<'_, '_, T>>(),
            &mut *target.scratch.cast::<[&mut [T]; 2]>(),
        )
    };
    let options = (target.seed, target.size);
    match caught(|| start(options).write_potentials(problem, &mut StartMemory { f, g, rows, columns })) {
        None => SINKHORN_ERROR_INTERNAL,
        Some(outcome) => {
            target.outcome = Some(outcome);
            match outcome {
                Ok(StartReport { wrote: Side::F, .. }) => SINKHORN_WROTE_F,
                Ok(StartReport { wrote: Side::G, .. }) => SINKHORN_WROTE_G,
                Ok(StartReport { wrote: Side::Both, .. }) => SINKHORN_WROTE_BOTH,
                Err(error) => Fault::from(error).status(),
            }
        }
    }
}
