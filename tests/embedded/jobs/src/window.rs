//! A sensor at a fixed rate: every window of readings is a histogram whose distance from a reference is wanted before
//! the next one is there. Sweeps are rationed, and what one window has learnt the next one starts from.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Settings, Solver,
    start::{Given, Monotone, Start},
};

use crate::Failure;
use crate::hash::Hash;
use crate::memory::Memory;
use crate::points::Random;
use crate::record::{Field, Recorder};

const BINS: usize = 24;
const WINDOWS: u32 = 40;
const READINGS: u32 = 64;

/// Sweeps that a tick may take.
const BUDGET: u32 = 8;
/// Ticks that must converge within it: all, but a first one without a predecessor.
const ENOUGH: u32 = WINDOWS - 1;

const EPSILON: f32 = 0.015;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let bins: [f32; BINS] = core::array::from_fn(|k| k as f32 / 32.0);
    let mut random = Random::new(3);
    let reference = histogram(&mut random, 0);
    let settings = Settings::plain();
    let mut warm = [0.0; BINS];
    let mut seen = Seen::default();
    let mut hash = Hash::new();

    for window in 0..WINDOWS {
        let weights = histogram(&mut random, window);
        let before = recorder.ticks();
        let problem = Problem::new(PointCloud::squared_euclidean(&bins, &bins, 1)?)?
            .weights(&weights, &reference)?
            .epsilon(Epsilon::Absolute(EPSILON))?;
        let given = Given::g(&warm);
        let start: &dyn Start<f32> = if window == 0 { &Monotone } else { &given };
        let mut solver = Solver::with_start(&problem, start, &settings, memory.line.lend(&problem)?)?;
        let converged = (0..BUDGET).any(|_| solver.step().is_some());
        let sweeps = solver.sweeps();
        let solution = solver.into_solution();
        let distance = solution.report().transport_cost;
        warm.copy_from_slice(solution.g());
        let ticks = recorder.ticks().wrapping_sub(before);

        hash.add(&[distance]);
        seen.converged += u32::from(converged);
        seen.sweeps += sweeps;
        seen.worst_sweeps = seen.worst_sweeps.max(sweeps);
        seen.worst_ticks = seen.worst_ticks.max(ticks);
    }

    recorder.record(
        format_args!("window"),
        &[
            ("hash", Field::Bits(hash.value())),
            ("sweeps", Field::Count(seen.sweeps)),
            ("worst_sweeps", Field::Count(seen.worst_sweeps)),
            ("converged", Field::Count(seen.converged)),
            ("worst_instructions", Field::Ticks(seen.worst_ticks)),
        ],
    );
    match seen {
        Seen { worst_sweeps, .. } if worst_sweeps > BUDGET => Err(Failure::Wrong("a tick took more than its sweeps")),
        Seen { converged, .. } if converged < ENOUGH => Err(Failure::Wrong("too few ticks converged")),
        _ => Ok(()),
    }
}

#[derive(Default)]
struct Seen {
    converged: u32,
    sweeps: u32,
    worst_sweeps: u32,
    worst_ticks: u32,
}

/// The shares of bins in one window: a bell of four dice, whose mean goes up by a bin in eight windows. Bins without a
/// reading are zero.
fn histogram(random: &mut Random, window: u32) -> [f32; BINS] {
    let mut counts = [0_u32; BINS];
    for _ in 0..READINGS {
        let dice: u32 = (0..4).map(|_| random.next() % 5).sum();
        counts[(dice + window / 8) as usize] += 1;
    }
    counts.map(|count| count as f32 / READINGS as f32)
}
