//! The two precisions.

use sinkhorn_core::Real;

/// `f32` or `f64`: what the program needs of a scalar beyond what the solver does.
pub trait Scalar: Real + npyz::AutoSerialize {}

impl Scalar for f32 {}

impl Scalar for f64 {}

/// Calls a function that is generic over the scalar in the precision that was asked for.
macro_rules! in_precision {
    ($precision:expr, $function:ident($($argument:expr),*)) => {
        match $precision {
            $crate::args::Precision::F64 => $function::<f64>($($argument),*),
            $crate::args::Precision::F32 => $function::<f32>($($argument),*),
        }
    };
}

pub(crate) use in_precision;
