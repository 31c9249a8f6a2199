//! Workspaces of fixed size, for targets without an allocator.

use crate::error::{Error, check_workspace};
use crate::problem::Problem;
use crate::real::Real;
use crate::scaled::scores::PackedMemory;
use crate::sweep::TILE_ROWS;
use crate::sweep::kernel::Kernel;
use crate::sweep::outcome::Potentials;
use crate::sweep::strips::{self, Scratch};
use crate::workspace::{History, Stored, Workspace};

/// The memory of solves with at most `N` points against `M`, as arrays: a `static` on a microcontroller.
///
/// - `D` is the dimension of points under a cost of the library, and 0 for matrices and costs of the caller. If it does
///   not match, points are read pair by pair, which is slower but equally exact.
/// - `K` is the memory of Anderson acceleration, 0 for none.
///
/// The size is that of [`workspace_len`](crate::embedded::workspace_len) for dimensions below 16, less the memory of
/// Newton's method, for which there is no room: [`Acceleration::Auto`](crate::Acceleration::Auto) ends with Anderson
/// acceleration here. Sweeps run on one thread.
///
/// ```
/// use heapless::Vec;
/// use sinkhorn_core::{embedded::FixedWorkspace, Epsilon, PointCloud, Problem, Settings, solve, start::Monotone};
///
/// // Up to 32 readings against a reference of 16 levels.
/// let mut workspace = FixedWorkspace::<f32, 32, 16, 1>::new();
/// let readings: Vec<f32, 32> = Vec::from_slice(&[0.1, 0.4, 0.35, 0.8, 0.7]).unwrap();
/// let levels: [f32; 16] = core::array::from_fn(|k| k as f32 / 15.0);
/// let cloud = PointCloud::squared_euclidean(&readings, &levels, 1)?;
/// let problem = Problem::new(cloud)?.epsilon(Epsilon::Absolute(0.01))?;
/// let solution = solve(&problem, &Monotone, &Settings::plain(), workspace.lend(&problem)?)?;
/// assert!(solution.report().row_error <= 1e-3);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FixedWorkspace<T, const N: usize, const M: usize, const D: usize = 0, const K: usize = 0> {
    /// f and row.
    rows: [[T; N]; 2],
    /// g, image, log_b, column and spare.
    columns: [[T; M]; 5],
    pool: [[T; M]; TILE_ROWS + 1],
    x: [[T; D]; N],
    y: [[T; D]; M],
    delta: [T; D],
    /// Images and residuals.
    iterates: [[[T; M]; K]; 2],
    /// The Gram matrix and its factor.
    squares: [[[[T; 2]; K]; K]; 2],
    mix: [[T; 2]; K],
}

impl<T: Real, const N: usize, const M: usize, const D: usize, const K: usize> FixedWorkspace<T, N, M, D, K> {
    /// Returns memory that is all zero. It may initialise a `static`.
    pub const fn new() -> Self {
        FixedWorkspace {
            rows: [[T::ZERO; N]; 2],
            columns: [[T::ZERO; M]; 5],
            pool: [[T::ZERO; M]; TILE_ROWS + 1],
            x: [[T::ZERO; D]; N],
            y: [[T::ZERO; D]; M],
            delta: [T::ZERO; D],
            iterates: [[[T::ZERO; M]; K]; 2],
            squares: [[[[T::ZERO; 2]; K]; K]; 2],
            mix: [[T::ZERO; 2]; K],
        }
    }

    /// Lends the part that a problem of n <= N points against m <= M needs. The memory that is lent decides, not the
    /// settings: with `K` = 0, Anderson acceleration becomes plain, and the storage is streamed, or with
    /// [`FixedWorkspace::lend_with_kernel`] a kernel.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`](crate::error::ErrorKind::Workspace) if the problem is larger than `N` or `M`.
    pub fn lend(&mut self, problem: &Problem<'_, T>) -> Result<Workspace<'_, T>, Error> {
        let (n, m) = (problem.rows(), problem.columns());
        check_workspace(n, N)?;
        check_workspace(m, M)?;
        let dimension = problem.shape().dimension;
        let d = if dimension == D { D } else { 0 };
        let part_len = strips::part_len(n, m, 0);
        let [f, row] = self.rows.each_mut().map(|rows| &mut rows[..n]);
        let [g, image, log_b, column, spare] = self.columns.each_mut().map(|columns| &mut columns[..m]);
        let [images, residuals] = self.iterates.each_mut().map(|iterates| &mut iterates.as_flattened_mut()[..K * m]);
        let [gram, factor] = self.squares.each_mut().map(|square| square.as_flattened_mut().as_flattened_mut());
        let pool = &mut self.pool.as_flattened_mut()[..part_len];
        let (x, y) = (&mut self.x.as_flattened_mut()[..n * d], &mut self.y.as_flattened_mut()[..m * d]);
        let (delta, mix) = (&mut self.delta[..d], self.mix.as_flattened_mut());
        Ok(Workspace {
            potentials: Potentials { f, g, image, log_b, row },
            scratch: Scratch { column, spare, pool, part_len, strips: &mut [] },
            points: PackedMemory { x, y, delta },
            history: History { memory: K, images, residuals, gram, factor, mix, products: &mut [] },
            stored: Stored::Nothing,
            #[cfg(feature = "support")]
            whole: None,
            #[cfg(feature = "skipping")]
            records: &mut [],
        })
    }

    /// Lends as [`FixedWorkspace::lend`] does, with room for a kernel: the solve uses
    /// [`Storage::Kernel`](crate::Storage::Kernel).
    ///
    /// # Errors
    /// Those of [`FixedWorkspace::lend`].
    pub fn lend_with_kernel<'w>(
        &'w mut self,
        kernel: &'w mut FixedKernel<T, N, M>,
        problem: &Problem<'_, T>,
    ) -> Result<Workspace<'w, T>, Error> {
        let (n, m) = (problem.rows(), problem.columns());
        let mut workspace = self.lend(problem)?;
        let entries = &mut kernel.entries.as_flattened_mut()[..n * m];
        let (f, g, v) = (&mut kernel.f[..n], &mut kernel.g[..m], &mut kernel.v[..m]);
        workspace.stored = Stored::Kernel(Kernel::new(entries, f, g, v));
        Ok(workspace)
    }
}

/// The memory of a stored kernel of at most `N` x `M`. With it, a sweep needs no exponential for each pair.
#[derive(Debug)]
pub struct FixedKernel<T, const N: usize, const M: usize> {
    entries: [[T; M]; N],
    f: [T; N],
    g: [T; M],
    v: [T; M],
}

impl<T: Real, const N: usize, const M: usize> FixedKernel<T, N, M> {
    /// Returns memory that is all zero. It may initialise a `static`.
    pub const fn new() -> Self {
        FixedKernel { entries: [[T::ZERO; M]; N], f: [T::ZERO; N], g: [T::ZERO; M], v: [T::ZERO; M] }
    }
}

impl<T: Real, const N: usize, const M: usize> Default for FixedKernel<T, N, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Real, const N: usize, const M: usize, const D: usize, const K: usize> Default
    for FixedWorkspace<T, N, M, D, K>
{
    fn default() -> Self {
        Self::new()
    }
}
