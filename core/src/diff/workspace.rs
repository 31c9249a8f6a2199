//! The memory of derivatives is one slice, cut into vectors.

use crate::memory;
use crate::problem::Problem;
use crate::real::Real;
use crate::sweep::strips::{self, Scratch};
use crate::sweep::tile_rows;

use super::coarse::{self, Coarse};
use super::conditional::SPARE_ROWS;

/// The number of columns that a pass down the columns takes at a time: a multiple of a panel.
const BLOCK: usize = 256;

/// Returns the number of scalars that [`Derivatives`](super::Derivatives) needs for points of a dimension (0: a cost
/// matrix) on a number of threads, or `None` on overflow. It is `const`, so that a firmware can size a static array.
///
/// On one thread, with w = min(m, 256), t = min(n, 4) if d < 16 and min(n, 16) otherwise, it is
///
/// 6 n + 9 m  +  max((t + 3) m, (t + 2 + 2 d) w)  +  3 d
///
/// and k (m + k) more. k is 8 in one dimension, 20 in two, and 0 in others.
pub const fn derivatives_len(rows: usize, columns: usize, dimension: usize, threads: usize) -> Option<usize> {
    let limit = u32::MAX as usize;
    if rows > limit || columns > limit || dimension > limit {
        return None;
    }
    memory::total(&[&layout(rows, columns, dimension, threads)])
}

/// Returns the lengths of the vectors, in the order in which [`cut`] takes them.
const fn layout(n: usize, m: usize, d: usize, threads: usize) -> [usize; 22] {
    let parts = strips::parts(n, threads);
    let pool = part_len(n, m, d).saturating_mul(parts);
    let strips = if parts > 1 { m.saturating_mul(strips::count(n)) } else { 0 };
    let k = coarse::most(d);
    [n, n, m, n, n, n, n, m, m, m, m, m, m, d, d, d, m, m, pool, strips, m.saturating_mul(k), k * k]
}

/// Returns the scalars of scratch for one part of the work.
const fn part_len(n: usize, m: usize, d: usize) -> usize {
    let tile = tile_rows(n, d);
    let down_rows = m.saturating_mul(tile + SPARE_ROWS);
    let down_columns = block_columns(m).saturating_mul(d.saturating_mul(2).saturating_add(tile + 2));
    if down_rows > down_columns { down_rows } else { down_columns }
}

pub(super) const fn block_columns(m: usize) -> usize {
    if m < BLOCK { m } else { BLOCK }
}

/// All vectors except those that [`Conditional`](super::Conditional) keeps.
pub(super) struct Memory<'d, T> {
    /// n: of a cotangent, dL/df and then the multipliers of the rows; of a tangent, its change of the equations of the
    /// rows, and then df.
    pub row: &'d mut [T],
    /// n: conditional means of the solution of the system.
    pub t: &'d mut [T],
    /// n: conditional means of dL/dP.
    pub plan_mean: &'d mut [T],
    /// n: conditional means of dL/dT along y.
    pub map_mean: &'d mut [T],
    /// m: of a cotangent, dL/dg; of a tangent, db_j / b_j.
    pub column: &'d mut [T],
    /// m: the right-hand side of the system.
    pub rhs: &'d mut [T],
    /// m: the solution of the system.
    pub beta: &'d mut [T],
    /// m: the residual of the system.
    pub residual: &'d mut [T],
    /// m: the direction of conjugate gradients.
    pub direction: &'d mut [T],
    /// m: log2 b.
    pub log_b: &'d mut [T],
    /// d each: a gradient of the cost in x and in y.
    pub gradient: [&'d mut [T]; 2],
    /// d zeros.
    pub zeros: &'d mut [T],
    /// Scratch of passes over rows.
    pub scratch: Scratch<'d, T>,
    /// Rows of a tile.
    pub tile_rows: usize,
    /// A coarse space for the system.
    pub coarse: Coarse<'d, T>,
    /// Room for vectors in the order of blocks, if pairs are skipped.
    pub ordered: Ordered<'d, T>,
}

/// Room for vectors in the order of blocks, or nothing.
#[derive(Default)]
#[cfg_attr(not(feature = "skipping"), expect(dead_code))]
pub(super) struct Ordered<'d, T> {
    /// n.
    pub rows: &'d mut [T],
    /// m.
    pub columns: &'d mut [T],
}

/// Returns the number of scalars beyond [`derivatives_len`] with which pairs are skipped.
pub(super) fn ordered_len<T: Real>(problem: &Problem<'_, T>) -> usize {
    #[cfg(feature = "skipping")]
    if crate::skipping::fits(problem) {
        return problem.rows() + problem.columns();
    }
    let _ = problem;
    0
}

/// Cuts `memory`, which is long enough. The first three vectors are those of [`Conditional`](super::Conditional).
pub(super) fn cut<'d, T: Real>(
    memory: &'d mut [T],
    problem: &Problem<'_, T>,
    threads: usize,
) -> ([&'d mut [T]; 3], Memory<'d, T>) {
    let (n, m, d) = (problem.rows(), problem.columns(), problem.geometry().dimension());
    let k = coarse::len(m, d);
    let (of_layout, more) = memory.split_at_mut(layout(n, m, d, threads).iter().sum());
    let mut vectors = memory::cut_all(of_layout, layout(n, m, d, threads)).into_iter();
    let mut next = || vectors.next().unwrap_or_default();
    let of_plan = [next(), next(), next()];
    let memory = Memory {
        row: next(),
        t: next(),
        plan_mean: next(),
        map_mean: next(),
        column: next(),
        rhs: next(),
        beta: next(),
        residual: next(),
        direction: next(),
        log_b: next(),
        gradient: [next(), next()],
        zeros: next(),
        scratch: Scratch { column: next(), spare: next(), pool: next(), part_len: part_len(n, m, d), strips: next() },
        tile_rows: tile_rows(n, d),
        coarse: Coarse { basis: &mut next()[..k * m], factor: &mut next()[..k * k], ready: false },
        ordered: if more.len() >= n + m {
            let [rows, columns] = memory::cut_all(more, [n, m]);
            Ordered { rows, columns }
        } else {
            Ordered::default()
        },
    };
    memory.zeros.fill(T::ZERO);
    (of_plan, memory)
}
