//! The calls that solve: at once, or sweep by sweep.

use core::ffi::CStr;
use core::marker::PhantomData;
use core::ops::ControlFlow;
use core::ptr;

use sinkhorn_core::{Real, Settings as CoreSettings, Solver as CoreSolver, Workspace, error::ErrorKind};

use crate::arguments::{Arguments, Caller, Output, Struct, put, put_struct};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::object::{Claim, Empty, Handle, Lent, Locked, object_len};
use crate::problem::{Arrays, Problem, keep_arrays};
use crate::report::Report;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::start::with_start;
use crate::status::{SINKHORN_ERROR_INFEASIBLE, SINKHORN_OK, SINKHORN_RUNNING, Status, of_solve};
use crate::workspace::len_behind;

/// A solve in progress. Lives at the beginning of the workspace, and is gone when that is used for something else.
pub struct Solver<T: Real>(PhantomData<T>);

impl<T: Real> Handle for Solver<T> {
    type Scalar = T;
    type Value = CoreSolver<'static, T>;

    const NAME: &'static CStr = c"solver";
    const TAG: u32 = 0x5350_1f01;
}

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
/// are all usable; or an error, and then *solution and *report are untouched, and *error says what was wrong. What
/// lived in the workspace lives on if the arguments were refused, and is gone if the solve had begun (see the top).
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
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (mut solver, (solution, report)) = begin(caller, problem, settings, (workspace, workspace_len), |call| {
            let solution = call.place_optional(c"solution", solution)?;
            Ok((solution, call.write_struct_optional(c"report", report)?))
        })?;
        if run_solver(&mut solver) == SINKHORN_ERROR_INFEASIBLE {
            return Err(Fault::core(c"cost", ErrorKind::Infeasible { place: None }));
        }
        hand_over(solver, solution, report)
    })
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
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let memory = (workspace, workspace_len);
        let (begun, place) = begin(caller, problem, settings, memory, |call| call.place(c"solver", solver))?;
        *place = begun.unlock();
        Ok(SINKHORN_OK)
    })
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
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.guard(|| {
        let mut solver = caller.claim(solver)?.lock();
        let status = solver.value().step().map_or(SINKHORN_RUNNING, of_solve);
        solver.unlock();
        Ok(status)
    })
}

/// Sweeps until the solve ends; the observer of the settings is called after every sweep.
///
/// Returns: as sinkhorn_solver_step_f64, but not SINKHORN_RUNNING; SINKHORN_STOPPED where the observer asked for
/// it. Allocates: nothing.
/// Threads: one at a time for a solver.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_run_f64(solver: *mut Solver<f64>) -> Status {
    // SAFETY: the pointer of a caller from C.
    let caller = unsafe { Caller::trust(ptr::null_mut()) };
    caller.guard(|| {
        let mut solver = caller.claim(solver)?.lock();
        let status = run_solver(&mut solver);
        solver.unlock();
        Ok(status)
    })
}

/// How far a solve is: the sweeps made, the epsilon of the next one, and the marginal error that the last one
/// measured, the largest finite number before the first.
///
/// NULL: never solver; sweeps, epsilon and marginal_error where they are not wanted. Returns: SINKHORN_OK or an
/// error of the handle or of a place, and then nothing was written. Allocates: nothing.
/// Threads: not while another thread sweeps. Aliasing: outputs must not overlap each other or the workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solver_progress_f64(
    solver: *const Solver<f64>,
    sweeps: *mut u32,
    epsilon: *mut f64,
    marginal_error: *mut f64,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(ptr::null_mut()) }.call(|call| {
        let solver = call.object(solver)?;
        let sweeps = call.place_optional(c"sweeps", sweeps)?;
        let epsilon = call.place_optional(c"epsilon", epsilon)?;
        let marginal_error = call.place_optional(c"marginal_error", marginal_error)?;
        put(sweeps, solver.sweeps());
        put(epsilon, solver.epsilon());
        put(marginal_error, solver.marginal_error().min(f64::MAX));
        Ok(SINKHORN_OK)
    })
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
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (solver, solution, report) = declare_end(caller, solver, solution, report)?;
        hand_over(solver.lock(), solution, report)
    })
}

include!("float/solve.rs");

/// What a solve is made of, all of it checked but for the numbers in the arrays.
struct Job<T: Real> {
    problem: Problem<T>,
    settings: Settings<T>,
    chosen: CoreSettings<T>,
    arrays: Arrays<'static, T>,
    potentials: [Option<&'static [T]>; 2],
}

/// Makes a solver in the workspace, and runs the start; `outputs` declares what else is written. What is large is made
/// where it stays, and in functions of their own: stacks are small.
#[inline(never)]
fn begin<T: Real, O>(
    caller: Caller<'static>,
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    workspace: (*mut T, usize),
    outputs: impl FnOnce(&mut Arguments<'static>) -> Result<O, Fault>,
) -> Result<(Locked<Solver<T>>, O), Fault> {
    let mut job = Job {
        problem: Struct::zeros(),
        settings: Struct::zeros(),
        chosen: CoreSettings::default(),
        arrays: Arrays::default(),
        potentials: [None; 2],
    };
    let (lent, outputs) = declare(&mut job, caller, problem, settings, workspace, outputs)?;
    let (empty, memory) = lent.begin(job.problem.ground_cost()?, job.settings.observers());
    let mut solver = make_solver(&job, &empty, memory)?;
    with_start(&job.settings, job.potentials, |start| Ok(solver.value().start(start)?))?;
    Ok((solver, outputs))
}

#[inline(never)]
fn declare<T: Real, O>(
    job: &mut Job<T>,
    caller: Caller<'static>,
    problem: *const Problem<T>,
    settings: *const Settings<T>,
    (workspace, workspace_len): (*mut T, usize),
    outputs: impl FnOnce(&mut Arguments<'static>) -> Result<O, Fault>,
) -> Result<(Lent<T>, O), Fault> {
    let mut call = caller.arguments();
    call.copy_struct(c"problem", problem, &mut job.problem)?;
    if problem.is_null() {
        return Err(Fault::new(c"problem", FaultKind::Null));
    }
    call.copy_struct(c"settings", settings, &mut job.settings)?;
    job.chosen = job.settings.core()?;
    let required = len_behind(&job.problem, &job.chosen)?;
    let lent = call.lend(workspace, workspace_len, object_len::<T>(), required)?;
    let outputs = outputs(&mut call)?;
    job.arrays = job.problem.arrays(&mut call)?;
    job.potentials = job.settings.potentials(&mut call, job.problem.n, job.problem.m)?;
    Ok((lent, outputs))
}

#[inline(never)]
fn make_solver<T: Real>(
    job: &Job<T>,
    empty: &Empty<Solver<T>>,
    memory: &'static mut [T],
) -> Result<Locked<Solver<T>>, Fault> {
    let problem = match job.problem.core(&job.arrays, empty.ground_cost()) {
        Ok(problem) => problem,
        Err(fault) => return Err(empty.undo(fault)),
    };
    let workspace = Workspace::new(memory, &problem, &job.chosen)?;
    empty.fill(CoreSolver::without_start(&problem, &job.chosen, workspace)).map_err(|error| match error.kind {
        // The totals are compared before anything is written.
        ErrorKind::UnequalMass { .. } => empty.undo(error.into()),
        _ => error.into(),
    })
}

/// Sweeps to the end, observed if that is asked for.
fn run_solver<T: Real>(solver: &mut Locked<Solver<T>>) -> Status {
    let observers = solver.observers();
    of_solve(if observers.is_some() {
        solver.value().run_observed(&mut |seen| match observers.wants_to_stop(seen) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    } else {
        solver.value().run()
    })
}

/// A solver that is to become a solution, and where handle and report go.
type End<T> = (Claim<'static, Solver<T>>, Option<&'static mut *const Solution<T>>, Option<Output<'static, Report<T>>>);

#[inline(never)]
fn declare_end<T: Real>(
    caller: Caller<'static>,
    solver: *mut Solver<T>,
    solution: *mut *const Solution<T>,
    report: *mut Report<T>,
) -> Result<End<T>, Fault> {
    let mut call = caller.arguments();
    let solver = call.claim(solver)?;
    keep_arrays(&mut call, solver.get().target().problem)?;
    let solution = call.place_optional(c"solution", solution)?;
    Ok((solver, solution, call.write_struct_optional(c"report", report)?))
}

/// Makes a solver a solution in its place. If a number is not finite, both are gone.
#[inline(never)]
fn hand_over<T: Real>(
    solver: Locked<Solver<T>>,
    solution: Option<&mut *const Solution<T>>,
    report: Option<Output<'_, Report<T>>>,
) -> Result<Status, Fault> {
    // SAFETY: a solution refers to the workspace, and not to the solver in whose place it comes. Both fit there.
    let mut solved = unsafe { solver.replace::<Solution<T>>(|solver| solver.finish()) };
    let numbers = Report::of(solved.value())?;
    let handle = solved.unlock();
    put(solution, handle);
    put_struct(report, &numbers);
    Ok(numbers.status)
}
