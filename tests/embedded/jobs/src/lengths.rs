//! Point sets whose length is known at run time only, all in the same memory.

use heapless::Vec;
use sinkhorn_core::{Epsilon, PointCloud, Problem, Settings, solve, start::FixedGaussianStart};

use crate::Failure;
use crate::hash::Hash;
use crate::memory::{MOST, Memory};
use crate::points::Random;
use crate::record::{Field, Recorder};

const EPSILON: f32 = 0.1;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let mut random = Random::new(4);
    let (mut hash, mut sweeps) = (Hash::new(), 0);
    for n in 1..=MOST {
        let m = 1 + (n + 10) % MOST;
        let (x, y) = (points(&mut random, n), points(&mut random, m));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?.epsilon(Epsilon::Absolute(EPSILON))?;
        let start = FixedGaussianStart::<2>::default();
        let solution = solve(&problem, &start, &Settings::plain(), memory.plane.lend(&problem)?)?;
        hash.add(solution.f());
        hash.add(solution.g());
        sweeps += solution.report().sweeps;
    }
    recorder.record(format_args!("lengths"), &[("hash", Field::Bits(hash.value())), ("sweeps", Field::Count(sweeps))]);
    Ok(())
}

/// `count` points in the unit square.
fn points(random: &mut Random, count: usize) -> Vec<f32, { 2 * MOST }> {
    (0..2 * count).map(|_| random.next() as f32 / (1 << 24) as f32).collect()
}
