//! The structs of derivatives, and what the core sees of them.

use core::ffi::{CStr, c_void};

use sinkhorn_core::{
    Real, Solution as CoreSolution,
    diff::{
        Changes as CoreChanges, DerivativeSettings as CoreSettings, Gradients as CoreGradients,
        LinearReport as CoreReport, Tangent as CoreTangent,
    },
};

use crate::arguments::{Arguments, structs};
use crate::checks::{check_unused, or, product};
use crate::fault::Fault;
use crate::status::{Status, of_linear};

/// How to differentiate. All zeros but struct_size are the defaults, and functions take NULL for them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DerivativeSettings<T> {
    /// sizeof of this struct: as far as tolerance at least.
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
    /// sizeof of this struct: as far as y at least.
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
    /// sizeof of this struct: as far as g at least.
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
    /// sizeof of this struct: as far as y at least.
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
    /// sizeof of this struct: as far as g at least.
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
    /// sizeof of this struct: as far as iterations at least.
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

structs!(
    DerivativeSettings before max_iterations, Gradients before a, Cotangent before plan, Tangent before a,
    Changes before plan, LinearReport before residual
);

impl<T: Real> DerivativeSettings<T> {
    /// Declares settings, and checks them; the defaults for NULL.
    pub(crate) fn read(
        call: &mut Arguments<'_>,
        name: &'static CStr,
        pointer: *const Self,
    ) -> Result<CoreSettings<T>, Fault> {
        let given = call.read_struct_or_zeros(name, pointer)?;
        let default = CoreSettings::default();
        let settings = CoreSettings {
            tolerance: or(given.tolerance, default.tolerance),
            max_iterations: or(given.max_iterations, default.max_iterations),
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

    /// n m, if a matrix is given; 0 if its pointer is NULL.
    pub fn cells<T>(self, argument: &'static CStr, matrix: *const T) -> Result<usize, Fault> {
        if matrix.is_null() { Ok(0) } else { product(argument, self.n, self.m) }
    }

    /// Coordinates of that many points. Refuses what is about points if there are none.
    pub fn points<T>(self, argument: &'static CStr, points: *const T, count: usize) -> Result<usize, Fault> {
        check_unused([(argument, self.d == 0 && !points.is_null())], "a cost matrix has no points")?;
        product(argument, count, self.d)
    }
}

impl<T: Real> Gradients<T> {
    /// Declares the struct, and what it points to.
    pub(crate) fn read<'a>(
        call: &mut Arguments<'a>,
        pointer: *const Self,
        sizes: Sizes,
    ) -> Result<CoreGradients<'a, T>, Fault> {
        let out = call.read_struct(c"gradients", pointer)?;
        Ok(CoreGradients {
            x: call.write_optional(c"x", out.x, sizes.points(c"x", out.x, sizes.n)?)?,
            y: call.write_optional(c"y", out.y, sizes.points(c"y", out.y, sizes.m)?)?,
            a: call.write_optional(c"a", out.a, sizes.n)?,
            b: call.write_optional(c"b", out.b, sizes.m)?,
            cost: call.write_optional(c"cost", out.cost, sizes.cells(c"cost", out.cost)?)?,
            epsilon: call.place_optional(c"epsilon", out.epsilon)?,
        })
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

impl<T: Real> Tangent<T> {
    /// Declares the struct, and what it points to.
    pub(crate) fn read<'a>(
        call: &mut Arguments<'a>,
        pointer: *const Self,
        sizes: Sizes,
    ) -> Result<CoreTangent<'a, T>, Fault> {
        let given = call.read_struct(c"tangent", pointer)?;
        Ok(CoreTangent {
            x: call.read_optional(c"x", given.x, sizes.points(c"x", given.x, sizes.n)?)?,
            y: call.read_optional(c"y", given.y, sizes.points(c"y", given.y, sizes.m)?)?,
            a: call.read_optional(c"a", given.a, sizes.n)?,
            b: call.read_optional(c"b", given.b, sizes.m)?,
            cost: call.read_optional(c"cost", given.cost, sizes.cells(c"cost", given.cost)?)?,
            epsilon: given.epsilon,
        })
    }
}

impl<T: Real> Changes<T> {
    /// Declares the struct, and what it points to.
    pub(crate) fn read<'a>(
        call: &mut Arguments<'a>,
        pointer: *const Self,
        sizes: Sizes,
    ) -> Result<CoreChanges<'a, T>, Fault> {
        let out = call.read_struct(c"changes", pointer)?;
        Ok(CoreChanges {
            f: call.write_optional(c"f", out.f, sizes.n)?,
            g: call.write_optional(c"g", out.g, sizes.m)?,
            plan: call.write_optional(c"plan", out.plan, sizes.cells(c"plan", out.plan)?)?,
            map: call.write_optional(c"map", out.map, sizes.points(c"map", out.map, sizes.n)?)?,
        })
    }
}

impl<T: Real> LinearReport<T> {
    pub(crate) fn new(report: &CoreReport<T>) -> Self {
        let CoreReport { iterations, residual, projected, .. } = *report;
        LinearReport {
            struct_size: size_of::<Self>(),
            status: of_linear(report.status),
            iterations,
            residual,
            projected,
        }
    }
}
