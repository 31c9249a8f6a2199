//! The smallest solve: a cost matrix becomes the kernel in its place, and needs nothing else.

use crate::error::{Argument, Error, ErrorKind, Place, check_count, check_length, check_positive, check_workspace};
use crate::geometry::cost_matrix::check_costs;
use crate::measure::{Weights, check_finite_vector, with_equal_totals};
use crate::memory;
use crate::real::Real;
use crate::reduce::largest_finite;
use crate::report::Status;
use crate::scaled::{ScaledProblem, check_resolution};
use crate::solver::units::level_potentials;
use crate::sweep::TILE_ROWS;
use crate::vector::{Instructions, SimdLevel};

/// A balanced problem that is solved in the memory of its cost matrix, by plain sweeps in scalings: for parts with few
/// kilobytes of flash and memory.
///
/// The rest of what [`solve`](crate::solve) can do (points, starts, acceleration, relaxed marginals, a report, a plan
/// without storing it) is not linked. Potentials of the last solve make a warm start; any f will do, and its level does
/// not matter. The plan is P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon).
///
/// ```
/// use sinkhorn_core::{embedded::InPlace, error::Argument, geometry::Weights, Status};
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
#[derive(Debug)]
pub struct InPlace<'w, T: Real> {
    /// The costs (n x m, row-major), which are overwritten. An infinite cost forbids its pair.
    pub cost: &'w mut [T],
    /// The weights a (n).
    pub a: Weights<'w, T>,
    /// The weights b (m), with the same total.
    pub b: Weights<'w, T>,
    /// The regularisation, in units of cost.
    pub epsilon: T,
    /// The marginal error at which it has converged, in units of mass. If rounding does not allow it, all sweeps are
    /// made.
    pub threshold: T,
    /// The largest number of sweeps.
    pub max_sweeps: u32,
    /// The f to start from (n), zero if nothing is known; then that of the solution, in units of cost.
    pub f: &'w mut [T],
    /// The g of the solution (m), in units of cost.
    pub g: &'w mut [T],
    /// Scratch of [`InPlace::scratch_len`] scalars.
    pub scratch: &'w mut [T],
}

/// The end of a solve in place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InPlaceReport<T> {
    /// The way in which it ended: [`Status::Converged`], [`Status::SweepLimit`], or [`Status::PrecisionFloor`] if
    /// potentials have moved so far that entries which underflow has taken from the kernel may count. Then solve again,
    /// with costs and from the potentials so far.
    pub status: Status,
    /// The number of sweeps.
    pub sweeps: u32,
    /// The error ||P^T 1 - b||_1 that the last sweep measured, for a pair with exact rows. The pair that it leaves,
    /// half a sweep on, has exact columns, and rows no further off.
    pub marginal_error: T,
}

impl<T: Real> InPlace<'_, T> {
    /// Returns the number of scalars of scratch, n + 2 m; `None` if that is too large.
    pub const fn scratch_len(n: usize, m: usize) -> Option<usize> {
        match m.checked_mul(2) {
            Some(columns) => columns.checked_add(n),
            None => None,
        }
    }

    /// Solves the problem.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotFinite`] and [`ErrorKind::NotPositive`], naming the field;
    /// [`ErrorKind::UnequalMass`]; [`ErrorKind::Infeasible`] for a point that has mass and no pair with mass whose cost
    /// is finite (if pairs are forbidden so that no plan is left although every point has one, all sweeps are made, and
    /// the error is large); [`ErrorKind::BelowResolution`] and [`ErrorKind::Overflow`] if the scalar does not resolve
    /// or hold cost / epsilon. Nothing is written then.
    pub fn solve(self) -> Result<InPlaceReport<T>, Error> {
        let s = self.checked()?;
        let InPlace { cost, a, b, epsilon, threshold, max_sweeps, f, g, scratch } = self;
        let (b, _) = with_equal_totals(a, b)?;
        let (n, m) = (a.len(), b.len());
        let required = Self::scratch_len(n, m).ok_or(Error::new(Argument::WORKSPACE, ErrorKind::TooLarge))?;
        check_workspace(required, scratch.len())?;
        let [sums, totals, v] = memory::cut_all(scratch, [n, m, m]);
        // Take out of f the constant that balanced potentials are free up to, which would only be rounded. A potential
        // far beyond the costs says nothing, and is cut off.
        let (mean, most) = (a.mean_of(f), T::constant(64.0) * (largest_finite(cost.iter().copied()) + epsilon));
        f.iter_mut().for_each(|f| *f = (*f - mean).min(most).max(-most));
        let mut state = State { instructions: Instructions::of(SimdLevel::Best), kernel: cost, a, b, sums, totals, v };
        state.absorb(s, f, g);
        let mut ended = InPlaceReport { status: Status::SweepLimit, sweeps: 0, marginal_error: T::INFINITY };
        while ended.sweeps < max_sweeps && ended.status == Status::SweepLimit {
            let near = state.multiply();
            ended.sweeps += 1;
            ended.marginal_error = state.update();
            if !near || !ended.marginal_error.is_finite() {
                ended.marginal_error = ended.marginal_error.min(T::MAX);
                ended.status = Status::PrecisionFloor;
            } else if ended.marginal_error <= threshold {
                ended.status = Status::Converged;
            }
        }
        state.potentials(s, f, g);
        Ok(ended)
    }

    /// Checks everything. Returns log2(e) / epsilon.
    fn checked(&self) -> Result<T, Error> {
        let (n, m) = (self.a.len(), self.b.len());
        let cells = n.checked_mul(m).ok_or(Error::new(Argument::COST, ErrorKind::TooLarge))?;
        check_length(Argument::COST, self.cost, cells)?;
        check_length(Argument::F, self.f, n)?;
        check_length(Argument::G, self.g, m)?;
        check_positive(Argument::EPSILON, self.epsilon)?;
        check_positive(Argument::THRESHOLD, self.threshold)?;
        check_count(Argument::MAX_SWEEPS, self.max_sweeps as usize)?;
        with_equal_totals(self.a, self.b)?;
        if check_costs(self.cost, m)? {
            self.check_points()?;
        }
        check_finite_vector(Argument::F, self.f)?;
        check_resolution(self.epsilon, largest_finite(self.cost.iter().copied()), T::ONE)?;
        let (s, limit) = (T::LOG2_E / self.epsilon, ScaledProblem::<T>::largest_exponent());
        for (argument, size) in [
            (Argument::EPSILON, largest_finite(self.cost.iter().copied())),
            (Argument::F, largest_finite(self.f.iter().copied())),
        ] {
            if !(size + self.epsilon < limit && s * size < limit) {
                return Err(Error::new(argument, ErrorKind::Overflow));
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
        let nowhere = |argument, row| Error::new(argument, ErrorKind::Infeasible { place: Some(Place::entry(row)) });
        if let Some(i) = (0..a.len()).find(|&i| a.at(i) > T::ZERO && !(0..m).any(|j| carries(i, j))) {
            return Err(nowhere(Argument::A, i));
        }
        if let Some(j) = (0..m).find(|&j| b.at(j) > T::ZERO && !(0..a.len()).any(|i| carries(i, j))) {
            return Err(nowhere(Argument::B, j));
        }
        Ok(())
    }
}

/// The kernel and its scalings.
struct State<'w, T> {
    instructions: Instructions,
    /// n x m: 2^(F0_i + G0_j - s C_ij). Meanwhile F0 and G0 are kept in f and g.
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
    /// Turns costs into the kernel around f and g, and computes the first v, which makes the columns of f exact. Every
    /// row and every column with weight has an entry that is 1: references give way to the largest exponents, of
    /// columns first and then of rows.
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
        // Columns without weight were left out of that. Each is held down by its own largest exponent.
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
            T::add_rows(self.instructions, u.get(..tile.len() / m).unwrap_or(&u), tile, self.totals);
        }
        self.update();
    }

    /// Computes sums = K v and totals = K^T (a / sums). Returns whether u and v are so near 1 that what underflow has
    /// taken from the kernel does not count beside them.
    fn multiply(&mut self) -> bool {
        let m = self.v.len().max(1);
        let mut range_of_rows = [T::ONE; 2];
        self.totals.fill(T::ZERO);
        let mut tiles = self.kernel.chunks(m.saturating_mul(TILE_ROWS));
        for (k, sums) in self.sums.chunks_mut(TILE_ROWS).enumerate() {
            let Some(tile) = tiles.next() else { break };
            T::times_vector(self.instructions, tile, self.v, sums);
            let mut u = [T::ZERO; TILE_ROWS];
            for (row, (u, &sum)) in u.iter_mut().zip(&*sums).enumerate() {
                let a = self.a.at(k * TILE_ROWS + row);
                if a > T::ZERO {
                    *u = a / sum;
                    widen_range(&mut range_of_rows, sum);
                }
            }
            T::add_rows(self.instructions, u.get(..sums.len()).unwrap_or(&u), tile, self.totals);
        }
        let mut range_of_columns = [T::ONE; 2];
        for (j, &total) in self.totals.iter().enumerate() {
            if self.b.at(j) > T::ZERO {
                widen_range(&mut range_of_columns, total);
            }
        }
        let ([least_row, most_row], [least_column, most_column]) = (range_of_rows, range_of_columns);
        // An entry below the smallest normal number counts with 1 / (sum total).
        most_row.max(most_column) < T::SAFE_SUM && least_row * least_column * T::SAFE_SUM > T::ONE
    }

    /// Computes v <- b / totals. Returns how far the columns were from b.
    fn update(&mut self) -> T {
        let mut error = T::ZERO;
        for (j, (v, &total)) in self.v.iter_mut().zip(&*self.totals).enumerate() {
            let b = self.b.at(j);
            error += (b - *v * total).abs();
            *v = if b > T::ZERO { b / total } else { T::ZERO };
        }
        error
    }

    /// Turns references into potentials, in units of cost, on the level of [`Solution::f`](crate::Solution::f).
    fn potentials(&mut self, s: T, f: &mut [T], g: &mut [T]) {
        for (references, sums) in [(&mut *f, &mut *self.sums), (&mut *g, &mut *self.totals)] {
            // For a point without mass that may go nowhere, any potential will do.
            sums.iter_mut().filter(|sum| **sum == T::ZERO).for_each(|sum| *sum = T::ONE);
            T::log2_each(self.instructions, sums);
            for (value, &log) in references.iter_mut().zip(&*sums) {
                *value = (*value - log) / s;
            }
        }
        level_potentials(self.a, self.b, f, g);
    }
}

/// Returns the largest exponent of a row or column; 0 if it has no pair that may carry anything.
fn of_any<T: Real>(largest: T) -> T {
    if largest == -T::INFINITY { T::ZERO } else { largest }
}

/// Moves the smallest and the largest of some sums, which are 1 at first. NaN changes neither, because comparisons with
/// it fail. It never comes without an infinite sum, which is seen.
fn widen_range<T: Real>([smallest, largest]: &mut [T; 2], sum: T) {
    if sum < *smallest {
        *smallest = sum;
    }
    if sum > *largest {
        *largest = sum;
    }
}
