//! Starts: functions that write potentials, the library's and the caller's own. One that no program names is not
//! linked into it.

use core::cell::Cell;
use core::ffi::c_void;

use sinkhorn_core::{
    Argument, DualSort, Error as CoreError, Form, Given, Initializer, Monotone, Place, Scratch, Started,
    Target as CoreTarget, Wrote, Zero,
};

use crate::checks::slice;
use crate::error::caught;
use crate::fault::Fault;
use crate::scalar::{Fitted, Scalar};
use crate::settings::Settings;
use crate::status::{SINKHORN_ERROR_INTERNAL, SINKHORN_ERROR_MISALIGNED, SINKHORN_ERROR_NULL_POINTER};

/// Which potentials a start has written: one of the SINKHORN_WROTE_ constants, or a negative status of its own,
/// which the solve then returns.
pub type WroteWhat = i32;

/// f alone; g follows from it.
pub const SINKHORN_WROTE_F: WroteWhat = 0;
/// g alone; f follows from it.
pub const SINKHORN_WROTE_G: WroteWhat = 1;
/// Both.
pub const SINKHORN_WROTE_BOTH: WroteWhat = 2;

/// What a start is for: the problem of the solve that calls it. Lives as long as the call.
pub struct Target<T> {
    n: usize,
    m: usize,
    epsilon: T,
    cost_scale: T,
    seed: u64,
    size: usize,
    /// A `CoreTarget`.
    target: *const c_void,
    /// Its `Scratch`.
    scratch: *mut c_void,
    /// What a start of the library has to say.
    outcome: Option<Result<Started, CoreError>>,
}

/// A start: writes f (n) or g (m) or both, in units of the unscaled cost, and says which; both are zero when it is
/// called. data is the field start_data of the settings. The library's own begin with sinkhorn_start_; one of yours
/// may call them (and the report then has their name). It must return: no longjmp, no exception.
pub type StartFunction<T> =
    Option<unsafe extern "C" fn(target: *mut Target<T>, f: *mut T, g: *mut T, data: *mut c_void) -> WroteWhat>;

/// n, the points on the first side; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_n_f64(target: *const Target<f64>) -> usize {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0, |target| target.n)
}

/// sinkhorn_target_n_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_n_f32(target: *const Target<f32>) -> usize {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0, |target| target.n)
}

/// m, the points on the second side; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_m_f64(target: *const Target<f64>) -> usize {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0, |target| target.m)
}

/// sinkhorn_target_m_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_m_f32(target: *const Target<f32>) -> usize {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0, |target| target.m)
}

/// The regularisation in units of the unscaled cost; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_epsilon_f64(target: *const Target<f64>) -> f64 {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.epsilon)
}

/// sinkhorn_target_epsilon_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_epsilon_f32(target: *const Target<f32>) -> f32 {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.epsilon)
}

/// What costs are divided by: potentials of an earlier solve times this are what a start writes. 0 where target is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_cost_scale_f64(target: *const Target<f64>) -> f64 {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.cost_scale)
}

/// sinkhorn_target_cost_scale_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_cost_scale_f32(target: *const Target<f32>) -> f32 {
    // SAFETY: what the header asks of the pointer.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.cost_scale)
}

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
    unsafe { library(target, f, g, |_, target, f, g, scratch| Monotone.initialize(target, f, g, scratch)) }
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
    unsafe { library(target, f, g, |_, target, f, g, scratch| Monotone.initialize(target, f, g, scratch)) }
}

/// DualSort of Thornton and Cuturi (2022), algorithm 1; start_size passes, 3 unless set. Points of dimension 1, a
/// cost convex in x - y, n = m, equal weights. The yardstick: sinkhorn_start_monotone_f64 gets there sooner and for
/// any weights.
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
    unsafe { library(target, f, g, |_, target, f, g, scratch| f64::gaussian(Form::Entropic, target, f, g, scratch)) }
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
    unsafe { library(target, f, g, |_, target, f, g, scratch| f32::gaussian(Form::Entropic, target, f, g, scratch)) }
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
    let form = Form::Unregularised;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_, target, f, g, scratch| f64::gaussian(form, target, f, g, scratch)) }
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
    let form = Form::Unregularised;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_, target, f, g, scratch| f32::gaussian(form, target, f, g, scratch)) }
}

/// Entropic transport between Gaussian mixtures fitted to both sides, of at most start_size components (24 unless
/// set), from start_seed. Points under the squared Euclidean cost.
///
/// Allocates: yes; a build without an allocator returns SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
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
/// Allocates: yes; a build without an allocator returns SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
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
/// Allocates: yes; a build without an allocator returns SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
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
/// Allocates: yes; a build without an allocator returns SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_start_auto_f64(
    target: *mut Target<f64>,
    f: *mut f64,
    g: *mut f64,
    data: *mut c_void,
) -> WroteWhat {
    let _ = data;
    // SAFETY: what the header asks of the pointers.
    unsafe { library(target, f, g, |_, target, f, g, scratch| f64::fitted(Fitted::Auto, target, f, g, scratch)) }
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
    unsafe { library(target, f, g, |_, target, f, g, scratch| f32::fitted(Fitted::Auto, target, f, g, scratch)) }
}

/// What the settings say about the library's starts: a seed, and a size.
type Options = (u64, usize);

fn dual_sort<T: Scalar>(
    (_, size): Options,
    target: &CoreTarget<'_, '_, T>,
    f: &mut [T],
    g: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Result<Started, CoreError> {
    let default = DualSort::default();
    let passes = if size > 0 { size as u32 } else { default.passes };
    DualSort { passes, ..default }.initialize(target, f, g, scratch)
}

fn mixture<T: Scalar>(
    (seed, components): Options,
    target: &CoreTarget<'_, '_, T>,
    f: &mut [T],
    g: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Result<Started, CoreError> {
    T::fitted(Fitted::Mixture { components, seed }, target, f, g, scratch)
}

fn coarse<T: Scalar>(
    (_, representatives): Options,
    target: &CoreTarget<'_, '_, T>,
    f: &mut [T],
    g: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Result<Started, CoreError> {
    T::fitted(Fitted::Coarse { representatives }, target, f, g, scratch)
}

fn subsample<T: Scalar>(
    (seed, points): Options,
    target: &CoreTarget<'_, '_, T>,
    f: &mut [T],
    g: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Result<Started, CoreError> {
    T::fitted(Fitted::Subsample { points, seed }, target, f, g, scratch)
}

/// Runs a start of the library for C.
///
/// # Safety
/// `target` is NULL or what a start was called with, and `f` and `g` are NULL or n and m scalars.
unsafe fn library<T: Scalar>(
    target: *mut Target<T>,
    f: *mut T,
    g: *mut T,
    start: impl FnOnce(
        Options,
        &CoreTarget<'_, '_, T>,
        &mut [T],
        &mut [T],
        &mut Scratch<'_, T>,
    ) -> Result<Started, CoreError>,
) -> WroteWhat {
    if target.is_null() || f.is_null() || g.is_null() {
        return SINKHORN_ERROR_NULL_POINTER;
    }
    if !(target.is_aligned() && f.is_aligned() && g.is_aligned()) {
        return SINKHORN_ERROR_MISALIGNED;
    }
    // SAFETY: made by `Start::initialize`, whose call this is in; nobody else holds a reference to it.
    let target = unsafe { &mut *target };
    // SAFETY: n and m scalars, by contract; the other two are what `Start::initialize` put there, and live as long.
    let (f, g, problem, scratch) = unsafe {
        (
            core::slice::from_raw_parts_mut(f, target.n),
            core::slice::from_raw_parts_mut(g, target.m),
            &*target.target.cast::<CoreTarget<'_, '_, T>>(),
            &mut *target.scratch.cast::<Scratch<'_, T>>(),
        )
    };
    let options = (target.seed, target.size);
    match caught(|| start(options, problem, f, g, scratch)) {
        None => SINKHORN_ERROR_INTERNAL,
        Some(outcome) => {
            target.outcome = Some(outcome);
            match outcome {
                Ok(Started { wrote: Wrote::F, .. }) => SINKHORN_WROTE_F,
                Ok(Started { wrote: Wrote::G, .. }) => SINKHORN_WROTE_G,
                Ok(Started { wrote: Wrote::Both, .. }) => SINKHORN_WROTE_BOTH,
                Err(error) => Fault::Core(error).status(),
            }
        }
    }
}

/// The start of the settings, for the core.
struct Start<'s, T> {
    settings: &'s Settings<T>,
    fault: Cell<Option<Fault>>,
}

impl<T: Scalar> Initializer<T> for Start<'_, T> {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn initialize(
        &self,
        target: &CoreTarget<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, CoreError> {
        let Some(function) = self.settings.start else {
            return Zero.initialize(target, f, g, scratch);
        };
        f.fill(T::ZERO);
        g.fill(T::ZERO);
        let mut seen = Target {
            n: f.len(),
            m: g.len(),
            epsilon: target.epsilon,
            cost_scale: target.cost_scale,
            seed: self.settings.start_seed,
            size: self.settings.start_size as usize,
            target: (&raw const *target).cast(),
            scratch: (&raw mut *scratch).cast(),
            outcome: None,
        };
        // SAFETY: room for n and m scalars, and the data that came with the function: what the header promises.
        let result = unsafe { function(&mut seen, f.as_mut_ptr(), g.as_mut_ptr(), self.settings.start_data) };
        let argument = Argument::Start;
        let wrote = match result {
            SINKHORN_WROTE_F => Wrote::F,
            SINKHORN_WROTE_G => Wrote::G,
            SINKHORN_WROTE_BOTH => Wrote::Both,
            status => {
                // Unless it is one of the caller's own.
                if let Some(Err(error)) = seen.outcome
                    && Fault::Core(error).status() == status
                {
                    return Err(error);
                }
                self.fault.set(Some(match status {
                    SINKHORN_ERROR_INTERNAL => Fault::Internal,
                    status if status < 0 => Fault::Start { status },
                    value => Fault::Choice { argument: c"start", value },
                }));
                return Err(CoreError::Unsupported { argument, reason: "the start returned an error" });
            }
        };
        match seen.outcome {
            Some(Ok(started)) => Ok(Started { wrote, ..started }),
            _ => Ok(Started::new(self.name(), wrote)),
        }
    }
}

/// Runs `call` with the start that the settings ask for.
///
/// # Safety
/// `start_f` and `start_g` are NULL, misaligned, or point to n and m scalars that nobody writes before `call`
/// returns.
pub(crate) unsafe fn with_start<T: Scalar, R>(
    settings: &Settings<T>,
    n: usize,
    m: usize,
    call: impl FnOnce(&dyn Initializer<T>) -> Result<R, Fault>,
) -> Result<R, Fault> {
    // SAFETY: the contract of this function.
    let (f, g) = unsafe { (slice(c"start_f", settings.start_f, n)?, slice(c"start_g", settings.start_g, m)?) };
    for (argument, values) in [(c"start_f", f), (c"start_g", g)] {
        for (row, value) in values.unwrap_or(&[]).iter().enumerate() {
            if !value.is_finite() {
                let place = Place { row, column: None };
                return Err(Fault::NotFinite { argument, place, value: value.widen() });
            }
        }
    }
    match (f, g) {
        (Some(f), Some(g)) => call(&Given::both(f, g)),
        (Some(f), None) => call(&Given::f(f)),
        (None, Some(g)) => call(&Given::g(g)),
        (None, None) => {
            let start = Start { settings, fault: Cell::new(None) };
            #[cfg(feature = "init")]
            let result = call(&sinkhorn_init::Timed(&start));
            #[cfg(not(feature = "init"))]
            let result = call(&start);
            result.map_err(|fault| start.fault.take().unwrap_or(fault))
        }
    }
}

/// A start's name for C; "" for one that this list lacks.
pub(crate) fn name_for_c(name: &str) -> *const core::ffi::c_char {
    const NAMES: [&core::ffi::CStr; 10] = [
        c"zero",
        c"given",
        c"monotone",
        c"dual-sort",
        c"gaussian",
        c"gaussian-unregularised",
        c"mixture",
        c"coarse",
        c"subsample",
        c"custom",
    ];
    let known = NAMES.into_iter().find(|known| known.to_bytes() == name.as_bytes());
    known.unwrap_or(c"").as_ptr()
}
