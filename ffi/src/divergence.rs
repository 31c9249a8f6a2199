//! The Sinkhorn divergence, a loss between measures.

use sinkhorn_core::{
    CostMatrix, Real,
    divergence::{
        Divergence as CoreDivergence, divergence_gradient_len, divergence_len, sinkhorn_divergence,
        sinkhorn_divergence_between,
    },
    geometry::Geometry,
};

use crate::checks::{
    Region, check_disjoint, check_struct, output, product, read_struct, required, slice, write_struct,
};
use crate::derivatives::{self, DerivativeSettings, Gradients, Sizes};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::object::{Lent, Object, large_object_len};
use crate::problem::{Problem, regions_of};
use crate::report::Report;
use crate::settings::{Observers, Settings};
use crate::start::with_start;
use crate::status::{SINKHORN_OK, Status, of_solve};
use crate::workspace::query;

/// A computed divergence, for its gradient and reports. Lives at the beginning of its workspace, and is gone when
/// that is used for something else.
pub struct Divergence<T: Real>(Object<T, CoreDivergence<'static, T>>);

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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, len_of_divergence)) }
}

/// sinkhorn_divergence_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_len_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || query(problem, settings, len, error, len_of_divergence)) }
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
/// error, and then *value and *divergence are untouched. Allocates: nothing, but for starts that say so. Threads:
/// safe. Aliasing: as sinkhorn_solve_f64.
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
    let within = [cost_within_x, cost_within_y];
    let call = Call { problem, within, settings, workspace, workspace_len, value, divergence, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
}

/// sinkhorn_divergence_new_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_new_f32(
    problem: *const Problem<f32>,
    cost_within_x: *const f32,
    cost_within_y: *const f32,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    value: *mut f32,
    divergence: *mut *const Divergence<f32>,
    error: *mut Error,
) -> Status {
    let within = [cost_within_x, cost_within_y];
    let call = Call { problem, within, settings, workspace, workspace_len, value, divergence, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || term_report(divergence, term, report, error)) }
}

/// sinkhorn_divergence_report_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_report_f32(
    divergence: *const Divergence<f32>,
    term: Term,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || term_report(divergence, term, report, error)) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || derivatives::query(problem, settings, len, error, divergence_gradient_len)) }
}

/// sinkhorn_divergence_gradient_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_len_f32(
    problem: *const Problem<f32>,
    settings: *const DerivativeSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || derivatives::query(problem, settings, len, error, divergence_gradient_len)) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || gradient(divergence, settings, (workspace, workspace_len), gradients, error)) }
}

/// sinkhorn_divergence_gradient_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_divergence_gradient_f32(
    divergence: *const Divergence<f32>,
    settings: *const DerivativeSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    gradients: *const Gradients<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || gradient(divergence, settings, (workspace, workspace_len), gradients, error)) }
}

fn len_of_divergence<T: Real>(problem: &Problem<T>, settings: &Settings<T>) -> Result<usize, Fault> {
    let behind = divergence_len(problem.shape()?, &settings.core()?)?;
    behind.checked_add(large_object_len::<T>()).ok_or(Fault::too_large(c"workspace"))
}

/// The arguments of a divergence.
struct Call<T: Real> {
    problem: *const Problem<T>,
    within: [*const T; 2],
    settings: *const Settings<T>,
    workspace: *mut T,
    workspace_len: usize,
    value: *mut T,
    divergence: *mut *const Divergence<T>,
    error: *mut Error,
}

impl<T: Real> Call<T> {
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn run(&self) -> Result<Status, Fault> {
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        let (given, settings) =
            unsafe { (read_struct(c"problem", self.problem)?, Settings::read(c"settings", self.settings)?) };
        let chosen = settings.core()?;
        let (n, m) = (given.n, given.m);
        let required_len = divergence_len(given.shape()?, &chosen)?;
        let lent = Lent::new(self.workspace, self.workspace_len, large_object_len::<T>(), required_len)?;
        let sides = [(c"cost_within_x", self.within[0], n), (c"cost_within_y", self.within[1], m)];
        let mut within = [Region::of_slice::<T>(c"", &[]); 2];
        for (region, (name, pointer, count)) in within.iter_mut().zip(sides) {
            *region = if given.cost.is_null() {
                if !pointer.is_null() {
                    let reason = "points tell the costs within a measure";
                    return Err(Fault::unsupported(name, reason));
                }
                Region::optional(name, pointer, 0)?
            } else {
                Region::required(name, pointer, product(name, count, count)?)?
            };
        }
        let [x, y, cost, a, b] = given.regions()?;
        let [start_f, start_g] = settings.given(n, m)?;
        check_disjoint(
            &[
                lent.region(),
                Region::optional(c"value", self.value, 1)?,
                Region::optional(c"divergence", self.divergence, 1)?,
                Region::optional(c"error", self.error, 1)?,
            ],
            &[
                x,
                y,
                cost,
                a,
                b,
                within[0],
                within[1],
                start_f,
                start_g,
                Region::optional(c"problem", self.problem, 1)?,
                Region::optional(c"settings", self.settings, 1)?,
            ],
        )?;
        // SAFETY: the contract of this function; the memory is long enough, and overlaps nothing.
        unsafe {
            let (object, memory) = lent.begin::<CoreDivergence<'static, T>>(given.ground_cost()?, Observers::NONE);
            let problem = given.view(Object::ground_cost(object))?;
            let found = with_start(&settings, n, m, |start| {
                if given.cost.is_null() {
                    return Ok(sinkhorn_divergence(&problem, start, &chosen, memory)?);
                }
                let mut geometries: [Geometry<'static, T>; 2] = [*problem.geometry(); 2];
                for (geometry, (name, pointer, count)) in geometries.iter_mut().zip(sides) {
                    let values = required(name, slice(name, pointer, product(name, count, count)?)?)?;
                    *geometry = CostMatrix::row_major(values, count, count)
                        .and_then(CostMatrix::without_infinite)
                        .map_err(|error| Fault::core(name, error.kind))?
                        .into();
                }
                Ok(sinkhorn_divergence_between(&problem, geometries, start, &chosen, memory)?)
            })?;
            let statuses = found.reports().map(|report| of_solve(report.status));
            let status = statuses.into_iter().find(|&status| status != SINKHORN_OK).unwrap_or(SINKHORN_OK);
            write_struct(self.value, found.value());
            Object::complete(object, found);
            if !self.divergence.is_null() {
                self.divergence.write(object.cast());
            }
            Ok(status)
        }
    }
}

/// The divergence behind a handle.
///
/// # Safety
/// What the header asks of the pointer; nobody writes to the workspace during `'a`.
unsafe fn get<'a, T: Real>(divergence: *const Divergence<T>) -> Result<&'a CoreDivergence<'static, T>, Fault> {
    // SAFETY: the contract of this function.
    unsafe { Object::get(c"divergence", divergence.cast::<Object<T, CoreDivergence<'static, T>>>()) }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn term_report<T: Real>(
    handle: *const Divergence<T>,
    term: Term,
    report: *mut Report<T>,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let divergence = get(handle)?;
        check_struct(c"report", report)?;
        let written = [Region::required(c"report", report, 1)?, Region::optional(c"error", error, 1)?];
        check_disjoint(
            &written,
            &[Object::region(c"divergence", handle.cast::<Object<T, CoreDivergence<'static, T>>>())],
        )?;
        let [between, within_x, within_y] = divergence.reports();
        let chosen = match term {
            SINKHORN_TERM_BETWEEN => between,
            SINKHORN_TERM_WITHIN_X => within_x,
            SINKHORN_TERM_WITHIN_Y => within_y,
            value => return Err(Fault::new(c"term", FaultKind::Choice { value })),
        };
        write_struct(report, Report::new(chosen));
        Ok(of_solve(chosen.status))
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn gradient<T: Real>(
    handle: *const Divergence<T>,
    settings: *const DerivativeSettings<T>,
    (workspace, workspace_len): (*mut T, usize),
    gradients: *const Gradients<T>,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let divergence = get(handle)?;
        let chosen = DerivativeSettings::read(c"settings", settings)?;
        let out = read_struct(c"gradients", gradients)?;
        let sizes = Sizes::of(divergence.between());
        let [x, y, a, b, cost, epsilon] = out.regions(sizes)?;
        let lives = Object::region(c"divergence", handle.cast::<Object<T, CoreDivergence<'static, T>>>());
        let [first, second, third, fourth] = regions_of(divergence.between());
        let structs = [Region::optional(c"gradients", gradients, 1)?, Region::optional(c"settings", settings, 1)?];
        let [within_x, ..] = regions_of(divergence.within_x());
        let [within_y, ..] = regions_of(divergence.within_y());
        let read = [lives, first, second, third, fourth, structs[0], structs[1], within_x, within_y];
        let own = [Region::required(c"workspace", workspace, workspace_len)?, Region::optional(c"error", error, 1)?];
        check_disjoint(&[own[0], own[1], x, y, a, b, cost, epsilon], &read)?;
        let memory = required(c"workspace", output(c"workspace", workspace, workspace_len)?)?;
        let mut out = out.view(sizes)?;
        divergence.gradient(&chosen, memory, &mut out)?;
        Ok(SINKHORN_OK)
    }
}
