//! The struct of numbers about a finished solve.

use sinkhorn_core::{Real, Report as CoreReport};

use crate::settings::{SINKHORN_START_ZERO, Start};
use crate::status::{SINKHORN_CONVERGED, Status, of_solve};

/// Numbers about a finished solve, every one finite and measured on the potentials that were written. Set struct_size
/// before the call; the rest need not be initialised, and is written where the status is not negative.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Report<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// The status that the function returned.
    pub status: Status,
    /// The start that was used.
    pub start: Start,
    /// Sweeps made; one is an update of f and one of g.
    pub sweeps: u32,
    /// Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
    pub row_fallbacks: u32,
    /// Sweeps whose columns were.
    pub column_fallbacks: u32,
    /// Accelerated iterates that the safeguard took back.
    pub rejections: u32,
    /// ||P 1 - a||_1 where that side is balanced; the L1 change of that marginal by one more update where it is relaxed.
    pub row_error: T,
    /// The same of P^T 1 and b.
    pub column_error: T,
    /// The dual value, <a, f> + <b, g> - epsilon (mass - sum a sum b) when balanced, in units of cost times mass.
    pub dual_value: T,
    /// The dual value at the start: what the start was worth.
    pub start_value: T,
    /// <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b).
    pub objective: T,
    /// <C, P>.
    pub transport_cost: T,
    /// The sum of P.
    pub mass: T,
    /// The regularisation in units of cost.
    pub epsilon: T,
}

impl<T: Real> Report<T> {
    pub(crate) fn new(report: &CoreReport<T>, start: Start) -> Self {
        Report {
            struct_size: size_of::<Self>(),
            status: of_solve(report.status),
            start,
            sweeps: report.sweeps,
            row_fallbacks: report.row_fallbacks,
            column_fallbacks: report.column_fallbacks,
            rejections: report.rejections,
            row_error: report.row_error,
            column_error: report.column_error,
            dual_value: report.dual_value,
            start_value: report.start_value,
            objective: report.objective,
            transport_cost: report.transport_cost,
            mass: report.mass,
            epsilon: report.epsilon,
        }
    }
}

impl<T: Real> Default for Report<T> {
    /// All zeros but for the size.
    fn default() -> Self {
        Report {
            struct_size: size_of::<Self>(),
            status: SINKHORN_CONVERGED,
            start: SINKHORN_START_ZERO,
            sweeps: 0,
            row_fallbacks: 0,
            column_fallbacks: 0,
            rejections: 0,
            row_error: T::ZERO,
            column_error: T::ZERO,
            dual_value: T::ZERO,
            start_value: T::ZERO,
            objective: T::ZERO,
            transport_cost: T::ZERO,
            mass: T::ZERO,
            epsilon: T::ZERO,
        }
    }
}
