//! The struct that says how to solve.

use core::ffi::{CStr, c_int, c_void};
use core::ptr;

use sinkhorn_core::{
    Acceleration as CoreAcceleration, Observation as CoreObservation, Real, Settings as CoreSettings, SimdLevel,
    Skipping as CoreSkipping, Storage as CoreStorage,
    error::{ErrorKind, Place},
    settings::{Annealing, MAX_MEMORY, MAX_NEWTON_COLUMNS},
};

use crate::arguments::{Arguments, structs};
use crate::checks::{check_unused, or};
use crate::fault::{Fault, FaultKind};
use crate::start::StartFunction;

/// What is done between two sweeps to need fewer of them: one of the SINKHORN_ACCELERATION_ constants. Never
/// changes the answer.
pub type Acceleration = i32;

/// Whatever is needed: plain sweeps while they converge well, then SINKHORN_ACCELERATION_ANDERSON, then, for at most
/// SINKHORN_MAX_NEWTON_COLUMNS points on the second side, Newton's method along falling epsilons.
pub const SINKHORN_ACCELERATION_DEFAULT: Acceleration = 0;
/// Nothing: Sinkhorn's own iteration.
pub const SINKHORN_ACCELERATION_PLAIN: Acceleration = 1;
/// Over-relaxation ("momentum") of both potentials by the field relaxation.
pub const SINKHORN_ACCELERATION_RELAXATION: Acceleration = 2;
/// The same with a factor that is learnt from the contraction of the sweeps.
pub const SINKHORN_ACCELERATION_ADAPTIVE_RELAXATION: Acceleration = 3;
/// Anderson acceleration, safeguarded by the dual value, over the last iterates; the field memory says how many.
pub const SINKHORN_ACCELERATION_ANDERSON: Acceleration = 4;

/// The most points on the second side for which SINKHORN_ACCELERATION_DEFAULT goes on to Newton's method. A workspace
/// for it holds the square of their number.
pub const SINKHORN_MAX_NEWTON_COLUMNS: usize = 512;

/// What the field memory of the settings is where it is 0.
pub const SINKHORN_DEFAULT_MEMORY: u32 = 10;

/// What is kept in the workspace between sweeps: one of the SINKHORN_STORAGE_ constants. All give the same answer
/// to rounding.
pub type Storage = i32;

/// Nothing: costs are computed at every sweep, and memory is O(n + m).
pub const SINKHORN_STORAGE_STREAM: Storage = 0;
/// Costs, n m scalars: for costs that are dear (a large dimension, one of your own).
pub const SINKHORN_STORAGE_COST: Storage = 1;
/// The kernel, n m + n + 2 m scalars, renewed when the potentials have moved away: no exponential a pair, the
/// fastest where it fits the cache.
pub const SINKHORN_STORAGE_KERNEL: Storage = 2;
/// The kernel where it takes no more than storage_budget scalars and is expected to be faster, else nothing.
pub const SINKHORN_STORAGE_AUTO: Storage = 3;

/// Whether sweeps leave out pairs that carry next to nothing: one of the SINKHORN_SKIPPING_ constants. For points with
/// SINKHORN_STORAGE_STREAM, under every cost but the cosine. A bound on what the skipped pairs carry is part of the
/// marginal errors.
pub type Skipping = i32;

/// Where that is expected to be faster: from 4 000 x 4 000 points with weight on, in at most 5 dimensions, after a look
/// at some rows; and where the workspace has room for it, which is what sinkhorn_workspace_len_f64 asks for.
pub const SINKHORN_SKIPPING_AUTO: Skipping = 0;
/// Nowhere: sweeps visit all pairs.
pub const SINKHORN_SKIPPING_OFF: Skipping = 1;
/// Wherever they can, and the workspace has room for it: from 64 points with weight a side on, in at most 8 dimensions.
pub const SINKHORN_SKIPPING_ON: Skipping = 2;

/// The vector instructions of a solve: one of the SINKHORN_SIMD_ constants. NEON, AVX2 and AVX-512 give the
/// same bits.
pub type Simd = i32;

/// The best that this machine and this build have.
pub const SINKHORN_SIMD_BEST: Simd = 0;
/// Plain code: the bits of a build without vectors.
pub const SINKHORN_SIMD_PORTABLE: Simd = 1;
/// 128 bits: 64-bit ARM.
pub const SINKHORN_SIMD_NEON: Simd = 2;
/// 256 bits: x86-64 with AVX2 and FMA.
pub const SINKHORN_SIMD_AVX2: Simd = 3;
/// 512 bits: x86-64 with AVX-512.
pub const SINKHORN_SIMD_AVX512: Simd = 4;
/// 128 bits: x86-64 with SSE4.2.
pub const SINKHORN_SIMD_SSE42: Simd = 5;
/// 128 bits: WebAssembly, compiled for simd128.
pub const SINKHORN_SIMD_WASM: Simd = 6;

/// What an observer sees after every sweep.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Observation<T> {
    /// sizeof of this struct in the library.
    pub struct_size: usize,
    /// The epsilon of this sweep, in units of (scaled) cost: larger than that of the problem while annealing.
    pub epsilon: T,
    /// The marginal error that the sweep measured, which is compared with the threshold.
    pub marginal_error: T,
    /// The dual value of the new f with the old g, at this epsilon.
    pub dual_value: T,
    /// Sweeps made.
    pub sweep: u32,
}

/// Called after every sweep of a solve; anything but 0 ends it with SINKHORN_STOPPED. It must return: no longjmp,
/// no exception.
pub type Observer<T> = Option<unsafe extern "C" fn(observation: *const Observation<T>, data: *mut c_void) -> c_int>;

/// When to stop and how to get there. All zeros but struct_size are the defaults, field by field, and functions
/// take NULL for all of them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Settings<T> {
    /// sizeof of this struct: as far as start_g at least.
    pub struct_size: usize,
    /// The potentials from which a solve begins: one of the sinkhorn_start_ functions, or one of your own; NULL:
    /// from start_f and start_g where one is set, else from zero. Any start leads to the same answer; a good one
    /// leads there in fewer sweeps.
    pub start: StartFunction<T>,
    /// Handed to start.
    pub start_data: *mut c_void,
    /// n: f to start from (that of an earlier solve, say), in units of cost, or NULL: then it follows from start_g.
    /// Must be NULL where start is set.
    pub start_f: *const T,
    /// m: g to start from, or NULL: then it follows from start_f.
    pub start_g: *const T,
    /// Called after every sweep, or NULL.
    pub observer: Observer<T>,
    /// Handed to observer.
    pub observer_data: *mut c_void,
    /// Of starts that draw at random: the same seed, the same bits.
    pub start_seed: u64,
    /// Scalars that SINKHORN_STORAGE_AUTO may use for a kernel, not 0; else 0.
    pub storage_budget: usize,
    /// The marginal error at which a solve has converged, relative to the total of the weights (in a relaxed problem,
    /// to what its plan carries if that is less). 0: 1e-6 in double, 1e-3 in float.
    pub threshold: T,
    /// The factor of SINKHORN_ACCELERATION_RELAXATION, 1 <= relaxation < 2, and 1 is plain. 0: 1.5; else 0.
    pub relaxation: T,
    /// Larger epsilons first: the first, as a multiple of the problem's, at least 1. 0: no annealing.
    pub annealing_first: T,
    /// From level to level epsilon is multiplied by this, in (0, 1), until it is the problem's. 0: 0.5.
    pub annealing_factor: T,
    /// Sweeps a level. 0: 1.
    pub annealing_sweeps: u32,
    /// Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. 0: 10000.
    pub max_sweeps: u32,
    /// Between the sweeps.
    pub acceleration: Acceleration,
    /// Iterates that SINKHORN_ACCELERATION_DEFAULT and SINKHORN_ACCELERATION_ANDERSON combine: 2 to 64. 0:
    /// SINKHORN_DEFAULT_MEMORY.
    pub memory: u32,
    /// What the workspace keeps.
    pub storage: Storage,
    /// Of the library's starts, how much of it: components of a mixture, points of a coarse or subsampled problem,
    /// passes of dual sort. 0: what the start takes by itself.
    pub start_size: u32,
    /// Threads that share the rows of a sweep, or the problems of a batch; they take workspace each, and change no
    /// bit of a result. They are those of a pool that the process has once it is first asked for, and that a child
    /// made by fork() does not have: ask for no threads there. 0: 1. Builds without threads take any number for 1.
    pub threads: u32,
    /// The instructions of sweeps.
    pub simd: Simd,
    /// Whether sweeps leave out pairs. The workspaces of divergences and soft operators have no room for it.
    pub skipping: Skipping,
}

structs!(Settings before observer);

/// What runs after every sweep.
#[derive(Clone, Copy)]
pub(crate) struct Observers<T> {
    function: Observer<T>,
    data: *mut c_void,
}

impl<T: Real> Observers<T> {
    /// Nobody looks.
    pub const NONE: Self = Observers { function: None, data: ptr::null_mut() };

    pub fn is_some(&self) -> bool {
        self.function.is_some()
    }

    /// Whether to stop.
    pub fn wants_to_stop(&self, seen: &CoreObservation<T>) -> bool {
        let Some(function) = self.function else { return false };
        let observation = Observation {
            struct_size: size_of::<Observation<T>>(),
            epsilon: seen.epsilon,
            marginal_error: seen.marginal_error,
            dual_value: seen.dual_value,
            sweep: seen.sweep,
        };
        // SAFETY: a struct that lives during the call, and the data that came with the function: what the header
        // promises.
        unsafe { function(&observation, self.data) != 0 }
    }
}

impl<T: Real> Settings<T> {
    pub(crate) fn observers(&self) -> Observers<T> {
        Observers { function: self.observer, data: self.observer_data }
    }

    /// The settings of the core, checked. Start and observer are not among them.
    pub(crate) fn core(&self) -> Result<CoreSettings<T>, Fault> {
        self.check_unused()?;
        let default = CoreSettings::<T>::default();
        let settings = CoreSettings {
            threshold: or(self.threshold, default.threshold),
            max_sweeps: or(self.max_sweeps, default.max_sweeps),
            acceleration: self.acceleration()?,
            annealing: self.annealing()?,
            storage: match self.storage {
                SINKHORN_STORAGE_STREAM => CoreStorage::Stream,
                SINKHORN_STORAGE_COST => CoreStorage::Cost,
                SINKHORN_STORAGE_KERNEL => CoreStorage::Kernel,
                SINKHORN_STORAGE_AUTO => CoreStorage::Auto { scalars: self.storage_budget },
                value => return Err(Fault::new(c"storage", FaultKind::Choice { value })),
            },
            skipping: match self.skipping {
                SINKHORN_SKIPPING_AUTO => CoreSkipping::Auto,
                SINKHORN_SKIPPING_OFF => CoreSkipping::Off,
                SINKHORN_SKIPPING_ON if !cfg!(feature = "skipping") => {
                    return Err(Fault::unsupported(c"skipping", "this build visits all pairs"));
                }
                SINKHORN_SKIPPING_ON => CoreSkipping::On,
                value => return Err(Fault::new(c"skipping", FaultKind::Choice { value })),
            },
            threads: or(self.threads, 1) as usize,
            simd: match self.simd {
                SINKHORN_SIMD_BEST => SimdLevel::Best,
                SINKHORN_SIMD_PORTABLE => SimdLevel::Portable,
                SINKHORN_SIMD_NEON => SimdLevel::Neon,
                SINKHORN_SIMD_AVX2 => SimdLevel::Avx2,
                SINKHORN_SIMD_AVX512 => SimdLevel::Avx512,
                SINKHORN_SIMD_SSE42 => SimdLevel::Sse42,
                SINKHORN_SIMD_WASM => SimdLevel::Wasm,
                value => return Err(Fault::new(c"simd", FaultKind::Choice { value })),
            },
        };
        settings.check()?;
        Ok(settings)
    }

    /// Refuses what is set and would not be read.
    fn check_unused(&self) -> Result<(), Fault> {
        let is = |accelerations: &[Acceleration]| accelerations.contains(&self.acceleration);
        let relaxes = is(&[SINKHORN_ACCELERATION_RELAXATION]);
        let combines = is(&[SINKHORN_ACCELERATION_DEFAULT, SINKHORN_ACCELERATION_ANDERSON]);
        let automatic = self.storage == SINKHORN_STORAGE_AUTO;
        check_unused(
            [(c"relaxation", self.relaxation != T::ZERO && !relaxes)],
            "it is set but acceleration is not SINKHORN_ACCELERATION_RELAXATION",
        )?;
        check_unused([(c"memory", self.memory != 0 && !combines)], "it is set but acceleration combines no iterates")?;
        check_unused(
            [(c"storage_budget", self.storage_budget != 0 && !automatic)],
            "it is set but storage is not SINKHORN_STORAGE_AUTO",
        )?;
        if automatic && self.storage_budget == 0 {
            return Err(Fault::new(c"storage_budget", FaultKind::Zero));
        }
        Ok(())
    }

    fn acceleration(&self) -> Result<CoreAcceleration<T>, Fault> {
        Ok(match self.acceleration {
            SINKHORN_ACCELERATION_PLAIN => CoreAcceleration::Plain,
            SINKHORN_ACCELERATION_RELAXATION => {
                CoreAcceleration::Relaxation { factor: or(self.relaxation, T::ONE + T::HALF) }
            }
            SINKHORN_ACCELERATION_ADAPTIVE_RELAXATION => CoreAcceleration::AdaptiveRelaxation,
            SINKHORN_ACCELERATION_DEFAULT => {
                CoreAcceleration::Auto { memory: or(self.memory, SINKHORN_DEFAULT_MEMORY) as usize }
            }
            SINKHORN_ACCELERATION_ANDERSON => {
                CoreAcceleration::Anderson { memory: or(self.memory, SINKHORN_DEFAULT_MEMORY) as usize }
            }
            value => return Err(Fault::new(c"acceleration", FaultKind::Choice { value })),
        })
    }

    fn annealing(&self) -> Result<Option<Annealing<T>>, Fault> {
        if self.annealing_first == T::ZERO {
            let factor = (c"annealing_factor", self.annealing_factor != T::ZERO);
            let sweeps = (c"annealing_sweeps", self.annealing_sweeps != 0);
            check_unused([factor, sweeps], "it is set but annealing_first is not")?;
            return Ok(None);
        }
        let (first, factor) = (self.annealing_first, or(self.annealing_factor, T::HALF));
        Ok(Some(Annealing { first, factor, sweeps: or(self.annealing_sweeps, 1) }))
    }

    /// Declares the potentials to start from, f and g.
    pub(crate) fn potentials<'a>(
        &self,
        call: &mut Arguments<'a>,
        n: usize,
        m: usize,
    ) -> Result<[Option<&'a [T]>; 2], Fault> {
        let potentials = [(c"start_f", self.start_f, n), (c"start_g", self.start_g, m)];
        let mut given = [None; 2];
        for (given, (name, pointer, len)) in given.iter_mut().zip(potentials) {
            self.check_potential(name, pointer)?;
            *given = call.read_optional(name, pointer, len)?;
            let mut entries = given.iter().copied().flatten().enumerate();
            if let Some((row, value)) = entries.find(|(_, value)| !value.is_finite()) {
                let (place, value) = (Place::entry(row), value.widen());
                return Err(Fault::core(name, ErrorKind::NotFinite { place, value }));
            }
        }
        Ok(given)
    }

    /// Refuses a potential that would be ignored.
    pub(crate) fn check_potential(&self, name: &'static CStr, pointer: *const T) -> Result<(), Fault> {
        let ignored = self.start.is_some() && !pointer.is_null();
        check_unused([(name, ignored)], "potentials are given, but start is set too")
    }
}

const _: () = assert!(MAX_NEWTON_COLUMNS == SINKHORN_MAX_NEWTON_COLUMNS);
const _: () = assert!(MAX_MEMORY == 64, "the documentation of `memory` says 64");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Struct;

    #[test]
    fn zeros_are_the_defaults_of_the_core() {
        assert_eq!(Settings::<f64>::zeros().core(), Ok(CoreSettings::default()));
        assert_eq!(Settings::<f32>::zeros().core(), Ok(CoreSettings::default()));
    }

    #[test]
    fn a_build_that_visits_all_pairs_refuses_to_skip_some() {
        let settings = Settings { skipping: SINKHORN_SKIPPING_ON, ..Settings::<f64>::zeros() };
        match settings.core() {
            Ok(core) => assert!(cfg!(feature = "skipping") && core.skipping == CoreSkipping::On),
            Err(fault) => assert!(!cfg!(feature = "skipping") && fault.argument == c"skipping"),
        }
    }
}
