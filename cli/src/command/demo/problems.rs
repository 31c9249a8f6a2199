//! The problems of the demo. Where the data comes from is in `data/digits/SOURCE.md`.

use sinkhorn_core::Acceleration;

use crate::args::StartName;
use crate::input::{self, Reading, Sign, Table};
use crate::process::Failure;

const LOW: (&str, &[u8]) = ("digits-0-4.csv", include_bytes!("../../../data/digits/digits-0-4.csv"));
const HIGH: (&str, &[u8]) = ("digits-5-9.csv", include_bytes!("../../../data/digits/digits-5-9.csv"));

const PLAIN: Acceleration<f64> = Acceleration::Plain;
const RELAXATION: Acceleration<f64> = Acceleration::Relaxation { factor: 1.5 };
const ANDERSON: Acceleration<f64> = Acceleration::Anderson { memory: 10 };

/// Seventh row, fifth column of the image: of all pixels the one with the most even spread over 0 to 16.
const PIXEL: usize = 52;

/// Images of 0 to 4 and of 5 to 9, and one of their pixels.
pub struct Data {
    low: Table<f64>,
    high: Table<f64>,
    low_pixel: Vec<f64>,
    high_pixel: Vec<f64>,
    quick: bool,
}

/// A problem and the ways to solve it: every start with every acceleration.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    pub name: &'static str,
    pub explanation: &'static str,
    pub x: &'a [f64],
    pub y: &'a [f64],
    pub dimension: usize,
    /// Relative to the mean cost.
    pub epsilon: f64,
    pub starts: &'static [StartName],
    pub accelerations: &'static [Acceleration<f64>],
}

impl Data {
    /// From the program itself; every eighth image, and one epsilon, where it has to be quick.
    pub fn load(quick: bool) -> Result<Self, Failure> {
        let step = if quick { 8 } else { 1 };
        let load =
            |(name, bytes)| input::parse(name, bytes, &Reading::default(), Sign::Any).map(|table| thinned(table, step));
        let (low, high) = (load(LOW)?, load(HIGH)?);
        let pixel = |table: &Table<f64>| table.values.iter().skip(PIXEL).step_by(table.columns).copied().collect();
        let (low_pixel, high_pixel) = (pixel(&low), pixel(&high));
        Ok(Data { low, high, low_pixel, high_pixel, quick })
    }

    /// Images on both sides.
    pub fn sizes(&self) -> (usize, usize) {
        (self.low.rows, self.high.rows)
    }

    /// What is solved, in order.
    pub fn cases(&self) -> Vec<Case<'_>> {
        let images = Case {
            name: "all 64 pixels",
            explanation: "The gaussian start is the potential between Gaussians fitted to both sides, in closed form.",
            x: &self.low.values,
            y: &self.high.values,
            dimension: self.low.columns,
            epsilon: 0.01,
            starts: &[StartName::Zero, StartName::GaussianUnregularised, StartName::Gaussian],
            accelerations: &[PLAIN, RELAXATION, ANDERSON],
        };
        let pixel = Case {
            name: "one pixel",
            explanation: "In dimension 1 sorting solves the unregularised problem exactly: the monotone start.",
            x: &self.low_pixel,
            y: &self.high_pixel,
            dimension: 1,
            starts: &[StartName::Zero, StartName::Gaussian, StartName::Monotone],
            ..images
        };
        if self.quick {
            return vec![images, pixel];
        }
        // Less regularisation takes long without a good start: fewer rows.
        let images_sharper = Case {
            explanation: "With less regularisation the textbook's sweeps multiply, and so does what is saved.",
            epsilon: 0.002,
            starts: &[StartName::Zero, StartName::Gaussian],
            accelerations: &[PLAIN, ANDERSON],
            ..images
        };
        let pixel_sharper = Case {
            explanation: "The smaller epsilon is, the closer the unregularised potentials are to the answer.",
            epsilon: 0.002,
            starts: &[StartName::Zero, StartName::Monotone],
            accelerations: &[PLAIN, ANDERSON],
            ..pixel
        };
        vec![images, images_sharper, pixel, pixel_sharper]
    }
}

fn thinned(mut table: Table<f64>, step: usize) -> Table<f64> {
    let rows = table.values.chunks_exact(table.columns).step_by(step);
    (table.rows, table.values) = (rows.len(), rows.flatten().copied().collect());
    table
}
