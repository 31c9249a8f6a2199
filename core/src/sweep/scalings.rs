//! The plain sweep of a balanced problem on a stored kernel: u = a / K v and v = b / K^T u, in multiplications,
//! additions and divisions only.
//!
//! Potentials follow when somebody asks for them: F = F0 - log2(K v) and G = G0 + log2 v. This is for microcontrollers:
//! beside the pairs, a sweep is a few operations for each point.

use super::forward::Outcome;
use super::kernel::{Kernel, RowCheck};
use super::prepared::Prepared;
use super::rows::WeightVectors;
use super::strips::{Pass, Scratch, Strip};
use super::{FLUSH, MAX_TILE_ROWS, is_safe, rows};
use crate::measure::Weights;
use crate::real::Real;
use crate::simd::{Job, Simd, SimdExt, each_vector};

/// Makes one sweep: writes K v into `sums` (n), and the new v into the kernel. `None` if sums leave the safe range; v
/// is then what it was.
pub(crate) fn sweep<T: Real>(
    p: &Prepared<'_, T>,
    kernel: &mut Kernel<'_, T>,
    sums: &mut [T],
    scratch: &mut Scratch<'_, T>,
) -> Option<Outcome<T>> {
    let shared = &*kernel;
    let work = |strip: Strip<'_, T>| sweep_strip(p, shared, strip);
    let check = Pass::sums(sums).run(scratch, &work, RowCheck::with);
    if !check.safe {
        return None;
    }
    let totals = &mut *scratch.column;
    let found = T::run(p.instructions, Rescale { b: p.problem.b(), v: kernel.v, totals });
    if !(is_safe(found.largest) && is_safe(found.smallest)) {
        return None;
    }
    kernel.v.copy_from_slice(totals);
    kernel.absorbed = check.near && is_near(found.largest) && is_near(found.smallest);
    Some(Outcome { mass: found.mass, error: found.error, ..Outcome::new() })
}

/// Says whether a scaling is so near 1 that the entries of the kernel that underflow has taken do not matter. It is to
/// a scaling what [`limit`](super::kernel::limit) is to its logarithm.
fn is_near<T: Real>(scaling: T) -> bool {
    scaling < T::NEAR_SCALING && scaling * T::NEAR_SCALING > T::ONE
}

fn sweep_strip<T: Real>(p: &Prepared<'_, T>, kernel: &Kernel<'_, T>, strip: Strip<'_, T>) -> RowCheck {
    let (a, m) = (p.problem.a(), kernel.v.len());
    let mut check = RowCheck::default();
    strip.each_block(&mut |start, sums, _, totals| {
        let tile_rows = kernel.tile_rows();
        for (k, sums) in sums.chunks_mut(tile_rows).enumerate() {
            let (i, count) = (start + k * tile_rows, sums.len());
            let entries = &kernel.entries[i * m..(i + count) * m];
            rows::times(p.instructions, entries, kernel.v, sums);
            let mut u = [T::ZERO; MAX_TILE_ROWS];
            for (k, (u, &sum)) in u.iter_mut().zip(&*sums).enumerate() {
                *u = a.get(i + k) / sum;
                if !is_near(sum) {
                    check.near = false;
                    check.safe &= is_safe(sum);
                }
            }
            rows::add(p.instructions, &u[..count], entries, totals);
        }
    });
    check
}

/// Computes totals <- b / totals, the new v; 1 for columns without weight.
pub struct Rescale<'r, T> {
    b: Weights<'r, T>,
    v: &'r [T],
    totals: &'r mut [T],
}

/// The check of the columns.
pub struct Rescaled<T> {
    /// Their sum before the update.
    mass: T,
    /// Their L1 distance from b before it.
    error: T,
    /// The largest new v.
    largest: T,
    /// The smallest.
    smallest: T,
}

impl<T: Real> Job<T> for Rescale<'_, T> {
    type Output = Rescaled<T>;

    #[inline(always)]
    fn run<S: Simd<T>>(self, simd: S) -> Rescaled<T> {
        let Rescale { b, v, totals } = self;
        let m = totals.len();
        let (v, weights) = (&v[..m], WeightVectors::new(b));
        let (zero, one) = (simd.splat(T::ZERO), simd.splat(T::ONE));
        let (mut mass, mut error, mut largest, mut below) = (T::ZERO, T::ZERO, one, simd.splat(-T::ONE));
        let mut at = 0;
        while at < m {
            let end = (at + FLUSH).min(m);
            let (mut masses, mut errors) = (zero, zero);
            each_vector::<T, S>(
                at..end,
                #[inline(always)]
                |at, len| {
                    let weight = weights.load(simd, at, len);
                    let total = simd.load_part(&totals[at..at + len], T::ZERO);
                    let sum = total * simd.load_part(&v[at..at + len], T::ZERO);
                    let new = simd.select_less(zero, weight, weight / total, one);
                    masses = masses + sum;
                    errors = errors + simd.abs(weight - sum);
                    largest = simd.max(new, largest);
                    below = simd.max(zero - new, below);
                    simd.store_part(new, &mut totals[at..at + len]);
                },
            );
            mass += simd.sum(masses);
            error += simd.sum(errors);
            at = end;
        }
        Rescaled { mass, error, largest: simd.fold(largest, T::max), smallest: -simd.fold(below, T::max) }
    }
}
