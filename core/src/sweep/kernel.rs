//! The sweep on a stored, absorbed kernel: multiplications and additions only, no exponential a pair.
//!
//! K_ij = 2^(F0_i + G0_j + S_ij) is kept for reference potentials (F0, G0); with v_j = 2^(G_j - G0_j) the row sums of the
//! exponentials are 2^(F_i - F0_i) (K v)_i. Potentials stay the state, so that everything that works on them works here; when
//! they have moved away from the reference, the kernel is computed anew around them ("re-absorbed", Schmitzer 2019).

use super::columns;
use super::forward::{self, Outcome, Potentials, Scratch};
use super::half::row_logsum;
use super::prepared::Prepared;
use super::{is_safe, log_zero};
use crate::real::Real;
use crate::reduce;

/// The stored kernel and what it was computed for.
pub(crate) struct Kernel<'w, T> {
    /// n x m.
    pub entries: &'w mut [T],
    /// n: F0.
    pub f: &'w mut [T],
    /// m: G0.
    pub g: &'w mut [T],
    /// m: 2^(G - G0).
    pub v: &'w mut [T],
    /// Whether the entries are those of f and g.
    pub absorbed: bool,
}

impl<T: Real> Kernel<'_, T> {
    /// Computes the kernel around (f, g).
    fn absorb(&mut self, p: &Prepared<'_, T>, f: &[T], g: &[T]) {
        self.f.copy_from_slice(f);
        self.g.copy_from_slice(g);
        for (i, row) in self.entries.chunks_exact_mut(g.len()).enumerate() {
            forward::row_exponentials(p, i, f[i], g, row);
        }
        self.absorbed = true;
    }

    /// The kernel, where it stands for these potentials, with 2^(G - G0) in `v`.
    pub fn around(&mut self, f: &[T], g: &[T]) -> Option<&Self> {
        if !self.absorbed || self.is_stale(f, g) {
            return None;
        }
        self.scale_columns(g);
        Some(self)
    }

    /// 2^(F_i + G_j + S_ij) for a row i, from what is stored.
    pub fn exponentials(&self, i: usize, f: T, out: &mut [T]) {
        let (m, scaling) = (self.g.len(), (f - self.f[i]).exp2());
        for ((value, &entry), &v) in out.iter_mut().zip(&self.entries[i * m..(i + 1) * m]).zip(self.v.iter()) {
            *value = entry * scaling * v;
        }
    }

    fn scale_columns(&mut self, g: &[T]) {
        for (scaling, (&value, &origin)) in self.v.iter_mut().zip(g.iter().zip(self.g.iter())) {
            *scaling = (value - origin).exp2();
        }
    }

    /// Whether potentials are so far from the reference that entries may have been lost to underflow.
    fn is_stale(&self, f: &[T], g: &[T]) -> bool {
        let limit = T::SAFE_EXPONENT / T::constant(4.0);
        let far = |present: &[T], reference: &[T]| {
            present.iter().zip(reference).any(|(&value, &origin)| !((value - origin).abs() <= limit))
        };
        far(f, self.f) || far(g, self.g)
    }
}

/// As [`complete_g`](super::half::complete_g); the exponentials that this takes are kept as the kernel. `column` is scratch for m sums.
pub(crate) fn complete_g<T: Real>(
    p: &Prepared<'_, T>,
    kernel: &mut Kernel<'_, T>,
    f: &[T],
    g: &mut [T],
    log_b: &[T],
    column: &mut [T],
) {
    let (a, b, m) = (p.problem.a(), p.problem.b(), g.len());
    let largest = &mut *kernel.g;
    g.fill(T::ZERO);
    largest.fill(-T::INFINITY);
    for (i, row) in kernel.entries.chunks_exact_mut(m).enumerate() {
        p.scores.row(p.s, i, 0, g, row);
        if a.get(i) > T::ZERO {
            for (largest, &score) in largest.iter_mut().zip(row.iter()) {
                *largest = largest.max(score + f[i]);
            }
        }
    }
    for (j, value) in largest.iter_mut().enumerate() {
        // As everywhere, a column without weight has no entries.
        *value = if b.get(j) > T::ZERO { *value } else { -log_zero::<T>() };
    }
    column.fill(T::ZERO);
    for (i, row) in kernel.entries.chunks_exact_mut(m).enumerate() {
        for (value, &largest) in row.iter_mut().zip(largest.iter()) {
            *value = (*value + (f[i] - largest)).exp2();
        }
        let weight = a.get(i);
        if weight > T::ZERO {
            for (sum, &value) in column.iter_mut().zip(row.iter()) {
                *sum += weight * value;
            }
        }
    }
    for (j, value) in g.iter_mut().enumerate() {
        let offset = p.column_offset(j);
        *value = log_b[j] - p.tau_b * (largest[j] + column[j].log2() - offset) - offset;
        largest[j] = -largest[j];
    }
    kernel.f.copy_from_slice(f);
    kernel.absorbed = true;
}

/// As [`forward::sweep`], on the kernel.
pub(crate) fn sweep<T: Real>(
    p: &Prepared<'_, T>,
    kernel: &mut Kernel<'_, T>,
    factor: T,
    mut potentials: Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let Potentials { f, g, image, .. } = &mut potentials;
    let (n, m) = (f.len(), g.len());
    let mut outcome = Outcome::new();
    if !kernel.absorbed || kernel.is_stale(f, g) {
        outcome.absorbed = true;
        kernel.absorb(p, f, g);
    }
    kernel.scale_columns(g);

    scratch.column.fill(T::ZERO);
    // Rows that leave the safe range are summed apart, with their scalings inside.
    image.fill(T::ZERO);
    let mut i = 0;
    while i < n {
        let block_end = (i + forward::PARTIAL_ROWS).min(n);
        scratch.partial.fill(T::ZERO);
        while i < block_end {
            let rows = super::TILE_ROWS.min(block_end - i);
            let mut weights = [T::ZERO; super::TILE_ROWS];
            for (k, weight) in weights.iter_mut().enumerate().take(rows) {
                let row = &kernel.entries[(i + k) * m..(i + k + 1) * m];
                let sum = reduce::dot(row, kernel.v);
                let reference = kernel.f[i + k];
                if is_safe(sum) {
                    let log_sum = sum.log2() + (f[i + k] - reference);
                    forward::move_f(p, factor, i + k, log_sum, f, &mut outcome);
                    let plain = p.tau_a == T::ONE && factor == T::ONE;
                    let a = p.problem.a().get(i + k);
                    *weight = if plain { a / sum } else { a * (f[i + k] - reference).exp2() };
                } else {
                    let row = &mut scratch.tile[..m];
                    let (largest, sum) = row_logsum(p, i + k, f[i + k], g, row);
                    outcome.row_fallbacks = outcome.row_fallbacks.saturating_add(1);
                    let step = forward::move_f(p, factor, i + k, largest + sum.log2(), f, &mut outcome);
                    let share = p.problem.a().get(i + k) * (step + largest).exp2();
                    for (total, &value) in image.iter_mut().zip(row.iter()) {
                        *total += share * value;
                    }
                }
            }
            forward::add_rows(&weights[..rows], &kernel.entries[i * m..(i + rows) * m], scratch.partial);
            i += rows;
        }
        for (total, &part) in scratch.column.iter_mut().zip(scratch.partial.iter()) {
            *total += part;
        }
    }
    for ((total, &scaling), &apart) in scratch.column.iter_mut().zip(kernel.v.iter()).zip(image.iter()) {
        *total = *total * scaling + apart;
    }
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome
}
