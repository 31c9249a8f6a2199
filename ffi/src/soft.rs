//! Soft sorting, ranking, quantiles and top-k, and their derivatives.

use core::ptr;

use sinkhorn_core::{
    Error as CoreError, Real,
    error::{Argument, ErrorKind},
    soft::{
        QuantileConvention as CoreQuantileConvention, Soft as CoreSoft, SoftSettings as CoreSoftSettings,
        SoftStart as CoreSoftStart, soft_len, soft_quantile, soft_rank, soft_sort, soft_top_k,
    },
};

use crate::checks::{
    Region, check_disjoint, check_optional_struct, count, output, read_struct, required, slice, write_struct,
};
use crate::derivatives::{DerivativeSettings, LinearReport, tell};
use crate::error::{Error, guard};
use crate::fault::{Fault, FaultKind};
use crate::object::{Lent, Object, large_object_len};
use crate::report::Report;
use crate::settings::{Observers, Settings};
use crate::status::{SINKHORN_OK, Status};

/// A soft operator after its solve, for its derivative. Lives at the beginning of its workspace, and is gone when
/// that is used for something else.
pub struct Soft<T: Real>(Object<T, Applied<T>>);

type Applied<T> = CoreSoft<'static, T>;

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
    /// sizeof of this struct.
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || soft_query((n, m), settings, len, error)) }
}

/// sinkhorn_soft_len_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_len_f32(
    n: usize,
    m: usize,
    settings: *const SoftSettings<f32>,
    len: *mut usize,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || soft_query((n, m), settings, len, error)) }
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
/// outputs are untouched. Allocates: nothing. Threads: safe. Aliasing: workspace, sorted, *soft, *report and *error
/// must not overlap each other or the inputs.
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
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.sort(sorted, m)) }
}

/// sinkhorn_soft_sort_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_sort_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    sorted: *mut f32,
    m: usize,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.sort(sorted, m)) }
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
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.rank(ranks)) }
}

/// sinkhorn_soft_rank_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_rank_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    ranks: *mut f32,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.rank(ranks)) }
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
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.quantile(levels, quantiles, count)) }
}

/// sinkhorn_soft_quantile_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_quantile_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    levels: *const f32,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    quantiles: *mut f32,
    count: usize,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.quantile(levels, quantiles, count)) }
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
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.top_k(k, chosen)) }
}

/// sinkhorn_soft_top_k_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_top_k_f32(
    values: *const f32,
    weights: *const f32,
    n: usize,
    k: f32,
    settings: *const SoftSettings<f32>,
    workspace: *mut f32,
    workspace_len: usize,
    chosen: *mut f32,
    soft: *mut *mut Soft<f32>,
    report: *mut Report<f32>,
    error: *mut Error,
) -> Status {
    let call = Call { values, weights, n, settings, workspace, workspace_len, soft, report, error };
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || call.top_k(k, chosen)) }
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || vjp(soft, (cotangent, outputs), [in_values, in_weights], report, error)) }
}

/// sinkhorn_soft_vjp_f64 in float.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_soft_vjp_f32(
    soft: *mut Soft<f32>,
    cotangent: *const f32,
    outputs: usize,
    in_values: *mut f32,
    in_weights: *mut f32,
    report: *mut LinearReport<f32>,
    error: *mut Error,
) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || vjp(soft, (cotangent, outputs), [in_values, in_weights], report, error)) }
}

impl<T: Real> SoftSettings<T> {
    /// The settings at a pointer; the defaults for NULL.
    ///
    /// # Safety
    /// That of [`read_struct`], for what they point to as well.
    unsafe fn read(pointer: *const Self) -> Result<CoreSoftSettings<T>, Fault> {
        let default = CoreSoftSettings::default();
        if pointer.is_null() {
            return Ok(default);
        }
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        let given = unsafe { read_struct(c"settings", pointer)? };
        // SAFETY: the same.
        let (solve, differentiation) = unsafe {
            (
                Settings::read(c"solve", given.solve)?,
                DerivativeSettings::read(c"differentiation", given.differentiation)?,
            )
        };
        for (argument, unused) in [
            (c"start", solve.start.is_none()),
            (c"start_f", solve.start_f.is_null()),
            (c"start_g", solve.start_g.is_null()),
            (c"observer", solve.observer.is_none()),
        ] {
            if !unused {
                return Err(Fault::unsupported(argument, "soft operators do not take one"));
            }
        }
        Ok(CoreSoftSettings {
            epsilon: if given.epsilon == T::ZERO { default.epsilon } else { given.epsilon },
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

    /// The structs that the settings point to.
    ///
    /// # Safety
    /// `pointer` is NULL or has been read.
    unsafe fn regions(pointer: *const Self) -> Result<[Region; 2], Fault> {
        // SAFETY: the contract of this function.
        let given = unsafe { pointer.as_ref() };
        let (solve, differentiation) =
            given.map_or((ptr::null(), ptr::null()), |given| (given.solve, given.differentiation));
        Ok([Region::optional(c"solve", solve, 1)?, Region::optional(c"differentiation", differentiation, 1)?])
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn soft_query<T: Real>(
    (n, m): (usize, usize),
    settings: *const SoftSettings<T>,
    len: *mut usize,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    let chosen = unsafe { SoftSettings::read(settings)? };
    // SAFETY: just read.
    let [solve, differentiation] = unsafe { SoftSettings::regions(settings)? };
    check_disjoint(
        &[Region::required(c"len", len, 1)?, Region::optional(c"error", error, 1)?],
        &[Region::optional(c"settings", settings, 1)?, solve, differentiation],
    )?;
    count(c"n", n)?;
    count(c"m", m)?;
    let total = soft_len(n, m, &chosen)?.checked_add(large_object_len::<T>());
    let total = total.ok_or(Fault::too_large(c"workspace"))?;
    // SAFETY: not NULL and aligned, as checked; memory for a `usize` by contract.
    unsafe { len.write(total) };
    Ok(SINKHORN_OK)
}

/// What all operators take.
struct Call<T: Real> {
    values: *const T,
    weights: *const T,
    n: usize,
    settings: *const SoftSettings<T>,
    workspace: *mut T,
    workspace_len: usize,
    soft: *mut *mut Soft<T>,
    report: *mut Report<T>,
    error: *mut Error,
}

impl<T: Real> Call<T> {
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn sort(&self, sorted: *mut T, m: usize) -> Result<Status, Fault> {
        // SAFETY: the contract of this function.
        unsafe {
            self.run(m, (c"sorted", sorted, m), ptr::null(), |inputs, settings, memory, out| {
                soft_sort(inputs.values, inputs.weights, settings, memory, out)
            })
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn rank(&self, ranks: *mut T) -> Result<Status, Fault> {
        let n = self.n;
        // SAFETY: the contract of this function.
        unsafe {
            self.run(n, (c"ranks", ranks, n), ptr::null(), |inputs, settings, memory, out| {
                soft_rank(inputs.values, inputs.weights, settings, memory, out)
            })
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn quantile(&self, levels: *const T, quantiles: *mut T, count: usize) -> Result<Status, Fault> {
        Region::required(c"levels", levels, count)?;
        let m = count.checked_mul(2).and_then(|twice| twice.checked_add(1));
        let m = m.ok_or(Fault::too_large(c"levels"))?;
        // SAFETY: the contract of this function.
        unsafe {
            self.run(m, (c"quantiles", quantiles, count), levels, |inputs, settings, memory, out| {
                soft_quantile(inputs.values, inputs.weights, inputs.levels, settings, memory, out)
            })
        }
    }

    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn top_k(&self, k: T, chosen: *mut T) -> Result<Status, Fault> {
        let n = self.n;
        // SAFETY: the contract of this function.
        unsafe {
            self.run(2, (c"chosen", chosen, n), ptr::null(), |inputs, settings, memory, out| {
                soft_top_k(inputs.values, inputs.weights, k, settings, memory, out)
            })
        }
    }

    /// An operator with m levels.
    ///
    /// # Safety
    /// What the header asks of the pointers.
    unsafe fn run<F>(
        &self,
        m: usize,
        (name, out, out_len): (&'static core::ffi::CStr, *mut T, usize),
        levels: *const T,
        apply: F,
    ) -> Result<Status, Fault>
    where
        F: FnOnce(Inputs<'_, T>, &CoreSoftSettings<T>, &'static mut [T], &mut [T]) -> Result<Applied<T>, CoreError>,
    {
        // SAFETY: the contract of this function.
        unsafe {
            let settings = SoftSettings::read(self.settings)?;
            check_optional_struct(c"report", self.report)?;
            count(c"n", self.n)?;
            count(if name == c"sorted" { c"m" } else { c"count" }, out_len)?;
            let [solve, differentiation] = SoftSettings::regions(self.settings)?;
            let needed = soft_len(self.n, m, &settings)?;
            let lent = Lent::new(self.workspace, self.workspace_len, large_object_len::<T>(), needed)?;
            let levels_len = if levels.is_null() { 0 } else { out_len };
            check_disjoint(
                &[
                    lent.region(),
                    Region::required(name, out, out_len)?,
                    Region::optional(c"soft", self.soft, 1)?,
                    Region::optional(c"report", self.report, 1)?,
                    Region::optional(c"error", self.error, 1)?,
                ],
                &[
                    Region::required(c"values", self.values, self.n)?,
                    Region::optional(c"weights", self.weights, self.n)?,
                    Region::optional(c"levels", levels, levels_len)?,
                    Region::optional(c"settings", self.settings, 1)?,
                    solve,
                    differentiation,
                ],
            )?;
            let inputs = Inputs {
                values: required(c"values", slice(c"values", self.values, self.n)?)?,
                weights: slice(c"weights", self.weights, self.n)?,
                levels: slice(c"levels", levels, levels_len)?.unwrap_or(&[]),
            };
            let (object, memory) = lent.begin(crate::cost::GroundCost::SquaredEuclidean, Observers::NONE);
            let applied = apply(inputs, &settings, memory, required(name, output(name, out, out_len)?)?);
            let applied = applied.map_err(named)?;
            let numbers = Report::of(applied.solution())?;
            Object::complete(object, applied);
            if !self.soft.is_null() {
                self.soft.write(object.cast());
            }
            write_struct(self.report, numbers);
            Ok(numbers.status)
        }
    }
}

/// What an operator reads.
struct Inputs<'i, T> {
    values: &'i [T],
    weights: Option<&'i [T]>,
    levels: &'i [T],
}

/// The core calls weights a.
fn named(error: CoreError) -> Fault {
    match error.argument {
        Argument::A => Fault::core(c"weights", error.kind),
        _ => Fault::from(error),
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn vjp<T: Real>(
    handle: *mut Soft<T>,
    (cotangent, outputs): (*const T, usize),
    [in_values, in_weights]: [*mut T; 2],
    report: *mut LinearReport<T>,
    error: *mut Error,
) -> Result<Status, Fault> {
    let object = handle.cast::<Object<T, Applied<T>>>();
    // SAFETY: the contract of this function; the reference is to the value of a live object alone, which nobody else
    // uses.
    unsafe {
        Object::check(c"soft", object)?;
        check_optional_struct(c"report", report)?;
        let soft = &mut (*object).value;
        let n = soft.len();
        check_disjoint(
            &[
                Region::required(c"in_values", in_values, n)?,
                Region::optional(c"in_weights", in_weights, n)?,
                Region::optional(c"report", report, 1)?,
                Region::optional(c"error", error, 1)?,
                Object::region(c"soft", object),
            ],
            &[Region::required(c"cotangent", cotangent, outputs)?],
        )?;
        let cotangent = required(c"cotangent", slice(c"cotangent", cotangent, outputs)?)?;
        let in_values = required(c"in_values", output(c"in_values", in_values, n)?)?;
        let in_weights = output(c"in_weights", in_weights, n)?;
        let found = soft.vjp(cotangent, in_values, in_weights).map_err(|error| match (error.argument, error.kind) {
            (Argument::VECTOR, kind @ ErrorKind::Length { .. }) => Fault::core(c"outputs", kind),
            (Argument::VECTOR, kind) => Fault::core(c"cotangent", kind),
            _ => Fault::from(error),
        })?;
        Ok(tell(report, found))
    }
}
