//! The memory of a solve, lent by the caller: one slice of scalars, cut into vectors.

#[cfg(feature = "support")]
use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::geometry::Shape;
use crate::problem::Problem;
use crate::real::Real;
use crate::settings::{Settings, Storage, kernel_len, newton_len};
use crate::sweep::kernel::{Kernel, State};
use crate::sweep::scores::PackedMemory;
use crate::sweep::strips::{self, Scratch};

/// Scalars that a solve needs: `const`, so that a firmware can size a static array with it.
///
/// `memory` is [`Acceleration::memory`](crate::Acceleration::memory): 0 without Anderson acceleration. The formula is
///
/// 2 n + (6 + t) m  +  (n + m + 1) d  +  2 k m + 4 k^2 + 2 k + p  +  stored
///
/// with d the dimension under every cost of the library, 0 for a matrix and for a cost of the caller ([`Shape`]),
/// t = min(n, 4) where d < 16 and min(n, 16) else, k the memory, p = m^2 if k > 0 and m is at most
/// [`MAX_NEWTON_COLUMNS`](crate::MAX_NEWTON_COLUMNS) and 0 otherwise, and stored 0 for [`Storage::Stream`], n m for
/// [`Storage::Cost`], n m + n + 2 m for [`Storage::Kernel`] and, at most, for [`Storage::Auto`]. This is for one thread;
/// [`Workspace::len`] knows of more. `None` on overflow.
///
/// ```
/// use sinkhorn_core::{Shape, Storage, workspace_len};
/// const LEN: usize = workspace_len(Shape::squared_euclidean(16, 16, 2), 0, Storage::Stream).unwrap();
/// static mut MEMORY: [f32; LEN] = [0.0; LEN];
/// assert_eq!(LEN, 258);
/// ```
pub const fn workspace_len(shape: Shape, memory: usize, storage: Storage) -> Option<usize> {
    len_for(shape, memory, storage, 1)
}

pub(crate) const fn len_for(shape: Shape, memory: usize, storage: Storage, threads: usize) -> Option<usize> {
    let (n, m, d, k) = (shape.rows as u128, shape.columns as u128, shape.dimension as u128, memory as u128);
    if n > u32::MAX as u128 || m > u32::MAX as u128 || d > u32::MAX as u128 || k > u32::MAX as u128 {
        return None;
    }
    let vectors = 2 * n + 5 * m;
    let passes = strips::memory(shape.rows, shape.columns, shape.dimension, threads);
    let points = (n + m + 1) * d;
    let history = 2 * k * m + 4 * k * k + 2 * k + newton_len(shape.columns, memory) as u128;
    let stored = match storage.within_budget(shape.rows, shape.columns) {
        Storage::Cost => n * m,
        Storage::Kernel => match kernel_len(shape.rows, shape.columns) {
            Some(len) => len as u128,
            None => return None,
        },
        _ => 0,
    };
    let total = vectors + passes + points + history + stored;
    if total > (usize::MAX / 16) as u128 { None } else { Some(total as usize) }
}

/// The parts of a solver's memory.
pub struct Workspace<'w, T> {
    /// n: F.
    pub(crate) f: &'w mut [T],
    /// n: scratch of starts; f in units of cost at the end.
    pub(crate) row: &'w mut [T],
    /// m: G with log2 b.
    pub(crate) g: &'w mut [T],
    /// m: G after the sweep; g in units of cost at the end.
    pub(crate) image: &'w mut [T],
    /// m: log2 b.
    pub(crate) log_b: &'w mut [T],
    /// Scratch of passes over the pairs; its column also of starts.
    pub(crate) scratch: Scratch<'w, T>,
    /// Centred points, or nothing.
    pub(crate) points: PackedMemory<'w, T>,
    /// Anderson history, or nothing.
    pub(crate) history: History<'w, T>,
    /// Costs or kernel, or nothing.
    pub(crate) stored: Stored<'w, T>,
    /// All points, where the rest is for those with weight.
    #[cfg(feature = "support")]
    pub(crate) whole: Option<WholeMemory<'w, T>>,
}

/// Room for all points of a problem, where only those with weight are swept.
#[cfg(feature = "support")]
pub(crate) struct WholeMemory<'w, T> {
    /// n: f of the start; F of the solution.
    pub f_hat: &'w mut [T],
    /// m: g of the start; G of the solution, with log2 b.
    pub g_hat: &'w mut [T],
    /// n: scratch of the start; f of the solution.
    pub f: &'w mut [T],
    /// m: scratch of the start; g of the solution.
    pub g: &'w mut [T],
    /// All points.
    pub points: PackedMemory<'w, T>,
    /// Numbers of the rows with weight, and their weights; nothing where all rows have some.
    pub rows: [&'w mut [T]; 2],
    /// Numbers of the columns with weight, and their weights; likewise.
    pub columns: [&'w mut [T]; 2],
}

/// How many points have weight, where only these are swept.
#[cfg(feature = "support")]
#[derive(Clone, Copy)]
struct Support {
    rows: usize,
    columns: usize,
    /// Scalars that a solve needs, for these and for all points.
    len: usize,
}

#[cfg(feature = "support")]
impl Support {
    /// `None` where it is better to sweep over all points: where their pairs are less than twice as many, where the
    /// room that they take does not suffice, and for the cost scale that refers to all pairs.
    fn new<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>) -> Option<Self> {
        let whole = problem.shape();
        let (rows, columns) = (problem.a().support(), problem.b().support());
        if 2 * rows as u128 * columns as u128 > whole.rows as u128 * whole.columns as u128
            || problem.requested_scale() == CostScale::Max
        {
            return None;
        }
        let shape = Shape { rows, columns, ..whole };
        let memory = settings.acceleration.memory();
        let of = |shape, threads| len_for(shape, memory, settings.storage_for(shape), threads);
        let numbers = |own, all| if own < all { 2 * own } else { 0 };
        let vectors = 2 * (whole.rows + whole.columns) + (whole.rows + whole.columns + 1) * whole.dimension;
        let more = vectors + numbers(rows, whole.rows) + numbers(columns, whole.columns);
        // For any number of threads, so that no bit depends on it: memory grows with threads until each strip has its
        // own.
        for threads in [1, 2, usize::MAX / 64] {
            if of(shape, threads)? + more > of(whole, threads)? {
                return None;
            }
        }
        Some(Support { rows, columns, len: of(shape, settings.threads)? + more })
    }
}

/// Room for n x m scalars, where some are kept between sweeps.
pub(crate) enum Stored<'w, T> {
    Nothing,
    Cost(&'w mut [T]),
    Kernel(Kernel<'w, T>),
}

/// Room for the iterates of Anderson acceleration.
pub(crate) struct History<'w, T> {
    /// Iterates that fit.
    pub memory: usize,
    /// memory x m: images g'.
    pub images: &'w mut [T],
    /// memory x m: residuals g' - g, each entry times sqrt(b).
    pub residuals: &'w mut [T],
    /// memory x memory pairs (high, low).
    pub gram: &'w mut [T],
    /// The same, for its Cholesky factor.
    pub factor: &'w mut [T],
    /// memory pairs: the weights of the combination.
    pub mix: &'w mut [T],
    /// m x m: products of columns, for Newton's method; or nothing.
    pub products: &'w mut [T],
}

impl<'w, T: Real> Workspace<'w, T> {
    /// Cuts `memory`, whose contents do not matter, for a problem: at least [`Workspace::len`] scalars.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] with the length that is needed, [`ErrorKind::TooLarge`] where none suffices.
    pub fn new(memory: &'w mut [T], problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<Self, Error> {
        let required = Self::len(problem, settings)?;
        check_workspace(required, memory.len())?;
        #[cfg(feature = "support")]
        if let Some(support) = Support::new(problem, settings) {
            return Ok(Self::for_support(memory, problem, settings, support));
        }
        Ok(Self::cut(memory, problem.shape(), settings))
    }

    /// Room for all points, and for the sweeps over those with weight.
    #[cfg(feature = "support")]
    fn for_support(memory: &'w mut [T], problem: &Problem<'_, T>, settings: &Settings<T>, support: Support) -> Self {
        let whole = problem.shape();
        let (n, m, d) = (whole.rows, whole.columns, whole.dimension);
        let mut rest = memory;
        let mut take = |len: usize| {
            let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            part
        };
        let (rows, columns) = (support.rows, support.columns);
        let number = |own, all| if own < all { own } else { 0 };
        let (of_rows, of_columns) = (number(rows, n), number(columns, m));
        let memory = WholeMemory {
            f_hat: take(n),
            g_hat: take(m),
            f: take(n),
            g: take(m),
            points: PackedMemory { x: take(n * d), y: take(m * d), delta: take(d) },
            rows: [take(of_rows), take(of_rows)],
            columns: [take(of_columns), take(of_columns)],
        };
        Workspace { whole: Some(memory), ..Self::cut(rest, Shape { rows, columns, ..whole }, settings) }
    }

    /// Cuts memory that is long enough.
    fn cut(memory: &'w mut [T], shape: Shape, settings: &Settings<T>) -> Self {
        let anderson_memory = settings.acceleration.memory();
        let (n, m, d, k) = (shape.rows, shape.columns, shape.dimension, anderson_memory);
        let (lane, parts) = (strips::lane(n, m, d), strips::parts(n, settings.threads));
        let mut rest = memory;
        let mut take = |len: usize| {
            let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            part
        };
        Workspace {
            f: take(n),
            row: take(n),
            g: take(m),
            image: take(m),
            log_b: take(m),
            scratch: Scratch {
                column: take(m),
                spare: take(m),
                lane,
                pool: take(parts * lane),
                strips: take(if parts > 1 { strips::count(n) * m } else { 0 }),
            },
            points: PackedMemory { x: take(n * d), y: take(m * d), delta: take(d) },
            history: History {
                memory: k,
                images: take(k * m),
                residuals: take(k * m),
                gram: take(2 * k * k),
                factor: take(2 * k * k),
                mix: take(2 * k),
                products: take(newton_len(m, k)),
            },
            stored: match settings.storage_for(shape) {
                Storage::Cost => Stored::Cost(take(n * m)),
                Storage::Kernel => Stored::Kernel(Kernel {
                    entries: take(n * m),
                    f: take(n),
                    g: take(m),
                    v: take(m),
                    absorbed: false,
                    state: State::Potentials,
                }),
                _ => Stored::Nothing,
            },
            #[cfg(feature = "support")]
            whole: None,
        }
    }

    /// Scalars that a problem needs under these settings: [`Workspace::len_of_shape`], or less where many of its points
    /// have no weight, which are left out of the sweeps.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] where the number does not fit.
    pub fn len(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        #[cfg(feature = "support")]
        if let Some(support) = Support::new(problem, settings) {
            return Ok(support.len);
        }
        Self::len_of_shape(problem.shape(), settings)
    }

    /// Scalars that suffice for every problem of these sizes.
    ///
    /// # Errors
    /// Those of [`Workspace::len`].
    pub fn len_of_shape(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        let argument = Argument::WORKSPACE;
        len_for(shape, settings.acceleration.memory(), settings.storage_for(shape), settings.threads)
            .ok_or(Error::new(argument, ErrorKind::TooLarge))
    }
}
