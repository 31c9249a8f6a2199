//! Rust's side of the library, in one program: what the solver is generic over is compiled once for all of it.
//!
//! `cargo test --release -p sinkhorn-tests --test library NAME` runs a file, or a test of that name.

mod acceleration;
mod any_input;
mod auto;
mod bad_input;
mod batch;
mod cells;
mod choosing;
mod costs;
mod costs_in_vectors;
mod derivatives;
mod derivatives_edges;
mod derivatives_refused;
mod divergence;
mod examples;
mod far_points;
mod forbidden;
mod golden;
mod hard;
mod honesty;
mod in_place;
mod judged;
mod known_defects;
mod line;
mod pages;
mod prose;
mod resolution;
mod simd;
mod skipping;
mod skipping_passes;
mod soft;
mod solution;
mod solver;
mod starts;
mod starts_coarse;
mod starts_mixture;
mod support;
mod warm;
