//! Entropic optimal transport whose Sinkhorn solver starts near the answer.
//!
//! The crate is `no_std`, allocates nothing, has no global state, and is generic over `f32` and `f64`.
//!
//! ```
//! use sinkhorn_core::start::Monotone;
//! use sinkhorn_core::{Epsilon, PointCloud, Problem, Settings, Status, Workspace, solve};
//!
//! let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]); // points on the line
//! let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?.epsilon(Epsilon::Absolute(0.1))?;
//! let settings = Settings::default();
//! let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
//! let solution = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
//! assert_eq!(solution.report().status, Status::Converged);
//! println!("mass from x[0] to y[1]: {}", solution.entry(0, 1));
//! # Ok::<(), sinkhorn_core::Error>(())
//! ```
//!
//! 1. A [`PointCloud`] or a [`CostMatrix`] says what a pair costs ([`cost`], [`geometry`]). A [`Problem`] adds weights,
//!    [`Epsilon`] and relaxation.
//! 2. [`Settings`] say when to stop and which [`Acceleration`] to use. A [`Workspace`] is memory that you lend; for
//!    firmware there is [`embedded`].
//! 3. A start ([`start`](mod@start)) writes potentials close to the solution (Thornton and Cuturi, "Rethinking
//!    Initialization of the Sinkhorn Algorithm", AISTATS 2023).
//! 4. A [`Solver`] sweeps, or [`solve`] does it all. The [`Solution`] has a [`Report`], the potentials and the plan.
//!    [`batch`] solves many problems in one call.
//! 5. [`diff`] differentiates a solution. [`divergence`], a loss between measures, and [`soft`] operators (sort, rank,
//!    quantile, top-k) are made of solutions and their derivatives.
//!
//! A bad call is an [`Error`] that names the argument and the index. How a solve ended is a [`Status`].
//!
//! # Features
//!
//! All are on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `std` | the processor is asked for its instructions |
//! | `simd` | vectors ([`SimdLevel`]) |
//! | `parallel` | threads ([`Settings::threads`]) |
//! | `nalgebra` | matrices of nalgebra as costs and points |
//! | `full` | the features below |
//! | `acceleration` | Anderson acceleration, relaxation, Newton's method |
//! | `relaxed` | relaxed marginals |
//! | `costs` | costs other than the squared Euclidean one |
//! | `scales` | epsilon and costs relative to the mean, deviation or largest cost |
//! | `support` | points without weight are left out of the sweeps |
//! | `skipping` | pairs that carry next to nothing are left out of the sweeps; the start from [`cells`] |
//! | `messages` | reasons in words |
//!
//! Without the first three, the crate needs neither `std` nor an allocator. What a build has left out is refused with
//! [`ErrorKind::Unsupported`](error::ErrorKind::Unsupported).
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs)]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod batch;
#[cfg(feature = "skipping")]
pub mod cells;
pub mod cost;
pub mod diff;
pub mod divergence;
pub mod embedded;
pub mod error;
pub mod geometry;
pub mod settings;
pub mod soft;
pub mod start;
pub mod threads;

mod eigen;
mod float;
mod measure;
mod memory;
mod problem;
mod real;
mod reduce;
mod report;
mod scaled;
#[cfg(feature = "skipping")]
mod skipping;
mod solution;
mod solver;
mod sweep;
mod vector;
mod wide;
mod workspace;

/// The page for firmware: its program is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../FIRMWARE.md")]
struct Firmware;

/// The page of the package, likewise.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc(inline)]
pub use error::Error;
pub use float::Float;
#[doc(inline)]
pub use geometry::{CostMatrix, PointCloud};
pub use problem::{Epsilon, Problem};
pub use real::Real;
pub use report::{Observation, Report, Status};
#[doc(inline)]
pub use settings::{Acceleration, Settings, Skipping, Storage};
pub use solution::{Kept, Solution};
pub use solver::{Solver, solve};
pub use vector::SimdLevel;
pub use workspace::Workspace;
