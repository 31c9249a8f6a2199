//! Derivatives of a solution.

mod inputs;

use inputs::Rows;
pub(crate) use inputs::Sizes;
pub use inputs::*;

use core::ptr;

use sinkhorn_core::{
    Error as CoreError, Real, Solution as CoreSolution,
    diff::{Cotangent as CoreCotangent, Derivatives, LinearReport as CoreReport, PlanCotangent, derivatives_len},
    error::{Argument, ErrorKind},
};

use crate::checks::{Region, check_optional_struct, output, product, read_struct, required, slice, write_struct};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::problem::Problem;
use crate::solution::{Solution, check_outputs, get};
use crate::status::{SINKHORN_CONVERGED, SINKHORN_OK, Status, of_linear};
use crate::workspace::query_beside;

/// Writes to *len how many scalars of workspace derivatives of a problem need: O(n + m). The arrays of the problem
/// are not read.
///
/// NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
/// Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_derivatives_len_f64(
    problem: *const Problem<f64>,
    settings: *const DerivativeSettings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, derivatives_len)) }
}

/// sinkhorn_derivatives_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_derivatives_len_f32(
    problem: *const Problem<f32>,
    settings: *const DerivativeSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, derivatives_len)) }
}

/// The gradient of the objective (the field of the report), by the envelope theorem: one pass over the pairs, and
/// one more for each of x, y, cost and epsilon.
///
/// Derivatives are those of the problem, whatever start and acceleration solved it, and as good as the solution has
/// converged. Epsilon and the cost scale are held fixed where they were given relative to the cost.
///
/// workspace: at least the scalars that sinkhorn_derivatives_len_f64 asks for; what it holds does not matter.
/// NULL: never solution, workspace and gradients; settings NULL stands for the defaults; error where it is not
/// wanted.
/// Returns: SINKHORN_OK, or an error, and then no gradient was written. Allocates: nothing. Threads: safe, each
/// with its own workspace.
/// Aliasing: workspace, gradients and *error must not overlap each other, inputs, the memory of the solution or the
/// arrays of the problem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_gradient_f64(
    solution: *const Solution<f64>,
    settings: *const DerivativeSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    gradients: *const Gradients<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report: ptr::null_mut(), error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.objective(gradients)) }
}

/// sinkhorn_objective_gradient_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_gradient_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    gradients: *const Gradients<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report: ptr::null_mut(), error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.objective(gradients)) }
}

/// The gradient of a loss of potentials, plan and map in the inputs of the problem, through the equations that they
/// solve: conjugate gradients, one pass over the pairs an iteration.
///
/// NULL: never solution, workspace, cotangent and gradients; report too where it is not wanted. Returns: the status
/// of the report, or an error, and then neither gradients nor *report were written. Everything else: as
/// sinkhorn_objective_gradient_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_vjp_f64(
    solution: *const Solution<f64>,
    settings: *const DerivativeSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    cotangent: *const Cotangent<f64>,
    gradients: *const Gradients<f64>,
    report: *mut LinearReport<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.vjp(cotangent, gradients)) }
}

/// sinkhorn_vjp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_vjp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    cotangent: *const Cotangent<f32>,
    gradients: *const Gradients<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.vjp(cotangent, gradients)) }
}

/// The changes of potentials, plan and map along a direction of the inputs, per unit of it: the transposed of
/// sinkhorn_vjp_f64.
///
/// NULL: never solution, workspace, tangent and changes. Returns, and everything else: as sinkhorn_vjp_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_jvp_f64(
    solution: *const Solution<f64>,
    settings: *const DerivativeSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    tangent: *const Tangent<f64>,
    changes: *const Changes<f64>,
    report: *mut LinearReport<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.jvp(tangent, changes)) }
}

/// sinkhorn_jvp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_jvp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    tangent: *const Tangent<f32>,
    changes: *const Changes<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.jvp(tangent, changes)) }
}

/// How the gradient of the objective changes along a direction of the inputs, per unit of it: a product with the
/// Hessian, mixed derivatives included.
///
/// NULL: never solution, workspace, tangent and gradients. Returns, and everything else: as sinkhorn_vjp_f64. Costs
/// of your own have no second derivatives: their Hessian in points is refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_hvp_f64(
    solution: *const Solution<f64>,
    settings: *const DerivativeSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    tangent: *const Tangent<f64>,
    gradients: *const Gradients<f64>,
    report: *mut LinearReport<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.hvp(tangent, gradients)) }
}

/// sinkhorn_objective_hvp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_objective_hvp_f32(
    solution: *const Solution<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    tangent: *const Tangent<f32>,
    gradients: *const Gradients<f32>,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { solution, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.hvp(tangent, gradients)) }
}

/// Writes a length that follows from the sizes n, m, d and the threads.
///
/// # Safety
/// What the header asks of the pointers.
pub(crate) unsafe fn query<T: Real>(
    problem: *const Problem<T>,
    settings: *const DerivativeSettings<T>,
    len: *mut usize,
    error: *mut Error,
    of: fn(usize, usize, usize, usize) -> Option<usize>,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let chosen = DerivativeSettings::read(c"settings", settings)?;
        let beside = Region::optional(c"settings", settings, 1)?;
        query_beside(beside, problem, len, error, |problem| {
            problem.shape()?;
            of(problem.n, problem.m, problem.dimension, chosen.threads).ok_or(Fault::too_large(c"workspace"))
        })
    }
}

/// What all derivatives take.
struct Call<T: Real> {
    solution: *const Solution<T>,
    settings: *const DerivativeSettings<T>,
    workspace: *mut T,
    workspace_len: usize,
    report: *mut LinearReport<T>,
    error: *mut Error,
}

impl<T: Real> Call<T> {
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn objective(&self, gradients: *const Gradients<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let gradients_given = read_struct(c"gradients", gradients)?;
            let sizes = Sizes::of(get(self.solution)?);
            let structs = [Region::optional(c"gradients", gradients, 1)?];
            let mut derivatives = self.open(&gradients_given.regions(sizes)?, &structs)?;
            let mut out = gradients_given.view(sizes)?;
            derivatives.objective(&mut out).map_err(|error| self.named(error, false))?;
            Ok(SINKHORN_OK)
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn vjp(&self, cotangent: *const Cotangent<T>, gradients: *const Gradients<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let (given, out) = (read_struct(c"cotangent", cotangent)?, read_struct(c"gradients", gradients)?);
            let sizes = Sizes::of(get(self.solution)?);
            let [f, g, plan, map] = given.regions(sizes)?;
            let structs =
                [Region::optional(c"cotangent", cotangent, 1)?, Region::optional(c"gradients", gradients, 1)?];
            let read = [f, g, plan, map, structs[0], structs[1]];
            let mut derivatives = self.open(&out.regions(sizes)?, &read)?;
            let cells = if given.plan.is_null() { 0 } else { product(c"plan", sizes.n, sizes.m)? };
            let rows = given.plan_rows.map(|function| Rows { function, data: given.plan_rows_data });
            let computed =
                rows.as_ref().map(|rows| move |i: usize, first: usize, row: &mut [T]| rows.write(i, first, row));
            let plan = match (slice(c"plan", given.plan, cells)?, &computed) {
                (Some(values), _) => Some(PlanCotangent::Matrix(values)),
                (None, Some(computed)) => Some(PlanCotangent::Rows(computed)),
                (None, None) => None,
            };
            let cotangent = CoreCotangent {
                f: slice(c"f", given.f, sizes.n)?,
                g: slice(c"g", given.g, sizes.m)?,
                plan,
                map: slice(c"map", given.map, sizes.n * sizes.d)?,
            };
            let mut out = out.view(sizes)?;
            let report =
                derivatives.vjp(&cotangent, &mut out).map_err(|error| self.named(error, computed.is_some()))?;
            Ok(tell(self.report, report))
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn jvp(&self, tangent: *const Tangent<T>, changes: *const Changes<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let (given, out) = (read_struct(c"tangent", tangent)?, read_struct(c"changes", changes)?);
            let sizes = Sizes::of(get(self.solution)?);
            let [x, y, a, b, cost] = given.regions(sizes)?;
            let structs = [Region::optional(c"tangent", tangent, 1)?, Region::optional(c"changes", changes, 1)?];
            let read = [x, y, a, b, cost, structs[0], structs[1]];
            let mut derivatives = self.open(&out.regions(sizes)?, &read)?;
            let mut out = out.view(sizes)?;
            let report = derivatives.jvp(&given.view(sizes)?, &mut out).map_err(|error| self.named(error, false))?;
            Ok(tell(self.report, report))
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn hvp(&self, tangent: *const Tangent<T>, gradients: *const Gradients<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let (given, out) = (read_struct(c"tangent", tangent)?, read_struct(c"gradients", gradients)?);
            let sizes = Sizes::of(get(self.solution)?);
            let [x, y, a, b, cost] = given.regions(sizes)?;
            let structs = [Region::optional(c"tangent", tangent, 1)?, Region::optional(c"gradients", gradients, 1)?];
            let read = [x, y, a, b, cost, structs[0], structs[1]];
            let mut derivatives = self.open(&out.regions(sizes)?, &read)?;
            let mut out = out.view(sizes)?;
            let report = derivatives
                .objective_hessian(&given.view(sizes)?, &mut out)
                .map_err(|error| self.named(error, false))?;
            Ok(tell(self.report, report))
        }
    }

    /// Checks what all have in common, and what is written and read; then measures the plan.
    ///
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn open<'a>(&self, outputs: &[Region], read: &[Region]) -> Result<Derivatives<'a, T>, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let solution: &CoreSolution<'static, T> = get(self.solution)?;
            let settings = DerivativeSettings::read(c"settings", self.settings)?;
            check_optional_struct(c"report", self.report)?;
            let memory = Region::required(c"workspace", self.workspace, self.workspace_len)?;
            let own =
                [memory, Region::optional(c"report", self.report, 1)?, Region::optional(c"error", self.error, 1)?];
            let structs = [Region::optional(c"settings", self.settings, 1)?];
            check_outputs(self.solution, solution, &own, &structs)?;
            check_outputs(self.solution, solution, &own, read)?;
            check_outputs(self.solution, solution, outputs, read)?;
            check_outputs(self.solution, solution, outputs, &own)?;
            check_outputs(self.solution, solution, outputs, &structs)?;
            let memory = required(c"workspace", output(c"workspace", self.workspace, self.workspace_len)?)?;
            Ok(Derivatives::new(solution, &settings, memory)?)
        }
    }

    /// An error under the name of what it comes from in C: the computed cotangent of a plan, a cost of the caller
    /// without a gradient.
    fn named(&self, error: CoreError, computed: bool) -> Fault {
        match (error.argument, error.kind) {
            (Argument::PLAN, kind) if computed => Fault::core(c"plan_rows", kind),
            (Argument::COST, kind @ ErrorKind::Unsupported { .. }) => {
                // SAFETY: a live object, as checked when the call was opened.
                let custom = unsafe { get(self.solution) }.is_ok_and(|solution: &CoreSolution<'_, T>| {
                    solution.problem().geometry().cloud().is_some_and(|cloud| cloud.ground_cost().name() == "custom")
                });
                Fault::core(if custom { c"cost_gradient" } else { c"cost" }, kind)
            }
            _ => Fault::from(error),
        }
    }
}

/// Writes the report where it is wanted, and returns its status.
///
/// # Safety
/// `out` is NULL or has been checked.
pub(crate) unsafe fn tell<T: Real>(out: *mut LinearReport<T>, report: CoreReport<T>) -> Status {
    let status = of_linear(report.status);
    let CoreReport { iterations, residual, projected, .. } = report;
    let struct_size = size_of::<LinearReport<T>>();
    // SAFETY: the contract of this function.
    unsafe { write_struct(out, LinearReport { struct_size, status, iterations, residual, projected }) };
    status
}

const _: () = assert!(SINKHORN_OK == SINKHORN_CONVERGED);
