//! The report of a solve. Status is data: only a bad call is an error.

use core::ffi::CStr;

use crate::real::Real;
use crate::start::{Side, StartReport};

/// The way in which a solve ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The marginal error is at most the threshold. The rounding of f and g may have added up to half of that.
    Converged,
    /// The allowed sweeps were used up. The potentials are the latest and usable. A sweep ends with g: in a balanced
    /// problem the columns are exact (P^T 1 = b to rounding), and the rows are off by [`Report::row_error`].
    /// Over-relaxed sweeps leave neither exact.
    SweepLimit,
    /// The observer asked to stop. The potentials are the latest and usable.
    Stopped,
    /// Rounding keeps the marginal error above the threshold. The potentials are as good as this scalar allows.
    PrecisionFloor,
    /// Infinite costs forbid every plan with these marginals, and the potentials prove it: some points of one side have
    /// more mass than all points of the other that they may go to. [`solve`](crate::solve) makes an
    /// [`ErrorKind::Infeasible`](crate::error::ErrorKind::Infeasible) of it.
    Infeasible,
}

impl Status {
    /// Returns a word for messages and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Converged => "converged",
            Status::SweepLimit => "sweep limit",
            Status::Stopped => "stopped",
            Status::PrecisionFloor => "precision floor",
            Status::Infeasible => "infeasible",
        }
    }

    /// Returns what to try if a solve did not converge. `None` if it did, or if the observer stopped it.
    pub const fn remedy(self) -> Option<&'static str> {
        match self.c_remedy().to_str() {
            Ok(remedy) if !remedy.is_empty() => Some(remedy),
            _ => None, // all of them are ASCII
        }
    }

    /// Returns [`Status::remedy`] for C: empty if there is nothing to mend.
    pub const fn c_remedy(self) -> &'static CStr {
        match self {
            Status::SweepLimit => {
                c"allow more sweeps; if the error hardly falls, use the default acceleration, anneal, or raise epsilon"
            }
            Status::PrecisionFloor => {
                c"use a scalar of more digits, a larger epsilon, or a smaller rho if a side is relaxed"
            }
            Status::Infeasible => c"forbid fewer pairs, or relax the marginals",
            Status::Converged | Status::Stopped => c"",
        }
    }
}

/// The numbers of a finished solve. All are finite, and measured on the f and g that are returned, rounding included.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Report<T> {
    /// The way in which it ended.
    pub status: Status,
    /// The number of sweeps; one is an update of f and one of g. The completion of the start and the measurement of
    /// this report take about as long as one more each.
    pub sweeps: u32,
    /// The error of the first marginal, relative to the total of `a`. If side `a` is balanced, it is ||P 1 - a||_1 /
    /// total; if it is relaxed, the L1 change of that marginal by one more update / total.
    pub row_error: T,
    /// The error of the second marginal, P^T 1 against `b`, defined in the same way.
    pub column_error: T,
    /// The dual value, a lower bound of the objective: <a, f> + <b, g> - epsilon (mass - total_a total_b) if both sides
    /// are balanced.
    pub dual_value: T,
    /// The dual value of the start, after its c-transform.
    pub start_value: T,
    /// The value of the problem, min <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b). This is
    /// the dual value, which errs by the square of the marginal errors; or the primal value, if epsilon is so large
    /// that it rounds the difference of the two away.
    pub objective: T,
    /// <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b) of the plan as it is. It errs by the
    /// marginal errors times the potentials, and may lie on either side of the objective.
    pub primal_value: T,
    /// The transport cost <C, P>.
    pub transport_cost: T,
    /// The sum of P.
    pub mass: T,
    /// The regularisation that was reached, in units of (scaled) cost.
    pub epsilon: T,
    /// The number that every cost was divided by: 1 unless the problem asks for another.
    pub cost_scale: T,
    /// The start: its name, the pairs that it visited, and its note.
    pub start: StartReport,
    /// The number of rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
    pub row_fallbacks: u32,
    /// The number of sweeps whose columns left the safe range and were recomputed in max-shifted form.
    pub column_fallbacks: u32,
    /// The number of accelerated iterates that the safeguard took back, or of times that relaxation was switched off.
    pub rejections: u32,
    /// The number of times that a stored kernel was computed, the first included.
    pub absorptions: u32,
    /// The relative difference of the totals, (total_b - total_a) / the larger, that was taken out of `b` in a balanced
    /// problem because rounding explains it; 0 if there was none.
    pub rescaled: T,
    /// The share of the pairs that sweeps skipped ([`Skipping`](crate::Skipping)), on average; 0 if they visited all.
    pub skipped: T,
    /// The share of the pairs that sweeps summed up by series, block by block, on average. The others were visited one
    /// by one.
    pub summed: T,
    /// A bound on the share of either marginal that skipped pairs carry, and by which series err. It is contained in
    /// both marginal errors.
    pub certificate: T,
    /// The storage: `stream`, `cost` or `kernel`.
    pub storage: &'static str,
}

/// The state of a solve that an observer sees after every sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Observation<T> {
    /// The number of sweeps so far.
    pub sweep: u32,
    /// The epsilon of this sweep, in units of (scaled) cost.
    pub epsilon: T,
    /// The marginal error that this sweep measured.
    pub marginal_error: T,
    /// The dual value of the new f with the old g, at this epsilon.
    pub dual_value: T,
}

impl<T: Real> Report<T> {
    /// Returns a report of nothing but zeros, for those who fill in a saved one
    /// ([`Solution::restore`](crate::Solution::restore)).
    pub fn unmeasured(status: Status) -> Self {
        let zero = T::ZERO;
        Report {
            status,
            sweeps: 0,
            row_error: zero,
            column_error: zero,
            dual_value: zero,
            start_value: zero,
            objective: zero,
            primal_value: zero,
            transport_cost: zero,
            mass: zero,
            epsilon: zero,
            cost_scale: zero,
            start: StartReport::new("zero", Side::F),
            row_fallbacks: 0,
            column_fallbacks: 0,
            rejections: 0,
            absorptions: 0,
            rescaled: zero,
            skipped: zero,
            summed: zero,
            certificate: zero,
            storage: "stream",
        }
    }

    /// Returns the larger of the two marginal errors.
    pub fn marginal_error(&self) -> T {
        self.row_error.max(self.column_error)
    }
}
