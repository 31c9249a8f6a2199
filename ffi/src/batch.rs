//! Many problems in one call.

use core::ptr;

use sinkhorn_core::{Real, Settings as CoreSettings, Workspace, batch::share_out, error::ErrorKind, solve};

use crate::arguments::{Access, Arguments, Caller, Output, Struct, Structs};
use crate::checks::check_unused;
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::problem::Problem;
use crate::report::Report;
use crate::settings::Settings;
use crate::start::with_start;
use crate::status::{SINKHORN_OK, Status};
use crate::workspace::{len_behind, len_to_skip};

/// Writes to *len how many scalars the workspace of sinkhorn_solve_batch_f64 needs: that of the problem that needs
/// most, times the threads of the settings (no more than there are problems). The arrays of the problems are not
/// read.
///
/// problems: count. NULL: never problems and len; settings NULL stands for the defaults; error where it is not
/// wanted.
/// Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_batch_len_f64(
    problems: *const Problem<f64>,
    count: usize,
    settings: *const Settings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let problems = call.read_structs(c"problems", problems, at_least_one(count)?)?;
        let place = call.place(c"len", len)?;
        [*place, _] = Plan::new(&problems, count, &settings)?.lens()?;
        Ok(SINKHORN_OK)
    })
}

/// Solves many problems of any sizes, as many at a time as the settings have threads, each on one of them: no bit
/// of an answer depends on their number.
///
/// problems: count, all of one struct_size. f and g: the potentials of all problems, one after the other (sums of all
/// n and of all m).
/// start_f and start_g of the settings are laid out in the same way, and may be f and g themselves; a start of your
/// own is called on several threads. reports: count; the struct_size of the first is that of all, and all are written.
/// errors: count; that of a problem is written where its report has a negative status. A problem that cannot be
/// solved tells so in its report (and error), its part of f and g is untouched, and the others are solved.
///
/// NULL: never problems, workspace and reports; settings NULL stands for the defaults; f, g, errors and error where
/// they are not wanted. The observer must be NULL.
/// Returns: SINKHORN_OK where the batch was run, whatever became of its problems; or an error about the call as a
/// whole (a struct_size, sums of sizes that do not fit, overlaps), and then nothing was written.
/// Allocates: nothing, but for starts that say so and the pool of threads. Threads: safe.
/// Aliasing: workspace, f, g, reports, errors and *error must not overlap each other or what is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_batch_f64(
    problems: *const Problem<f64>,
    count: usize,
    settings: *const Settings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    f: *mut f64,
    g: *mut f64,
    reports: *mut Report<f64>,
    errors: *mut Error,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = call.read_struct_or_zeros(c"settings", settings)?;
        let problems = call.read_structs(c"problems", problems, at_least_one(count)?)?;
        let plan = Plan::new(&problems, count, &settings)?;
        let memory = plan.memory(call, workspace, workspace_len)?;
        let (n, m) = plan.totals;
        call.declare(c"f", f, n, Access::Write)?;
        call.declare(c"g", g, m, Access::Write)?;
        let reports = call.write_structs(c"reports", reports, count)?;
        call.declare(c"errors", errors, count, Access::Write)?;
        // Each problem reads its start before it writes its potentials, to the same place if that is asked for.
        for (name, start, out, len) in [(c"start_f", settings.start_f, f, n), (c"start_g", settings.start_g, g, m)] {
            settings.check_potential(name, start)?;
            if !ptr::eq(start, out) {
                call.declare(name, start, len, Access::Read)?;
            }
        }
        plan.check_arrays(call, &problems)?;

        let (mut rows, mut columns) = (0, 0);
        let items = reports.enumerate().map(|(k, report)| {
            let problem = problems.get(k);
            let start_f = place(settings.start_f.cast_mut(), rows).cast_const();
            let start_g = place(settings.start_g.cast_mut(), columns).cast_const();
            let settings = Settings { start_f, start_g, ..settings };
            let (f, g) = (place(f, rows), place(g, columns));
            rows += problem.map_or(0, |problem| problem.n);
            columns += problem.map_or(0, |problem| problem.m);
            Item { caller: call.caller_with(place(errors, k)), problem, settings, f, g, report }
        });
        share_out(Sent(items), plan.threads, memory, |item, memory| item.0.solve(&plan.settings, memory));
        Ok(SINKHORN_OK)
    })
}

include!("float/batch.rs");

fn at_least_one(count: usize) -> Result<usize, Fault> {
    if count == 0 { Err(Fault::new(c"count", FaultKind::Zero)) } else { Ok(count) }
}

/// What a batch needs to know before it runs.
struct Plan<T> {
    /// For each problem.
    settings: CoreSettings<T>,
    /// Problems in all, and at a time.
    count: usize,
    threads: usize,
    /// Scalars of one of them, at most; with room to skip pairs, and without.
    each: [usize; 2],
    /// Sums of all n and of all m.
    totals: (usize, usize),
}

impl<T: Real> Plan<T> {
    fn new(problems: &Structs<'_, Problem<T>>, count: usize, settings: &Settings<T>) -> Result<Self, Fault> {
        check_unused([(c"observer", settings.observer.is_some())], "a batch does not call it")?;
        let settings = settings.core()?;
        let threads = if cfg!(feature = "parallel") { settings.threads.min(count) } else { 1 };
        let settings = CoreSettings { threads: 1, ..settings };
        let mut plan = Plan { settings, count, threads, each: [0; 2], totals: (0, 0) };
        for k in 0..count {
            let problem = problems.get(k)?;
            // What is wrong with a problem is told in its own report; it needs no memory.
            for (each, len) in plan.each.iter_mut().zip([len_to_skip, len_behind]) {
                *each = len(&problem, &plan.settings).unwrap_or(0).max(*each);
            }
            let sums = (plan.totals.0.checked_add(problem.n), plan.totals.1.checked_add(problem.m));
            let (Some(n), Some(m)) = sums else { return Err(Fault::too_large(c"problems")) };
            plan.totals = (n, m);
        }
        Ok(plan)
    }

    /// The scalars that all threads need, with room to skip pairs and without.
    fn lens(&self) -> Result<[usize; 2], Fault> {
        let [most, least] = self.each.map(|each| each.checked_mul(self.threads));
        most.zip(least).map(|(most, least)| [most, least]).ok_or(Fault::too_large(c"workspace"))
    }

    /// Declares the workspace. What is not enough for all threads to skip pairs is as much as they need without.
    fn memory<'a>(&self, call: &mut Arguments<'a>, pointer: *mut T, actual: usize) -> Result<&'a mut [T], Fault> {
        let [most, required] = self.lens()?;
        let memory = call.write(c"workspace", pointer, actual)?;
        let kind = ErrorKind::Workspace { required, actual };
        let taken = if actual < most { required } else { most };
        memory.get_mut(..taken).ok_or(Fault::core(c"workspace", kind))
    }

    /// Refuses problems whose arrays overlap what is written. Arrays that are missing are told in the report of the
    /// problem.
    fn check_arrays(&self, call: &Arguments<'_>, problems: &Structs<'_, Problem<T>>) -> Result<(), Fault> {
        for k in 0..self.count {
            match problems.get(k)?.arrays(&mut call.clone()) {
                Err(fault) if matches!(fault.kind, FaultKind::Aliasing { .. }) => return Err(fault),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A place in an array; NULL if there is none.
fn place<V>(array: *mut V, index: usize) -> *mut V {
    if array.is_null() { array } else { array.wrapping_add(index) }
}

/// One problem, and where what is found of it goes: nobody else's memory.
struct Item<'a, T> {
    caller: Caller<'a>,
    problem: Result<Problem<T>, Fault>,
    settings: Settings<T>,
    f: *mut T,
    g: *mut T,
    report: Output<'a, Report<T>>,
}

impl<T: Real> Item<'_, T> {
    /// Solves the problem. What becomes of it goes to its own report.
    fn solve(mut self, settings: &CoreSettings<T>, memory: &mut [T]) {
        let status = self.caller.guard(|| {
            let given = self.problem?;
            let ground_cost = given.ground_cost()?;
            let mut call = self.caller.arguments();
            let arrays = given.arrays(&mut call)?;
            let potentials = self.settings.potentials(&mut call, given.n, given.m)?;
            let problem = given.core(&arrays, &ground_cost)?;
            let workspace = Workspace::new(memory, &problem, settings)?;
            let solve = |start: &dyn sinkhorn_core::start::Start<T>| Ok(solve(&problem, start, settings, workspace)?);
            let solution = with_start(&self.settings, potentials, solve)?;
            let numbers = Report::of(&solution)?;
            // The start has been read: it may be where the potentials go.
            let mut call = self.caller.arguments();
            for (name, out, values) in [(c"f", self.f, solution.f()), (c"g", self.g, solution.g())] {
                if let Some(out) = call.write_optional(name, out, values.len())? {
                    out.copy_from_slice(values);
                }
            }
            self.report.write(&numbers);
            Ok(numbers.status)
        });
        if status < 0 {
            self.report.write(&Report { status, start: c"".as_ptr(), ..Report::zeros() });
        }
    }
}

/// What one thread hands to another: items, and the iterator that makes them under a lock, one at a time.
struct Sent<V>(V);

// SAFETY: pointers to what is only read, or is written through one item alone, as was checked when the arguments were
// declared. The header says that a start and a cost are called on several threads.
unsafe impl<V> Send for Sent<V> {}

impl<I: Iterator> Iterator for Sent<I> {
    type Item = Sent<I::Item>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Sent)
    }
}
