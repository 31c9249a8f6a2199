//! The calls that solve: at once, or sweep by sweep.

use core::ops::ControlFlow;

use sinkhorn_core::{
    Real, Settings as CoreSettings, Solution as CoreSolution, Solver as CoreSolver, Workspace, error::ErrorKind,
};

use crate::checks::{Region, check_disjoint, check_optional_struct, read_struct, write_struct};
use crate::error::{Error, caught, guard};
use crate::fault::Fault;
use crate::object::{Lent, Object, object_len};
use crate::problem::{Problem, regions_of_problem};
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::start::with_start;
use crate::status::{
    SINKHORN_ERROR_INFEASIBLE, SINKHORN_ERROR_INTERNAL, SINKHORN_OK, SINKHORN_RUNNING, Status, of_solve,
};
use crate::workspace::len_behind;

/// A solve in progress. Lives at the beginning of the workspace, and is gone when that is used for something else.
pub struct Solver<T: Real>(Begun<T>);

/// What a solver is in the workspace.
type Begun<T> = Object<T, CoreSolver<'static, T>>;

/// Solves a problem. The potentials f and g are in units of cost, and the plan follows from them:
///
///   P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon)
///
/// *solution is for the sinkhorn_solution_ functions and for derivatives. It lives in the workspace, for as long as
/// workspace and arrays of the problem stay as they are; the structs are not needed any more. There is nothing to
/// free.
///
/// workspace: at least the scalars that sinkhorn_workspace_len_f64 asks for; what it holds before does not matter.
/// NULL: never problem and workspace; settings NULL stands for the defaults; solution, report and error where they
/// are not wanted.
/// Returns: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT, SINKHORN_PRECISION_FLOOR or SINKHORN_STOPPED, whose results
/// are all usable; or an error, and then *solution and *report are untouched, *error says what was wrong, and what
/// lived in the workspace is gone.
/// Allocates: nothing, but for starts that say so and the pool of threads. Threads: safe; calls at the same time
/// may share what they only read.
/// Aliasing: workspace, *solution, *report and *error must not overlap each other, the structs or the arrays,
/// start_f and start_g included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    solution: *mut *const Solution<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.solve(solution)) }
}

/// sinkhorn_solve_f64 in float. No step of it is done in double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    solution: *mut *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.solve(solution)) }
}

/// Begins a solve that is carried on by sinkhorn_solver_step_f64 or sinkhorn_solver_run_f64 and ended by
/// sinkhorn_solver_finish_f64: runs the start, and no sweep. *solver lives in the workspace, as a solution does;
/// the structs are not needed any more, nor are start_f and start_g.
///
/// workspace, returns, allocates, threads, aliasing: as sinkhorn_solve_f64, but SINKHORN_OK where it is well. NULL:
/// never problem, workspace and solver.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_new_f64(
    problem: *const Problem<f64>,
    settings: *const Settings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    solver: *mut *mut Solver<f64>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, report: core::ptr::null_mut(), error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.new_solver(solver)) }
}

/// sinkhorn_solver_new_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_new_f32(
    problem: *const Problem<f32>,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    solver: *mut *mut Solver<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { problem, settings, workspace, workspace_len, report: core::ptr::null_mut(), error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.new_solver(solver)) }
}

/// One sweep: a pass over the n m pairs, always of about the same length. The observer is not called.
///
/// Returns: SINKHORN_RUNNING while there is more to do; then how the solve ended, and from then on the same without
/// doing anything (also after an observer has stopped it); or SINKHORN_ERROR_NULL_POINTER,
/// SINKHORN_ERROR_MISALIGNED or SINKHORN_ERROR_HANDLE.
/// Allocates: nothing. Threads: one at a time for a solver; an observer or a cost cannot use the solver that calls
/// it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_step_f64(solver: *mut Solver<f64>) -> Status {
    // SAFETY: what the header asks of the pointer.
    unsafe { step(solver) }
}

/// sinkhorn_solver_step_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_step_f32(solver: *mut Solver<f32>) -> Status {
    // SAFETY: what the header asks of the pointer.
    unsafe { step(solver) }
}

/// Sweeps until the solve ends; the observer of the settings is called after every sweep.
///
/// Returns: as sinkhorn_solver_step_f64, but not SINKHORN_RUNNING; SINKHORN_STOPPED where the observer asked for
/// it. Allocates: nothing.
/// Threads: one at a time for a solver.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_run_f64(solver: *mut Solver<f64>) -> Status {
    // SAFETY: what the header asks of the pointer.
    unsafe { run(solver) }
}

/// sinkhorn_solver_run_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_run_f32(solver: *mut Solver<f32>) -> Status {
    // SAFETY: what the header asks of the pointer.
    unsafe { run(solver) }
}

/// How far a solve is: the sweeps made, the epsilon of the next one, and the marginal error that the last one
/// measured, the largest finite number before the first.
///
/// NULL: never solver; sweeps, epsilon and marginal_error where they are not wanted. Returns: SINKHORN_OK or an
/// error of the handle. Allocates: nothing.
/// Threads: not while another thread sweeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_progress_f64(
    solver: *const Solver<f64>,
    sweeps: *mut u32,
    epsilon: *mut f64,
    marginal_error: *mut f64,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { progress(solver, sweeps, epsilon, marginal_error) }
}

/// sinkhorn_solver_progress_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_progress_f32(
    solver: *const Solver<f32>,
    sweeps: *mut u32,
    epsilon: *mut f32,
    marginal_error: *mut f32,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { progress(solver, sweeps, epsilon, marginal_error) }
}

/// Measures the present potentials, at the price of about one sweep, and makes the solver a solution in its place:
/// the handle solver is none any more.
///
/// NULL: never solver; solution, report and error where they are not wanted. Returns: the status of the solve,
/// SINKHORN_STOPPED where it had not ended; or an error, and then nothing was done, but after
/// SINKHORN_ERROR_OVERFLOW the solver is gone. Allocates: nothing. Threads: one at a time for a solver.
/// Aliasing: *solution, *report and *error must not overlap each other, the workspace or the arrays of the problem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_finish_f64(
    solver: *mut Solver<f64>,
    solution: *mut *const Solution<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || finish(solver, solution, report, error)) }
}

/// sinkhorn_solver_finish_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_finish_f32(
    solver: *mut Solver<f32>,
    solution: *mut *const Solution<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || finish(solver, solution, report, error)) }
}

/// The arguments of a solve.
struct Call<T: Real> {
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    workspace: *mut T,
    workspace_len: usize,
    report: *mut Report<T>,
    error: *mut Error,
}

impl<T: Real> Call<T> {
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn solve(&self, solution: *mut *const Solution<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function; `begin` has checked what solution and report point to.
        unsafe {
            let object = self.begin(Region::optional(c"solution", solution, 1)?)?;
            if run_solver(&mut (*object).value, object) == SINKHORN_ERROR_INFEASIBLE {
                return Err(Fault::core(c"cost", ErrorKind::Infeasible { place: None }));
            }
            hand_over(object, solution, self.report)
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn new_solver(&self, handle: *mut *mut Solver<T>) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let object = self.begin(Region::required(c"solver", handle, 1)?)?;
            Object::unlock(object);
            handle.write(object.cast());
        }
        Ok(SINKHORN_OK)
    }

    /// Checks everything, makes a solver in the workspace, and runs the start. The object is locked. What is large is
    /// made where it stays, and in functions of their own: stacks are small.
    ///
    /// # Safety
    /// What the header asks of the pointers; `handle` is where the caller wants a handle.
    unsafe fn begin(&self, handle: Region) -> Result<*mut Begun<T>, Fault> {
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        let (given, settings) =
            unsafe { (read_struct(c"problem", self.problem)?, Settings::read(c"settings", self.settings)?) };
        // SAFETY: the same.
        unsafe { check_optional_struct(c"report", self.report)? };
        let chosen = settings.core()?;
        let required = len_behind(&given, &chosen)?;
        let lent = Lent::new(self.workspace, self.workspace_len, object_len::<T>(), required)?;
        self.check_overlaps(&given, &settings, lent.region(), handle)?;
        // SAFETY: the contract of this function; the memory is long enough, and overlaps nothing.
        unsafe {
            let (object, memory) = lent.begin(given.ground_cost()?, settings.observers());
            make_solver(object, memory, &given, &chosen)?;
            with_start(&settings, given.n, given.m, |start| Ok((*object).value.start(start)?))?;
            Ok(object)
        }
    }

    /// Refuses memory that is written and overlaps anything else.
    #[inline(never)]
    fn check_overlaps(
        &self,
        given: &Problem<T>,
        settings: &Settings<T>,
        workspace: Region,
        handle: Region,
    ) -> Result<(), Fault> {
        let [x, y, cost, a, b] = given.regions()?;
        let [start_f, start_g] = settings.given(given.n, given.m)?;
        check_disjoint(
            &[
                workspace,
                handle,
                Region::optional(c"report", self.report, 1)?,
                Region::optional(c"error", self.error, 1)?,
            ],
            &[
                x,
                y,
                cost,
                a,
                b,
                start_f,
                start_g,
                Region::optional(c"problem", self.problem, 1)?,
                Region::optional(c"settings", self.settings, 1)?,
            ],
        )
    }
}

/// Writes the solver of an object that was begun.
///
/// # Safety
/// The arrays of `given` are what the header asks of them.
#[inline(never)]
unsafe fn make_solver<T: Real>(
    object: *mut Begun<T>,
    memory: &'static mut [T],
    given: &Problem<T>,
    chosen: &CoreSettings<T>,
) -> Result<(), Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let problem = given.view(Object::ground_cost(object))?;
        let workspace = Workspace::new(memory, &problem, chosen)?;
        Object::fill(object, CoreSolver::without_start(&problem, chosen, workspace))
    }
}

/// Sweeps to the end, observed where that is asked for.
///
/// # Safety
/// `object` is what the solver was begun with.
unsafe fn run_solver<T: Real>(solver: &mut CoreSolver<'static, T>, object: *const Begun<T>) -> Status {
    // SAFETY: the contract of this function; nobody writes to the observers while there is an object.
    let observers = unsafe { &(*object).observers };
    of_solve(if observers.is_some() {
        solver.run_observed(&mut |seen| match observers.wants_to_stop(seen) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    } else {
        solver.run()
    })
}

/// Makes a solver a solution in its place.
///
/// # Safety
/// `object` has a solver; what `solution` and `report` point to has been checked.
#[inline(never)]
unsafe fn hand_over<T: Real>(
    object: *mut Begun<T>,
    solution: *mut *const Solution<T>,
    report: *mut Report<T>,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        Object::lock(object);
        // A solution reads the workspace, and not the solver in whose place it comes.
        let solver: &'static mut CoreSolver<'static, T> = &mut (*object).value;
        let solved = solver.finish();
        let numbers = Report::of(&solved)?;
        Object::complete(object.cast::<Object<T, CoreSolution<'static, T>>>(), solved);
        if !solution.is_null() {
            solution.write(object.cast());
        }
        write_struct(report, numbers);
        Ok(numbers.status)
    }
}

/// # Safety
/// What the header asks of the pointer.
unsafe fn step<T: Real>(solver: *mut Solver<T>) -> Status {
    // SAFETY: the contract of this function.
    unsafe { with_solver(solver, |solver, _| solver.step().map_or(SINKHORN_RUNNING, of_solve)) }
}

/// # Safety
/// What the header asks of the pointer.
unsafe fn run<T: Real>(solver: *mut Solver<T>) -> Status {
    // SAFETY: the contract of this function; a live object, as checked.
    unsafe { with_solver(solver, |solver, object| run_solver(solver, object)) }
}

/// Does something to a solver, whose handle is none meanwhile: a function of the caller that is called from there
/// cannot reach it.
///
/// # Safety
/// What the header asks of the pointer.
unsafe fn with_solver<T: Real>(
    solver: *mut Solver<T>,
    work: impl FnOnce(&mut CoreSolver<'static, T>, *const Begun<T>) -> Status,
) -> Status {
    let object = solver.cast::<Begun<T>>();
    // SAFETY: the contract of this function. After a panic the solver is gone.
    unsafe {
        if let Err(fault) = Object::check(c"solver", object) {
            return fault.status();
        }
        Object::lock(object);
        let status = caught(|| work(&mut (*object).value, object));
        if status.is_some() {
            Object::unlock(object);
        }
        status.unwrap_or(SINKHORN_ERROR_INTERNAL)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn progress<T: Real>(
    solver: *const Solver<T>,
    sweeps: *mut u32,
    epsilon: *mut T,
    marginal_error: *mut T,
) -> Status {
    let object = solver.cast::<Begun<T>>();
    let regions = [Region::optional(c"sweeps", sweeps, 1), Region::optional(c"epsilon", epsilon, 1)];
    let regions = regions.into_iter().chain([Region::optional(c"marginal_error", marginal_error, 1)]);
    // SAFETY: the contract of this function.
    match unsafe { Object::get(c"solver", object) }.and_then(|solver| {
        regions.into_iter().try_for_each(|region| region.map(|_| ()))?;
        Ok(solver)
    }) {
        Err(fault) => fault.status(),
        Ok(solver) => {
            let error = solver.marginal_error();
            // SAFETY: NULL or aligned, as checked; memory for these by contract.
            unsafe {
                write_struct(sweeps, solver.sweeps());
                write_struct(epsilon, solver.epsilon());
                write_struct(marginal_error, if error.is_finite() { error } else { T::MAX });
            }
            SINKHORN_OK
        }
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn finish<T: Real>(
    solver: *mut Solver<T>,
    solution: *mut *const Solution<T>,
    report: *mut Report<T>,
    error: *mut Error,
) -> Result<Status, Fault> {
    let object = solver.cast::<Begun<T>>();
    // SAFETY: the contract of this function.
    unsafe {
        Object::check(c"solver", object)?;
        check_optional_struct(c"report", report)?;
        let inputs = regions_of_problem((*object).value.target().problem);
        check_disjoint(
            &[
                Object::region(c"solver", object),
                Region::optional(c"solution", solution, 1)?,
                Region::optional(c"report", report, 1)?,
                Region::optional(c"error", error, 1)?,
            ],
            &inputs,
        )?;
        hand_over(object, solution, report)
    }
}
