//! The struct that says how to solve.

use core::ffi::CStr;
use core::ptr;

use sinkhorn_core::{
    Acceleration as CoreAcceleration, Argument, Error as CoreError, MAX_MEMORY, Real, Settings as CoreSettings,
};

use crate::checks::{Region, read_struct};
use crate::fault::Fault;

/// What is done between two sweeps to need fewer of them: one of the SINKHORN_ACCELERATION_ constants. Never changes the
/// answer.
pub type Acceleration = i32;

/// Nothing: Sinkhorn's own iteration.
pub const SINKHORN_ACCELERATION_PLAIN: Acceleration = 0;
/// Over-relaxation ("momentum") of both potentials by the field relaxation.
pub const SINKHORN_ACCELERATION_RELAXATION: Acceleration = 1;
/// Anderson acceleration, safeguarded by the dual value, over the last iterates; the field memory says how many.
pub const SINKHORN_ACCELERATION_ANDERSON: Acceleration = 2;

/// The default of the field memory of the settings.
pub const SINKHORN_DEFAULT_MEMORY: u32 = 10;

/// The potentials from which a solve begins: one of the SINKHORN_START_ constants. Any start leads to the same answer; a
/// good one leads there in fewer sweeps.
pub type Start = i32;

/// f = 0.
pub const SINKHORN_START_ZERO: Start = 0;
/// The exact dual of unregularised transport on the line. Points of dimension 1 only.
pub const SINKHORN_START_MONOTONE: Start = 1;
/// Entropic transport between Gaussians fitted to both sides. Points only; beyond dimension 8 it allocates, and a build
/// without an allocator returns SINKHORN_ERROR_UNSUPPORTED.
pub const SINKHORN_START_GAUSSIAN: Start = 2;
/// The same, with unregularised transport between the Gaussians.
pub const SINKHORN_START_GAUSSIAN_UNREGULARISED: Start = 3;
/// start_f or start_g or both: those of an earlier solve, say.
pub const SINKHORN_START_GIVEN: Start = 4;

/// When to stop and how to get there. Begin with sinkhorn_settings_init and change fields: all zeros is no valid value.
/// Functions take NULL for the defaults.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Settings<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// The marginal error, absolute and in units of mass, at which a solve has converged. Positive; default 1e-6 in
    /// double, 1e-3 in float.
    pub threshold: T,
    /// The factor of SINKHORN_ACCELERATION_RELAXATION, which alone reads it: 1 <= relaxation < 2, and 1 is plain. Default
    /// 1.5.
    pub relaxation: T,
    /// n: f to start from, in units of cost, or NULL: then it follows from start_g. Must be NULL unless start is
    /// SINKHORN_START_GIVEN. May be the memory that the result is written to.
    pub start_f: *const T,
    /// m: g to start from, or NULL: then it follows from start_f.
    pub start_g: *const T,
    /// Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. Positive; default 10000.
    pub max_sweeps: u32,
    /// Default SINKHORN_ACCELERATION_ANDERSON.
    pub acceleration: Acceleration,
    /// Iterates that SINKHORN_ACCELERATION_ANDERSON combines, which alone reads it: 2 to 64. Default
    /// SINKHORN_DEFAULT_MEMORY.
    pub memory: u32,
    /// Default SINKHORN_START_ZERO.
    pub start: Start,
}

impl<T: Real> Default for Settings<T> {
    fn default() -> Self {
        let CoreSettings { threshold, max_sweeps, acceleration, .. } = CoreSettings::<T>::default();
        Settings {
            struct_size: size_of::<Self>(),
            threshold,
            relaxation: T::ONE + T::HALF,
            start_f: ptr::null(),
            start_g: ptr::null(),
            max_sweeps,
            acceleration: match acceleration {
                CoreAcceleration::Relaxation { .. } => SINKHORN_ACCELERATION_RELAXATION,
                CoreAcceleration::Anderson { .. } => SINKHORN_ACCELERATION_ANDERSON,
                _ => SINKHORN_ACCELERATION_PLAIN,
            },
            memory: SINKHORN_DEFAULT_MEMORY,
            start: SINKHORN_START_ZERO,
        }
    }
}

impl<T: Real> Settings<T> {
    /// The struct at a pointer; the defaults for NULL.
    ///
    /// # Safety
    /// That of [`read_struct`].
    pub(crate) unsafe fn read(pointer: *const Self) -> Result<Self, Fault> {
        if pointer.is_null() {
            return Ok(Settings::default());
        }
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        unsafe { read_struct(c"settings", pointer) }
    }

    /// The settings of the core, checked. The start is not among them.
    pub(crate) fn core(&self) -> Result<CoreSettings<T>, Fault> {
        let acceleration = match self.acceleration {
            SINKHORN_ACCELERATION_PLAIN => CoreAcceleration::Plain,
            SINKHORN_ACCELERATION_RELAXATION => CoreAcceleration::Relaxation { factor: self.relaxation },
            SINKHORN_ACCELERATION_ANDERSON => CoreAcceleration::Anderson { memory: self.memory as usize },
            value => return Err(Fault::Choice { argument: c"acceleration", value }),
        };
        let settings = CoreSettings {
            threshold: self.threshold,
            max_sweeps: self.max_sweeps,
            acceleration,
            ..CoreSettings::default()
        };
        settings.check().map_err(|error| match error {
            // A field of its own in C.
            CoreError::OutOfRange { argument: Argument::Acceleration, value, range } => {
                let anderson = self.acceleration == SINKHORN_ACCELERATION_ANDERSON;
                Fault::Range { argument: if anderson { c"memory" } else { c"relaxation" }, value, range }
            }
            other => Fault::Core(other),
        })?;
        Ok(settings)
    }

    /// What is read, for the check of overlaps; refuses potentials that would be ignored.
    pub(crate) fn given(&self, n: usize, m: usize) -> Result<[Region; 2], Fault> {
        if !(SINKHORN_START_ZERO..=SINKHORN_START_GIVEN).contains(&self.start) {
            return Err(Fault::Choice { argument: c"start", value: self.start });
        }
        let given = self.start == SINKHORN_START_GIVEN;
        if given && self.start_f.is_null() && self.start_g.is_null() {
            return Err(Fault::Null { argument: c"start_f" });
        }
        let region = |argument: &'static CStr, pointer: *const T, len| {
            if given || pointer.is_null() {
                return Region::optional(argument, pointer, len);
            }
            let reason = "potentials are set but start is not SINKHORN_START_GIVEN";
            Err(Fault::Unsupported { argument, reason })
        };
        Ok([region(c"start_f", self.start_f, n)?, region(c"start_g", self.start_g, m)?])
    }
}

/// Fills *settings with the defaults, struct_size among them. What it held does not matter.
///
/// NULL: does nothing, as for an address that is not aligned. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_settings_init_f64(settings: *mut Settings<f64>) {
    // SAFETY: what the header asks of the pointer.
    unsafe { init(settings) }
}

/// sinkhorn_settings_init_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_settings_init_f32(settings: *mut Settings<f32>) {
    // SAFETY: what the header asks of the pointer.
    unsafe { init(settings) }
}

/// # Safety
/// `settings` is NULL, misaligned, or points to memory for the struct.
unsafe fn init<T: Real>(settings: *mut Settings<T>) {
    if !settings.is_null() && settings.is_aligned() {
        // SAFETY: checked just above, and memory for the struct by contract.
        unsafe { settings.write(Settings::default()) };
    }
}

const _: () = assert!(MAX_MEMORY == 64, "the documentation of `memory` says 64");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_core() {
        assert_eq!(Settings::<f64>::default().core(), Ok(CoreSettings::default()));
        assert_eq!(Settings::<f32>::default().core(), Ok(CoreSettings::default()));
    }
}
