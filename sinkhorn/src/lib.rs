#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod batch;
mod builder;
mod divergence;
mod error;
mod gradient;
pub mod input;
mod matrix;
mod request;
#[cfg(feature = "serde")]
mod saved;
mod soft;
mod transport;
mod warm;

pub use sinkhorn_core as core;
pub use sinkhorn_init as init;

pub use batch::{all_threads, solve_all};
pub use builder::{Answer, TransportBuilder};
pub use divergence::Divergence;
pub use error::Error;
pub use gradient::Gradient;
pub use matrix::Matrix;
pub use soft::{Soft, SoftBuilder, SoftGradient, soft_quantile, soft_rank, soft_sort, soft_sort_to, soft_top_k};
pub use transport::{Match, Transport};

#[doc(no_inline)]
pub use sinkhorn_core::{
    Acceleration, Epsilon, Observation, Real, Report, Settings, Skipping, Status, Storage, cost,
    diff::{Cotangent, LinearReport},
};

/// Starts: those of `sinkhorn-core` and those of `sinkhorn-init`.
pub mod start {
    #[doc(no_inline)]
    pub use sinkhorn_core::start::*;
    #[doc(no_inline)]
    #[cfg(feature = "fit")]
    #[cfg_attr(docsrs, doc(cfg(feature = "fit")))]
    #[doc(no_inline)]
    pub use sinkhorn_init::MixtureStart;
    #[doc(no_inline)]
    pub use sinkhorn_init::{Auto, CellsStart, CoarseStart, GaussianStart, SubsampleStart};
}

/// The programs of the book.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/epsilon.md")]
    struct Epsilon;
    #[doc = include_str!("../../docs/choosing-a-start.md")]
    struct ChoosingAStart;
    #[doc = include_str!("../../docs/conventions.md")]
    struct Conventions;
    #[doc = include_str!("../../docs/how-it-works.md")]
    struct HowItWorks;
    #[doc = include_str!("../../docs/troubleshooting.md")]
    struct Troubleshooting;
}

use input::{IntoCosts, IntoVector};

/// Solves the transport between weights under a cost matrix (n x m): a row for every entry of `a`, a column for every
/// entry of `b`. Epsilon is in units of cost, unless it is one of the other kinds of [`Epsilon`].
///
/// ```
/// let cost = [[0.0, 1.0], [1.0, 0.0]];
/// let t = sinkhorn::solve(&cost, [0.5, 0.5], [0.25, 0.75], 0.05)?;
/// println!("{:?} costs {}", t.plan(), t.transport_cost());
/// # Ok::<(), sinkhorn::Error>(())
/// ```
///
/// # Errors
/// Those of [`TransportBuilder::solve`].
pub fn solve<'a, T: Real>(
    cost: impl IntoCosts<'a, Scalar = T>,
    a: impl IntoVector<'a, Scalar = T>,
    b: impl IntoVector<'a, Scalar = T>,
    epsilon: impl Into<Epsilon<T>>,
) -> Result<Transport<T>, Error> {
    Transport::with_costs(cost).weights(a, b).epsilon(epsilon).solve()
}
