//! The memory of a solve, lent by the caller: one slice of scalars, cut into vectors.

#[cfg(feature = "support")]
use crate::cost::CostScale;
use crate::error::{Argument, Error, ErrorKind, check_workspace};
use crate::geometry::Shape;
use crate::memory;
use crate::problem::Problem;
use crate::real::Real;
use crate::scaled::scores::PackedMemory;
use crate::settings::{Settings, Storage, kernel_sizes, newton_len};
use crate::sweep::kernel::Kernel;
use crate::sweep::outcome::Potentials;
use crate::sweep::strips::{self, Scratch};
use crate::sweep::tile_rows;
#[cfg(feature = "skipping")]
use crate::{settings::Skipping, skipping};

/// Returns the number of scalars that a solve needs: `const`, so that firmware can size a static array with it.
///
/// `memory` is [`Acceleration::memory`](crate::Acceleration::memory): 0 without Anderson acceleration. The formula is
///
/// 2 n + (6 + t) m  +  (n + m + 1) d  +  2 k m + 4 k^2 + 2 k + p  +  stored
///
/// - d is the dimension under every cost of the library, and 0 for a matrix and for a cost of the caller ([`Shape`]);
/// - t = min(n, 4) if d < 16, and min(n, 16) otherwise;
/// - k is the memory;
/// - p = m^2 if k > 0 and m is at most [`MAX_NEWTON_COLUMNS`](crate::settings::MAX_NEWTON_COLUMNS), and 0 otherwise;
/// - stored is 0 for [`Storage::Stream`], n m for [`Storage::Cost`], n m + n + 2 m for [`Storage::Kernel`] and, at
///   most, for [`Storage::Auto`].
///
/// This is for one thread; [`Workspace::len`] knows of more. The result is `None` if the number does not fit.
///
/// ```
/// use sinkhorn_core::{embedded::workspace_len, geometry::Shape, Storage};
/// const LEN: usize = workspace_len(Shape::squared_euclidean(16, 16, 2), 0, Storage::Stream).unwrap();
/// static mut MEMORY: [f32; LEN] = [0.0; LEN];
/// assert_eq!(LEN, 258);
/// ```
pub const fn workspace_len(shape: Shape, memory: usize, storage: Storage) -> Option<usize> {
    len_for(shape, memory, storage, 1)
}

pub(crate) const fn len_for(shape: Shape, memory: usize, storage: Storage, threads: usize) -> Option<usize> {
    let Shape { rows, columns, dimension } = shape;
    let most = u32::MAX as usize;
    if rows > most || columns > most || dimension > most || memory > most {
        return None;
    }
    let (sweep, history, stored) = sizes(shape, memory, storage, threads, 0);
    memory::total(&[&sweep, &history, &stored])
}

/// Returns the lengths of the vectors of a solve, in the order in which [`Workspace::cut`] names them: potentials
/// and scratch, points and history, and what is stored. A list of columns takes `list` scalars.
const fn sizes(
    shape: Shape,
    memory: usize,
    storage: Storage,
    threads: usize,
    list: usize,
) -> ([usize; 9], [usize; 9], [usize; 4]) {
    let (n, m, d, k) = (shape.rows, shape.columns, shape.dimension, memory);
    let parts = strips::parts(n, threads);
    let part_len = m.saturating_mul(tile_rows(n, d) + 1).saturating_add(list);
    let strips = if parts > 1 { m.saturating_mul(strips::count(n)) } else { 0 };
    let (iterates, square) = (k.saturating_mul(m), k.saturating_mul(k).saturating_mul(2));
    let stored = match storage.within_budget(n, m) {
        Storage::Cost => [n.saturating_mul(m), 0, 0, 0],
        Storage::Kernel => kernel_sizes(n, m),
        _ => [0; 4],
    };
    let sweep = [n, n, m, m, m, m, m, part_len.saturating_mul(parts), strips];
    let (x, y, mix, products) = (n.saturating_mul(d), m.saturating_mul(d), k.saturating_mul(2), newton_len(m, k));
    (sweep, [x, y, d, iterates, iterates, square, square, mix, products], stored)
}

impl<T: Real> Settings<T> {
    /// Returns the number of scalars that a solve of this shape needs; `None` if that is more than any memory holds.
    pub(crate) fn len_of(&self, shape: Shape) -> Option<usize> {
        len_for(shape, self.acceleration.memory(), self.storage_for(shape), self.threads)
    }
}

/// The memory of a solver, cut into vectors. [`Workspace::new`] makes one of a slice, and [`FixedWorkspace`] of arrays.
///
/// [`FixedWorkspace`]: crate::embedded::FixedWorkspace
pub struct Workspace<'w, T> {
    /// Potentials, in the units of the sweep.
    pub(crate) potentials: Potentials<'w, T>,
    /// Scratch of passes over the pairs; starts use its column, too.
    pub(crate) scratch: Scratch<'w, T>,
    /// Centred points, or nothing.
    pub(crate) points: PackedMemory<'w, T>,
    /// Anderson history, or nothing.
    pub(crate) history: History<'w, T>,
    /// Costs or kernel, or nothing.
    pub(crate) stored: Stored<'w, T>,
    /// Room for all points, if the rest is for those with weight.
    #[cfg(feature = "support")]
    pub(crate) whole: Option<WholeMemory<'w, T>>,
    /// Room for the records of the columns, or nothing.
    #[cfg(feature = "skipping")]
    pub(crate) records: &'w mut [T],
}

impl<T> core::fmt::Debug for Workspace<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (rows, columns) = (self.potentials.f.len(), self.potentials.g.len());
        f.debug_struct("Workspace").field("rows", &rows).field("columns", &columns).finish_non_exhaustive()
    }
}

/// Room for all points of a problem if only those with weight are swept.
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
    /// Numbers of the rows with weight, and their weights; nothing if all rows have some.
    pub rows: [&'w mut [T]; 2],
    /// Numbers of the columns with weight, and their weights; likewise.
    pub columns: [&'w mut [T]; 2],
    /// The number of points of a block, if pairs are skipped.
    pub width: Option<usize>,
}

/// The memory of a solver that sweeps only over points with weight.
#[cfg(feature = "support")]
struct Support {
    /// The number of points with weight.
    shape: Shape,
    /// The lengths of the vectors of [`WholeMemory`].
    sizes: [usize; 11],
    /// The lengths of a list of columns and of the records of all columns, if pairs are skipped; else 0.
    skipping: [usize; 2],
    /// The number of points of a block, if pairs are skipped.
    width: Option<usize>,
}

#[cfg(feature = "support")]
impl Support {
    /// Counts the points with weight. `None` if it is better to sweep over all points: if their pairs are less than
    /// twice as many, if the room that they take does not suffice, and for the cost scale that refers to all pairs.
    fn new<T: Real>(problem: &Problem<'_, T>, settings: &Settings<T>, skips: bool) -> Option<Self> {
        let whole = problem.shape();
        let (n, m, d) = (whole.rows, whole.columns, whole.dimension);
        let (rows, columns) = (problem.a().support(), problem.b().support());
        let shape = Shape { rows, columns, ..whole };
        if problem.requested_scale() == CostScale::Max {
            return None;
        }
        #[cfg(feature = "skipping")]
        if skips && may_skip(problem, shape, settings) {
            return Some(Support::in_blocks(whole, shape));
        }
        let _ = skips;
        if 2 * rows as u128 * columns as u128 > n as u128 * m as u128 {
            return None;
        }
        let numbers = |own, all| if own < all { own } else { 0 };
        let (of_rows, of_columns) = (numbers(rows, n), numbers(columns, m));
        let sizes = [n, m, n, m, n * d, m * d, d, of_rows, of_rows, of_columns, of_columns];
        let more = memory::total(&[&sizes])?;
        // For any number of threads, so that no bit depends on it: memory grows with threads until each strip has its
        // own.
        for threads in [1, 2, usize::MAX / 64] {
            let settings = Settings { threads, ..*settings };
            if settings.len_of(shape)? + more > settings.len_of(whole)? {
                return None;
            }
        }
        Some(Support { shape, sizes, skipping: [0; 2], width: None })
    }

    /// Room for blocks, whose pairs can be skipped, of the points with weight.
    #[cfg(feature = "skipping")]
    fn in_blocks(whole: Shape, shape: Shape) -> Self {
        let (n, m, d) = (whole.rows, whole.columns, whole.dimension);
        let (rows, columns) = (shape.rows, shape.columns);
        // The order of the points is kept as their numbers, for both sides.
        let (x, y) = (n.saturating_mul(d), m.saturating_mul(d));
        let sizes = [n, m, n, m, x, y, d, rows, rows, columns, columns];
        let width = skipping::width(rows, columns);
        Support { shape, sizes, skipping: skipping_sizes(shape, width), width: Some(width) }
    }

    /// Returns the number of scalars in all.
    fn len<T: Real>(&self, settings: &Settings<T>) -> Option<usize> {
        let [list, records] = self.skipping;
        let (storage, memory) = (settings.storage_for(self.shape), settings.acceleration.memory());
        let (sweep, history, stored) = sizes(self.shape, memory, storage, settings.threads, list);
        memory::total(&[&sweep, &history, &stored, &self.sizes, &[records]])
    }
}

/// Says whether the pairs of a problem can be skipped, and whether that is wanted.
#[cfg(feature = "skipping")]
fn may_skip<T: Real>(problem: &Problem<'_, T>, shape: Shape, settings: &Settings<T>) -> bool {
    may_skip_points(shape, settings) && problem.geometry().cloud().is_some_and(skipping::has_bound)
}

/// Says the same of so many points under a cost that has a bound.
#[cfg(feature = "skipping")]
fn may_skip_points<T: Real>(shape: Shape, settings: &Settings<T>) -> bool {
    let worth = match settings.skipping {
        Skipping::Off => return false,
        Skipping::On => shape.rows.min(shape.columns) >= skipping::LEAST_POINTS,
        Skipping::Auto => {
            let pairs = shape.rows.saturating_mul(shape.columns);
            shape.rows.min(shape.columns) >= skipping::WORTH_POINTS
                && pairs >= skipping::WORTH_PAIRS
                && shape.dimension <= skipping::WORTH_DIMENSION
        }
    };
    worth && (1..=skipping::MAX_DIMENSION).contains(&shape.dimension) && settings.storage_for(shape) == Storage::Stream
}

/// Returns the lengths of a list of columns and of the records of all columns, if pairs may be skipped; else 0.
#[cfg(feature = "skipping")]
fn ordered_sizes<T: Real>(problem: &Problem<'_, T>, shape: Shape, settings: &Settings<T>) -> [usize; 2] {
    if !may_skip(problem, shape, settings) {
        return [0; 2];
    }
    skipping_sizes(shape, skipping::width(shape.rows, shape.columns))
}

/// Returns the lengths of the scratch of lists and of the records of all columns.
#[cfg(feature = "skipping")]
fn skipping_sizes(shape: Shape, width: usize) -> [usize; 2] {
    let Shape { columns, dimension, .. } = shape;
    [skipping::scratch_len(columns, dimension, width), skipping::records_len(columns, dimension, width)]
}

/// Room for n x m scalars that are kept between sweeps, if any are.
pub(crate) enum Stored<'w, T> {
    Nothing,
    Cost(&'w mut [T]),
    Kernel(Kernel<'w, T>),
}

impl<T> Stored<'_, T> {
    /// Returns the name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Stored::Nothing => Storage::Stream.name(),
            Stored::Cost(_) => Storage::Cost.name(),
            Stored::Kernel(_) => Storage::Kernel.name(),
        }
    }
}

/// Room for the iterates of Anderson acceleration, and for Newton's method.
#[derive(Default)]
pub(crate) struct History<'w, T> {
    /// The number of iterates that fit.
    pub memory: usize,
    /// memory x m: images g'.
    pub images: &'w mut [T],
    /// memory x m: residuals g' - g, each entry times sqrt(b).
    pub residuals: &'w mut [T],
    /// memory x memory pairs (high, low).
    pub gram: &'w mut [T],
    /// memory x memory pairs: the Cholesky factor of that.
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
    /// [`ErrorKind::Workspace`] with the length that is needed, [`ErrorKind::TooLarge`] if none suffices.
    pub fn new(memory: &'w mut [T], problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<Self, Error> {
        settings.check()?;
        #[cfg(feature = "support")]
        for skips in [true, false] {
            let Some(support) = Support::new(problem, settings, skips) else { continue };
            let required = support.len(settings).ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))?;
            if memory.len() < required && support.skipping != [0; 2] {
                continue;
            }
            check_workspace(required, memory.len())?;
            let mut rest = memory;
            let [f_hat, g_hat, f, g, x, y, delta, rows, row_weights, columns, column_weights] =
                memory::cut(&mut rest, support.sizes);
            let points = PackedMemory { x, y, delta };
            let (rows, columns) = ([rows, row_weights], [columns, column_weights]);
            let [list, records] = support.skipping;
            let whole = Some(WholeMemory { f_hat, g_hat, f, g, points, rows, columns, width: support.width });
            let [_records] = memory::cut(&mut rest, [records]);
            return Ok(Workspace {
                whole,
                #[cfg(feature = "skipping")]
                records: _records,
                ..Self::cut(rest, support.shape, settings, list)
            });
        }
        check_workspace(Self::len_of_shape(problem.shape(), settings)?, memory.len())?;
        Ok(Self::cut(memory, problem.shape(), settings, 0))
    }

    /// Cuts `memory`, at least [`Workspace::ordered_len`] scalars, for a problem whose points all have weight and are
    /// in the order of a k-d tree. Pairs are skipped if the settings ask for it and `problem` allows it.
    #[cfg(feature = "skipping")]
    pub(crate) fn ordered(memory: &'w mut [T], problem: &Problem<'_, T>, settings: &Settings<T>) -> Self {
        let shape = problem.shape();
        let [list, records] = ordered_sizes(problem, shape, settings);
        let mut rest = memory;
        let [records] = memory::cut(&mut rest, [records]);
        Workspace { records, ..Self::cut(rest, shape, settings, list) }
    }

    /// Returns the number of scalars that [`Workspace::ordered`] needs for a problem of this shape, whose costs are
    /// those of `problem`.
    #[cfg(feature = "skipping")]
    pub(crate) fn ordered_len(problem: &Problem<'_, T>, shape: Shape, settings: &Settings<T>) -> Option<usize> {
        let [list, records] = ordered_sizes(problem, shape, settings);
        let (storage, memory) = (settings.storage_for(shape), settings.acceleration.memory());
        let (sweep, history, stored) = sizes(shape, memory, storage, settings.threads, list);
        memory::total(&[&sweep, &history, &stored, &[records]])
    }

    /// Cuts memory that is long enough.
    fn cut(memory: &'w mut [T], shape: Shape, settings: &Settings<T>, list: usize) -> Self {
        let (k, storage) = (settings.acceleration.memory(), settings.storage_for(shape));
        let rest = &mut { memory };
        let (sweep, history, stored) = sizes(shape, k, storage, settings.threads, list);
        let [f, row, g, image, log_b, column, spare, pool, strips] = memory::cut(rest, sweep);
        let [x, y, delta, images, residuals, gram, factor, mix, products] = memory::cut(rest, history);
        let [entries, kernel_f, kernel_g, v] = memory::cut(rest, stored);
        let part_len = pool.len() / strips::parts(shape.rows, settings.threads);
        Workspace {
            potentials: Potentials { f, g, image, log_b, row },
            scratch: Scratch { column, spare, pool, part_len, strips },
            points: PackedMemory { x, y, delta },
            history: History { memory: k, images, residuals, gram, factor, mix, products },
            stored: match storage {
                Storage::Cost => Stored::Cost(entries),
                Storage::Kernel => Stored::Kernel(Kernel::new(entries, kernel_f, kernel_g, v)),
                _ => Stored::Nothing,
            },
            #[cfg(feature = "support")]
            whole: None,
            #[cfg(feature = "skipping")]
            records: &mut [],
        }
    }

    /// Returns the number of scalars that a problem needs under these settings. It is [`Workspace::len_of_shape`]; less
    /// if many points have no weight, since these are left out of the sweeps; more if pairs can be skipped.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] if the number does not fit.
    pub fn len(problem: &Problem<'_, T>, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        #[cfg(feature = "support")]
        if let Some(support) = Support::new(problem, settings, true) {
            return support.len(settings).ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge));
        }
        Self::len_of_shape(problem.shape(), settings)
    }

    /// Returns the number of scalars with which pairs can be skipped, if these are points under a cost that can be
    /// bounded ([`Skipping`](crate::Skipping)). It is [`Workspace::len`] if all of them have weight, and the cost scale
    /// is not that of the largest cost. It is [`Workspace::len_of_shape`] if the settings or the sizes leave nothing to
    /// skip.
    ///
    /// # Errors
    /// Those of [`Workspace::len`].
    pub fn len_of_points(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        #[cfg(feature = "skipping")]
        if may_skip_points(shape, settings) {
            let len = Support::in_blocks(shape, shape).len(settings);
            return len.ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge));
        }
        Self::len_of_shape(shape, settings)
    }

    /// Returns the number of scalars that suffices for every problem of these sizes, if all pairs are visited.
    ///
    /// # Errors
    /// Those of [`Workspace::len`].
    pub fn len_of_shape(shape: Shape, settings: &Settings<T>) -> Result<usize, Error> {
        settings.check()?;
        settings.len_of(shape).ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))
    }
}
