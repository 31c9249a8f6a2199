//! The smallest solve: a cost matrix becomes the kernel in its place, and nothing else is needed.

use crate::error::{Argument, Error, Place};
use crate::geometry::cost_matrix::check_costs;
use crate::measure::{Weights, check_finite_vector, with_equal_totals};
use crate::real::Real;
use crate::report::Status;
use crate::simd::{Instructions, SimdLevel};
use crate::solver::iterate::level_potentials;
use crate::sweep::prepared::{Prepared, check_resolution};
use crate::sweep::{TILE_ROWS, rows};

/// A balanced problem that is solved where it lies, by plain sweeps in scalings: for parts with few kilobytes of flash and memory.
///
/// What [`solve`](crate::solve) does beyond it (points, starts, acceleration, relaxed marginals, a report, a plan without storing it) is not
/// linked. Potentials that are the last solve's make a warm start; any f will do, and its level does not matter. Measure form, as everywhere: P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon).
///
/// ```
/// use sinkhorn_core::{Argument, InPlace, Status, Weights};
/// // Two histograms over four bins.
/// let (now, before) = ([0.1_f32, 0.2, 0.3, 0.4], [0.25_f32; 4]);
/// let mut cost: [f32; 16] = core::array::from_fn(|k| (k / 4).abs_diff(k % 4) as f32);
/// let (mut f, mut g, mut scratch) = ([0.0; 4], [0.0; 4], [0.0; InPlace::<f32>::scratch_len(4, 4).unwrap()]);
/// let problem = InPlace {
///     cost: &mut cost,
///     a: Weights::new(Argument::A, &now)?,
///     b: Weights::new(Argument::B, &before)?,
///     epsilon: 0.1,
///     threshold: 1e-3,
///     max_sweeps: 1000,
///     f: &mut f,
///     g: &mut g,
///     scratch: &mut scratch,
/// };
/// let ended = problem.solve()?;
/// assert_eq!(ended.status, Status::Converged);
/// let dual_value: f32 = (0..4).map(|i| now[i] * f[i] + before[i] * g[i]).sum();
/// assert!((dual_value - 0.5).abs() < 0.2); // the distance of the histograms, less what is soft
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
pub struct InPlace<'w, T: Real> {
    /// n x m, row-major: costs, and then no longer. An infinite cost forbids its pair.
    pub cost: &'w mut [T],
    /// n.
    pub a: Weights<'w, T>,
    /// m, with the same total.
    pub b: Weights<'w, T>,
    /// In units of cost.
    pub epsilon: T,
    /// The marginal error at which it has converged, in units of mass. Below what rounding allows it is never met, and all sweeps are made.
    pub threshold: T,
    /// Sweeps at most.
    pub max_sweeps: u32,
    /// n: f to start from, zero if nothing is known; then that of the solution, in units of cost.
    pub f: &'w mut [T],
    /// m: g of the solution, in units of cost.
    pub g: &'w mut [T],
    /// [`InPlace::scratch_len`] scalars.
    pub scratch: &'w mut [T],
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InPlaceReport<T> {
    /// [`Status::Converged`], [`Status::SweepLimit`], or [`Status::PrecisionFloor`] where potentials have moved so far that entries which underflow
    /// has taken from the kernel may count: solve again, with costs and from the potentials so far.
    pub status: Status,
    /// Sweeps made.
    pub sweeps: u32,
    /// ||P^T 1 - b||_1 that the last one measured, for a pair with exact rows. The pair that it leaves, half a sweep on, has exact columns, and rows no
    /// further off.
    pub marginal_error: T,
}

impl<T: Real> InPlace<'_, T> {
    /// n + 2 m scalars of scratch; `None` where that is too large.
    pub const fn scratch_len(n: usize, m: usize) -> Option<usize> {
        match m.checked_mul(2) {
            Some(columns) => columns.checked_add(n),
            None => None,
        }
    }

    /// Solves it.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::NotFinite`] and [`Error::NotPositive`], naming the field; [`Error::UnequalMass`];
    /// [`Error::Infeasible`] for a point that has mass and no pair with mass whose cost is finite (if pairs are
    /// forbidden so that no plan is left although every point has one, all sweeps are made, and the error is large);
    /// [`Error::BelowResolution`] and [`Error::Overflow`] where the scalar does not resolve or hold cost / epsilon.
    /// Nothing is written then.
    pub fn solve(self) -> Result<InPlaceReport<T>, Error> {
        let s = self.checked()?;
        let InPlace { cost, a, b, epsilon, threshold, max_sweeps, f, g, scratch } = self;
        let (b, _) = with_equal_totals(a, b)?;
        let (n, m) = (a.len(), b.len());
        let required = Self::scratch_len(n, m).ok_or(Error::TooLarge { argument: Argument::Workspace })?;
        let too_short = Error::Workspace { required, actual: scratch.len() };
        let (sums, rest) = scratch.split_at_mut_checked(n).ok_or(too_short)?;
        let (totals, rest) = rest.split_at_mut_checked(m).ok_or(too_short)?;
        let v = rest.get_mut(..m).ok_or(too_short)?;
        level(a, f, T::constant(64.0) * (largest(cost) + epsilon));
        let mut state = State { instructions: Instructions::of(SimdLevel::Best), kernel: cost, a, b, sums, totals, v };
        state.absorb(s, f, g);
        let mut ended = InPlaceReport { status: Status::SweepLimit, sweeps: 0, marginal_error: T::INFINITY };
        while ended.sweeps < max_sweeps {
            let near = state.multiply();
            ended.sweeps += 1;
            ended.marginal_error = state.update();
            if !near || !ended.marginal_error.is_finite() {
                ended.marginal_error = ended.marginal_error.min(T::MAX);
                ended.status = Status::PrecisionFloor;
                break;
            }
            if ended.marginal_error <= threshold {
                ended.status = Status::Converged;
                break;
            }
        }
        state.potentials(s, f, g);
        Ok(ended)
    }

    /// Whether everything is what it should be; log2(e) / epsilon.
    fn checked(&self) -> Result<T, Error> {
        let (n, m) = (self.a.len(), self.b.len());
        let cells = n.checked_mul(m).ok_or(Error::TooLarge { argument: Argument::Cost })?;
        for (argument, expected, actual) in
            [(Argument::Cost, cells, self.cost.len()), (Argument::F, n, self.f.len()), (Argument::G, m, self.g.len())]
        {
            if actual != expected {
                return Err(Error::Length { argument, expected, actual });
            }
        }
        for (argument, value) in [(Argument::Epsilon, self.epsilon), (Argument::Threshold, self.threshold)] {
            if !(value > T::ZERO && value.is_finite()) {
                return Err(Error::NotPositive { argument, value: value.widen() });
            }
        }
        if self.max_sweeps == 0 {
            return Err(Error::NotPositive { argument: Argument::MaxSweeps, value: 0.0 });
        }
        with_equal_totals(self.a, self.b)?;
        if check_costs(self.cost, m)? {
            self.check_points()?;
        }
        check_finite_vector(Argument::F, self.f)?;
        check_resolution(self.epsilon, largest(self.cost), T::ONE)?;
        let (s, limit) = (T::LOG2_E / self.epsilon, Prepared::<T>::largest_exponent());
        for (argument, size) in [(Argument::Epsilon, largest(self.cost)), (Argument::F, largest(self.f))] {
            if !(size + self.epsilon < limit && s * size < limit) {
                return Err(Error::Overflow { argument });
            }
        }
        Ok(s)
    }

    /// Refuses a point that has mass and may go nowhere.
    #[cold]
    fn check_points(&self) -> Result<(), Error> {
        let (a, b, m) = (self.a, self.b, self.b.len());
        let cost = |i: usize, j: usize| self.cost.get(i * m + j).copied().unwrap_or(T::INFINITY);
        let carries = |i: usize, j: usize| a.at(i) > T::ZERO && b.at(j) > T::ZERO && cost(i, j) < T::INFINITY;
        let nowhere = |argument, row| Error::Infeasible { argument, place: Some(Place { row, column: None }) };
        for i in (0..a.len()).filter(|&i| a.at(i) > T::ZERO) {
            if !(0..m).any(|j| carries(i, j)) {
                return Err(nowhere(Argument::A, i));
            }
        }
        for j in (0..m).filter(|&j| b.at(j) > T::ZERO) {
            if !(0..a.len()).any(|i| carries(i, j)) {
                return Err(nowhere(Argument::B, j));
            }
        }
        Ok(())
    }
}

/// The largest absolute value that is finite.
fn largest<T: Real>(values: &[T]) -> T {
    values.iter().fold(T::ZERO, |most, &value| if value == T::INFINITY { most } else { most.max(value.abs()) })
}

/// Balanced potentials are free up to a constant, which would only be rounded; and what is far beyond the costs says nothing.
fn level<T: Real>(a: Weights<'_, T>, f: &mut [T], most: T) {
    let mean = a.mean_of(f);
    f.iter_mut().for_each(|f| *f = (*f - mean).min(most).max(-most));
}

/// The kernel and its scalings.
struct State<'w, T> {
    instructions: Instructions,
    /// n x m: 2^(F0_i + G0_j - s C_ij), where F0 and G0 are what f and g hold meanwhile.
    kernel: &'w mut [T],
    a: Weights<'w, T>,
    b: Weights<'w, T>,
    /// n: K v.
    sums: &'w mut [T],
    /// m: K^T u.
    totals: &'w mut [T],
    /// m: b / totals.
    v: &'w mut [T],
}

impl<T: Real> State<'_, T> {
    /// Costs into the kernel around f and g, and the first v, which makes the columns of f exact. No row and no column with weight is without an
    /// entry that is 1: references give way to the largest exponents, of columns first and then of rows.
    fn absorb(&mut self, s: T, f: &mut [T], g: &mut [T]) {
        let m = g.len().max(1);
        g.fill(-T::INFINITY);
        for (i, (row, f)) in self.kernel.chunks_exact_mut(m).zip(&mut *f).enumerate() {
            *f = s * *f;
            for (value, largest) in row.iter_mut().zip(&mut *g) {
                *value = *f - s * *value;
                if self.a.at(i) > T::ZERO && *value > *largest {
                    *largest = *value;
                }
            }
        }
        g.iter_mut().for_each(|largest| *largest = of_any(*largest));
        for ((row, f), sum) in self.kernel.chunks_exact_mut(m).zip(f).zip(&mut *self.sums) {
            let mut largest = -T::INFINITY;
            for (j, (value, &origin)) in row.iter_mut().zip(&*g).enumerate() {
                *value += -origin;
                if self.b.at(j) > T::ZERO && *value > largest {
                    largest = *value;
                }
            }
            let largest = of_any(largest);
            *f += -largest;
            *sum = largest.exp2_branching();
            row.iter_mut().for_each(|value| *value += -largest);
        }
        // Columns without weight were no part of that, and are held down by their own.
        for (j, g) in g.iter_mut().enumerate().filter(|&(j, _)| self.b.at(j) == T::ZERO) {
            let mut largest = -T::INFINITY;
            for (i, row) in self.kernel.chunks_exact(m).enumerate() {
                if self.a.at(i) > T::ZERO {
                    largest = largest.max(row.get(j).copied().unwrap_or(largest));
                }
            }
            let largest = of_any(largest);
            *g += largest;
            self.kernel.chunks_exact_mut(m).filter_map(|row| row.get_mut(j)).for_each(|value| *value += -largest);
        }
        self.kernel.iter_mut().for_each(|value| *value = value.exp2_branching());
        g.iter_mut().for_each(|value| *value = -*value);
        self.totals.fill(T::ZERO);
        for (k, tile) in self.kernel.chunks(m.saturating_mul(TILE_ROWS)).enumerate() {
            let mut u = [T::ZERO; TILE_ROWS];
            for (row, (u, &level)) in u.iter_mut().zip(self.sums.iter().skip(k * TILE_ROWS)).enumerate() {
                *u = self.a.at(k * TILE_ROWS + row) * level;
            }
            rows::add(self.instructions, u.get(..tile.len() / m).unwrap_or(&u), tile, self.totals);
        }
        self.update();
    }

    /// sums = K v and totals = K^T (a / sums); whether u and v are so near 1 that what underflow has taken from the kernel does not count beside them.
    fn multiply(&mut self) -> bool {
        let m = self.v.len().max(1);
        let mut rows_seen = Extremes::new();
        self.totals.fill(T::ZERO);
        let mut tiles = self.kernel.chunks(m.saturating_mul(TILE_ROWS));
        for (k, sums) in self.sums.chunks_mut(TILE_ROWS).enumerate() {
            let Some(tile) = tiles.next() else { break };
            rows::times(self.instructions, tile, self.v, sums);
            let mut u = [T::ZERO; TILE_ROWS];
            for (row, (u, &sum)) in u.iter_mut().zip(&*sums).enumerate() {
                let a = self.a.at(k * TILE_ROWS + row);
                if a > T::ZERO {
                    *u = a / sum;
                    rows_seen.see(sum);
                }
            }
            rows::add(self.instructions, u.get(..sums.len()).unwrap_or(&u), tile, self.totals);
        }
        let mut columns_seen = Extremes::new();
        for (j, &total) in self.totals.iter().enumerate() {
            if self.b.at(j) > T::ZERO {
                columns_seen.see(total);
            }
        }
        let most = rows_seen.largest.max(columns_seen.largest);
        // An entry below the smallest normal number counts with 1 / (sum total).
        most < T::SAFE_SUM && rows_seen.smallest * columns_seen.smallest * T::SAFE_SUM > T::ONE
    }

    /// v <- b / totals; returns how far the columns were from b.
    fn update(&mut self) -> T {
        let mut error = T::ZERO;
        for (j, (v, &total)) in self.v.iter_mut().zip(&*self.totals).enumerate() {
            let b = self.b.at(j);
            error += (b - *v * total).abs();
            *v = if b > T::ZERO { b / total } else { T::ZERO };
        }
        error
    }

    /// References into potentials, in units of cost, on the level of [`Solution::f`](crate::Solution::f).
    fn potentials(&mut self, s: T, f: &mut [T], g: &mut [T]) {
        for (references, sums) in [(&mut *f, &mut *self.sums), (&mut *g, &mut *self.totals)] {
            // A point without mass that may go nowhere: any potential will do.
            sums.iter_mut().filter(|sum| **sum == T::ZERO).for_each(|sum| *sum = T::ONE);
            rows::log2(self.instructions, sums);
            for (value, &log) in references.iter_mut().zip(&*sums) {
                *value = (*value - log) / s;
            }
        }
        level_potentials(self.a, self.b, f, g);
    }
}

/// The largest exponent of a row or column; 0 if it has no pair that may carry anything.
fn of_any<T: Real>(largest: T) -> T {
    if largest == -T::INFINITY { T::ZERO } else { largest }
}

/// The smallest and the largest of some sums, no larger and no smaller than 1.
struct Extremes<T> {
    smallest: T,
    largest: T,
}

impl<T: Real> Extremes<T> {
    fn new() -> Self {
        Extremes { smallest: T::ONE, largest: T::ONE }
    }

    fn see(&mut self, sum: T) {
        // As comparisons fail, NaN is neither: it comes with an infinite sum.
        if sum < self.smallest {
            self.smallest = sum;
        }
        if sum > self.largest {
            self.largest = sum;
        }
    }
}
