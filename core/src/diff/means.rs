//! Means along the rows and columns of a plan, each divided by the mass that is summed with it.
//!
//! Exponentials are rounded in proportion to the potentials, and with them the mass of a row or column. A mean over its
//! own mass lies between what it is a mean of all the same, whatever the potentials are.

use crate::real::Real;
use crate::solution::Solution;
use crate::sweep::block::{BlockAt, exponentials};
use crate::sweep::half::{column_logsums, row_logsum};
use crate::sweep::prepared::Prepared;
use crate::sweep::strips::{Pass, Scratch, Strip};
use crate::sweep::{MAX_TILE_ROWS, is_safe, log_weight, log_zero};

use super::workspace;

/// Writes sum_j P_ij v_j / sum_j P_ij for every i, one pass over the pairs. `memory` is what derivatives need on so
/// many threads.
pub(crate) fn along_rows<T: Real>(
    solution: &Solution<'_, T>,
    threads: usize,
    memory: &mut [T],
    v: &[T],
    out: &mut [T],
) {
    let (p, f, g) = (&solution.prepared, solution.f_hat, solution.g_hat);
    let (_, mut memory) = workspace::cut(memory, &p.problem, threads);
    let (m, tile_rows) = (g.len(), memory.tile_rows);
    let work = |Strip { rows: range, f: out, tile, .. }: Strip<'_, T>| {
        for (k, out) in out.chunks_mut(tile_rows).enumerate() {
            let i = range.start + k * tile_rows;
            let tile = &mut tile[..out.len() * m];
            let mut sums = [T::ZERO; MAX_TILE_ROWS];
            let sums = &mut sums[..out.len()];
            exponentials(p, BlockAt { i, start: 0, f: &f[i..i + out.len()], g }, tile, sums);
            for (k, sum) in sums.iter_mut().enumerate().filter(|(_, sum)| !is_safe(**sum)) {
                (_, *sum) = row_logsum(p, i + k, f[i + k], g, &mut tile[k * m..(k + 1) * m]);
            }
            T::times_vector(p.instructions, tile, v, out);
            out.iter_mut().zip(sums.iter()).for_each(|(mean, &sum)| *mean /= sum);
        }
    };
    Pass::sums(out).run(&mut memory.scratch, &work, |(), ()| ());
}

/// Writes sum_i P_ij w_i / sum_i P_ij for every j with weight, 0 for the others: two passes over the pairs. `memory` as
/// for [`along_rows`].
pub(crate) fn along_columns<T: Real>(
    solution: &Solution<'_, T>,
    threads: usize,
    memory: &mut [T],
    w: &[T],
    out: &mut [T],
) {
    let p = &solution.prepared;
    let b = p.problem.b();
    let (_, memory) = workspace::cut(memory, &p.problem, threads);
    let (f, g, sums, unused) = (memory.row, memory.beta, memory.rhs, memory.t);
    let (mut scratch, tile_rows) = (memory.scratch, memory.tile_rows);

    // Columns as shares of their weight, so that exact ones sum to one; rows carry their weight.
    raise(p, solution.f_hat, f);
    for (j, g) in g.iter_mut().enumerate() {
        let weight = b.get(j);
        *g = if weight > T::ZERO { solution.g_hat[j] - log_weight(weight) } else { log_zero() };
    }
    totals(p, Raised { f, g, tile_rows }, None, unused, &mut scratch);

    // Far from the solution a column may leave the range of the scalar: then its sum is taken out first, in max-shifted
    // form.
    if scratch.column.iter().enumerate().any(|(j, &sum)| b.get(j) > T::ZERO && !is_safe(sum)) {
        f.copy_from_slice(solution.f_hat);
        column_logsums(p, f, g, sums, &mut scratch);
        for (j, g) in g.iter_mut().enumerate() {
            if b.get(j) > T::ZERO {
                *g += -scratch.column[j];
            }
        }
        raise(p, solution.f_hat, f);
        totals(p, Raised { f, g, tile_rows }, None, unused, &mut scratch);
    }
    sums.copy_from_slice(scratch.column);

    // The same exponentials again, so that their rounding is on both sides of the fraction.
    totals(p, Raised { f, g, tile_rows }, Some(w), unused, &mut scratch);
    for (mean, (&total, &sum)) in out.iter_mut().zip(scratch.column.iter().zip(sums.iter())) {
        *mean = if sum > T::ZERO { total / sum } else { T::ZERO };
    }
}

/// Adds log2 a to F, into `out`.
fn raise<T: Real>(p: &Prepared<'_, T>, f: &[T], out: &mut [T]) {
    for (i, (out, &f)) in out.iter_mut().zip(f).enumerate() {
        *out = f + log_weight(p.problem.a().get(i));
    }
}

/// These potentials carry the logarithms of their weights, of columns only their share.
#[derive(Clone, Copy)]
struct Raised<'r, T> {
    f: &'r [T],
    g: &'r [T],
    tile_rows: usize,
}

/// `scratch.column` <- sum_i w_i 2^(F_i + G_j + S_ij), w = 1 where none are given. `unused` is scratch for n scalars.
fn totals<T: Real>(
    p: &Prepared<'_, T>,
    Raised { f, g, tile_rows }: Raised<'_, T>,
    w: Option<&[T]>,
    unused: &mut [T],
    scratch: &mut Scratch<'_, T>,
) {
    let work = |strip: Strip<'_, T>| {
        strip.each_block(&mut |first, block, tile, column| {
            for (k, part) in block.chunks(tile_rows).enumerate() {
                let (i, count) = (first + k * tile_rows, part.len());
                let tile = &mut tile[..count * g.len()];
                let mut weights = [T::ZERO; MAX_TILE_ROWS];
                let weights = &mut weights[..count];
                exponentials(p, BlockAt { i, start: 0, f: &f[i..i + count], g }, tile, weights);
                match w {
                    Some(w) => weights.copy_from_slice(&w[i..i + count]),
                    None => weights.fill(T::ONE),
                }
                T::add_rows(p.instructions, weights, tile, column);
            }
        });
    };
    Pass::sums(unused).run(scratch, &work, |(), ()| ());
}
