//! Many problems in one call.

use core::ptr;

use sinkhorn_core::{Real, Settings as CoreSettings, Workspace, batch::share_out, error::ErrorKind, solve};

use crate::checks::{Region, check_disjoint, check_struct, output, read_struct};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::problem::Problem;
use crate::report::Report;
use crate::settings::Settings;
use crate::start::with_start;
use crate::status::{SINKHORN_OK, Status};
use crate::workspace::len_behind;

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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || batch_query(problems, count, settings, len, error)) }
}

/// sinkhorn_batch_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_batch_len_f32(
    problems: *const Problem<f32>,
    count: usize,
    settings: *const Settings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || batch_query(problems, count, settings, len, error)) }
}

/// Solves many problems of any sizes, as many at a time as the settings have threads, each on one of them: no bit
/// of an answer depends on their number.
///
/// problems: count. f and g: the potentials of all problems, one after the other (sums of all n and of all m).
/// start_f and start_g of the settings are laid out in the same way, and may be f and g themselves; a start of your
/// own is called on several threads. reports: count; the struct_size of the first is checked, and all are written.
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
    let call = Call { problems, count, settings, workspace, workspace_len, f, g, reports, errors, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
}

/// sinkhorn_solve_batch_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_batch_f32(
    problems: *const Problem<f32>,
    count: usize,
    settings: *const Settings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    f: *mut f32,
    g: *mut f32,
    reports: *mut Report<f32>,
    errors: *mut Error,
    error: *mut Error,
) -> Status {
    let call = Call { problems, count, settings, workspace, workspace_len, f, g, reports, errors, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.run()) }
}

/// What a batch needs to know before it runs.
struct Plan<T> {
    /// For each problem.
    settings: CoreSettings<T>,
    /// Problems at a time.
    threads: usize,
    /// Scalars of one of them, at most.
    each: usize,
    /// Sums of all n and of all m.
    totals: (usize, usize),
}

impl<T: Real> Plan<T> {
    /// # Safety
    /// `problems` are `count` structs.
    unsafe fn new(problems: *const Problem<T>, count: usize, settings: &Settings<T>) -> Result<Self, Fault> {
        Region::required(c"problems", problems, count)?;
        if count == 0 {
            return Err(Fault::new(c"count", FaultKind::Zero));
        }
        if settings.observer.is_some() {
            let reason = "a batch does not call it";
            return Err(Fault::unsupported(c"observer", reason));
        }
        let settings = settings.core()?;
        let threads = if cfg!(feature = "parallel") { settings.threads.min(count) } else { 1 };
        let settings = CoreSettings { threads: 1, ..settings };
        let mut plan = Plan { settings, threads, each: 0, totals: (0, 0) };
        for k in 0..count {
            // SAFETY: the contract of this function; every bit pattern of the fields is valid.
            let problem = unsafe { read_struct(c"problems", problems.add(k)) }.map_err(|fault| match fault.kind {
                FaultKind::StructSize { expected, actual, .. } => {
                    Fault::new(fault.argument, FaultKind::StructSize { row: Some(k), expected, actual })
                }
                _ => fault,
            })?;
            // What is wrong with a problem is told in its own report; it needs no memory.
            plan.each = plan.each.max(len_behind(&problem, &plan.settings).unwrap_or(0));
            let sums = (plan.totals.0.checked_add(problem.n), plan.totals.1.checked_add(problem.m));
            let (Some(n), Some(m)) = sums else { return Err(Fault::too_large(c"problems")) };
            plan.totals = (n, m);
        }
        Ok(plan)
    }

    fn len(&self) -> Result<usize, Fault> {
        self.each.checked_mul(self.threads).ok_or(Fault::too_large(c"workspace"))
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn batch_query<T: Real>(
    problems: *const Problem<T>,
    count: usize,
    settings: *const Settings<T>,
    len: *mut usize,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let chosen = Settings::read(c"settings", settings)?;
        check_disjoint(
            &[Region::required(c"len", len, 1)?, Region::optional(c"error", error, 1)?],
            &[Region::required(c"problems", problems, count)?, Region::optional(c"settings", settings, 1)?],
        )?;
        let required = Plan::new(problems, count, &chosen)?.len()?;
        len.write(required);
        Ok(SINKHORN_OK)
    }
}

/// The arguments of a batch.
struct Call<T: Real> {
    problems: *const Problem<T>,
    count: usize,
    settings: *const Settings<T>,
    workspace: *mut T,
    workspace_len: usize,
    f: *mut T,
    g: *mut T,
    reports: *mut Report<T>,
    errors: *mut Error,
    error: *mut Error,
}

/// One problem, and where what is found of it goes: nobody else's memory.
struct Item<T> {
    problem: Problem<T>,
    settings: Settings<T>,
    f: *mut T,
    g: *mut T,
    report: *mut Report<T>,
    error: *mut Error,
}

// SAFETY: what it points to is read only, or written by this item alone; the header says that a start and a cost are
// called on several threads.
unsafe impl<T> Send for Item<T> {}

impl<T: Real> Call<T> {
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn run(&self) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let settings = Settings::read(c"settings", self.settings)?;
            let plan = Plan::new(self.problems, self.count, &settings)?;
            check_struct(c"reports", self.reports)?;
            let len = plan.len()?;
            let workspace = Region::required(c"workspace", self.workspace, self.workspace_len)?;
            if self.workspace_len < len {
                let kind = ErrorKind::Workspace { required: len, actual: self.workspace_len };
                return Err(Fault::core(c"workspace", kind));
            }
            let (n, m) = plan.totals;
            let written = [
                workspace,
                Region::optional(c"f", self.f, n)?,
                Region::optional(c"g", self.g, m)?,
                Region::required(c"reports", self.reports, self.count)?,
                Region::optional(c"errors", self.errors, self.count)?,
                Region::optional(c"error", self.error, 1)?,
            ];
            let structs = [
                Region::required(c"problems", self.problems, self.count)?,
                Region::optional(c"settings", self.settings, 1)?,
            ];
            let [start_f, start_g] = settings.given(n, m)?;
            check_disjoint(&written, &structs)?;
            // Each problem reads its start before it writes its potentials, to the same place if that is asked for.
            let [workspace, f, g, reports, errors, error] = written;
            let others = [workspace, reports, errors, error];
            check_disjoint(&others, &[start_f, start_g])?;
            for (out, [own, other], same) in [
                (f, [start_f, start_g], ptr::eq(self.f, settings.start_f)),
                (g, [start_g, start_f], ptr::eq(self.g, settings.start_g)),
            ] {
                check_disjoint(&[out], &[other])?;
                if !same {
                    check_disjoint(&[out], &[own])?;
                }
            }
            for k in 0..self.count {
                // A problem whose arrays are missing is told in its own report.
                if let Ok(regions) = (*self.problems.add(k)).regions() {
                    for region in &written {
                        check_disjoint(&[*region], &regions)?;
                    }
                }
            }
            let memory = output(c"workspace", self.workspace, len)?.unwrap_or_default();
            let (mut rows, mut columns) = (0, 0);
            let items = (0..self.count).map(|k| {
                let problem = *self.problems.add(k);
                let start_f = place(settings.start_f.cast_mut(), rows).cast_const();
                let start_g = place(settings.start_g.cast_mut(), columns).cast_const();
                let item = Item {
                    problem,
                    settings: Settings { start_f, start_g, ..settings },
                    f: place(self.f, rows),
                    g: place(self.g, columns),
                    report: self.reports.add(k),
                    error: place(self.errors, k),
                };
                rows += problem.n;
                columns += problem.m;
                item
            });
            share_out(Moved(items), plan.threads, memory, |item, memory| solve_item(&item, &plan.settings, memory));
            Ok(SINKHORN_OK)
        }
    }
}

/// A place in an array; NULL where there is none.
fn place<V>(array: *mut V, index: usize) -> *mut V {
    if array.is_null() { array } else { array.wrapping_add(index) }
}

/// Items that are made under a lock, one at a time.
struct Moved<I>(I);

// SAFETY: it holds pointers to what is only read, or is written through one item alone.
unsafe impl<I> Send for Moved<I> {}

impl<I: Iterator> Iterator for Moved<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
}

/// Solves one problem; what becomes of it goes to its own report.
///
/// # Safety
/// The pointers of the item have been checked.
unsafe fn solve_item<T: Real>(item: &Item<T>, settings: &CoreSettings<T>, memory: &mut [T]) {
    let solve_one = || -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            let ground_cost = item.problem.ground_cost()?;
            item.problem.regions()?;
            let problem = item.problem.view(&ground_cost)?;
            let (n, m) = (problem.rows(), problem.columns());
            let workspace = Workspace::new(memory, &problem, settings)?;
            let solution = with_start(&item.settings, n, m, |start| Ok(solve(&problem, start, settings, workspace)?))?;
            // The start has been read: it may be where the potentials go.
            let report = Report::of(&solution)?;
            for (out, values) in [(item.f, solution.f()), (item.g, solution.g())] {
                if let Some(out) = output(c"f", out, values.len())? {
                    out.copy_from_slice(values);
                }
            }
            item.report.write(report);
            Ok(report.status)
        }
    };
    // SAFETY: the contract of this function.
    unsafe {
        let status = guard(item.error, solve_one);
        if status < 0 {
            item.report.write(Report { status, start: c"".as_ptr(), ..Report::default() });
        }
    }
}
