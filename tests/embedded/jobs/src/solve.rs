//! One solve of every kind that a firmware would choose from: line and plane, small and large, streamed and with a
//! kernel, from zero and from a start that knows the data.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Settings, Solver, Status, Storage,
    embedded::{FixedKernel, FixedWorkspace},
    start::{FixedGaussianStart, Monotone, Start, Zero},
};

use crate::Failure;
use crate::hash::Hash;
use crate::memory::{MOST, Memory};
use crate::points::PAIR;
use crate::record::{Field, Recorder};

/// Small enough that the start from zero takes some tens of sweeps.
const EPSILON: f32 = 0.02;

/// The first sweeps are not like the others: a kernel is computed, say.
const WARM_UP: u32 = 2;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let Memory { line, plane, kernel, .. } = memory;
    let gaussian = FixedGaussianStart::<2>::default();
    for size in [16, 32] {
        for storage in [Storage::Stream, Storage::Kernel] {
            let case = Case { size, storage };
            for start in [&Zero as &dyn Start<f32>, &Monotone] {
                case.solve("line", start, line, kernel, recorder)?;
            }
            for start in [&Zero as &dyn Start<f32>, &gaussian] {
                case.solve("plane", start, plane, kernel, recorder)?;
            }
        }
    }
    Ok(())
}

struct Case {
    size: usize,
    storage: Storage,
}

impl Case {
    fn solve<const D: usize>(
        &self,
        geometry: &str,
        start: &dyn Start<f32>,
        workspace: &mut FixedWorkspace<f32, MOST, MOST, D>,
        kernel: &mut FixedKernel<f32, MOST, MOST>,
        recorder: &mut dyn Recorder,
    ) -> Result<(), Failure> {
        let (x, y) = (&PAIR.x[..self.size * D], &PAIR.y[..self.size * D]);
        let settings = Settings { storage: self.storage, ..Settings::plain() };

        let began = recorder.ticks();
        let problem = Problem::new(PointCloud::squared_euclidean(x, y, D)?)?.epsilon(Epsilon::Absolute(EPSILON))?;
        let workspace = match self.storage {
            Storage::Kernel => workspace.lend_with_kernel(kernel, &problem)?,
            _ => workspace.lend(&problem)?,
        };
        let mut solver = Solver::with_start(&problem, start, &settings, workspace)?;
        let started = recorder.ticks();
        let mut steps = Steps::default();
        let status = loop {
            let before = recorder.ticks();
            let status = solver.step();
            steps.add(recorder.ticks().wrapping_sub(before));
            if let Some(status) = status {
                break status;
            }
        };
        let ended = recorder.ticks();
        if status != Status::Converged {
            return Err(Failure::Wrong("a solve did not converge"));
        }

        let solution = solver.into_solution();
        let mut hash = Hash::new();
        hash.add(solution.f());
        hash.add(solution.g());
        let (storage, start) = (self.storage.name(), solution.report().start.name);
        recorder.record(
            format_args!("solve/{geometry}/{}/{storage}/{start}", self.size),
            &[
                ("hash", Field::Bits(hash.value())),
                ("sweeps", Field::Count(steps.made)),
                ("sweep_instructions", Field::Ticks(steps.mean())),
                ("worst_instructions", Field::Ticks(steps.worst)),
                ("start_instructions", Field::Ticks(started.wrapping_sub(began))),
                ("total_instructions", Field::Ticks(ended.wrapping_sub(began))),
            ],
        );
        Ok(())
    }
}

/// What sweeps took.
#[derive(Default)]
struct Steps {
    made: u32,
    worst: u32,
    after_warm_up: u32,
}

impl Steps {
    fn add(&mut self, ticks: u32) {
        self.made += 1;
        self.worst = self.worst.max(ticks);
        if self.made > WARM_UP {
            self.after_warm_up += ticks;
        }
    }

    /// Of the sweeps after the first ones; 0 where there are none.
    fn mean(&self) -> u32 {
        self.after_warm_up.checked_div(self.made.saturating_sub(WARM_UP)).unwrap_or(0)
    }
}
