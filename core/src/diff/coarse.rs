//! A coarse space for the linear system on the line and in the plane: low-degree polynomials of y.
//!
//! The eigenvectors that make conjugate gradients slow are smooth functions of y: between Gaussians they are polynomials, exactly (Hermite's, with
//! eigenvalues rho^(2 degree)). In one and two dimensions a few span most of them, which is worth the pass over the pairs that it takes; in three it was
//! not, nor were clusters instead of polynomials.
//!
//! With W a D_c-orthonormal basis and A = W^T S W, D_c^-1 + W (A^-1 - I) W^T preconditions S as if what is in the span had been solved for
//! (factors tau left out here).

use crate::real::Real;
use crate::reduce;
use crate::sweep::strips::Scratch;
use crate::sweep::{MAX_TILE_ROWS, rows};

use super::conditional::{Conditional, Tile};

/// Polynomials beside the constant, at most: degree 8 on the line, 5 in the plane.
const MOST: usize = 20;

/// Polynomials of up to a degree in d variables, beside the constant.
const fn count(dimension: usize, degree: usize) -> usize {
    if dimension == 1 { degree } else { (degree + 1) * (degree + 2) / 2 - 1 }
}

/// The degree for m points: the products of polynomials with each other are summed up where column sums otherwise are.
const fn degree(columns: usize, dimension: usize) -> usize {
    let mut degree = match dimension {
        1 => 8,
        2 => 5,
        _ => return 0,
    };
    while degree > 0 && count(dimension, degree) * (count(dimension, degree) + 1) / 2 > columns {
        degree -= 1;
    }
    degree
}

/// Polynomials for m points of a dimension.
pub(super) const fn len(columns: usize, dimension: usize) -> usize {
    count(dimension, degree(columns, dimension))
}

/// Memory, and what was made of it.
pub(super) struct Coarse<'c, T> {
    /// len x m: W.
    pub basis: &'c mut [T],
    /// len x len: the Cholesky factor of A.
    pub factor: &'c mut [T],
    /// Whether they are written, and of use.
    pub ready: bool,
}

impl<T: Real> Coarse<'_, T> {
    /// Makes W and A, once: one pass over the pairs. `unused` is scratch for n scalars.
    pub fn prepare(&mut self, plan: &Conditional<'_, T>, unused: &mut [T], scratch: &mut Scratch<'_, T>) {
        let m = plan.g.len();
        let k = self.basis.len() / m;
        if k == 0 || self.ready {
            return;
        }
        self.write_polynomials(plan);
        // The lower triangle of (Q W)^T D_r (Q W).
        let basis = &*self.basis;
        let work = |tile: Tile<'_, T>| {
            let count = tile.own.len();
            let mut means = [[T::ZERO; MAX_TILE_ROWS]; MOST];
            for (line, means) in basis.chunks_exact(m).zip(&mut means) {
                rows::times(plan.p().instructions, tile.q, line, &mut means[..count]);
            }
            for (sum, (p, q)) in tile.column.iter_mut().zip(triangle(k)) {
                for row in 0..count {
                    *sum += plan.r(tile.i + row) * means[p][row] * means[q][row];
                }
            }
        };
        plan.each_tile(scratch, unused, &mut [], &work, &|(), ()| ());
        for (&sum, (p, q)) in scratch.column.iter().zip(triangle(k)) {
            let own = if p == q { T::ONE / plan.p().tau_b() } else { T::ZERO };
            self.factor[p * k + q] = own - plan.p().tau_a() * sum;
        }
        self.ready = self.factorise(k);
    }

    /// Each is a coordinate times one of a degree less, made orthogonal to all before and to the constant.
    fn write_polynomials(&mut self, plan: &Conditional<'_, T>) {
        let Some(cloud) = plan.cloud() else { return };
        let (m, d, k) = (plan.g.len(), cloud.dimension(), self.basis.len() / plan.g.len());
        let (mut before, mut written, mut degree) = (0, 0, 0);
        while written < k {
            let first = written;
            degree += 1;
            // The first coordinate times each of the degree before; in the plane, the second one times the last of these.
            for number in 0..count(d, degree) - count(d, degree - 1) {
                let (l, factor) = (usize::from(number >= degree), before + number.min(degree - 1));
                let (done, rest) = self.basis.split_at_mut(written * m);
                let line = &mut rest[..m];
                let origin = cloud.y().point(0)[l];
                for (j, value) in line.iter_mut().enumerate() {
                    *value = match degree {
                        1 => cloud.y().point(j)[l] - origin,
                        _ => done[l * m + j] * done[factor * m + j],
                    };
                }
                orthonormalise(plan.c, done, line);
                written += 1;
            }
            before = first;
        }
    }

    fn factorise(&mut self, k: usize) -> bool {
        for p in 0..k {
            for q in 0..=p {
                let known = reduce::dot(&self.factor[p * k..p * k + q], &self.factor[q * k..q * k + q]);
                let value = self.factor[p * k + q] - known;
                if p == q && !(value > T::EPSILON * T::constant(16.0)) {
                    return false;
                }
                self.factor[p * k + q] = if p == q { value.sqrt() } else { value / self.factor[q * k + q] };
            }
        }
        true
    }

    /// out += W (A^-1 - tau_b) W^T residual.
    pub fn correct(&self, tau_b: T, residual: &[T], out: &mut [T]) {
        if !self.ready {
            return;
        }
        let m = residual.len();
        let k = self.basis.len() / m;
        let (mut own, mut solved) = ([T::ZERO; MOST], [T::ZERO; MOST]);
        for (p, line) in self.basis.chunks_exact(m).enumerate() {
            own[p] = reduce::dot(line, residual);
            let known = reduce::dot(&self.factor[p * k..p * k + p], &solved[..p]);
            solved[p] = (own[p] - known) / self.factor[p * k + p];
        }
        for p in (0..k).rev() {
            let known = (p + 1..k).fold(T::ZERO, |sum, q| sum + self.factor[q * k + p] * solved[q]);
            solved[p] = (solved[p] - known) / self.factor[p * k + p];
        }
        for (p, line) in self.basis.chunks_exact(m).enumerate() {
            let weight = solved[p] - tau_b * own[p];
            out.iter_mut().zip(line).for_each(|(out, &value)| *out += weight * value);
        }
    }
}

/// Rows and columns of a lower triangle.
fn triangle(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(|p| (0..=p).map(move |q| (p, q)))
}

/// Gram-Schmidt in the inner product of D_c, against the constant and what is `done`; what depends on these becomes zero.
fn orthonormalise<T: Real>(c: &[T], done: &[T], line: &mut [T]) {
    let total = reduce::sum(c);
    let product = |p: &[T], q: &[T]| reduce::sum_of(c.len(), &|j| c[j] * p[j] * q[j]);
    let scale = line.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
    if scale > T::ZERO {
        line.iter_mut().for_each(|value| *value /= scale);
    }
    let before = product(line, line);
    // Twice is enough (Parlett 1980, after Kahan).
    for _ in 0..2 {
        let mean = reduce::dot(c, line) / total;
        line.iter_mut().for_each(|value| *value -= mean);
        for other in done.chunks_exact(line.len()) {
            let along = product(other, line);
            line.iter_mut().zip(other).for_each(|(value, &other)| *value -= along * other);
        }
    }
    let after = product(line, line);
    let scale = if after > T::EPSILON * before { T::ONE / after.sqrt() } else { T::ZERO };
    line.iter_mut().for_each(|value| *value *= scale);
}
