//! Solves problems whose two sides are the same, by averaged updates of one potential.

use super::Solver;
use super::units::error_floor;
use crate::real::Real;
use crate::reduce;
use crate::report::Status;
use crate::sweep::columns::moved;
use crate::sweep::exponents::{TileAt, exponentials};
use crate::sweep::outcome::Potentials;
use crate::sweep::strips::{Pass, Tile};
use crate::sweep::{MAX_TILE_ROWS, half, log_zero};

/// The number of updates by the mean of f and T f, before those that go farther.
const AVERAGES: u32 = 4;

impl<T: Real> Solver<'_, T> {
    /// Iterates f <- f + step (T f - f), g = f, from zero until the marginals are exact. A sweep is one pass over the
    /// pairs.
    ///
    /// T has derivatives -lambda, and 0 <= lambda <= 1 for positive definite kernels. With step 1/2, the mean of f and
    /// T f, an error shrinks by (1 - lambda) / 2 (Feydy et al. 2019, section 3.3; Knight, Ruiz and Ucar 2014). With
    /// 2/3, the step once it is close, it shrinks by at most 1/3 either way.
    pub(crate) fn run_symmetric(&mut self) -> Status {
        let progress = &mut self.progress;
        let (p, Potentials { f, g, log_b, row: log_sums, .. }, scratch) = self.iterate.zero_f();
        let (a, b) = (p.problem.a(), p.problem.b());
        progress.status = None;
        progress.sweeps = 0;
        let mut start = true;
        loop {
            // The other potential is the same one.
            for (j, (g, &f)) in g.iter_mut().zip(f.iter()).enumerate() {
                *g = if b.get(j) > T::ZERO { f + log_b[j] } else { log_zero() };
            }
            if let Some(status) = progress.status {
                return status;
            }

            // T f - f is minus the logarithms of the row sums, if that side is balanced.
            let (old_f, old_g) = (&*f, &*g);
            let work = |Tile { i, f: logs, rows, .. }: Tile<'_, T>, fallbacks: &mut u32| {
                let (mut sums, mut shifts) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
                let sums = &mut sums[..logs.len()];
                let tile = TileAt { i, start: 0, f: &old_f[i..i + logs.len()], g: old_g };
                exponentials(p, tile, rows, sums);
                *fallbacks += half::log_sums(p, tile, rows, sums, logs, &mut shifts);
            };
            let pass = Pass::sums(log_sums);
            let fallbacks = pass.each_tile(scratch.tile_rows(), scratch, &work, u32::saturating_add);
            progress.row_fallbacks = progress.row_fallbacks.saturating_add(fallbacks);
            progress.sweeps += 1;
            let error = reduce::sum_of(f.len(), &|i| {
                let (weight, log_sum) = (a.get(i), log_sums[i]);
                let marginal = weight * log_sum.exp2();
                let moved = moved(marginal, weight, log_sum, p.change_of_f(i, f[i], log_sum));
                // Far from the solution a marginal may be beyond the range of the scalar: no reason to give up.
                if marginal.is_finite() { (moved - marginal).abs() / a.total() } else { T::INFINITY }
            });
            progress.error = error;

            // Decide whether this is the end. These updates contract: an error that has grown for a while is one of
            // rounding, however large.
            let broken = !log_sums.iter().all(|log_sum| log_sum.is_finite());
            let floor = !start
                && progress.is_idle(error)
                && (progress.best_error <= error_floor(p, f, g) || error > T::TWO * T::TWO * progress.best_error);
            start = false;
            // If rho is far below epsilon, a small error of the marginals is a large one of the potentials in units of
            // rho.
            let tight = (p.rho_a / p.epsilon).min(T::ONE);
            progress.status = if error <= self.settings.threshold * tight {
                Some(Status::Converged)
            } else if floor || broken {
                Some(Status::PrecisionFloor)
            } else {
                (progress.sweeps >= self.settings.max_sweeps).then_some(Status::SweepLimit)
            };
            if progress.status == Some(Status::Converged) {
                continue;
            }

            // Go the step.
            let step = if progress.sweeps <= AVERAGES { T::HALF } else { T::constant(2.0 / 3.0) };
            for (i, (f, &log_sum)) in f.iter_mut().zip(log_sums.iter()).enumerate() {
                *f += step * p.change_of_f(i, *f, log_sum);
            }
        }
    }
}
