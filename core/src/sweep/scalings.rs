//! The plain sweep of a balanced problem on a stored kernel: u = a / K v and v = b / K^T u.
//!
//! Beside the pairs, a sweep takes a few multiplications, additions and divisions a point, and no exponential or
//! logarithm. This suits microcontrollers. The potentials follow when they are asked for: F = F0 - log2(K v) and G = G0
//! + log2 v.

use super::forward;
use super::kernel::{Kernel, Latest, RowCheck};
use super::outcome::{Outcome, Potentials};
use super::strips::{Pass, Scratch, Tile};
use super::{MAX_TILE_ROWS, is_safe};
use crate::real::Real;
use crate::scaled::ScaledProblem;

/// Sweeps a balanced problem without a factor, in scalings. The potentials stay behind until [`Kernel::catch_up`],
/// and the row sums K v are kept in `potentials.row` from sweep to sweep.
pub(crate) fn sweep<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &mut Kernel<'_, T>,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let Potentials { f, g, row: sums, .. } = potentials;
    let mut absorbed = false;
    if !kernel.is_ahead() || !kernel.absorbed {
        kernel.catch_up(p, sums, f, g);
        absorbed = kernel.prepare(p, f, g, scratch);
    }
    if let Some(outcome) = update(p, kernel, sums, scratch) {
        kernel.latest = Latest::Scalings;
        return Outcome { absorbed, ..outcome };
    }
    // A sum is out of range: stream this sweep, then compute the kernel anew. The row sums now belong to no f, and any
    // f will do.
    sums.fill(T::ONE);
    kernel.catch_up(p, sums, f, g);
    kernel.potentials_move();
    kernel.expire();
    Outcome { absorbed, ..forward::sweep(p, T::ONE, potentials, scratch) }
}

/// Writes K v into `sums` (n), and the new v into the kernel. If a sum leaves the safe range it returns `None`, and v
/// is what it was.
fn update<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &mut Kernel<'_, T>,
    sums: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Option<Outcome<T>> {
    let shared = &*kernel;
    let work = |tile: Tile<'_, T>, check: &mut RowCheck| sweep_tile(p, shared, tile, check);
    let check = Pass::sums(sums).each_tile(kernel.tile_rows(), scratch, &work, RowCheck::with);
    if check.lost {
        return None;
    }
    let totals = &mut *scratch.column;
    let found = T::rescale(p.instructions, p.problem.b().vectors(), kernel.v, totals);
    if !(is_safe(found.largest) && is_safe(found.smallest)) {
        return None;
    }
    kernel.v.copy_from_slice(totals);
    kernel.absorbed = !check.far && is_near(found.largest) && is_near(found.smallest);
    Some(Outcome { mass: found.mass, error: found.error, ..Outcome::default() })
}

/// Says whether a scaling is so near 1 that no entry of the kernel that matters was lost to underflow: the same as
/// [`limit`](super::kernel::limit) for its logarithm.
fn is_near<T: Real>(scaling: T) -> bool {
    scaling < T::NEAR_SCALING && scaling * T::NEAR_SCALING > T::ONE
}

fn sweep_tile<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &Kernel<'_, T>,
    Tile { i, f: sums, column, .. }: Tile<'_, T>,
    check: &mut RowCheck,
) {
    let (a, m) = (p.problem.a(), kernel.v.len());
    let entries = &kernel.entries[i * m..(i + sums.len()) * m];
    T::times_vector(p.instructions, entries, kernel.v, sums);
    let mut u = [T::ZERO; MAX_TILE_ROWS];
    for (k, (u, &sum)) in u.iter_mut().zip(&*sums).enumerate() {
        *u = a.get(i + k) / sum;
        if !is_near(sum) {
            check.far = true;
            check.lost |= !is_safe(sum);
        }
    }
    T::add_rows(p.instructions, &u[..sums.len()], entries, column);
}
