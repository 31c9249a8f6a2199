//! The library's own starts.

use core::ffi::c_void;
use core::ptr;

use sinkhorn_core::{
    Real,
    start::{GaussianForm, Monotone, Side, Start, StartMemory, Target as CoreTarget},
};

use crate::arguments::Caller;
use crate::fault::Fault;
use crate::status::{SINKHORN_ERROR_MISALIGNED, SINKHORN_ERROR_NULL_POINTER};

use super::choices::{Gaussian, Options, auto, cells, coarse, dual_sort, mixture, subsample};
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, |_| Gaussian(GaussianForm::Unregularised)) }
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, mixture) }
}

/// The problem solved between cells of points, cells of cells and so on, at most 500 a side at first: from coarse to
/// fine. Points under any cost that accepts points between the data. It pays for thousands of points in few dimensions.
///
/// Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
/// SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_cells_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, cells) }
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, subsample) }
}

/// The start for those who do not want to choose one: of zero, monotone, Gaussian, coarse, cells and subsample tries
/// what applies and is cheap, and takes what is worth most. Any problem.
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
    // SAFETY: NULL, or what the library called a start with; f and g are n and m scalars.
    unsafe { library(target, f, g, auto) }
}

include!("../float/start_library.rs");

/// Runs a start of the library for C.
///
/// # Safety
/// `target` is NULL, misaligned, or what a start was called with, and `f` and `g` are n and m scalars unless they are
/// NULL or misaligned.
unsafe fn library<T: Real, S: Start<T>>(
    target: *mut Target<T>,
    f: *mut T,
    g: *mut T,
    start: impl FnOnce(Options) -> S,
) -> WroteWhat {
    if target.is_null() {
        return SINKHORN_ERROR_NULL_POINTER;
    }
    if !target.is_aligned() {
        return SINKHORN_ERROR_MISALIGNED;
    }
    // SAFETY: made by `CallbackStart`, in whose call this is; nobody else holds a reference to it.
    let target = unsafe { &mut *target };
    // SAFETY: the contract of this function.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.guard(|| {
        let (f, g) = declare(caller, (f, target.n), (g, target.m))?;
        // SAFETY: `CallbackStart` put them there, and has no other use for them meanwhile.
        let (problem, [rows, columns]) = unsafe {
            let problem = &*target.target.cast::<CoreTarget<'_, '_, T>>();
            (problem, &mut *target.scratch.cast::<[&mut [T]; 2]>())
        };
        let options = (target.seed, target.size);
        let outcome = start(options).write_potentials(problem, &mut StartMemory { f, g, rows, columns });
        target.outcome = Some(outcome);
        Ok(match outcome?.wrote {
            Side::F => SINKHORN_WROTE_F,
            Side::G => SINKHORN_WROTE_G,
            Side::Both => SINKHORN_WROTE_BOTH,
        })
    })
}

/// Declares room for f and g, apart: the list of arguments would be on the stack of the start.
#[inline(never)]
fn declare<T>(
    caller: Caller<'_>,
    (f, n): (*mut T, usize),
    (g, m): (*mut T, usize),
) -> Result<(&mut [T], &mut [T]), Fault> {
    let mut call = caller.arguments();
    Ok((call.write(c"f", f, n)?, call.write(c"g", g, m)?))
}
