//! The smallest solve: histograms of readings, the costs in a matrix that becomes the kernel.

use sinkhorn_core::{Status, embedded::InPlace, error::Argument, geometry::Weights};

use crate::Failure;
use crate::hash::Hash;
use crate::memory::{BINS, Memory};
use crate::points::PAIR;
use crate::record::{Field, Recorder};

/// For costs of 0 to 1.
const EPSILON: f32 = 0.01;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let (cost, scratch) = (&mut memory.cost, &mut memory.scratch);
    for size in [8, BINS] {
        let cost = &mut cost.as_flattened_mut()[..size * size];
        let (mut f, mut g) = ([0.0; BINS], [0.0; BINS]);
        let (f, g) = (&mut f[..size], &mut g[..size]);
        let mut hash = Hash::new();
        let (mut sweeps, mut ticks) = ([0; 2], [0; 2]);
        // Cold, and then from what came out: as a loop over windows goes.
        for (k, weights) in [&PAIR.x, &PAIR.y].into_iter().enumerate() {
            for (cell, cost) in cost.iter_mut().enumerate() {
                let distance = (cell / size) as f32 - (cell % size) as f32;
                *cost = distance * distance / ((size - 1) * (size - 1)) as f32;
            }
            let before = recorder.ticks();
            let ended = InPlace {
                cost,
                // Totals differ, and scaling them is the caller's.
                a: Weights::new(Argument::A, normalised(&mut memory.weights, &weights[..size]))?,
                b: Weights::uniform(Argument::B, size)?,
                epsilon: EPSILON,
                threshold: 1e-3,
                max_sweeps: 1000,
                f,
                g,
                scratch,
            }
            .solve()?;
            ticks[k] = recorder.ticks().wrapping_sub(before);
            sweeps[k] = ended.sweeps;
            if ended.status != Status::Converged {
                return Err(Failure::Wrong("it did not converge"));
            }
            hash.add(f);
            hash.add(g);
        }
        recorder.record(
            format_args!("in_place/{size}"),
            &[
                ("hash", Field::Bits(hash.value())),
                ("sweeps", Field::Count(sweeps[0])),
                ("warm_sweeps", Field::Count(sweeps[1])),
                ("total_instructions", Field::Ticks(ticks[0])),
                ("warm_instructions", Field::Ticks(ticks[1])),
            ],
        );
    }
    Ok(())
}

/// Weights over their sum, from the left as C adds them too.
fn normalised<'m>(out: &'m mut [f32; BINS], weights: &[f32]) -> &'m [f32] {
    let total: f32 = weights.iter().fold(0.0, |sum, weight| sum + weight);
    let out = &mut out[..weights.len()];
    for (out, weight) in out.iter_mut().zip(weights) {
        *out = weight / total;
    }
    out
}
