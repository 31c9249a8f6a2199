//! Derivatives of a solution.

mod inputs;

use inputs::Rows;
pub(crate) use inputs::Sizes;
pub use inputs::*;

use sinkhorn_core::{
    Error as CoreError, Real, Solution as CoreSolution,
    diff::{Cotangent as CoreCotangent, Derivatives, LinearReport as CoreReport, PlanCotangent, derivatives_len},
    error::{Argument, ErrorKind},
};

use crate::arguments::{Arguments, Caller, Output, put_struct};
use crate::error::Error;
use crate::fault::Fault;
use crate::problem::Problem;
use crate::solution::{Solution, look_at};
use crate::status::{SINKHORN_CONVERGED, SINKHORN_OK, Status};
use crate::workspace::write_len;

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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| write_len_of_derivatives(call, problem, settings, len, derivatives_len))
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        on.derivatives()?.objective(&mut gradients).map_err(|error| on.named(error))?;
        Ok(SINKHORN_OK)
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let given = call.read_struct(c"cotangent", cotangent)?;
        let (f, g) = (call.read_optional(c"f", given.f, on.sizes.n)?, call.read_optional(c"g", given.g, on.sizes.m)?);
        let plan = call.read_optional(c"plan", given.plan, on.sizes.cells(c"plan", given.plan)?)?;
        let map = call.read_optional(c"map", given.map, on.sizes.points(c"map", given.map, on.sizes.n)?)?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        let rows = given.plan_rows.map(|function| Rows { function, data: given.plan_rows_data });
        let rows = rows.as_ref().map(|rows| move |i: usize, first: usize, row: &mut [f64]| rows.write(i, first, row));
        let plan = match (plan, &rows) {
            (Some(_), Some(_)) => {
                let reason = "give the cotangent of the plan as plan or as plan_rows, not both";
                return Err(Fault::unsupported(c"plan_rows", reason));
            }
            (Some(values), None) => Some(PlanCotangent::Matrix(values)),
            (None, rows) => rows.as_ref().map(|rows| PlanCotangent::Rows(rows)),
        };
        on.rows = rows.is_some();
        let found = on.derivatives()?.vjp(&CoreCotangent { f, g, plan, map }, &mut gradients);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let tangent = Tangent::read(call, tangent, on.sizes)?;
        let mut changes = Changes::read(call, changes, on.sizes)?;
        let found = on.derivatives()?.jvp(&tangent, &mut changes);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
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
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let mut on = Differentiation::open(call, solution, settings, (workspace, workspace_len))?;
        let report = call.write_struct_optional(c"report", report)?;
        let tangent = Tangent::read(call, tangent, on.sizes)?;
        let mut gradients = Gradients::read(call, gradients, on.sizes)?;
        let found = on.derivatives()?.objective_hessian(&tangent, &mut gradients);
        Ok(tell(report, found.map_err(|error| on.named(error))?))
    })
}

include!("../float/derivatives.rs");

/// Writes a length that follows from the sizes n, m, d and the threads.
pub(crate) fn write_len_of_derivatives<T: Real>(
    call: &mut Arguments<'_>,
    problem: *const Problem<T>,
    settings: *const DerivativeSettings<T>,
    len: *mut usize,
    of: fn(usize, usize, usize, usize) -> Option<usize>,
) -> Result<Status, Fault> {
    let settings = DerivativeSettings::read(call, c"settings", settings)?;
    write_len(call, problem, len, |problem| {
        problem.shape()?;
        Ok(of(problem.n, problem.m, problem.dimension, settings.threads))
    })
}

/// What all derivatives begin with.
struct Differentiation<'a, T: Real> {
    solution: &'a CoreSolution<'static, T>,
    settings: sinkhorn_core::diff::DerivativeSettings<T>,
    memory: &'a mut [T],
    sizes: Sizes,
    /// Whether the cotangent of the plan is computed by a function of the caller.
    rows: bool,
}

impl<'a, T: Real> Differentiation<'a, T> {
    fn open(
        call: &mut Arguments<'a>,
        solution: *const Solution<T>,
        settings: *const DerivativeSettings<T>,
        (workspace, workspace_len): (*mut T, usize),
    ) -> Result<Self, Fault> {
        let solution = look_at(call, solution)?;
        let settings = DerivativeSettings::read(call, c"settings", settings)?;
        let memory = call.write(c"workspace", workspace, workspace_len)?;
        Ok(Differentiation { solution, settings, memory, sizes: Sizes::of(solution), rows: false })
    }

    /// Measures the plan, after all arguments are declared.
    fn derivatives(&mut self) -> Result<Derivatives<'_, T>, Fault> {
        Ok(Derivatives::new(self.solution, &self.settings, self.memory)?)
    }

    /// An error under the name of what it comes from in C: the computed cotangent of a plan, a cost of the caller
    /// without a gradient.
    fn named(&self, error: CoreError) -> Fault {
        let cloud = self.solution.problem().geometry().cloud();
        match (error.argument, error.kind) {
            (Argument::PLAN, kind) if self.rows => Fault::core(c"plan_rows", kind),
            (Argument::COST, kind @ ErrorKind::Unsupported { .. })
                if cloud.is_some_and(|cloud| cloud.ground_cost().name() == "custom") =>
            {
                Fault::core(c"cost_gradient", kind)
            }
            _ => Fault::from(error),
        }
    }
}

/// Writes the report if it is wanted, and returns its status.
pub(crate) fn tell<T: Real>(out: Option<Output<'_, LinearReport<T>>>, report: CoreReport<T>) -> Status {
    let report = LinearReport::new(&report);
    put_struct(out, &report);
    report.status
}

const _: () = assert!(SINKHORN_OK == SINKHORN_CONVERGED);
