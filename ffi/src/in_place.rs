//! The smallest solve, for small parts.

use sinkhorn_core::{
    Real, Status as CoreStatus,
    embedded::{InPlace as CoreInPlace, InPlaceReport},
    error::Argument,
    geometry::Weights,
};

use crate::arguments::{Caller, Output, structs};
use crate::checks::{count, or, product};
use crate::error::Error;
use crate::fault::Fault;
use crate::status::{SINKHORN_OK, SINKHORN_PRECISION_FLOOR, SINKHORN_SWEEP_LIMIT, Status};

/// A balanced problem that is solved where it lies: what goes in, what is memory, and what comes out. All zeros but
/// struct_size, sizes, arrays and epsilon will do.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct InPlace<T> {
    /// sizeof of this struct: as far as epsilon at least.
    pub struct_size: usize,
    /// Points on the side of a.
    pub n: usize,
    /// Points on the side of b.
    pub m: usize,
    /// n x m, row-major: costs, finite, or infinity to forbid a pair. The solve makes other numbers of them: write
    /// them anew before the next.
    pub cost: *mut T,
    /// n weights, or NULL: 1/n each.
    pub a: *const T,
    /// m weights with the same total, or NULL: 1/m each.
    pub b: *const T,
    /// n: f to start from, in units of cost: zeros, or that of the last solve; then f of the solution.
    pub f: *mut T,
    /// m: g of the solution.
    pub g: *mut T,
    /// SINKHORN_IN_PLACE_LEN(n, m) scalars.
    pub scratch: *mut T,
    /// The regularisation, in units of cost.
    pub epsilon: T,
    /// The marginal error, in units of mass, at which it has converged. 0: 1e-6 in double, 1e-3 in float.
    pub threshold: T,
    /// Written: the marginal error that the last sweep measured. The potentials, half a sweep on, have exact columns,
    /// and rows no further off.
    pub marginal_error: T,
    /// Sweeps at most. 0: 10000.
    pub max_sweeps: u32,
    /// Written: sweeps made.
    pub sweeps: u32,
}

structs!(InPlace before threshold);

/// The smallest solve: plain sweeps on a kernel, in the memory of the cost matrix, and nothing else is linked. For
/// parts with few kilobytes of flash and memory; what sinkhorn_solve_f64 has beyond it are points, starts,
/// acceleration, relaxed marginals and the report. The plan is
/// a_i b_j exp((f_i + g_j - C_ij) / epsilon), its value sum_i a_i f_i + sum_j b_j g_j.
///
/// Returns: SINKHORN_OK where it has converged, SINKHORN_SWEEP_LIMIT, or SINKHORN_PRECISION_FLOOR where potentials
/// have moved so far from where they began that the kernel may lack something: write the costs anew and call it
/// again, which goes on from f. Or an error, and then only *error is written.
/// NULL: never problem, cost, f, g and scratch.
/// Allocates: nothing. Threads: safe. Aliasing: cost, f, g and scratch must not overlap each other, a and b, *problem
/// and *error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_in_place_f64(problem: *mut InPlace<f64>, error: *mut Error) -> Status {
    // SAFETY: the pointers of a caller from C.
    let caller = unsafe { Caller::trust(error) };
    caller.guard(|| {
        let (mut given, mut out, job) = declare(caller, problem)?;
        let InPlaceReport { status, sweeps, marginal_error } = job.solve()?;
        (given.sweeps, given.marginal_error) = (sweeps, marginal_error);
        out.write(&given);
        Ok(match status {
            CoreStatus::Converged => SINKHORN_OK,
            CoreStatus::SweepLimit => SINKHORN_SWEEP_LIMIT,
            _ => SINKHORN_PRECISION_FLOOR,
        })
    })
}

include!("float/in_place.rs");

/// As of the settings of other solves.
const DEFAULT_SWEEPS: u32 = 10_000;

/// The struct, where it is written, and the solve that it asks for.
type Declared<'a, T> = (InPlace<T>, Output<'a, InPlace<T>>, CoreInPlace<'a, T>);

/// Declares all arguments, apart: their list would be on the stack of the solve.
#[inline(never)]
fn declare<'a, T: Real>(caller: Caller<'a>, problem: *mut InPlace<T>) -> Result<Declared<'a, T>, Fault> {
    let mut call = caller.arguments();
    let (given, out) = call.update_struct(c"problem", problem)?;
    let (n, m) = (count(c"n", given.n)?, count(c"m", given.m)?);
    let scratch_len = CoreInPlace::<T>::scratch_len(n, m).ok_or(Fault::too_large(c"scratch"))?;
    let (a, b) = (call.read_optional(c"a", given.a, n)?, call.read_optional(c"b", given.b, m)?);
    let cost = call.write(c"cost", given.cost, product(c"cost", n, m)?)?;
    let (f, g) = (call.write(c"f", given.f, n)?, call.write(c"g", given.g, m)?);
    let scratch = call.write(c"scratch", given.scratch, scratch_len)?;
    let weights = |argument, values: Option<&'a [T]>, len| match values {
        Some(values) => Weights::new(argument, values),
        None => Weights::uniform(argument, len),
    };
    let job = CoreInPlace {
        a: weights(Argument::A, a, n)?,
        b: weights(Argument::B, b, m)?,
        cost,
        f,
        g,
        scratch,
        epsilon: given.epsilon,
        threshold: if given.threshold == T::ZERO { T::DEFAULT_THRESHOLD } else { given.threshold },
        max_sweeps: or(given.max_sweeps, DEFAULT_SWEEPS),
    };
    Ok((given, out, job))
}
