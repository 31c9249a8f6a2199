//! Curves and surfaces: points of lower dimension than the space they lie in.

use super::Case;
use rand::{Rng, rngs::StdRng};
use sinkhorn_tests::data;
use std::f64::consts::{PI, TAU};

/// Half circles that reach into each other, with noise.
pub(super) fn moons(generator: &mut StdRng, n: usize) -> Case {
    let mut moon = |centre: [f64; 2], sign: f64| -> Vec<f64> {
        let angles = data::uniform(generator, n);
        let noise = data::normal(generator, 2 * n);
        let arc = angles.iter().flat_map(|part| {
            let (sine, cosine) = (PI * part).sin_cos();
            [centre[0] + sign * cosine, centre[1] + sign * sine]
        });
        arc.zip(noise).map(|(value, noise)| value + 0.05 * noise).collect()
    };
    let x = moon([0.0, 0.0], 1.0);
    let y = moon([1.0, 0.5], -1.0);
    Case::new("moons", "two moons of the plane, one to the other", 2, x, y)
}

/// One hole to two parts: no map between them is continuous.
pub(super) fn torus(generator: &mut StdRng, n: usize) -> Case {
    let x = (0..n).flat_map(|_| on_torus(generator, 1.0, 0.35)).collect();
    let y = on_spheres(generator, n, 0.5, 0.8);
    Case::new("torus-to-spheres", "3-D surfaces, a torus to two spheres", 3, x, y)
}

/// A point of a torus around the third axis, uniform by area.
fn on_torus(generator: &mut StdRng, radius: f64, tube: f64) -> [f64; 3] {
    loop {
        let [around, across] = [TAU * generator.random::<f64>(), TAU * generator.random::<f64>()];
        let from_axis = radius + tube * across.cos();
        // The outer side has more area.
        if generator.random::<f64>() * (radius + tube) < from_axis {
            return [from_axis * around.cos(), from_axis * around.sin(), tube * across.sin()];
        }
    }
}

/// `count` points of two spheres in turn, with centres this far above and below the origin.
fn on_spheres(generator: &mut StdRng, count: usize, radius: f64, height: f64) -> Vec<f64> {
    let mut points = data::normal(generator, 3 * count);
    for (k, point) in points.chunks_mut(3).enumerate() {
        let factor = radius / point.iter().map(|value| value * value).sum::<f64>().sqrt();
        point.iter_mut().for_each(|value| *value *= factor);
        point[2] += if k % 2 == 0 { height } else { -height };
    }
    points
}
