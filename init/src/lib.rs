//! Starting potentials for Sinkhorn, fitted to data whose dimension is known at run time. One file a start.
//!
//! Each start here is a [`Start`](sinkhorn_core::start::Start), to be handed to [`solve`](sinkhorn_core::solve) or
//! [`Solver::start`](sinkhorn_core::Solver::start). Starts that need no allocation are in `sinkhorn-core`.
//!
//! A fit ([`GaussianFit`], [`MixtureFit`]) is the knowledge that a start has of a measure. It can be saved, and used
//! again while the measure stays the same. [`Timed`] adds the time that any start took to the report.
//!
//! ```
//! use sinkhorn_core::{PointCloud, Problem, Settings, solve, Workspace};
//! use sinkhorn_init::GaussianStart;
//!
//! let x: Vec<f64> = (0..60).map(|k| (k as f64 * 0.7).sin()).collect(); // 20 points of dimension 3
//! let y: Vec<f64> = (0..90).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
//! let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 3)?)?;
//! let settings = Settings::default();
//! let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
//! let workspace = Workspace::new(&mut memory, &problem, &settings)?;
//! let solution = solve(&problem, &GaussianStart::default(), &settings, workspace)?;
//! assert_eq!(solution.report().start.name, "gaussian");
//! # Ok::<(), sinkhorn_core::Error>(())
//! ```
//!
//! # Features
//!
//! Both are on by default. [`Auto`] needs neither.
//!
//! | feature | what it adds | what it takes |
//! |---|---|---|
//! | `fit` | the start from Gaussian mixtures | linfa-clustering and what that needs |
//! | `serde` | fits can be saved and used again | serde |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod auto;
mod cells;
mod cloud;
mod coarse;
mod fit;
mod gaussian;
#[cfg(feature = "fit")]
mod mixture;
mod representatives;
mod small;
mod subsample;
mod timed;

pub use auto::Auto;
pub use cells::CellsStart;
pub use coarse::{CoarseFit, CoarseStart};
pub use fit::GaussianFit;
#[cfg(feature = "fit")]
#[cfg_attr(docsrs, doc(cfg(feature = "fit")))]
pub use fit::{MixtureDensity, MixtureFit, MixtureSettings};
pub use gaussian::GaussianStart;
#[cfg(feature = "fit")]
#[cfg_attr(docsrs, doc(cfg(feature = "fit")))]
pub use mixture::{MixturePotential, MixtureStart};
pub use subsample::SubsampleStart;
pub use timed::Timed;

/// The page of the package: its program is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
