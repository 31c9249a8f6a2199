//! Entropic optimal transport whose Sinkhorn solver starts near the answer.
//!
//! `no_std`, no allocation, no global state; generic over `f32` and `f64`. Top-down:
//!
//! 1. [`PointCloud`] or [`CostMatrix`] say what a pair costs; a [`Problem`] adds weights, [`Epsilon`] and relaxation,
//!    and is checked once.
//! 2. [`Settings`] say when to stop and which [`Acceleration`] to use; a [`Workspace`] is memory that you lend.
//! 3. A start ([`Monotone`], [`FixedGaussianStart`], [`Carried`], [`Given`], [`Zero`], the best of several by [`Select`], or your own [`Initializer`]) writes potentials close to
//!    the solution (Thornton and Cuturi, "Rethinking Initialization of the Sinkhorn Algorithm", AISTATS 2023).
//! 4. A [`Solver`] sweeps, or [`solve`] does it all; the [`Solution`] has a [`Report`], the potentials, and the plan.
//!    [`solve_batch`] solves many problems in one call; [`InPlace`] is the smallest solve, of a cost matrix where it lies.
//! 5. [`Derivatives`] differentiate a solution: its objective by the envelope theorem, losses of plan, map and potentials implicitly. Of these are made
//!    the [`sinkhorn_divergence`], a loss between measures, and soft operators: [`soft_sort`], [`soft_rank`], [`soft_quantile`], [`soft_top_k`].
//!
//! Below these, `sweep` holds the only hot loops and the units they work in, `simd` the vectors that they are written in, and `reduce` and `wide`
//! the sums that keep `f32` accurate.
//!
//! A new ground cost is a file in `cost`, a new start one in `initial` (or in `sinkhorn-init`, where it needs `std`), a new soft operator one in `soft`.
//!
//! Features, all on by default: `std` asks the processor for its instructions, `simd` has vectors of known width ([`SimdLevel`]), `parallel` threads
//! ([`Settings::threads`]), and `nalgebra` takes and gives matrices of that crate. Without them the crate needs neither
//! `std` nor an allocator. `full` is what a microcontroller may want to leave out:
//! `acceleration`, `relaxed` problems, other `costs`, relative `scales`, `messages`; what is left out is refused with
//! [`ErrorKind::Unsupported`]. Without `support`, points without weight are swept like all others.
//!
//! A bad call is an [`Error`] that names argument and index; how a solve ended is a [`Status`].
#![no_std]
#![warn(missing_docs)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod batch;
mod cost;
mod diff;
mod divergence;
mod eigen;
mod error;
mod fixed;
mod float;
mod geometry;
mod in_place;
mod initial;
#[cfg(feature = "nalgebra")]
mod matrix;
mod measure;
mod memory;
mod problem;
mod real;
mod reduce;
mod report;
mod settings;
mod soft;
mod solution;
mod solver;
mod sweep;
mod threads;
mod vector;
mod wide;
mod workspace;

/// The page for firmware: its program is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../FIRMWARE.md")]
struct Firmware;

pub use batch::{Potentials, batch_len, share_out, solve_batch};
pub use cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm, Smoothness, SquaredEuclidean};
pub use diff::{
    Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, LinearReport, LinearStatus, PlanCotangent, Tangent,
    derivatives_len,
};
pub use divergence::{
    Divergence, divergence_gradient_len, divergence_len, sinkhorn_divergence, sinkhorn_divergence_between,
};
pub use error::{Argument, Error, ErrorKind, Place};
pub use fixed::{FixedKernel, FixedWorkspace};
pub use float::Float;
pub use geometry::{CostMatrix, Geometry, PointCloud, Shape};
pub use in_place::{InPlace, InPlaceReport};
pub use initial::{
    Carried, DualSort, FixedGaussianStart, Form, Gaussian, Given, Initializer, Moments, Monotone, Passes, SAMPLE,
    Scratch, Select, Started, Target, Wrote, Zero,
};
#[cfg(feature = "nalgebra")]
pub use matrix::{FixedSolution, solve_matrix};
pub use measure::{Points, Weights};
pub use problem::{Epsilon, Problem};
pub use real::Real;
pub use report::{Observation, Report, Status};
pub use settings::{Acceleration, Annealing, MAX_MEMORY, MAX_NEWTON_COLUMNS, Settings, Storage};

pub use soft::{
    QuantileConvention, Soft, SoftSettings, SoftStart, soft_len, soft_quantile, soft_rank, soft_sort, soft_top_k,
};
pub use solution::Solution;
pub use solver::{Solver, solve};
pub use threads::has_threads;
pub use vector::SimdLevel;
pub use workspace::{Workspace, workspace_len};
