//! Soft sorting, ranking, quantiles and top-k, and their derivatives.

use core::ffi::CStr;
use core::marker::PhantomData;

use sinkhorn_core::{
    Error as CoreError, Real,
    error::{Argument, ErrorKind},
    soft::{
        QuantileConvention as CoreQuantileConvention, Soft as CoreSoft, SoftSettings as CoreSoftSettings,
        SoftStart as CoreSoftStart, soft_len, soft_quantile, soft_rank, soft_sort, soft_top_k,
    },
};

use crate::arguments::{Arguments, Caller, Output, put, put_struct, structs};
use crate::checks::{check_unused, count as check_count, or};
use crate::cost::GroundCost;
use crate::derivatives::{DerivativeSettings, LinearReport, tell};
use crate::error::Error;
use crate::fault::{Fault, FaultKind};
use crate::object::{Handle, Lent, large_object_len};
use crate::report::Report;
use crate::settings::{Observers, Settings};
use crate::status::{SINKHORN_OK, Status};

/// A soft operator after its solve, for its derivative. Lives at the beginning of its workspace, and is gone when
/// that is used for something else.
pub struct Soft<T: Real>(PhantomData<T>);

impl<T: Real> Handle for Soft<T> {
    type Scalar = T;
    type Value = CoreSoft<'static, T>;

    const NAME: &'static CStr = c"soft";
    const TAG: u32 = 0x5350_1f04;
}

/// What soft operators start from: one of the SINKHORN_SOFT_START_ constants.
pub type SoftStart = i32;

/// The monotone potentials: exact for epsilon 0, and close for small ones.
pub const SINKHORN_SOFT_START_MONOTONE: SoftStart = 0;
/// Zero: for comparison.
pub const SINKHORN_SOFT_START_ZERO: SoftStart = 1;

/// A convention says which quantile a level means: one of the SINKHORN_QUANTILE_ constants.
pub type QuantileConvention = i32;

/// Value k of n (from 0) is the quantile at the level (k + 1/2) / n, in the middle of its share of the mass.
pub const SINKHORN_QUANTILE_HAZEN: QuantileConvention = 0;
/// Value k of n (from 0) is the quantile at the level k / (n - 1), as in NumPy.
pub const SINKHORN_QUANTILE_LINEAR: QuantileConvention = 1;

/// How soft to be, and how to solve. All zeros but struct_size are the defaults, and functions take NULL for them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SoftSettings<T> {
    /// sizeof of this struct: as far as differentiation at least.
    pub struct_size: usize,
    /// The solve, or NULL for the defaults. It has no start, potentials or observer.
    pub solve: *const Settings<T>,
    /// Its derivatives, or NULL for the defaults.
    pub differentiation: *const DerivativeSettings<T>,
    /// The regularisation: values and levels are standardised to mean 0 and standard deviation 1, and the cost is
    /// the square of their difference. Small is sharp: for n values, about 1 / n^2 tells neighbours apart. 0: 0.01.
    pub epsilon: T,
    /// 0: values are standardised, which makes operators equivariant to their shift and scale. 1: they are taken as
    /// they are.
    pub keep_scale: i32,
    /// Where the solve begins.
    pub start: SoftStart,
    /// It says what the levels of quantiles mean.
    pub quantiles: QuantileConvention,
}

structs!(SoftSettings before epsilon);

/// Writes to *len how many scalars the workspace of a soft operator needs for n values and m levels: m is the
/// length of the output for sinkhorn_soft_sort_f64, n for sinkhorn_soft_rank_f64, twice the number of levels and
/// one more for sinkhorn_soft_quantile_f64, and 2 for sinkhorn_soft_top_k_f64. O(n + m), beside what the storage of
/// the settings takes.
///
/// NULL: never len; settings NULL stands for the defaults; error where it is not wanted.
/// Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_len_f64(
    n: usize,
    m: usize,
    settings: *const SoftSettings<f64>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let place = call.place(c"len", len)?;
        check_count(c"n", n)?;
        check_count(c"m", m)?;
        let len = soft_len(n, m, &settings)?.checked_add(large_object_len::<f64>());
        *place = len.ok_or(Fault::too_large(c"workspace"))?;
        Ok(SINKHORN_OK)
    })
}

/// Soft sorting (Cuturi, Teboul and Vert 2019): values (n) in increasing order into sorted (m, any length): the
/// k-th is the mean of the values that go to the k-th of m levels. With m = n and small epsilon they are the sorted
/// values; with fewer, means of m equal shares of them.
///
/// weights: n, of any positive sum; NULL: equal. workspace: at least the scalars that sinkhorn_soft_len_f64 asks
/// for. *soft is for sinkhorn_soft_vjp_f64; it lives in the workspace, and neither values nor weights nor structs
/// are needed any more.
/// NULL: never values, workspace and sorted; settings NULL stands for the defaults; weights, soft, report and error
/// where they are not wanted.
/// Returns: the status of the solve, whose results are usable; or an error. Of those that are about an argument,
/// outputs are untouched, and what lived in the workspace is as after sinkhorn_solve_f64. Allocates: nothing.
/// Threads: safe. Aliasing: workspace, sorted, *soft, *report and *error must not overlap each other or the inputs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_sort_f64(
    values: *const f64,
    weights: *const f64,
    n: usize,
    settings: *const SoftSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    sorted: *mut f64,
    m: usize,
    soft: *mut *mut Soft<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        check_count(c"m", m)?;
        let lent = lend(call, (workspace, workspace_len), (n, m), &settings)?;
        let sorted = call.write(c"sorted", sorted, m)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_sort(values, weights, &settings, memory, sorted)
        })
    })
}

/// Soft ranking: ranks (n), 0 for the smallest value and n - 1 for the largest where epsilon is small. Everything
/// else: as sinkhorn_soft_sort_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_rank_f64(
    values: *const f64,
    weights: *const f64,
    n: usize,
    settings: *const SoftSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    ranks: *mut f64,
    soft: *mut *mut Soft<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let lent = lend(call, (workspace, workspace_len), (n, n), &settings)?;
        let ranks = call.write(c"ranks", ranks, n)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results
            .of_operator(lent, inputs, |(values, weights), memory| soft_rank(values, weights, &settings, memory, ranks))
    })
}

/// Soft quantiles (count) at levels (count, in [0, 1], in any order). Everything else: as sinkhorn_soft_sort_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_quantile_f64(
    values: *const f64,
    weights: *const f64,
    n: usize,
    levels: *const f64,
    settings: *const SoftSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    quantiles: *mut f64,
    count: usize,
    soft: *mut *mut Soft<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let levels = call.read(c"levels", levels, count)?;
        check_count(c"count", count)?;
        let m = count.checked_mul(2).and_then(|twice| twice.checked_add(1)).ok_or(Fault::too_large(c"levels"))?;
        let lent = lend(call, (workspace, workspace_len), (n, m), &settings)?;
        let quantiles = call.write(c"quantiles", quantiles, count)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_quantile(values, weights, levels, &settings, memory, quantiles)
        })
    })
}

/// Soft top-k: for every value the share of it that is among the k largest, in chosen (n); 0 < k < n, and their sum
/// is k where the values have equal weights. Everything else: as sinkhorn_soft_sort_f64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_top_k_f64(
    values: *const f64,
    weights: *const f64,
    n: usize,
    k: f64,
    settings: *const SoftSettings<f64>,
    workspace: *mut f64,
    workspace_len: usize,
    chosen: *mut f64,
    soft: *mut *mut Soft<f64>,
    report: *mut Report<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let settings = SoftSettings::read(call, settings)?;
        let lent = lend(call, (workspace, workspace_len), (n, 2), &settings)?;
        let chosen = call.write(c"chosen", chosen, n)?;
        let inputs = inputs(call, (values, weights, n))?;
        let results = results(call, soft, report)?;
        results.of_operator(lent, inputs, |(values, weights), memory| {
            soft_top_k(values, weights, k, &settings, memory, chosen)
        })
    })
}

/// The gradient of a loss in the values, in_values (n), and in the weights, in_weights (n), given what it is worth
/// in the output of the operator: cotangent (outputs, the length of that output). Standardisation and the sum of
/// the weights are differentiated too.
///
/// NULL: never soft, cotangent and in_values; in_weights, report and error where they are not wanted. Returns: the
/// status of the report, or an error. Outputs are untouched where it is one of the arguments; after
/// SINKHORN_ERROR_OVERFLOW of the cotangent, which only the numbers can tell, they are not to be used. Allocates:
/// nothing. Threads: one at a time for a soft. Aliasing: outputs must not overlap each other, the cotangent or the
/// workspace.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_vjp_f64(
    soft: *mut Soft<f64>,
    cotangent: *const f64,
    outputs: usize,
    in_values: *mut f64,
    in_weights: *mut f64,
    report: *mut LinearReport<f64>,
    error: *mut Error,
) -> Status {
    // SAFETY: the pointers of a caller from C.
    unsafe { Caller::trust(error) }.call(|call| {
        let soft = call.claim(soft)?;
        let n = soft.get().len();
        let cotangent = call.read(c"cotangent", cotangent, outputs)?;
        let in_values = call.write(c"in_values", in_values, n)?;
        let in_weights = call.write_optional(c"in_weights", in_weights, n)?;
        let report = call.write_struct_optional(c"report", report)?;
        let found = soft.into_mut().vjp(cotangent, in_values, in_weights);
        let found = found.map_err(|error| match (error.argument, error.kind) {
            (Argument::VECTOR, kind @ ErrorKind::Length { .. }) => Fault::core(c"outputs", kind),
            (Argument::VECTOR, kind) => Fault::core(c"cotangent", kind),
            _ => Fault::from(error),
        })?;
        Ok(tell(report, found))
    })
}

include!("float/soft.rs");

impl<T: Real> SoftSettings<T> {
    /// Declares settings and what they point to; the defaults for NULL.
    fn read(call: &mut Arguments<'_>, pointer: *const Self) -> Result<CoreSoftSettings<T>, Fault> {
        let given = call.read_struct_or_zeros(c"settings", pointer)?;
        let solve = call.read_struct_or_zeros(c"solve", given.solve)?;
        let differentiation = DerivativeSettings::read(call, c"differentiation", given.differentiation)?;
        check_unused(
            [
                (c"start", solve.start.is_some()),
                (c"start_f", !solve.start_f.is_null()),
                (c"start_g", !solve.start_g.is_null()),
                (c"observer", solve.observer.is_some()),
            ],
            "soft operators do not take one",
        )?;
        let epsilon = or(given.epsilon, CoreSoftSettings::default().epsilon);
        if !(epsilon > T::ZERO && epsilon.is_finite()) {
            return Err(Fault::core(c"epsilon", ErrorKind::NotPositive { value: epsilon.widen() }));
        }
        Ok(CoreSoftSettings {
            epsilon,
            standardise: match given.keep_scale {
                0 => true,
                1 => false,
                value => return Err(Fault::new(c"keep_scale", FaultKind::Choice { value })),
            },
            start: match given.start {
                SINKHORN_SOFT_START_MONOTONE => CoreSoftStart::Monotone,
                SINKHORN_SOFT_START_ZERO => CoreSoftStart::Zero,
                value => return Err(Fault::new(c"start", FaultKind::Choice { value })),
            },
            quantiles: match given.quantiles {
                SINKHORN_QUANTILE_HAZEN => CoreQuantileConvention::Hazen,
                SINKHORN_QUANTILE_LINEAR => CoreQuantileConvention::Linear,
                value => return Err(Fault::new(c"quantiles", FaultKind::Choice { value })),
            },
            solve: solve.core()?,
            differentiation,
        })
    }
}

/// Declares the memory of an operator on n values with m levels.
fn lend<T: Real>(
    call: &mut Arguments<'static>,
    (workspace, workspace_len): (*mut T, usize),
    (n, m): (usize, usize),
    settings: &CoreSoftSettings<T>,
) -> Result<Lent<T>, Fault> {
    check_count(c"n", n)?;
    call.lend(workspace, workspace_len, large_object_len::<T>(), soft_len(n, m, settings)?)
}

/// Values and weights.
type Inputs<'a, T> = (&'a [T], Option<&'a [T]>);

fn inputs<'a, T>(
    call: &mut Arguments<'a>,
    (values, weights, n): (*const T, *const T, usize),
) -> Result<Inputs<'a, T>, Fault> {
    Ok((call.read(c"values", values, n)?, call.read_optional(c"weights", weights, n)?))
}

/// Where handle and report of an operator go.
struct Results<T: Real> {
    soft: Option<&'static mut *mut Soft<T>>,
    report: Option<Output<'static, Report<T>>>,
}

fn results<T: Real>(
    call: &mut Arguments<'static>,
    soft: *mut *mut Soft<T>,
    report: *mut Report<T>,
) -> Result<Results<T>, Fault> {
    let soft = call.place_optional(c"soft", soft)?;
    Ok(Results { soft, report: call.write_struct_optional(c"report", report)? })
}

impl<T: Real> Results<T> {
    /// Runs an operator, and keeps it in the memory that was lent.
    fn of_operator(
        self,
        lent: Lent<T>,
        inputs: Inputs<'_, T>,
        operator: impl FnOnce(Inputs<'_, T>, &'static mut [T]) -> Result<CoreSoft<'static, T>, CoreError>,
    ) -> Result<Status, Fault> {
        let (empty, memory) = lent.begin::<Soft<T>>(GroundCost::SquaredEuclidean, Observers::NONE);
        let applied = operator(inputs, memory).map_err(|error| match (error.argument, error.kind) {
            // Entries are looked at before anything is written, their spread afterwards. In the core, weights are a.
            (Argument::A, kind) => empty.undo(Fault::core(c"weights", kind)),
            (Argument::LEVELS | Argument::K, _) => empty.undo(error.into()),
            (Argument::VALUES, ErrorKind::NotFinite { .. }) => empty.undo(error.into()),
            _ => error.into(),
        })?;
        let numbers = Report::of(applied.solution())?;
        let handle = empty.fill(Ok(applied))?.unlock();
        put(self.soft, handle);
        put_struct(self.report, &numbers);
        Ok(numbers.status)
    }
}
