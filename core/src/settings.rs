//! How to solve: when to stop, what to accelerate with.

use crate::error::{Argument, Error, because};
use crate::geometry::Shape;
use crate::memory;
use crate::real::Real;
use crate::simd::SimdLevel;
use crate::sweep::model::kernel_pays;
use crate::workspace::kernel_sizes;

/// What is done between two sweeps to need fewer of them. Combines with every start; never changes the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Acceleration<T> {
    /// Sinkhorn's own iteration.
    Plain,
    /// Over-relaxation ("momentum") of both potentials: f <- f + factor (T f - f), 1 <= factor < 2.
    Relaxation {
        /// 1 is plain; 1.5 to 1.9 pays where plain is slow.
        factor: T,
    },
    /// The same with a factor that is learnt from the contraction of the sweeps (Young's relation).
    AdaptiveRelaxation,
    /// Whatever is needed: plain sweeps while they converge well, then Anderson acceleration with this memory, then, for at
    /// most [`MAX_NEWTON_COLUMNS`] columns, Newton's method along falling epsilons, which also solves problems whose epsilon
    /// is tiny against their costs.
    Auto {
        /// Past iterates that Anderson acceleration combines, 2 to [`MAX_MEMORY`].
        memory: usize,
    },
    /// Anderson acceleration of the map g -> g', safeguarded by the dual value.
    Anderson {
        /// Past iterates combined, at most; fewer where the workspace holds fewer. 2 to [`MAX_MEMORY`].
        memory: usize,
    },
}

/// The most columns for which [`Acceleration::Auto`] goes on to Newton's method, which takes the square of them in memory.
pub const MAX_NEWTON_COLUMNS: usize = 512;

/// Scalars of the products of columns that Newton's method keeps; none without acceleration.
pub(crate) const fn newton_len(columns: usize, memory: usize) -> usize {
    if memory == 0 || columns > MAX_NEWTON_COLUMNS { 0 } else { columns * columns }
}

/// The largest memory of [`Acceleration::Auto`] and [`Acceleration::Anderson`].
pub const MAX_MEMORY: usize = 64;

impl<T> Acceleration<T> {
    /// The name in reports and on the command line.
    pub const fn name(&self) -> &'static str {
        match self {
            Acceleration::Plain => "plain",
            Acceleration::Relaxation { .. } => "relaxation",
            Acceleration::AdaptiveRelaxation => "adaptive-relaxation",
            Acceleration::Auto { .. } => "auto",
            Acceleration::Anderson { .. } => "anderson",
        }
    }

    /// Past iterates that are stored.
    pub const fn memory(&self) -> usize {
        match self {
            Acceleration::Auto { memory } | Acceleration::Anderson { memory } => *memory,
            _ => 0,
        }
    }
}

/// Sweeps at larger epsilons first: the t-th level has epsilon_t = max(epsilon, first factor^t epsilon). Pays where a start is bad
/// and epsilon small. Acceleration sets in when epsilon is reached; levels are swept plain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annealing<T> {
    /// The first level, as a multiple of epsilon, at least 1. A few with a good start; mean cost / epsilon from zero.
    pub first: T,
    /// From level to level, in (0, 1).
    pub factor: T,
    /// Sweeps a level.
    pub sweeps: u32,
}

/// What is kept in memory between sweeps. All give the same answer to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Storage {
    /// Costs are computed at every sweep: memory O(n + m).
    Stream,
    /// Costs are computed once and kept, n m scalars: for costs that are dear (large dimension, a user's own).
    Cost,
    /// The kernel exp((f + g - C)/epsilon) is kept, n m + n + 2 m scalars, and renewed when the potentials have moved away: no
    /// exponential a pair, the fastest where it fits the cache.
    Kernel,
    /// [`Storage::Kernel`] where it takes no more than this many scalars and is expected to be faster, else [`Storage::Stream`]: by a model of
    /// what sweeps cost on one thread that knows the dimension and the instructions, so that the choice does not change with the threads.
    Auto {
        /// The memory budget for it.
        scalars: usize,
    },
}

impl Storage {
    /// The name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Storage::Stream => "stream",
            Storage::Cost => "cost",
            Storage::Kernel => "kernel",
            Storage::Auto { .. } => "auto",
        }
    }

    /// What may be done for a problem of n x m, as far as memory goes: never `Auto`. A kernel too large to be addressed is streamed.
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

/// When to stop and how to get there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings<T> {
    /// The marginal error at which a solve has converged, relative to the total of the weights. In a relaxed problem whose
    /// plan carries less than the totals, it is relative to what the plan carries.
    pub threshold: T,
    /// Sweeps after which a solve stops with [`Status::SweepLimit`](crate::Status::SweepLimit).
    pub max_sweeps: u32,
    /// Between the sweeps.
    pub acceleration: Acceleration<T>,
    /// Larger epsilons first; none unless asked for.
    pub annealing: Option<Annealing<T>>,
    /// What is kept in memory.
    pub storage: Storage,
    /// Threads that share the rows of a sweep, of the rayon pool that the caller is in. They take memory each, and change no bit of the
    /// result. In [`solve_batch`](crate::solve_batch): problems solved at a time. There is one without the feature
    /// `parallel`, and where the system makes no others ([`has_threads`](crate::has_threads)).
    pub threads: usize,
    /// The instructions that sweeps use.
    pub simd: SimdLevel,
}

impl<T: Real> Default for Settings<T> {
    /// 1e-3 in `f32`, 1e-6 in `f64`; at most 10 000 sweeps; [`Acceleration::Auto`] with memory 10; no annealing; streamed; one thread.
    fn default() -> Self {
        Settings {
            threshold: T::DEFAULT_THRESHOLD,
            max_sweeps: 10_000,
            acceleration: Acceleration::Auto { memory: 10 },
            annealing: None,
            storage: Storage::Stream,
            threads: 1,
            simd: SimdLevel::Best,
        }
    }
}

impl<T: Real> Settings<T> {
    /// The storage of a problem: never [`Storage::Auto`].
    pub fn storage_for(&self, shape: Shape) -> Storage {
        match (self.storage, self.storage.within_budget(shape.rows, shape.columns)) {
            (Storage::Auto { .. }, Storage::Kernel) if !kernel_pays(shape, self.simd.resolve(), size_of::<T>()) => {
                Storage::Stream
            }
            (_, chosen) => chosen,
        }
    }

    /// The defaults without acceleration: what textbooks call the Sinkhorn algorithm.
    pub fn plain() -> Self {
        Settings { acceleration: Acceleration::Plain, ..Settings::default() }
    }

    /// What [`solve`](crate::solve) checks about them, for those who want to know sooner.
    ///
    /// # Errors
    /// [`Error::NotPositive`] and [`Error::OutOfRange`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        let positive = |argument, value: T, is_positive| {
            if is_positive { Ok(()) } else { Err(Error::NotPositive { argument, value: value.widen() }) }
        };
        let within = |argument, value: T, range, is_within| {
            if is_within { Ok(()) } else { Err(Error::OutOfRange { argument, value: value.widen(), range }) }
        };
        positive(Argument::Threshold, self.threshold, self.threshold > T::ZERO && self.threshold.is_finite())?;
        positive(Argument::MaxSweeps, T::ZERO, self.max_sweeps > 0)?;
        positive(Argument::Threads, T::ZERO, self.threads > 0)?;
        self.simd.check()?;
        if self.storage == Storage::Cost && !cfg!(feature = "costs") {
            let reason = because("this build has costs that are cheaper than their memory: stream, or keep the kernel");
            return Err(Error::Unsupported { argument: Argument::Storage, reason });
        }
        if let Some(Annealing { first, factor, sweeps }) = self.annealing {
            within(Argument::AnnealingFirst, first, "[1, inf)", first >= T::ONE && first.is_finite())?;
            within(Argument::AnnealingFactor, factor, "(0, 1)", factor > T::ZERO && factor < T::ONE)?;
            positive(Argument::AnnealingSweeps, T::ZERO, sweeps > 0)?;
        }
        match self.acceleration {
            Acceleration::Plain => Ok(()),
            _ if !cfg!(feature = "acceleration") => {
                let reason =
                    because("this build has none but plain: ask for that, or build with the feature acceleration");
                Err(Error::Unsupported { argument: Argument::Acceleration, reason })
            }
            Acceleration::Relaxation { factor } => {
                within(Argument::Relaxation, factor, "[1, 2)", factor >= T::ONE && factor < T::TWO)
            }
            Acceleration::AdaptiveRelaxation => Ok(()),
            Acceleration::Auto { memory } | Acceleration::Anderson { memory } => {
                within(Argument::Memory, T::count(memory), "2 to 64", (2..=MAX_MEMORY).contains(&memory))
            }
        }
    }
}
