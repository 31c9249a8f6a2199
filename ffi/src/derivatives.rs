//! Derivatives of a solution.

use core::ffi::{CStr, c_void};
use core::ptr;

use sinkhorn_core::{
    Argument, Changes as CoreChanges, Cotangent as CoreCotangent, DerivativeSettings as CoreSettings, Derivatives,
    Error as CoreError, Geometry, Gradients as CoreGradients, LinearReport as CoreReport, PlanCotangent, Real,
    Solution as CoreSolution, Tangent as CoreTangent, derivatives_len,
};

use crate::checks::{
    Region, check_finite, check_optional_struct, output, product, read_struct, required, slice, write_struct,
};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::problem::Problem;
use crate::scalar::Scalar;
use crate::solution::{Solution, check_outputs, get};
use crate::status::{SINKHORN_CONVERGED, SINKHORN_OK, Status, of_linear};
use crate::workspace::query_beside;

/// How to differentiate. All zeros but struct_size are the defaults, and functions take NULL for them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DerivativeSettings<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// The residual at which the linear system counts as solved, relative to the cotangent. 0: 1e-8 in double, 1e-3
    /// in float.
    pub tolerance: T,
    /// Iterations of conjugate gradients after which it is given up. 0: 1000.
    pub max_iterations: u32,
    /// Threads that share the rows; no bit of a result depends on them. 0: 1.
    pub threads: u32,
}

/// Where the derivatives of a number in the inputs of a problem are written; NULL where they are not wanted, and
/// then they are not computed.
///
/// Weights: the derivative in an entry alone. For a balanced problem, whose totals must stay equal, it is meant
/// along changes with sum da_i = sum db_j.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Gradients<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// n x dimension, row-major: in x.
    pub x: *mut T,
    /// m x dimension: in y.
    pub y: *mut T,
    /// n: in the weights a.
    pub a: *mut T,
    /// m: in the weights b.
    pub b: *mut T,
    /// n x m, row-major whatever the order of the matrix: in the costs as they are given (not scaled). Of points:
    /// as if pairs had costs of their own.
    pub cost: *mut T,
    /// 1: in epsilon, in units of (scaled) cost.
    pub epsilon: *mut T,
}

/// Writes dL/dP_ij of row i, for the columns first to first + count - 1, to row (count). Called for every pair
/// once, and once more for each of the gradients in x, y, cost and epsilon, in any order, and on several threads
/// where threads are asked for. It must return: no longjmp, no exception.
pub type PlanCotangentRows<T> =
    Option<unsafe extern "C" fn(i: usize, first: usize, count: usize, row: *mut T, data: *mut c_void)>;

/// What a loss L of potentials, plan and barycentric map is worth in them; NULL for those that it does not depend
/// on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Cotangent<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// n: dL/df.
    pub f: *const T,
    /// m: dL/dg.
    pub g: *const T,
    /// n x m, row-major: dL/dP. Or NULL and plan_rows.
    pub plan: *const T,
    /// dL/dP computed when needed, so that nothing of size n m is stored. Or NULL.
    pub plan_rows: PlanCotangentRows<T>,
    /// Handed to plan_rows.
    pub plan_rows_data: *mut c_void,
    /// n x dimension, row-major: dL/dT, T the map of sinkhorn_solution_map_f64. Points only.
    pub map: *const T,
}

/// A direction in which the inputs of a problem change; NULL for those that stay as they are.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Tangent<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// n x dimension: dx.
    pub x: *const T,
    /// m x dimension: dy.
    pub y: *const T,
    /// n: da. For a balanced problem the totals must stay equal: sum da_i = sum db_j, or the difference is taken
    /// out and reported.
    pub a: *const T,
    /// m: db.
    pub b: *const T,
    /// n x m, row-major whatever the order of the matrix: dC, not scaled.
    pub cost: *const T,
    /// depsilon, in units of (scaled) cost.
    pub epsilon: T,
}

/// Where the changes of potentials, plan and map along a direction are written; NULL for those that are not wanted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Changes<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// n: df.
    pub f: *mut T,
    /// m: dg.
    pub g: *mut T,
    /// n x m, row-major: dP.
    pub plan: *mut T,
    /// n x dimension, row-major: dT.
    pub map: *mut T,
}

/// How the linear system behind an implicit derivative was solved. The derivative is written in any case. Set
/// struct_size before the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LinearReport<T> {
    /// sizeof of this struct.
    pub struct_size: usize,
    /// SINKHORN_CONVERGED, SINKHORN_ITERATION_LIMIT or SINKHORN_PRECISION_FLOOR: what the function returned.
    pub status: Status,
    /// Iterations of conjugate gradients; each is one pass over the pairs.
    pub iterations: u32,
    /// The residual, relative to the cotangent (or to what the tangent changes), measured at the end.
    pub residual: T,
    /// The component along the free constant of balanced potentials that the system cannot tell. Of a cotangent:
    /// sum dL/df_i - sum dL/dg_j, whose worth follows from the convention sum a_i f_i = sum b_j g_j and is in the
    /// gradients. Of a tangent: sum db_j - sum da_i, which was taken out.
    pub projected: T,
}

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
    unsafe { guard(error, || derivatives_query(problem, settings, len, error)) }
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
    unsafe { guard(error, || derivatives_query(problem, settings, len, error)) }
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

impl<T: Real> DerivativeSettings<T> {
    /// The settings at a pointer, checked; the defaults for NULL.
    ///
    /// # Safety
    /// That of [`read_struct`].
    pub(crate) unsafe fn read(name: &'static CStr, pointer: *const Self) -> Result<CoreSettings<T>, Fault> {
        let default = CoreSettings::default();
        if pointer.is_null() {
            return Ok(default);
        }
        // SAFETY: the contract of this function; every bit pattern of the fields is valid.
        let given = unsafe { read_struct(name, pointer)? };
        let settings = CoreSettings {
            tolerance: if given.tolerance == T::ZERO { default.tolerance } else { given.tolerance },
            max_iterations: if given.max_iterations == 0 { default.max_iterations } else { given.max_iterations },
            threads: given.threads.max(1) as usize,
        };
        settings.check()?;
        Ok(settings)
    }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn derivatives_query<T: Scalar>(
    problem: *const Problem<T>,
    settings: *const DerivativeSettings<T>,
    len: *mut usize,
    error: *mut Error,
) -> Result<Status, Fault> {
    // SAFETY: the contract of this function.
    unsafe {
        let chosen = DerivativeSettings::read(c"settings", settings)?;
        let beside = Region::optional(c"settings", settings, 1)?;
        query_beside(beside, problem, ptr::null(), len, error, |problem, _| {
            problem.shape()?;
            derivatives_len(problem.n, problem.m, problem.dimension, chosen.threads)
                .ok_or(Fault::TooLarge { argument: c"workspace" })
        })
    }
}

/// Sizes of a solved problem.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    n: usize,
    m: usize,
    /// 0 for a matrix.
    d: usize,
}

impl Sizes {
    pub fn of<T: Real>(solution: &CoreSolution<'_, T>) -> Self {
        let d = match solution.problem().geometry() {
            Geometry::Points(cloud) => cloud.dimension(),
            _ => 0,
        };
        Sizes { n: solution.f().len(), m: solution.g().len(), d }
    }
}

impl<T: Real> Gradients<T> {
    /// What is written.
    pub(crate) fn regions(&self, Sizes { n, m, d }: Sizes) -> Result<[Region; 6], Fault> {
        let cells = if self.cost.is_null() { 0 } else { product(c"cost", n, m)? };
        if d == 0 {
            for (argument, pointer) in [(c"x", self.x), (c"y", self.y)] {
                if !pointer.is_null() {
                    return Err(Fault::Unsupported { argument, reason: "a cost matrix has no points" });
                }
            }
        }
        Ok([
            Region::optional(c"x", self.x, product(c"x", n, d)?)?,
            Region::optional(c"y", self.y, product(c"y", m, d)?)?,
            Region::optional(c"a", self.a, n)?,
            Region::optional(c"b", self.b, m)?,
            Region::optional(c"cost", self.cost, cells)?,
            Region::optional(c"epsilon", self.epsilon, 1)?,
        ])
    }

    /// # Safety
    /// Nobody else uses what the pointers point to during `'a`; their regions have been checked.
    pub(crate) unsafe fn view<'a>(&self, Sizes { n, m, d }: Sizes) -> Result<CoreGradients<'a, T>, Fault> {
        let cells = if self.cost.is_null() { 0 } else { product(c"cost", n, m)? };
        // SAFETY: the contract of this function.
        unsafe {
            Ok(CoreGradients {
                x: output(c"x", self.x, n * d)?,
                y: output(c"y", self.y, m * d)?,
                a: output(c"a", self.a, n)?,
                b: output(c"b", self.b, m)?,
                cost: output(c"cost", self.cost, cells)?,
                epsilon: output(c"epsilon", self.epsilon, 1)?.and_then(|values| values.first_mut()),
            })
        }
    }
}

/// dL/dP of the caller.
struct Rows<T> {
    function: unsafe extern "C" fn(usize, usize, usize, *mut T, *mut c_void),
    data: *mut c_void,
}

// SAFETY: the header says that the function is called on several threads where threads are asked for, with this data.
unsafe impl<T> Sync for Rows<T> {}

impl<T> Rows<T> {
    fn write(&self, i: usize, first: usize, row: &mut [T]) {
        // SAFETY: room for as many scalars, and the data that came with the function: what the header promises.
        unsafe { (self.function)(i, first, row.len(), row.as_mut_ptr(), self.data) }
    }
}

impl<T: Real> Cotangent<T> {
    fn regions(&self, Sizes { n, m, d }: Sizes) -> Result<[Region; 4], Fault> {
        let cells = if self.plan.is_null() { 0 } else { product(c"plan", n, m)? };
        if !self.plan.is_null() && self.plan_rows.is_some() {
            let reason = "give the cotangent of the plan as plan or as plan_rows, not both";
            return Err(Fault::Unsupported { argument: c"plan_rows", reason });
        }
        Ok([
            Region::optional(c"f", self.f, n)?,
            Region::optional(c"g", self.g, m)?,
            Region::optional(c"plan", self.plan, cells)?,
            Region::optional(c"map", self.map, product(c"map", n, d)?)?,
        ])
    }
}

impl<T: Real> Tangent<T> {
    fn regions(&self, Sizes { n, m, d }: Sizes) -> Result<[Region; 5], Fault> {
        let cells = if self.cost.is_null() { 0 } else { product(c"cost", n, m)? };
        if d == 0 {
            for (argument, pointer) in [(c"x", self.x), (c"y", self.y)] {
                if !pointer.is_null() {
                    return Err(Fault::Unsupported { argument, reason: "a cost matrix has no points" });
                }
            }
        }
        Ok([
            Region::optional(c"x", self.x, product(c"x", n, d)?)?,
            Region::optional(c"y", self.y, product(c"y", m, d)?)?,
            Region::optional(c"a", self.a, n)?,
            Region::optional(c"b", self.b, m)?,
            Region::optional(c"cost", self.cost, cells)?,
        ])
    }

    /// # Safety
    /// Nobody writes to what the pointers point to during `'a`.
    unsafe fn view<'a>(&self, Sizes { n, m, d }: Sizes) -> Result<CoreTangent<'a, T>, Fault> {
        let cells = if self.cost.is_null() { 0 } else { product(c"cost", n, m)? };
        // SAFETY: the contract of this function.
        unsafe {
            Ok(CoreTangent {
                x: slice(c"x", self.x, n * d)?,
                y: slice(c"y", self.y, m * d)?,
                a: slice(c"a", self.a, n)?,
                b: slice(c"b", self.b, m)?,
                cost: slice(c"cost", self.cost, cells)?,
                epsilon: self.epsilon,
            })
        }
    }
}

impl<T: Real> Changes<T> {
    fn regions(&self, Sizes { n, m, d }: Sizes) -> Result<[Region; 4], Fault> {
        let cells = if self.plan.is_null() { 0 } else { product(c"plan", n, m)? };
        if d == 0 && !self.map.is_null() {
            return Err(Fault::Unsupported { argument: c"map", reason: "a cost matrix has no points, and no map" });
        }
        Ok([
            Region::optional(c"f", self.f, n)?,
            Region::optional(c"g", self.g, m)?,
            Region::optional(c"plan", self.plan, cells)?,
            Region::optional(c"map", self.map, product(c"map", n, d)?)?,
        ])
    }

    /// # Safety
    /// Nobody else uses what the pointers point to during `'a`; their regions have been checked.
    unsafe fn view<'a>(&self, Sizes { n, m, d }: Sizes) -> Result<CoreChanges<'a, T>, Fault> {
        let cells = if self.plan.is_null() { 0 } else { product(c"plan", n, m)? };
        // SAFETY: the contract of this function.
        unsafe {
            Ok(CoreChanges {
                f: output(c"f", self.f, n)?,
                g: output(c"g", self.g, m)?,
                plan: output(c"plan", self.plan, cells)?,
                map: output(c"map", self.map, n * d)?,
            })
        }
    }
}

/// What all derivatives take.
struct Call<T: Scalar> {
    solution: *const Solution<T>,
    settings: *const DerivativeSettings<T>,
    workspace: *mut T,
    workspace_len: usize,
    report: *mut LinearReport<T>,
    error: *mut Error,
}

impl<T: Scalar> Call<T> {
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
            check_gradients(c"gradients", &out)?;
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
            check_gradients(c"cotangent", &out)?;
            self.tell(c"cotangent", report)
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
            let written = [&out.f, &out.g, &out.plan, &out.map];
            check_finite(c"tangent", written.into_iter().flatten().flat_map(|values| values.iter()))?;
            self.tell(c"tangent", report)
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
            check_gradients(c"tangent", &out)?;
            self.tell(c"tangent", report)
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
        let argument = c"plan_rows";
        match error {
            CoreError::NotFinite { argument: Argument::Plan, place, value } if computed => {
                Fault::NotFinite { argument, place, value }
            }
            CoreError::Overflow { argument: Argument::Plan } if computed => Fault::Overflow { argument },
            CoreError::Unsupported { argument: Argument::Cost, reason } => {
                // SAFETY: a live object, as checked when the call was opened.
                let custom = unsafe { get(self.solution) }.is_ok_and(|solution: &CoreSolution<'_, T>| {
                    matches!(solution.problem().geometry(), Geometry::Points(cloud) if cloud.ground_cost().name() == "custom")
                });
                Fault::Unsupported { argument: if custom { c"cost_gradient" } else { c"cost" }, reason }
            }
            other => Fault::Core(other),
        }
    }

    /// # Safety
    /// `report` has been checked.
    unsafe fn tell(&self, argument: &'static CStr, report: CoreReport<T>) -> Result<Status, Fault> {
        check_finite(argument, &[report.residual, report.projected])?;
        // SAFETY: the contract of this function.
        Ok(unsafe { tell(self.report, report) })
    }
}

/// Refuses gradients that are not finite.
pub(crate) fn check_gradients<T: Real>(argument: &'static CStr, out: &CoreGradients<'_, T>) -> Result<(), Fault> {
    let written = [&out.x, &out.y, &out.a, &out.b, &out.cost];
    check_finite(argument, written.into_iter().flatten().flat_map(|values| values.iter()))?;
    check_finite(argument, out.epsilon.iter().map(|value| &**value))
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
