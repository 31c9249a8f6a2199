//! The jobs that there are. A new one is a line here.

use super::level::{Exp2, Instructions};
use crate::sweep::block::{Affine, Distances, Products};
use crate::sweep::columns::{Balance, Balanced};
use crate::sweep::laplacian::{AddProducts, Eliminate};
use crate::sweep::moments::{Along, ColumnMoments, RowMoments, Weigh};
use crate::sweep::norms::Differences;
use crate::sweep::rows::{Add, AddExp2Less, Exp2Less, Exp2LessEach, Log2, Raise, Times};
use crate::sweep::scalings::{Rescale, Rescaled};
use crate::sweep::statistics::{Deviated, Deviations};
use crate::sweep::terms::{OfRow, Terms};

/// Runs a job with the instructions of a solve. There is one for every job and scalar and none is generic, so that the loops are compiled
/// here, once, and not in every crate that solves.
pub trait Run<J, O> {
    /// Does it.
    fn run(instructions: Instructions, job: J) -> O;
}

macro_rules! jobs {
    ($($job:ident => $output:tt),* $(,)?) => {
        /// Every job there is.
        pub trait Jobs: Sized $(+ for<'j> Run<$job<'j, Self>, jobs!(@output Self $output)>)* {}
        jobs!(@scalar f32 run_f32 $($job => $output),*);
        jobs!(@scalar f64 run_f64 $($job => $output),*);
    };
    (@scalar $t:ident $run:ident $($job:ident => $output:tt),*) => {
        impl Jobs for $t {}
        $(impl Run<$job<'_, $t>, jobs!(@output $t $output)> for $t {
            fn run(instructions: Instructions, job: $job<'_, $t>) -> jobs!(@output $t $output) {
                instructions.$run(job)
            }
        })*
    };
    (@output $t:ident nothing) => { () };
    (@output $t:ident scalar) => { $t };
    (@output $t:ident balanced) => { Balanced<$t> };
    (@output $t:ident rescaled) => { Rescaled<$t> };
    (@output $t:ident terms) => { Terms<$t> };
    (@output $t:ident deviated) => { Deviated<$t> };
}

jobs! {
    Exp2 => nothing,
    Products => nothing,
    Affine => scalar,
    Distances => nothing,
    Differences => scalar,
    Deviations => deviated,
    OfRow => terms,
    Add => nothing,
    Times => nothing,
    Raise => nothing,
    Exp2Less => nothing,
    Exp2LessEach => scalar,
    AddExp2Less => nothing,
    Log2 => scalar,
    Balance => balanced,
    Rescale => rescaled,
    Weigh => nothing,
    RowMoments => nothing,
    ColumnMoments => nothing,
    Along => nothing,
    AddProducts => nothing,
    Eliminate => nothing,
}
