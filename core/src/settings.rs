//! The settings of a solve: when to stop, and how to get there.

use crate::error::{Argument, Error, ErrorKind, check_count, check_positive};
use crate::geometry::Shape;
use crate::memory;
use crate::real::Real;
use crate::scaled::model::kernel_pays;
use crate::vector::SimdLevel;

/// The method that makes a solve need fewer sweeps. It combines with every start, and never changes the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Acceleration<T> {
    /// Sinkhorn's own iteration, without acceleration.
    Plain,
    /// Over-relaxation ("momentum") of both potentials: f <- f + factor (T f - f), 1 <= factor < 2.
    Relaxation {
        /// The factor: 1 is plain, and 1.5 to 1.9 pays if plain sweeps are slow.
        factor: T,
    },
    /// Over-relaxation with a factor that is learnt from the contraction of the sweeps (Young's relation).
    AdaptiveRelaxation,
    /// Whatever is needed: plain sweeps while they converge well, then Anderson acceleration. For at most
    /// [`MAX_NEWTON_COLUMNS`] columns, Newton's method along falling epsilons comes last; it also solves problems whose
    /// epsilon is tiny against their costs.
    Auto {
        /// The number of past iterates that Anderson acceleration combines, 2 to [`MAX_MEMORY`].
        memory: usize,
    },
    /// Anderson acceleration of the map g -> g', safeguarded by the dual value.
    Anderson {
        /// The number of past iterates that are combined, 2 to [`MAX_MEMORY`]; fewer if the workspace holds fewer.
        memory: usize,
    },
}

impl<T> Default for Acceleration<T> {
    /// Returns [`Acceleration::Auto`] with memory 10.
    fn default() -> Self {
        Acceleration::Auto { memory: 10 }
    }
}

/// The largest number of columns for which [`Acceleration::Auto`] goes on to Newton's method, whose memory is the
/// square of them.
pub const MAX_NEWTON_COLUMNS: usize = 512;

/// Returns the number of scalars that Newton's method keeps, products of columns; none without acceleration.
pub(crate) const fn newton_len(columns: usize, memory: usize) -> usize {
    if memory == 0 || columns > MAX_NEWTON_COLUMNS { 0 } else { columns * columns }
}

/// The largest memory of [`Acceleration::Auto`] and [`Acceleration::Anderson`].
pub const MAX_MEMORY: usize = 64;

impl<T> Acceleration<T> {
    /// Returns the name in reports and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Acceleration::Plain => "plain",
            Acceleration::Relaxation { .. } => "relaxation",
            Acceleration::AdaptiveRelaxation => "adaptive-relaxation",
            Acceleration::Auto { .. } => "auto",
            Acceleration::Anderson { .. } => "anderson",
        }
    }

    /// Returns the number of past iterates that are stored.
    pub const fn memory(&self) -> usize {
        match self {
            Acceleration::Auto { memory } | Acceleration::Anderson { memory } => *memory,
            _ => 0,
        }
    }
}

/// A schedule of larger epsilons for the first sweeps: the t-th level has epsilon_t = max(epsilon, first factor^t
/// epsilon). It pays if the start is bad and epsilon is small. Levels are swept plain, and acceleration begins when
/// epsilon is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annealing<T> {
    /// The first level, as a multiple of epsilon, at least 1. A few will do with a good start; from zero, mean cost /
    /// epsilon.
    pub first: T,
    /// The ratio of a level to the one before, in (0, 1).
    pub factor: T,
    /// The number of sweeps at each level.
    pub sweeps: u32,
}

/// The pairs that are kept in memory between sweeps. All choices give the same answer to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Storage {
    /// Nothing: costs are computed at every sweep, in memory O(n + m).
    Stream,
    /// The costs, n m scalars, which are computed once. This is for costs that take long to compute: of points in high
    /// dimension, or of a function of the caller.
    Cost,
    /// The kernel exp((f + g - C) / epsilon), n m + n + 2 m scalars, which is renewed when the potentials have moved
    /// away. A sweep needs no exponential, and is the fastest if the kernel fits the cache.
    Kernel,
    /// [`Storage::Kernel`] if it fits the budget and is expected to be faster, and [`Storage::Stream`] otherwise. A
    /// model of the time of a sweep decides. It knows the dimension and the instructions, and assumes one thread, so
    /// that the choice does not change with the threads.
    Auto {
        /// The memory budget for the kernel.
        scalars: usize,
    },
}

/// Returns the lengths of the vectors of a stored kernel.
pub(crate) const fn kernel_sizes(n: usize, m: usize) -> [usize; 4] {
    [n.saturating_mul(m), n, m, m]
}

impl Storage {
    /// Returns the name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Storage::Stream => "stream",
            Storage::Cost => "cost",
            Storage::Kernel => "kernel",
            Storage::Auto { .. } => "auto",
        }
    }

    /// Returns what the memory budget allows for a problem of n x m: never `Auto`. A kernel too large to be addressed
    /// is streamed.
    pub(crate) const fn within_budget(self, rows: usize, columns: usize) -> Storage {
        match self {
            Storage::Auto { scalars } => match memory::total(&[&kernel_sizes(rows, columns)]) {
                Some(len) if len <= scalars => Storage::Kernel,
                _ => Storage::Stream,
            },
            chosen => chosen,
        }
    }
}

/// The pairs that a sweep may leave out because they carry next to nothing.
///
/// It is for points that are streamed ([`Storage::Stream`]), under the squared Euclidean cost, the Euclidean, the
/// Manhattan or another p-norm. What the skipped pairs carry is bounded. The bound is part of the marginal errors that
/// are reported: [`Report::certificate`](crate::Report::certificate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Skipping {
    /// Sweeps skip pairs if that is expected to be faster. There are at least 4 000 x 4 000 pairs of points with
    /// weight, and 500 points a side, in at most 5 dimensions, and some rows are looked at to estimate the pairs that
    /// are left.
    #[default]
    Auto,
    /// Sweeps visit all pairs.
    Off,
    /// Sweeps skip pairs wherever they can: from 64 points a side on, in at most 8 dimensions.
    On,
}

impl Skipping {
    /// Returns the name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Skipping::Auto => "auto",
            Skipping::Off => "off",
            Skipping::On => "on",
        }
    }
}

/// The settings of a solve: when to stop, and how to get there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings<T> {
    /// The marginal error at which a solve has converged, relative to the total of the weights. If the plan of a
    /// relaxed problem carries less than the totals, it is relative to what the plan carries.
    pub threshold: T,
    /// The number of sweeps after which a solve stops with [`Status::SweepLimit`](crate::Status::SweepLimit).
    pub max_sweeps: u32,
    /// The acceleration.
    pub acceleration: Acceleration<T>,
    /// Larger epsilons for the first sweeps; none by default.
    pub annealing: Option<Annealing<T>>,
    /// The pairs that are kept in memory between sweeps.
    pub storage: Storage,
    /// The pairs that a sweep may leave out.
    pub skipping: Skipping,
    /// The number of threads of the rayon pool of the caller that share the rows of a sweep, or in
    /// [`solve_batch`](crate::batch::solve_batch) the problems. Each takes memory, and no bit of the result depends on
    /// them. There is one thread without the feature `parallel`, and if the system makes no others
    /// ([`has_threads`](crate::threads::has_threads)).
    pub threads: usize,
    /// The instructions that sweeps use.
    pub simd: SimdLevel,
}

impl<T: Real> Default for Settings<T> {
    /// Returns the defaults: threshold 1e-3 in `f32` and 1e-6 in `f64`; at most 10 000 sweeps; [`Acceleration::Auto`]
    /// with memory 10; no annealing; streamed; one thread.
    fn default() -> Self {
        Settings {
            threshold: T::DEFAULT_THRESHOLD,
            max_sweeps: 10_000,
            acceleration: Acceleration::default(),
            annealing: None,
            storage: Storage::Stream,
            skipping: Skipping::Auto,
            threads: 1,
            simd: SimdLevel::Best,
        }
    }
}

impl Settings<f64> {
    /// Returns these settings for a solve in another precision, to which numbers are rounded.
    ///
    /// ```
    /// use sinkhorn_core::{Acceleration, Settings};
    /// let acceleration = Acceleration::Relaxation { factor: 1.5 };
    /// let settings = Settings { threshold: 1e-3, acceleration, ..Settings::default() }.cast::<f32>();
    /// assert_eq!((settings.threshold, settings.acceleration.name()), (1e-3_f32, "relaxation"));
    /// ```
    pub fn cast<T: Real>(self) -> Settings<T> {
        let Settings { threshold, max_sweeps, acceleration, annealing, storage, skipping, threads, simd } = self;
        Settings {
            threshold: T::constant(threshold),
            max_sweeps,
            acceleration: match acceleration {
                Acceleration::Plain => Acceleration::Plain,
                Acceleration::Relaxation { factor } => Acceleration::Relaxation { factor: T::constant(factor) },
                Acceleration::AdaptiveRelaxation => Acceleration::AdaptiveRelaxation,
                Acceleration::Auto { memory } => Acceleration::Auto { memory },
                Acceleration::Anderson { memory } => Acceleration::Anderson { memory },
            },
            annealing: annealing.map(|Annealing { first, factor, sweeps }| Annealing {
                first: T::constant(first),
                factor: T::constant(factor),
                sweeps,
            }),
            storage,
            skipping,
            threads,
            simd,
        }
    }
}

impl<T: Real> Settings<T> {
    /// Returns the storage that a problem gets: never [`Storage::Auto`].
    pub fn storage_for(&self, shape: Shape) -> Storage {
        match (self.storage, self.storage.within_budget(shape.rows, shape.columns)) {
            (Storage::Auto { .. }, Storage::Kernel) if !kernel_pays(shape, self.simd.resolve(), size_of::<T>()) => {
                Storage::Stream
            }
            (_, chosen) => chosen,
        }
    }

    /// Returns the defaults without acceleration: what textbooks call the Sinkhorn algorithm.
    pub fn plain() -> Self {
        Settings { acceleration: Acceleration::Plain, ..Settings::default() }
    }

    /// Checks the settings, as [`solve`](crate::solve) does, for those who want to know sooner.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] and [`ErrorKind::OutOfRange`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        let within = |argument, value: T, range, is_within| {
            let kind = ErrorKind::OutOfRange { value: value.widen(), range };
            if is_within { Ok(()) } else { Err(Error::new(argument, kind)) }
        };
        check_positive(Argument::THRESHOLD, self.threshold)?;
        check_count(Argument::MAX_SWEEPS, self.max_sweeps as usize)?;
        check_count(Argument::THREADS, self.threads)?;
        self.simd.check()?;
        if self.storage == Storage::Cost && !cfg!(feature = "costs") {
            let reason = "this build has costs that are cheaper than their memory: stream, or keep the kernel";
            return Err(Error::unsupported(Argument::STORAGE, reason));
        }
        if let Some(Annealing { first, factor, sweeps }) = self.annealing {
            within(Argument::ANNEALING_FIRST, first, "[1, inf)", first >= T::ONE && first.is_finite())?;
            within(Argument::ANNEALING_FACTOR, factor, "(0, 1)", factor > T::ZERO && factor < T::ONE)?;
            check_count(Argument::ANNEALING_SWEEPS, sweeps as usize)?;
        }
        match self.acceleration {
            Acceleration::Plain => Ok(()),
            _ if !cfg!(feature = "acceleration") => {
                let reason = "this build has none but plain: ask for that, or build with the feature acceleration";
                Err(Error::unsupported(Argument::ACCELERATION, reason))
            }
            Acceleration::Relaxation { factor } => {
                within(Argument::RELAXATION, factor, "[1, 2)", factor >= T::ONE && factor < T::TWO)
            }
            Acceleration::AdaptiveRelaxation => Ok(()),
            Acceleration::Auto { memory } | Acceleration::Anderson { memory } => {
                within(Argument::MEMORY, T::count(memory), "2 to 64", (2..=MAX_MEMORY).contains(&memory))
            }
        }
    }
}
