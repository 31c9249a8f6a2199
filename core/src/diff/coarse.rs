//! A coarse space for the linear system on the line and in the plane: low-degree polynomials of y.
//!
//! The eigenvectors that make conjugate gradients slow are smooth functions of y. Between Gaussians they are
//! polynomials, exactly (Hermite's, with eigenvalues rho^(2 degree)). In one and two dimensions a few polynomials span
//! most of them, which is worth the pass over the pairs that it takes; in three it was not, nor were clusters instead
//! of polynomials.
//!
//! With W a D_c-orthonormal basis and A = W^T S W, the matrix D_c^-1 + W (A^-1 - I) W^T preconditions S as if the
//! system had been solved in the span of W (factors tau left out here).

use crate::real::Real;
use crate::reduce;
use crate::sweep::MAX_TILE_ROWS;
use crate::sweep::strips::{Scratch, Tile};

use super::conditional::Conditional;

/// The largest degree on the line, and in the plane.
const DEGREES: [usize; 2] = [8, 5];

/// The largest number of polynomials beside the constant in any dimension.
const MOST: usize = most(2);

/// Returns the largest number of polynomials beside the constant in a dimension.
pub(super) const fn most(dimension: usize) -> usize {
    match dimension {
        1 | 2 => count(dimension, DEGREES[dimension - 1]),
        _ => 0,
    }
}

/// Returns the number of polynomials of up to a degree in one or two variables, beside the constant.
const fn count(dimension: usize, degree: usize) -> usize {
    if dimension == 1 { degree } else { (degree + 1) * (degree + 2) / 2 - 1 }
}

/// Returns the number of polynomials for m points of a dimension. The products of polynomials with each other are
/// summed up in the place of column sums, which has room for m.
pub(super) fn len(m: usize, dimension: usize) -> usize {
    let fits = |k: &usize| *k <= most(dimension) && k * (k + 1) / 2 <= m;
    (1..=DEGREES[0]).map(|degree| count(dimension, degree)).take_while(fits).last().unwrap_or(0)
}

/// The basis, and the matrix A.
pub(super) struct Coarse<'c, T> {
    /// k x m, for the k polynomials of [`len`]: W.
    pub basis: &'c mut [T],
    /// k x k: the Cholesky factor of A.
    pub factor: &'c mut [T],
    /// Both are written, and of use.
    pub ready: bool,
}

impl<T: Real> Coarse<'_, T> {
    /// Makes W and A the first time it is called, in one pass over the pairs. `unused` is scratch for n scalars.
    pub fn prepare(&mut self, plan: &Conditional<'_, T>, unused: &mut [T], scratch: &mut Scratch<'_, T>) {
        let m = plan.g.len();
        let k = self.basis.len() / m;
        if k == 0 || self.ready {
            return;
        }
        self.write_polynomials(plan);
        // The lower triangle of (Q W)^T D_r (Q W).
        let basis = &*self.basis;
        let work = |tile: Tile<'_, T>, _: &mut [T], (): &mut ()| {
            let count = tile.f.len();
            let mut means = [[T::ZERO; MAX_TILE_ROWS]; MOST];
            for (line, means) in basis.chunks_exact(m).zip(&mut means) {
                T::times_vector(plan.p().instructions, tile.rows, line, &mut means[..count]);
            }
            for (sum, (p, q)) in tile.column.iter_mut().zip(triangle(k)) {
                for row in 0..count {
                    *sum += plan.r(tile.i + row) * means[p][row] * means[q][row];
                }
            }
        };
        plan.each_tile(scratch, unused, &mut [], &work, |(), ()| ());
        for (&sum, (p, q)) in scratch.column.iter().zip(triangle(k)) {
            let own = if p == q { T::ONE / plan.p().tau_b() } else { T::ZERO };
            self.factor[p * k + q] = own - plan.p().tau_a() * sum;
        }
        self.ready = self.factorise(k);
    }

    /// Writes W. Each polynomial is a coordinate times one of a degree less, made orthogonal to all before it and to
    /// the constant.
    fn write_polynomials(&mut self, plan: &Conditional<'_, T>) {
        let Some(cloud) = plan.cloud() else { return };
        let (m, d, k) = (plan.g.len(), cloud.dimension(), self.basis.len() / plan.g.len());
        let (mut before, mut written, mut degree) = (0, 0, 0);
        while written < k {
            let first = written;
            degree += 1;
            // The first coordinate times each of the degree before; in the plane, the second one times the last of
            // these.
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

    /// Replaces A by its Cholesky factor. Returns false if A is singular, up to rounding.
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

    /// Adds W (A^-1 - tau_b) W^T residual to `out`.
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

/// Returns the rows and columns of a lower triangle.
fn triangle(k: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..k).flat_map(|p| (0..=p).map(move |q| (p, q)))
}

/// Makes a line orthonormal to the constant and to the lines that are `done`, by Gram-Schmidt in the inner product of
/// D_c. A line that depends on these becomes zero.
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
