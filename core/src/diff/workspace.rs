//! The memory of derivatives: one slice, cut into vectors.

use crate::problem::Problem;
use crate::real::Real;
use crate::sweep::strips::{self, Scratch};
use crate::sweep::tile_rows;

use super::coarse::{self, Coarse};

/// Columns of a block in passes that go down the columns: a multiple of a panel.
const BLOCK: usize = 256;

/// Rows of m that a pass over rows has beside its tile: partial column sums, and two for what weighs the pairs.
pub(super) const SPARE_ROWS: usize = 3;

/// Scalars that [`Derivatives`](super::Derivatives) needs for points of a dimension (0: a cost matrix) on a number of threads: `const`, so that a firmware can
/// size a static array with it. `None` on overflow. On one thread, with w = min(m, 256), t = min(n, 4) where d < 16 and min(n, 16) else:
///
/// 6 n + 9 m  +  max((t + 3) m, (t + 2 + 2 d) w)  +  3 d
///
/// and k m + k^2 more in one and two dimensions, where k is at most 8 and 20: the largest number 1, 2, 3, ... or 2, 5, 9, ... with k (k + 1) / 2 <= m.
pub const fn derivatives_len(rows: usize, columns: usize, dimension: usize, threads: usize) -> Option<usize> {
    let limit = u32::MAX as usize;
    if rows > limit || columns > limit || dimension > limit {
        return None;
    }
    let (n, m, d) = (rows as u128, columns as u128, dimension as u128);
    let parts = strips::parts(rows, threads);
    let strips = if parts > 1 { strips::count(rows) as u128 } else { 0 };
    let k = coarse::len(columns, dimension) as u128;
    let total = 6 * n + (9 + strips + k) * m + parts as u128 * lane(rows, columns, dimension) + 3 * d + k * k;
    if total > (usize::MAX / 16) as u128 { None } else { Some(total as usize) }
}

/// Scalars of scratch for one part of the work.
const fn lane(n: usize, m: usize, d: usize) -> u128 {
    let tile = tile_rows(n, d) as u128;
    let down_rows = (tile + SPARE_ROWS as u128) * m as u128;
    let down_columns = (tile + 2 + 2 * d as u128) * block_columns(m) as u128;
    if down_rows > down_columns { down_rows } else { down_columns }
}

pub(super) const fn block_columns(m: usize) -> usize {
    if m < BLOCK { m } else { BLOCK }
}

/// What [`Conditional`](super::Conditional) keeps.
pub(super) struct OfPlan<'d, T> {
    /// n.
    pub f: &'d mut [T],
    /// n.
    pub ratio: &'d mut [T],
    /// m.
    pub c: &'d mut [T],
}

/// The rest.
pub(super) struct Memory<'d, T> {
    /// n: of a cotangent, dL/df and then the multipliers of the rows; of a tangent, what it changes in the equations of the rows.
    pub row: &'d mut [T],
    /// n: conditional means of the solution of the system.
    pub t: &'d mut [T],
    /// n: conditional means of dL/dP.
    pub plan_mean: &'d mut [T],
    /// n: conditional means of dL/dT along y.
    pub map_mean: &'d mut [T],
    /// m: dL/dg; of a tangent, db_j / b_j.
    pub column: &'d mut [T],
    /// m: the right-hand side.
    pub rhs: &'d mut [T],
    /// m: the solution of the system.
    pub beta: &'d mut [T],
    /// m each.
    pub residual: &'d mut [T],
    /// m.
    pub direction: &'d mut [T],
    /// m: log2 b.
    pub log_b: &'d mut [T],
    /// d each: a gradient of the cost.
    pub gradient: [&'d mut [T]; 2],
    /// d zeros.
    pub zeros: &'d mut [T],
    /// Passes over rows.
    pub scratch: Scratch<'d, T>,
    /// Rows of a tile.
    pub tile_rows: usize,
    /// A coarse space for the system.
    pub coarse: Coarse<'d, T>,
}

/// `memory` is long enough.
pub(super) fn cut<'d, T: Real>(
    memory: &'d mut [T],
    problem: &Problem<'_, T>,
    threads: usize,
) -> (OfPlan<'d, T>, Memory<'d, T>) {
    let d = problem.geometry().dimension();
    let (n, m) = (problem.rows(), problem.columns());
    let k = coarse::len(m, d);
    let (lane, parts) = (lane(n, m, d) as usize, strips::parts(n, threads));
    let mut rest = memory;
    let mut take = |len: usize| {
        let (part, tail) = core::mem::take(&mut rest).split_at_mut(len);
        rest = tail;
        part
    };
    let of_plan = OfPlan { f: take(n), ratio: take(n), c: take(m) };
    let memory = Memory {
        row: take(n),
        t: take(n),
        plan_mean: take(n),
        map_mean: take(n),
        column: take(m),
        rhs: take(m),
        beta: take(m),
        residual: take(m),
        direction: take(m),
        log_b: take(m),
        gradient: [take(d), take(d)],
        zeros: take(d),
        scratch: Scratch {
            column: take(m),
            spare: take(m),
            lane,
            pool: take(parts * lane),
            strips: take(if parts > 1 { strips::count(n) * m } else { 0 }),
        },
        tile_rows: tile_rows(n, d),
        coarse: Coarse { basis: take(k * m), factor: take(k * k), ready: false },
    };
    memory.zeros.fill(T::ZERO);
    (of_plan, memory)
}
