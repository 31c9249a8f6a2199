//! The call that solves.

use core::slice;

use sinkhorn_core::{Error as CoreError, Initializer, Workspace, solve};

use crate::checks::{Region, check_disjoint, check_struct, product, read_struct};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::problem::Problem;
use crate::report::Report;
use crate::settings::Settings;
use crate::start::{Gaussian, Scalar, with_start};
use crate::status::Status;

/// Solves a problem. The potentials f and g are in units of cost, and the plan follows from them:
///
///   P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon)
///
/// Balanced potentials, which are free up to a constant, are written such that sum a_i f_i = sum b_j g_j.
///
/// workspace: at least the scalars that sinkhorn_workspace_len_f64 asks for; what it holds before and after does not
/// matter. f: n. g: m. plan: n x m, row-major.
/// NULL: never problem and workspace; settings NULL stands for the defaults; f, g, plan, report and error may each be
/// NULL where they are not wanted.
/// Returns: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT or SINKHORN_PRECISION_FLOOR, whose results are all usable; or an
/// error (any but LENGTH and RAGGED), and then f, g, plan and report are untouched, and *error says what was wrong.
/// Allocates: nothing, but for the Gaussian starts beyond dimension 8.
/// Threads: safe; calls at the same time may share what they only read.
/// Aliasing: memory that is written (workspace, f, g, plan, report, error) must not overlap other memory of the call;
/// only start_f and start_g of the settings may be f and g.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    f: *mut f64,
    g: *mut f64,
    plan: *mut f64,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, f, g, plan, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
}

/// sinkhorn_solve_f64 in float. No step of it is done in double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    f: *mut f32,
    g: *mut f32,
    plan: *mut f32,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, f, g, plan, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
}

/// The arguments of a solve.
struct Call<T> {
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    workspace: *mut T,
    workspace_len: usize,
    f: *mut T,
    g: *mut T,
    plan: *mut T,
    report: *mut Report<T>,
    error: *mut Error,
}

impl<T: Scalar> Call<T>
where
    Gaussian: Initializer<T>,
{
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn run(&self) -> Result<Status, Fault> {
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        let (given, settings) = unsafe { (read_struct(c"problem", self.problem)?, Settings::read(self.settings)?) };
        let shape = given.shape()?;
        let (n, m) = (shape.rows, shape.columns);
        let cells = if self.plan.is_null() { 0 } else { product(c"plan", n, m)? };
        if !self.report.is_null() {
            // SAFETY: the contract of this function.
            unsafe { check_struct(c"report", self.report)? };
        }
        self.check_overlaps(&given, &settings, n, m, cells)?;

        // SAFETY: the contract of this function, and nothing overlaps what is written below.
        let problem = unsafe { given.view()? };
        let core_settings = settings.core()?;
        let required = Workspace::len(&problem, &core_settings)?;
        if self.workspace_len < required {
            return Err(CoreError::Workspace { required, actual: self.workspace_len }.into());
        }
        // SAFETY: not NULL, aligned, and `required` scalars long, as checked and by contract. A reference may be made of memory
        // that C has not initialised once something is written to it; zero is a scalar.
        let memory = unsafe {
            self.workspace.write_bytes(0, required);
            slice::from_raw_parts_mut(self.workspace, required)
        };
        let workspace = Workspace::new(memory, &problem, &core_settings)?;
        // SAFETY: the contract of this function; what is written below is written after the start was read.
        let solution =
            unsafe { with_start(&settings, n, m, |start| Ok(solve(&problem, start, &core_settings, workspace)?))? };

        for (target, values) in [(self.f, solution.f()), (self.g, solution.g())] {
            if !target.is_null() {
                // SAFETY: n and m scalars by contract, and they do not overlap the workspace, as checked.
                unsafe { target.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
            }
        }
        if !self.plan.is_null() {
            // SAFETY: n x m scalars by contract, aligned as checked, and initialised here.
            let plan = unsafe {
                self.plan.write_bytes(0, cells);
                slice::from_raw_parts_mut(self.plan, cells)
            };
            solution.plan(plan)?;
        }
        let report = Report::new(solution.report(), settings.start);
        if !self.report.is_null() {
            // SAFETY: aligned, as checked, and of this size by its own word.
            unsafe { self.report.write(report) };
        }
        Ok(report.status)
    }

    fn check_overlaps(
        &self,
        problem: &Problem<T>,
        settings: &Settings<T>,
        n: usize,
        m: usize,
        cells: usize,
    ) -> Result<(), Fault> {
        let workspace = Region::required(c"workspace", self.workspace, self.workspace_len)?;
        let (f, g) = (Region::optional(c"f", self.f, n)?, Region::optional(c"g", self.g, m)?);
        let plan = Region::optional(c"plan", self.plan, cells)?;
        let report = Region::optional(c"report", self.report, 1)?;
        let error = Region::optional(c"error", self.error, 1)?;
        let [x, y, cost, a, b] = problem.regions()?;
        let start = settings.given(n, m)?;
        let structs =
            [Region::optional(c"problem", self.problem, 1)?, Region::optional(c"settings", self.settings, 1)?];
        check_disjoint(&[workspace, f, g, plan, report, error], &[x, y, cost, a, b, structs[0], structs[1]])?;
        // The start is read before f and g are written: they may be the same memory.
        check_disjoint(&[workspace, plan, report, error], &start)
    }
}
