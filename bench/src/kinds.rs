//! The kinds of the table of sweeps, from seeds.

use crate::problems::{Case, gaussians, line, mixtures, tables};
use sinkhorn_tests::data;

/// The kinds of the table of sweeps, with 500 points a side (600 digits).
pub fn table(seed: u64) -> Vec<Case> {
    let mut generator = data::generator(seed);
    let g = &mut generator;
    let n = 500;
    let x = data::normal(g, 2 * n);
    let y = data::normal(g, 2 * n).into_iter().map(|value| 10.0 * value).collect();
    vec![
        Case::new("scales", "2-D Gaussians, scales 1 and 10", 2, x, y),
        gaussians::three(g, n),
        gaussians::ten(g, n),
        mixtures::five(g, n),
        line::uniform(g, n),
        tables::digits(g, 600),
    ]
}
