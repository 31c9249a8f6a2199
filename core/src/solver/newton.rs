//! Newton's method on the dual, along a path of falling epsilons, for small problems that sweeps do not solve.
//!
//! If f is exact for g (rows of the plan P sum to what they should), the dual value is a concave function of g alone.
//! With r the row sums and c the column sums of P, in units of epsilon,
//!
//! - its gradient is t - c, where t_j = b_j if that side is balanced and b_j exp(-g_j / rho_b) if it is relaxed;
//! - the negative of its Hessian is diag(c + t epsilon / rho_b) - tau_a P^T diag(1 / r) P.
//!
//! That matrix is a weighted graph Laplacian plus a diagonal that is not negative. It is eliminated without a
//! subtraction (Grassmann, Taksar and Heyman 1985): if epsilon is small, its weights differ by a hundred orders of
//! magnitude, and yet keep their digits. A multiple of diag(c) is added and follows the success of the steps (Levenberg
//! 1944, Marquardt 1963); a step that does not raise the dual value enough is shortened.
//!
//! Far from the solution the method starts at an epsilon of the size of the costs, halves it whenever the potentials
//! are good enough, and extrapolates them linearly in epsilon to the next level. A pass over the pairs is a sweep that
//! keeps the products of columns as well: about n m^2 operations if the plan is dense, and m^3 / 3 for the
//! elimination ([`laplacian`]).

use super::accelerate::largest_step;
use super::iterate::Parts;
use super::units::full_g;
use crate::memory;
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;
use crate::sweep::columns;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::forward::update_rows;
use crate::sweep::outcome::{Outcome, Potentials};
use crate::sweep::{MAX_TILE_ROWS, laplacian};
use crate::workspace::History;

/// The relative marginal error at which a level of the path is good enough.
const GOOD_ENOUGH: f64 = 1e-3;

/// The multiple of diag(c) at the beginning of a level.
const DAMPING: f64 = 1e-3;

/// The share of the rise promised by the slope that a step has to reach (Armijo 1966).
const ENOUGH: f64 = 1e-4;

/// The factor that a step is multiplied by if it did not rise enough.
const SHORTER: f64 = 0.25;

/// The number of times that a step is shortened before it is dropped.
const MOST_TRIES: u32 = 5;

/// The number of sweeps at one level after which the next one is tried.
const MOST_AT_LEVEL: u32 = 40;

/// The number of sweeps of one path after which the method gives up.
const MOST_SWEEPS: u32 = 400;

/// The relative marginal error below which the epsilon of the problem is tried first, and the number of sweeps that it
/// gets. Blocks of points between which next to nothing flows may have small errors and yet be far from their place.
const NEAR: f64 = 0.05;
const MOST_IF_NEAR: u32 = 10;

/// The largest cost over this is the first epsilon of a path.
const FIRST_SHARE: f64 = 8.0;

/// The steps of one solve.
#[derive(Default)]
pub(super) struct Newton<T> {
    /// Columns of the problem.
    pub columns: usize,
    /// The epsilon of the problem.
    pub target_epsilon: T,
    /// Epsilon at present, as a multiple of that of the problem: 1 at the end of the path.
    multiple: T,
    /// The multiple of the level before, and 0 before there is one.
    multiple_before: T,
    damping: T,
    /// The share of the step that is being tried.
    share: T,
    /// The present g is a step from the g that was accepted last.
    trying: bool,
    /// There is a step, or an extrapolation to a new level.
    ready: bool,
    tries: u32,
    /// The dual value and the error of the accepted g, and the rise a whole step promises to first order.
    accepted_value: T,
    accepted_error: T,
    slope: T,
    /// The epsilon of the problem is tried without a path.
    direct: bool,
    /// Sweeps at this level and of this path.
    at_level: u32,
    sweeps: u32,
}

/// Vectors of the method, in the memory of Anderson acceleration, which rests meanwhile.
struct Vectors<'v, T> {
    /// m x m: products of columns; then the factor.
    matrix: &'v mut [T],
    /// m: the g that was accepted last, in base-2 units.
    accepted: &'v mut [T],
    /// m: the step, in base-2 units.
    step: &'v mut [T],
    /// m: potentials (without log2 b) of the level before, in units of the unscaled cost.
    before: &'v mut [T],
    /// m: the diagonal.
    diagonal: &'v mut [T],
}

impl<'v, T: Real> Vectors<'v, T> {
    fn new(history: &'v mut History<'_, T>, m: usize) -> Self {
        let [accepted, step] = memory::cut_all(history.images, [m; 2]);
        let [before, diagonal] = memory::cut_all(history.residuals, [m; 2]);
        Vectors { matrix: history.products, accepted, step, before, diagonal }
    }
}

impl<T: Real> Newton<T> {
    pub fn new(columns: usize) -> Self {
        Newton {
            columns,
            multiple: T::ONE,
            damping: T::constant(DAMPING),
            share: T::ONE,
            accepted_error: T::INFINITY,
            ..Newton::default()
        }
    }

    /// Begins a path of falling epsilons from potentials with this error, at the epsilon of the problem. Returns the
    /// first epsilon.
    pub fn begin(&mut self, p: &ScaledProblem<'_, T>, error: T) -> T {
        self.restart(p.epsilon, 0, error <= T::constant(NEAR), p);
        self.epsilon()
    }

    /// Begins anew; `sweeps` have been made. If the epsilon of the problem is not tried directly, the path begins at an
    /// epsilon of the size of the costs.
    fn restart(&mut self, target_epsilon: T, sweeps: u32, direct: bool, p: &ScaledProblem<'_, T>) {
        // A power of two.
        let mut multiple = T::ONE;
        while !direct && multiple * p.epsilon * T::constant(FIRST_SHARE) < p.largest_cost {
            multiple *= T::TWO;
        }
        *self = Newton { target_epsilon, sweeps, direct, multiple, ..Newton::new(self.columns) };
    }

    /// Makes a plain sweep from the next g that also sums up the products of columns, sum_i tau_a P_ij P_ik / r_i.
    pub fn sweep(&self, history: &mut History<'_, T>, (p, potentials, scratch): Parts<'_, '_, T>) -> Outcome<T> {
        if self.ready {
            let Vectors { accepted, step, .. } = Vectors::new(history, self.columns);
            for ((g, &accepted), &step) in potentials.g.iter_mut().zip(&*accepted).zip(&*step) {
                *g = accepted + self.share * step;
            }
        }

        let m = self.columns;
        let matrix = &mut *history.products;
        matrix.fill(T::ZERO);
        scratch.column.fill(T::ZERO);
        let mut outcome = Outcome::default();
        let tile_rows = scratch.tile_rows();
        let (g, tile) = (&*potentials.g, &mut scratch.pool[m..scratch.part_len]);
        let root = laplacian::root_of_scale();
        for (k, f) in potentials.f.chunks_mut(tile_rows).enumerate() {
            let (i, count) = (k * tile_rows, f.len());
            let tile = &mut tile[..count * m];

            // The new f, and the factors that turn exponentials into entries of the plan.
            let mut factors = [T::ZERO; MAX_TILE_ROWS];
            let factors = &mut factors[..count];
            exponentials(p, TileAt { i, start: 0, f, g }, tile, factors);
            update_rows(p, T::ONE, i, f, g, tile, factors, &mut outcome);
            T::add_rows(p.instructions, factors, tile, scratch.column);

            // Scale rows so that an entry is the share of its row: entries of the plan over row sums.
            let mut weights = [T::ZERO; MAX_TILE_ROWS];
            for ((row, factor), weight) in tile.chunks_exact_mut(m).zip(factors.iter_mut()).zip(&mut weights) {
                let sum = reduce::sum(row);
                row.iter_mut().for_each(|value| *value *= root);
                *weight = if sum > T::ZERO { p.tau_a() * *factor / sum } else { T::ZERO };
            }

            laplacian::add_products(p, &weights[..count], tile, matrix);
        }
        columns::finish(p, T::ONE, potentials, scratch, &mut outcome);
        outcome
    }

    /// Returns the epsilon of the next sweep.
    fn epsilon(&self) -> T {
        self.multiple * self.target_epsilon
    }

    /// Looks at a sweep, whose column sums are in the scratch, and decides on the next g. Returns the epsilon of the
    /// next sweep, or `None` if the method got nowhere.
    pub fn advance(
        &mut self,
        history: &mut History<'_, T>,
        outcome: &Outcome<T>,
        (p, potentials, scratch): Parts<'_, '_, T>,
    ) -> Option<T> {
        let (m, error) = (self.columns, outcome.error);
        let value = potentials.dual_value(p, outcome.mass, outcome.shift, false);
        let rounding = potentials.rounding(p, outcome.mass, outcome.shift);
        self.sweeps += 1;
        self.at_level += 1;
        if self.sweeps > MOST_SWEEPS {
            return None;
        }
        if self.direct && self.at_level > MOST_IF_NEAR {
            self.restart(self.target_epsilon, self.sweeps, false, p);
            return Some(self.epsilon());
        }
        let vectors = Vectors::new(history, m);

        // Accept the step, or shorten it.
        if self.trying {
            let enough = self.accepted_value + T::constant(ENOUGH) * self.share * self.slope - rounding;
            // Close to the solution rises drown in rounding, and errors tell more. They alone do not tell that a
            // relaxed marginal of little weight has left the range.
            let near = p.is_balanced() || self.accepted_value - value <= self.slope + rounding;
            let falls = near && error < T::HALF * self.accepted_error;
            if value.is_finite() && rounding.is_finite() && (value >= enough || falls) {
                let factor = if self.share == T::ONE { 0.2 } else { 4.0 };
                self.damping = (self.damping * T::constant(factor)).max(T::EPSILON);
            } else {
                if !self.shorten() {
                    // Back to the accepted g, whose products of columns are made again, and on with more damping.
                    self.damping *= T::constant(10.0);
                    self.share = T::ZERO;
                    self.trying = false;
                }
                return Some(self.epsilon());
            }
        }

        // An extrapolation to this level that led astray, as it can if rho is small, is taken back.
        let sane = self.accepted_value - T::TWO * (self.accepted_value.abs() + p.epsilon);
        if self.at_level == 1 && self.share > T::ZERO && !p.is_balanced() && !(value >= sane) {
            self.share = T::ZERO;
            return Some(self.epsilon());
        }

        // At the next level epsilon is half as large, and potentials go on as they went.
        let is_good = error <= T::constant(GOOD_ENOUGH) || self.at_level > MOST_AT_LEVEL;
        if self.multiple != T::ONE && is_good {
            self.next_level(p, vectors, potentials);
            return Some(self.epsilon());
        }
        vectors.accepted.copy_from_slice(potentials.g);
        self.accepted_value = value;
        self.accepted_error = error;
        self.solve(p, vectors, potentials, scratch.column).then(|| self.epsilon())
    }

    /// Halves epsilon. The step becomes the linear extrapolation of the potentials.
    fn next_level(&mut self, p: &ScaledProblem<'_, T>, vectors: Vectors<'_, T>, potentials: &Potentials<'_, T>) {
        let Potentials { g, log_b, .. } = potentials;
        let before = core::mem::replace(&mut self.multiple_before, self.multiple);
        self.multiple = (T::HALF * self.multiple).max(T::ONE);
        let rate = if before > T::ZERO {
            (self.multiple - self.multiple_before) / (self.multiple_before - before)
        } else {
            T::ZERO
        };
        // In units of cost, and the step already in those of the next epsilon.
        let s = p.s * (self.multiple_before / self.multiple);
        for (j, before) in vectors.before.iter_mut().enumerate() {
            let present = (g[j] - log_b[j]) / p.s;
            vectors.step[j] = if rate == T::ZERO { T::ZERO } else { s * rate * (present - *before) };
            vectors.accepted[j] = s * present + log_b[j];
            *before = present;
        }
        self.damping = T::constant(DAMPING);
        self.share = T::ONE;
        self.trying = false;
        self.ready = true;
        self.at_level = 0;
    }

    /// Solves for the step. The `columns` become the gradient. Returns false if the step is not finite.
    fn solve(
        &mut self,
        p: &ScaledProblem<'_, T>,
        vectors: Vectors<'_, T>,
        Potentials { g, log_b, .. }: &Potentials<'_, T>,
        columns: &mut [T],
    ) -> bool {
        let b = p.problem.b();
        let Vectors { matrix, step, diagonal, .. } = vectors;
        let rate = if p.tau_b() == T::ONE { T::ZERO } else { p.epsilon / p.rho_b };
        let scale = laplacian::root_of_scale::<T>() * laplacian::root_of_scale();
        for (j, column) in columns.iter_mut().enumerate() {
            let (weight, sum) = (b.get(j), *column);
            let full = full_g(p, j, g[j] - log_b[j]);
            let target = if rate == T::ZERO { weight } else { weight * (-full * rate).exp2() };
            *column = if weight > T::ZERO { target - sum } else { T::ZERO };
            diagonal[j] = scale * (self.damping * sum.max(weight) + (T::ONE - p.tau_a()) * sum + rate * target);
            step[j] = scale * *column;
        }
        let gradient = &*columns;
        laplacian::eliminate(p, matrix, diagonal, step);

        // The step in base-2 units, no larger than potentials can differ.
        if !reduce::is_finite(step) {
            return false;
        }
        let largest = T::LOG2_E * step.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
        self.slope = p.epsilon * reduce::dot(gradient, step);
        step.iter_mut().for_each(|value| *value *= T::LOG2_E);
        let reach = largest_step(p);
        self.share = if largest > reach { reach / largest } else { T::ONE };
        self.trying = true;
        self.ready = true;
        self.tries = 0;
        true
    }

    /// Shortens the step that led out of the range of the scalar. Returns false if there is none, or if it has been
    /// shortened often.
    pub fn retreat(&mut self) -> bool {
        self.sweeps += 1;
        self.at_level += 1;
        self.trying && self.sweeps <= MOST_SWEEPS && self.shorten()
    }

    /// Shortens the step. Returns false if it has been shortened often.
    fn shorten(&mut self) -> bool {
        if self.tries == MOST_TRIES {
            return false;
        }
        self.tries += 1;
        self.share *= T::constant(SHORTER);
        true
    }
}
