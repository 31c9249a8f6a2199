//! The part S_ij of an exponent that belongs to the pair, by rows.
//!
//! Squared Euclidean: x and y are centred, each by its own mean; with u, v the centred points and delta the difference of
//! the means, |x-y|^2 = |u|^2 + 2 u.delta + |delta|^2  +  |v|^2 - 2 v.delta  -  2 u.v. The first two groups are the row and
//! column offsets, which the potentials absorb; S_ij = 2 s u_i.v_j. A common shift of the data leaves no trace.

use crate::geometry::{CostMatrix, Geometry, PointCloud};
use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;

/// Room for centred points.
pub(crate) struct PackedMemory<'w, T> {
    /// n x d.
    pub x: &'w mut [T],
    /// d x m.
    pub y: &'w mut [T],
    /// d: mean of x minus mean of y.
    pub delta: &'w mut [T],
}

/// The costs of a problem in the form that sweeps read.
#[derive(Clone, Copy)]
pub(crate) struct Scores<'a, T: Real> {
    source: Source<'a, T>,
    /// S_ij / s, n x m, where they are kept.
    stored: Option<&'a [T]>,
}

#[derive(Clone, Copy)]
enum Source<'a, T: Real> {
    /// Squared Euclidean: centred copies, y transposed.
    Packed { x: &'a [T], y: &'a [T], delta: &'a [T], columns: usize },
    /// Any ground cost, pair by pair.
    Cloud(PointCloud<'a, T>),
    /// A matrix of the caller.
    Matrix(CostMatrix<'a, T>),
}

impl<'a, T: Real> Scores<'a, T> {
    /// Centres and transposes where the cost is squared Euclidean and there is memory for it; else reads the caller's data.
    pub(crate) fn new(
        geometry: Geometry<'a, T>,
        a: Weights<'a, T>,
        b: Weights<'a, T>,
        memory: PackedMemory<'a, T>,
    ) -> Self {
        let source = match geometry {
            Geometry::Matrix(matrix) => Source::Matrix(matrix),
            Geometry::Points(cloud)
                if cloud.ground_cost().is_squared_euclidean() && memory.delta.len() == cloud.dimension() =>
            {
                Source::pack(cloud, a, b, memory)
            }
            Geometry::Points(cloud) => Source::Cloud(cloud),
        };
        Scores { source, stored: None }
    }

    /// Computes every S_ij / s once, into `memory` (n x m).
    pub(crate) fn store(&mut self, columns: usize, memory: &'a mut [T]) {
        for (i, row) in memory.chunks_exact_mut(columns).enumerate() {
            self.source.row(T::ONE, i, 0, None, row);
        }
        self.stored = Some(memory);
    }

    /// out_j = base_j + S_ij for the columns from `start` on.
    #[inline]
    pub(crate) fn row(&self, s: T, i: usize, start: usize, base: &[T], out: &mut [T]) {
        match self.stored {
            Some(stored) => {
                let columns = self.columns();
                let from = i * columns + start;
                for ((value, &g), &score) in out.iter_mut().zip(base).zip(&stored[from..]) {
                    *value = g + s * score;
                }
            }
            None => self.source.row(s, i, start, Some(base), out),
        }
    }

    fn columns(&self) -> usize {
        match self.source {
            Source::Packed { columns, .. } => columns,
            Source::Cloud(cloud) => cloud.y().len(),
            Source::Matrix(matrix) => matrix.columns(),
        }
    }

    /// out_j = C_ij for the columns from `start` on, without cancellation.
    pub(crate) fn cost_row(&self, i: usize, start: usize, out: &mut [T]) {
        self.source.cost_row(i, start, out);
    }

    /// The part of C_ij that depends on i alone and is left out of the scores.
    pub(crate) fn row_offset(&self, i: usize) -> T {
        self.source.row_offset(i)
    }

    /// The part of C_ij that depends on j alone and is left out of the scores.
    pub(crate) fn column_offset(&self, j: usize) -> T {
        self.source.column_offset(j)
    }

    /// The centred points under the squared Euclidean cost.
    pub(crate) fn packed(&self) -> Option<Packed<'a, T>> {
        match self.source {
            Source::Packed { x, y, delta, columns } => Some(Packed { x, y, dimension: delta.len(), columns }),
            _ => None,
        }
    }

    /// A bound on |S_ij| / s and |C_ij| where the data give one without visiting the pairs.
    pub(crate) fn bound(&self) -> Option<T> {
        self.source.bound()
    }
}

impl<'a, T: Real> Source<'a, T> {
    fn pack(cloud: PointCloud<'a, T>, a: Weights<'a, T>, b: Weights<'a, T>, memory: PackedMemory<'a, T>) -> Self {
        let (n, m, d) = (cloud.x().len(), cloud.y().len(), cloud.dimension());
        let PackedMemory { x, y, delta } = memory;
        for k in 0..d {
            let mean_x = cloud.x().mean(a, k);
            let mean_y = cloud.y().mean(b, k);
            delta[k] = mean_x - mean_y;
            for i in 0..n {
                x[i * d + k] = cloud.x().point(i)[k] - mean_x;
            }
            for j in 0..m {
                y[k * m + j] = cloud.y().point(j)[k] - mean_y;
            }
        }
        Source::Packed { x, y, delta, columns: m }
    }

    #[inline]
    fn row(&self, s: T, i: usize, start: usize, base: Option<&[T]>, out: &mut [T]) {
        match self {
            Source::Packed { x, y, delta, columns } => {
                let d = delta.len();
                let factor = T::TWO * s;
                let mut k = 0;
                if base.is_none() {
                    out.fill(T::ZERO);
                }
                let mut base = base;
                while k < d {
                    let take = (d - k).min(4);
                    let u = &x[i * d + k..i * d + k + take];
                    let column = |q: usize| {
                        let from = (k + q) * columns + start;
                        &y[from..from + out.len()]
                    };
                    match *u {
                        [p] => combine(base, [factor * p], [column(0)], out),
                        [p, q] => combine(base, [factor * p, factor * q], [column(0), column(1)], out),
                        [p, q, r] => {
                            combine(base, [factor * p, factor * q, factor * r], [column(0), column(1), column(2)], out)
                        }
                        _ => combine(
                            base,
                            [factor * u[0], factor * u[1], factor * u[2], factor * u[3]],
                            [column(0), column(1), column(2), column(3)],
                            out,
                        ),
                    }
                    k += take;
                    base = None;
                }
            }
            _ => {
                self.cost_row(i, start, out);
                match base {
                    Some(base) => {
                        for (value, &g) in out.iter_mut().zip(base) {
                            *value = g - s * *value;
                        }
                    }
                    None => out.iter_mut().for_each(|value| *value = -(s * *value)),
                }
            }
        }
    }

    fn cost_row(&self, i: usize, start: usize, out: &mut [T]) {
        match self {
            Source::Packed { x, y, delta, columns } => {
                let d = delta.len();
                out.fill(T::ZERO);
                for k in 0..d {
                    let p = x[i * d + k] + delta[k];
                    let from = k * columns + start;
                    for (value, &q) in out.iter_mut().zip(&y[from..]) {
                        let difference = p - q;
                        *value += difference * difference;
                    }
                }
            }
            Source::Cloud(cloud) => {
                let d = cloud.dimension();
                let ys = &cloud.y().data()[start * d..(start + out.len()) * d];
                cloud.ground_cost().row(cloud.x().point(i), ys, out);
            }
            Source::Matrix(matrix) => match matrix.contiguous_row(i) {
                Some(row) => out.copy_from_slice(&row[start..start + out.len()]),
                None => {
                    for (j, value) in out.iter_mut().enumerate() {
                        *value = matrix.cost(i, start + j);
                    }
                }
            },
        }
    }

    fn row_offset(&self, i: usize) -> T {
        match self {
            Source::Packed { x, delta, .. } => {
                let d = delta.len();
                let mut total = T::ZERO;
                for (&u, &w) in x[i * d..(i + 1) * d].iter().zip(delta.iter()) {
                    total += u * (u + T::TWO * w) + w * w;
                }
                total
            }
            _ => T::ZERO,
        }
    }

    fn column_offset(&self, j: usize) -> T {
        match self {
            Source::Packed { y, delta, columns, .. } => {
                let mut total = T::ZERO;
                for (k, &w) in delta.iter().enumerate() {
                    let v = y[k * columns + j];
                    total += v * (v - T::TWO * w);
                }
                total
            }
            _ => T::ZERO,
        }
    }

    fn bound(&self) -> Option<T> {
        match self {
            Source::Packed { x, y, delta, .. } => {
                let largest = |values: &[T]| values.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
                let reach = largest(x) + largest(y) + largest(delta);
                Some(reach * reach * T::count(delta.len()))
            }
            Source::Matrix(matrix) => Some(matrix.max_abs()),
            Source::Cloud(_) => None,
        }
    }
}

/// Centred points.
pub(crate) struct Packed<'a, T> {
    /// n x d.
    x: &'a [T],
    /// d x m.
    y: &'a [T],
    dimension: usize,
    columns: usize,
}

impl<T: Real> Packed<'_, T> {
    /// Whether [`Packed::trace_of_product`], about (n + m) d^2 / 2 products, is cheaper than visiting the n m pairs of dimension d.
    pub(crate) fn is_cheap(&self) -> bool {
        let (d, m) = (self.dimension as u128, self.columns as u128);
        let n = (self.x.len() / self.dimension) as u128;
        (n + m) * d <= n * m
    }

    /// tr(S0 S1) / unit^2 with S0, S1 the weighted covariances.
    pub(crate) fn trace_of_product(&self, a: Weights<'_, T>, b: Weights<'_, T>, unit: T) -> T {
        let (d, m) = (self.dimension, self.columns);
        let mut trace = T::ZERO;
        for k in 0..d {
            for l in 0..=k {
                let on_x =
                    reduce::sum_of(a.len(), &|i| a.get(i) / a.total() * (self.x[i * d + k] * self.x[i * d + l] / unit));
                let on_y =
                    reduce::sum_of(m, &|j| b.get(j) / b.total() * (self.y[k * m + j] * self.y[l * m + j] / unit));
                let both = if l == k { T::ONE } else { T::TWO };
                trace += both * (on_x * on_y);
            }
        }
        trace
    }
}

/// out = base (or out) + sum_k factor_k * column_k.
#[inline(always)]
fn combine<T: Real, const K: usize>(base: Option<&[T]>, factors: [T; K], columns: [&[T]; K], out: &mut [T]) {
    let len = out.len();
    let columns = columns.map(|column| &column[..len]);
    match base {
        Some(base) => {
            let base = &base[..len];
            for j in 0..len {
                let mut value = base[j];
                for k in 0..K {
                    value += factors[k] * columns[k][j];
                }
                out[j] = value;
            }
        }
        None => {
            for j in 0..len {
                let mut value = out[j];
                for k in 0..K {
                    value += factors[k] * columns[k][j];
                }
                out[j] = value;
            }
        }
    }
}
