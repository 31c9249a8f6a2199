//! Starts: functions that write potentials, the library's ([`library`]) and the caller's own. One that no program
//! names is not linked into it.

mod choices;
mod library;

pub use library::*;

use core::cell::Cell;
use core::ffi::c_void;

use sinkhorn_core::{
    Error as CoreError, Real,
    error::Argument,
    start::{Given, Side, Start, StartMemory, StartReport, Target as CoreTarget, Zero},
};

use crate::fault::{Fault, FaultKind};
use crate::settings::Settings;
use crate::status::SINKHORN_ERROR_INTERNAL;

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
    /// Its scratch: `[&mut [T]; 2]`, of n and m.
    scratch: *mut c_void,
    /// What a start of the library has to say.
    outcome: Option<Result<StartReport, CoreError>>,
}

/// A start: writes f (n) or g (m) or both, in units of the unscaled cost, and says which; both are zero when it is
/// called. data is the field start_data of the settings. The library's own begin with sinkhorn_start_; one of yours
/// may call them (and the report then has their name). It must return: no longjmp, no exception.
pub type StartFunction<T> =
    Option<unsafe extern "C" fn(target: *mut Target<T>, f: *mut T, g: *mut T, data: *mut c_void) -> WroteWhat>;

/// n, the points on the first side; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_n_f64(target: *const Target<f64>) -> usize {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0, |target| target.n)
}

/// m, the points on the second side; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_m_f64(target: *const Target<f64>) -> usize {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0, |target| target.m)
}

/// The regularisation in units of the unscaled cost; 0 where target is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_epsilon_f64(target: *const Target<f64>) -> f64 {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.epsilon)
}

/// What costs are divided by: potentials of an earlier solve times this are what a start writes. 0 where target is
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_target_cost_scale_f64(target: *const Target<f64>) -> f64 {
    // SAFETY: NULL, or what the library called a start with.
    unsafe { target.as_ref() }.map_or(0.0, |target| target.cost_scale)
}

include!("../float/start.rs");

/// The start of the settings, for the core.
struct CallbackStart<'s, T> {
    settings: &'s Settings<T>,
    fault: Cell<Option<Fault>>,
}

impl<T: Real> Start<T> for CallbackStart<'_, T> {
    fn write_potentials(
        &self,
        target: &CoreTarget<'_, '_, T>,
        out: &mut StartMemory<'_, T>,
    ) -> Result<StartReport, CoreError> {
        let Some(function) = self.settings.start else {
            return Zero.write_potentials(target, out);
        };
        let StartMemory { f, g, rows, columns } = out;
        f.fill(T::ZERO);
        g.fill(T::ZERO);
        let mut scratch = [&mut **rows, &mut **columns];
        let mut seen = Target {
            n: f.len(),
            m: g.len(),
            epsilon: target.epsilon,
            cost_scale: target.cost_scale,
            seed: self.settings.start_seed,
            size: self.settings.start_size as usize,
            target: (&raw const *target).cast(),
            scratch: (&raw mut scratch).cast(),
            outcome: None,
        };
        // SAFETY: room for n and m scalars, and the data that came with the function: what the header promises.
        let result = unsafe { function(&mut seen, f.as_mut_ptr(), g.as_mut_ptr(), self.settings.start_data) };
        let wrote = match result {
            SINKHORN_WROTE_F => Side::F,
            SINKHORN_WROTE_G => Side::G,
            SINKHORN_WROTE_BOTH => Side::Both,
            status => {
                // Unless it is one of the caller's own.
                if let Some(Err(error)) = seen.outcome
                    && Fault::from(error).status() == status
                {
                    return Err(error);
                }
                self.fault.set(Some(match status {
                    SINKHORN_ERROR_INTERNAL => Fault::new(c"", FaultKind::Internal),
                    status if status < 0 => Fault::new(c"start", FaultKind::Start { status }),
                    value => Fault::new(c"start", FaultKind::Choice { value }),
                }));
                return Err(CoreError::unsupported(Argument::START, "the start returned an error"));
            }
        };
        match seen.outcome {
            Some(Ok(started)) => Ok(StartReport { wrote, ..started }),
            _ => Ok(StartReport::new("custom", wrote)),
        }
    }
}

/// Runs `call` with the start that the settings ask for, or with these potentials.
pub(crate) fn with_start<T: Real, R>(
    settings: &Settings<T>,
    potentials: [Option<&[T]>; 2],
    call: impl FnOnce(&dyn Start<T>) -> Result<R, Fault>,
) -> Result<R, Fault> {
    match potentials {
        [Some(f), Some(g)] => call(&Given::both(f, g)),
        [Some(f), None] => call(&Given::f(f)),
        [None, Some(g)] => call(&Given::g(g)),
        [None, None] => {
            let start = CallbackStart { settings, fault: Cell::new(None) };
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
    const NAMES: [&core::ffi::CStr; 11] = [
        c"zero",
        c"given",
        c"monotone",
        c"dual-sort",
        c"gaussian",
        c"gaussian-unregularised",
        c"mixture",
        c"cells",
        c"coarse",
        c"subsample",
        c"custom",
    ];
    let known = NAMES.into_iter().find(|known| known.to_bytes() == name.as_bytes());
    known.unwrap_or(c"").as_ptr()
}
