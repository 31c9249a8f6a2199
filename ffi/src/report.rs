//! The struct of numbers about a finished solve.

use core::ffi::c_char;

use sinkhorn_core::{Real, Report as CoreReport, Solution, error::ErrorKind};

use crate::arguments::structs;
use crate::checks::check_finite;
use crate::fault::Fault;
use crate::settings::{SINKHORN_STORAGE_COST, SINKHORN_STORAGE_KERNEL, SINKHORN_STORAGE_STREAM, Storage};
use crate::start::name_for_c;
use crate::status::{SINKHORN_PRECISION_FLOOR, Status, of_solve};

/// Numbers about a finished solve, every one finite and measured on the potentials that were found. Set struct_size
/// before the call; the rest need not be initialised, and is written where the status is not negative.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Report<T> {
    /// sizeof of this struct: as far as sweeps at least.
    pub struct_size: usize,
    /// The start that was used: of sinkhorn_start_auto_f64 the one that it chose; "zero", "given", or "custom" for
    /// one of yours. Static, never NULL.
    pub start: *const c_char,
    /// Pairs of points whose cost the start evaluated.
    pub start_pairs: u64,
    /// How the solve ended: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT, SINKHORN_PRECISION_FLOOR or SINKHORN_STOPPED.
    /// Of a batch, also an error.
    pub status: Status,
    /// Sweeps made; one is an update of f and one of g.
    pub sweeps: u32,
    /// The error of the first marginal, relative to the sum of a: ||P 1 - a||_1 / sum where that side is balanced; the
    /// L1 change of that marginal by one more update / sum where it is relaxed.
    pub row_error: T,
    /// The error of the second marginal, P^T 1 against b, likewise.
    pub column_error: T,
    /// The dual value, <a, f> + <b, g> - epsilon (mass - sum a sum b) when balanced, in units of cost times mass.
    pub dual_value: T,
    /// The dual value at the start: what the start was worth.
    pub start_value: T,
    /// The value of the problem, min <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b), as well
    /// as the potentials tell it: the dual value, which errs by the square of the marginal errors.
    pub objective: T,
    /// The same expression of the plan as it is. It errs by the marginal errors times the potentials.
    pub primal_value: T,
    /// <C, P>.
    pub transport_cost: T,
    /// The sum of P.
    pub mass: T,
    /// The regularisation in units of (scaled) cost.
    pub epsilon: T,
    /// What every cost was divided by.
    pub cost_scale: T,
    /// The relative difference of the totals, (sum b - sum a) / the larger, that was taken out of b in a balanced
    /// problem because rounding explains it: at most 1e-6 in double, 1e-3 in float. 0 if there was none.
    pub rescaled: T,
    /// Seconds that the start took; 0 in a build without a clock.
    pub start_seconds: T,
    /// Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
    pub row_fallbacks: u32,
    /// Sweeps whose columns were.
    pub column_fallbacks: u32,
    /// Accelerated iterates that the safeguard took back, or times that relaxation was switched off.
    pub rejections: u32,
    /// Times that a stored kernel was computed, the first included.
    pub absorptions: u32,
    /// What was kept between sweeps; never SINKHORN_STORAGE_AUTO.
    pub storage: Storage,
    /// 0: padding of earlier versions, into which nothing else goes.
    pub reserved: u32,
    /// The share of the pairs that sweeps skipped, on average; 0 if they visited all.
    pub skipped: T,
    /// The share of the pairs that sweeps summed up by series, on average. The others were visited one by one.
    pub summed: T,
    /// A bound on the share of either marginal that skipped pairs carry, and by which series err. It is contained in
    /// row_error and column_error.
    pub certificate: T,
}

structs!(Report before row_error);

impl<T: Real> Report<T> {
    /// The numbers of a solution, after a look at what a cost of the caller, or masses beyond the range of the
    /// scalar, may have made of it.
    pub(crate) fn of(solution: &Solution<'_, T>) -> Result<Self, Fault> {
        let report = Report::new(solution.report());
        let numbers = [
            report.row_error,
            report.column_error,
            report.dual_value,
            report.start_value,
            report.objective,
            report.primal_value,
            report.transport_cost,
            report.mass,
            report.epsilon,
            report.cost_scale,
        ];
        check_finite(c"problem", solution.f().iter().chain(solution.g()).chain(&numbers))?;
        // Where costs are so many epsilons that rounding them is more than epsilon, potentials say nothing, and the
        // mass shows it: a side that is exact has its own, whatever else has converged.
        let problem = solution.problem();
        let total = problem.b().total();
        let lost = problem.rho_b() == T::INFINITY && !((report.mass - total).abs() <= T::HALF * total);
        if report.objective == T::MAX || (report.status == SINKHORN_PRECISION_FLOOR && lost) {
            return Err(Fault::core(c"epsilon", ErrorKind::Overflow));
        }
        Ok(report)
    }

    pub(crate) fn new(report: &CoreReport<T>) -> Self {
        Report {
            struct_size: size_of::<Self>(),
            start: name_for_c(report.start.name),
            start_pairs: report.start.pairs,
            status: of_solve(report.status),
            sweeps: report.sweeps,
            row_error: report.row_error,
            column_error: report.column_error,
            dual_value: report.dual_value,
            start_value: report.start_value,
            objective: report.objective,
            primal_value: report.primal_value,
            transport_cost: report.transport_cost,
            mass: report.mass,
            epsilon: report.epsilon,
            cost_scale: report.cost_scale,
            rescaled: report.rescaled,
            start_seconds: report.start.time.map_or(T::ZERO, seconds),
            row_fallbacks: report.row_fallbacks,
            column_fallbacks: report.column_fallbacks,
            rejections: report.rejections,
            absorptions: report.absorptions,
            storage: match report.storage {
                "cost" => SINKHORN_STORAGE_COST,
                "kernel" => SINKHORN_STORAGE_KERNEL,
                _ => SINKHORN_STORAGE_STREAM,
            },
            reserved: 0,
            skipped: report.skipped,
            summed: report.summed,
            certificate: report.certificate,
        }
    }
}

/// Without double precision where the scalar is single. Through 32 bits: a start takes no hundred years, and the
/// conversion needs no branch, which a checker of memory would see taken on the unwritten seconds of no time at
/// all.
fn seconds<T: Real>(time: core::time::Duration) -> T {
    T::count(time.as_secs() as u32 as usize) + T::count(time.subsec_nanos() as usize) / T::count(1_000_000_000)
}
