//! The memory of a solve, lent by the caller: one slice of scalars, cut into vectors.

use crate::error::{Argument, Error};
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
    /// [`Error::Workspace`] with the length that is needed, [`Error::TooLarge`] where none suffices.
    pub fn new(memory: &'w mut [T], problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<Self, Error> {
        let required = Self::len(problem, settings)?;
        if memory.len() < required {
            return Err(Error::Workspace { required, actual: memory.len() });
        }
        let (shape, anderson_memory) = (problem.shape(), settings.acceleration.memory());
        let (n, m, d, k) = (shape.rows, shape.columns, shape.dimension, anderson_memory);
        let (lane, parts) = (strips::lane(n, m, d), strips::parts(n, settings.threads));
        let mut rest = memory;
        let mut take = |len: usize| {
            let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
            rest = tail;
            part
        };
        Ok(Workspace {
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
        })
    }

    /// Scalars that a problem needs under these settings.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where the number does not fit.
    pub fn len(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
        Self::len_of_shape(problem.shape(), settings)
    }

    /// [`Workspace::len`] before there is a problem: only its sizes matter.
    ///
    /// # Errors
    /// Those of [`Workspace::len`].
    pub fn len_of_shape(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        let argument = Argument::Workspace;
        len_for(shape, settings.acceleration.memory(), settings.storage_for(shape), settings.threads)
            .ok_or(Error::TooLarge { argument })
    }
}
