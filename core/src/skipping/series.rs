//! Sums over the pairs of two blocks by a power series, instead of pair by pair.
//!
//! Let x = c + xi and y = e + eta, for a block of rows around c and one of columns around e. The exponent of a pair is
//!
//! F_i + G_j + 2 s x_i.y_j = A_i + B_j + 2 s xi_i.eta_j, with A_i = F_i + 2 s e.xi_i + 2 s c.e and B_j = G_j + 2 s
//! c.eta_j.
//!
//! So E_ij = 2^A_i 2^B_j exp(u) with u = 2 s ln2 xi_i.eta_j, and |u| <= z = 2 s ln2 sum_k h_k g_k for the half widths h
//! and g of the boxes. Taylor's polynomial of degree p errs by at most exp(z) z^(p+1) / (p+1)! times exp(u): a
//! *relative* error for every pair, which adds to the certificate. (The fast Gauss transform bounds the absolute error,
//! against the sum of all weights; potentials range over hundreds of bits.) The polynomial separates,
//!
//! sum_j E_ij = 2^A_i sum_k xi_i^k / k! M_k with M_k = sum_j 2^B_j eta_j^k, over the exponents k of degree at most p,
//!
//! and so do the sums of columns. Two blocks of B points take 2 B exponentials instead of B^2.

use super::records::{Node, Plane, Records};
use crate::memory;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::vector::{Cluster, MAX_AXES, MAX_LANES, PANEL, PackedPoints};

/// The largest degree of a series.
const MAX_DEGREE: usize = 15;

/// The most terms of a series.
const MAX_TERMS: usize = 84;

/// The most terms of the moments for a cost, whose degree is larger by 2.
const MAX_COST_TERMS: usize = 165;

/// The largest z of a series: its terms are then of the size of their sum, so that rounding is not enlarged.
const MAX_REACH: f64 = 2.0;

/// The number of instructions that the exponential of one pair takes besides its product, and what a term of a series
/// takes for each point of either block and in all. Lanes of vectors count singly. Measured, roughly.
const EXPONENTIAL: usize = 17;
const TERM_OF_A_POINT: usize = 4;
const TERM: usize = 40 * MAX_LANES;

/// Returns the number of terms of d coordinates up to a degree: the binomial (degree + d, d).
pub(crate) const fn terms(d: usize, degree: usize) -> usize {
    match d {
        1 => degree + 1,
        2 => (degree + 1) * (degree + 2) / 2,
        _ => (degree + 1) * (degree + 2) * (degree + 3) / 6,
    }
}

/// Returns the smallest degree whose relative error is at most 2^-bits for |u| <= z. `None` if that has too many terms.
pub(crate) fn degree<T: Real>(d: usize, z: T, bits: T) -> Option<usize> {
    if !(z <= T::constant(MAX_REACH)) {
        return None;
    }
    // exp(z) z^(p+1) / (p+1)!
    let least = (-bits).exp2();
    let mut error = (z * T::LOG2_E).exp2();
    for degree in 0..MAX_DEGREE {
        if terms(d, degree) > MAX_TERMS {
            return None;
        }
        error = error * z / T::count(degree + 1);
        if error <= least {
            return Some(degree);
        }
    }
    None
}

/// Returns what a series takes against visiting the pairs, for blocks of `rows` and `columns` points, in pairs.
pub(crate) fn worth(d: usize, degree: usize, rows: usize, columns: usize) -> usize {
    let terms = terms(d, degree);
    let points = (rows + columns) * (EXPONENTIAL + 2 * d + TERM_OF_A_POINT * terms);
    (points + TERM * terms) / (EXPONENTIAL + d)
}

/// Returns the scalars of a [`Far`] of at most `rows` rows and of nodes of at least as many columns: the coordinates of
/// the rows, their products with weights, and the factors of rows and columns for each node.
pub(crate) const fn far_len(m: usize, d: usize, rows: usize) -> usize {
    if d > MAX_AXES {
        return 0;
    }
    let factors = m.div_ceil(rows).saturating_mul(rows).saturating_mul(2);
    ((d + 1) * rows).saturating_add(factors)
}

/// Rows around their centre, and the columns that they meet far enough away for a series.
pub(crate) struct Far<'f, 'a, T: Real> {
    p: &'f ScaledProblem<'a, T>,
    points: PackedPoints<'a, T>,
    records: &'f Records<'f, T>,
    /// Node and degree of each, parked as [`park`] does.
    list: &'f [T],
    plane: &'f Plane<T>,
    rows: usize,
    /// The coordinates of the rows, laid out as those of columns are.
    coordinates: &'f [T],
    /// A scalar a row.
    products: &'f mut [T],
    /// For each node, the factors 2^A_i and 2^B_j.
    factors: &'f mut [T],
}

/// Parks a node and a degree.
pub(crate) fn park<T: Real>(node: usize, degree: usize) -> T {
    T::from_index((node * (MAX_DEGREE + 1) + degree) as u32)
}

/// Returns what [`park`] parked.
pub(crate) fn unpark<T: Real>(item: &T) -> (usize, usize) {
    let parked = item.to_index() as usize;
    (parked / (MAX_DEGREE + 1), parked % (MAX_DEGREE + 1))
}

/// Returns the columns of a node around their centre.
fn cluster_of<'n, T: Real>(points: PackedPoints<'n, T>, node: &'n Node<T>) -> Cluster<'n, T> {
    let centre = &node.centre[..points.dimension];
    Cluster { points, start: node.columns.start, len: node.columns.len(), centre }
}

impl<'f, 'a, T: Real> Far<'f, 'a, T> {
    /// The rows from `i` on, which lie below `plane`. `memory` is [`far_len`] scalars.
    pub fn new(
        p: &'f ScaledProblem<'a, T>,
        points: PackedPoints<'a, T>,
        records: &'f Records<'f, T>,
        list: &'f [T],
        (plane, i, rows): (&'f Plane<T>, usize, usize),
        mut memory: &'f mut [T],
    ) -> Self {
        let d = points.dimension;
        let len = if list.is_empty() { 0 } else { rows };
        let [coordinates, products] = memory::cut(&mut memory, [len * d, len]);
        for (k, panel) in coordinates.chunks_mut(PANEL * d).enumerate() {
            let width = panel.len() / d;
            for (axis, line) in panel.chunks_exact_mut(width).enumerate() {
                line.iter_mut().enumerate().for_each(|(r, value)| *value = points.x(i + k * PANEL + r, axis));
            }
        }
        Far { p, points, records, list, plane, rows, coordinates, products, factors: memory }
    }

    /// Returns the number of pairs in the blocks.
    pub fn pairs(&self) -> u64 {
        self.items().map(|(node, _)| (self.rows * node.columns.len()) as u64).sum()
    }

    fn items(&self) -> impl Iterator<Item = (Node<T>, usize)> + use<'f, 'a, T> {
        let records = self.records;
        self.list.iter().map(|item| {
            let (node, degree) = unpark(item);
            (records.node(node), degree)
        })
    }

    /// Returns the rows as the columns of a cluster.
    fn cluster_of_rows(&self) -> Cluster<'f, T> {
        let PackedPoints { delta, dimension, .. } = self.points;
        let y = self.coordinates;
        let points = PackedPoints { x: &[], y, delta, dimension, rows: 0, columns: self.rows };
        Cluster { points, start: 0, len: self.rows, centre: self.plane.centre() }
    }

    /// Returns the factor of coordinates: the square root of 2 s ln2.
    fn scale(&self) -> T {
        (T::TWO * self.p.s * T::LN_2).sqrt()
    }

    /// sums_i += sum_j E_ij over all nodes, and keeps the factors 2^A_i and 2^B_j for the columns.
    pub fn add_rows(&mut self, f: &[T], g: &[T], sums: &mut [T]) {
        let (d, rows, scale) = (self.points.dimension, self.cluster_of_rows(), self.scale());
        let (instructions, slope_of) = (self.p.instructions, T::TWO * self.p.s);
        let mut lanes = [T::ZERO; MAX_TERMS * MAX_LANES];
        let items = self.items();
        let mut rest = &mut *self.factors;
        for (node, degree) in items {
            let columns = cluster_of(self.points, &node);
            let [of_rows, of_columns] = memory::cut(&mut rest, [self.rows, node.columns.len()]);

            // B and A. The level between the two is such that the largest B is 0.
            let (mut of_x, mut of_y, mut between) = ([T::ZERO; MAX_AXES], [T::ZERO; MAX_AXES], T::ZERO);
            for k in 0..d {
                of_x[k] = slope_of * node.centre[k];
                of_y[k] = slope_of * self.plane.centre()[k];
                between += of_x[k] * self.plane.centre()[k];
            }
            let largest = T::tilted(instructions, columns, &of_y[..d], &g[node.columns.clone()], of_columns);
            T::exp2_less(instructions, of_columns, largest);
            T::tilted(instructions, rows, &of_x[..d], f, of_rows);
            T::exp2_less(instructions, of_rows, -(between + largest));

            // The moments of the columns are the coefficients of the rows.
            let mut moments = [T::ZERO; MAX_TERMS];
            let moments = &mut moments[..terms(d, degree)];
            T::power_moments(instructions, columns, scale, degree, of_columns, &mut lanes, moments);
            over_factorials(d, degree, moments);
            T::add_series(instructions, rows, scale, degree, moments, of_rows, sums);
        }
    }

    /// column_j += sum_i weight_i E_ij over all nodes, after [`Far::add_rows`].
    pub fn add_columns(&mut self, weights: &[T], column: &mut [T]) {
        let (d, rows, scale) = (self.points.dimension, self.cluster_of_rows(), self.scale());
        let mut lanes = [T::ZERO; MAX_TERMS * MAX_LANES];
        let items = self.items();
        let mut rest = &*self.factors;
        for (node, degree) in items {
            let (of_rows, more) = rest.split_at(self.rows);
            let (of_columns, more) = more.split_at(node.columns.len());
            rest = more;
            let mut moments = [T::ZERO; MAX_TERMS];
            let moments = &mut moments[..terms(d, degree)];
            multiply(self.products, weights, of_rows);
            T::power_moments(self.p.instructions, rows, scale, degree, self.products, &mut lanes, moments);
            over_factorials(d, degree, moments);
            let columns = cluster_of(self.points, &node);
            let total = &mut column[node.columns.clone()];
            T::add_series(self.p.instructions, columns, scale, degree, moments, of_columns, total);
        }
    }

    /// Returns sum_ij weight_i E_ij |x_i - y_j|^2 over all nodes, after [`Far::add_rows`].
    ///
    /// The squared distance is a polynomial of degree 2 in xi and eta, so that its sum follows from moments of both
    /// sides whose degree is larger by 2.
    pub fn cost(&mut self, weights: &[T]) -> T {
        let (d, rows, scale) = (self.points.dimension, self.cluster_of_rows(), self.scale());
        let mut lanes = [T::ZERO; MAX_COST_TERMS * MAX_LANES];
        let items = self.items();
        let (mut rest, mut total) = (&*self.factors, T::ZERO);
        for (node, degree) in items {
            let (of_rows, more) = rest.split_at(self.rows);
            let (of_columns, more) = more.split_at(node.columns.len());
            rest = more;
            let q = degree + 2;
            let (mut of_x, mut of_y) = ([T::ZERO; MAX_COST_TERMS], [T::ZERO; MAX_COST_TERMS]);
            let (of_x, of_y) = (&mut of_x[..terms(d, q)], &mut of_y[..terms(d, q)]);
            multiply(self.products, weights, of_rows);
            T::power_moments(self.p.instructions, rows, scale, q, self.products, &mut lanes, of_x);
            T::power_moments(
                self.p.instructions,
                cluster_of(self.points, &node),
                scale,
                q,
                of_columns,
                &mut lanes,
                of_y,
            );

            // |D + xi - eta|^2 = |D|^2 + sum_k 2 D_k (xi_k - eta_k) + (xi_k - eta_k)^2, in scaled coordinates.
            let mut apart = [T::ZERO; MAX_AXES];
            for k in 0..d {
                apart[k] = scale * (self.plane.centre()[k] + self.points.delta[k] - node.centre[k]);
            }
            let square = apart.iter().fold(T::ZERO, |sum, &value| sum + value * value);
            let mut sum = T::ZERO;
            each_term(d, degree, |k, inverse: T| {
                let at = |side: &[T], more: &[(usize, usize)]| {
                    let mut k = k;
                    more.iter().for_each(|&(axis, by)| k[axis] += by);
                    side[term(d, q, k)]
                };
                let (x, y) = (at(of_x, &[]), at(of_y, &[]));
                let mut part = square * x * y;
                for axis in 0..d {
                    let (x_1, y_1) = (at(of_x, &[(axis, 1)]), at(of_y, &[(axis, 1)]));
                    let (x_2, y_2) = (at(of_x, &[(axis, 2)]), at(of_y, &[(axis, 2)]));
                    part += T::TWO * (apart[axis] * (x_1 * y - x * y_1) - x_1 * y_1) + x_2 * y + x * y_2;
                }
                sum += inverse * part;
            });
            total += sum / (scale * scale);
        }
        total
    }
}

/// products_i <- weight_i factor_i. The factor of a row without weight may be out of range.
fn multiply<T: Real>(products: &mut [T], weights: &[T], factors: &[T]) {
    for ((product, &weight), &factor) in products.iter_mut().zip(weights).zip(factors) {
        *product = if weight > T::ZERO { weight * factor } else { T::ZERO };
    }
}

/// Calls `body` with the exponents of every term, in order, and with 1 / (k_1! k_2! k_3!).
fn each_term<T: Real>(d: usize, degree: usize, mut body: impl FnMut([usize; MAX_AXES], T)) {
    let mut inverses = [T::ONE; MAX_DEGREE + 1];
    for k in 1..=degree {
        inverses[k] = inverses[k - 1] / T::count(k);
    }
    for i in 0..=degree {
        if d == 1 {
            body([i, 0, 0], inverses[i]);
            continue;
        }
        for j in 0..=degree - i {
            if d == 2 {
                body([i, j, 0], inverses[i] * inverses[j]);
                continue;
            }
            for k in 0..=degree - i - j {
                body([i, j, k], inverses[i] * inverses[j] * inverses[k]);
            }
        }
    }
}

/// Divides moments by the factorials of their exponents.
fn over_factorials<T: Real>(d: usize, degree: usize, moments: &mut [T]) {
    let mut moments = moments.iter_mut();
    each_term::<T>(d, degree, |_, inverse| {
        if let Some(moment) = moments.next() {
            *moment *= inverse;
        }
    });
}

/// Returns the place of a term among all of a degree.
const fn term(d: usize, degree: usize, [i, j, k]: [usize; MAX_AXES]) -> usize {
    match d {
        1 => i,
        2 => terms(2, degree) - terms(2, degree - i) + j,
        _ => terms(3, degree) - terms(3, degree - i) + terms(2, degree - i) - terms(2, degree - i - j) + k,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_numbered_in_order() {
        for d in 1..=MAX_AXES {
            for degree in 0..=8 {
                let mut count = 0;
                each_term::<f64>(d, degree, |k, _| {
                    assert_eq!(term(d, degree, k), count);
                    count += 1;
                });
                assert_eq!(terms(d, degree), count);
            }
        }
    }

    #[test]
    fn a_degree_keeps_its_error() {
        for (z, bits) in [(0.01, 17.0), (0.3, 17.0), (0.3, 24.0), (1.0, 24.0), (1.9, 20.0), (0.05, 50.0)] {
            let degree = degree(1, z, bits).unwrap();
            for u in [-z, -0.5 * z, 0.3 * z, z] {
                let (mut sum, mut term) = (0.0, 1.0);
                for k in 0..=degree {
                    sum += term;
                    term *= u / (k + 1) as f64;
                }
                let exact: f64 = f64::exp(u);
                assert!((sum - exact).abs() <= (-bits).exp2() * exact + 1e-15, "{z} {bits} {u}");
            }
        }
        assert_eq!(degree(3, 2.0_f64, 17.0), None);
        assert_eq!(degree(1, 2.1_f64, 1.0), None);
    }
}
