//! Solves problems whose two sides are the same, by averaged updates of one potential.

use super::Solver;
use super::units::error_floor;
use crate::real::Real;
use crate::reduce;
use crate::report::Status;
use crate::sweep::columns::moved;
use crate::sweep::log_zero;
use crate::sweep::outcome::Potentials;

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
        self.iterate.zero_f();
        self.progress.status = None;
        self.progress.sweeps = 0;
        let mut start = true;
        loop {
            // The other potential is the same one.
            let (p, Potentials { f, g, log_b, .. }, _) = self.iterate.change();
            let (a, b) = (p.problem.a(), p.problem.b());
            for (j, (g, &f)) in g.iter_mut().zip(f.iter()).enumerate() {
                *g = if b.get(j) > T::ZERO { f + log_b[j] } else { log_zero() };
            }
            if let Some(status) = self.progress.status {
                return status;
            }

            // T f - f is minus the logarithms of the row sums, if that side is balanced. An f of zero is too small, and
            // promises that more pairs can be skipped than later.
            #[cfg(feature = "skipping")]
            if matches!(self.progress.sweeps, 0 | 2) {
                self.iterate.decide();
            }
            let outcome = self.iterate.row_logsums();
            let progress = &mut self.progress;
            progress.count(&outcome, a.len(), b.len());
            let (p, Potentials { f, g, row: log_sums, .. }, _) = self.iterate.change();
            let measured = reduce::sum_of(f.len(), &|i| {
                let (weight, log_sum) = (a.get(i), log_sums[i]);
                let marginal = weight * log_sum.exp2();
                let moved = moved(marginal, weight, log_sum, p.change_of_f(i, f[i], log_sum));
                // Far from the solution a marginal may be beyond the range of the scalar: no reason to give up.
                if marginal.is_finite() { (moved - marginal).abs() / a.total() } else { T::INFINITY }
            });
            let error = measured + outcome.certificate;
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
            let threshold = self.settings.threshold * (p.rho_a / p.epsilon).min(T::ONE);
            progress.status = if error <= threshold {
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
            #[cfg(feature = "skipping")]
            if measured <= threshold {
                self.iterate.tighten();
            }
        }
    }
}
