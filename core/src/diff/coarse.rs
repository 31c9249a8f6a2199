//! A coarse space for the linear system: low-degree polynomials of y.
//!
//! The eigenvectors of P^T D_r^-1 P whose eigenvalues are close to one, which is what makes conjugate gradients slow, are smooth functions of y. Between
//! Gaussians they are polynomials, exactly (products of Hermite polynomials, with eigenvalues rho^(2 degree)); elsewhere those are close enough to be worth a pass
//! over the pairs. With W a D_c-orthonormal basis and A = W^T S W, D_c^-1 + W (A^-1 - I) W^T preconditions S: as if what is in the span had
//! been solved for (tau factors left out here).

use crate::real::Real;
use crate::reduce;
use crate::sweep::rows;
use crate::sweep::strips::Scratch;

use super::conditional::{Conditional, Tile};

/// Polynomials at most.
const MOST: usize = 24;

/// Degree at most: beyond it they stand for little that is smooth.
const DEGREE: usize = 5;

/// Polynomials beside the constant for points of a dimension, m of them on the side of b: those of a whole degree.
pub(super) const fn len(columns: usize, dimension: usize) -> usize {
    if dimension == 0 {
        return 0;
    }
    let (mut degree, mut count) = (0, 1_usize);
    // Binomials of (d + degree, degree).
    while degree < DEGREE {
        let next = count.saturating_mul(dimension + degree + 1) / (degree + 1);
        let room = next - 1 <= MOST && next * (next - 1) / 2 <= columns;
        if !room {
            break;
        }
        (degree, count) = (degree + 1, next);
    }
    count - 1
}

/// Memory, and what was made of it.
pub(super) struct Coarse<'c, T> {
    /// len x m: W.
    pub basis: &'c mut [T],
    /// len x len: the Cholesky factor of A.
    pub factor: &'c mut [T],
    /// len.
    pub image: &'c mut [T],
    /// Whether it is of use.
    pub ready: bool,
}

impl<T: Real> Coarse<'_, T> {
    /// Makes W and A; one pass over the pairs. `unused` is scratch for n scalars.
    pub fn prepare(&mut self, plan: &Conditional<'_, T>, unused: &mut [T], scratch: &mut Scratch<'_, T>) {
        let (m, k) = (plan.g.len(), self.image.len());
        self.ready = false;
        if k == 0 || !self.write_polynomials(plan) {
            return;
        }
        self.orthonormalise(plan);
        // (Q W)^T D_r (Q W), lower triangle, where column sums go.
        let basis = &*self.basis;
        let work = |tile: Tile<'_, T>| {
            let count = tile.own.len();
            let mut means = [[T::ZERO; crate::sweep::MAX_TILE_ROWS]; MOST];
            for (line, means) in basis.chunks_exact(m).zip(&mut means) {
                rows::times(&plan.p, tile.q, line, &mut means[..count]);
            }
            let mut at = 0;
            for p in 0..k {
                for q in 0..=p {
                    let mut sum = T::ZERO;
                    for row in 0..count {
                        sum += plan.r(tile.i + row) * means[p][row] * means[q][row];
                    }
                    tile.column[at] += sum;
                    at += 1;
                }
            }
        };
        plan.each_tile(scratch, unused, &mut [], &work, &|(), ()| ());
        let mut at = 0;
        for p in 0..k {
            for q in 0..=p {
                let own = if p == q { T::ONE / plan.p.tau_b } else { T::ZERO };
                self.factor[p * k + q] = own - plan.p.tau_a * scratch.column[at];
                at += 1;
            }
        }
        self.ready = self.factorise();
    }

    /// Products of Hermite polynomials of standardised coordinates, in the order of their degree.
    fn write_polynomials(&mut self, plan: &Conditional<'_, T>) -> bool {
        let Some(cloud) = plan.cloud() else { return false };
        let (m, d, k) = (plan.g.len(), cloud.dimension(), self.image.len());
        let total = reduce::sum(plan.c);
        let y = |j: usize, l: usize| cloud.y().point(j)[l];
        let mut written = 0;
        let mut first = 0; // of the degree before
        let mut degree = 1;
        while written < k {
            let before = written;
            if degree == 1 {
                for l in 0..d {
                    let line = &mut self.basis[l * m..(l + 1) * m];
                    let origin = y(0, l);
                    let mean = reduce::sum_of(m, &|j| plan.c[j] * (y(j, l) - origin)) / total;
                    line.iter_mut().enumerate().for_each(|(j, value)| *value = (y(j, l) - origin) - mean);
                    let variance = reduce::sum_of(m, &|j| plan.c[j] * line[j] * line[j]) / total;
                    let scale = if variance > T::ZERO { T::ONE / variance.sqrt() } else { T::ZERO };
                    line.iter_mut().for_each(|value| *value *= scale);
                }
                written += d;
            } else {
                // x_l times every product of the degree before whose last factor is l or earlier: each product once. They are made orthogonal afterwards, which
                // makes of powers what the polynomials would be.
                for l in 0..d {
                    let end = first + products(degree - 1, l);
                    for other in first..end {
                        let (done, rest) = self.basis.split_at_mut(written * m);
                        for (j, value) in rest[..m].iter_mut().enumerate() {
                            *value = done[l * m + j] * done[other * m + j];
                        }
                        written += 1;
                    }
                }
            }
            first = before;
            degree += 1;
        }
        true
    }

    /// Modified Gram-Schmidt in the inner product of D_c, against the constant first. What depends on the others becomes zero.
    fn orthonormalise(&mut self, plan: &Conditional<'_, T>) {
        let (m, k) = (plan.g.len(), self.image.len());
        let total = reduce::sum(plan.c);
        for p in 0..k {
            let (done, rest) = self.basis.split_at_mut(p * m);
            let line = &mut rest[..m];
            let square = |line: &[T]| reduce::sum_of(m, &|j| plan.c[j] * line[j] * line[j]);
            let before = square(line);
            // Twice is enough (Kahan).
            for _ in 0..2 {
                let mean = reduce::dot(plan.c, line) / total;
                line.iter_mut().for_each(|value| *value -= mean);
                for other in done.chunks_exact(m) {
                    let along = reduce::sum_of(m, &|j| plan.c[j] * other[j] * line[j]);
                    line.iter_mut().zip(other).for_each(|(value, &other)| *value -= along * other);
                }
            }
            let after = square(line);
            let scale = if after > T::EPSILON * before { T::ONE / after.sqrt() } else { T::ZERO };
            line.iter_mut().for_each(|value| *value *= scale);
        }
    }

    fn factorise(&mut self) -> bool {
        let k = self.image.len();
        for p in 0..k {
            for q in 0..=p {
                let mut value = self.factor[p * k + q];
                for r in 0..q {
                    value -= self.factor[p * k + r] * self.factor[q * k + r];
                }
                if p == q {
                    if !(value > T::EPSILON * T::constant(16.0)) {
                        return false;
                    }
                    value = value.sqrt();
                } else {
                    value = value / self.factor[q * k + q];
                }
                self.factor[p * k + q] = value;
            }
        }
        true
    }

    /// out += W (A^-1 - tau_b) W^T residual.
    pub fn correct(&mut self, tau_b: T, residual: &[T], out: &mut [T]) {
        if !self.ready {
            return;
        }
        let (m, k) = (residual.len(), self.image.len());
        for (value, line) in self.image.iter_mut().zip(self.basis.chunks_exact(m)) {
            *value = reduce::dot(line, residual);
        }
        let mut own = [T::ZERO; MOST];
        own[..k].copy_from_slice(self.image);
        for p in 0..k {
            for q in 0..p {
                let known = self.image[q];
                self.image[p] -= self.factor[p * k + q] * known;
            }
            self.image[p] = self.image[p] / self.factor[p * k + p];
        }
        for p in (0..k).rev() {
            for q in p + 1..k {
                let known = self.image[q];
                self.image[p] -= self.factor[q * k + p] * known;
            }
            self.image[p] = self.image[p] / self.factor[p * k + p];
        }
        for ((&value, &own), line) in self.image.iter().zip(&own).zip(self.basis.chunks_exact(m)) {
            let weight = value - tau_b * own;
            out.iter_mut().zip(line).for_each(|(out, &value)| *out += weight * value);
        }
    }
}

/// Products of a degree in the coordinates up to l: binomial of (l + degree, degree).
fn products(degree: usize, l: usize) -> usize {
    (1..=degree).fold(1, |ways, k| ways * (l + k) / k)
}
