//! Means along the rows and columns of a plan, each divided by the mass that is summed with it.
//!
//! Exponentials are rounded in proportion to the potentials, and with them the mass of a row or column. A mean over its
//! own mass still lies between the values that it is a mean of, whatever the potentials are.

use crate::real::Real;
use crate::solution::Solution;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::half::{column_logsums, row_logsum};
use crate::sweep::strips::{Pass, Scratch, Tile};
use crate::sweep::{MAX_TILE_ROWS, is_safe, log_weight, log_zero};

use super::workspace::{self, Memory};

/// Writes sum_j P_ij v_j / sum_j P_ij for every i: one pass over the pairs. `memory` is that of derivatives on so many
/// threads.
pub(crate) fn along_rows<T: Real>(
    solution: &Solution<'_, T>,
    threads: usize,
    memory: &mut [T],
    v: &[T],
    out: &mut [T],
) {
    let (p, f, g) = (&solution.scaled, solution.f_hat, solution.g_hat);
    let (_, mut memory) = workspace::cut(memory, &p.problem, threads);
    let on_tile = |Tile { i, f: means, rows, .. }: Tile<'_, T>, (): &mut ()| {
        let mut sums = [T::ZERO; MAX_TILE_ROWS];
        exponentials(p, TileAt { i, start: 0, f: &f[i..i + means.len()], g }, rows, &mut sums[..means.len()]);
        for (k, row) in rows.chunks_exact_mut(g.len()).enumerate() {
            if !is_safe(sums[k]) {
                (_, sums[k]) = row_logsum(p, i + k, f[i + k], g, row);
            }
        }
        T::times_vector(p.instructions, rows, v, means);
        means.iter_mut().zip(sums.iter()).for_each(|(mean, &sum)| *mean /= sum);
    };
    Pass::sums(out).each_tile(memory.tile_rows, &mut memory.scratch, &on_tile, |(), ()| ());
}

/// Writes sum_i P_ij w_i / sum_i P_ij for every j with weight, and 0 for the others: two passes over the pairs.
/// `memory` is as for [`along_rows`].
pub(crate) fn along_columns<T: Real>(
    solution: &Solution<'_, T>,
    threads: usize,
    memory: &mut [T],
    w: &[T],
    out: &mut [T],
) {
    let p = &solution.scaled;
    let (a, b) = (p.problem.a(), p.problem.b());
    let (_, memory) = workspace::cut(memory, &p.problem, threads);
    let Memory { row: f, beta: g, rhs: sums, t: unused, mut scratch, tile_rows, .. } = memory;
    // scratch.column <- sum_i w_i 2^(F_i + G_j + S_ij), with w = 1 if none are given.
    let mut add_up = |f: &[T], g: &[T], w: Option<&[T]>, scratch: &mut Scratch<'_, T>| {
        let on_tile = |Tile { i, f: unused, rows, column, .. }: Tile<'_, T>, (): &mut ()| {
            let end = i + unused.len();
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            let weights = &mut weights[..end - i];
            exponentials(p, TileAt { i, start: 0, f: &f[i..end], g }, rows, weights);
            match w {
                Some(w) => weights.copy_from_slice(&w[i..end]),
                None => weights.fill(T::ONE),
            }
            T::add_rows(p.instructions, weights, rows, column);
        };
        Pass::sums(unused).each_tile(tile_rows, scratch, &on_tile, |(), ()| ());
    };
    // Rows carry their weight.
    let raise = |out: &mut [T]| {
        for (i, (out, &f)) in out.iter_mut().zip(solution.f_hat).enumerate() {
            *out = f + log_weight(a.get(i));
        }
    };

    // Columns are shares of their weight, so that exact ones sum to one.
    raise(f);
    for (j, g) in g.iter_mut().enumerate() {
        let weight = b.get(j);
        *g = if weight > T::ZERO { solution.g_hat[j] - log_weight(weight) } else { log_zero() };
    }
    add_up(f, g, None, &mut scratch);

    // Far from the solution a column may leave the range of the scalar. Then its sum is taken out first, relative to
    // its largest term.
    if scratch.column.iter().enumerate().any(|(j, &sum)| b.get(j) > T::ZERO && !is_safe(sum)) {
        f.copy_from_slice(solution.f_hat);
        column_logsums(p, f, g, sums, &mut scratch);
        for (j, g) in g.iter_mut().enumerate().filter(|&(j, _)| b.get(j) > T::ZERO) {
            *g -= scratch.column[j];
        }
        raise(f);
        add_up(f, g, None, &mut scratch);
    }
    sums.copy_from_slice(scratch.column);

    // The same exponentials again, so that their rounding is on both sides of the fraction.
    add_up(f, g, Some(w), &mut scratch);
    for (mean, (&total, &sum)) in out.iter_mut().zip(scratch.column.iter().zip(sums.iter())) {
        *mean = if sum > T::ZERO { total / sum } else { T::ZERO };
    }
}
