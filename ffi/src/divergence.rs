//! The Sinkhorn divergence, a loss between measures.

use core::ffi::CStr;
use core::marker::PhantomData;

use sinkhorn_core::{
    CostMatrix, Real,
    divergence::{
        Divergence as CoreDivergence, divergence_gradient_len, divergence_len_of_shape, sinkhorn_divergence,
        sinkhorn_divergence_between,
    },
    error::ErrorKind,
    geometry::Geometry,
};

use crate::arguments::{Arguments, Caller, put};
use crate::checks::{check_unused, product};
use crate::derivatives::{DerivativeSettings, Gradients, Sizes, write_len_of_derivatives};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::object::{Handle, large_object_len};
use crate::problem::{Problem, keep_arrays};
use crate::report::Report;
use crate::settings::{Observers, Settings};
use crate::start::with_start;
use crate::status::{SINKHORN_OK, Status, of_solve};
use crate::workspace::write_len;

/// A computed divergence, for its gradient and reports. Lives at the beginning of its workspace, and is gone when
/// that is used for something else.
pub struct Divergence<T: Real>(PhantomData<T>);

impl<T: Real> Handle for Divergence<T> {
    type Scalar = T;
    type Value = CoreDivergence<'static, T>;

    const NAME: &'static CStr = c"divergence";
    const TAG: u32 = 0x5350_1f03;
}

/// Of which of its three problems a report is: one of the SINKHORN_TERM_ constants.
pub type Term = i32;

/// Between the measures.
pub const SINKHORN_TERM_BETWEEN: Term = 0;
/// From the first measure onto itself.
pub const SINKHORN_TERM_WITHIN_X: Term = 1;
/// From the second measure onto itself.
pub const SINKHORN_TERM_WITHIN_Y: Term = 2;

/// Writes to *len how many scalars the workspace of sinkhorn_divergence_new_f64 needs: O(n + m), beside what the
/// storage of the settings takes.
///
/// NULL, returns, allocates, threads, aliasing: as sinkhorn_workspace_len_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_len_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        write_len(call, problem, len, |problem| {
            Ok(divergence_len_of_shape(problem.shape()?, &settings.core()?)?.checked_add(large_object_len::<f64>()))
        })
    })
}

/// The Sinkhorn divergence of two measures (Feydy et al. 2019; Sejourne et al. 2019 where relaxed):
///
///   S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2 + epsilon (sum a - sum b)^2 / 2
///
/// 0 where they are equal (and rho_a = rho_b) and, for costs whose kernel exp(-C / epsilon) is positive definite,
/// positive elsewhere. The start of the settings is that of the problem between the measures; the observer is not
/// called. The three problems use the same epsilon and cost scale.
///
/// cost_within_x (n x n) and cost_within_y (m x m): with a cost matrix, the costs within each measure, symmetric and
/// finite; NULL with points.
/// workspace: at least the scalars that sinkhorn_divergence_len_f64 asks for. *value = S(a, b). *divergence is for
/// the gradient and the reports; it lives in the workspace as a solution does.
/// NULL: never problem and workspace; settings NULL stands for the defaults; value, divergence and error where they
/// are not wanted.
/// Returns: SINKHORN_CONVERGED where all three problems have, else the status of the first that has not; or an
/// error, and then *value and *divergence are untouched, and what lived in the workspace is as after
/// sinkhorn_solve_f64. Allocates: nothing, but for starts that say so. Threads: safe. Aliasing: as
/// sinkhorn_solve_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_new_f64(
    problem: *const Problem<f64>,
    cost_within_x: *const f64,
    cost_within_y: *const f64,
    settings: *const Settings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    value: *mut f64,
    divergence: *mut *const Divergence<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let given = call.read_struct(c"problem", problem)?;
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let chosen = settings.core()?;
        let required = divergence_len_of_shape(given.shape()?, &chosen)?;
        let lent = call.lend(workspace, workspace_len, large_object_len::<f64>(), required)?;
        let value = call.place_optional(c"value", value)?;
        let divergence = call.place_optional(c"divergence", divergence)?;
        let arrays = given.arrays(call)?;
        let within_x = costs_within(call, &given, c"cost_within_x", cost_within_x, given.n)?;
        let within_y = costs_within(call, &given, c"cost_within_y", cost_within_y, given.m)?;
        let potentials = settings.potentials(call, given.n, given.m)?;

        let (empty, memory) = lent.begin::<Divergence<f64>>(given.ground_cost()?, Observers::NONE);
        let problem = given.core(&arrays, empty.ground_cost()).map_err(|fault| empty.undo(fault))?;
        let found = with_start(&settings, potentials, |start| match within_x.zip(within_y) {
            None => Ok(sinkhorn_divergence(&problem, start, &chosen, memory)?),
            Some((x, y)) => Ok(sinkhorn_divergence_between(&problem, [x, y], start, &chosen, memory)?),
        });
        let found = found.map_err(|fault| match fault.kind {
            // The totals are compared before anything is written.
            FaultKind::Core(ErrorKind::UnequalMass { .. }) => empty.undo(fault),
            _ => fault,
        })?;
        let statuses = found.reports().map(|report| of_solve(report.status));
        put(value, found.value());
        let handle = empty.fill(Ok(found))?.unlock();
        put(divergence, handle);
        Ok(statuses.into_iter().find(|&status| status != SINKHORN_OK).unwrap_or(SINKHORN_OK))
    })
}

/// The report of one of the three problems; term is one of the SINKHORN_TERM_ constants.
///
/// NULL: never divergence and report. Returns: the status of that problem, or an error, and then *report is
/// untouched. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_report_f64(
    divergence: *const Divergence<f64>,
    term: Term,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let divergence = call.object(divergence)?;
        let mut out = call.write_struct(c"report", report)?;
        let [between, within_x, within_y] = divergence.reports();
        let report = match term {
            SINKHORN_TERM_BETWEEN => between,
            SINKHORN_TERM_WITHIN_X => within_x,
            SINKHORN_TERM_WITHIN_Y => within_y,
            value => return Err(Fault::new(c"term", FaultKind::Choice { value })),
        };
        out.write(&Report::new(report));
        Ok(of_solve(report.status))
    })
}

/// Writes to *len how many scalars of workspace sinkhorn_divergence_gradient_f64 needs: O(n + m). The arrays of the
/// problem are not read.
///
/// NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
/// Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_len_f64(
    problem: *const Problem<f64>,
    settings: *const DerivativeSettings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }
        .call(|call| write_len_of_derivatives(call, problem, settings, len, divergence_gradient_len))
}

/// The gradient of the divergence, by the envelope theorem. In cost: in the costs between the measures.
///
/// workspace: at least the scalars that sinkhorn_divergence_gradient_len_f64 asks for; not the workspace of the
/// divergence.
/// NULL: never divergence, workspace and gradients; settings NULL stands for the defaults; error where it is not
/// wanted.
/// Returns: SINKHORN_OK, or an error. Gradients are untouched where it is one of the arguments; after
/// SINKHORN_ERROR_OVERFLOW, which only the numbers can tell, they are not to be used. Allocates: nothing. Threads:
/// safe, each with its own workspace. Aliasing: as sinkhorn_objective_gradient_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_f64(
    divergence: *const Divergence<f64>,
    settings: *const DerivativeSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    gradients: *const Gradients<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let divergence = call.object(divergence)?;
        for term in [divergence.between(), divergence.within_x(), divergence.within_y()] {
            keep_arrays(call, term.problem())?;
        }
        let settings = DerivativeSettings::read(call, c"settings", settings)?;
        let memory = call.write(c"workspace", workspace, workspace_len)?;
        let mut gradients = Gradients::read(call, gradients, Sizes::of(divergence.between()))?;
        divergence.gradient(&settings, memory, &mut gradients)?;
        Ok(SINKHORN_OK)
    })
}

include!("float/divergence.rs");

/// Declares the costs within a measure of `count` points; `None` for points, which tell them.
fn costs_within<'a, T: Real>(
    call: &mut Arguments<'a>,
    problem: &Problem<T>,
    name: &'static CStr,
    costs: *const T,
    count: usize,
) -> Result<Option<Geometry<'a, T>>, Fault> {
    if problem.cost.is_null() {
        check_unused([(name, !costs.is_null())], "points tell the costs within a measure")?;
        return Ok(None);
    }
    let costs = call.read(name, costs, product(name, count, count)?)?;
    let matrix = CostMatrix::row_major(costs, count, count).and_then(CostMatrix::without_infinite);
    Ok(Some(matrix.map_err(|error| Fault::core(name, error.kind))?.into()))
}
