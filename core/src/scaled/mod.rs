//! A problem in the units of a sweep.
//!
//! 1. `scores`: the costs of pairs in the form that sweeps read ([`scores::Scores`]), and `norms`, those of p-norms.
//! 2. `statistics`: the size of costs, which relative epsilons and cost scales refer to; of `covariance`, if it can be.
//! 3. `feasible`: points whose costs forbid every pair.
//! 4. `problem`: all of it together, checked ([`ScaledProblem`]).
//! 5. `model`: whether it pays to store the kernel.

mod covariance;
mod feasible;
pub(crate) mod model;
#[cfg(feature = "costs")]
pub(crate) mod norms;
mod problem;
pub(crate) mod scores;
mod statistics;

pub(crate) use problem::{ScaledProblem, check_resolution};
