//! The two precisions.

use sinkhorn_core::{Initializer, Real, Zero};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, Timed};

use crate::args::Start;

/// `f32` or `f64`.
pub trait Scalar: Real {
    /// The start of that name, with a clock.
    fn start(name: Start) -> Box<dyn Initializer<Self> + Sync>;
}

macro_rules! scalar {
    ($t:ident) => {
        impl Scalar for $t {
            fn start(name: Start) -> Box<dyn Initializer<Self> + Sync> {
                match name {
                    Start::Zero => Box::new(Timed(Zero)),
                    Start::Gaussian => Box::new(Timed(GaussianStart::default())),
                    Start::Coarse => Box::new(Timed(CoarseStart::default())),
                    Start::Auto => Box::new(Timed(Auto)),
                }
            }
        }
    };
}

scalar!(f32);
scalar!(f64);
