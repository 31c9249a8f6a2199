//! Data: drawn by a generator of a few integer operations, so that C and every board have the same.

use crate::memory::MOST;

/// Numerical Recipes' linear congruential generator; its upper bits are good enough for points.
#[derive(Clone, Copy)]
pub struct Random(u32);

impl Random {
    pub const fn new(seed: u32) -> Self {
        Random(seed)
    }

    /// 0 to 2^24 - 1: every one is an `f32`.
    pub const fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 8
    }
}

/// Two point sets, dimension by dimension as long as needed: the first n D scalars are n points.
pub struct Pair {
    pub x: [f32; 2 * MOST],
    pub y: [f32; 2 * MOST],
}

/// x uniform in the unit square (or interval), y in one of half the width whose corner is 3/4 away. In flash.
pub static PAIR: Pair = Pair { x: uniform(1, 1.0, 0.0), y: uniform(2, 0.5, 0.75) };

const fn uniform(seed: u32, width: f32, corner: f32) -> [f32; 2 * MOST] {
    let mut random = Random::new(seed);
    let mut points = [0.0; 2 * MOST];
    let mut k = 0;
    while k < points.len() {
        points[k] = corner + width * (random.next() as f32 / (1 << 24) as f32);
        k += 1;
    }
    points
}
