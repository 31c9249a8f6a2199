//! The structs of derivatives, and what the core sees of them.

use core::ffi::{CStr, c_void};

use sinkhorn_core::{
    Real, Solution as CoreSolution,
    diff::{
        Changes as CoreChanges, DerivativeSettings as CoreSettings, Gradients as CoreGradients, Tangent as CoreTangent,
    },
};

use crate::checks::{Region, output, product, read_struct, slice};
use crate::fault::Fault;
use crate::status::Status;

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

/// Sizes of a solved problem.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub n: usize,
    pub m: usize,
    /// 0 for a matrix.
    pub d: usize,
}

impl Sizes {
    pub fn of<T: Real>(solution: &CoreSolution<'_, T>) -> Self {
        Sizes { n: solution.f().len(), m: solution.g().len(), d: solution.problem().geometry().dimension() }
    }

    /// n m, where a matrix is given; 0 where its pointer is NULL.
    fn cells<T>(self, argument: &'static CStr, matrix: *const T) -> Result<usize, Fault> {
        if matrix.is_null() { Ok(0) } else { product(argument, self.n, self.m) }
    }

    /// Refuses what is about points where there are none.
    fn check_points<T>(self, given: &[(&'static CStr, *const T)]) -> Result<(), Fault> {
        match given.iter().find(|(_, pointer)| self.d == 0 && !pointer.is_null()) {
            Some(&(argument, _)) => Err(Fault::unsupported(argument, "a cost matrix has no points")),
            None => Ok(()),
        }
    }
}

impl<T: Real> Gradients<T> {
    /// What is written.
    pub(crate) fn regions(&self, sizes: Sizes) -> Result<[Region; 6], Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"cost", self.cost)?;
        sizes.check_points(&[(c"x", self.x), (c"y", self.y)])?;
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
    pub(crate) unsafe fn view<'a>(&self, sizes: Sizes) -> Result<CoreGradients<'a, T>, Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"cost", self.cost)?;
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
pub(crate) struct Rows<T> {
    pub function: unsafe extern "C" fn(usize, usize, usize, *mut T, *mut c_void),
    pub data: *mut c_void,
}

// SAFETY: the header says that the function is called on several threads where threads are asked for, with this data.
unsafe impl<T> Sync for Rows<T> {}

impl<T> Rows<T> {
    pub(crate) fn write(&self, i: usize, first: usize, row: &mut [T]) {
        // SAFETY: room for as many scalars, and the data that came with the function: what the header promises.
        unsafe { (self.function)(i, first, row.len(), row.as_mut_ptr(), self.data) }
    }
}

impl<T: Real> Cotangent<T> {
    pub(crate) fn regions(&self, sizes: Sizes) -> Result<[Region; 4], Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"plan", self.plan)?;
        if !self.plan.is_null() && self.plan_rows.is_some() {
            let reason = "give the cotangent of the plan as plan or as plan_rows, not both";
            return Err(Fault::unsupported(c"plan_rows", reason));
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
    pub(crate) fn regions(&self, sizes: Sizes) -> Result<[Region; 5], Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"cost", self.cost)?;
        sizes.check_points(&[(c"x", self.x), (c"y", self.y)])?;
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
    pub(crate) unsafe fn view<'a>(&self, sizes: Sizes) -> Result<CoreTangent<'a, T>, Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"cost", self.cost)?;
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
    pub(crate) fn regions(&self, sizes: Sizes) -> Result<[Region; 4], Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"plan", self.plan)?;
        sizes.check_points(&[(c"map", self.map)])?;
        Ok([
            Region::optional(c"f", self.f, n)?,
            Region::optional(c"g", self.g, m)?,
            Region::optional(c"plan", self.plan, cells)?,
            Region::optional(c"map", self.map, product(c"map", n, d)?)?,
        ])
    }

    /// # Safety
    /// Nobody else uses what the pointers point to during `'a`; their regions have been checked.
    pub(crate) unsafe fn view<'a>(&self, sizes: Sizes) -> Result<CoreChanges<'a, T>, Fault> {
        let Sizes { n, m, d } = sizes;
        let cells = sizes.cells(c"plan", self.plan)?;
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
