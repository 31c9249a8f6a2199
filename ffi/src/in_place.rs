//! The smallest solve, for small parts.

use sinkhorn_core::{
    Real, Status as CoreStatus,
    embedded::{InPlace as CoreInPlace, InPlaceReport},
    error::Argument,
    geometry::Weights,
};

use crate::checks::{Region, check_disjoint, count, output, product, read_struct, required, slice};
use crate::error::{Error, guard};
use crate::fault::Fault;
use crate::status::{SINKHORN_OK, SINKHORN_PRECISION_FLOOR, SINKHORN_SWEEP_LIMIT, Status};

/// A balanced problem that is solved where it lies: what goes in, what is memory, and what comes out. All zeros but
/// struct_size, sizes, arrays and epsilon will do.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct InPlace<T> {
    /// sizeof of this struct.
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
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || solve(problem, error)) }
}

/// sinkhorn_solve_in_place_f64 in float. No step of it is done in double.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sinkhorn_solve_in_place_f32(problem: *mut InPlace<f32>, error: *mut Error) -> Status {
    // SAFETY: what the header asks of the pointers.
    unsafe { guard(error, || solve(problem, error)) }
}

/// # Safety
/// What the header asks of the pointers.
unsafe fn solve<T: Real>(problem: *mut InPlace<T>, error: *mut Error) -> Result<Status, Fault> {
    // SAFETY: the contract of this function; every bit pattern of the fields is valid.
    let given = unsafe { read_struct(c"problem", problem)? };
    let (n, m) = (count(c"n", given.n)?, count(c"m", given.m)?);
    let cells = product(c"cost", n, m)?;
    let scratch_len = CoreInPlace::<T>::scratch_len(n, m).ok_or(Fault::too_large(c"scratch"))?;
    check_disjoint(
        &[
            Region::required(c"cost", given.cost, cells)?,
            Region::required(c"f", given.f, n)?,
            Region::required(c"g", given.g, m)?,
            Region::required(c"scratch", given.scratch, scratch_len)?,
            Region::required(c"problem", problem, 1)?,
            Region::optional(c"error", error, 1)?,
        ],
        &[Region::optional(c"a", given.a, n)?, Region::optional(c"b", given.b, m)?],
    )?;
    // SAFETY: the contract of this function; nothing that is written overlaps anything.
    let solved = unsafe {
        CoreInPlace {
            a: weights(Argument::A, n, slice(c"a", given.a, n)?)?,
            b: weights(Argument::B, m, slice(c"b", given.b, m)?)?,
            cost: required(c"cost", output(c"cost", given.cost, cells)?)?,
            f: required(c"f", output(c"f", given.f, n)?)?,
            g: required(c"g", output(c"g", given.g, m)?)?,
            scratch: required(c"scratch", output(c"scratch", given.scratch, scratch_len)?)?,
            epsilon: given.epsilon,
            threshold: if given.threshold == T::ZERO { T::DEFAULT_THRESHOLD } else { given.threshold },
            max_sweeps: if given.max_sweeps == 0 { DEFAULT_SWEEPS } else { given.max_sweeps },
        }
        .solve()?
    };
    let InPlaceReport { status, sweeps, marginal_error } = solved;
    // SAFETY: the contract of this function.
    unsafe {
        (&raw mut (*problem).sweeps).write(sweeps);
        (&raw mut (*problem).marginal_error).write(marginal_error);
    }
    Ok(match status {
        CoreStatus::Converged => SINKHORN_OK,
        CoreStatus::SweepLimit => SINKHORN_SWEEP_LIMIT,
        _ => SINKHORN_PRECISION_FLOOR,
    })
}

/// As of the settings of other solves.
const DEFAULT_SWEEPS: u32 = 10_000;

fn weights<'a, T: Real>(argument: Argument, len: usize, values: Option<&'a [T]>) -> Result<Weights<'a, T>, Fault> {
    Ok(match values {
        Some(values) => Weights::new(argument, values)?,
        None => Weights::uniform(argument, len)?,
    })
}
