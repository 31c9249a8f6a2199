//! Vector instructions, and the loops that are written in them.
//!
//! A loop is a function in [`loops`], written once for every [`Simd`]. [`Loops`] lists them all, and runs each with
//! the [`Instructions`] of a solve. Nothing here knows what a sweep or a problem is.
//!
//! All that a loop calls is `#[inline(always)]`, because a function does not inherit the instructions of its caller.
//! The solver does not call the loops as generic functions. They would be compiled in every crate that solves, with
//! the instructions of that crate.

mod dispatch;
pub(crate) mod exp2;
#[cfg(feature = "simd")]
mod fearless;
mod instructions;
mod level;
pub(crate) mod log2;
mod loops;
mod points;
mod portable;
mod simd;

pub(crate) use dispatch::Loops;
pub(crate) use instructions::Instructions;
pub use level::SimdLevel;
#[cfg(feature = "skipping")]
pub(crate) use loops::bounds::{BlockBound, BlockCost};
pub(crate) use loops::columns::WeightVectors;
#[cfg(feature = "costs")]
pub(crate) use loops::costs::{Norms, Power};
pub(crate) use loops::products::PRODUCT_ROWS;
#[cfg(feature = "skipping")]
pub(crate) use loops::series::{Cluster, MAX_AXES};
pub(crate) use loops::terms::{Costs, RowTerms};
pub(crate) use loops::{FLUSH, MAX_TILE_ROWS, log_zero};
#[cfg(feature = "skipping")]
pub(crate) use points::ColumnList;
pub(crate) use points::{GROUP, PANEL, PackedPoints, TileAt};
#[cfg(feature = "skipping")]
pub(crate) use simd::MAX_LANES;
