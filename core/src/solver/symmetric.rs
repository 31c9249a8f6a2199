//! Problems whose two sides are the same: averaged updates of one potential.

use super::Solver;
use crate::real::Real;
use crate::reduce;
use crate::report::Status;
use crate::sweep::block::{BlockAt, exponentials};
use crate::sweep::columns::moved;
use crate::sweep::half::log_sums;
use crate::sweep::strips::{Pass, Strip, Tile};
use crate::sweep::{MAX_TILE_ROWS, log_zero};

/// Updates by the mean of f and T f before those that go farther.
const AVERAGES: u32 = 4;

impl<T: Real> Solver<'_, T> {
    /// f <- f + step (T f - f), g = f, until the marginals are exact, from zero. A sweep is one pass over the pairs.
    ///
    /// T has derivatives -lambda, 0 <= lambda <= 1 for positive definite kernels, so that with step 1/2, the mean of f and T f, an error shrinks by (1 - lambda) / 2
    /// (Feydy et al. 2019, section 3.3; Knight, Ruiz and Ucar 2014), and with 2/3 by at most 1/3 either way, which is taken once close.
    pub(crate) fn run_symmetric(&mut self) -> Status {
        let p = &self.prepared;
        let b = p.problem.b();
        // Hatted potentials of zero, which are the same on both sides.
        for (i, value) in self.f.iter_mut().enumerate() {
            *value = -p.row_offset(i);
        }
        self.status = None;
        self.sweeps = 0;
        let mut start = true;
        loop {
            for (j, (g, &f)) in self.g.iter_mut().zip(self.f.iter()).enumerate() {
                *g = if b.get(j) > T::ZERO { f + self.log_b[j] } else { log_zero() };
            }
            if let Some(status) = self.status {
                return status;
            }
            let p = &self.prepared;
            let (f, g) = (&*self.f, &*self.g);
            let log_sums_of_rows = |strip: Strip<'_, T>| {
                let mut fallbacks = 0;
                strip.each_tile(&mut |Tile { i, f: logs, rows, .. }| {
                    let (mut sums, mut shifts) = ([T::ZERO; MAX_TILE_ROWS], [T::ZERO; MAX_TILE_ROWS]);
                    let sums = &mut sums[..logs.len()];
                    let block = BlockAt { i, start: 0, f: &f[i..i + logs.len()], g };
                    exponentials(p, block, rows, sums);
                    fallbacks += log_sums(p, block, rows, sums, logs, &mut shifts);
                });
                fallbacks
            };
            let fallbacks = Pass::sums(self.row).run(&mut self.scratch, &log_sums_of_rows, u32::saturating_add);
            self.row_fallbacks = self.row_fallbacks.saturating_add(fallbacks);
            self.sweeps += 1;
            let a = p.problem.a();
            let error = reduce::sum_of(self.f.len(), &|i| {
                let (weight, log_sum) = (a.get(i), self.row[i]);
                let marginal = weight * log_sum.exp2();
                let moved = moved(marginal, weight, log_sum, p.change_of_f(i, self.f[i], log_sum));
                // Far from the solution a marginal may be beyond the range of the scalar: no reason to give up.
                if marginal.is_finite() { (moved - marginal).abs() / a.total() } else { T::INFINITY }
            });
            self.last.error = error;
            let broken = !self.row.iter().all(|log_sum| log_sum.is_finite());
            // These updates contract: an error that has grown for a while is one of rounding, however large.
            let floor = !start && self.stagnation.is_idle(error) && {
                let best = self.stagnation.best();
                best <= super::stopping::error_floor(p, self.f, self.g) || error > T::TWO * T::TWO * best
            };
            start = false;
            // Where rho is far below epsilon, a small error of the marginals is a large one of the potentials in units of rho.
            let tight = (p.rho_a / p.epsilon).min(T::ONE);
            self.status = if error <= self.settings.threshold * tight {
                Some(Status::Converged)
            } else if floor || broken {
                Some(Status::PrecisionFloor)
            } else if self.sweeps >= self.settings.max_sweeps {
                Some(Status::SweepLimit)
            } else {
                None
            };
            if self.status == Some(Status::Converged) {
                continue;
            }
            let step = if self.sweeps <= AVERAGES { T::HALF } else { T::constant(2.0 / 3.0) };
            for (i, (f, &log_sum)) in self.f.iter_mut().zip(self.row.iter()).enumerate() {
                *f += step * p.change_of_f(i, *f, log_sum);
            }
        }
    }
}
