//! Colours of photographs, as for colour transfer. Where they are from is in `data/colours/SOURCE.md`.

use super::{Case, numbers};
use rand::rngs::StdRng;

/// Points are red, green and blue, each of [0, 1]. Several are equal.
pub(super) fn photographs(_: &mut StdRng, n: usize) -> Case {
    let colours = |text: &str| -> Vec<f64> {
        text.lines().take(n).flat_map(|line| numbers(line).map(|value| value / 255.0)).collect()
    };
    let x = colours(include_str!("../../data/colours/china.csv"));
    let y = colours(include_str!("../../data/colours/flower.csv"));
    Case::new("colours", "colours of two photographs, d = 3", 3, x, y)
}
