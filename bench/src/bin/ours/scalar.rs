//! The two precisions.

use sinkhorn_core::{
    Real,
    start::{Start, Zero},
};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, Timed};

use crate::args::StartName;

/// `f32` or `f64`.
pub trait Scalar: Real {
    /// The start of that name, with a clock.
    fn start(name: StartName) -> Box<dyn Start<Self> + Sync>;
}

macro_rules! scalar {
    ($t:ident) => {
        impl Scalar for $t {
            fn start(name: StartName) -> Box<dyn Start<Self> + Sync> {
                match name {
                    StartName::Zero => Box::new(Timed(Zero)),
                    StartName::Gaussian => Box::new(Timed(GaussianStart::default())),
                    StartName::Coarse => Box::new(Timed(CoarseStart::default())),
                    StartName::Auto => Box::new(Timed(Auto)),
                }
            }
        }
    };
}

scalar!(f32);
scalar!(f64);
