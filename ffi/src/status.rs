//! How a call ended: one number, never renumbered.

use core::ffi::{CStr, c_char};

/// How a call ended: SINKHORN_OK to SINKHORN_ITERATION_LIMIT, or one of the SINKHORN_ERROR_ constants. Zero and
/// above: what was written is usable. Below zero: a bad call. Numbers are never changed or used again; later
/// versions may add some.
pub type Status = i32;

/// Done, by a call that does not solve.
pub const SINKHORN_OK: Status = 0;
/// The marginal error is at most the threshold.
pub const SINKHORN_CONVERGED: Status = 0;
/// The sweeps allowed were used up. The potentials are the latest: a sweep ends with g, so that of a balanced problem
/// the columns are exact (P^T 1 = b to rounding) and the rows are off by row_error. Over-relaxed sweeps leave neither
/// exact.
pub const SINKHORN_SWEEP_LIMIT: Status = 1;
/// Rounding keeps the marginal error above the threshold. No failure: the potentials are as good as this scalar
/// allows, and the report says how good.
pub const SINKHORN_PRECISION_FLOOR: Status = 2;
/// The observer asked to stop, or a solver was finished before it had ended. The potentials are the latest.
pub const SINKHORN_STOPPED: Status = 3;
/// A solver that steps has not ended yet.
pub const SINKHORN_RUNNING: Status = 4;
/// Of a derivative: the iterations allowed were used up. It is as good as the residual says.
pub const SINKHORN_ITERATION_LIMIT: Status = 5;

/// A size is zero.
pub const SINKHORN_ERROR_EMPTY: Status = -1;
/// An entry is NaN or infinite.
pub const SINKHORN_ERROR_NOT_FINITE: Status = -2;
/// An entry is negative and must not be.
pub const SINKHORN_ERROR_NEGATIVE: Status = -3;
/// A number must be positive and is not.
pub const SINKHORN_ERROR_NOT_POSITIVE: Status = -4;
/// A number or a choice lies outside the range that its documentation states.
pub const SINKHORN_ERROR_OUT_OF_RANGE: Status = -5;
/// A length does not match the rest of the problem.
pub const SINKHORN_ERROR_LENGTH: Status = -6;
/// A length is not a multiple of the dimension.
pub const SINKHORN_ERROR_RAGGED: Status = -7;
/// All weights of a side are zero.
pub const SINKHORN_ERROR_NO_MASS: Status = -8;
/// The totals of a and b differ, and the problem is balanced.
pub const SINKHORN_ERROR_UNEQUAL_MASS: Status = -9;
/// cost / epsilon, or a result, leaves the range of the scalar; or a function of yours returned what is not finite.
/// Outputs that were being written are not to be used.
pub const SINKHORN_ERROR_OVERFLOW: Status = -10;
/// The workspace is too short.
pub const SINKHORN_ERROR_WORKSPACE: Status = -11;
/// A size does not fit size_t, or a number of points 32 bits.
pub const SINKHORN_ERROR_TOO_LARGE: Status = -12;
/// The start, or what else was asked for, is not defined for this problem or not part of this build.
pub const SINKHORN_ERROR_UNSUPPORTED: Status = -13;
/// A pointer is NULL and must not be.
pub const SINKHORN_ERROR_NULL_POINTER: Status = -14;
/// A struct_size is that of no version of the struct, or a field is set that this version does not have.
pub const SINKHORN_ERROR_STRUCT_SIZE: Status = -15;
/// A pointer is not aligned for its type.
pub const SINKHORN_ERROR_MISALIGNED: Status = -16;
/// Memory that is written overlaps other memory of the same call.
pub const SINKHORN_ERROR_ALIASING: Status = -17;
/// An object is not, or no longer, one of its kind: its memory was used for something else, say.
pub const SINKHORN_ERROR_HANDLE: Status = -19;
/// Epsilon is so small beside the costs that the scalar does not tell such differences of costs apart. The value of
/// the error is an epsilon that is accepted, in units of (scaled) cost.
pub const SINKHORN_ERROR_BELOW_RESOLUTION: Status = -20;
/// Infinite costs forbid so many pairs that no plan has the marginals: a point of a or b (the place of the error) has
/// mass and nowhere to go, or cost forbids every plan. Also how a solver that steps ends in the second case; it can be
/// finished, and its potentials are the latest.
pub const SINKHORN_ERROR_INFEASIBLE: Status = -21;
/// A defect of the library, stopped at its border. Please report it.
pub const SINKHORN_ERROR_INTERNAL: Status = -18;

/// A few words on a status: static, never NULL, "unknown status" for a number that is none.
///
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub extern "C" fn sinkhorn_status_text(status: Status) -> *const c_char {
    text(status).as_ptr()
}

/// What to try where a solve did not converge, for the statuses that solves end with; static, never NULL, empty where
/// there is nothing to mend.
///
/// Allocates: nothing. Threads: safe.
#[unsafe(no_mangle)]
pub extern "C" fn sinkhorn_status_remedy(status: Status) -> *const c_char {
    use sinkhorn_core::Status as Ended;
    match status {
        SINKHORN_SWEEP_LIMIT => Ended::SweepLimit,
        SINKHORN_PRECISION_FLOOR => Ended::PrecisionFloor,
        SINKHORN_ERROR_INFEASIBLE => Ended::Infeasible,
        _ => Ended::Converged,
    }
    .c_remedy()
    .as_ptr()
}

fn text(status: Status) -> &'static CStr {
    match status {
        SINKHORN_CONVERGED => c"converged",
        SINKHORN_SWEEP_LIMIT => c"sweep limit",
        SINKHORN_PRECISION_FLOOR => c"precision floor",
        SINKHORN_STOPPED => c"stopped",
        SINKHORN_RUNNING => c"running",
        SINKHORN_ITERATION_LIMIT => c"iteration limit",
        SINKHORN_ERROR_EMPTY => c"a size is zero",
        SINKHORN_ERROR_NOT_FINITE => c"an entry is not finite",
        SINKHORN_ERROR_NEGATIVE => c"an entry is negative",
        SINKHORN_ERROR_NOT_POSITIVE => c"a number is not positive",
        SINKHORN_ERROR_OUT_OF_RANGE => c"a number is out of range",
        SINKHORN_ERROR_LENGTH => c"a length does not match",
        SINKHORN_ERROR_RAGGED => c"a length is not a multiple of the dimension",
        SINKHORN_ERROR_NO_MASS => c"all weights are zero",
        SINKHORN_ERROR_UNEQUAL_MASS => c"the totals of a and b differ",
        SINKHORN_ERROR_OVERFLOW => c"cost / epsilon overflows the scalar",
        SINKHORN_ERROR_BELOW_RESOLUTION => c"epsilon is below what the scalar resolves",
        SINKHORN_ERROR_INFEASIBLE => c"infinite costs leave no plan",
        SINKHORN_ERROR_WORKSPACE => c"the workspace is too short",
        SINKHORN_ERROR_TOO_LARGE => c"a size is too large",
        SINKHORN_ERROR_UNSUPPORTED => c"not supported",
        SINKHORN_ERROR_NULL_POINTER => c"a pointer is NULL",
        SINKHORN_ERROR_STRUCT_SIZE => c"a struct_size is wrong",
        SINKHORN_ERROR_MISALIGNED => c"a pointer is misaligned",
        SINKHORN_ERROR_ALIASING => c"memory overlaps",
        SINKHORN_ERROR_HANDLE => c"not an object of that kind",
        SINKHORN_ERROR_INTERNAL => c"internal error",
        _ => c"unknown status",
    }
}

pub(crate) fn of_solve(status: sinkhorn_core::Status) -> Status {
    match status {
        sinkhorn_core::Status::Converged => SINKHORN_CONVERGED,
        sinkhorn_core::Status::SweepLimit => SINKHORN_SWEEP_LIMIT,
        sinkhorn_core::Status::PrecisionFloor => SINKHORN_PRECISION_FLOOR,
        sinkhorn_core::Status::Stopped => SINKHORN_STOPPED,
        sinkhorn_core::Status::Infeasible => SINKHORN_ERROR_INFEASIBLE,
        _ => SINKHORN_STOPPED,
    }
}

pub(crate) fn of_linear(status: sinkhorn_core::diff::LinearStatus) -> Status {
    match status {
        sinkhorn_core::diff::LinearStatus::Converged => SINKHORN_CONVERGED,
        sinkhorn_core::diff::LinearStatus::IterationLimit => SINKHORN_ITERATION_LIMIT,
        _ => SINKHORN_PRECISION_FLOOR,
    }
}
